#include "base/own.h"
#include "cms/evp.h"
#include "token/piv.h"

#include <stdio.h>
#include <stdlib.h>

/* Slots of keys and the objects of their certificates (SP 800-73-4, part 1, table 4b and 3). */
typedef struct slot {
    uint8_t reference;
    uint32_t cert;
    const char *purpose;
    bool signs, decrypts, asks_always;
} slot;

static const slot SLOTS[] = {
    { 0x9C, 0x5FC10A, "Digital Signature", true, false, true },
    { 0x9A, 0x5FC105, "PIV Authentication", true, false, false },
    { 0x9D, 0x5FC10B, "Key Management", false, true, false },
};

enum { RETIRED = 0x82, RETIRED_CERT = 0x5FC10D, RETIRED_COUNT = 20, KEY_HISTORY = 0x5FC10C };

static pds_code add(pds_device_keys *out, const slot *s, pds_cert *cert, pds_err *e)
{
    pds_device_key *const grown = realloc(out->items, (out->count + 1) * sizeof *grown);
    if (grown == NULL) {
        pds_cert_drop(&cert);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    out->items = grown;
    pds_device_key *const key = &grown[out->count++];
    *key = (pds_device_key){ .cert = cert,
                             .public_half = pds_cert_key(cert),
                             .has_key = true,
                             .signs = s->signs,
                             .decrypts = s->decrypts,
                             .asks_always = s->asks_always,
                             .handle = s->reference };
    (void)snprintf(key->id, sizeof key->id, "%02x", s->reference);
    (void)snprintf(key->label, sizeof key->label, "%s", s->purpose);
    if (key->public_half != NULL) {
        (void)EVP_PKEY_up_ref(key->public_half);
    }
    return PDS_OK;
}

static pds_code look_at(pds_card *card, const slot *s, pds_device_keys *out, pds_err *e)
{
    pds_cert *cert = NULL;
    PDS_TRY(pds_piv_get_cert(card, s->cert, &cert, e));
    return cert == NULL ? PDS_OK : add(out, s, cert, e);
}

/* Twenty objects that mostly are empty: only where the key history says that there are some. */
static pds_code look_at_retired(pds_card *card, pds_device_keys *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf history = { 0 };
    pds_span on_card = { 0 };
    PDS_TRY(pds_piv_get(card, KEY_HISTORY, &history, e));
    if (history.len == 0) {
        return PDS_OK;
    }
    size_t count = RETIRED_COUNT;
    if (pds_tlv_find(pds_buf_span(&history), 0xC1, &on_card) && on_card.len == 1) {
        count = on_card.ptr[0] < RETIRED_COUNT ? on_card.ptr[0] : RETIRED_COUNT;
    }
    for (size_t i = 0; i < count; i++) {
        const slot retired = { .reference = (uint8_t)(RETIRED + i),
                               .cert = RETIRED_CERT + (uint32_t)i,
                               .purpose = "Retired Key Management",
                               .signs = true,
                               .decrypts = true };
        PDS_TRY(look_at(card, &retired, out, e));
    }
    return PDS_OK;
}

pds_code pds_piv_keys(pds_card *card, void *state, pds_device_keys *out, pds_err *e)
{
    (void)state;
    for (size_t i = 0; i < sizeof SLOTS / sizeof SLOTS[0]; i++) {
        PDS_TRY(look_at(card, &SLOTS[i], out, e));
    }
    return look_at_retired(card, out, e);
}
