#include "base/finding.h"

#include "base/err.h"
#include "base/grow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct row {
    const char *name;
    pds_indication indication;
    const char *sub;
} row;

static const row ROWS[PDS_F_COUNT] = {
    [PDS_F_NONE] = { "NONE", PDS_PASSED, "" },
    [PDS_F_UNREFERENCED_BYTES] = { "UNREFERENCED_BYTES", PDS_PASSED, "" },
    [PDS_F_BYTE_RANGE_WRONG] = { "BYTE_RANGE_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CHAIN_NOT_FOUND] = { "CHAIN_NOT_FOUND", PDS_INDETERMINATE,
                                "NO_CERTIFICATE_CHAIN_FOUND" },
    [PDS_F_CMS_UNREADABLE] = { "CMS_UNREADABLE", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CMS_ENCODING_REFUSED] = { "CMS_ENCODING_REFUSED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CMS_ENCODING_BER] = { "CMS_ENCODING_BER", PDS_PASSED, "" },
    [PDS_F_CMS_VERSION_WRONG] = { "CMS_VERSION_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CMS_VERSION_UNUSUAL] = { "CMS_VERSION_UNUSUAL", PDS_PASSED, "" },
    [PDS_F_CMS_SIGNERS_NOT_ONE] = { "CMS_SIGNERS_NOT_ONE", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CMS_CONTENT_WRONG] = { "CMS_CONTENT_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CMS_DIGEST_NOT_ANNOUNCED] = { "CMS_DIGEST_NOT_ANNOUNCED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CMS_CERTIFICATE_SKIPPED] = { "CMS_CERTIFICATE_SKIPPED", PDS_PASSED, "" },
    [PDS_F_CMS_REVOCATION_SKIPPED] = { "CMS_REVOCATION_SKIPPED", PDS_PASSED, "" },
    [PDS_F_SIGNED_ATTRIBUTES_MISSING] = { "SIGNED_ATTRIBUTES_MISSING", PDS_FAILED,
                                          "FORMAT_FAILURE" },
    [PDS_F_SIGNED_ATTRIBUTES_ABSENT] = { "SIGNED_ATTRIBUTES_ABSENT", PDS_PASSED, "" },
    [PDS_F_SIGNED_ATTRIBUTES_UNSORTED] = { "SIGNED_ATTRIBUTES_UNSORTED", PDS_PASSED, "" },
    [PDS_F_ATTRIBUTE_BROKEN] = { "ATTRIBUTE_BROKEN", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_ATTRIBUTE_REPEATED] = { "ATTRIBUTE_REPEATED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_ATTRIBUTE_MISPLACED] = { "ATTRIBUTE_MISPLACED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_ATTRIBUTE_IGNORED] = { "ATTRIBUTE_IGNORED", PDS_PASSED, "" },
    [PDS_F_ATTRIBUTE_UNKNOWN] = { "ATTRIBUTE_UNKNOWN", PDS_PASSED, "" },
    [PDS_F_CONTENT_TYPE_WRONG] = { "CONTENT_TYPE_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_MESSAGE_DIGEST_MISSING] = { "MESSAGE_DIGEST_MISSING", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_DIGEST_MISMATCH] = { "DIGEST_MISMATCH", PDS_FAILED, "HASH_FAILURE" },
    [PDS_F_SIGNER_NOT_FOUND] = { "SIGNER_NOT_FOUND", PDS_INDETERMINATE,
                                 "NO_SIGNING_CERTIFICATE_FOUND" },
    [PDS_F_SIGNER_AMBIGUOUS] = { "SIGNER_AMBIGUOUS", PDS_INDETERMINATE,
                                 "NO_SIGNING_CERTIFICATE_FOUND" },
    [PDS_F_SIGNER_NAME_UNUSUAL] = { "SIGNER_NAME_UNUSUAL", PDS_PASSED, "" },
    [PDS_F_SIGNING_CERTIFICATE_MISSING] = { "SIGNING_CERTIFICATE_MISSING", PDS_FAILED,
                                            "FORMAT_FAILURE" },
    [PDS_F_SIGNING_CERTIFICATE_MISMATCH] = { "SIGNING_CERTIFICATE_MISMATCH", PDS_INDETERMINATE,
                                             "NO_SIGNING_CERTIFICATE_FOUND" },
    [PDS_F_SIGNING_CERTIFICATE_SHA1] = { "SIGNING_CERTIFICATE_SHA1", PDS_PASSED, "" },
    [PDS_F_SIGNING_TIME_IN_CMS] = { "SIGNING_TIME_IN_CMS", PDS_PASSED, "" },
    [PDS_F_ALGORITHM_UNKNOWN] = { "ALGORITHM_UNKNOWN", PDS_INDETERMINATE,
                                  "CRYPTO_CONSTRAINTS_FAILURE" },
    [PDS_F_ALGORITHM_MISMATCH] = { "ALGORITHM_MISMATCH", PDS_FAILED, "SIG_CRYPTO_FAILURE" },
    [PDS_F_ALGORITHM_PARAMETERS_WRONG] = { "ALGORITHM_PARAMETERS_WRONG", PDS_FAILED,
                                           "SIG_CRYPTO_FAILURE" },
    [PDS_F_ALGORITHM_PARAMETERS_UNUSUAL] = { "ALGORITHM_PARAMETERS_UNUSUAL", PDS_PASSED, "" },
    [PDS_F_DIGEST_WEAK] = { "DIGEST_WEAK", PDS_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE" },
    [PDS_F_KEY_WEAK] = { "KEY_WEAK", PDS_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE" },
    [PDS_F_SIGNATURE_WRONG] = { "SIGNATURE_WRONG", PDS_FAILED, "SIG_CRYPTO_FAILURE" },
    [PDS_F_TST_INFO_WRONG] = { "TST_INFO_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_TST_NAME_OTHER] = { "TST_NAME_OTHER", PDS_PASSED, "" },
    [PDS_F_CHAIN_SEARCH_LIMIT] = { "CHAIN_SEARCH_LIMIT", PDS_INDETERMINATE,
                                   "NO_CERTIFICATE_CHAIN_FOUND" },
    [PDS_F_CHAIN_CERT_OUT_OF_BOUNDS] = { "CHAIN_CERT_OUT_OF_BOUNDS", PDS_INDETERMINATE,
                                         "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
    [PDS_F_CHAIN_EXTENSION_MALFORMED] = { "CHAIN_EXTENSION_MALFORMED", PDS_INDETERMINATE,
                                          "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
    [PDS_F_CHAIN_CRITICAL_EXTENSION] = { "CHAIN_CRITICAL_EXTENSION", PDS_INDETERMINATE,
                                         "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
    [PDS_F_CHAIN_ISSUER_NOT_CA] = { "CHAIN_ISSUER_NOT_CA", PDS_INDETERMINATE,
                                    "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
    [PDS_F_CHAIN_PATH_LENGTH] = { "CHAIN_PATH_LENGTH", PDS_INDETERMINATE,
                                  "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
    [PDS_F_CHAIN_NAME_CONSTRAINTS] = { "CHAIN_NAME_CONSTRAINTS", PDS_INDETERMINATE,
                                       "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
    [PDS_F_CHAIN_POLICY] = { "CHAIN_POLICY", PDS_INDETERMINATE,
                             "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
    [PDS_F_CERT_OUT_OF_BOUNDS] = { "CERT_OUT_OF_BOUNDS", PDS_INDETERMINATE,
                                   "OUT_OF_BOUNDS_NO_POE" },
    [PDS_F_CERT_EXPIRED] = { "CERT_EXPIRED", PDS_FAILED, "EXPIRED" },
    [PDS_F_CERT_NOT_YET_VALID] = { "CERT_NOT_YET_VALID", PDS_FAILED, "NOT_YET_VALID" },
    [PDS_F_CERT_KEY_USAGE] = { "CERT_KEY_USAGE", PDS_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE" },
    [PDS_F_CERT_PURPOSE] = { "CERT_PURPOSE", PDS_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE" },
    [PDS_F_CERT_REVOKED] = { "CERT_REVOKED", PDS_FAILED, "REVOKED" },
    [PDS_F_CERT_REVOKED_NO_POE] = { "CERT_REVOKED_NO_POE", PDS_INDETERMINATE, "REVOKED_NO_POE" },
    [PDS_F_CERT_REVOKED_LATER] = { "CERT_REVOKED_LATER", PDS_PASSED, "" },
    [PDS_F_CA_REVOKED_NO_POE] = { "CA_REVOKED_NO_POE", PDS_INDETERMINATE, "REVOKED_CA_NO_POE" },
    [PDS_F_CERT_ON_HOLD] = { "CERT_ON_HOLD", PDS_INDETERMINATE, "TRY_LATER" },
    [PDS_F_REVOCATION_UNKNOWN] = { "REVOCATION_UNKNOWN", PDS_INDETERMINATE, "TRY_LATER" },
    [PDS_F_REVOCATION_STALE] = { "REVOCATION_STALE", PDS_INDETERMINATE, "TRY_LATER" },
    [PDS_F_REVOCATION_NO_POE] = { "REVOCATION_NO_POE", PDS_INDETERMINATE, "NO_POE" },
    [PDS_F_REVOCATION_EVIDENCE_REFUSED] = { "REVOCATION_EVIDENCE_REFUSED", PDS_PASSED, "" },
    [PDS_F_SIGNATURE_UNREADABLE] = { "SIGNATURE_UNREADABLE", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_SIGNATURE_KEY_ESCAPED] = { "SIGNATURE_KEY_ESCAPED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_SIGNATURE_VALUE_INDIRECT] = { "SIGNATURE_VALUE_INDIRECT", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_SIGNATURE_REPLACED] = { "SIGNATURE_REPLACED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_BYTE_RANGE_GAP] = { "BYTE_RANGE_GAP", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_BYTE_RANGE_END] = { "BYTE_RANGE_END", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CONTENTS_WRONG] = { "CONTENTS_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CONTENTS_PADDING] = { "CONTENTS_PADDING", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CONTENTS_SHARED] = { "CONTENTS_SHARED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_REVISION_WITHOUT_END] = { "REVISION_WITHOUT_END", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_UPDATE_BYTES_UNREFERENCED] = { "UPDATE_BYTES_UNREFERENCED", PDS_FAILED,
                                          "FORMAT_FAILURE" },
    [PDS_F_UPDATE_ENTRY_OUTSIDE] = { "UPDATE_ENTRY_OUTSIDE", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_UPDATE_COMMENT] = { "UPDATE_COMMENT", PDS_PASSED, "" },
    [PDS_F_XREF_WRONG] = { "XREF_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_OBJECT_AMBIGUOUS] = { "OBJECT_AMBIGUOUS", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_OBJECT_BROKEN] = { "OBJECT_BROKEN", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_OBJECTS_OVERLAP] = { "OBJECTS_OVERLAP", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_OBJECT_STREAM_WRONG] = { "OBJECT_STREAM_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_OBJECT_STREAM_REPLACED] = { "OBJECT_STREAM_REPLACED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_SUBFILTER_UNSUPPORTED] = { "SUBFILTER_UNSUPPORTED", PDS_INDETERMINATE,
                                      "FORMAT_FAILURE" },
    [PDS_F_FILTER_UNKNOWN] = { "FILTER_UNKNOWN", PDS_PASSED, "" },
    [PDS_F_SIGNATURE_ENTRY_WRONG] = { "SIGNATURE_ENTRY_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_PAGE_CHANGED] = { "PAGE_CHANGED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CATALOG_CHANGED] = { "CATALOG_CHANGED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_ACTION_ADDED] = { "ACTION_ADDED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_ANNOTATION_CHANGED] = { "ANNOTATION_CHANGED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_FORM_CHANGED] = { "FORM_CHANGED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_FIELD_FILLED] = { "FIELD_FILLED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_FIELD_LOCKED] = { "FIELD_LOCKED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_SIGNATURE_ADDED] = { "SIGNATURE_ADDED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_SIGNATURE_CHANGED] = { "SIGNATURE_CHANGED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_PERMISSIONS_CHANGED] = { "PERMISSIONS_CHANGED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_OBJECT_CHANGED] = { "OBJECT_CHANGED", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_TIMESTAMP_MISMATCH] = { "TIMESTAMP_MISMATCH", PDS_FAILED, "HASH_FAILURE" },
    [PDS_F_TIMESTAMP_WRONG] = { "TIMESTAMP_WRONG", PDS_FAILED, "SIG_CRYPTO_FAILURE" },
    [PDS_F_TIMESTAMP_UNTRUSTED] = { "TIMESTAMP_UNTRUSTED", PDS_INDETERMINATE,
                                    "NO_CERTIFICATE_CHAIN_FOUND" },
    [PDS_F_TIMESTAMP_FUTURE] = { "TIMESTAMP_FUTURE", PDS_INDETERMINATE, "TIMESTAMP_ORDER_FAILURE" },
    [PDS_F_TIMESTAMP_NOT_JUDGED] = { "TIMESTAMP_NOT_JUDGED", PDS_PASSED, "" },
    [PDS_F_REVOCATION_FETCH_FAILED] = { "REVOCATION_FETCH_FAILED", PDS_PASSED, "" },
    [PDS_F_ISSUER_FETCH_FAILED] = { "ISSUER_FETCH_FAILED", PDS_PASSED, "" },
};

const char *pds_finding_name(pds_finding_code code)
{
    return ROWS[code].name;
}

pds_indication pds_finding_indication(pds_finding_code code)
{
    return ROWS[code].indication;
}

const char *pds_finding_sub(pds_finding_code code)
{
    return ROWS[code].sub;
}

static pds_code make_room(pds_findings *f, pds_err *e)
{
    pds_finding *more = pds_grow(f->items, f->count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    f->items = more;
    return PDS_OK;
}

static void leave_out(pds_findings *f, pds_finding_code code)
{
    f->left_out++;
    if (pds_finding_indication(code) > pds_finding_indication(f->worst_left_out)) {
        f->worst_left_out = code;
    }
}

pds_code pds_finding_add(pds_findings *f, pds_finding_code code, pds_err *e, const char *format,
                         ...)
{
    char *text = NULL;
    va_list args;
    if (f->count == PDS_FINDINGS_MAX) {
        leave_out(f, code);
        return PDS_OK;
    }
    PDS_TRY(make_room(f, e));
    va_start(args, format);
    const int length = vasprintf(&text, pds_translated(format), args);
    va_end(args);
    if (length < 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    f->items[f->count++] = (pds_finding){ .code = code, .text = text, .offset = -1 };
    return PDS_OK;
}

pds_finding *pds_finding_last(pds_findings *f)
{
    return f->left_out > 0 || f->count == 0 ? &f->spare : &f->items[f->count - 1];
}

pds_code pds_finding_place(pds_code code, pds_findings *f, uint32_t num, int64_t at,
                           uint32_t revision)
{
    if (code == PDS_OK) {
        pds_finding *const last = pds_finding_last(f);
        last->object = num;
        last->offset = at;
        last->revision = revision;
    }
    return code;
}

/* How far a code gives way to another one of its indication: a timestamp that proves nothing to
 * what it would have proven (ETSI EN 319 102-1, 5.5.4); an issuer's end, and what is not known of
 * revocation, to the signer's own end or revocation (5.2.6.4, where those come first). */
static int yields(pds_finding_code code)
{
    switch (code) {
    case PDS_F_TIMESTAMP_UNTRUSTED:
        return 2;
    case PDS_F_CHAIN_CERT_OUT_OF_BOUNDS:
    case PDS_F_REVOCATION_UNKNOWN:
    case PDS_F_REVOCATION_STALE:
    case PDS_F_REVOCATION_NO_POE:
        return 1;
    default:
        return 0;
    }
}

static bool is_worse(pds_finding_code code, pds_finding_code worst)
{
    const pds_indication indication = pds_finding_indication(code);
    const pds_indication most = pds_finding_indication(worst);
    return indication > most || (indication == most && yields(code) < yields(worst));
}

pds_indication pds_findings_worst(const pds_findings *f, const char **sub)
{
    pds_finding_code worst = PDS_F_NONE;
    for (size_t i = 0; i < f->count; i++) {
        worst = is_worse(f->items[i].code, worst) ? f->items[i].code : worst;
    }
    worst = is_worse(f->worst_left_out, worst) ? f->worst_left_out : worst;
    *sub = pds_finding_sub(worst);
    return pds_finding_indication(worst);
}

pds_code pds_findings_move(pds_findings *to, pds_findings *from, pds_err *e)
{
    for (size_t i = 0; i < from->count && to->count < PDS_FINDINGS_MAX; i++) {
        PDS_TRY(make_room(to, e));
        to->items[to->count++] = from->items[i];
        from->items[i].text = NULL;
    }
    for (size_t i = 0; i < from->count; i++) {
        if (from->items[i].text != NULL) {
            leave_out(to, from->items[i].code);
        }
    }
    if (from->left_out > 0) {
        leave_out(to, from->worst_left_out);
        to->left_out += from->left_out - 1;
    }
    pds_findings_drop(from);
    return PDS_OK;
}

void pds_findings_drop(pds_findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->items[i].text);
    }
    free(f->items);
    *f = (pds_findings){ .count = 0 };
}
