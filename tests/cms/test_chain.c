#include "base/own.h"
#include "cms/cert.h"
#include "tests/base/scratch.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

enum { DAY = 86400, LINKS = 14 };

typedef struct fixture {
    pki *all[LINKS]; /* a root and what it issued, each the issuer of the next */
    scratch s;
} fixture;

static pki *issue(const pki *by, const char *name, bool ca)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = ca ? "CA:TRUE" : "CA:FALSE",
                                   .key_usage = ca ? "keyCertSign" : "digitalSignature",
                                   .issuer = by });
}

static int fixture_make(void **state)
{
    static fixture f;
    for (size_t i = 0; i < LINKS; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "Link %zu", i);
        f.all[i] = issue(i == 0 ? NULL : f.all[i - 1], name, true);
    }
    scratch_open(&f.s);
    *state = &f;
    return 0;
}

static int fixture_drop(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < LINKS; i++) {
        pki_drop(&f->all[i]);
    }
    scratch_close(&f->s);
    return 0;
}

static void add(pds_certs *list, const pki *p)
{
    assert_int_equal(pds_certs_add(list, pki_cert(p), NULL), PDS_OK);
}

static void expect_link(const pds_certs *chain, size_t at, const pki *p)
{
    assert_true(pds_span_eq(pds_cert_der(chain->items[at]), pki_cert_der(p)));
}

static void nearest_first_without_the_root(void **state)
{
    fixture *f = *state;
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[3]);
    add(&pool, f->all[0]);
    add(&pool, f->all[3]); /* the leaf itself may be in the pool */
    add(&pool, f->all[1]);
    add(&pool, f->all[2]);
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    assert_int_equal(chain.count, 2);
    expect_link(&chain, 0, f->all[2]);
    expect_link(&chain, 1, f->all[1]);
}

static void a_root_that_is_the_only_issuer_stays(void **state)
{
    fixture *f = *state;
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[1]);
    add(&pool, f->all[0]);
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    assert_int_equal(chain.count, 1);
}

static void a_self_signed_leaf_has_no_chain(void **state)
{
    fixture *f = *state;
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[0]);
    add(&pool, f->all[0]);
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    assert_int_equal(chain.count, 0);
}

static void a_gap_ends_the_chain(void **state)
{
    fixture *f = *state;
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[4]);
    add(&pool, f->all[3]);
    add(&pool, f->all[1]);
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    assert_int_equal(chain.count, 1);
}

static void ten_links_are_enough(void **state)
{
    fixture *f = *state;
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[LINKS - 1]);
    for (size_t i = 0; i < LINKS; i++) {
        add(&pool, f->all[i]);
    }
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    assert_int_equal(chain.count, 10);
}

/* The right name is not enough: the signature must be the issuer's. */
static void an_impostor_is_not_an_issuer(void **state)
{
    fixture *f = *state;
    pki *impostor = issue(f->all[0], "Link 1", true);
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[2]);
    PDS_OWN(pds_cert_drop) pds_cert *wrong = pki_cert(impostor);
    add(&pool, impostor);
    assert_false(pds_cert_issued_by(leaf, wrong));
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    assert_int_equal(chain.count, 0);
    add(&pool, f->all[1]);
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    expect_link(&chain, 0, f->all[1]);
    pki_drop(&impostor);
}

static void a_renewed_issuer_wins(void **state)
{
    fixture *f = *state;
    pki *renewed =
        pki_renew(f->all[1],
                  &(pki_profile){
                      .name = "Link 1", .issuer = f->all[0], .begins = -DAY, .ends = 1000L * DAY });
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[2]);
    add(&pool, f->all[1]);
    add(&pool, renewed);
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    expect_link(&chain, 0, renewed);
    pki_drop(&renewed);
}

/* Two that certified each other. */
static void a_loop_ends(void **state)
{
    fixture *f = *state;
    pki *back = pki_renew(f->all[1], &(pki_profile){ .name = "Link 1", .issuer = f->all[2] });
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_certs_drop) pds_certs chain = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(f->all[3]);
    add(&pool, back);
    add(&pool, f->all[2]);
    assert_int_equal(pds_certs_chain(leaf, &pool, &chain, NULL), PDS_OK);
    assert_int_equal(chain.count, 2);
    pki_drop(&back);
}

/* ---- files ---- */

static size_t loaded(const char *path, pds_code expected)
{
    PDS_OWN(pds_certs_drop) pds_certs list = { 0 };
    pds_err e = { 0 };
    assert_int_equal(pds_certs_load(&list, path, &e), expected);
    if (expected != PDS_OK) {
        assert_string_equal(e.file, path);
    }
    return list.count;
}

static void every_form_of_file(void **state)
{
    fixture *f = *state;
    const pki *const three[] = { f->all[0], f->all[1], f->all[2] };
    const char *pem = scratch_path(&f->s, "chain.pem");
    const char *der = scratch_path(&f->s, "one.der");
    const char *p7 = scratch_path(&f->s, "three.p7b");
    const char *key = scratch_path(&f->s, "key.pem");
    const char *key_der = scratch_path(&f->s, "key.der");
    pki_append_cert_pem(f->all[0], pem);
    pki_append_cert_pem(f->all[1], pem);
    pki_append_cert_pem(f->all[1], pem); /* twice the same is kept once */
    pki_write_cert_der(f->all[3], der);
    pki_write_pkcs7(three, 3, p7);
    pki_write_key(f->all[0], PKI_PKCS8_PEM, NULL, NULL, key);
    pki_write_key(f->all[0], PKI_PKCS8_DER, NULL, NULL, key_der);
    assert_int_equal(loaded(pem, PDS_OK), 2);
    assert_int_equal(loaded(der, PDS_OK), 1);
    assert_int_equal(loaded(p7, PDS_OK), 3);
    pki_write_pkcs7(NULL, 0, scratch_path(&f->s, "none.p7b"));
    assert_int_equal(loaded(scratch_path(&f->s, "none.p7b"), PDS_E_CERT_UNREADABLE), 0);
    assert_int_equal(loaded(key, PDS_E_CERT_UNREADABLE), 0);
    assert_int_equal(loaded(key_der, PDS_E_CERT_UNREADABLE), 0);
    assert_int_equal(loaded("/nonexistent", PDS_E_INPUT_UNREADABLE), 0);
    (void)scratch_file(&f->s, "notes.txt", "nothing of use\n");
    (void)scratch_file(&f->s, "broken.pem",
                       "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
    assert_int_equal(mkdir(scratch_path(&f->s, "folder"), 0700), 0);
    assert_int_equal(loaded(f->s.folder, PDS_OK), 4); /* 0 and 1; 3; 0, 1 and 2 */
    assert_int_equal(loaded(scratch_path(&f->s, "folder"), PDS_E_CERT_UNREADABLE), 0);
    assert_int_equal(loaded(scratch_path(&f->s, "broken.pem"), PDS_E_CERT_UNREADABLE), 0);
    assert_int_equal(loaded(scratch_path(&f->s, "notes.txt"), PDS_E_CERT_UNREADABLE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_first_without_the_root),
        cmocka_unit_test(a_root_that_is_the_only_issuer_stays),
        cmocka_unit_test(a_self_signed_leaf_has_no_chain),
        cmocka_unit_test(a_gap_ends_the_chain),
        cmocka_unit_test(ten_links_are_enough),
        cmocka_unit_test(an_impostor_is_not_an_issuer),
        cmocka_unit_test(a_renewed_issuer_wins),
        cmocka_unit_test(a_loop_ends),
        cmocka_unit_test(every_form_of_file),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
