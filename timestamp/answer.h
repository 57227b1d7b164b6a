#ifndef TIMESTAMP_ANSWER_H
#define TIMESTAMP_ANSWER_H

#include "cms/tsp.h"
#include "timestamp/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What was asked of an authority, and when. */
typedef struct pds_question {
    const pds_authority_rules *rules;
    pds_tsp_request request;
    time_t asked, answered;
} pds_question;

/**
 * Judges a TimeStampResp.
 * out     token, time and path, if it is good: attempt->text is "" then. Empty before
 * errors  PDS_E_NO_MEMORY, PDS_E_INTERNAL; those of rules->find_issuers
 */
PDS_USE pds_code pds_answer_check(const pds_question *question, pds_span der, pds_timestamp *out,
                                  pds_attempt *attempt, pds_err *e);

/**
 * Judges a token that came in another way, when nobody was asked: of whatever time before now.
 * source  the digests of what it should be of
 * others  as in pds_answer_check; errors also those of the source
 */
PDS_USE pds_code pds_token_check(const pds_authority_rules *rules, pds_span token,
                                 pds_digest_source source, pds_timestamp *out, pds_attempt *attempt,
                                 pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
