#include "base/base64.h"
#include "base/own.h"
#include "token/p11_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pds_p11_uri_drop(P11KitUri **uri)
{
    const pds_p11_kit *kit = NULL;
    if (*uri != NULL && pds_p11_kit_load(&kit, NULL) == PDS_OK) {
        kit->uri_free(*uri);
        *uri = NULL;
    }
}

/* The rest is not repeated in faults: whoever wrote a PIN into it has it shown to nobody. */
static pds_code parse(const pds_p11_kit *kit, const char *whole, P11KitUri *uri, pds_err *e)
{
    const int result = kit->uri_parse(whole, P11_KIT_URI_FOR_ANY, uri);
    if (result != P11_KIT_URI_OK) {
        return pds_err_hint(pds_fail(e, PDS_E_USAGE, __func__,
                                     "the pkcs11: URI is not as RFC 7512 has it: %s",
                                     kit->uri_message(result)),
                            e, "`pdfsign token list` prints URIs to copy");
    }
    if (kit->uri_any_unrecognized(uri) != 0) {
        return pds_err_hint(
            pds_fail(e, PDS_E_USAGE, __func__, "the pkcs11: URI has a part that is not known"), e,
            "`pdfsign token list` prints URIs to copy");
    }
    return PDS_OK;
}

pds_code pds_p11_uri_parse(const char *rest, P11KitUri **out, pds_err *e)
{
    char whole[PDS_DEVICE_URI + 8];
    const pds_p11_kit *kit = NULL;
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    PDS_TRY(pds_p11_kit_load(&kit, e));
    if (strlen(rest) >= PDS_DEVICE_URI) {
        PDS_FAIL(e, PDS_E_USAGE, "the pkcs11: URI is longer than %d bytes", PDS_DEVICE_URI);
    }
    (void)snprintf(whole, sizeof whole, "pkcs11:%s", rest);
    uri = kit->uri_new();
    if (uri == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(parse(kit, whole, uri, e));
    *out = uri;
    uri = NULL;
    return PDS_OK;
}

static pds_code format(const pds_p11_kit *kit, P11KitUri *uri, P11KitUriType type,
                       char out[PDS_DEVICE_URI], pds_err *e)
{
    char *text = NULL;
    if (kit->uri_format(uri, type, &text) != P11_KIT_URI_OK) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    const bool fits = strlen(text) < PDS_DEVICE_URI;
    (void)snprintf(out, PDS_DEVICE_URI, "%s", text);
    free(text);
    if (!fits) {
        PDS_FAIL(e, PDS_E_LIMIT, "a token's URI is longer than %d bytes", PDS_DEVICE_URI);
    }
    return PDS_OK;
}

pds_code pds_p11_uri_of_token(const P11KitUri *like, const CK_TOKEN_INFO *token,
                              char out[PDS_DEVICE_URI], pds_err *e)
{
    const pds_p11_kit *kit = NULL;
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    PDS_TRY(pds_p11_uri_parse("", &uri, e));
    PDS_TRY(pds_p11_kit_load(&kit, e));
    CK_TOKEN_INFO *const mine = kit->uri_get_token_info(uri);
    memcpy(mine->label, token->label, sizeof mine->label);
    memcpy(mine->manufacturerID, token->manufacturerID, sizeof mine->manufacturerID);
    memcpy(mine->model, token->model, sizeof mine->model);
    memcpy(mine->serialNumber, token->serialNumber, sizeof mine->serialNumber);
    if (kit->uri_get_module_path(like) != NULL) {
        kit->uri_set_module_path(uri, kit->uri_get_module_path(like));
    }
    return format(kit, uri, P11_KIT_URI_FOR_TOKEN | P11_KIT_URI_FOR_MODULE, out, e);
}

pds_code pds_p11_id(const pds_device_key *key, pds_buf *out, pds_err *e)
{
    if (!pds_hex_take(pds_span_text(key->id), out)) {
        PDS_FAIL(e, PDS_E_INTERNAL, "an id that is not hexadecimal");
    }
    return pds_buf_end(out, e);
}

pds_code pds_p11_uri_of_key(const pds_device_info *info, const pds_device_key *key,
                            char out[PDS_DEVICE_URI], pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf id = { .max = PDS_DEVICE_ID };
    const pds_p11_kit *kit = NULL;
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    PDS_TRY(pds_p11_uri_parse(info->uri + strlen("pkcs11:"), &uri, e));
    PDS_TRY(pds_p11_kit_load(&kit, e));
    PDS_TRY(pds_p11_id(key, &id, e));
    CK_ATTRIBUTE by_id = { CKA_ID, id.ptr, id.len };
    const pds_span label = pds_span_text(key->label);
    CK_ATTRIBUTE by_label = { CKA_LABEL, (void *)label.ptr, label.len };
    const bool labelled = id.len == 0 || (key->shares_id && label.len > 0);
    if ((id.len > 0 && kit->uri_set_attribute(uri, &by_id) != P11_KIT_URI_OK) ||
        (labelled && kit->uri_set_attribute(uri, &by_label) != P11_KIT_URI_OK)) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return format(kit, uri, P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE, out, e);
}
