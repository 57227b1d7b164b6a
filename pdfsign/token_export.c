#include "base/base64.h"
#include "base/own.h"
#include "base/publish.h"
#include "token/hardkey.h"

#include <pds/token.h>

#include <string.h>

/* Certificates of tokens, for files. */

static pds_code find_cert(const char *uri, const char *identity, pds_cert **out, pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened token = { .device = NULL };
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    size_t index = 0;
    PDS_TRY(pds_opened_only(uri, &token, e));
    PDS_TRY(pds_guard_keys(token.device, strchr(uri, ':') + 1, &keys, e));
    PDS_TRY(pds_device_choose_cert(&keys, identity, &index, e));
    *out = pds_cert_share(keys.items[index].cert);
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
    PDS_TRY(find_cert(options->uri, identity, &cert, e));
    if (!der) {
        PDS_TRY(put_pem(pds_cert_der(cert), &pem, e));
    }
    PDS_TRY(pds_publish_open(output, &none, &out, e));
    PDS_TRY(pds_publish_write(out, der ? pds_cert_der(cert) : pds_buf_span(&pem), e));
    return pds_publish_commit(out, e);
}
