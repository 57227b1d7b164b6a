#ifndef PDFSIGN_VERIFIER_H
#define PDFSIGN_VERIFIER_H

#include "pdfsign/policy.h"

#include <pds/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pds_fetcher; /* pdfsign/fetch.h */

/* What pds_verifier_new made of its options. Unchanging afterwards but for caches with locks of
 * their own, so that any number of threads may use it. */
struct pds_verifier {
    pds_verify_options options; /* texts and lists of requirements are lent; files are read */
    pds_policy policy;
    pds_trust *trust;               /* anchors and the certificate cache */
    pds_certs chains;               /* --chain */
    pds_evidence *evidence;         /* --evidence; NULL: none */
    pds_revocation_mode revocation; /* of the option, else the policy's, else EMBEDDED */
    bool at_given;                  /* --at-time */
    time_t at;                      /* it, or when the verifier was made */
    time_t now;
    int64_t expires_within;      /* seconds; 0: not asked */
    struct pds_fetcher *fetcher; /* ONLINE only */
};

#ifdef __cplusplus
}
#endif
#endif
