#ifndef TOKEN_ALIAS_H
#define TOKEN_ALIAS_H

#include "token/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Names that people give their readers (pds_token_alias), one table for the process; any thread. */

/* The URI behind a name; false: nobody is called so. */
bool pds_alias_get(const char *name, char uri[PDS_DEVICE_URI]);
/* The last of the names by which a device goes, in the order in which they were given; "" none.
 * fits: is it this one that the URI means? */
void pds_alias_of(bool (*fits)(void *ctx, const char *uri), void *ctx, char name[PDS_ALIAS_NAME]);

#ifdef __cplusplus
}
#endif
#endif
