/* Policies: the usual one, what files make of it, and what files are refused. */
#include "base/own.h"
#include "pdfsign/policy_file.h"
#include "tests/base/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static scratch folder;

static pds_code read_text(const char *text, pds_policy *out, pds_err *e)
{
    return pds_policy_read(scratch_file(&folder, "policy.json", text), out, e);
}

/* ---- what is usual ---- */

static void expect_usual(const pds_policy *p)
{
    const pds_crypto_limits *usual = pds_crypto_limits_usual();
    assert_null(p->name);
    assert_int_equal(p->limits.digests, usual->digests);
    assert_int_equal(p->limits.curves, usual->curves);
    assert_int_equal(p->limits.rsa_bits_min, 2048);
    assert_int_equal(p->limits.rsa_exponent_min, 65537);
    assert_true(p->limits.ed25519);
    assert_ptr_equal(p->path.limits, &p->limits);
    assert_null(p->path.policies);
    assert_int_equal(p->path.length_max, 0);
    assert_ptr_equal(p->document.accepted, pds_use_document.accepted);
    assert_ptr_equal(p->document.refused, pds_use_document.refused);
    assert_int_equal(p->document.key_usage, 3);
    assert_true(p->timestamp.purpose_needed && p->timestamp.purpose_alone);
    assert_false(p->revocation_set || p->revocation_needed_set);
    assert_int_equal(p->revocation, PDS_REVOCATION_EMBEDDED);
    assert_int_equal(p->evidence_age, 0);
    assert_int_equal(p->clock_skew, 60);
    assert_int_equal(p->level, PDS_LEVEL_NONE);
}

static void without_a_file_it_is_the_usual(void **state)
{
    PDS_OWN(pds_policy_drop) pds_policy p;
    (void)state;
    assert_int_equal(pds_policy_read(NULL, &p, NULL), PDS_OK);
    expect_usual(&p);
}

static void an_empty_object_changes_nothing(void **state)
{
    PDS_OWN(pds_policy_drop) pds_policy p;
    (void)state;
    assert_int_equal(read_text("{}", &p, NULL), PDS_OK);
    expect_usual(&p);
}

/* ---- what a file says ---- */

static const char ALL[] =
    "{\"name\":\"合同\",\"description\":\"for contracts\","
    "\"digests\":[\"sha256\",\"SHA-384\",\"Sha3_512\"],\"curves\":[\"P-256\",\"secp384r1\"],"
    "\"ed25519\":false,\"rsa_bits\":3072,\"rsa_exponent\":3,"
    "\"signer\":{\"key_usage\":[\"nonRepudiation\"],\"extended_key_usage\":"
    "{\"accept\":[\"documentSigning\",\"1.2.3.4\"],\"required\":true}},"
    "\"timestamp\":{\"extended_key_usage\":{\"alone\":false}},"
    "\"certificate_policies\":[\"2.16.840.1.1\",\"1.2.3\"],\"path_length\":3,"
    "\"revocation\":\"online\",\"revocation_needed\":false,\"evidence_age\":\"24h\","
    "\"clock_skew\":\"5m\",\"level\":\"B-LT\"}";

static void expect_list(const char *const *list, const char *first, const char *second)
{
    assert_string_equal(list[0], first);
    assert_string_equal(list[1], second);
    assert_null(list[2]);
}

static void every_key_is_heard(void **state)
{
    PDS_OWN(pds_policy_drop) pds_policy p;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(read_text(ALL, &p, &e), PDS_OK);
    assert_string_equal(p.name, "合同");
    assert_int_equal(p.limits.digests,
                     1U << PDS_MD_SHA256 | 1U << PDS_MD_SHA384 | 1U << PDS_MD_SHA3_512);
    assert_int_equal(p.limits.curves, 1U << PDS_CURVE_P256 | 1U << PDS_CURVE_P384);
    assert_false(p.limits.ed25519);
    assert_int_equal(p.limits.rsa_bits_min, 3072);
    assert_int_equal(p.limits.rsa_exponent_min, 3);
    assert_int_equal(p.document.key_usage, 2);
    assert_true(p.document.purpose_needed);
    assert_false(p.document.purpose_alone);
    expect_list(p.document.accepted, "1.3.6.1.5.5.7.3.36", "1.2.3.4");
    assert_null(p.document.refused);
    assert_false(p.timestamp.purpose_alone);
    assert_true(p.timestamp.purpose_needed);
    assert_ptr_equal(p.timestamp.accepted, pds_use_timestamp.accepted);
    expect_list(p.path.policies, "2.16.840.1.1", "1.2.3");
    assert_int_equal(p.path.length_max, 3);
    assert_true(p.revocation_set);
    assert_int_equal(p.revocation, PDS_REVOCATION_ONLINE);
    assert_true(p.revocation_needed_set);
    assert_false(p.revocation_needed);
    assert_int_equal(p.evidence_age, 86400);
    assert_int_equal(p.clock_skew, 300);
    assert_int_equal(p.level, PDS_LEVEL_LT);
}

/* Timestamps and responders have no policies of signers. */
static void services_need_no_certificate_policy(void **state)
{
    PDS_OWN(pds_policy_drop) pds_policy p;
    (void)state;
    assert_int_equal(read_text("{\"certificate_policies\":[\"1.2\"],\"path_length\":4}", &p, NULL),
                     PDS_OK);
    assert_non_null(p.path.policies);
    assert_null(p.service_path.policies);
    assert_int_equal(p.service_path.length_max, 4);
    assert_ptr_equal(p.service_path.limits, &p.limits);
}

static void what_is_refused_alone_accepts_the_rest(void **state)
{
    PDS_OWN(pds_policy_drop) pds_policy p;
    (void)state;
    assert_int_equal(read_text("{\"signer\":{\"extended_key_usage\":{\"refuse\":[\"clientAuth\","
                               "\"emailProtection\"]}}}",
                               &p, NULL),
                     PDS_OK);
    assert_null(p.document.accepted[0]);
    expect_list(p.document.refused, "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4");
    assert_false(p.document.purpose_needed);
}

static void both_lists_stand_beside_each_other(void **state)
{
    PDS_OWN(pds_policy_drop) pds_policy p;
    (void)state;
    assert_int_equal(read_text("{\"signer\":{\"extended_key_usage\":{\"refuse\":[\"1.2\",\"1.3\"],"
                               "\"accept\":[\"1.4\",\"1.5\"]}}}",
                               &p, NULL),
                     PDS_OK);
    expect_list(p.document.accepted, "1.4", "1.5");
    expect_list(p.document.refused, "1.2", "1.3");
}

/* ---- what is refused ---- */

typedef struct bad_row {
    const char *name;
    const char *text;
    const char *fault; /* in the message */
    const char *expected, *hint;
} bad_row;

static bad_row bad[] = {
    { "no JSON", "digests: sha256", "not JSON, line 1", "", "" },
    { "nothing", "", "not JSON", "", "" },
    { "a key twice", "{\"ed25519\":true,\"ed25519\":false}", "not JSON", "", "" },
    { "a list at the top", "[]", "one JSON object", "", "" },
    { "an unknown key", "{\"digest\":[\"SHA-256\"]}", "no key 'digest'", "", "digests" },
    { "a key in capitals", "{\"Digests\":[\"SHA-256\"]}", "no key 'Digests'", "", "digests" },
    { "an unknown key further in", "{\"signer\":{\"usage\":[]}}", "no key 'signer.usage'", "",
      "key_usage, extended_key_usage" },
    { "an unknown key further still", "{\"timestamp\":{\"extended_key_usage\":{\"any\":true}}}",
      "no key 'timestamp.extended_key_usage.any'", "", "accept, refuse, required, alone" },
    { "a very long key",
      "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "a"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "\":"
      "1}",
      "no key 'aaaa", "", "" },
    { "a name that is a number", "{\"name\":5}", "'name'", "\"…\"", "" },
    { "a description that is none", "{\"description\":null}", "'description'", "\"…\"", "" },
    { "one digest, not a list", "{\"digests\":\"SHA-256\"}", "'digests'", "1 - 64", "" },
    { "the second key", "{\"signer\":{\"key_usage\":[\"cRLSign\"]},\"digests\":5}", "'digests'",
      "1 - 64", "" },
    { "no digest at all", "{\"digests\":[]}", "'digests'", "1 - 64", "" },
    { "a digest that no policy allows", "{\"digests\":[\"SHA-256\",\"MD5\"]}", "'digests'",
      "SHA-256, SHA-384", "" },
    { "a digest that is a number", "{\"digests\":[256]}", "'digests'", "SHA-256", "" },
    { "half a digest's name", "{\"digests\":[\"SHA\"]}", "'digests'", "SHA-256", "" },
    { "an unknown curve", "{\"curves\":[\"secp256k1\"]}", "'curves'", "P-256", "" },
    { "yes for true", "{\"ed25519\":\"yes\"}", "'ed25519'", "true, false", "" },
    { "1 for true", "{\"revocation_needed\":1}", "'revocation_needed'", "true, false", "" },
    { "RSA too short", "{\"rsa_bits\":512}", "'rsa_bits'", "1024 - 16384", "" },
    { "RSA too long", "{\"rsa_bits\":65536}", "'rsa_bits'", "1024 - 16384", "" },
    { "RSA as text", "{\"rsa_bits\":\"2048\"}", "'rsa_bits'", "1024 - 16384", "" },
    { "half a bit", "{\"rsa_bits\":2048.0}", "'rsa_bits'", "1024 - 16384", "" },
    { "an exponent of one", "{\"rsa_exponent\":1}", "'rsa_exponent'", "3 - 4294967295", "" },
    { "an exponent beyond 32 bits", "{\"rsa_exponent\":4294967296}", "'rsa_exponent'",
      "3 - 4294967295", "" },
    { "a signer that is a name", "{\"signer\":\"me\"}", "'signer'", "{ … }", "" },
    { "an unknown key usage", "{\"signer\":{\"key_usage\":[\"signing\"]}}", "'signer.key_usage'",
      "digitalSignature", "" },
    { "a purpose that nobody knows",
      "{\"signer\":{\"extended_key_usage\":{\"accept\":[\"documents\"]}}}",
      "'signer.extended_key_usage.accept'", "documentSigning", "" },
    { "an empty list of purposes", "{\"signer\":{\"extended_key_usage\":{\"refuse\":[]}}}",
      "'signer.extended_key_usage.refuse'", "1 - 64", "" },
    { "purposes that are a list", "{\"signer\":{\"extended_key_usage\":[\"1.2.3\"]}}",
      "'signer.extended_key_usage'", "{ … }", "" },
    { "a policy by name", "{\"certificate_policies\":[\"qualified\"]}", "'certificate_policies'",
      "1.2.3.4", "" },
    { "a policy with a leading zero", "{\"certificate_policies\":[\"1.02\"]}",
      "'certificate_policies'", "1.2.3.4", "" },
    { "a path of nobody", "{\"path_length\":0}", "'path_length'", "1 - 12", "" },
    { "a path that is too long", "{\"path_length\":13}", "'path_length'", "1 - 12", "" },
    { "an unknown way to ask", "{\"revocation\":\"always\"}", "'revocation'",
      "none, embedded, online", "" },
    { "an age without a unit", "{\"evidence_age\":\"24\"}", "'evidence_age'", "24h", "" },
    { "an age that is a number", "{\"evidence_age\":86400}", "'evidence_age'", "24h", "" },
    { "no age at all", "{\"evidence_age\":\"0s\"}", "'evidence_age'", "24h", "" },
    { "clocks that differ by days", "{\"clock_skew\":\"2d\"}", "'clock_skew'", "24h", "" },
    { "no level", "{\"level\":\"none\"}", "'level'", "B-B, B-T, B-LT, B-LTA", "" },
};

static void a_bad_file_is_refused(void **state)
{
    const bad_row *r = *state;
    PDS_OWN(pds_policy_drop) pds_policy p;
    pds_err e = { 0 };
    assert_int_equal(read_text(r->text, &p, &e), PDS_E_USAGE);
    assert_non_null(strstr(e.text, r->fault));
    assert_non_null(strstr(e.expected, r->expected));
    assert_non_null(strstr(e.hint, r->hint));
    assert_string_equal(e.file, scratch_path(&folder, "policy.json"));
    expect_usual(&p); /* nothing of the file is left */
}

static void a_file_that_is_not_there(void **state)
{
    PDS_OWN(pds_policy_drop) pds_policy p;
    (void)state;
    assert_int_equal(pds_policy_read("/nonexistent/policy.json", &p, NULL), PDS_E_INPUT_UNREADABLE);
    expect_usual(&p);
}

/* ---- words ---- */

static void object_identifiers_are_strict(void **state)
{
    static const char *const good[] = { "0.0", "1.2", "2.5.29.37.0", "2.999.1",
                                        "1.2.840.113549.1.1.11" };
    static const char *const wrong[] = { "",      "1",      "1.",   ".1",   "1..2", "3.1", "1.02",
                                         "1.2.a", "1.2.3 ", "-1.2", "12.3", "1.2.", "a" };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pds_policy_is_oid(good[i]));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(pds_policy_is_oid(wrong[i]));
    }
}

static void levels_have_short_names(void **state)
{
    static const struct {
        const char *name;
        pds_level level; /* NONE: refused */
    } rows[] = { { "B-B", PDS_LEVEL_B },   { "b-lt", PDS_LEVEL_LT }, { "lta", PDS_LEVEL_LTA },
                 { "T", PDS_LEVEL_T },     { "BT", PDS_LEVEL_T },    { "none", PDS_LEVEL_NONE },
                 { "", PDS_LEVEL_NONE },   { "-", PDS_LEVEL_NONE },  { "B-", PDS_LEVEL_B },
                 { "LTV", PDS_LEVEL_NONE } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pds_level level = PDS_LEVEL_NONE;
        const pds_code code = rows[i].level == PDS_LEVEL_NONE ? PDS_E_USAGE : PDS_OK;
        assert_int_equal(pds_level_from_name(rows[i].name, &level, NULL), code);
        assert_int_equal(level, rows[i].level);
    }
}

static void names_are_those_of_the_standards(void **state)
{
    (void)state;
    assert_string_equal(pds_level_name(PDS_LEVEL_NONE), "none");
    assert_string_equal(pds_level_name(PDS_LEVEL_LTA), "B-LTA");
    assert_string_equal(pds_indication_name(PDS_PASSED), "TOTAL-PASSED");
    assert_string_equal(pds_indication_name(PDS_INDETERMINATE), "INDETERMINATE");
    assert_string_equal(pds_indication_name(PDS_FAILED), "TOTAL-FAILED");
}

static int open_all(void **state)
{
    (void)state;
    scratch_open(&folder);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    scratch_close(&folder);
    return 0;
}

enum { BAD = sizeof bad / sizeof bad[0] };

int main(void)
{
    static const struct CMUnitTest good[] = {
        cmocka_unit_test(without_a_file_it_is_the_usual),
        cmocka_unit_test(an_empty_object_changes_nothing),
        cmocka_unit_test(every_key_is_heard),
        cmocka_unit_test(services_need_no_certificate_policy),
        cmocka_unit_test(what_is_refused_alone_accepts_the_rest),
        cmocka_unit_test(both_lists_stand_beside_each_other),
        cmocka_unit_test(a_file_that_is_not_there),
        cmocka_unit_test(object_identifiers_are_strict),
        cmocka_unit_test(levels_have_short_names),
        cmocka_unit_test(names_are_those_of_the_standards),
    };
    struct CMUnitTest refused[BAD];
    for (size_t i = 0; i < BAD; i++) {
        refused[i] = (struct CMUnitTest){ bad[i].name, a_bad_file_is_refused, NULL, NULL, &bad[i] };
    }
    return cmocka_run_group_tests_name("policy", good, open_all, close_all) +
           cmocka_run_group_tests_name("policy.refused", refused, open_all, close_all);
}
