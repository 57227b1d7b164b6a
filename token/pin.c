#include "base/own.h"
#include "token/token.h"

pds_code pds_pin_ask(const pds_key_options *options, const char *label, int tries_left,
                     pds_secret **out, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;
    if (options->pin == NULL) {
        PDS_FAIL(e, PDS_E_PIN_NEEDED, "the key wants a password, and nobody can be asked for it");
    }
    PDS_TRY(pds_secret_new(&secret, e));
    PDS_TRY(options->pin(options->pin_ctx, label, tries_left, secret, e));
    *out = secret;
    secret = NULL;
    return PDS_OK;
}
