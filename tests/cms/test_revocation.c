#include "base/own.h"
#include "cms/evidence_use.h"
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

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define POINT     "http://a.example/1.crl"
/* issuingDistributionPoint in DER, from the length of its SEQUENCE on */
#define SCOPE(hex)  LIST("2.5.29.28", "critical,DER:30" hex)
#define SCOPE_POINT "1ca01aa0188616687474703a2f2f612e6578616d706c652f312e63726c" /* of POINT */

typedef enum who {
    AUTHORITY,
    ROOT,
    DELEGATE,
    STRANGER,
    PERSON,
    NO_CRL_SIGN,
    EXPIRED,
    WHO_COUNT
} who;

static pki *all[WHO_COUNT];
static pki *root_of_stranger;

/* One list about the person, by default of the authority and with nobody in it. */
typedef struct row {
    const char *sentence;
    pds_revocation_status expected;
    pds_finding_code finding; /* NONE: no finding but notes */
    bool refused;             /* there is a note */
    bool listed;
    pki_entry entry; /* of the person */
    pki_crl crl;
    who issuer, signer;        /* AUTHORITY unless said; the signer of DELEGATE has its name */
    const char *const *person; /* the person's extensions */
    long at;                   /* seconds from now; what is judged at */
    long earliest;
    bool proven;
    int64_t max_age;
} row;

static const row ROWS[] = {
    { "a list that does not name him", PDS_STATUS_GOOD, .listed = false },

    /* who is revoked, and when */
    { "revoked without proof of time", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE,
      .listed = true, .entry = { .revoked = -DAY, .reason = KEY_COMPROMISE } },
    { "revoked before the proof", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE, .listed = true,
      .entry = { .revoked = -3L * DAY }, .at = -DAY, .proven = true },
    { "revoked after the proof", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_LATER, .listed = true,
      .entry = { .revoked = -DAY, .reason = SUPERSEDED }, .at = -2L * DAY, .proven = true },
    { "revoked after a time that nobody proves", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE,
      .listed = true, .entry = { .revoked = -DAY }, .at = -2L * DAY },
    { "signed after it was revoked", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED, .listed = true,
      .entry = { .revoked = -3L * DAY }, .at = -DAY, .earliest = -2L * DAY, .proven = true },
    { "suspected before the proof, revoked after it", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE,
      .listed = true,
      .entry = { .revoked = -DAY, .reason = KEY_COMPROMISE, .invalid = "20200101000000Z" },
      .at = -2L * DAY, .proven = true },
    { "on hold", PDS_STATUS_ON_HOLD, PDS_F_CERT_ON_HOLD, .listed = true,
      .entry = { .revoked = -DAY, .reason = ON_HOLD } },
    { "on hold after the proof", PDS_STATUS_ON_HOLD, PDS_F_CERT_REVOKED_LATER, .listed = true,
      .entry = { .revoked = -DAY, .reason = ON_HOLD }, .at = -2L * DAY, .proven = true },
    { "revoked by a list that is old", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE,
      .listed = true, .entry = { .revoked = -9L * DAY },
      .crl = { .begins = -8L * DAY, .ends = -7L * DAY } },

    /* freshness */
    { "past its nextUpdate", PDS_STATUS_GOOD, PDS_F_REVOCATION_STALE,
      .crl = { .begins = -2L * DAY, .ends = -DAY } },
    { "past its nextUpdate, but younger than the proof", PDS_STATUS_GOOD, .at = -3L * DAY,
      .proven = true, .crl = { .begins = -2L * DAY, .ends = -DAY } },
    { "a minute past its nextUpdate", PDS_STATUS_GOOD, .crl = { .begins = -DAY, .ends = -60 } },
    { "without nextUpdate", PDS_STATUS_GOOD, PDS_F_REVOCATION_STALE, .crl = { .begins = -HOUR } },
    { "without nextUpdate, but younger than the proof", PDS_STATUS_GOOD, .at = -3L * DAY,
      .proven = true, .crl = { .begins = -2L * DAY } },
    { "without nextUpdate, of an age that is allowed", PDS_STATUS_GOOD, .max_age = DAY,
      .crl = { .begins = -HOUR } },
    { "older than is allowed", PDS_STATUS_GOOD, PDS_F_REVOCATION_STALE, .max_age = HOUR,
      .crl = { .begins = -2L * HOUR, .ends = DAY } },
    { "of the future", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .begins = DAY, .ends = 2L * DAY } },
    { "that ends before it begins", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .begins = -HOUR, .ends = -2L * HOUR } },

    /* whose list it is */
    { "of the root", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, .issuer = ROOT },
    { "signed by a stranger", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = STRANGER },
    { "signed by the person", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .signer = PERSON },
    { "signed by another key of the authority's name", PDS_STATUS_GOOD, .signer = DELEGATE },
    { "signed by such a key that may not sign lists", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      true, .signer = NO_CRL_SIGN },
    { "signed by such a key whose certificate expired", PDS_STATUS_UNKNOWN,
      PDS_F_REVOCATION_UNKNOWN, true, .signer = EXPIRED },
    { "signed with SHA-1", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .digest = "SHA1" } },

    /* kinds and scope (RFC 5280, 5.2) */
    { "a delta list", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .more = LIST("2.5.29.27", "critical,DER:020101") } },
    { "a delta list that is not marked as it should be", PDS_STATUS_UNKNOWN,
      PDS_F_REVOCATION_UNKNOWN, true, .crl = { .more = LIST("2.5.29.27", "DER:020101") } },
    { "an indirect list", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .more = SCOPE("038401ff") } },
    { "a list for attribute certificates", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .more = SCOPE("038501ff") } },
    { "a scope that can't be read", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .more = LIST("2.5.29.28", "critical,DER:0401ff") } },
    { "an unknown critical extension", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN, true,
      .crl = { .more = LIST("1.2.3.4", "critical,DER:0500") } },
    { "an unknown extension", PDS_STATUS_GOOD, .crl = { .more = LIST("1.2.3.4", "DER:0500") } },
    { "an unknown critical extension of an entry", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      true, .listed = true,
      .entry = { .revoked = -DAY, .more = LIST("1.2.3.4", "critical,DER:0500") } },
    { "for authorities only", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      .crl = { .more = SCOPE("038201ff") } },
    { "for persons only", PDS_STATUS_GOOD, .crl = { .more = SCOPE("038101ff") } },
    { "for another distribution point", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      .crl = { .more = SCOPE(SCOPE_POINT) },
      .person = LIST("crlDistributionPoints", "URI:http://a.example/2.crl") },
    { "for his distribution point", PDS_STATUS_GOOD, .crl = { .more = SCOPE(SCOPE_POINT) },
      .person = LIST("crlDistributionPoints", "URI:" POINT) },
    { "for a point when he has none", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      .crl = { .more = SCOPE(SCOPE_POINT) } },
    { "for some reasons only", PDS_STATUS_UNKNOWN, PDS_F_REVOCATION_UNKNOWN,
      .crl = { .more = SCOPE("0483020640") } },
    { "revoked on a list for some reasons", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE,
      .listed = true, .entry = { .revoked = -DAY }, .crl = { .more = SCOPE("0483020640") } },
    { "for all reasons, each named", PDS_STATUS_GOOD, .crl = { .more = SCOPE("058303077f80") } },

    /* certificates without such a thing */
    { "a certificate that says there is nothing to ask", PDS_STATUS_NOT_NEEDED, .issuer = ROOT,
      .person = LIST("2.5.29.56", "DER:0500") },
    { "a short-term certificate", PDS_STATUS_NOT_NEEDED, .issuer = ROOT,
      .person = LIST("0.4.0.194121.2.1", "DER:0500") },
    { "one that is revoked in spite of it", PDS_STATUS_REVOKED, PDS_F_CERT_REVOKED_NO_POE,
      .listed = true, .entry = { .revoked = -DAY }, .person = LIST("2.5.29.56", "DER:0500") },
};

/* ---- the certificates ---- */

static pki *issue(const char *name, const pki *by, const char *key_usage)
{
    const bool authority = strstr(key_usage, "keyCertSign") != NULL;
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = authority ? "critical,CA:TRUE" : NULL,
                                   .key_usage = key_usage,
                                   .key_identifier = true,
                                   .begins = -20L * DAY,
                                   .ends = 300L * DAY,
                                   .issuer = by });
}

static int make_all(void **state)
{
    (void)state;
    all[ROOT] = issue("Root", NULL, "critical,keyCertSign,cRLSign");
    all[AUTHORITY] = issue("Authority", all[ROOT], "critical,keyCertSign,cRLSign");
    all[DELEGATE] = issue("Authority", all[ROOT], "critical,cRLSign");
    all[NO_CRL_SIGN] = issue("Authority", all[ROOT], "critical,digitalSignature");
    all[EXPIRED] = pki_new(&(pki_profile){ .key = PKI_P256,
                                           .name = "Authority",
                                           .key_usage = "critical,cRLSign",
                                           .begins = -20L * DAY,
                                           .ends = -DAY,
                                           .issuer = all[ROOT] });
    root_of_stranger = issue("Stranger", NULL, "critical,keyCertSign,cRLSign");
    all[STRANGER] = issue("Authority", root_of_stranger, "critical,cRLSign");
    all[PERSON] = issue("Person", all[AUTHORITY], "critical,digitalSignature");
    return 0;
}

static int drop_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < WHO_COUNT; i++) {
        pki_drop(&all[i]);
    }
    pki_drop(&root_of_stranger);
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
    pds_evidence_use use;
} bench;

static void bench_drop(bench *b)
{
    pds_trust_drop(&b->trust);
    pds_evidence_drop(&b->evidence);
    pds_certs_drop(&b->pool);
    pds_path_drop(&b->path);
    pds_findings_drop(&b->found);
    pds_evidence_use_drop(&b->use);
}

static void add_crl(bench *b, const pki_crl *crl)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(crl, &der);
    assert_int_equal(pds_evidence_add_crl(b->evidence, pds_buf_span(&der), &b->found, NULL),
                     PDS_OK);
}

static void set_up(bench *b, const pki *person)
{
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(person);
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
                                         .skew = 300,
                                         .use = &b->use };
    const pds_when when = { .at = now + r->at,
                            .proven = r->proven,
                            .earliest = r->earliest == 0 ? 0 : now + r->earliest,
                            .now = now };
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

static pki_crl list_of(const row *r, const pki *person)
{
    pki_crl crl = r->crl;
    crl.issuer = all[r->issuer];
    crl.signer = r->signer == AUTHORITY ? crl.issuer : all[r->signer];
    if (r->listed) {
        crl.entries[0] = r->entry;
        crl.entries[0].cert = person;
    }
    return crl;
}

static void list_is_judged(void **state)
{
    const row *r = *state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    pki *person = pki_renew(all[PERSON], &(pki_profile){ .name = "Person",
                                                         .key_usage = "digitalSignature",
                                                         .begins = -20L * DAY,
                                                         .ends = 300L * DAY,
                                                         .more = r->person,
                                                         .issuer = all[AUTHORITY] });
    set_up(&b, person);
    const pki_crl crl = list_of(r, person);
    add_crl(&b, &crl);
    add_crl(&b, &(pki_crl){ .issuer = all[ROOT], .begins = -60, .ends = DAY });
    check(&b, r);
    expect(&b, r->finding, r->refused);
    assert_int_equal(b.said[0].status, r->expected);
    assert_int_equal(b.said[2].status, PDS_STATUS_NOT_NEEDED);
    pki_drop(&person);
}

/* ---- several lists, several certificates ---- */

static const row NOW = { .sentence = "" };

static void simple(bench *b)
{
    set_up(b, all[PERSON]);
}

static void authority_list(bench *b, const pki_crl *crl)
{
    pki_crl made = *crl;
    made.issuer = all[AUTHORITY];
    add_crl(b, &made);
}

static void root_list(bench *b, const pki *revoked, long when)
{
    add_crl(b, &(pki_crl){ .issuer = all[ROOT],
                           .begins = -60,
                           .ends = DAY,
                           .entries = { { .cert = revoked, .revoked = when } } });
}

static void revoked_beats_good(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .begins = -2L * HOUR,
                                   .ends = DAY,
                                   .entries = { { .cert = all[PERSON], .revoked = -DAY } } });
    authority_list(&b, &(pki_crl){ .begins = -HOUR, .ends = DAY });
    check(&b, &NOW);
    expect(&b, PDS_F_CERT_REVOKED_NO_POE, false);
    assert_int_equal(b.said[0].index, 1);
    assert_int_equal(b.said[0].evidence, 1);
    assert_int_equal(b.said[0].source, PDS_BY_CRL);
    assert_in_range(b.said[0].revoked_at, time(NULL) - DAY - 60, time(NULL) - DAY + 60);
}

/* What was on hold was released since. */
static void the_latest_news_win(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .begins = -HOUR, .ends = DAY });
    authority_list(
        &b,
        &(pki_crl){ .begins = -2L * HOUR,
                    .ends = DAY,
                    .entries = { { .cert = all[PERSON], .revoked = -DAY, .reason = ON_HOLD } } });
    check(&b, &NOW);
    expect(&b, PDS_F_NONE, false);
    assert_int_equal(b.said[0].index, 1);
}

static void lists_for_some_reasons_add_up(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .more = SCOPE("0483020640") });   /* keyCompromise */
    authority_list(&b, &(pki_crl){ .more = SCOPE("058303073f80") }); /* the others */
    check(&b, &NOW);
    expect(&b, PDS_F_NONE, false);
    assert_int_equal(b.said[0].status, PDS_STATUS_GOOD);
}

/* ---- what was relied on ---- */

/* Places of lists in order, c for a certificate. */
static void expect_use(const bench *b, const char *places)
{
    assert_int_equal(b->use.count, strlen(places));
    for (size_t i = 0; i < b->use.count; i++) {
        const pds_used *const used = &b->use.items[i];
        assert_int_equal(used->cert != NULL, places[i] == 'c');
        assert_int_equal(used->kind, used->cert != NULL ? PDS_BY_NOTHING : PDS_BY_CRL);
        assert_int_equal(used->evidence, used->cert != NULL ? 0 : 1);
        assert_true(used->cert != NULL || used->index == (size_t)(places[i] - '0'));
    }
}

static void the_best_list_is_told(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .begins = -2L * HOUR, .ends = DAY });
    authority_list(&b, &(pki_crl){ .begins = -HOUR, .ends = DAY });
    authority_list(&b, &(pki_crl){ .begins = -3L * HOUR, .ends = DAY });
    check(&b, &NOW);
    expect_use(&b, "02");
}

static void all_lists_for_some_reasons_are_told(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .more = SCOPE("0483020640") });
    authority_list(&b, &(pki_crl){ .more = SCOPE("058303073f80") });
    check(&b, &NOW);
    expect_use(&b, "012");
}

/* His certificate, and what tells that it was not revoked. */
static void another_signer_of_lists_is_told(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .signer = all[DELEGATE] });
    check(&b, &NOW);
    expect_use(&b, "00c1");
    assert_true(pds_span_eq(pds_cert_der(b.use.items[2].cert), pki_cert_der(all[DELEGATE])));
}

static void what_says_nothing_is_not_told(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    authority_list(&b, &(pki_crl){ .signer = all[DELEGATE] });
    check(&b, &NOW);
    expect_use(&b, "");
}

/* A list that is written and read again is the same. */
static void evidence_goes_on(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    PDS_OWN(pds_evidence_drop) pds_evidence *again = NULL;
    simple(&b);
    root_list(&b, NULL, 0);
    assert_int_equal(pds_evidence_der(b.evidence, PDS_BY_CRL, 0, &der, NULL), PDS_OK);
    assert_int_equal(pds_evidence_new(&again, NULL), PDS_OK);
    assert_false(pds_evidence_holds(again, b.evidence, PDS_BY_CRL, 0));
    assert_false(pds_evidence_holds(NULL, b.evidence, PDS_BY_CRL, 0));
    assert_int_equal(pds_evidence_add_crl(again, pds_buf_span(&der), &b.found, NULL), PDS_OK);
    assert_true(pds_evidence_holds(again, b.evidence, PDS_BY_CRL, 0));
}

static void a_revoked_authority(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, all[AUTHORITY], -DAY);
    authority_list(&b, &(pki_crl){ .digest = NULL });
    check(&b, &NOW);
    expect(&b, PDS_F_CA_REVOKED_NO_POE, false);
    assert_int_equal(b.said[1].status, PDS_STATUS_REVOKED);
    pds_findings_drop(&b.found);
    check(&b, &(row){ .at = -2L * DAY, .proven = true });
    expect(&b, PDS_F_CERT_REVOKED_LATER, false);
}

static void a_signer_of_lists_that_is_revoked(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, all[DELEGATE], -DAY);
    authority_list(&b, &(pki_crl){ .signer = all[DELEGATE] });
    check(&b, &NOW);
    expect(&b, PDS_F_REVOCATION_UNKNOWN, true);
}

static void a_signer_of_lists_of_whom_nothing_is_known(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    authority_list(&b, &(pki_crl){ .signer = all[DELEGATE] });
    check(&b, &NOW);
    expect(&b, PDS_F_REVOCATION_UNKNOWN, true);
    assert_int_equal(b.said[0].status, PDS_STATUS_UNKNOWN);
}

/* Whoever is trusted for something else may not speak of this authority's certificates. */
static void a_signer_of_lists_under_another_anchor(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    assert_int_equal(pds_trust_add(b.trust, pki_cert(root_of_stranger), NULL), PDS_OK);
    add_crl(&b, &(pki_crl){ .issuer = root_of_stranger, .begins = -60, .ends = DAY });
    authority_list(&b, &(pki_crl){ .signer = all[STRANGER] });
    check(&b, &NOW);
    expect(&b, PDS_F_REVOCATION_UNKNOWN, true);
}

static void an_authority_that_may_not_sign_lists(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    pki *authority = pki_renew(all[AUTHORITY], &(pki_profile){ .name = "Authority",
                                                               .constraints = "CA:TRUE",
                                                               .key_usage = "keyCertSign",
                                                               .issuer = all[ROOT] });
    simple(&b);
    pds_certs_drop(&b.pool);
    pds_cert_drop(&b.path.certs.items[1]);
    b.path.certs.items[1] = pki_cert(authority);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .digest = NULL });
    check(&b, &NOW);
    expect(&b, PDS_F_REVOCATION_UNKNOWN, true);
    pki_drop(&authority);
}

static void nothing_is_known(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    check(&b, &NOW);
    expect(&b, PDS_F_REVOCATION_UNKNOWN, false);
    assert_int_equal(b.found.count, 2);
}

static void nothing_need_be_known(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    const pds_path_rules path_rules = { b.trust, NULL };
    const pds_revocation_rules rules = { .path = &path_rules, .evidence = { b.evidence } };
    const pds_when now = { .at = time(NULL) };
    assert_int_equal(pds_revocation_check(&rules, &b.path, &b.pool, &now, b.said, &b.found, NULL),
                     PDS_OK);
    expect(&b, PDS_F_NONE, false);
    assert_int_equal(b.said[0].status, PDS_STATUS_UNKNOWN);
}

/* ITU-T X.509, 9.5.2.8: a list drops who expired, unless it says since when it does not. */
static void after_the_end_of_the_certificate(void **state)
{
    static const char *const kept[] = { "2.5.29.60", "DER:180f32303230303130313030303030305a",
                                        NULL };
    (void)state;
    pki *expired = pki_renew(all[PERSON], &(pki_profile){ .name = "Person",
                                                          .begins = -9L * DAY,
                                                          .ends = -DAY,
                                                          .issuer = all[AUTHORITY] });
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(bench_drop) bench b = { .trust = NULL };
        simple(&b);
        pds_cert_drop(&b.path.certs.items[0]);
        b.path.certs.items[0] = pki_cert(expired);
        root_list(&b, NULL, 0);
        authority_list(&b, &(pki_crl){ .more = i == 0 ? NULL : kept });
        check(&b, &NOW);
        expect(&b, i == 0 ? PDS_F_REVOCATION_UNKNOWN : PDS_F_NONE, false);
    }
    pki_drop(&expired);
}

/* What stands in a file, 250 lists that nobody may sign, does not keep what was given from being
 * asked. */
static void forged_lists_hide_nothing(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_evidence_drop) pds_evidence *given = NULL;
    (void)state;
    simple(&b);
    authority_list(&b, &(pki_crl){ .begins = -60,
                                   .ends = DAY,
                                   .entries = { { .cert = all[PERSON], .revoked = -DAY } } });
    given = b.evidence;
    b.evidence = NULL;
    assert_int_equal(pds_evidence_new(&b.evidence, NULL), PDS_OK);
    for (long i = 0; i < 250; i++) {
        authority_list(&b, &(pki_crl){ .begins = -DAY - i, .ends = DAY, .signer = all[STRANGER] });
    }
    const pds_path_rules path_rules = { b.trust, NULL };
    const pds_revocation_rules rules = { .path = &path_rules,
                                         .evidence = { b.evidence, given },
                                         .skew = 300 };
    const pds_when when = { .at = time(NULL), .now = time(NULL) };
    assert_int_equal(pds_revocation_check(&rules, &b.path, &b.pool, &when, b.said, &b.found, NULL),
                     PDS_OK);
    assert_int_equal(b.said[0].status, PDS_STATUS_REVOKED);
}

static void a_list_is_checked_once(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    simple(&b);
    root_list(&b, NULL, 0);
    authority_list(&b, &(pki_crl){ .digest = NULL });
    for (int i = 0; i < 3; i++) {
        check(&b, &NOW);
    }
    assert_int_equal(pds_trust_checked(b.trust), 4); /* two certificates, two lists */
}

static void what_can_not_be_read(void **state)
{
    (void)state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    simple(&b);
    pki_make_crl(&(pki_crl){ .issuer = all[ROOT] }, &der);
    pds_buf_byte(&der, 0);
    const pds_span broken[] = { pds_buf_span(&der), pds_span_of("", 0), pds_span_of("0", 1),
                                pds_cert_der(b.path.certs.items[0]) };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_int_equal(pds_evidence_add_crl(b.evidence, broken[i], &b.found, NULL), PDS_OK);
        assert_int_equal(b.found.count, i + 1);
        assert_int_equal(b.found.items[i].code, PDS_F_REVOCATION_EVIDENCE_REFUSED);
    }
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(revoked_beats_good),
        cmocka_unit_test(the_latest_news_win),
        cmocka_unit_test(lists_for_some_reasons_add_up),
        cmocka_unit_test(the_best_list_is_told),
        cmocka_unit_test(all_lists_for_some_reasons_are_told),
        cmocka_unit_test(another_signer_of_lists_is_told),
        cmocka_unit_test(what_says_nothing_is_not_told),
        cmocka_unit_test(evidence_goes_on),
        cmocka_unit_test(a_revoked_authority),
        cmocka_unit_test(a_signer_of_lists_that_is_revoked),
        cmocka_unit_test(a_signer_of_lists_of_whom_nothing_is_known),
        cmocka_unit_test(a_signer_of_lists_under_another_anchor),
        cmocka_unit_test(an_authority_that_may_not_sign_lists),
        cmocka_unit_test(nothing_is_known),
        cmocka_unit_test(nothing_need_be_known),
        cmocka_unit_test(after_the_end_of_the_certificate),
        cmocka_unit_test(forged_lists_hide_nothing),
        cmocka_unit_test(a_list_is_checked_once),
        cmocka_unit_test(what_can_not_be_read),
    };
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0], COUNT = sizeof others / sizeof others[0] };
    struct CMUnitTest tests[ROW_COUNT + COUNT];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                        .test_func = list_is_judged,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    memcpy(&tests[ROW_COUNT], others, sizeof others);
    return cmocka_run_group_tests(tests, make_all, drop_all);
}
