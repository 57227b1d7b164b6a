#include "cms/ocsp_request.h"

#include "base/own.h"
#include "cms/evp.h"
#include "cms/x509.h"

#include <openssl/ocsp.h>

enum { NONCE_MAX = 32 };

static void request_drop(OCSP_REQUEST **request)
{
    OCSP_REQUEST_free(*request);
}

static void response_drop(OCSP_RESPONSE **response)
{
    OCSP_RESPONSE_free(*response);
}

/* OpenSSL's template copies nothing of ours, but wants the bytes without const. */
static bool add_nonce(OCSP_REQUEST *request, pds_span nonce)
{
    uint8_t bytes[NONCE_MAX];
    if (nonce.len == 0) {
        return true;
    }
    memcpy(bytes, nonce.ptr, nonce.len);
    return OCSP_request_add1_nonce(request, bytes, (int)nonce.len) == 1;
}

static bool add_id(OCSP_REQUEST *request, const pds_cert *cert, const pds_cert *issuer)
{
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), pds_cert_x509(cert), pds_cert_x509(issuer));
    if (id == NULL || OCSP_request_add0_id(request, id) == NULL) {
        OCSP_CERTID_free(id);
        return false;
    }
    return true; /* the request owns it */
}

static bool encode(OCSP_REQUEST *request, pds_buf *der)
{
    unsigned char *bytes = NULL;
    const int len = i2d_OCSP_REQUEST(request, &bytes);
    if (len > 0) {
        pds_buf_put(der, pds_span_of(bytes, (size_t)len));
    }
    OPENSSL_free(bytes);
    return len > 0;
}

pds_code pds_ocsp_request(const pds_cert *cert, const pds_cert *issuer, pds_span nonce,
                          pds_buf *der, pds_err *e)
{
    PDS_OWN(request_drop) OCSP_REQUEST *request = OCSP_REQUEST_new();
    if (nonce.len > NONCE_MAX) {
        PDS_FAIL(e, PDS_E_USAGE, "a nonce of %zu bytes, more than %d", nonce.len, NONCE_MAX);
    }
    if (request == NULL || !add_id(request, cert, issuer) || !add_nonce(request, nonce) ||
        !encode(request, der)) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return pds_buf_end(der, e);
}

/* ---- responses ---- */

typedef struct refusal {
    int status;
    const char *text;
} refusal;

static const refusal REFUSALS[] = {
    { OCSP_RESPONSE_STATUS_SUCCESSFUL, NULL },
    { OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, N_("it does not understand the request") },
    { OCSP_RESPONSE_STATUS_INTERNALERROR, N_("it has an internal error") },
    { OCSP_RESPONSE_STATUS_TRYLATER, N_("it says to try later") },
    { OCSP_RESPONSE_STATUS_SIGREQUIRED, N_("it demands a signed request") },
    { OCSP_RESPONSE_STATUS_UNAUTHORIZED, N_("it is not authorized for this certificate") },
};

const char *pds_ocsp_refusal(pds_span der)
{
    const unsigned char *at = der.ptr;
    PDS_OWN(response_drop)
    OCSP_RESPONSE *response =
        der.len > INT_MAX ? NULL : d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    pds_evp_forget();
    if (response == NULL || at != der.ptr + der.len) {
        return N_("the answer is no OCSP response");
    }
    const int status = OCSP_response_status(response);
    for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
        if (REFUSALS[i].status == status) {
            return REFUSALS[i].text;
        }
    }
    return N_("its status is not known");
}
