#ifndef PDFSIGN_AUGMENT_JUDGE_H
#define PDFSIGN_AUGMENT_JUDGE_H

#include "pdfsign/long_term.h"

#include <pds/augment.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the signatures of a file come to, one with another. */
typedef struct pds_augment_judged {
    bool known;   /* somebody looked; else the rest says nothing */
    bool sound;   /* all signatures hold: what does not lasts for nothing */
    bool untimed; /* nothing says when one of the signatures was made, neither of nobody trusted */
    uint64_t covered;  /* what ends before is covered by a document timestamp that is trusted */
    size_t signatures; /* without document timestamps */
    pds_level level, lasting; /* the lowest of them, as in pds_augment_result */
    int64_t expires;          /* the earliest: of document timestamps where there are no others */
} pds_augment_judged;
pds_augment_judged pds_augment_judge(const pds_validation_data *data);
/* Is no time proven of one of the signatures, which a document timestamp can mend? */
bool pds_augment_needs_time(const pds_validation_data *data);
/* Is there something to prove, and nothing broken? errors: PDS_E_NOT_SIGNED, where `signatures`
 * also with document timestamps alone; PDS_E_SIGNATURE_INVALID; PDS_E_CERT_REVOKED */
PDS_USE pds_code pds_augment_check(const pds_validation_data *data, bool signatures, pds_err *e);
/* Tells how much of each kind is put into the file. */
void pds_augment_count(const pds_validation_data *data, pds_augment_result *result);

#ifdef __cplusplus
}
#endif
#endif
