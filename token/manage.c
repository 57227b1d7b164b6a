#include "base/own.h"
#include "token/hardkey.h"
#include "token/log.h"
#include "token/pin_care.h"

#include <pds/token.h>

/* PINs of tokens, for their owners. */

void pds_token_forget(const char *uri)
{
    pds_pin_cache_forget(uri);
}
