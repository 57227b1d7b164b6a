#ifndef PDFSIGN_POLICY_H
#define PDFSIGN_POLICY_H

#include "cms/path.h"
#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a verifier demands of algorithms, certificates and evidence (ETSI EN 319 102-1, 5.1.4); a
 * JSON file of docs/verify.md, or the usual one. Owns what it points to. */
typedef struct pds_policy {
    char *name; /* of the file, for reports; NULL: the usual one */
    pds_crypto_limits limits;
    pds_path_policy path;   /* .limits points to the above */
    pds_use_rule document;  /* of the signer's certificate */
    pds_use_rule timestamp; /* of a timestamp's */
    bool revocation_set;
    pds_revocation_mode revocation;
    bool revocation_needed; /* unknown is a finding; else only where the mode is not NONE */
    int64_t evidence_age;   /* seconds, 0: until its own nextUpdate */
    int64_t clock_skew;     /* seconds */
    pds_level level;        /* at least, as --require-level; NONE: nothing demanded */
    void *owner;            /* internal: lists and texts */
} pds_policy;

/* The usual one, or that of the file. errors: PDS_E_USAGE naming the key and the line,
 * PDS_E_INPUT_UNREADABLE */
PDS_USE pds_code pds_policy_read(const char *path, pds_policy *out, pds_err *e);
void pds_policy_drop(pds_policy *policy);

#ifdef __cplusplus
}
#endif
#endif
