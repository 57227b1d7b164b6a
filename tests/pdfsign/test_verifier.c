/* What a verifier makes of its options. */
#include "base/own.h"
#include "pdfsign/verifier.h"
#include "tests/base/scratch.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EPOCH "1795224600" /* 2026-11-21T01:30:00Z */
enum { NOW = 1795224600 };

static scratch folder;
static pki *root;
static pki *person;
static char root_file[128], person_file[128], list_file[128];

static const char *const NOWHERE[] = { "/nonexistent/file" };
static const char *const EMPTY_PATTERN[] = { "" };

/* ---- what is read ---- */

static void nothing_given_is_fine(void **state)
{
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    const pds_verify_options options = { .trust_count = 0 };
    (void)state;
    assert_int_equal(pds_verifier_new(&options, &v, NULL), PDS_OK);
    assert_int_equal(pds_trust_anchors(v->trust)->count, 0);
    assert_int_equal(v->chains.count, 0);
    assert_null(v->evidence);
    assert_int_equal(v->now, NOW);
    assert_int_equal(v->at, NOW);
    assert_false(v->at_given);
    assert_int_equal(v->revocation, PDS_REVOCATION_EMBEDDED);
    assert_false(v->policy.revocation_needed_set);
    assert_int_equal(v->expires_within, 0);
    assert_ptr_equal(v->policy.path.limits, &v->policy.limits);
}

static void files_are_read_and_their_names_forgotten(void **state)
{
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    const char *const trust[] = { root_file };
    const char *const chains[] = { person_file, folder.folder };
    const char *const evidence[] = { list_file };
    const pds_verify_options options = { .trust = trust,
                                         .trust_count = 1,
                                         .chains = chains,
                                         .chain_count = 2,
                                         .evidence = evidence,
                                         .evidence_count = 1 };
    PDS_OWN(pds_cert_drop) pds_cert *anchor = pki_cert(root);
    (void)state;
    assert_int_equal(pds_verifier_new(&options, &v, NULL), PDS_OK);
    assert_int_equal(pds_trust_anchors(v->trust)->count, 1);
    assert_true(pds_trust_is_anchor(v->trust, anchor));
    assert_int_equal(v->chains.count, 2); /* the person's, and of the folder the root's */
    assert_non_null(v->evidence);
    assert_null(v->options.trust);
    assert_null(v->options.chains);
    assert_null(v->options.evidence);
}

/* ---- what is refused ---- */

typedef struct bad_row {
    const char *name;
    pds_verify_options options;
    pds_code code;
} bad_row;

static bad_row bad[] = {
    { "trust that is not there", { .trust = NOWHERE, .trust_count = 1 }, PDS_E_INPUT_UNREADABLE },
    { "a chain that is not there",
      { .chains = NOWHERE, .chain_count = 1 },
      PDS_E_INPUT_UNREADABLE },
    { "evidence that is not there",
      { .evidence = NOWHERE, .evidence_count = 1 },
      PDS_E_INPUT_UNREADABLE },
    { "a policy that is not there", { .policy = "/nonexistent/file" }, PDS_E_INPUT_UNREADABLE },
    { "a time that is none", { .at_time = "yesterday" }, PDS_E_USAGE },
    { "a span that is none", { .expires_within = "90" }, PDS_E_USAGE },
    { "a span of no length", { .expires_within = "0d" }, PDS_E_USAGE },
    { "fewer signatures than none", { .require_signatures = -1 }, PDS_E_USAGE },
    { "a level that is none", { .require_level = (pds_level)9 }, PDS_E_USAGE },
    { "a way to ask that is none",
      { .revocation_set = true, .revocation = (pds_revocation_mode)7 },
      PDS_E_USAGE },
    { "an empty pattern",
      { .require_signers = EMPTY_PATTERN, .require_signer_count = 1 },
      PDS_E_USAGE },
};

static void bad_options_make_no_verifier(void **state)
{
    const bad_row *r = *state;
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    pds_err e = { 0 };
    assert_int_equal(pds_verifier_new(&r->options, &v, &e), r->code);
    assert_null(v);
    assert_true(e.text[0] != '\0');
}

static void what_is_no_certificate_is_no_trust(void **state)
{
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    const char *const trust[] = { list_file };
    const pds_verify_options options = { .trust = trust, .trust_count = 1 };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_verifier_new(&options, &v, &e), PDS_E_USAGE);
    assert_int_equal(e.code, PDS_E_USAGE);
    assert_string_equal(e.file, list_file);
}

/* ---- times ---- */

static void a_given_time_is_judged_at(void **state)
{
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    const pds_verify_options options = { .at_time = "2025-01-01T00:00Z", .expires_within = "90d" };
    (void)state;
    assert_int_equal(pds_verifier_new(&options, &v, NULL), PDS_OK);
    assert_true(v->at_given);
    assert_int_equal(v->at, 1735689600);
    assert_int_equal(v->now, NOW);
    assert_int_equal(v->expires_within, 90 * 86400);
}

/* ---- who decides on revocation ---- */

typedef struct mode_row {
    const char *name;
    const char *policy; /* its text; NULL: none */
    bool set;
    pds_revocation_mode option, mode;
    bool offline;
} mode_row;

static mode_row modes[] = {
    { "nobody says anything", NULL, false, 0, PDS_REVOCATION_EMBEDDED, false },
    { "the option", NULL, true, PDS_REVOCATION_NONE, PDS_REVOCATION_NONE, false },
    { "an option that was not given", NULL, false, PDS_REVOCATION_NONE, PDS_REVOCATION_EMBEDDED,
      false },
    { "the policy", "{\"revocation\":\"none\"}", false, 0, PDS_REVOCATION_NONE, false },
    { "both: the option", "{\"revocation\":\"none\"}", true, PDS_REVOCATION_EMBEDDED,
      PDS_REVOCATION_EMBEDDED, false },
    { "the policy asks online, but nobody is to be asked", "{\"revocation\":\"online\"}", false, 0,
      PDS_REVOCATION_EMBEDDED, true },
    { "both, the other way: the option", "{\"revocation\":\"embedded\"}", true, PDS_REVOCATION_NONE,
      PDS_REVOCATION_NONE, false },
    { "a policy without a word of it", "{}", false, 0, PDS_REVOCATION_EMBEDDED, false },
};

static void revocation_is_decided(void **state)
{
    const mode_row *r = *state;
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    pds_verify_options options = { .revocation_set = r->set,
                                   .revocation = r->option,
                                   .offline = r->offline };
    if (r->policy != NULL) {
        options.policy = scratch_file(&folder, "policy.json", r->policy);
    }
    assert_int_equal(pds_verifier_new(&options, &v, NULL), PDS_OK);
    assert_int_equal(v->revocation, r->mode);
    assert_null(v->fetcher);
}

static void online_has_somebody_to_ask(void **state)
{
    PDS_OWN(pds_verifier_drop) pds_verifier *v = NULL;
    const pds_verify_options options = { .revocation_set = true,
                                         .revocation = PDS_REVOCATION_ONLINE };
    pds_err e = { 0 };
    const pds_code code = pds_verifier_new(&options, &v, &e);
    (void)state;
    if (code == PDS_E_LIBRARY_MISSING) {
        skip();
    }
    assert_int_equal(code, PDS_OK);
    assert_non_null(v->fetcher);
}

static void drop_takes_nothing(void **state)
{
    pds_verifier *none = NULL;
    (void)state;
    pds_verifier_drop(NULL);
    pds_verifier_drop(&none);
}

static void write_list(void)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(&(pki_crl){ .issuer = root }, &der);
    FILE *f = fopen(list_file, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(der.ptr, 1, der.len, f), der.len);
    assert_int_equal(fclose(f), 0);
}

static void keep_path(char out[128], const char *name)
{
    (void)snprintf(out, 128, "%s", scratch_path(&folder, name));
}

static int open_all(void **state)
{
    (void)state;
    scratch_open(&folder);
    keep_path(root_file, "root.pem");
    keep_path(person_file, "person.der");
    keep_path(list_file, "list.crl");
    root = pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = "Root",
                                   .constraints = "critical,CA:TRUE",
                                   .key_usage = "critical,keyCertSign,cRLSign" });
    person = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Person", .issuer = root });
    pki_append_cert_pem(root, root_file);
    pki_write_cert_der(person, person_file);
    write_list();
    return setenv("SOURCE_DATE_EPOCH", EPOCH, 1);
}

static int close_all(void **state)
{
    (void)state;
    pki_drop(&person);
    pki_drop(&root);
    scratch_close(&folder);
    return unsetenv("SOURCE_DATE_EPOCH");
}

enum { FIXED = 6, BAD = sizeof bad / sizeof bad[0], MODES = sizeof modes / sizeof modes[0] };

int main(void)
{
    struct CMUnitTest tests[FIXED + BAD + MODES] = {
        cmocka_unit_test(nothing_given_is_fine),
        cmocka_unit_test(files_are_read_and_their_names_forgotten),
        cmocka_unit_test(what_is_no_certificate_is_no_trust),
        cmocka_unit_test(a_given_time_is_judged_at),
        cmocka_unit_test(drop_takes_nothing),
        cmocka_unit_test(online_has_somebody_to_ask),
    };
    for (size_t i = 0; i < BAD; i++) {
        tests[FIXED + i] =
            (struct CMUnitTest){ bad[i].name, bad_options_make_no_verifier, NULL, NULL, &bad[i] };
    }
    for (size_t i = 0; i < MODES; i++) {
        tests[FIXED + BAD + i] =
            (struct CMUnitTest){ modes[i].name, revocation_is_decided, NULL, NULL, &modes[i] };
    }
    return cmocka_run_group_tests(tests, open_all, close_all);
}
