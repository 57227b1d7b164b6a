#include "base/own.h"
#include "cms/path.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

enum { DAY = 86400, CROSS = 9 };

/* A root, an authority, a person, and what the search is given. */
typedef struct fixture {
    pki *root, *authority, *person;
    pds_trust *trust;
    pds_certs pool;
    pds_path path;
    pds_findings found;
} fixture;

static pki *issue(const pki *by, const char *name, bool authority)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = authority ? "critical,CA:TRUE" : "CA:FALSE",
                                   .key_usage = authority ? "keyCertSign" : "digitalSignature",
                                   .key_identifier = true,
                                   .issuer = by });
}

/* The same name and key by another issuer. */
static pki *cross(const pki *old, const char *name, const pki *by)
{
    return pki_renew(old, &(pki_profile){ .name = name,
                                          .constraints = "critical,CA:TRUE",
                                          .key_usage = "keyCertSign",
                                          .key_identifier = true,
                                          .issuer = by });
}

static int make(void **state)
{
    static fixture f;
    f = (fixture){ .root = issue(NULL, "Root", true) };
    f.authority = issue(f.root, "Authority", true);
    f.person = issue(f.authority, "Person", false);
    *state = &f;
    return pds_trust_new(&f.trust, NULL) == PDS_OK ? 0 : -1;
}

static int drop(void **state)
{
    fixture *f = *state;
    pki_drop(&f->root);
    pki_drop(&f->authority);
    pki_drop(&f->person);
    pds_trust_drop(&f->trust);
    pds_certs_drop(&f->pool);
    pds_path_drop(&f->path);
    pds_findings_drop(&f->found);
    return 0;
}

static void trust(fixture *f, const pki *p)
{
    assert_int_equal(pds_trust_add(f->trust, pki_cert(p), NULL), PDS_OK);
}

static void offer(fixture *f, const pki *p)
{
    assert_int_equal(pds_certs_add(&f->pool, pki_cert(p), NULL), PDS_OK);
}

static void find_with(fixture *f, const pki *leaf, const pds_path_policy *policy)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(leaf);
    const pds_when now = { .at = time(NULL) };
    const pds_path_rules rules = { f->trust, policy };
    pds_path_drop(&f->path);
    pds_findings_drop(&f->found);
    assert_int_equal(
        pds_path_find(&rules, cert, &f->pool, &pds_use_document, &now, &f->path, &f->found, NULL),
        PDS_OK);
}

static void find(fixture *f, const pki *leaf)
{
    find_with(f, leaf, NULL);
}

static void expect_path(const fixture *f, size_t count, const pki *const *certs)
{
    for (size_t i = 0; i < f->found.count; i++) {
        fail_msg("%s", f->found.items[i].text);
    }
    assert_true(f->path.anchored);
    assert_int_equal(f->path.certs.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(pds_span_eq(pds_cert_der(f->path.certs.items[i]), pki_cert_der(certs[i])));
    }
}

#define EXPECT_PATH(f, ...)                                                  \
    expect_path((f), sizeof((const pki *[]){ __VA_ARGS__ }) / sizeof(pki *), \
                (const pki *[]){ __VA_ARGS__ })

static void expect_none(const fixture *f, pds_finding_code code, size_t count)
{
    assert_false(f->path.anchored);
    assert_true(f->found.count > 0);
    assert_string_equal(pds_finding_name(f->found.items[0].code), pds_finding_name(code));
    assert_int_equal(f->path.certs.count, count);
}

static void from_leaf_to_anchor(void **state)
{
    fixture *f = *state;
    trust(f, f->root);
    offer(f, f->person); /* the leaf itself may be in the pool */
    offer(f, f->root);
    offer(f, f->authority);
    find(f, f->person);
    EXPECT_PATH(f, f->person, f->authority, f->root);
}

static void one_signature_a_link_and_once_a_batch(void **state)
{
    fixture *f = *state;
    pki *other = issue(f->authority, "Other", false);
    trust(f, f->root);
    offer(f, f->authority);
    find(f, f->person);
    assert_int_equal(pds_trust_checked(f->trust), 2);
    find(f, f->person);
    assert_int_equal(pds_trust_checked(f->trust), 2);
    find(f, other);
    assert_int_equal(pds_trust_checked(f->trust), 3);
    EXPECT_PATH(f, other, f->authority, f->root);
    pki_drop(&other);
}

static void an_intermediate_may_be_the_anchor(void **state)
{
    fixture *f = *state;
    trust(f, f->authority);
    offer(f, f->root);
    find(f, f->person);
    EXPECT_PATH(f, f->person, f->authority);
}

static void the_leaf_may_be_the_anchor(void **state)
{
    fixture *f = *state;
    pki *alone = issue(NULL, "Alone", false);
    trust(f, alone);
    find(f, alone);
    EXPECT_PATH(f, alone);
    pki_drop(&alone);
}

/* What is wrong with the leaf counts though it is trusted. */
static void a_trusted_leaf_is_judged(void **state)
{
    fixture *f = *state;
    pki *old = pki_new(&(pki_profile){ .key = PKI_P256, .begins = -9L * DAY, .ends = -DAY });
    trust(f, old);
    find(f, old);
    assert_int_equal(f->found.count, 1);
    assert_int_equal(f->found.items[0].code, PDS_F_CERT_OUT_OF_BOUNDS);
    assert_true(f->path.anchored);
    pki_drop(&old);
}

static void nobody_is_trusted(void **state)
{
    fixture *f = *state;
    offer(f, f->root);
    offer(f, f->authority);
    find(f, f->person);
    expect_none(f, PDS_F_CHAIN_NOT_FOUND, 3);
}

static void an_issuer_is_missing(void **state)
{
    fixture *f = *state;
    trust(f, f->root);
    find(f, f->person);
    expect_none(f, PDS_F_CHAIN_NOT_FOUND, 1);
}

static void a_self_signed_stranger(void **state)
{
    fixture *f = *state;
    pki *alone = issue(NULL, "Alone", false);
    trust(f, f->root);
    find(f, alone);
    expect_none(f, PDS_F_CHAIN_NOT_FOUND, 1);
    pki_drop(&alone);
}

static void without_a_path_the_leaf_is_judged(void **state)
{
    fixture *f = *state;
    pki *server = pki_new(&(pki_profile){ .key = PKI_P256, .purposes = "serverAuth" });
    find(f, server);
    expect_none(f, PDS_F_CHAIN_NOT_FOUND, 1);
    assert_int_equal(f->found.count, 2);
    assert_int_equal(f->found.items[1].code, PDS_F_CERT_PURPOSE);
    pki_drop(&server);
}

/* The right name is not enough: neither in the pool nor among the anchors. */
static void impostors_are_no_issuers(void **state)
{
    fixture *f = *state;
    pki *root = issue(NULL, "Root", true);
    pki *authority = issue(root, "Authority", true);
    trust(f, root);
    offer(f, authority);
    offer(f, f->authority);
    find(f, f->person);
    expect_none(f, PDS_F_CHAIN_NOT_FOUND, 2);
    trust(f, f->root);
    find(f, f->person);
    EXPECT_PATH(f, f->person, f->authority, f->root);
    pki_drop(&authority);
    pki_drop(&root);
}

static void a_cross_certificate_leads_to_the_anchor(void **state)
{
    fixture *f = *state;
    pki *trusted = issue(NULL, "Trusted", true);
    pki *crossed = cross(f->root, "Root", trusted);
    trust(f, trusted);
    offer(f, f->root); /* its other certificate ends nowhere */
    offer(f, f->authority);
    offer(f, crossed);
    find(f, f->person);
    EXPECT_PATH(f, f->person, f->authority, crossed, trusted);
    pki_drop(&crossed);
    pki_drop(&trusted);
}

/* The first way found is not the last one tried. */
static void a_better_path_is_chosen(void **state)
{
    fixture *f = *state;
    pki *expired = pki_renew(f->root, &(pki_profile){ .name = "Root",
                                                      .constraints = "CA:TRUE",
                                                      .begins = -9L * DAY,
                                                      .ends = -DAY,
                                                      .key_identifier = true });
    pki *other = issue(NULL, "Other", true);
    pki *limited = pki_renew(f->authority, &(pki_profile){ .name = "Authority",
                                                           .constraints = "CA:FALSE",
                                                           .ends = 900L * DAY,
                                                           .key_identifier = true,
                                                           .issuer = f->root });
    trust(f, expired);
    trust(f, f->root);
    offer(f, limited); /* lasts longer, and is tried first therefore */
    offer(f, f->authority);
    find(f, f->person);
    EXPECT_PATH(f, f->person, f->authority, f->root);
    pki_drop(&expired);
    pki_drop(&other);
    pki_drop(&limited);
}

static void the_least_bad_path_is_told(void **state)
{
    fixture *f = *state;
    pki *limited = pki_renew(f->authority, &(pki_profile){ .name = "Authority",
                                                           .constraints = "CA:FALSE",
                                                           .begins = -9L * DAY,
                                                           .ends = -DAY,
                                                           .issuer = f->root });
    pki *plain = pki_renew(f->authority, &(pki_profile){ .name = "Authority",
                                                         .constraints = "CA:FALSE",
                                                         .begins = -9L * DAY,
                                                         .ends = DAY,
                                                         .issuer = f->root });
    trust(f, f->root);
    offer(f, limited);
    offer(f, plain);
    find(f, f->person);
    assert_true(f->path.anchored);
    assert_int_equal(f->found.count, 1);
    assert_int_equal(f->found.items[0].code, PDS_F_CHAIN_ISSUER_NOT_CA);
    pki_drop(&limited);
    pki_drop(&plain);
}

/* The identifier is a hint for the order, not a rule: a wrong one costs a signature, no more. */
static void key_identifiers_come_first(void **state)
{
    fixture *f = *state;
    static const char *const identified[] = { "authorityKeyIdentifier", "keyid:always", NULL };
    pki *same_name = issue(f->root, "Authority", true);
    pki *person = pki_new(
        &(pki_profile){ .key = PKI_P256, .name = "P", .more = identified, .issuer = f->authority });
    trust(f, f->root);
    offer(f, same_name);
    offer(f, f->authority);
    find(f, person);
    EXPECT_PATH(f, person, f->authority, f->root);
    assert_int_equal(pds_trust_checked(f->trust), 2);
    pki_drop(&person);
    pki_drop(&same_name);
}

/* Two that certified each other, and neither leads anywhere. */
static void a_loop_ends(void **state)
{
    fixture *f = *state;
    pki *back = cross(f->root, "Root", f->authority);
    offer(f, back);
    offer(f, f->authority);
    find(f, f->person);
    expect_none(f, PDS_F_CHAIN_NOT_FOUND, 3);
    assert_true(pds_trust_checked(f->trust) < 5);
    pki_drop(&back);
}

/* Each of many authorities certified all the others: more paths than atoms. */
static void a_tangle_is_given_up(void **state)
{
    fixture *f = *state;
    pki *all[CROSS];
    char name[32];
    for (size_t i = 0; i < CROSS; i++) {
        (void)snprintf(name, sizeof name, "Knot %zu", i);
        all[i] = issue(NULL, name, true);
    }
    pki *leaf = issue(all[0], "Leaf", false);
    for (size_t i = 0; i < (size_t)CROSS * CROSS; i++) {
        (void)snprintf(name, sizeof name, "Knot %zu", i % CROSS);
        pki *link = cross(all[i % CROSS], name, all[i / CROSS]);
        offer(f, link);
        pki_drop(&link);
    }
    find(f, leaf);
    expect_none(f, PDS_F_CHAIN_SEARCH_LIMIT, CROSS + 1);
    assert_true(pds_trust_checked(f->trust) <= 100);
    pki_drop(&leaf);
    for (size_t i = 0; i < CROSS; i++) {
        pki_drop(&all[i]);
    }
}

static void a_long_path(void **state)
{
    fixture *f = *state;
    pki *all[PDS_PATH_MAX + 1];
    for (size_t i = 0; i <= PDS_PATH_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "Link %zu", i);
        all[i] = issue(i == 0 ? NULL : all[i - 1], name, i < PDS_PATH_MAX);
        offer(f, all[i]);
    }
    trust(f, all[1]);
    find(f, all[PDS_PATH_MAX]);
    assert_int_equal(f->found.count, 0);
    assert_int_equal(f->path.certs.count, PDS_PATH_MAX);
    const pds_path_policy shorter = { .length_max = PDS_PATH_MAX - 1 };
    find_with(f, all[PDS_PATH_MAX], &shorter);
    expect_none(f, PDS_F_CHAIN_NOT_FOUND, PDS_PATH_MAX - 1);
    for (size_t i = 0; i <= PDS_PATH_MAX; i++) {
        pki_drop(&all[i]);
    }
}

static pki *limited_root(const char *constraints)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = "Limited",
                                   .constraints = constraints,
                                   .key_usage = "keyCertSign",
                                   .key_identifier = true });
}

/* RFC 5280, 6.1.4 (l): an authority that renewed its own key is not one more. */
static void each_authority_takes_of_the_length(void **state)
{
    static const struct {
        const char *constraints;
        pds_finding_code expected;
    } rows[] = {
        { "critical,CA:TRUE,pathlen:1", PDS_F_CHAIN_PATH_LENGTH },
        { "critical,CA:TRUE,pathlen:2", PDS_F_NONE },
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pki *root = limited_root(rows[i].constraints);
        pki *upper = issue(root, "Upper", true);
        pki *again = issue(upper, "Upper", true);
        pki *lower = issue(again, "Lower", true);
        pki *person = issue(lower, "Below", false);
        trust(f, root);
        offer(f, upper);
        offer(f, again);
        offer(f, lower);
        find(f, person);
        assert_true(f->path.anchored);
        assert_int_equal(f->path.certs.count, 5);
        assert_int_equal(f->found.count > 0 ? f->found.items[0].code : PDS_F_NONE,
                         rows[i].expected);
        pki_drop(&root);
        pki_drop(&upper);
        pki_drop(&again);
        pki_drop(&lower);
        pki_drop(&person);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest tests[] = {
        TEST(from_leaf_to_anchor),
        TEST(one_signature_a_link_and_once_a_batch),
        TEST(an_intermediate_may_be_the_anchor),
        TEST(the_leaf_may_be_the_anchor),
        TEST(a_trusted_leaf_is_judged),
        TEST(nobody_is_trusted),
        TEST(an_issuer_is_missing),
        TEST(a_self_signed_stranger),
        TEST(without_a_path_the_leaf_is_judged),
        TEST(impostors_are_no_issuers),
        TEST(a_cross_certificate_leads_to_the_anchor),
        TEST(a_better_path_is_chosen),
        TEST(the_least_bad_path_is_told),
        TEST(key_identifiers_come_first),
        TEST(a_loop_ends),
        TEST(a_tangle_is_given_up),
        TEST(a_long_path),
        TEST(each_authority_takes_of_the_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
