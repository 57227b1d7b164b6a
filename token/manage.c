#include "base/own.h"
#include "token/log.h"
#include "token/pin_care.h"
#include "token/pin_offer.h"

#include <pds/token.h>

/* What owners do with the PINs of their tokens. */

/* Spellings that no key was opened by mean all of them: no device is asked what is meant, and to
 * forget too much harms nobody. */
void pds_token_forget(const char *uri)
{
    if (!pds_pin_cache_forget(uri)) {
        (void)pds_pin_cache_forget(NULL);
    }
}

static pds_code manage(const pds_token_options *options, const char *operation,
                       pds_code (*act)(const pds_holder *h, pds_err *e), pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened token = { .device = NULL };
    const pds_holder h = { .token = &token, .options = options };
    PDS_TRY(pds_opened_only(options->uri, &token, e));
    const pds_code code = act(&h, e);
    pds_token_log(operation, token.info.uri, code);
    return code;
}

pds_code pds_token_change_pin(const pds_token_options *options, pds_err *e)
{
    return manage(options, "change pin", pds_holder_change_pin, e);
}

pds_code pds_token_unblock_pin(const pds_token_options *options, pds_err *e)
{
    return manage(options, "unblock", pds_holder_unblock, e);
}
