#include "base/base64.h"
#include "base/own.h"
#include "base/publish.h"
#include "token/hardkey.h"

#include <pds/token.h>

#include <stdio.h>
#include <string.h>

/* Certificates of tokens, for files. */

/* ---- which one ---- */

static bool fits(const pds_device_key *key, const char *identity)
{
    return key->cert != NULL &&
           (identity == NULL || pds_identity_fits(identity, key->cert, key->label));
}

/* Of those that fit: how many, how many of them have a key, and the best of them. */
typedef struct choice {
    size_t count, keys, best;
    char names[200];
} choice;

static choice choose(const pds_device_keys *keys, const char *identity)
{
    choice c = { .count = 0 };
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const key = &keys->items[i];
        if (!fits(key, identity)) {
            continue;
        }
        const size_t len = strlen(c.names);
        (void)snprintf(c.names + len, sizeof c.names - len, "%s%s (%s)", len == 0 ? "" : ", ",
                       pds_cert_label(key->cert), key->id);
        c.best = c.count == 0 || (key->has_key && c.keys == 0) ? i : c.best;
        c.count++;
        c.keys += key->has_key ? 1 : 0;
    }
    return c;
}

static pds_code find_cert(const pds_token_options *options, const char *identity, pds_cert **out,
                          pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened token = { .device = NULL };
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const pds_key_options key = { .uri = options->uri };
    PDS_TRY(pds_opened_find(options->uri, &key, &token, e));
    PDS_TRY(pds_guard_keys(token.device, strchr(options->uri, ':') + 1, &keys, e));
    const choice c = choose(&keys, identity);
    if (c.count == 0) {
        const pds_code code =
            pds_fail(e, PDS_E_CERT_MISSING, __func__,
                     "the token '%s' shows no certificate that is meant", token.info.label);
        return pds_err_hint(code, e, "`pdfsign token list` shows them");
    }
    if (c.count > 1 && c.keys != 1) {
        const pds_code code = pds_fail(e, PDS_E_KEY_AMBIGUOUS, __func__,
                                       "several certificates of the token fit: %s", c.names);
        return pds_err_hint(code, e,
                            "name one with --identity, or by its URI as in `pdfsign "
                            "token list`");
    }
    *out = pds_cert_share(keys.items[c.best].cert);
    return PDS_OK;
}

/* ---- how it is written ---- */

static void put_text(pds_buf *to, const char *text)
{
    pds_buf_put(to, pds_span_of(text, strlen(text)));
}

/* RFC 7468: lines of 64 characters. */
static pds_code put_pem(pds_span der, pds_buf *to, pds_err *e)
{
    enum { LINE = 64 };
    PDS_OWN(pds_buf_drop) pds_buf base64 = { 0 };
    pds_base64_put(&base64, der);
    PDS_TRY(pds_buf_end(&base64, e));
    put_text(to, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < base64.len; at += LINE) {
        const size_t left = base64.len - at;
        pds_buf_put(to, pds_span_of(base64.ptr + at, left < LINE ? left : LINE));
        pds_buf_byte(to, '\n');
    }
    put_text(to, "-----END CERTIFICATE-----\n");
    return pds_buf_end(to, e);
}

pds_code pds_token_export(const pds_token_options *options, const char *identity, bool der,
                          const pds_output *output, pds_err *e)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = NULL;
    PDS_OWN(pds_buf_drop) pds_buf pem = { 0 };
    PDS_OWN(pds_publish_drop) pds_publish *out = NULL;
    const pds_file none = PDS_FILE_NONE;
    PDS_TRY(pds_publish_check(output, &none, e));
    PDS_TRY(find_cert(options, identity, &cert, e));
    if (!der) {
        PDS_TRY(put_pem(pds_cert_der(cert), &pem, e));
    }
    PDS_TRY(pds_publish_open(output, &none, &out, e));
    PDS_TRY(pds_publish_write(out, der ? pds_cert_der(cert) : pds_buf_span(&pem), e));
    return pds_publish_commit(out, e);
}
