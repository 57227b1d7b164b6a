#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Called for a regular file, or what a link leads to; path is lent. */
typedef pds_code (*pds_folder_fn)(void *ctx, const char *path, uint64_t size, pds_err *e);

/* Each regular file of a folder, in no order; other folders in it, and names longer than a path may
 * be, are passed over. errors: PDS_E_INPUT_UNREADABLE the folder; those of fn, which end it */
PDS_USE pds_code pds_folder_each(const char *path, pds_folder_fn fn, void *ctx, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
