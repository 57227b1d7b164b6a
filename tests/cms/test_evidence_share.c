#include "base/own.h"
#include "cms/evidence_share.h"
#include "cms/revocation_private.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

enum { HOUR = 3600, DAY = 86400 };

static pki *root, *person;

static int set_up(void **state)
{
    (void)state;
    root = pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = "Authority",
                                   .key_usage = "critical,keyCertSign,cRLSign",
                                   .constraints = "critical,CA:TRUE" });
    person = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Person", .issuer = root });
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pki_drop(&root);
    pki_drop(&person);
    return 0;
}

static pds_evidence *new_evidence(void)
{
    pds_evidence *made = NULL;
    assert_int_equal(pds_evidence_new(&made, NULL), PDS_OK);
    return made;
}

static void add_list(pds_evidence *to, const pki_crl *what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    pki_make_crl(what, &der);
    assert_int_equal(pds_evidence_add_crl(to, pds_buf_span(&der), &notes, NULL), PDS_OK);
    assert_int_equal(notes.count, 0);
}

static void add_response(pds_evidence *to, pds_trust *trust, const pki_ocsp *what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    pki_make_ocsp(what, &der);
    assert_int_equal(pds_evidence_add_ocsp(to, trust, pds_buf_span(&der), &notes, NULL), PDS_OK);
    assert_int_equal(notes.count, 0);
}

static bool is_about(time_t at, long from_now)
{
    const time_t wanted = time(NULL) + from_now;
    return at >= wanted - 60 && at <= wanted + 60;
}

static void the_first_end_counts(void **state)
{
    PDS_OWN(pds_evidence_drop) pds_evidence *all = new_evidence();
    PDS_OWN(pds_trust_drop) pds_trust *trust = NULL;
    (void)state;
    assert_int_equal(pds_trust_new(&trust, NULL), PDS_OK);
    assert_int_equal(pds_evidence_until(all), 0);
    add_list(all, &(pki_crl){ .issuer = root, .begins = -HOUR, .ends = DAY });
    assert_true(is_about(pds_evidence_until(all), DAY));
    add_response(all, trust,
                 &(pki_ocsp){ .cert = person, .issuer = root, .begins = -HOUR, .ends = HOUR });
    assert_true(is_about(pds_evidence_until(all), HOUR));
    add_list(all, &(pki_crl){ .issuer = root, .begins = -HOUR, .ends = 2L * DAY });
    assert_true(is_about(pds_evidence_until(all), HOUR));
    add_response(all, trust, &(pki_ocsp){ .cert = person, .issuer = root, .begins = -HOUR });
    assert_int_equal(pds_evidence_until(all), 0);
}

/* What a check makes of the person with this evidence. */
static pds_revocation_status status_by(const pds_evidence *evidence)
{
    PDS_OWN(pds_trust_drop) pds_trust *trust = NULL;
    PDS_OWN(pds_path_drop) pds_path path = { .anchored = false };
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(person);
    const pds_certs pool = { .count = 0 };
    const pds_when now = { .at = time(NULL) };
    pds_revocation said[PDS_PATH_MAX];
    assert_int_equal(pds_trust_new(&trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(trust, pki_cert(root), NULL), PDS_OK);
    const pds_path_rules path_rules = { trust, NULL };
    const pds_revocation_rules rules = { .path = &path_rules, .evidence = { evidence } };
    assert_int_equal(
        pds_path_find(&path_rules, leaf, &pool, &pds_use_document, &now, &path, &found, NULL),
        PDS_OK);
    assert_true(path.anchored);
    assert_int_equal(pds_revocation_check(&rules, &path, &pool, &now, said, &found, NULL), PDS_OK);
    return said[0].status;
}

/* The copy lives longer, and says the same; the scope of a list is kept. */
static void shared_lists_say_the_same(void **state)
{
    static const char *const for_authorities[] = { "issuingDistributionPoint",
                                                   "critical,DER:30038201ff", NULL };
    (void)state;
    for (int scoped = 0; scoped < 2; scoped++) {
        pds_evidence *from = new_evidence();
        PDS_OWN(pds_evidence_drop) pds_evidence *to = new_evidence();
        add_list(from, &(pki_crl){ .issuer = root,
                                   .entries = { { .cert = person, .revoked = -HOUR } },
                                   .more = scoped == 1 ? for_authorities : NULL });
        assert_int_equal(pds_evidence_share(to, from, NULL), PDS_OK);
        pds_evidence_drop(&from);
        assert_int_equal(status_by(to), scoped == 1 ? PDS_STATUS_UNKNOWN : PDS_STATUS_REVOKED);
    }
}

static void shared_responses_say_the_same(void **state)
{
    PDS_OWN(pds_trust_drop) pds_trust *trust = NULL;
    pds_evidence *from = new_evidence();
    PDS_OWN(pds_evidence_drop) pds_evidence *to = new_evidence();
    (void)state;
    assert_int_equal(pds_trust_new(&trust, NULL), PDS_OK);
    add_response(from, trust,
                 &(pki_ocsp){ .cert = person, .issuer = root, .status = 1, .revoked = -HOUR });
    assert_int_equal(pds_evidence_share(to, from, NULL), PDS_OK);
    pds_evidence_drop(&from);
    assert_int_equal(status_by(to), PDS_STATUS_REVOKED);
}

static void each_is_shared_once(void **state)
{
    PDS_OWN(pds_trust_drop) pds_trust *trust = NULL;
    PDS_OWN(pds_evidence_drop) pds_evidence *from = new_evidence();
    PDS_OWN(pds_evidence_drop) pds_evidence *to = new_evidence();
    (void)state;
    assert_int_equal(pds_trust_new(&trust, NULL), PDS_OK);
    add_list(from, &(pki_crl){ .issuer = root });
    add_response(from, trust, &(pki_ocsp){ .cert = person, .issuer = root });
    for (int i = 0; i < 3000; i++) { /* more than there is room for */
        assert_int_equal(pds_evidence_share(to, from, NULL), PDS_OK);
    }
    assert_int_equal(status_by(to), PDS_STATUS_GOOD);
}

/* ---- what was read before ---- */

static pds_trust *new_trust(void)
{
    pds_trust *made = NULL;
    assert_int_equal(pds_trust_new(&made, NULL), PDS_OK);
    return made;
}

static void add_der(pds_evidence *to, pds_trust *trust, pds_span der, size_t notes_wanted)
{
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    assert_int_equal(pds_evidence_add_ocsp(to, trust, der, &notes, NULL), PDS_OK);
    assert_int_equal(notes.count, notes_wanted);
}

static void a_response_is_read_once_for_a_trust(void **state)
{
    PDS_OWN(pds_evidence_drop) pds_evidence *first = new_evidence();
    PDS_OWN(pds_evidence_drop) pds_evidence *second = new_evidence();
    PDS_OWN(pds_evidence_drop) pds_evidence *other = new_evidence();
    PDS_OWN(pds_trust_drop) pds_trust *trust = new_trust();
    PDS_OWN(pds_trust_drop) pds_trust *another = new_trust();
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    (void)state;
    pki_make_ocsp(&(pki_ocsp){ .cert = person, .issuer = root }, &der);
    add_der(first, trust, pds_buf_span(&der), 0);
    add_der(second, trust, pds_buf_span(&der), 0);
    add_der(other, another, pds_buf_span(&der), 0);
    assert_ptr_equal(first->responses[0].basic, second->responses[0].basic);
    assert_ptr_not_equal(first->responses[0].basic, other->responses[0].basic);
    pds_trust_drop(&trust);
    assert_int_equal(pds_evidence_until(second), pds_evidence_until(other));
}

static void of_two_responses_each_is_itself(void **state)
{
    PDS_OWN(pds_evidence_drop) pds_evidence *first = new_evidence();
    PDS_OWN(pds_evidence_drop) pds_evidence *second = new_evidence();
    PDS_OWN(pds_trust_drop) pds_trust *trust = new_trust();
    (void)state;
    add_response(first, trust, &(pki_ocsp){ .cert = person, .issuer = root });
    add_response(second, trust, &(pki_ocsp){ .cert = person, .issuer = root, .ends = DAY + HOUR });
    assert_int_not_equal(pds_evidence_until(first), pds_evidence_until(second));
}

static void what_was_refused_is_refused_again(void **state)
{
    PDS_OWN(pds_evidence_drop) pds_evidence *evidence = new_evidence();
    PDS_OWN(pds_trust_drop) pds_trust *trust = new_trust();
    (void)state;
    for (int i = 0; i < 2; i++) {
        add_der(evidence, trust, pds_span_text("nothing"), 1);
    }
    assert_int_equal(evidence->response_count, 0);
}

static void old_responses_give_way(void **state)
{
    enum { MANY = 70 };
    PDS_OWN(pds_evidence_drop) pds_evidence *evidence = new_evidence();
    PDS_OWN(pds_evidence_drop) pds_evidence *again = new_evidence();
    PDS_OWN(pds_trust_drop) pds_trust *trust = new_trust();
    PDS_OWN(pds_buf_drop) pds_buf oldest = { 0 };
    (void)state;
    pki_make_ocsp(&(pki_ocsp){ .cert = person, .issuer = root }, &oldest);
    add_der(evidence, trust, pds_buf_span(&oldest), 0);
    for (int i = 0; i < MANY; i++) {
        add_response(evidence, trust,
                     &(pki_ocsp){ .cert = person, .issuer = root, .ends = DAY + i });
    }
    add_der(again, trust, pds_buf_span(&oldest), 0);
    assert_int_equal(evidence->response_count, 1 + MANY);
    assert_ptr_not_equal(evidence->responses[0].basic, again->responses[0].basic);
    assert_int_equal(again->response_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_end_counts),
        cmocka_unit_test(shared_lists_say_the_same),
        cmocka_unit_test(shared_responses_say_the_same),
        cmocka_unit_test(each_is_shared_once),
        cmocka_unit_test(a_response_is_read_once_for_a_trust),
        cmocka_unit_test(of_two_responses_each_is_itself),
        cmocka_unit_test(what_was_refused_is_refused_again),
        cmocka_unit_test(old_responses_give_way),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
