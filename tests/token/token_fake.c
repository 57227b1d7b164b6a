#include "tests/token/token_fake.h"

#include <stdlib.h>
#include <time.h>

static void remember(token_fake *fake, pds_span message)
{
    size_t kept = message.len < sizeof fake->last_message ? message.len : sizeof fake->last_message;
    memcpy(fake->last_message, message.ptr, kept);
    fake->last_length = message.len;
}

static pds_code fake_sign(void *self, pds_algorithm algorithm, pds_span message, pds_buf *signature,
                          pds_err *e)
{
    token_fake *fake = self;
    remember(fake, message);
    switch (fake->calls++ < fake->good ? FAKE_SIGNS : fake->behaviour) {
    case FAKE_REFUSES:
        PDS_FAIL(e, PDS_E_KEY_FAILED, "the fake key refuses");
    case FAKE_EMPTY:
        return PDS_OK;
    case FAKE_WRONG:
        pki_sign(fake->identity, algorithm, pds_span_text("something else"), signature);
        return PDS_OK;
    case FAKE_GARBAGE:
        pds_buf_fill(signature, 0, 64);
        return pds_buf_end(signature, e);
    case FAKE_SLOW:
        (void)nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
        break;
    case FAKE_SIGNS:
        break;
    }
    pki_sign(fake->identity, algorithm, message, signature);
    return PDS_OK;
}

static void fake_close(void *self)
{
    token_fake *fake = self;
    fake->closed++;
}

pds_key *token_fake_key(token_fake *fake, pds_certs *chain)
{
    static const pds_token_ops ops = { .scheme = "fake", .sign = fake_sign, .close = fake_close };
    pds_certs none = { 0 };
    pds_key *key = NULL;
    if (pds_key_from(&ops, fake, pki_cert(fake->identity), chain == NULL ? &none : chain, &key,
                     NULL) != PDS_OK) {
        abort();
    }
    return key;
}
