#include "base/base64.h"
#include "base/file.h"
#include "base/own.h"
#include "pdfsign/fetch.h"
#include "tests/base/scratch.h"
#include "tests/base/web.h"
#include "tests/cms/pki.h"

#include <pds/sign.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { HOUR = 3600, DAY = 86400 };
enum { GOOD, REVOKED, UNKNOWN }; /* CertStatus, RFC 6960, 4.2.1 */

static web *server;
/* The root is trusted, and issued the middle, that the authority, that the person. */
static pki *root, *middle, *authority, *person, *other, *stranger;

/* ---- what the services answer ---- */

typedef void (*service)(pds_buf *out);
static service on_ocsp, on_list, on_issuer; /* what they are for now; NULL: 404 */

#define OCSP_TYPE "application/ocsp-response"
#define CRL_TYPE  "application/pkix-crl"

static void put_ocsp(pds_buf *out, pki_ocsp what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    what.cert = what.cert == NULL ? person : what.cert;
    what.issuer = authority;
    pki_make_ocsp(&what, &der);
    web_put(out, 200, OCSP_TYPE, pds_buf_span(&der));
}

static void ocsp_good(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .status = GOOD });
}

static void ocsp_slow(pds_buf *out)
{
    web_wait(400);
    ocsp_good(out);
}

static void ocsp_mistyped(pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_ocsp(&(pki_ocsp){ .cert = person, .issuer = authority }, &der);
    web_put(out, 200, "text/html", pds_buf_span(&der));
}

static void ocsp_revoked(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .status = REVOKED, .revoked = -DAY, .reason = 1 });
}

static void ocsp_unknown(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .status = UNKNOWN });
}

static void ocsp_stale(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .begins = -3L * DAY, .ends = -2L * DAY });
}

static void ocsp_of_another(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .cert = other });
}

static void ocsp_of_a_stranger(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .signer = stranger });
}

static void ocsp_unauthorized(pds_buf *out)
{
    static const uint8_t der[] = { 0x30, 3, 0x0a, 1, 6 };
    web_put(out, 200, OCSP_TYPE, pds_span_of(der, sizeof der));
}

static void page_of_a_hotel(pds_buf *out)
{
    web_put(out, 200, "text/html", pds_span_text("<html>Welcome! Please log in.</html>"));
}

static void nothing(pds_buf *out)
{
    web_put(out, 200, "text/plain", pds_span_text(""));
}

static void broken(pds_buf *out)
{
    web_put(out, 500, "text/plain", pds_span_text("oh"));
}

static void cut_off(pds_buf *out)
{
    pds_buf_text(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0");
}

static void huge(pds_buf *out)
{
    pds_buf_text(out, "HTTP/1.1 200 OK\r\n\r\n");
    pds_buf_fill(out, '0', 20 << 20);
}

static void circle(pds_buf *out)
{
    pds_buf_text(out, "HTTP/1.1 302 There\r\nLocation: /ocsp\r\nContent-Length: 0\r\n\r\n");
}

static void put_list(pds_buf *out, pki_crl what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    what.issuer = what.issuer == NULL ? authority : what.issuer;
    pki_make_crl(&what, &der);
    web_put(out, 200, CRL_TYPE, pds_buf_span(&der));
}

static void list_good(pds_buf *out)
{
    put_list(out, (pki_crl){ .issuer = authority });
}

static void list_revoked(pds_buf *out)
{
    put_list(out, (pki_crl){ .entries = { { .cert = person, .revoked = -DAY } } });
}

static void list_stale(pds_buf *out)
{
    put_list(out, (pki_crl){ .begins = -3L * DAY, .ends = -2L * DAY });
}

static void list_of_a_stranger(pds_buf *out)
{
    put_list(out, (pki_crl){ .signer = stranger });
}

static void put_pem(pds_buf *out, const char *label, pds_span der)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_buf_printf(&text, "Some words.\n-----BEGIN %s-----\n", label);
    pds_base64_put(&text, der);
    pds_buf_printf(&text, "\n-----END %s-----\n", label);
    web_put(out, 200, "application/x-pem-file", pds_buf_span(&text));
}

static void list_in_pem(pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(&(pki_crl){ .issuer = authority }, &der);
    put_pem(out, "X509 CRL", pds_buf_span(&der));
}

static void issuer_in_der(pds_buf *out)
{
    web_put(out, 200, "application/pkix-cert", pki_cert_der(authority));
}

static void issuer_in_pem(pds_buf *out)
{
    put_pem(out, "CERTIFICATE", pki_cert_der(authority));
}

static void issuer_in_pkcs7(pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    scratch s;
    scratch_open(&s);
    pki_write_pkcs7((const pki *const[]){ other, authority }, 2, scratch_path(&s, "p7"));
    assert_int_equal(pds_file_slurp(scratch_path(&s, "p7"), 1 << 16, &der, NULL), PDS_OK);
    scratch_close(&s);
    web_put(out, 200, "application/pkcs7-mime", pds_buf_span(&der));
}

static void issuer_is_another(pds_buf *out)
{
    web_put(out, 200, "application/pkix-cert", pki_cert_der(stranger));
}

static void put_above(const char *path, pds_buf *out)
{
    if (strcmp(path, "/root.crl") == 0) {
        put_list(out, (pki_crl){ .issuer = root });
    } else if (strcmp(path, "/middle.crl") == 0) {
        put_list(out, (pki_crl){ .issuer = middle });
    } else if (strcmp(path, "/middle.cer") == 0) {
        web_put(out, 200, "application/pkix-cert", pki_cert_der(middle));
    } else {
        web_put(out, 404, "text/plain", pds_span_text("not here"));
    }
}

static void answer(void *context, const web_request *r, pds_buf *out)
{
    const service all[] = { on_ocsp, on_list, on_issuer };
    static const char *const paths[] = { "/ocsp", "/authority.crl", "/authority.cer" };
    (void)context;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (strcmp(paths[i], r->path) == 0 && all[i] != NULL) {
            all[i](out);
            return;
        }
    }
    put_above(r->path, out);
}

/* ---- certificates that name them ---- */

/* ocsp: also with a responder */
static pki *issue(const char *name, const pki *by, bool ca, bool ocsp, const char *above)
{
    char access[256];
    char list[256];
    const char *more[] = { "crlDistributionPoints", list, "authorityInfoAccess", access, NULL };
    const char *at = web_origin(server);
    (void)snprintf(list, sizeof list, "URI:%s%s.crl", at, above);
    (void)snprintf(access, sizeof access, "caIssuers;URI:%s%s.cer%s%s%s", at, above,
                   ocsp ? ",OCSP;URI:" : "", ocsp ? at : "", ocsp ? "/ocsp" : "");
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = ca ? "critical,CA:TRUE" : NULL,
                                   .key_usage = ca ? "critical,keyCertSign,cRLSign"
                                                   : "critical,digitalSignature",
                                   .key_identifier = true,
                                   .begins = -20L * DAY,
                                   .ends = 300L * DAY,
                                   .issuer = by,
                                   .more = by == NULL ? NULL : more });
}

static int set_up(void **state)
{
    (void)state;
    server = web_start(answer, NULL);
    root = issue("Root", NULL, true, false, "");
    middle = issue("Middle", root, true, false, "/root");
    authority = issue("Authority", middle, true, false, "/middle");
    person = issue("Person", authority, false, true, "/authority");
    other = issue("Other", authority, false, true, "/authority");
    stranger = issue("Authority", NULL, true, false, "");
    return setenv("PDFSIGN_ALLOW_PRIVATE_HOSTS", "1", 1);
}

static int tear_down(void **state)
{
    (void)state;
    web_stop(&server);
    pki_drop(&root);
    pki_drop(&middle);
    pki_drop(&authority);
    pki_drop(&person);
    pki_drop(&other);
    pki_drop(&stranger);
    return 0;
}

/* ---- one verifier's worth ---- */

typedef struct bench {
    pds_trust *trust;
    pds_fetcher *fetcher;
    pds_certs pool;
    pds_path path;
    unsigned ocsp_before, list_before, issuer_before;
} bench;

static void bench_drop(bench *b)
{
    pds_fetcher_drop(&b->fetcher);
    pds_path_drop(&b->path);
    pds_certs_drop(&b->pool);
    pds_trust_drop(&b->trust);
}

static void find_path(bench *b)
{
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(person);
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    const pds_when now = { .at = time(NULL) };
    const pds_path_rules rules = { b->trust, NULL };
    pds_path_drop(&b->path);
    assert_int_equal(
        pds_path_find(&rules, leaf, &b->pool, &pds_use_document, &now, &b->path, &found, NULL),
        PDS_OK);
}

static void begin(bench *b, bool with_issuers)
{
    assert_int_equal(pds_trust_new(&b->trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(b->trust, pki_cert(root), NULL), PDS_OK);
    assert_int_equal(pds_fetcher_new(b->trust, &b->fetcher, NULL), PDS_OK);
    if (with_issuers) {
        assert_int_equal(pds_certs_add(&b->pool, pki_cert(middle), NULL), PDS_OK);
        assert_int_equal(pds_certs_add(&b->pool, pki_cert(authority), NULL), PDS_OK);
        find_path(b);
        assert_true(b->path.anchored);
        assert_int_equal(b->path.certs.count, 4);
    }
    b->ocsp_before = web_hits(server, "/ocsp");
    b->list_before = web_hits(server, "/authority.crl");
    b->issuer_before = web_hits(server, "/authority.cer");
}

/* What one file gets of it. */
typedef struct catch
{
    pds_evidence *evidence;
    pds_findings notes;
    pds_revocation said[PDS_PATH_MAX];
}
catch;

static void catch_drop(catch *c)
{
    pds_evidence_drop(&c->evidence);
    pds_findings_drop(&c->notes);
}

static void fetch(bench *b, catch *c)
{
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    const pds_path_rules path_rules = { b->trust, NULL };
    const pds_when now = { .at = time(NULL) };
    assert_int_equal(pds_evidence_new(&c->evidence, NULL), PDS_OK);
    assert_int_equal(
        pds_fetch_revocation(b->fetcher, &b->path, now.at, c->evidence, &c->notes, NULL), PDS_OK);
    const pds_revocation_rules rules = { .path = &path_rules, .evidence = { c->evidence } };
    assert_int_equal(pds_revocation_check(&rules, &b->path, &b->pool, &now, c->said, &found, NULL),
                     PDS_OK);
}

static size_t failures(const catch *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->notes.count; i++) {
        assert_int_equal(c->notes.items[i].code, PDS_F_REVOCATION_FETCH_FAILED);
        assert_non_null(strstr(c->notes.items[i].text, "http://127.0.0.1:"));
        assert_non_null(strstr(c->notes.items[i].text, "Person"));
        count++;
    }
    return count;
}

/* ---- rows ---- */

typedef struct row {
    const char *sentence;
    service ocsp, list;
    pds_revocation_status status;
    pds_revocation_source source;
    unsigned notes, ocsp_hits, list_hits;
    const char *word; /* in the first note */
} row;

static const row ROWS[] = {
    { "a responder that says good", ocsp_good, list_good, PDS_STATUS_GOOD, PDS_BY_OCSP, 0, 1, 0,
      NULL },
    { "a responder that says revoked", ocsp_revoked, list_good, PDS_STATUS_REVOKED, PDS_BY_OCSP, 0,
      1, 0, NULL },
    { "a responder that calls it a page", ocsp_mistyped, list_good, PDS_STATUS_GOOD, PDS_BY_OCSP, 0,
      1, 0, NULL },
    { "a responder that is not authorized", ocsp_unauthorized, list_good, PDS_STATUS_GOOD,
      PDS_BY_CRL, 1, 1, 1, "authorized" },
    { "a responder that does not know", ocsp_unknown, list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1,
      1, "believe" },
    { "a responder that tells old news", ocsp_stale, list_revoked, PDS_STATUS_REVOKED, PDS_BY_CRL,
      1, 1, 1, "old" },
    { "a responder that talks of somebody else", ocsp_of_another, list_good, PDS_STATUS_GOOD,
      PDS_BY_CRL, 1, 1, 1, "certificate" },
    { "a responder that nobody knows", ocsp_of_a_stranger, list_revoked, PDS_STATUS_REVOKED,
      PDS_BY_CRL, 1, 1, 1, "believe" },
    { "a page of a hotel", page_of_a_hotel, list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1,
      "no OCSP response" },
    { "an empty answer", nothing, list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1,
      "no OCSP response" },
    { "a responder that is broken is asked again", broken, list_good, PDS_STATUS_GOOD, PDS_BY_CRL,
      1, 3, 1, "500" },
    { "a responder that is not there", NULL, list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1,
      "404" },
    { "an answer that is cut off", cut_off, list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1,
      "cut off" },
    { "a huge answer", huge, list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1, "too large" },
    { "a circle of redirects", circle, list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 4, 1,
      "too often" },
    { "a list in PEM", NULL, list_in_pem, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1, NULL },
    { "a list that names the person", NULL, list_revoked, PDS_STATUS_REVOKED, PDS_BY_CRL, 1, 1, 1,
      NULL },
    { "a list of old news", NULL, list_stale, PDS_STATUS_GOOD, PDS_BY_CRL, 2, 1, 1, NULL },
    { "a list of a stranger", NULL, list_of_a_stranger, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING, 2, 1, 1,
      NULL },
    { "a list that is a page", NULL, page_of_a_hotel, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING, 2, 1, 1,
      NULL },
    { "a huge list", NULL, huge, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING, 2, 1, 1, NULL },
    { "neither is there", NULL, NULL, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING, 2, 1, 1, NULL },
};

static void services_are_used(void **state)
{
    const row *r = *state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    begin(&b, true);
    on_ocsp = r->ocsp;
    on_list = r->list;
    fetch(&b, &c);
    assert_int_equal(c.said[0].status, r->status);
    assert_int_equal(c.said[0].source, r->source);
    assert_int_equal(c.said[1].status, PDS_STATUS_GOOD);
    assert_int_equal(c.said[2].status, PDS_STATUS_GOOD);
    assert_int_equal(failures(&c), r->notes);
    assert_int_equal(web_hits(server, "/ocsp") - b.ocsp_before, r->ocsp_hits);
    assert_int_equal(web_hits(server, "/authority.crl") - b.list_before, r->list_hits);
    if (r->word != NULL) {
        assert_non_null(strstr(c.notes.items[0].text, r->word));
    }
}

/* ---- what is kept ---- */

static void each_is_asked_once(void **state)
{
    static const service responders[] = { ocsp_good, page_of_a_hotel };
    (void)state;
    on_list = list_good;
    for (size_t k = 0; k < 2; k++) {
        PDS_OWN(bench_drop) bench b = { .trust = NULL };
        begin(&b, true);
        on_ocsp = responders[k];
        for (int i = 0; i < 3; i++) {
            PDS_OWN(catch_drop) catch c = { .evidence = NULL };
            fetch(&b, &c);
            assert_int_equal(c.said[0].status, PDS_STATUS_GOOD);
            assert_int_equal(failures(&c), k);
        }
        assert_int_equal(web_hits(server, "/ocsp") - b.ocsp_before, 1);
        assert_int_equal(web_hits(server, "/authority.crl") - b.list_before, k);
    }
}

typedef struct visitor {
    bench *b;
    pthread_t thread;
    pds_revocation_status status;
} visitor;

static void *visit(void *context)
{
    visitor *v = context;
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    fetch(v->b, &c);
    v->status = c.said[0].status;
    return NULL;
}

static void threads_wait_for_one_answer(void **state)
{
    enum { THREADS = 4 };
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    visitor all[THREADS];
    (void)state;
    begin(&b, true);
    on_ocsp = ocsp_slow;
    on_list = list_good;
    for (size_t i = 0; i < THREADS; i++) {
        all[i] = (visitor){ .b = &b };
        assert_int_equal(pthread_create(&all[i].thread, NULL, visit, &all[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(all[i].thread, NULL), 0);
        assert_int_equal(all[i].status, PDS_STATUS_GOOD);
    }
    assert_int_equal(web_hits(server, "/ocsp") - b.ocsp_before, 1);
}

/* ---- who is not asked ---- */

static void private_hosts_are_refused(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("PDFSIGN_ALLOW_PRIVATE_HOSTS"), 0);
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    begin(&b, true);
    assert_int_equal(setenv("PDFSIGN_ALLOW_PRIVATE_HOSTS", "1", 1), 0);
    on_ocsp = ocsp_good;
    fetch(&b, &c);
    assert_int_equal(c.said[0].status, PDS_STATUS_UNKNOWN);
    assert_int_equal(c.notes.count, 4); /* the person's two, and a list for each above */
    assert_non_null(strstr(c.notes.items[0].text, "private network"));
    assert_int_equal(web_hits(server, "/ocsp"), b.ocsp_before);
}

static void nobody_is_asked_about_a_path_without_trust(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    (void)state;
    begin(&b, true);
    b.path.anchored = false;
    on_ocsp = ocsp_good;
    fetch(&b, &c);
    assert_int_equal(c.notes.count, 0);
    assert_int_equal(web_hits(server, "/ocsp"), b.ocsp_before);
}

/* ---- issuers ---- */

static const row ISSUERS[] = {
    { .sentence = "an issuer in DER", .ocsp = issuer_in_der },
    { .sentence = "an issuer in PEM", .ocsp = issuer_in_pem },
    { .sentence = "an issuer in PKCS#7", .ocsp = issuer_in_pkcs7 },
    { .sentence = "an issuer that is another", .ocsp = issuer_is_another, .list_hits = 1 },
    { .sentence = "no issuer", .list_hits = 1, .notes = 1, .word = "404" },
    { .sentence = "an issuer that is a page",
      .ocsp = page_of_a_hotel,
      .list_hits = 1,
      .notes = 1,
      .word = "no certificate" },
    { .sentence = "a huge issuer", .ocsp = huge, .list_hits = 1, .notes = 1, .word = "too large" },
};

static void issuers_are_fetched(void **state)
{
    const row *r = *state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(person);
    begin(&b, false);
    on_issuer = r->ocsp;
    for (int again = 0; again < 2; again++) {
        assert_int_equal(pds_fetch_issuers(b.fetcher, leaf, &b.pool, &notes, NULL), PDS_OK);
    }
    find_path(&b);
    assert_int_equal(b.path.anchored, r->list_hits == 0);
    assert_int_equal(notes.count, 2 * r->notes);
    assert_int_equal(web_hits(server, "/authority.cer") - b.issuer_before, 1);
    for (size_t i = 0; i < notes.count; i++) {
        assert_int_equal(notes.items[i].code, PDS_F_ISSUER_FETCH_FAILED);
        assert_non_null(strstr(notes.items[i].text, r->word));
    }
}

static void issuers_at_hand_are_not_fetched(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(person);
    (void)state;
    begin(&b, true);
    on_issuer = issuer_in_der;
    assert_int_equal(pds_fetch_issuers(b.fetcher, leaf, &b.pool, &notes, NULL), PDS_OK);
    assert_int_equal(notes.count, 0);
    assert_int_equal(b.pool.count, 2);
    assert_int_equal(web_hits(server, "/authority.cer"), b.issuer_before);
}

/* The last one: an interruption stays. */
static void an_interruption_ends_it(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_evidence_drop) pds_evidence *evidence = NULL;
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    (void)state;
    begin(&b, true);
    on_ocsp = ocsp_good;
    assert_int_equal(pds_evidence_new(&evidence, NULL), PDS_OK);
    pds_interrupt();
    assert_int_equal(pds_fetch_revocation(b.fetcher, &b.path, time(NULL), evidence, &notes, NULL),
                     PDS_E_INTERRUPTED);
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    enum { ISSUER_COUNT = sizeof ISSUERS / sizeof ISSUERS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(each_is_asked_once),
        cmocka_unit_test(threads_wait_for_one_answer),
        cmocka_unit_test(private_hosts_are_refused),
        cmocka_unit_test(nobody_is_asked_about_a_path_without_trust),
        cmocka_unit_test(issuers_at_hand_are_not_fetched),
        cmocka_unit_test(an_interruption_ends_it),
    };
    struct CMUnitTest tests[ROW_COUNT + ISSUER_COUNT + sizeof others / sizeof others[0]];
    size_t count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ ROWS[i].sentence, services_are_used, NULL, NULL,
                                              (void *)(uintptr_t)&ROWS[i] };
    }
    for (size_t i = 0; i < ISSUER_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ ISSUERS[i].sentence, issuers_are_fetched, NULL, NULL,
                                              (void *)(uintptr_t)&ISSUERS[i] };
    }
    memcpy(tests + count, others, sizeof others);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
