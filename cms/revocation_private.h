#ifndef CMS_REVOCATION_PRIVATE_H
#define CMS_REVOCATION_PRIVATE_H

/* What the files of revocation share. */

#include "cms/path_check.h"
#include "cms/revocation.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_ALL_REASONS = 0x1fe }; /* keyCompromise … aACompromise as ReasonFlags has them: 1 to 8 */

typedef struct pds_crl {
    X509_CRL *crl;
    ISSUING_DIST_POINT *scope;                      /* NULL: all that its issuer issued */
    time_t this_update, next_update, expired_since; /* 0: not told */
    uint8_t sha256[32];
} pds_crl;

typedef struct pds_ocsp {
    OCSP_BASICRESP *basic; /* unchanging: others may hold it too */
    unsigned *shares;      /* atomic; how many do */
    pds_certs certs;       /* those that lie in it */
    time_t produced_at;
    uint8_t sha256[32];
} pds_ocsp;

struct pds_evidence {
    pds_crl *crls;
    size_t crl_count;
    pds_ocsp *responses;
    size_t response_count;
};

/* One check. */
typedef struct pds_revocation_job {
    const pds_revocation_rules *rules;
    const pds_certs *pool;
    const pds_when *when;
    pds_findings *notes;
    size_t checks_left; /* of signatures */
    pds_err *e;
} pds_revocation_job;

/* Whose status is asked. */
typedef struct pds_revocation_case {
    pds_cert *cert, *issuer;
    const pds_cert *anchor;
    unsigned depth; /* 0: a certificate of the path; 1: of who signed the evidence of that … */
    time_t issuer_revoked; /* it, or an authority above it; 0: not that anybody says */
} pds_revocation_case;

enum { PDS_REVOCATION_DEPTH_MAX = 2 };

/* What one piece of evidence says; UNKNOWN: nothing of this certificate, or not in a way that
 * counts. */
PDS_USE pds_code pds_crl_ask(pds_revocation_job *job, const pds_revocation_case *of,
                             const pds_crl *crl, pds_revocation *out);
PDS_USE pds_code pds_ocsp_ask(pds_revocation_job *job, const pds_revocation_case *of,
                              const pds_ocsp *ocsp, pds_revocation *out);

/* Until when what the issuer signed is believed without a proof of its age. */
time_t pds_revocation_issuer_ends(const pds_revocation_case *of);

/* All evidence together. */
PDS_USE pds_code pds_revocation_ask(pds_revocation_job *job, const pds_revocation_case *of,
                                    pds_revocation *out);
/* Is a signer of evidence himself good? */
PDS_USE pds_code pds_revocation_signer_good(pds_revocation_job *job, const pds_revocation_case *of,
                                            bool *good);

/* Is it neither of the future nor upside down? */
bool pds_evidence_times_fit(const pds_revocation_job *job, time_t this_update, time_t next_update);
bool pds_evidence_stale(const pds_revocation_job *job, time_t this_update, time_t next_update);
/* A note that evidence of this kind ("list") was not used for the certificate; why is a message id.
 */
PDS_USE pds_code pds_evidence_refuse(pds_revocation_job *job, const pds_cert *c, const char *why);

/* One more; `made` is empty afterwards. errors: PDS_E_LIMIT, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_evidence_take_crl(pds_evidence *evidence, pds_crl *made, pds_err *e);
PDS_USE pds_code pds_evidence_take_ocsp(pds_evidence *evidence, pds_ocsp *made, pds_err *e);
void pds_crl_drop(pds_crl *crl);
void pds_ocsp_drop(pds_ocsp *ocsp);

#ifdef __cplusplus
}
#endif
#endif
