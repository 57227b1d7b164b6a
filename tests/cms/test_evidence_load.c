/* Files and folders of revocation lists and OCSP responses. */
#include "base/base64.h"
#include "base/own.h"
#include "cms/evidence_load.h"
#include "cms/revocation_private.h"
#include "tests/base/scratch.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>

#include <cmocka.h>

static pki *authority;
static pki *person;
static scratch folder;

typedef struct loaded {
    pds_trust *trust;
    pds_evidence *evidence;
    pds_err e;
} loaded;

static void loaded_drop(loaded *l)
{
    pds_evidence_drop(&l->evidence);
    pds_trust_drop(&l->trust);
}

static pds_code load(loaded *l, const char *path)
{
    l->e = (pds_err){ .offset = -1 };
    if (l->trust == NULL) {
        assert_int_equal(pds_trust_new(&l->trust, NULL), PDS_OK);
        assert_int_equal(pds_evidence_new(&l->evidence, NULL), PDS_OK);
    }
    return pds_evidence_load(l->evidence, l->trust, path, &l->e);
}

/* ---- what a file may hold ---- */

typedef enum content {
    NOTHING,
    LIST,
    RESPONSE,
    BASIC,   /* the response without its status around it */
    BY_KEY,  /* a basic one whose responder is named by its key */
    DELTA,   /* a list that is not used */
    REFUSAL, /* a response that says "try later" */
    CERTIFICATE,
    WORDS
} content;

static void put_der(content what, pds_buf *out)
{
    static const uint8_t try_later[] = { 0x30, 0x03, 0x0a, 0x01, 0x03 };
    static const char *const delta[] = { "deltaCRL", "critical,DER:020101", NULL };
    pki_crl list = { .issuer = authority, .more = what == DELTA ? delta : NULL };
    pki_ocsp response = { .cert = person,
                          .issuer = authority,
                          .only_basic = what == BASIC || what == BY_KEY,
                          .by_key = what == BY_KEY };
    if (what == LIST || what == DELTA) {
        pki_make_crl(&list, out);
    } else if (what == RESPONSE || what == BASIC || what == BY_KEY) {
        pki_make_ocsp(&response, out);
    } else if (what == REFUSAL) {
        pds_buf_put(out, pds_span_of(try_later, sizeof try_later));
    } else if (what == CERTIFICATE) {
        pds_buf_put(out, pki_cert_der(person));
    } else if (what == WORDS) {
        pds_buf_text(out, "see attachment");
    }
}

static void put_pem(content what, const char *label, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    put_der(what, &der);
    pds_buf_printf(out, "-----BEGIN %s-----\n", label);
    pds_base64_put(out, pds_buf_span(&der));
    pds_buf_printf(out, "\n-----END %s-----\n", label);
}

static const char *write_bytes(const char *name, pds_buf *bytes)
{
    const char *path = scratch_path(&folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(
        fwrite(bytes->ptr == NULL ? (const uint8_t *)"" : bytes->ptr, 1, bytes->len, f),
        bytes->len);
    assert_int_equal(fclose(f), 0);
    pds_buf_drop(bytes);
    return path;
}

typedef struct der_row {
    const char *name;
    content what;
    size_t lists, responses;
    const char *fault; /* in the message */
} der_row;

static der_row ders[] = {
    { "a list", LIST, 1, 0, NULL },
    { "a response", RESPONSE, 0, 1, NULL },
    { "a basic response", BASIC, 0, 1, NULL },
    { "a basic response by key", BY_KEY, 0, 1, NULL },
    { "a delta list", DELTA, 0, 0, "delta list" },
    { "a response that knows nothing", REFUSAL, 0, 0, "knows nothing" },
    { "a certificate", CERTIFICATE, 0, 0, "can't be read" },
    { "words", WORDS, 0, 0, "neither a revocation list nor an OCSP response" },
    { "nothing", NOTHING, 0, 0, "neither a revocation list nor an OCSP response" },
};

static void a_der_file_is_known_by_its_content(void **state)
{
    const der_row *r = *state;
    PDS_OWN(loaded_drop) loaded l = { 0 };
    pds_buf bytes = { 0 };
    put_der(r->what, &bytes);
    const char *path = write_bytes("one", &bytes);
    assert_int_equal(load(&l, path), r->fault == NULL ? PDS_OK : PDS_E_INPUT_UNREADABLE);
    assert_int_equal(l.evidence->crl_count, r->lists);
    assert_int_equal(l.evidence->response_count, r->responses);
    if (r->fault != NULL) {
        assert_non_null(strstr(l.e.text, r->fault));
        assert_string_equal(l.e.file, path);
    }
}

typedef struct pem_row {
    const char *name;
    content what[3];
    const char *labels[3];
    size_t lists, responses;
    bool refused;
} pem_row;

static pem_row pems[] = {
    { "a list", { LIST }, { "X509 CRL" }, 1, 0, false },
    { "a list by its short name", { LIST }, { "CRL" }, 1, 0, false },
    { "both", { LIST, RESPONSE }, { "X509 CRL", "OCSP RESPONSE" }, 1, 1, false },
    { "beside a certificate", { CERTIFICATE, LIST }, { "CERTIFICATE", "X509 CRL" }, 1, 0, false },
    { "certificates alone", { CERTIFICATE }, { "CERTIFICATE" }, 0, 0, true },
    { "a label that lies", { CERTIFICATE }, { "X509 CRL" }, 0, 0, true },
    { "one of them is of no use", { LIST, DELTA }, { "X509 CRL", "X509 CRL" }, 1, 0, true },
};

static void a_pem_file_holds_any_number(void **state)
{
    const pem_row *r = *state;
    PDS_OWN(loaded_drop) loaded l = { 0 };
    pds_buf bytes = { 0 };
    for (size_t i = 0; i < 3 && r->labels[i] != NULL; i++) {
        put_pem(r->what[i], r->labels[i], &bytes);
    }
    const char *path = write_bytes("some.pem", &bytes);
    assert_int_equal(load(&l, path), r->refused ? PDS_E_INPUT_UNREADABLE : PDS_OK);
    assert_int_equal(l.evidence->crl_count, r->lists);
    assert_int_equal(l.evidence->response_count, r->responses);
}

static void broken_base64_is_a_fault(void **state)
{
    PDS_OWN(loaded_drop) loaded l = { 0 };
    (void)state;
    const char *path = scratch_file(&folder, "broken.pem",
                                    "-----BEGIN X509 CRL-----\n!!!!\n-----END X509 CRL-----\n");
    assert_int_equal(load(&l, path), PDS_E_INPUT_UNREADABLE);
    assert_non_null(strstr(l.e.text, "broken"));
}

/* ---- folders ---- */

static void a_folder_gives_what_is_of_use(void **state)
{
    PDS_OWN(loaded_drop) loaded l = { 0 };
    scratch inner;
    pds_buf bytes = { 0 };
    const scratch outer = folder;
    (void)state;
    scratch_open(&inner);
    folder = inner;
    put_der(LIST, &bytes);
    (void)write_bytes("a.crl", &bytes);
    put_der(RESPONSE, &bytes);
    (void)write_bytes("b.ors", &bytes);
    put_der(DELTA, &bytes);
    (void)write_bytes("c.crl", &bytes);
    put_der(WORDS, &bytes);
    (void)write_bytes("README", &bytes);
    assert_int_equal(mkdir(scratch_path(&inner, "more"), 0700), 0);
    folder = outer;
    assert_int_equal(load(&l, inner.folder), PDS_OK);
    assert_int_equal(l.evidence->crl_count, 1);
    assert_int_equal(l.evidence->response_count, 1);
    scratch_close(&inner);
}

static void a_folder_without_any_is_a_fault(void **state)
{
    PDS_OWN(loaded_drop) loaded l = { 0 };
    scratch inner;
    (void)state;
    scratch_open(&inner);
    (void)scratch_file(&inner, "README", "nothing here");
    assert_int_equal(load(&l, inner.folder), PDS_E_INPUT_UNREADABLE);
    assert_string_equal(l.e.file, inner.folder);
    scratch_close(&inner);
}

static void what_is_not_there_is_a_fault(void **state)
{
    PDS_OWN(loaded_drop) loaded l = { 0 };
    (void)state;
    assert_int_equal(load(&l, "/nonexistent/x.crl"), PDS_E_INPUT_UNREADABLE);
}

static int open_all(void **state)
{
    (void)state;
    authority = pki_new(&(pki_profile){ .key = PKI_P256,
                                        .name = "Authority",
                                        .constraints = "critical,CA:TRUE",
                                        .key_usage = "critical,keyCertSign,cRLSign" });
    person = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Person", .issuer = authority });
    scratch_open(&folder);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    scratch_close(&folder);
    pki_drop(&person);
    pki_drop(&authority);
    return 0;
}

enum { DERS = sizeof ders / sizeof ders[0], PEMS = sizeof pems / sizeof pems[0] };

int main(void)
{
    struct CMUnitTest tests[DERS + PEMS + 4] = {
        cmocka_unit_test(broken_base64_is_a_fault),
        cmocka_unit_test(a_folder_gives_what_is_of_use),
        cmocka_unit_test(a_folder_without_any_is_a_fault),
        cmocka_unit_test(what_is_not_there_is_a_fault),
    };
    for (size_t i = 0; i < DERS; i++) {
        tests[4 + i] = (struct CMUnitTest){ ders[i].name, a_der_file_is_known_by_its_content, NULL,
                                            NULL, &ders[i] };
    }
    for (size_t i = 0; i < PEMS; i++) {
        tests[4 + DERS + i] =
            (struct CMUnitTest){ pems[i].name, a_pem_file_holds_any_number, NULL, NULL, &pems[i] };
    }
    return cmocka_run_group_tests(tests, open_all, close_all);
}
