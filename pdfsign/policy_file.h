#ifndef PDFSIGN_POLICY_FILE_H
#define PDFSIGN_POLICY_FILE_H

#include "pdfsign/policy.h"

#include <pds/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- words of a policy file (pdfsign/policy_names.c) ---- */

typedef struct pds_policy_word {
    const char *word;
    uint32_t value;
} pds_policy_word;

/* A word has several spellings where that is usual; the first is the one that is documented. Until
 * .word is NULL. Values of sets are bits. */
extern const pds_policy_word pds_policy_digests[];
extern const pds_policy_word pds_policy_curves[];
extern const pds_policy_word pds_policy_key_usages[];
extern const pds_policy_word pds_policy_revocations[];
extern const pds_policy_word pds_policy_levels[];

/* "SHA-256" is also "sha256" and "Sha_256". False: not in the list. */
bool pds_policy_word_find(const pds_policy_word *list, const char *word, uint32_t *value);
/* The dotted form of a purpose's name ("emailProtection"), or of what is dotted already; NULL: it
 * is neither. Lent. */
const char *pds_policy_purpose(const char *word);
/* "1.2.840.113549": no leading zeros, two numbers or more. */
bool pds_policy_is_oid(const char *text);

/* ---- the file (pdfsign/policy_file.c) ---- */

enum { PDS_POLICY_LISTS = 8 };

/* What a policy keeps alive. */
typedef struct pds_policy_owner {
    pds_json *file;
    const char **lists[PDS_POLICY_LISTS]; /* of texts in file or static ones, NULL at the end */
    size_t list_count;
} pds_policy_owner;

/* Puts what the object says into the policy. errors: PDS_E_USAGE, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_policy_apply(pds_policy_owner *owner, const pds_json *object, pds_policy *out,
                                  pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
