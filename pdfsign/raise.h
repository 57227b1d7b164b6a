#ifndef PDFSIGN_RAISE_H
#define PDFSIGN_RAISE_H

#include "pdfsign/long_term.h"

#include <pds/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What raises the signatures of a job above B-B, and what the results say of it. All lent. */
typedef struct pds_raise {
    pds_level level;
    pds_stamper *stamper; /* NULL only up to B */
    const char *zone;     /* of times that are told */
    bool allow_lower;     /* rather a lower level than an error where nobody is there to raise it */
    bool others;          /* there is more than one signature */
} pds_raise;

/* errors: PDS_E_USAGE nobody stamps at a level above B */
PDS_USE pds_code pds_raise_check(const pds_raise *up, pds_err *e);
/* Bytes to leave for a token, and somebody is there to give it. 0: none is wanted; or nobody is
 * there, and that is allowed. errors: PDS_E_TIMESTAMP_FAILED */
PDS_USE pds_code pds_raise_room(const pds_raise *up, pds_sign_result *result, size_t *room,
                                pds_err *e);
/* A timestamp over a signature value, of which the result tells. Empty: there is none, and that is
 * allowed. errors: those of pds_stamper_stamp */
PDS_USE pds_code pds_raise_stamp(const pds_raise *up, pds_span signature, pds_sign_result *result,
                                 pds_timestamp *out, pds_err *e);
/* Tells of a timestamp over the signature value: level T is reached. */
PDS_USE pds_code pds_raise_stamped(const pds_raise *up, const pds_timestamp *stamp,
                                   pds_sign_result *result, pds_err *e);
/* Of all signatures of a job; lent. */
typedef struct pds_results {
    pds_sign_result *items;
    size_t count;
} pds_results;
/* pds_long_term_append, where the level wants it and a signature has its timestamp. updates: as far
 * as it went, where the rest can't be had and that is allowed. results: get the level */
PDS_USE pds_code pds_raise_last(const pds_raise *up, const pds_append_base *base,
                                pds_digests *before, pds_buf *updates, const pds_results *results,
                                pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
