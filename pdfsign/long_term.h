#ifndef PDFSIGN_LONG_TERM_H
#define PDFSIGN_LONG_TERM_H

#include "pdfsign/append.h"
#include "pdfsign/stamper.h"
#include "pdfsign/validation_data.h"
#include "pdfsign/write.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the signatures of a file provable when nobody can be asked any more (ETSI EN 319 142-1,
 * 5.4): what validates them, and document timestamps, are appended as updates. */

/* A file and what is being put behind it. All lent. */
typedef struct pds_long_term {
    pds_stamper *stamper;
    const pds_append_base *base;
    pds_digests *digests; /* of the file and the first `digested` bytes of the updates; NULL where
                             nothing is stamped */
    size_t digested;
    pds_buf *updates; /* behind the file, in memory; on error as far as it went */
    bool lasting;     /* no authority that is revoked stamps */
    char *notes;      /* PDS_NOTES_MAX: who did not answer, and what else the user is to know */
} pds_long_term;

/* A document timestamp that was made. */
typedef struct pds_long_term_stamp {
    char field[32];
    char url[256];
    time_t time;
    time_t expires; /* of its certificates; 0: not known */
} pds_long_term_stamp;

/* How far the signatures last with what the file and the updates hold. Nobody is asked. errors:
 * those of pds_validation_data_judge */
PDS_USE pds_code pds_long_term_judge(const pds_long_term *lt, pds_validation_data *out, pds_err *e);
/* What would prove them, whoever has it; waits for the stamper's grace to end. anew: as in
 * pds_validation_ask. errors: those of pds_validation_data_find; PDS_E_INTERRUPTED */
PDS_USE pds_code pds_long_term_find(const pds_long_term *lt, bool anew, pds_validation_data *out,
                                    pds_err *e);
/* Is that all which is needed, and is the signature worth it? errors: PDS_E_CERT_REVOKED,
 * PDS_E_EVIDENCE_MISSING */
PDS_USE pds_code pds_long_term_check(const pds_validation_of *of, pds_err *e);
/* Was no signature broken by what was appended between two judgements? errors:
 * PDS_E_SIGNATURE_INVALID */
PDS_USE pds_code pds_long_term_check_unbroken(const pds_validation_data *before,
                                              const pds_validation_data *after, pds_err *e);
/* All was appended, and the level is not reached. errors: PDS_E_EVIDENCE_MISSING */
PDS_USE pds_code pds_long_term_fail_level(pds_level level, pds_err *e);
/* Appends what the file lacks of it. errors: those of pds_dss_stage and pds_append_write */
PDS_USE pds_code pds_long_term_store(pds_long_term *lt, const pds_validation_data *data,
                                     pds_err *e);
/* Appends a document timestamp. errors: those of pds_document_timestamp_append;
 * PDS_E_TIMESTAMP_FAILED */
PDS_USE pds_code pds_long_term_put_stamp(pds_long_term *lt, pds_long_term_stamp *out, pds_err *e);
/* What proves the signatures (LT), and a document timestamp over that (LTA). Those that stood in
 * the file before the updates get what is to be had. reached: LT, LTA, as the finished bytes are
 * judged; NONE: neither. Also on error. errors: as of all these */
PDS_USE pds_code pds_long_term_append(pds_long_term *lt, pds_level level, pds_level *reached,
                                      pds_err *e);
/* A fault that costs the level alone becomes a note where a lower one is allowed; any other is
 * passed on. code, why: of the fault */
PDS_USE pds_code pds_long_term_do_without(bool allowed, pds_code code, const pds_err *why,
                                          char notes[PDS_NOTES_MAX], pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
