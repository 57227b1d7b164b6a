#ifndef VIEW_POOL_H
#define VIEW_POOL_H

#include "view/helper.h"

#include <pds/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The helpers of a pds_reader: one for each file that is read at a time, kept for the next. */

/* errors: those of pds_helper_start */
PDS_USE pds_code pds_pool_borrow(pds_reader *pool, pds_helper *h, pds_err *e);
/* Milliseconds until the first answer to anything. */
int64_t pds_pool_patience(const pds_reader *pool);
/* keep: it is sound and waits for the next file. */
void pds_pool_return(pds_reader *pool, pds_helper *h, bool keep);

#ifdef __cplusplus
}
#endif
#endif
