#ifndef CMS_TSP_H
#define CMS_TSP_H

#include "base/buf.h"
#include "cms/tst_info.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a timestamping authority is asked and answers (RFC 3161, 2.4). */

typedef struct pds_tsp_request {
    pds_md md;
    const uint8_t *imprint; /* lent: the digest of what is to be stamped */
    const char *policy;     /* dotted; NULL: whichever is usual there */
    uint64_t nonce;         /* 0: none */
    bool certificates;      /* the token shall bring its own */
} pds_tsp_request;

/* DER of a TimeStampReq behind der. errors: PDS_E_USAGE no such policy, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_tsp_request_put(const pds_tsp_request *request, pds_buf *der, pds_err *e);

enum { PDS_TSP_TEXT = 256 };

typedef struct pds_tsp_answer {
    bool granted;            /* also with modifications, which the token shows */
    pds_span token;          /* ContentInfo, lent; empty where nothing is granted */
    char text[PDS_TSP_TEXT]; /* why not, for people: the authority's words behind ours */
} pds_tsp_answer;

/* A TimeStampResp. False: it is none. The token is not looked into. */
bool pds_tsp_answer_read(pds_span der, pds_tsp_answer *out);
/* Is this TSTInfo the answer to the request: imprint, nonce, policy? NULL: it is; else a message
 * id that says what differs. */
const char *pds_tsp_misfit(const pds_tsp_request *request, const pds_tst_info *info);

#ifdef __cplusplus
}
#endif
#endif
