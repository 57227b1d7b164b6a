#include "base/own.h"
#include "cms/trust.h"
#include "tests/base/scratch.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/stat.h>

#include <cmocka.h>

typedef struct fixture {
    pki *root, *other, *person;
    pds_trust *trust;
    scratch s;
} fixture;

static int make(void **state)
{
    static fixture f;
    f.root = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Root", .constraints = "CA:TRUE" });
    f.other = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Other", .constraints = "CA:TRUE" });
    f.person = pki_new(&(pki_profile){ .key = PKI_P256, .issuer = f.root });
    scratch_open(&f.s);
    *state = &f;
    return pds_trust_new(&f.trust, NULL) == PDS_OK ? 0 : -1;
}

static int drop(void **state)
{
    fixture *f = *state;
    pki_drop(&f->root);
    pki_drop(&f->other);
    pki_drop(&f->person);
    pds_trust_drop(&f->trust);
    scratch_close(&f->s);
    return 0;
}

static bool trusted(const fixture *f, const pki *p)
{
    PDS_OWN(pds_cert_drop) pds_cert *c = pki_cert(p);
    return pds_trust_is_anchor(f->trust, c);
}

static void anchors_of_a_file(void **state)
{
    fixture *f = *state;
    const char *path = scratch_path(&f->s, "roots.pem");
    pki_append_cert_pem(f->root, path);
    pki_append_cert_pem(f->root, path);
    assert_int_equal(pds_trust_load(f->trust, path, NULL), PDS_OK);
    assert_int_equal(pds_trust_anchors(f->trust)->count, 1);
    assert_true(trusted(f, f->root));
    assert_false(trusted(f, f->other));
}

static void anchors_of_a_folder(void **state)
{
    fixture *f = *state;
    pki_write_cert_der(f->root, scratch_path(&f->s, "root.der"));
    pki_append_cert_pem(f->other, scratch_path(&f->s, "other.pem"));
    (void)scratch_file(&f->s, "notes.txt", "nothing of use\n");
    assert_int_equal(pds_trust_load(f->trust, f->s.folder, NULL), PDS_OK);
    assert_int_equal(pds_trust_anchors(f->trust)->count, 2);
    assert_true(trusted(f, f->root) && trusted(f, f->other));
}

static void a_file_without_any(void **state)
{
    fixture *f = *state;
    pds_err e = { 0 };
    const char *path = scratch_file(&f->s, "notes.txt", "nothing of use\n");
    assert_int_equal(pds_trust_load(f->trust, path, &e), PDS_E_CERT_UNREADABLE);
    assert_string_equal(e.file, path);
    assert_int_equal(pds_trust_load(f->trust, "/nonexistent", &e), PDS_E_INPUT_UNREADABLE);
}

static void the_system_store(void **state)
{
    fixture *f = *state;
    char folders[256];
    const char *first = scratch_path(&f->s, "first");
    const char *second = scratch_path(&f->s, "second");
    assert_int_equal(mkdir(first, 0700), 0);
    assert_int_equal(mkdir(second, 0700), 0);
    (void)snprintf(folders, sizeof folders, ":/nonexistent:%s:%s", first, second);
    pki_write_cert_der(f->other, scratch_path(&f->s, "second/other.der"));
    assert_int_equal(setenv("SSL_CERT_DIR", folders, 1), 0);
    assert_int_equal(setenv("SSL_CERT_FILE", scratch_path(&f->s, "roots.pem"), 1), 0);
    assert_int_equal(pds_trust_load_system(f->trust, NULL), PDS_OK); /* the file is missing */
    assert_true(trusted(f, f->other));
    assert_false(trusted(f, f->root));
    pki_append_cert_pem(f->root, scratch_path(&f->s, "roots.pem"));
    assert_int_equal(pds_trust_load_system(f->trust, NULL), PDS_OK);
    assert_true(trusted(f, f->root));
}

static void an_empty_system_store(void **state)
{
    fixture *f = *state;
    pds_err e = { 0 };
    assert_int_equal(setenv("SSL_CERT_DIR", f->s.folder, 1), 0);
    assert_int_equal(setenv("SSL_CERT_FILE", "/nonexistent", 1), 0);
    assert_int_equal(pds_trust_load_system(f->trust, &e), PDS_E_CERT_UNREADABLE);
    assert_string_equal(e.expected, "/nonexistent");
}

static void the_same_bytes_are_one_certificate(void **state)
{
    fixture *f = *state;
    PDS_OWN(pds_cert_drop) pds_cert *one = NULL;
    PDS_OWN(pds_cert_drop) pds_cert *two = NULL;
    PDS_OWN(pds_cert_drop) pds_cert *anchor = NULL;
    assert_int_equal(pds_trust_add(f->trust, pki_cert(f->root), NULL), PDS_OK);
    assert_int_equal(pds_trust_cert(f->trust, pki_cert_der(f->person), &one, NULL), PDS_OK);
    assert_int_equal(pds_trust_cert(f->trust, pki_cert_der(f->person), &two, NULL), PDS_OK);
    assert_int_equal(pds_trust_cert(f->trust, pki_cert_der(f->root), &anchor, NULL), PDS_OK);
    assert_ptr_equal(one, two);
    assert_ptr_equal(anchor, pds_trust_anchors(f->trust)->items[0]);
    pds_err e = { 0 };
    assert_int_equal(pds_trust_cert(f->trust, pds_span_of("0", 1), &two, &e),
                     PDS_E_CERT_UNREADABLE);
}

static void a_signature_is_remembered(void **state)
{
    fixture *f = *state;
    PDS_OWN(pds_cert_drop) pds_cert *root = pki_cert(f->root);
    PDS_OWN(pds_cert_drop) pds_cert *other = pki_cert(f->other);
    PDS_OWN(pds_cert_drop) pds_cert *person = pki_cert(f->person);
    for (int i = 0; i < 3; i++) {
        assert_true(pds_trust_issued_by(f->trust, person, root));
        assert_false(pds_trust_issued_by(f->trust, person, other));
        assert_false(pds_trust_issued_by(f->trust, root, person));
    }
    assert_int_equal(pds_trust_checked(f->trust), 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest tests[] = {
        TEST(anchors_of_a_file),         TEST(anchors_of_a_folder),
        TEST(a_file_without_any),        TEST(the_system_store),
        TEST(an_empty_system_store),     TEST(the_same_bytes_are_one_certificate),
        TEST(a_signature_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
