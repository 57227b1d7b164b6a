#include "base/own.h"
#include "token/hardkey.h"
#include "token/pin_care.h"

/* It is powered, and there is but one; left closed. */
static pds_code find_only(const char *uri, pds_opened *out, pds_err *e)
{
    *out = (pds_opened){ .device = NULL };
    PDS_TRY(pds_opened_only(uri, out, e));
    pds_guard_close(&out->device);
    return PDS_OK;
}

/* Why none will be found, where that can be told without a look at one. */
static pds_code check_places(const pds_device_ops *ops, const char *rest, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list places = { .count = 0 };
    PDS_TRY(pds_guard_places(ops, rest, &places, e));
    bool card = places.note_count > 0;
    for (size_t i = 0; i < places.count; i++) {
        card = card || !places.items[i].empty;
    }
    if (!card) {
        PDS_FAIL(e, PDS_E_TOKEN_MISSING, "%s",
                 places.count == 0 ? pds_translated(N_("no reader is called so"))
                                   : pds_translated(N_("there is no card in the reader")));
    }
    return PDS_OK;
}

pds_code pds_token_connect(const char *uri, pds_token_list *out, pds_err *e)
{
    const pds_device_ops *ops = NULL;
    const char *rest = NULL;
    pds_opened token;
    PDS_TRY(pds_device_row(uri, &ops, &rest, e));
    if (!ops->in_readers) {
        return pds_guard_unsupported(ops, e);
    }
    PDS_TRY(check_places(ops, rest, e));
    PDS_TRY(find_only(uri, &token, e));
    return out == NULL ? PDS_OK : pds_tokens_list(token.info.uri, out, e);
}

pds_code pds_token_disconnect(const char *uri, pds_err *e)
{
    const pds_device_ops *ops = NULL;
    const char *rest = NULL;
    pds_opened token;
    PDS_TRY(pds_device_row(uri, &ops, &rest, e));
    if (ops->disconnect == NULL) {
        return pds_guard_unsupported(ops, e);
    }
    PDS_TRY(find_only(uri, &token, e));
    PDS_TRY(pds_guard_disconnect(ops, &token.info, e));
    (void)pds_pin_cache_forget(pds_opened_id(&token));
    return PDS_OK;
}
