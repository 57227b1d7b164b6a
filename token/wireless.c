#include "base/own.h"
#include "token/hardkey.h"
#include "token/pin_care.h"

/* It is powered, and there is but one. */
static pds_code find_only(const char *uri, pds_device_info *out, pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened d = { .device = NULL };
    PDS_TRY(pds_opened_only(uri, &d, e));
    *out = d.info;
    return PDS_OK;
}

pds_code pds_token_connect(const char *uri, pds_token_list *out, pds_err *e)
{
    const pds_device_ops *ops = NULL;
    const char *rest = NULL;
    pds_device_info info;
    PDS_TRY(pds_device_row(uri, &ops, &rest, e));
    PDS_TRY(pds_guard_connect(ops, rest, e));
    PDS_TRY(find_only(uri, &info, e));
    return out == NULL ? PDS_OK : pds_tokens_list(info.uri, out, e);
}

pds_code pds_token_disconnect(const char *uri, pds_err *e)
{
    const pds_device_ops *ops = NULL;
    const char *rest = NULL;
    pds_device_info info;
    PDS_TRY(pds_device_row(uri, &ops, &rest, e));
    if (ops->disconnect == NULL) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "tokens of %s: can't do that", ops->scheme);
    }
    PDS_TRY(find_only(uri, &info, e));
    PDS_TRY(pds_guard_disconnect(ops, &info, e));
    (void)pds_pin_cache_forget(info.uri);
    return PDS_OK;
}
