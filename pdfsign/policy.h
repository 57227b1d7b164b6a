#ifndef PDFSIGN_POLICY_H
#define PDFSIGN_POLICY_H

#include "cms/path.h"
#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a verifier demands of algorithms, certificates and evidence (ETSI EN 319 102-1, 5.1.4); a
 * JSON file of docs/verify.md, or the usual one. Must not be moved: it points into itself. */
typedef struct pds_policy {
    const char *name; /* of the file, for reports; NULL: none; lent from owner */
    pds_crypto_limits limits;
    pds_path_policy path;         /* of signers; .limits points to the above */
    pds_path_policy service_path; /* of timestamps and revocation: without .policies */
    pds_use_rule document;        /* of the signer's certificate */
    pds_use_rule timestamp;       /* of a timestamp's */
    bool revocation_set;          /* the file says: */
    pds_revocation_mode revocation;
    bool revocation_needed_set; /* the file says: */
    bool revocation_needed;     /* unknown is a finding; else pdfsign/verify_time_path.c decides */
    int64_t evidence_age;       /* seconds, 0: until its own nextUpdate */
    int64_t clock_skew;         /* seconds */
    pds_level level;            /* at least, as --require-level; NONE: nothing demanded */
    void *owner;                /* internal: lists and texts */
} pds_policy;

/* The usual one (path NULL), or that with what the file says otherwise. errors: PDS_E_USAGE naming
 * the key and what was expected, or the line where it is no JSON; PDS_E_INPUT_UNREADABLE */
PDS_USE pds_code pds_policy_read(const char *path, pds_policy *out, pds_err *e);
void pds_policy_drop(pds_policy *policy);

#ifdef __cplusplus
}
#endif
#endif
