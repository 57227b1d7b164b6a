#include "base/own.h"
#include "cms/cert_urls.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define AIA "authorityInfoAccess"
#define CDP "crlDistributionPoints"

typedef struct row {
    const char *sentence;
    const char *extension, *value; /* as in openssl.cnf; NULL: none */
    pds_url_kind kind;
    const char *urls; /* joined by blanks */
} row;

static const row ROWS[] = {
    { "no extension", NULL, NULL, PDS_URL_OCSP, "" },
    { "a responder", AIA, "OCSP;URI:http://o.example/", PDS_URL_OCSP, "http://o.example/" },
    { "a responder is no issuer", AIA, "OCSP;URI:http://o.example/", PDS_URL_ISSUER, "" },
    { "a responder is no list", AIA, "OCSP;URI:http://o.example/", PDS_URL_LIST, "" },
    { "each for itself", AIA, "caIssuers;URI:http://i.example/a.cer,OCSP;URI:http://o.example/",
      PDS_URL_ISSUER, "http://i.example/a.cer" },
    { "in the order of the certificate", AIA,
      "OCSP;URI:http://b.example/,OCSP;URI:HTTPS://a.example/", PDS_URL_OCSP,
      "http://b.example/ HTTPS://a.example/" },
    { "twice the same", AIA, "OCSP;URI:http://b.example/,OCSP;URI:http://b.example/", PDS_URL_OCSP,
      "http://b.example/" },
    { "LDAP is skipped", AIA, "OCSP;URI:ldap://b.example/,OCSP;URI:http://a.example/", PDS_URL_OCSP,
      "http://a.example/" },
    { "files are skipped", AIA, "OCSP;URI:file:///etc/passwd", PDS_URL_OCSP, "" },
    { "a scheme alone is skipped", AIA, "OCSP;URI:http://", PDS_URL_OCSP, "" },
    { "other kinds of name are skipped", AIA, "OCSP;DNS:o.example", PDS_URL_OCSP, "" },
    { "a blank is skipped", AIA, "OCSP;URI:http://o.example/a b", PDS_URL_OCSP, "" },
    { "a control character is skipped", AIA, "OCSP;URI:http://o.example/\033[2J", PDS_URL_OCSP,
      "" },
    { "no more than four", AIA,
      "OCSP;URI:http://1/a,OCSP;URI:http://2/a,OCSP;URI:http://3/a,OCSP;URI:http://4/a,"
      "OCSP;URI:http://5/a",
      PDS_URL_OCSP, "http://1/a http://2/a http://3/a http://4/a" },
    { "an extension that is broken", AIA, "DER:0500", PDS_URL_OCSP, "" },
    { "a list", CDP, "URI:http://l.example/a.crl", PDS_URL_LIST, "http://l.example/a.crl" },
    { "lists", CDP, "URI:ldap://l.example/x,URI:http://l.example/a.crl,URI:http://m.example/a.crl",
      PDS_URL_LIST, "http://l.example/a.crl http://m.example/a.crl" },
    { "a list is no responder", CDP, "URI:http://l.example/a.crl", PDS_URL_OCSP, "" },
    /* { [0] { [0] { [6] http://l/a } } }; and with [2] { [4] {} }, a cRLIssuer */
    { "a list of its own issuer", CDP, "DER:30123010a00ea00c860a687474703a2f2f6c2f61", PDS_URL_LIST,
      "http://l/a" },
    { "a list of another issuer", CDP, "DER:30183016a00ea00c860a687474703a2f2f6c2f61a204a4023000",
      PDS_URL_LIST, "" },
};

static void urls_are_those(void **state)
{
    const row *r = *state;
    const char *more[] = { r->extension, r->value, NULL };
    pki *p = pki_new(&(pki_profile){ .key = PKI_P256, .more = r->extension == NULL ? NULL : more });
    PDS_OWN(pds_cert_drop) pds_cert *c = pki_cert(p);
    PDS_OWN(pds_urls_drop) pds_urls urls = { .count = 0 };
    PDS_OWN(pds_buf_drop) pds_buf joined = { 0 };
    assert_int_equal(pds_cert_urls(c, r->kind, &urls, NULL), PDS_OK);
    for (size_t i = 0; i < urls.count; i++) {
        pds_buf_printf(&joined, "%s%s", i == 0 ? "" : " ", urls.items[i]);
    }
    assert_string_equal(pds_buf_cstr(&joined), r->urls);
    pki_drop(&p);
}

static void an_address_without_end(void **state)
{
    char value[PDS_URL_LENGTH_MAX + 64] = "OCSP;URI:http://o.example/";
    const char *more[] = { AIA, value, NULL };
    (void)state;
    for (int longer = 0; longer < 2; longer++) {
        PDS_OWN(pds_urls_drop) pds_urls urls = { .count = 0 };
        const size_t all = strlen("OCSP;URI:") + PDS_URL_LENGTH_MAX + (size_t)longer;
        memset(value + strlen(value), 'x', all - strlen(value));
        pki *p = pki_new(&(pki_profile){ .key = PKI_P256, .more = more });
        PDS_OWN(pds_cert_drop) pds_cert *c = pki_cert(p);
        assert_int_equal(pds_cert_urls(c, PDS_URL_OCSP, &urls, NULL), PDS_OK);
        assert_int_equal(urls.count, 1 - longer);
        pki_drop(&p);
    }
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    struct CMUnitTest tests[ROW_COUNT + 1];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ ROWS[i].sentence, urls_are_those, NULL, NULL,
                                        (void *)(uintptr_t)&ROWS[i] };
    }
    tests[ROW_COUNT] = (struct CMUnitTest)cmocka_unit_test(an_address_without_end);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
