#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include "base/buf.h"

#include <pds/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a verifier found, apart from faults of the verifier itself (pds_err). */

/* Each has a row in finding.c: its name, which is stable, and what it makes of the signature. */
typedef enum pds_finding_code {
    PDS_F_NONE,
    PDS_F_UNREFERENCED_BYTES,
    PDS_F_BYTE_RANGE_WRONG,
    PDS_F_CHAIN_NOT_FOUND,
    /* cms/signed_data_read: the signature value */
    PDS_F_CMS_UNREADABLE,
    PDS_F_CMS_ENCODING_REFUSED,
    PDS_F_CMS_ENCODING_BER,
    PDS_F_CMS_VERSION_WRONG,
    PDS_F_CMS_VERSION_UNUSUAL,
    PDS_F_CMS_SIGNERS_NOT_ONE,
    PDS_F_CMS_CONTENT_WRONG,
    PDS_F_CMS_DIGEST_NOT_ANNOUNCED,
    PDS_F_CMS_CERTIFICATE_SKIPPED,
    PDS_F_CMS_REVOCATION_SKIPPED,
    PDS_F_SIGNED_ATTRIBUTES_MISSING,
    PDS_F_SIGNED_ATTRIBUTES_ABSENT,
    PDS_F_SIGNED_ATTRIBUTES_UNSORTED,
    PDS_F_ATTRIBUTE_BROKEN,
    PDS_F_ATTRIBUTE_REPEATED,
    PDS_F_ATTRIBUTE_MISPLACED,
    PDS_F_ATTRIBUTE_IGNORED,
    PDS_F_ATTRIBUTE_UNKNOWN,
    PDS_F_CONTENT_TYPE_WRONG,
    PDS_F_MESSAGE_DIGEST_MISSING,
    PDS_F_DIGEST_MISMATCH,
    PDS_F_SIGNER_NOT_FOUND,
    PDS_F_SIGNER_AMBIGUOUS,
    PDS_F_SIGNER_NAME_UNUSUAL,
    PDS_F_SIGNING_CERTIFICATE_MISSING,
    PDS_F_SIGNING_CERTIFICATE_MISMATCH,
    PDS_F_SIGNING_CERTIFICATE_SHA1,
    PDS_F_SIGNING_TIME_IN_CMS,
    PDS_F_ALGORITHM_UNKNOWN,
    PDS_F_ALGORITHM_MISMATCH,
    PDS_F_ALGORITHM_PARAMETERS_WRONG,
    PDS_F_ALGORITHM_PARAMETERS_UNUSUAL,
    PDS_F_DIGEST_WEAK,
    PDS_F_KEY_WEAK,
    PDS_F_SIGNATURE_WRONG,
    PDS_F_TST_INFO_WRONG,
    PDS_F_TST_NAME_OTHER,
    /* cms/path: certificates and their paths */
    PDS_F_CHAIN_SEARCH_LIMIT,
    PDS_F_CHAIN_CERT_OUT_OF_BOUNDS,
    PDS_F_CHAIN_EXTENSION_MALFORMED,
    PDS_F_CHAIN_CRITICAL_EXTENSION,
    PDS_F_CHAIN_ISSUER_NOT_CA,
    PDS_F_CHAIN_PATH_LENGTH,
    PDS_F_CHAIN_NAME_CONSTRAINTS,
    PDS_F_CHAIN_POLICY,
    PDS_F_CERT_OUT_OF_BOUNDS,
    PDS_F_CERT_EXPIRED,
    PDS_F_CERT_NOT_YET_VALID,
    PDS_F_CERT_KEY_USAGE,
    PDS_F_CERT_PURPOSE,
    /* cms/revocation */
    PDS_F_CERT_REVOKED,
    PDS_F_CERT_REVOKED_NO_POE,
    PDS_F_CERT_REVOKED_LATER,
    PDS_F_CA_REVOKED_NO_POE,
    PDS_F_CERT_ON_HOLD,
    PDS_F_REVOCATION_UNKNOWN,
    PDS_F_REVOCATION_STALE,
    PDS_F_REVOCATION_NO_POE,
    PDS_F_REVOCATION_EVIDENCE_REFUSED,
    /* the file: gates 1 and 2, pdf/byte_range.h and pdf/revision.h */
    PDS_F_SIGNATURE_UNREADABLE,
    PDS_F_SIGNATURE_KEY_ESCAPED,
    PDS_F_SIGNATURE_VALUE_INDIRECT,
    PDS_F_SIGNATURE_REPLACED,
    PDS_F_BYTE_RANGE_GAP,
    PDS_F_BYTE_RANGE_END,
    PDS_F_CONTENTS_WRONG,
    PDS_F_CONTENTS_PADDING,
    PDS_F_CONTENTS_SHARED,
    PDS_F_REVISION_WITHOUT_END,
    PDS_F_UPDATE_BYTES_UNREFERENCED,
    PDS_F_UPDATE_ENTRY_OUTSIDE,
    PDS_F_UPDATE_COMMENT,
    PDS_F_XREF_WRONG,
    PDS_F_OBJECT_AMBIGUOUS,
    PDS_F_OBJECT_BROKEN,
    PDS_F_OBJECTS_OVERLAP,
    PDS_F_OBJECT_STREAM_WRONG,
    PDS_F_OBJECT_STREAM_REPLACED,
    /* the signature dictionary: pdfsign/verify_value.h */
    PDS_F_SUBFILTER_UNSUPPORTED,
    PDS_F_FILTER_UNKNOWN,
    PDS_F_SIGNATURE_ENTRY_WRONG,
    /* gate 3, what later revisions changed: pdfsign/ladder.h */
    PDS_F_PAGE_CHANGED,
    PDS_F_CATALOG_CHANGED,
    PDS_F_ACTION_ADDED,
    PDS_F_ANNOTATION_CHANGED,
    PDS_F_FORM_CHANGED,
    PDS_F_FIELD_FILLED,
    PDS_F_FIELD_LOCKED,
    PDS_F_SIGNATURE_ADDED,
    PDS_F_SIGNATURE_CHANGED,
    PDS_F_PERMISSIONS_CHANGED,
    PDS_F_OBJECT_CHANGED,
    /* timestamps: pdfsign/verify_time.h */
    PDS_F_TIMESTAMP_MISMATCH,
    PDS_F_TIMESTAMP_WRONG,
    PDS_F_TIMESTAMP_UNTRUSTED,
    PDS_F_TIMESTAMP_FUTURE,
    PDS_F_TIMESTAMP_NOT_JUDGED,
    /* online: pdfsign/fetch.h */
    PDS_F_REVOCATION_FETCH_FAILED,
    PDS_F_ISSUER_FETCH_FAILED,
    PDS_F_COUNT
} pds_finding_code;

/* UPPER_SNAKE */
const char *pds_finding_name(pds_finding_code code);
/* PDS_PASSED: a note, which changes no verdict. */
pds_indication pds_finding_indication(pds_finding_code code);
/* Sub-indication of ETSI EN 319 102-1, 5.1.3; "" for a note. */
const char *pds_finding_sub(pds_finding_code code);

typedef struct pds_finding {
    pds_finding_code code;
    char *text;        /* owned: what, for people */
    int64_t offset;    /* byte of the file; -1: none */
    uint32_t object;   /* number; 0: none */
    uint32_t revision; /* from 1, the oldest; 0: none */
} pds_finding;

/* Begin with { 0 }. After PDS_FINDINGS_MAX more of them only count, so that a hostile file cannot
 * fill the memory. */
typedef struct pds_findings {
    pds_finding *items;
    size_t count;
    size_t left_out;
    pds_finding_code worst_left_out;
    pds_finding spare;
} pds_findings;

enum { PDS_FINDINGS_MAX = 1000 };

/* Adds one; its place is set afterwards, in what pds_finding_last gives. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_finding_add(pds_findings *f, pds_finding_code code, pds_err *e,
                                 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The one added last; never NULL: a spare one, which nobody reads, where it was left out. */
pds_finding *pds_finding_last(pds_findings *f);
/* Says where the finding is that was just added with this code, which it returns. num, revision 0
 * and at -1: not known. */
PDS_USE pds_code pds_finding_place(pds_code code, pds_findings *f, uint32_t num, int64_t at,
                                   uint32_t revision);
/* The worst of them; *sub: the sub-indication of the first that is as bad, "" for PDS_PASSED. */
pds_indication pds_findings_worst(const pds_findings *f, const char **sub);
/* Adds those of from, which is empty afterwards, in their order. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_findings_move(pds_findings *to, pds_findings *from, pds_err *e);
void pds_findings_drop(pds_findings *f);

#ifdef __cplusplus
}
#endif
#endif
