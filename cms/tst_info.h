#ifndef CMS_TST_INFO_H
#define CMS_TST_INFO_H

#include "cms/md.h"

#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 3161, 2.4.2. Spans are lent. */
typedef struct pds_tst_info {
    pds_span policy;        /* body of the OBJECT IDENTIFIER */
    pds_span imprint_id;    /* AlgorithmIdentifier */
    pds_md imprint_md;      /* NONE: unknown */
    pds_span imprint;       /* hashedMessage */
    pds_span serial;        /* INTEGER with its tag */
    time_t time;            /* genTime; its fraction is cut off */
    bool has_accuracy;      /* without it nobody knows how exact the time is */
    uint64_t accuracy_usec; /* seconds, millis and micros together */
    pds_span nonce;         /* INTEGER with its tag; empty: none */
    pds_span tsa;           /* GeneralName; empty: none */
} pds_tst_info;

/* DER of exactly one TSTInfo of version 1 without critical extensions. NULL: it is; else the field
 * that is wrong. */
const char *pds_tst_info_read(pds_span der, pds_tst_info *out);

#ifdef __cplusplus
}
#endif
#endif
