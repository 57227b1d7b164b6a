#include "tests/pdfsign/services.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/own.h"
#include "tests/base/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 86400 };
enum { GOOD, REVOKED, UNKNOWN }; /* CertStatus, RFC 6960, 4.2.1 */

struct services services;

/* ---- what the services answer ---- */

#define OCSP_TYPE "application/ocsp-response"
#define CRL_TYPE  "application/pkix-crl"

static void put_ocsp(pds_buf *out, pki_ocsp what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    what.cert = what.cert == NULL ? services.person : what.cert;
    what.issuer = services.authority;
    pki_make_ocsp(&what, &der);
    web_put(out, 200, OCSP_TYPE, pds_buf_span(&der));
}

void services_ocsp_good(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .status = GOOD });
}

void services_ocsp_slow(pds_buf *out)
{
    web_wait(400);
    services_ocsp_good(out);
}

void services_ocsp_mistyped(pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_ocsp(&(pki_ocsp){ .cert = services.person, .issuer = services.authority }, &der);
    web_put(out, 200, "text/html", pds_buf_span(&der));
}

void services_ocsp_revoked(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .status = REVOKED, .revoked = -DAY, .reason = 1 });
}

void services_ocsp_unknown(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .status = UNKNOWN });
}

void services_ocsp_stale(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .begins = -3L * DAY, .ends = -2L * DAY });
}

void services_ocsp_ahead(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .begins = 40, .ends = DAY });
}

void services_ocsp_of_another(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .cert = services.other });
}

void services_ocsp_of_a_stranger(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .signer = services.stranger });
}

void services_ocsp_by_delegate(pds_buf *out)
{
    put_ocsp(out, (pki_ocsp){ .signer = services.delegate });
}

void services_ocsp_unauthorized(pds_buf *out)
{
    static const uint8_t der[] = { 0x30, 3, 0x0a, 1, 6 };
    web_put(out, 200, OCSP_TYPE, pds_span_of(der, sizeof der));
}

void services_page_of_a_hotel(pds_buf *out)
{
    web_put(out, 200, "text/html", pds_span_text("<html>Welcome! Please log in.</html>"));
}

void services_nothing(pds_buf *out)
{
    web_put(out, 200, "text/plain", pds_span_text(""));
}

void services_broken(pds_buf *out)
{
    web_put(out, 500, "text/plain", pds_span_text("oh"));
}

void services_cut_off(pds_buf *out)
{
    pds_buf_text(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0");
}

void services_huge(pds_buf *out)
{
    pds_buf_text(out, "HTTP/1.1 200 OK\r\n\r\n");
    pds_buf_fill(out, '0', 20 << 20);
}

void services_circle(pds_buf *out)
{
    pds_buf_text(out, "HTTP/1.1 302 There\r\nLocation: /ocsp\r\nContent-Length: 0\r\n\r\n");
}

static void put_list(pds_buf *out, pki_crl what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    what.issuer = what.issuer == NULL ? services.authority : what.issuer;
    pki_make_crl(&what, &der);
    web_put(out, 200, CRL_TYPE, pds_buf_span(&der));
}

void services_list_good(pds_buf *out)
{
    put_list(out, (pki_crl){ .issuer = services.authority });
}

void services_list_revoked(pds_buf *out)
{
    put_list(out, (pki_crl){ .entries = { { .cert = services.person, .revoked = -DAY } } });
}

void services_list_revokes_delegate(pds_buf *out)
{
    put_list(out, (pki_crl){ .entries = { { .cert = services.delegate, .revoked = -DAY } } });
}

void services_list_stale(pds_buf *out)
{
    put_list(out, (pki_crl){ .begins = -3L * DAY, .ends = -2L * DAY });
}

void services_list_of_a_stranger(pds_buf *out)
{
    put_list(out, (pki_crl){ .signer = services.stranger });
}

static void put_pem(pds_buf *out, const char *label, pds_span der)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_buf_printf(&text, "Some words.\n-----BEGIN %s-----\n", label);
    pds_base64_put(&text, der);
    pds_buf_printf(&text, "\n-----END %s-----\n", label);
    web_put(out, 200, "application/x-pem-file", pds_buf_span(&text));
}

void services_list_in_pem(pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(&(pki_crl){ .issuer = services.authority }, &der);
    put_pem(out, "X509 CRL", pds_buf_span(&der));
}

void services_issuer_in_der(pds_buf *out)
{
    web_put(out, 200, "application/pkix-cert", pki_cert_der(services.authority));
}

void services_issuer_in_pem(pds_buf *out)
{
    put_pem(out, "CERTIFICATE", pki_cert_der(services.authority));
}

void services_issuer_in_pkcs7(pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    scratch s;
    scratch_open(&s);
    pki_write_pkcs7((const pki *const[]){ services.other, services.authority }, 2,
                    scratch_path(&s, "p7"));
    if (pds_file_slurp(scratch_path(&s, "p7"), 1 << 16, &der, NULL) != PDS_OK) {
        abort();
    }
    scratch_close(&s);
    web_put(out, 200, "application/pkcs7-mime", pds_buf_span(&der));
}

void services_issuer_is_another(pds_buf *out)
{
    web_put(out, 200, "application/pkix-cert", pki_cert_der(services.stranger));
}

static void put_above(const char *path, pds_buf *out)
{
    if (strcmp(path, "/root.crl") == 0) {
        put_list(out, (pki_crl){ .issuer = services.root });
    } else if (strcmp(path, "/middle.crl") == 0) {
        put_list(out, (pki_crl){ .issuer = services.middle });
    } else if (strcmp(path, "/middle.cer") == 0) {
        web_put(out, 200, "application/pkix-cert", pki_cert_der(services.middle));
    } else {
        web_put(out, 404, "text/plain", pds_span_text("not here"));
    }
}

static void answer(void *context, const web_request *r, pds_buf *out)
{
    const services_answer all[] = { services.ocsp, services.list, services.issuer };
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
static pki *issue_for(const char *purposes, const char *name, const pki *by, bool ca, bool ocsp,
                      const char *above)
{
    char access[256];
    char list[256];
    const char *more[] = { "crlDistributionPoints", list, "authorityInfoAccess", access, NULL };
    const char *at = web_origin(services.server);
    (void)snprintf(list, sizeof list, "URI:%s%s.crl", at, above);
    (void)snprintf(access, sizeof access, "caIssuers;URI:%s%s.cer%s%s%s", at, above,
                   ocsp ? ",OCSP;URI:" : "", ocsp ? at : "", ocsp ? "/ocsp" : "");
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = ca ? "critical,CA:TRUE" : NULL,
                                   .key_usage = ca ? "critical,keyCertSign,cRLSign"
                                                   : "critical,digitalSignature",
                                   .purposes = purposes,
                                   .key_identifier = true,
                                   .begins = -20L * DAY,
                                   .ends = 300L * DAY,
                                   .issuer = by,
                                   .more = by == NULL ? NULL : more });
}

static pki *issue(const char *name, const pki *by, bool ca, bool ocsp, const char *above)
{
    return issue_for(NULL, name, by, ca, ocsp, above);
}

void services_start(void)
{
    services.server = web_start(answer, NULL);
    services.root = issue("Root", NULL, true, false, "");
    services.middle = issue("Middle", services.root, true, false, "/root");
    services.authority = issue("Authority", services.middle, true, false, "/middle");
    services.person = issue("Person", services.authority, false, true, "/authority");
    services.other = issue("Other", services.authority, false, true, "/authority");
    services.delegate =
        issue_for("OCSPSigning", "Delegate", services.authority, false, false, "/authority");
    services.stranger = issue("Authority", NULL, true, false, "");
}

void services_stop(void)
{
    web_stop(&services.server);
    pki_drop(&services.root);
    pki_drop(&services.middle);
    pki_drop(&services.authority);
    pki_drop(&services.person);
    pki_drop(&services.other);
    pki_drop(&services.stranger);
    pki_drop(&services.delegate);
}
