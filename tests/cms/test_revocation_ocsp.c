#include "base/own.h"
#include "cms/revocation.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { HOUR = 3600, DAY = 86400, KEY_COMPROMISE = 1, SUPERSEDED = 4, ON_HOLD = 6 };
enum { GOOD, REVOKED, UNKNOWN }; /* CertStatus, RFC 6960, 4.2.1 */

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

typedef enum who {
    AUTHORITY,
    ROOT,
    PERSON,
    OTHER,     /* another person */
    DELEGATE,  /* who may sign responses and need not be asked about */
    UNCHECKED, /* the same without ocsp-nocheck */
    EXPIRED,
    WEAK,       /* with a short key */
    UNKNOWING,  /* with a critical extension that is not known */
    ENCIPHERER, /* key usage without digitalSignature */
    OF_ROOT,    /* a delegate of the root */
    STRANGER,   /* self-signed in the authority's name */
    WHO_COUNT
} who;

static pki *all[WHO_COUNT];

/* One response about the person, by default of the authority and good. */
typedef struct row {
    const char *sentence;
    pds_revocation_status expected;
    pds_finding_code finding; /* NONE: no finding but notes */
    bool refused;             /* there is a note */
    pki_ocsp response;
    who cert, issuer, signer; /* PERSON, AUTHORITY and AUTHORITY unless said */
    bool forged;              /* the signer says it is: */
    who named;
    long at; /* seconds from now; what is judged at */
    bool proven;
    int64_t max_age;
} row;

static const row ROWS[] = {
    { "a good one of the authority itself", PDS_STATUS_GOOD, .refused = false },
    { "a BasicOCSPResponse alone", PDS_STATUS_GOOD, .response = { .only_basic = true } },
    { "the authority named by its key", PDS_STATUS_GOOD, .response = { .by_key = true } },
    { "without any certificate", PDS_STATUS_GOOD, .response = { .without_certs = true } },

    /* what it says */
    { "revoked without proof of time", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE,
      .response = { .status = REVOKED, .revoked = -DAY, .reason = KEY_COMPROMISE } },
    { "revoked after the proof", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_LATER, .at = -2L * DAY,
      .proven = true, .response = { .status = REVOKED, .revoked = -DAY, .reason = SUPERSEDED } },
    { "on hold", PDS_STATUS_ON_HOLD, PDS_F_CERT_ON_HOLD,
      .response = { .status = REVOKED, .revoked = -DAY, .reason = ON_HOLD } },
    { "unknown", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, .response = { .status = UNKNOWN } },
    { "a critical extension that is not known", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .response = { .critical = true } },

    /* whom it is about */
    { "about another person", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, .cert = OTHER },
    { "about his number at another issuer", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      .issuer = STRANGER },
    { "named with SHA-256", PDS_STATUS_GOOD, .response = { .id_digest = "SHA256" } },
    { "named with SHA-512", PDS_STATUS_GOOD, .response = { .id_digest = "SHA512" } },
    { "named with MD5", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      .response = { .id_digest = "MD5" } },

    /* freshness */
    { "past its nextUpdate", PDS_STATUS_GOOD, PDS_F_REVOCATION_STALE,
      .response = { .begins = -2L * DAY, .ends = -DAY } },
    { "past its nextUpdate, but younger than the proof", PDS_STATUS_GOOD, .at = -3L * DAY,
      .proven = true, .response = { .begins = -2L * DAY, .ends = -DAY } },
    { "without nextUpdate", PDS_STATUS_GOOD, PDS_F_REVOCATION_STALE,
      .response = { .begins = -HOUR } },
    { "without nextUpdate, of an age that is allowed", PDS_STATUS_GOOD, .max_age = DAY,
      .response = { .begins = -HOUR } },
    { "of the future", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .response = { .begins = DAY, .ends = 2L * DAY } },
    { "made in the future", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .response = { .produced = DAY } },
    { "made before what it tells", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .response = { .produced = -DAY } },

    /* who signed it (RFC 6960, 4.2.2.2) */
    { "a delegate", PDS_STATUS_GOOD, .signer = DELEGATE },
    { "a delegate named by its key", PDS_STATUS_GOOD, .signer = DELEGATE,
      .response = { .by_key = true } },
    { "a delegate whose certificate lies elsewhere", PDS_STATUS_GOOD, .signer = DELEGATE,
      .response = { .without_certs = true } },
    { "a delegate of whom nothing is known", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = UNCHECKED },
    { "a delegate that expired", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = EXPIRED },
    { "a delegate with a short key", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = WEAK },
    { "a delegate with a critical extension that is not known", PDS_STATUS_UNKNOWN,
      PDS_F_REVOCATION_UNKNOWN, true, .signer = UNKNOWING },
    { "a delegate that may only encipher", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = ENCIPHERER },
    { "a delegate of the root", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = OF_ROOT },
    { "another person of the authority", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = OTHER },
    { "the person", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true, .signer = PERSON },
    { "the root", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true, .signer = ROOT },
    { "a stranger of the authority's name", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = STRANGER },
    { "a person in the name of the authority", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = PERSON, .forged = true, .named = AUTHORITY },
    { "a person in the name of a delegate", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = PERSON, .forged = true, .named = DELEGATE },
    { "signed with SHA-1", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .response = { .digest = "SHA1" } },
};

/* ---- the certificates ---- */

static pki *issue(const char *name, const pki *by, pki_profile p)
{
    const bool usual = p.begins == 0 && p.ends == 0;
    p.key = p.digest != NULL ? PKI_RSA_1024 : PKI_P256; /* the digest marks the short key */
    p.name = name;
    p.key_identifier = true;
    p.begins = usual ? -20L * DAY : p.begins;
    p.ends = usual ? 300L * DAY : p.ends;
    p.issuer = by;
    return pki_new(&p);
}

#define CA        .constraints = "critical,CA:TRUE", .key_usage = "critical,keyCertSign,cRLSign"
#define RESPONDER .key_usage = "critical,digitalSignature", .purposes = "OCSPSigning"
#define NO_CHECK  .more = LIST("1.3.6.1.5.5.7.48.1.5", "DER:0500")

static int make_all(void **state)
{
    (void)state;
    all[ROOT] = issue("Root", NULL, (pki_profile){ CA });
    all[AUTHORITY] = issue("Authority", all[ROOT], (pki_profile){ CA });
    const pki *by = all[AUTHORITY];
    all[PERSON] = issue("Person", by, (pki_profile){ .key_usage = "digitalSignature" });
    all[OTHER] = issue("Other", by, (pki_profile){ .key_usage = "digitalSignature" });
    all[DELEGATE] = issue("Responder", by, (pki_profile){ RESPONDER, NO_CHECK });
    all[UNCHECKED] = issue("Unchecked", by, (pki_profile){ RESPONDER });
    all[EXPIRED] = issue("Expired", by,
                         (pki_profile){ RESPONDER, NO_CHECK, .begins = -9L * DAY, .ends = -DAY });
    all[WEAK] = issue("Weak", by, (pki_profile){ RESPONDER, NO_CHECK, .digest = "SHA256" });
    all[UNKNOWING] =
        issue("Unknowing", by,
              (pki_profile){ RESPONDER, .more = LIST("1.3.6.1.5.5.7.48.1.5", "DER:0500", "1.2.3.4",
                                                     "critical,DER:0500") });
    all[ENCIPHERER] =
        issue("Encipherer", by,
              (pki_profile){
                  .key_usage = "critical,keyEncipherment", .purposes = "OCSPSigning", NO_CHECK });
    all[OF_ROOT] = issue("Of root", all[ROOT], (pki_profile){ RESPONDER, NO_CHECK });
    all[STRANGER] = issue("Authority", NULL, (pki_profile){ CA });
    return 0;
}

static int drop_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < WHO_COUNT; i++) {
        pki_drop(&all[i]);
    }
    return 0;
}

/* ---- one check ---- */

typedef struct bench {
    pds_trust *trust;
    pds_evidence *evidence;
    pds_certs pool;
    pds_path path;
    pds_findings found;
    pds_revocation said[PDS_PATH_MAX];
} bench;

static void bench_drop(bench *b)
{
    pds_trust_drop(&b->trust);
    pds_evidence_drop(&b->evidence);
    pds_certs_drop(&b->pool);
    pds_path_drop(&b->path);
    pds_findings_drop(&b->found);
}

static void set_up(bench *b)
{
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(all[PERSON]);
    const pds_when now = { .at = time(NULL) };
    assert_int_equal(pds_trust_new(&b->trust, NULL), PDS_OK);
    assert_int_equal(pds_evidence_new(&b->evidence, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(b->trust, pki_cert(all[ROOT]), NULL), PDS_OK);
    for (size_t i = 0; i < WHO_COUNT; i++) {
        assert_int_equal(pds_certs_add(&b->pool, pki_cert(all[i]), NULL), PDS_OK);
    }
    const pds_path_rules rules = { b->trust, NULL };
    assert_int_equal(
        pds_path_find(&rules, leaf, &b->pool, &pds_use_document, &now, &b->path, &b->found, NULL),
        PDS_OK);
    assert_int_equal(b->found.count, 0);
    assert_int_equal(b->path.certs.count, 3);
}

static void check(bench *b, const row *r)
{
    const time_t now = time(NULL);
    const pds_path_rules path_rules = { b->trust, NULL };
    const pds_revocation_rules rules = { .path = &path_rules,
                                         .evidence = { NULL, b->evidence },
                                         .needed = true,
                                         .max_age = r->max_age,
                                         .skew = 300 };
    const pds_when when = { .at = now + r->at, .proven = r->proven, .now = now };
    assert_int_equal(
        pds_revocation_check(&rules, &b->path, &b->pool, &when, b->said, &b->found, NULL), PDS_OK);
}

static void expect(const bench *b, pds_finding_code finding, bool refused)
{
    bool is_refused = false;
    bool is_found = finding == PDS_F_NONE;
    for (size_t i = 0; i < b->found.count; i++) {
        const pds_finding_code code = b->found.items[i].code;
        is_refused = is_refused || code == PDS_F_REVOCATION_EVIDENCE_REFUSED;
        is_found = is_found || code == finding;
        if (code != finding && code != PDS_F_REVOCATION_EVIDENCE_REFUSED) {
            fail_msg("%s: %s", pds_finding_name(code), b->found.items[i].text);
        }
    }
    assert_true(is_found);
    assert_int_equal(is_refused, refused);
}

static void add_ocsp(bench *b, const pki_ocsp *response)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_ocsp(response, &der);
    assert_int_equal(
        pds_evidence_add_ocsp(b->evidence, b->trust, pds_buf_span(&der), &b->found, NULL), PDS_OK);
}

/* About the authority, so that only the person's is in question. */
static void add_of_root(bench *b)
{
    add_ocsp(
        b, &(pki_ocsp){ .cert = all[AUTHORITY], .issuer = all[ROOT], .begins = -60, .ends = DAY });
}

static void response_is_judged(void **state)
{
    const row *r = *state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    pki_ocsp response = r->response;
    set_up(&b);
    response.cert = all[r->cert == OTHER ? OTHER : PERSON];
    response.issuer = all[r->issuer];
    response.signer = all[r->signer];
    response.named_signer = r->forged ? all[r->named] : NULL;
    add_ocsp(&b, &response);
    add_of_root(&b);
    check(&b, r);
    expect(&b, r->finding, r->refused);
    assert_int_equal(b.said[0].status, r->expected);
    assert_int_equal(b.said[1].status, PDS_STATUS_GOOD);
}

/* ---- more than one ---- */

static const row NOW = { .sentence = "" };

static pki_ocsp about_person(void)
{
    return (pki_ocsp){ .cert = all[PERSON], .issuer = all[AUTHORITY] };
}

/* The delegate is asked about like anybody else. */
static void a_delegate_that_is_good_by_a_list(void **state)
{
    (void)state;
    for (int revoked = 0; revoked < 2; revoked++) {
        PDS_OWN(bench_drop) bench b = { .trust = NULL };
        PDS_OWN(pds_buf_drop) pds_buf list = { 0 };
        pki_ocsp response = about_person();
        set_up(&b);
        add_of_root(&b);
        response.signer = all[UNCHECKED];
        response.begins = -60; /* younger than the list, which does not name him */
        response.ends = DAY;
        add_ocsp(&b, &response);
        pki_make_crl(&(pki_crl){ .issuer = all[AUTHORITY],
                                 .entries = { { .cert = revoked == 1 ? all[UNCHECKED] : NULL,
                                                .revoked = -DAY } } },
                     &list);
        assert_int_equal(pds_evidence_add_crl(b.evidence, pds_buf_span(&list), &b.found, NULL),
                         PDS_OK);
        check(&b, &NOW);
        expect(&b, PDS_F_NONE, revoked == 1);
        assert_int_equal(b.said[0].source, revoked == 1 ? PDS_BY_CRL : PDS_BY_OCSP);
    }
}

/* Two delegates that vouch for each other prove nothing. */
static void delegates_in_a_circle(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    set_up(&b);
    add_of_root(&b);
    pki_ocsp response = about_person();
    response.signer = all[UNCHECKED];
    add_ocsp(&b, &response);
    response.cert = all[UNCHECKED];
    add_ocsp(&b, &response);
    check(&b, &NOW);
    expect(&b, PDS_F_REVOCATION_UNKNOWN, true);
}

static void revoked_by_one_of_two(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    set_up(&b);
    add_of_root(&b);
    pki_ocsp response = about_person();
    add_ocsp(&b, &response);
    response.status = REVOKED;
    response.revoked = -DAY;
    response.begins = -2L * HOUR;
    response.ends = HOUR;
    add_ocsp(&b, &response);
    check(&b, &NOW);
    expect(&b, PDS_F_CERT_REVOKED_NO_POE, false);
    assert_int_equal(b.said[0].source, PDS_BY_OCSP);
    assert_int_equal(b.said[0].index, 2);
    assert_in_range(b.said[0].revoked_at, time(NULL) - DAY - 60, time(NULL) - DAY + 60);
}

/* RFC 6960, 4.4.4 */
static void after_the_end_of_the_certificate(void **state)
{
    (void)state;
    pki *expired = pki_renew(all[PERSON], &(pki_profile){ .name = "Person",
                                                          .begins = -9L * DAY,
                                                          .ends = -DAY,
                                                          .issuer = all[AUTHORITY] });
    for (int i = 0; i < 2; i++) {
        PDS_OWN(bench_drop) bench b = { .trust = NULL };
        set_up(&b);
        add_of_root(&b);
        pds_cert_drop(&b.path.certs.items[0]);
        b.path.certs.items[0] = pki_cert(expired);
        pki_ocsp response = about_person();
        response.cert = expired;
        response.archive_cutoff = i == 0 ? NULL : "20200101000000Z";
        add_ocsp(&b, &response);
        check(&b, &NOW);
        expect(&b, i == 0 ? PDS_F_REVOCATION_UNKNOWN : PDS_F_NONE, false);
    }
    pki_drop(&expired);
}

static void a_response_is_checked_once(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    set_up(&b);
    add_of_root(&b);
    pki_ocsp response = about_person();
    response.signer = all[DELEGATE];
    add_ocsp(&b, &response);
    for (int i = 0; i < 3; i++) {
        check(&b, &NOW);
    }
    /* two certificates of the path, the delegate's, two responses */
    assert_int_equal(pds_trust_checked(b.trust), 5);
}

static void what_can_not_be_read(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    static const uint8_t try_later[] = { 0x30, 0x03, 0x0a, 0x01, 0x03 };
    pki_ocsp response = about_person();
    set_up(&b);
    pki_make_ocsp(&response, &der);
    pds_buf_byte(&der, 0);
    const pds_span broken[] = { pds_buf_span(&der), pds_span_of("", 0), pds_span_of("0", 1),
                                pds_span_of(try_later, sizeof try_later) };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_int_equal(pds_evidence_add_ocsp(b.evidence, b.trust, broken[i], &b.found, NULL),
                         PDS_OK);
        assert_int_equal(b.found.count, i + 1);
        assert_int_equal(b.found.items[i].code, PDS_F_REVOCATION_EVIDENCE_REFUSED);
    }
}

/* No byte of a response may change unnoticed: it is refused, or says nothing. */
static void every_byte_counts(void **state)
{
    (void)state;
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_ocsp response = about_person();
    response.without_certs = true;
    response.only_basic = true;
    pki_make_ocsp(&response, &der);
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    set_up(&b);
    for (size_t i = 0; i < der.len; i++) {
        pds_evidence_drop(&b.evidence);
        pds_findings_drop(&b.found);
        assert_int_equal(pds_evidence_new(&b.evidence, NULL), PDS_OK);
        der.ptr[i] ^= 1U << i % 8;
        assert_int_equal(
            pds_evidence_add_ocsp(b.evidence, b.trust, pds_buf_span(&der), &b.found, NULL), PDS_OK);
        check(&b, &NOW);
        if (b.said[0].status != PDS_STATUS_UNKNOWN) {
            fail_msg("byte %zu", i);
        }
        der.ptr[i] ^= 1U << i % 8;
    }
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_delegate_that_is_good_by_a_list),
        cmocka_unit_test(delegates_in_a_circle),
        cmocka_unit_test(revoked_by_one_of_two),
        cmocka_unit_test(after_the_end_of_the_certificate),
        cmocka_unit_test(a_response_is_checked_once),
        cmocka_unit_test(what_can_not_be_read),
        cmocka_unit_test(every_byte_counts),
    };
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0], COUNT = sizeof others / sizeof others[0] };
    struct CMUnitTest tests[ROW_COUNT + COUNT];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                        .test_func = response_is_judged,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    memcpy(&tests[ROW_COUNT], others, sizeof others);
    return cmocka_run_group_tests(tests, make_all, drop_all);
}
