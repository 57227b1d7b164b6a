/* What a file is asked for beyond validity, and the exit code that comes of it. */
#include "base/own.h"
#include "pdfsign/verify_result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1795224600, DAY = 86400, PARTS_MAX = 3 };

#define PERSON  "AB01CD02AB01CD02AB01CD02AB01CD02AB01CD02AB01CD02AB01CD02AB01CD02"
#define COMPANY "ef01cd02ab01cd02ab01cd02ab01cd02ab01cd02ab01cd02ab01cd02ab01cd02"

static const pds_verify_cert CERTS[] = {
    { .label = "张三", .subject = "C=CN,O=Tester [1],CN=张三", .sha256 = PERSON },
    { .label = "Company Ltd", .subject = "C=CN,CN=Company Ltd", .sha256 = COMPANY },
};

/* A signature in few words. */
typedef struct part {
    const char *kind; /* NULL: no more of them */
    pds_indication indication;
    pds_level level;
    int signer; /* 0 nobody, else of CERTS */
    bool covers_all;
    int64_t expires; /* days from now; 0: not known */
} part;

/* What stands in a file, what is asked, what comes of it. */
typedef struct row {
    const char *name;
    part signatures[PARTS_MAX];
    pds_verify_options asked;
    pds_level policy;
    pds_verify_seam seams[PARTS_MAX];
    const char *edit; /* what a second revision did; NULL: there is none */
    const char *met;  /* a letter for each requirement: '+' met, '-' not */
    int exit;
} row;

#define SIGNER(pattern) \
    .require_signers = (const char *const[]){ pattern }, .require_signer_count = 1
#define GOOD                                               \
    {                                                      \
        "approval", PDS_PASSED, PDS_LEVEL_T, 1, false, 100 \
    }
#define LAST                                               \
    {                                                      \
        "approval", PDS_PASSED, PDS_LEVEL_LT, 2, true, 400 \
    }
#define STAMP                                               \
    {                                                       \
        "timestamp", PDS_PASSED, PDS_LEVEL_NONE, 0, true, 0 \
    }
#define OPEN_ONE                                                 \
    {                                                            \
        "approval", PDS_INDETERMINATE, PDS_LEVEL_B, 1, true, 100 \
    }
#define BROKEN                                            \
    {                                                     \
        "approval", PDS_FAILED, PDS_LEVEL_T, 1, true, 100 \
    }

static row rows[] = {
    /* nothing asked */
    { "a valid signature", .signatures = { GOOD }, .met = "", .exit = 0 },
    { "an open one", .signatures = { OPEN_ONE }, .met = "", .exit = 6 },
    { "a broken one", .signatures = { BROKEN }, .met = "", .exit = 1 },
    { "broken beside valid", .signatures = { GOOD, BROKEN }, .met = "", .exit = 1 },
    { "not signed", .met = "", .exit = 7 },

    /* several at once: the worst */
    { "broken and not met", .signatures = { BROKEN }, .asked = { .require_signatures = 1 },
      .met = "-", .exit = 1 },
    { "open and not met", .signatures = { OPEN_ONE }, .asked = { .require_signatures = 1 },
      .met = "-", .exit = 7 },
    { "open and met", .signatures = { OPEN_ONE }, .asked = { .require_covers_all = true },
      .met = "+", .exit = 6 },
    { "one met, one not", .signatures = { GOOD },
      .asked = { .require_signatures = 1, .require_covers_all = true }, .met = "+-", .exit = 7 },

    /* how many */
    { "one of one", .signatures = { GOOD }, .asked = { .require_signatures = 1 }, .met = "+" },
    { "two of two", .signatures = { GOOD, LAST }, .asked = { .require_signatures = 2 },
      .met = "+" },
    { "more than asked", .signatures = { GOOD, LAST }, .asked = { .require_signatures = 1 },
      .met = "+" },
    { "one too few", .signatures = { GOOD }, .asked = { .require_signatures = 2 }, .met = "-",
      .exit = 7 },
    { "a document timestamp does not count", .signatures = { GOOD, STAMP },
      .asked = { .require_signatures = 2 }, .met = "-", .exit = 7 },
    { "an open one does not count", .signatures = { GOOD, OPEN_ONE },
      .asked = { .require_signatures = 2 }, .met = "-", .exit = 7 },
    { "none at all", .asked = { .require_signatures = 1 }, .met = "-", .exit = 7 },

    /* levels */
    { "the level asked", .signatures = { GOOD }, .asked = { .require_level = PDS_LEVEL_T },
      .met = "+" },
    { "a higher one", .signatures = { LAST }, .asked = { .require_level = PDS_LEVEL_B },
      .met = "+" },
    { "a lower one", .signatures = { GOOD }, .asked = { .require_level = PDS_LEVEL_LT }, .met = "-",
      .exit = 7 },
    { "one of two is lower", .signatures = { GOOD, LAST },
      .asked = { .require_level = PDS_LEVEL_LT }, .met = "-", .exit = 7 },
    { "one of two is lower, the other way", .signatures = { LAST, GOOD },
      .asked = { .require_level = PDS_LEVEL_LT }, .met = "-", .exit = 7 },
    { "a document timestamp has no level", .signatures = { LAST, STAMP },
      .asked = { .require_level = PDS_LEVEL_LT }, .met = "+" },
    { "nothing but a document timestamp", .signatures = { STAMP },
      .asked = { .require_level = PDS_LEVEL_B }, .met = "-", .exit = 7 },
    { "the policy's level", .signatures = { GOOD }, .policy = PDS_LEVEL_T, .met = "+" },
    { "below the policy's level", .signatures = { GOOD }, .policy = PDS_LEVEL_LTA, .met = "-",
      .exit = 7 },
    { "both, and the option is the stricter", .signatures = { GOOD },
      .asked = { .require_level = PDS_LEVEL_LT }, .policy = PDS_LEVEL_T, .met = "-+", .exit = 7 },

    /* who */
    { "the whole name", .signatures = { GOOD }, .asked = { SIGNER("张三") }, .met = "+" },
    { "in other letters", .signatures = { LAST }, .asked = { SIGNER("company ltd") }, .met = "+" },
    { "a part of it is not it", .signatures = { LAST }, .asked = { SIGNER("Company") }, .met = "-",
      .exit = 7 },
    { "a pattern", .signatures = { LAST }, .asked = { SIGNER("Comp*") }, .met = "+" },
    { "a question mark", .signatures = { LAST }, .asked = { SIGNER("Company L?d") }, .met = "+" },
    { "the subject", .signatures = { LAST }, .asked = { SIGNER("C=CN,CN=Company Ltd") },
      .met = "+" },
    { "a part of the subject", .signatures = { GOOD }, .asked = { SIGNER("*,CN=张三") },
      .met = "+" },
    { "a bracket that is escaped", .signatures = { GOOD },
      .asked = { SIGNER("*O=Tester \\[1\\],*") }, .met = "+" },
    { "a bracket that is not", .signatures = { GOOD }, .asked = { SIGNER("*O=Tester [1],*") },
      .met = "-", .exit = 7 },
    { "the SHA-256", .signatures = { GOOD }, .asked = { SIGNER(PERSON) }, .met = "+" },
    { "the SHA-256 in small letters", .signatures = { GOOD },
      .asked = { SIGNER("ab01cd02ab01cd02ab01cd02ab01cd02ab01cd02ab01cd02ab01cd02ab01cd02") },
      .met = "+" },
    { "the SHA-256 with colons", .signatures = { LAST },
      .asked = { SIGNER("EF:01:cd:02:ab:01:cd:02:ab:01:cd:02:ab:01:cd:02:ab:01:cd:02:ab:01:cd:02:"
                        "ab:01:cd:02:ab:01:cd:02") },
      .met = "+" },
    { "half of it", .signatures = { GOOD }, .asked = { SIGNER("AB01CD02") }, .met = "-",
      .exit = 7 },
    { "one who signed open", .signatures = { OPEN_ONE, LAST }, .asked = { SIGNER("张三") },
      .met = "-", .exit = 7 },
    { "one who is not known", .signatures = { { "approval", PDS_PASSED, PDS_LEVEL_B, 0, true, 0 } },
      .asked = { SIGNER("*") }, .met = "-", .exit = 7 },
    { "the second of them", .signatures = { GOOD, LAST }, .asked = { SIGNER("Company*") },
      .met = "+" },
    { "two names, both there", .signatures = { GOOD, LAST },
      .asked = { .require_signers = (const char *const[]){ "Company*", "张三" },
                 .require_signer_count = 2 },
      .met = "++" },
    { "two names, one there", .signatures = { GOOD, GOOD },
      .asked = { .require_signers = (const char *const[]){ "Company*", "张三" },
                 .require_signer_count = 2 },
      .met = "-+", .exit = 7 },

    /* the whole file */
    { "covered", .signatures = { GOOD, LAST }, .asked = { .require_covers_all = true },
      .met = "+" },
    { "covered by a document timestamp", .signatures = { GOOD, STAMP },
      .asked = { .require_covers_all = true }, .met = "+" },
    { "covered by one behind validation data", .signatures = { GOOD, STAMP },
      .asked = { .require_covers_all = true }, .edit = "dss", .met = "+" },
    { "covered by one behind a filled field", .signatures = { GOOD, STAMP },
      .asked = { .require_covers_all = true }, .edit = "filled", .met = "-", .exit = 7 },
    { "not covered", .signatures = { GOOD }, .asked = { .require_covers_all = true }, .met = "-",
      .exit = 7 },

    /* seams */
    { "no seam", .signatures = { GOOD }, .asked = { .expect_seam = true }, .met = "-", .exit = 7 },
    { "a whole one", .signatures = { GOOD }, .asked = { .expect_seam = true },
      .seams = { { .state = "complete", .signature = 1 } }, .met = "+" },
    { "a whole one that nobody signed", .signatures = { GOOD }, .asked = { .expect_seam = true },
      .seams = { { .state = "complete" } }, .met = "-", .exit = 7 },
    { "one with a gap", .signatures = { GOOD }, .asked = { .expect_seam = true },
      .seams = { { .state = "incomplete", .signature = 1 } }, .met = "-", .exit = 7 },
    { "one of others", .signatures = { GOOD }, .asked = { .expect_seam = true },
      .seams = { { .state = "unknown", .signature = 1 } }, .met = "-", .exit = 7 },
    { "a whole one and one of others", .signatures = { GOOD }, .asked = { .expect_seam = true },
      .seams = { { .state = "complete", .signature = 1 }, { .state = "unknown" } }, .met = "-",
      .exit = 7 },
    { "nobody asks for seams", .signatures = { GOOD }, .seams = { { .state = "incomplete" } },
      .met = "" },

    /* how long */
    { "long enough", .signatures = { GOOD }, .asked = { .expires_within = "90d" }, .met = "+" },
    { "to the second is too short", .signatures = { GOOD }, .asked = { .expires_within = "100d" },
      .met = "-", .exit = 7 },
    { "one of two is too short", .signatures = { LAST, GOOD },
      .asked = { .expires_within = "200d" }, .met = "-", .exit = 7 },
    { "nobody knows how long",
      .signatures = { LAST, { "approval", PDS_PASSED, PDS_LEVEL_B, 1, false, 0 } },
      .asked = { .expires_within = "1s" }, .met = "-", .exit = 7 },
    { "a document timestamp does not count here", .signatures = { GOOD, STAMP },
      .asked = { .expires_within = "90d" }, .met = "+" },
    { "no signature to last", .asked = { .expires_within = "1s" }, .met = "-", .exit = 7 },
};

static size_t fill_signatures(const row *r, pds_verify_signature out[PARTS_MAX])
{
    size_t count = 0;
    for (; count < PARTS_MAX && r->signatures[count].kind != NULL; count++) {
        const part *p = &r->signatures[count];
        out[count] = (pds_verify_signature){
            .kind = p->kind,
            .revision = 1,
            .indication = p->indication,
            .level = p->level,
            .covers_all = p->covers_all,
            .path = p->signer > 0 ? &CERTS[p->signer - 1] : NULL,
            .path_count = p->signer > 0 ? 1 : 0,
            .expires = p->expires == 0 ? 0 : NOW + p->expires * DAY,
        };
    }
    return count;
}

static void fill(const row *r, pds_verify_signature room[PARTS_MAX], pds_verification *out)
{
    static pds_verify_edit edit;
    static const pds_verify_revision revisions[] = {
        { .end = 1 }, { .end = 2, .edits = &edit, .edit_count = 1 }
    };
    edit = (pds_verify_edit){ .kind = r->edit };
    *out = (pds_verification){ .signatures = room, .seams = r->seams };
    out->revisions = revisions;
    out->revision_count = r->edit == NULL ? 1 : 2;
    out->signature_count = fill_signatures(r, room);
    out->is_signed = out->signature_count > 0;
    while (out->seam_count < PARTS_MAX && r->seams[out->seam_count].state != NULL) {
        out->seam_count++;
    }
    for (size_t i = 0; i < out->signature_count; i++) {
        out->indication =
            room[i].indication > out->indication ? room[i].indication : out->indication;
    }
}

static void expect_met(const row *r, const pds_verification *out)
{
    assert_int_equal(out->requirement_count, strlen(r->met));
    for (size_t i = 0; i < out->requirement_count; i++) {
        assert_int_equal(out->requirements[i].met, r->met[i] == '+');
        assert_non_null(out->requirements[i].option);
        assert_true(strlen(out->requirements[i].text) > 20);
        assert_null(strstr(out->requirements[i].text, "1970")); /* a time that is none */
    }
    assert_int_equal(out->requirements_met, strchr(r->met, '-') == NULL);
}

static void requirements_are_judged(void **state)
{
    const row *r = *state;
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    PDS_OWN(pds_verification_drop) pds_verification out;
    pds_verify_signature room[PARTS_MAX];
    assert_int_equal(pds_verifier_new(&r->asked, &v, NULL), PDS_OK);
    v->policy.level = r->policy;
    fill(r, room, &out);
    const pds_verifying verifying = { .verifier = v };
    assert_int_equal(pds_verify_requirements(&verifying, &out, NULL), PDS_OK);
    expect_met(r, &out);
    assert_int_equal(out.exit, r->exit);
}

/* What the sentences say. */
static void texts_say_what_there_is(void **state)
{
    const row all = {
        .signatures = { GOOD, LAST },
        .asked = { .require_signatures = 3,
                   .require_level = PDS_LEVEL_LT,
                   SIGNER("张*"),
                   .require_covers_all = true,
                   .expect_seam = true,
                   .expires_within = "90d" },
    };
    static const char *const texts[][2] = {
        { "require-signatures", "at least 3 valid signatures are demanded: valid are 2 of 2" },
        { "require-level", "level B-LT is demanded of each signature: the lowest is B-T" },
        { "require-signer", "a valid signature of '张*' is demanded: '张三' has signed" },
        { "require-covers-all", "the last signature must cover the whole file: it does" },
        { "expect-seam", "a seam seal is expected: there is none" },
        { "expires-within",
          "signatures must last longer than 90d: the first ends at 2027-03-01 01:30:00Z" },
    };
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    PDS_OWN(pds_verification_drop) pds_verification out;
    pds_verify_signature room[PARTS_MAX];
    (void)state;
    assert_int_equal(pds_verifier_new(&all.asked, &v, NULL), PDS_OK);
    fill(&all, room, &out);
    const pds_verifying verifying = { .verifier = v };
    assert_int_equal(pds_verify_requirements(&verifying, &out, NULL), PDS_OK);
    assert_int_equal(out.requirement_count, sizeof texts / sizeof texts[0]);
    for (size_t i = 0; i < out.requirement_count; i++) {
        assert_string_equal(out.requirements[i].option, texts[i][0]);
        assert_string_equal(out.requirements[i].text, texts[i][1]);
    }
}

static void a_policy_has_a_name(void **state)
{
    const row level = { .signatures = { GOOD } };
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    PDS_OWN(pds_verification_drop) pds_verification out;
    pds_verify_signature room[PARTS_MAX];
    (void)state;
    assert_int_equal(pds_verifier_new(&level.asked, &v, NULL), PDS_OK);
    v->policy.level = PDS_LEVEL_LTA;
    v->policy.name = "合同";
    fill(&level, room, &out);
    const pds_verifying verifying = { .verifier = v };
    assert_int_equal(pds_verify_requirements(&verifying, &out, NULL), PDS_OK);
    assert_string_equal(out.requirements[0].text, "policy '合同': level B-LTA is demanded of each "
                                                  "signature: the lowest is B-T");
}

static int set_clock(void **state)
{
    (void)state;
    return setenv("SOURCE_DATE_EPOCH", "1795224600", 1);
}

static int unset_clock(void **state)
{
    (void)state;
    return unsetenv("SOURCE_DATE_EPOCH");
}

enum { ROWS = sizeof rows / sizeof rows[0] };

int main(void)
{
    struct CMUnitTest tests[2 + ROWS] = { cmocka_unit_test(texts_say_what_there_is),
                                          cmocka_unit_test(a_policy_has_a_name) };
    for (size_t i = 0; i < ROWS; i++) {
        tests[2 + i] =
            (struct CMUnitTest){ rows[i].name, requirements_are_judged, NULL, NULL, &rows[i] };
    }
    return cmocka_run_group_tests(tests, set_clock, unset_clock);
}
