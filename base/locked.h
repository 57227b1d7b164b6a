#ifndef BASE_LOCKED_H
#define BASE_LOCKED_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A buffer in locked memory that core dumps leave out, for files that hold or may hold a private
 * key. It never moves, so that no copies stay behind, takes max bytes at most, and is wiped by its
 * drop: pds_buf_drop and pds_buf_take are not for it. Only pages that are used take memory.
 */
PDS_USE pds_code pds_locked_new(size_t max, pds_buf *b, pds_err *e);
void pds_locked_drop(pds_buf *b);

#ifdef __cplusplus
}
#endif
#endif
