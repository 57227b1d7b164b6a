#ifndef CMS_PATH_H
#define CMS_PATH_H

/* Certificate paths: found (RFC 4158) and validated (RFC 5280, 6.1) with findings in the terms of
 * ETSI EN 319 102-1, 5.2.6. Of certificate policies there is what a demand for one needs: sets are
 * intersected along the path and requireExplicitPolicy and inhibitAnyPolicy obeyed; a path that
 * needs a policy and maps policies is refused. The inner purposes of issuers are judged as those of
 * the leaf, as common practice has it, though RFC 5280 leaves that open. */

#include "base/finding.h"
#include "cms/cert.h"
#include "cms/crypto_limits.h"
#include "cms/trust.h"

#ifdef __cplusplus
extern "C" {
#endif

/* When a signature was made, as far as it is known. */
typedef struct pds_when {
    time_t at;   /* what is judged at: now, a time that the user gave, or a proof of existence */
    bool proven; /* at is a time at which the signature is proven to have existed already */
    time_t earliest; /* proven not to have existed before, by a content timestamp; 0: nothing */
    time_t now;      /* newer evidence of revocation is refused; 0: the same as at */
} pds_when;

/* What a certificate must be good for (RFC 5280, 4.2.1.3 and 4.2.1.12). Object identifiers are
 * dotted texts, NULL at the end. */
typedef struct pds_use_rule {
    uint32_t key_usage;          /* one of these bits, as pds_cert_key_usage has them; 0: any */
    bool purpose_needed;         /* extended key usage must be there */
    bool purpose_alone;          /* critical, with a single purpose (RFC 3161, 2.3) */
    const char *const *accepted; /* purposes that suffice */
    const char *const *refused;  /* ones that don't; NULL: all that are not accepted */
} pds_use_rule;

extern const pds_use_rule pds_use_document;  /* refuses only what is for something else */
extern const pds_use_rule pds_use_timestamp; /* timeStamping and no other */
extern const pds_use_rule pds_use_ocsp;      /* OCSPSigning */
extern const pds_use_rule pds_use_crl;       /* key usage cRLSign */

/* What the user demands of every certificate on a path. { 0 } is the usual. */
typedef struct pds_path_policy {
    const pds_crypto_limits *limits; /* of keys and digests; NULL: the usual ones */
    const char *const *policies;     /* one of these, dotted, must hold for the path; NULL: any */
    size_t length_max; /* certificates with leaf and anchor; 0: PDS_PATH_MAX, which is the most */
} pds_path_policy;

enum { PDS_PATH_MAX = 12 };

/* What stays the same for all the certificates of a batch. */
typedef struct pds_path_rules {
    pds_trust *trust;              /* borrowed */
    const pds_path_policy *policy; /* borrowed; NULL: { 0 } */
} pds_path_rules;

/* The leaf, its issuer, …, the anchor. Begin with { 0 }. */
typedef struct pds_path {
    pds_certs certs;
    bool anchored; /* false: the longest one found, which ends at nobody's trust */
} pds_path;

/**
 * Finds the best path from the leaf to an anchor: one without findings, or else with the least bad.
 * pool      certificates that may help: those of the signature, the file, given files
 * path      empty; dropped by the caller
 * findings  get those of the path chosen; nothing is added if it is valid
 * bounds    16 candidates a step, 100 signatures and 40 whole paths in all
 * errors    PDS_E_NO_MEMORY, PDS_E_INTERNAL; never a fault of the certificates
 */
PDS_USE pds_code pds_path_find(const pds_path_rules *rules, pds_cert *leaf, const pds_certs *pool,
                               const pds_use_rule *use, const pds_when *when, pds_path *path,
                               pds_findings *findings, pds_err *e);
void pds_path_drop(pds_path *path);

/* "2026-11-21 16:00:00Z" */
enum { PDS_TIME_TEXT = 32 };
void pds_time_text(time_t at, char out[PDS_TIME_TEXT]);

#ifdef __cplusplus
}
#endif
#endif
