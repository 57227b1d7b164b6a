#include "tests/cli/verify_fake.h"

#include <stddef.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define LIST(list)                            \
    {                                         \
        .items = (list), .count = COUNT(list) \
    }

enum { NOVEMBER_21 = 1795225800, YEAR = 31536000 }; /* 2026-11-21T01:50:00Z */

static const pds_verify_cert PATH[] = {
    { .subject = "C=CN,O=示例,CN=张三",
      .issuer = "C=CN,CN=Example Issuing CA",
      .label = "张三",
      .serial = "0a1b",
      .sha256 = "aa00",
      .not_before = NOVEMBER_21 - YEAR,
      .not_after = NOVEMBER_21 + YEAR,
      .key = "EC 256",
      .status = "good",
      .status_source = "ocsp",
      .this_update = NOVEMBER_21 - 60,
      .next_update = NOVEMBER_21 + 86400 },
    { .subject = "C=CN,CN=Example Issuing CA",
      .issuer = "C=CN,CN=Example Root",
      .label = "Example Issuing CA",
      .serial = "02",
      .sha256 = "bb00",
      .not_before = NOVEMBER_21 - 5 * YEAR,
      .not_after = NOVEMBER_21 + 5 * YEAR,
      .key = "RSA 3072",
      .status = "good",
      .status_source = "crl" },
    { .subject = "C=CN,CN=Example Root",
      .issuer = "C=CN,CN=Example Root",
      .label = "Example Root",
      .serial = "01",
      .sha256 = "cc00",
      .not_before = NOVEMBER_21 - 9 * YEAR,
      .not_after = NOVEMBER_21 + 9 * YEAR,
      .key = "RSA 4096",
      .status = "not needed" },
};

static const pds_verify_cert TSA_PATH[] = {
    { .subject = "CN=Example TSA",
      .issuer = "C=CN,CN=Example Root",
      .label = "Example TSA",
      .serial = "77",
      .sha256 = "dd00",
      .not_before = NOVEMBER_21 - YEAR,
      .not_after = NOVEMBER_21 + 3 * YEAR,
      .key = "RSA 3072",
      .status = "good",
      .status_source = "crl" },
    { .subject = "C=CN,CN=Example Root",
      .issuer = "C=CN,CN=Example Root",
      .label = "Example Root",
      .serial = "01",
      .sha256 = "cc00",
      .not_after = NOVEMBER_21 + 9 * YEAR,
      .key = "RSA 4096",
      .status = "not needed" },
};

static const pds_verify_timestamp STAMPS[] = {
    { .kind = "signature",
      .time = NOVEMBER_21 + 2,
      .digest = "SHA-256",
      .indication = PDS_PASSED,
      .sub = "",
      .path = TSA_PATH,
      .path_count = COUNT(TSA_PATH),
      .anchored = true },
};

static const char *const BUYER[] = { "Buyer" };
static const char *const SELLER[] = { "Form.Seller", "Form.SellerCopy" };

#define BUYER_SIGNED                                                                            \
    .fields = BUYER, .field_count = 1, .kind = "approval", .sub_filter = "ETSI.CAdES.detached", \
    .level = PDS_LEVEL_T, .object = 12, .page = 3, .byte_range = { 0, 1000, 9000, 500 },        \
    .revision = 1, .signer = "张三", .path = PATH, .path_count = COUNT(PATH), .anchored = true, \
    .digest = "SHA-256", .algorithm = "ECDSA", .digest_fits = true, .value_fits = true,         \
    .claimed_time = "2026-11-21T09:50:00+08:00", .proven_time = NOVEMBER_21 + 2,                \
    .proven_by = "signature timestamp", .judged_at = NOVEMBER_21 + 2,                           \
    .expires = NOVEMBER_21 + YEAR, .timestamps = STAMPS, .timestamp_count = COUNT(STAMPS)

static const pds_verify_finding NOTES[] = {
    { .code = "UNREFERENCED_BYTES",
      .text = "12 bytes belong to no object",
      .indication = PDS_PASSED,
      .sub = "",
      .offset = 77,
      .revision = 1 },
};

static const pds_verify_edit EDITS[] = {
    { .kind = "signed",
      .text = "field Form.Seller was signed",
      .field = "Form.Seller",
      .object = 20 },
    { .kind = "dss", .text = "validation data came", .object = 31 },
};

static const pds_verify_revision REVISIONS[] = {
    { .begin = 0, .end = 9500, .signature = 1 },
    { .begin = 9500, .end = 20000, .signature = 2, .edits = EDITS, .edit_count = COUNT(EDITS) },
};

static const pds_verify_signature GOOD[] = {
    { BUYER_SIGNED, .indication = PDS_PASSED, .sub = "", .reason = "合同", .certification = 2 },
    { .fields = SELLER,
      .field_count = 2,
      .kind = "approval",
      .sub_filter = "adbe.pkcs7.detached",
      .indication = PDS_PASSED,
      .sub = "",
      .level = PDS_LEVEL_NONE,
      .byte_range = { 0, 12000, 14000, 6000 },
      .revision = 2,
      .covers_all = true,
      .lock = "all",
      .signer = "杭州示例科技有限公司",
      .path = PATH,
      .path_count = COUNT(PATH),
      .anchored = true,
      .digest = "SHA-256",
      .algorithm = "RSA PKCS#1 v1.5",
      .digest_fits = true,
      .value_fits = true,
      .claimed_time = "2026-11-21T09:55:00+08:00",
      .judged_at = NOVEMBER_21 + 600 },
};

static const pds_verify_seam SEAMS[] = {
    { .seam = "right,at=50%",
      .state = "complete",
      .carried_by = "content",
      .pages = 3,
      .signature = 1 },
};

static const pds_verify_requirement MET[] = {
    { "require-signatures", "at least 2 valid signatures are demanded: valid are 2 of 2", true },
};

#define TWO_REVISIONS                                                      \
    .is_signed = true, .bytes = 20000, .pages = 3, .revisions = REVISIONS, \
    .revision_count = COUNT(REVISIONS)

static const pds_verification VALID = {
    TWO_REVISIONS,
    .indication = PDS_PASSED,
    .sub = "",
    .requirements_met = true,
    .findings = LIST(NOTES),
    .signatures = GOOD,
    .signature_count = COUNT(GOOD),
    .seams = SEAMS,
    .seam_count = COUNT(SEAMS),
    .requirements = MET,
    .requirement_count = COUNT(MET),
};

static const pds_verify_finding CHANGED[] = {
    { .code = "SIGNING_TIME_IN_CMS",
      .text = "the CMS repeats the time",
      .indication = PDS_PASSED,
      .sub = "",
      .offset = -1 },
    { .code = "PAGE_CHANGED",
      .text = "page 2 has other content than when it was signed",
      .indication = PDS_FAILED,
      .sub = "FORMAT_FAILURE",
      .offset = 10233,
      .object = 8,
      .revision = 2 },
};

static const pds_verify_signature BAD[] = {
    { BUYER_SIGNED, .indication = PDS_FAILED, .sub = "FORMAT_FAILURE", .findings = LIST(CHANGED) },
};

static const pds_verification INVALID = {
    TWO_REVISIONS,
    .indication = PDS_FAILED,
    .sub = "FORMAT_FAILURE",
    .requirements_met = true,
    .exit = 1,
    .signatures = BAD,
    .signature_count = COUNT(BAD),
};

static const pds_verify_finding NOBODY[] = {
    { .code = "CHAIN_NOT_FOUND",
      .text = "no path leads from the signer's certificate to a trusted one",
      .indication = PDS_INDETERMINATE,
      .sub = "NO_CERTIFICATE_CHAIN_FOUND",
      .offset = -1 },
};

static const pds_verify_signature DOUBTFUL[] = {
    { .fields = BUYER,
      .field_count = 1,
      .kind = "approval",
      .sub_filter = "ETSI.CAdES.detached",
      .indication = PDS_INDETERMINATE,
      .sub = "NO_CERTIFICATE_CHAIN_FOUND",
      .level = PDS_LEVEL_B,
      .byte_range = { 0, 1000, 9000, 500 },
      .revision = 1,
      .covers_all = true,
      .signer = "张三",
      .path = PATH,
      .path_count = 1,
      .digest = "SHA-256",
      .algorithm = "ECDSA",
      .digest_fits = true,
      .value_fits = true,
      .findings = LIST(NOBODY) },
};

static const pds_verification UNCONFIRMED = {
    .indication = PDS_INDETERMINATE,
    .sub = "NO_CERTIFICATE_CHAIN_FOUND",
    .is_signed = true,
    .requirements_met = true,
    .exit = 6,
    .bytes = 9500,
    .pages = 1,
    .signatures = DOUBTFUL,
    .signature_count = 1,
    .revisions = REVISIONS,
    .revision_count = 1,
};

static const pds_verification UNSIGNED = {
    .indication = PDS_PASSED,
    .sub = "",
    .exit = 7,
    .bytes = 800,
    .pages = 1,
    .requirements_met = true,
};

static const pds_verify_requirement UNMET_ITEMS[] = {
    { "require-level", "level B-T is demanded of each signature: the lowest is B-T", true },
    { "require-signatures", "at least 3 valid signatures are demanded: valid are 2 of 2", false },
};

static const pds_verification UNMET = {
    TWO_REVISIONS,
    .indication = PDS_PASSED,
    .sub = "",
    .exit = 7,
    .signatures = GOOD,
    .signature_count = COUNT(GOOD),
    .requirements = UNMET_ITEMS,
    .requirement_count = COUNT(UNMET_ITEMS),
};

static const char *const HOSTILE_FIELDS[] = { HOSTILE };
static const pds_verify_finding HOSTILE_FINDINGS[] = {
    { .code = "FIELD_LOCKED",
      .text = HOSTILE,
      .indication = PDS_FAILED,
      .sub = "FORMAT_FAILURE",
      .offset = INT64_MAX,
      .object = UINT32_MAX,
      .revision = UINT32_MAX },
};
static const pds_verify_edit HOSTILE_EDITS[] = { { "object", HOSTILE, HOSTILE, 1 } };
static const pds_verify_revision HOSTILE_REVISIONS[] = {
    { .begin = 0, .end = INT64_MAX, .signature = 9 },
    { .edits = HOSTILE_EDITS, .edit_count = 1 },
};
static const pds_verify_seam HOSTILE_SEAMS[] = {
    { .seam = HOSTILE, .state = "unknown", .text = HOSTILE, .pages = UINT32_MAX },
};
static const pds_verify_cert HOSTILE_PATH[] = {
    { .subject = HOSTILE,
      .issuer = HOSTILE,
      .label = HOSTILE,
      .serial = "00",
      .sha256 = "00",
      .not_before = INT64_MIN,
      .not_after = INT64_MAX,
      .key = HOSTILE,
      .status = "revoked",
      .revoked_at = NOVEMBER_21 },
};
static const pds_verify_signature HOSTILE_SIGNATURES[] = {
    { .fields = HOSTILE_FIELDS,
      .field_count = 1,
      .kind = "certification",
      .sub_filter = HOSTILE,
      .indication = PDS_FAILED,
      .sub = "FORMAT_FAILURE",
      .lock = HOSTILE,
      .signer = HOSTILE,
      .path = HOSTILE_PATH,
      .path_count = 1,
      .digest = HOSTILE,
      .algorithm = HOSTILE,
      .name = HOSTILE,
      .reason = HOSTILE,
      .location = HOSTILE,
      .contact = HOSTILE,
      .claimed_time = HOSTILE,
      .expires = INT64_MAX,
      .findings = { .items = HOSTILE_FINDINGS, .count = 1, .left_out = 12 } },
    /* hardly anything is known of it */
    { .kind = "timestamp", .indication = PDS_FAILED, .sub = "FORMAT_FAILURE" },
};
static const pds_verify_requirement HOSTILE_REQUIREMENTS[] = { { "require-signer", HOSTILE,
                                                                 false } };

static const pds_verification HOSTILE_FILE = {
    .indication = PDS_FAILED,
    .sub = "FORMAT_FAILURE",
    .is_signed = true,
    .exit = 1,
    .bytes = UINT64_MAX / 2,
    .pages = 1,
    .findings = LIST(HOSTILE_FINDINGS),
    .signatures = HOSTILE_SIGNATURES,
    .signature_count = COUNT(HOSTILE_SIGNATURES),
    .revisions = HOSTILE_REVISIONS,
    .revision_count = COUNT(HOSTILE_REVISIONS),
    .seams = HOSTILE_SEAMS,
    .seam_count = COUNT(HOSTILE_SEAMS),
    .requirements = HOSTILE_REQUIREMENTS,
    .requirement_count = COUNT(HOSTILE_REQUIREMENTS),
};

const fake FAKES[FAKE_COUNT] = {
    { "valid", &VALID },       { "invalid", &INVALID }, { "doubtful", &UNCONFIRMED },
    { "unsigned", &UNSIGNED }, { "unmet", &UNMET },     { "hostile", &HOSTILE_FILE },
    { "broken", NULL },        { "memory", NULL },
};

const fake *fake_of(const char *name)
{
    for (size_t i = 0; i < FAKE_COUNT; i++) {
        if (strncmp(FAKES[i].name, name, strlen(FAKES[i].name)) == 0) {
            return &FAKES[i];
        }
    }
    return NULL;
}
