#include "base/own.h"
#include "cms/digest.h"
#include "cms/evidence_known.h"
#include "cms/evidence_share.h"
#include "cms/evp.h"
#include "cms/revocation_private.h"
#include "cms/x509.h"

#include <stdlib.h>
#include <string.h>

enum {
    EVIDENCE_MAX = 1024,
    BYTES_MAX = 16 << 20 /* of one: OpenSSL takes eight times as much to hold a list */
};

pds_code pds_evidence_new(pds_evidence **out, pds_err *e)
{
    pds_evidence *made = calloc(1, sizeof *made);
    if (made == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *out = made;
    return PDS_OK;
}

void pds_crl_drop(pds_crl *crl)
{
    X509_CRL_free(crl->crl);
    ISSUING_DIST_POINT_free(crl->scope);
    *crl = (pds_crl){ .crl = NULL };
}

void pds_ocsp_drop(pds_ocsp *ocsp)
{
    if (ocsp->shares == NULL || __atomic_sub_fetch(ocsp->shares, 1, __ATOMIC_ACQ_REL) == 0) {
        OCSP_BASICRESP_free(ocsp->basic);
        free(ocsp->shares);
    }
    pds_certs_drop(&ocsp->certs);
    *ocsp = (pds_ocsp){ .basic = NULL };
}

void pds_evidence_drop(pds_evidence **evidence)
{
    if (evidence == NULL || *evidence == NULL) {
        return;
    }
    for (size_t i = 0; i < (*evidence)->crl_count; i++) {
        pds_crl_drop(&(*evidence)->crls[i]);
    }
    for (size_t i = 0; i < (*evidence)->response_count; i++) {
        pds_ocsp_drop(&(*evidence)->responses[i]);
    }
    free((*evidence)->crls);
    free((*evidence)->responses);
    free(*evidence);
    *evidence = NULL;
}

static pds_code check_count(size_t count, pds_err *e)
{
    if (count == EVIDENCE_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "more than %d revocation lists or responses", EVIDENCE_MAX);
    }
    return PDS_OK;
}

static pds_code hash(pds_span der, uint8_t out[32], pds_err *e)
{
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(pds_hash_of(PDS_SHA256, der, digest, e));
    memcpy(out, digest, 32);
    return PDS_OK;
}

/* ---- lists ---- */

/* RFC 5280, 5.2: what a list may say of itself that changes what it means. */
static bool has_unknown_critical(const X509_CRL *crl)
{
    for (int i = -1; (i = X509_CRL_get_ext_by_critical(crl, 1, i)) >= 0;) {
        const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(X509_CRL_get_ext(crl, i)));
        if (nid != NID_issuing_distribution_point && nid != NID_authority_key_identifier &&
            nid != NID_crl_number) {
            return true;
        }
    }
    return false;
}

/* RFC 5280, 5.3: one entry that can't be understood spoils the list. The certificateIssuer of
 * indirect lists is among those. */
static bool has_critical_entry(X509_CRL *crl)
{
    const STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(crl);
    for (int i = 0; i < sk_X509_REVOKED_num(all); i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(all, i);
        for (int k = -1; (k = X509_REVOKED_get_ext_by_critical(entry, 1, k)) >= 0;) {
            X509_EXTENSION *extension = X509_REVOKED_get_ext(entry, k);
            const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
            if (nid != NID_crl_reason && nid != NID_invalidity_date) {
                return true;
            }
        }
    }
    return false;
}

static const char *why_scope_unfit(pds_crl *c)
{
    int critical = 0;
    c->scope = X509_CRL_get_ext_d2i(c->crl, NID_issuing_distribution_point, &critical, NULL);
    if (c->scope == NULL) {
        return critical == -1 ? NULL : N_("its scope can't be read");
    }
    if (c->scope->indirectCRL != 0) {
        return N_("it is an indirect list");
    }
    if (c->scope->onlyattr != 0) {
        return N_("it is for attribute certificates");
    }
    const DIST_POINT_NAME *name = c->scope->distpoint;
    return name != NULL && name->type != 0 ? N_("its distribution point has a relative name")
                                           : NULL;
}

static void object_drop(ASN1_OBJECT **object)
{
    ASN1_OBJECT_free(*object);
}

/* expiredCertsOnCRL (ITU-T X.509, 9.5.2.8): since when certificates that expired stay on the list.
 */
static time_t expired_since(const X509_CRL *crl)
{
    PDS_OWN(object_drop) ASN1_OBJECT *oid = OBJ_txt2obj("2.5.29.60", 1);
    const int at = oid == NULL ? -1 : X509_CRL_get_ext_by_OBJ(crl, oid, -1);
    time_t since = 0;
    if (at < 0) {
        return 0;
    }
    const pds_span der = pds_asn1_span(X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at)));
    const unsigned char *p = der.ptr;
    ASN1_GENERALIZEDTIME *said = d2i_ASN1_GENERALIZEDTIME(NULL, &p, (long)der.len);
    if (!pds_x509_time(said, &since)) {
        since = 0;
    }
    ASN1_GENERALIZEDTIME_free(said);
    pds_evp_forget();
    return since;
}

/* A message id, or NULL. */
static const char *why_crl_unfit(pds_crl *c)
{
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(c->crl);
    if (!pds_x509_time(X509_CRL_get0_lastUpdate(c->crl), &c->this_update) ||
        (next != NULL && !pds_x509_time(next, &c->next_update))) {
        return N_("its dates can't be read");
    }
    if (X509_CRL_get_ext_by_NID(c->crl, NID_delta_crl, -1) >= 0) {
        return N_("it is a delta list");
    }
    const char *scope = why_scope_unfit(c);
    if (scope != NULL) {
        return scope;
    }
    if (has_unknown_critical(c->crl) || has_critical_entry(c->crl)) {
        return N_("it has a critical extension that is not known");
    }
    c->expired_since = expired_since(c->crl);
    return NULL;
}

static pds_code refuse_list(const char *why, pds_findings *notes, pds_err *e)
{
    pds_evp_forget();
    return pds_finding_add(notes, PDS_F_REVOCATION_EVIDENCE_REFUSED, e,
                           "a revocation list was not used: %s", pds_translated(why));
}

static X509_CRL *read_crl(pds_span der)
{
    const unsigned char *at = der.ptr;
    X509_CRL *crl = der.len > BYTES_MAX ? NULL : d2i_X509_CRL(NULL, &at, (long)der.len);
    if (crl != NULL && at != der.ptr + der.len) {
        X509_CRL_free(crl);
        crl = NULL;
    }
    return crl;
}

pds_code pds_evidence_take_crl(pds_evidence *evidence, pds_crl *made, pds_err *e)
{
    PDS_TRY(check_count(evidence->crl_count, e));
    pds_crl *more = reallocarray(evidence->crls, evidence->crl_count + 1, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    evidence->crls = more;
    more[evidence->crl_count++] = *made;
    *made = (pds_crl){ .crl = NULL };
    return PDS_OK;
}

pds_code pds_evidence_add_crl(pds_evidence *evidence, pds_span der, pds_findings *notes, pds_err *e)
{
    PDS_OWN(pds_crl_drop) pds_crl made = { .crl = read_crl(der) };
    if (made.crl == NULL) {
        return refuse_list(N_("it can't be read, or is too large"), notes, e);
    }
    const char *why = why_crl_unfit(&made);
    if (why != NULL) {
        return refuse_list(why, notes, e);
    }
    PDS_TRY(hash(der, made.sha256, e));
    return pds_evidence_take_crl(evidence, &made, e);
}

/* ---- responses ---- */

static OCSP_BASICRESP *read_whole_response(pds_span der)
{
    const unsigned char *at = der.ptr;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    OCSP_BASICRESP *basic = NULL;
    if (response != NULL && at == der.ptr + der.len &&
        OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        basic = OCSP_response_get1_basic(response);
    }
    OCSP_RESPONSE_free(response);
    return basic;
}

/* Files hold either form. */
static OCSP_BASICRESP *read_response(pds_span der)
{
    if (der.len > BYTES_MAX) {
        return NULL;
    }
    OCSP_BASICRESP *basic = read_whole_response(der);
    if (basic != NULL) {
        return basic;
    }
    const unsigned char *at = der.ptr;
    basic = d2i_OCSP_BASICRESP(NULL, &at, (long)der.len);
    if (basic != NULL && at != der.ptr + der.len) {
        OCSP_BASICRESP_free(basic);
        basic = NULL;
    }
    return basic;
}

static const char *why_response_unfit(pds_ocsp *o)
{
    enum { CERTS_MAX = 32, ANSWERS_MAX = 256 };
    if (!pds_x509_time(OCSP_resp_get0_produced_at(o->basic), &o->produced_at)) {
        return N_("its dates can't be read");
    }
    if (OCSP_BASICRESP_get_ext_by_critical(o->basic, 1, -1) >= 0) {
        return N_("it has a critical extension that is not known");
    }
    return sk_X509_num(OCSP_resp_get0_certs(o->basic)) > CERTS_MAX ||
                   OCSP_resp_count(o->basic) > ANSWERS_MAX
               ? N_("it holds more than any response needs")
               : NULL;
}

/* A broken one among them is left out. */
static pds_code take_certs(pds_ocsp *o, pds_trust *trust, pds_err *e)
{
    const STACK_OF(X509) *all = OCSP_resp_get0_certs(o->basic);
    for (int i = 0; i < sk_X509_num(all); i++) {
        unsigned char *der = NULL;
        pds_cert *cert = NULL;
        const int len = i2d_X509(sk_X509_value(all, i), &der);
        const pds_code code = len < 0
                                  ? PDS_E_CERT_UNREADABLE
                                  : pds_trust_cert(trust, pds_span_of(der, (size_t)len), &cert, e);
        OPENSSL_free(der);
        if (code == PDS_OK) {
            PDS_TRY(pds_certs_add(&o->certs, cert, e));
        } else if (code != PDS_E_CERT_UNREADABLE) {
            return code;
        }
    }
    return PDS_OK;
}

static pds_code refuse_response(const char *why, pds_findings *notes, pds_err *e)
{
    return pds_finding_add(notes, PDS_F_REVOCATION_EVIDENCE_REFUSED, e,
                           "an OCSP response was not used: %s", pds_translated(why));
}

static pds_code begin_sharing(pds_ocsp *o, pds_err *e)
{
    o->shares = malloc(sizeof *o->shares);
    if (o->shares == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *o->shares = 1;
    return PDS_OK;
}

pds_code pds_evidence_take_ocsp(pds_evidence *evidence, pds_ocsp *made, pds_err *e)
{
    PDS_TRY(check_count(evidence->response_count, e));
    pds_ocsp *more = reallocarray(evidence->responses, evidence->response_count + 1, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    evidence->responses = more;
    more[evidence->response_count++] = *made;
    *made = (pds_ocsp){ .basic = NULL };
    return PDS_OK;
}

static pds_code read_ocsp(pds_evidence *evidence, pds_trust *trust, pds_span der,
                          const uint8_t sha256[32], pds_findings *notes, pds_err *e)
{
    PDS_OWN(pds_ocsp_drop) pds_ocsp made = { .basic = read_response(der) };
    pds_evp_forget();
    if (made.basic == NULL) {
        return refuse_response(N_("it can't be read, is too large, or says that it knows nothing"),
                               notes, e);
    }
    const char *why = why_response_unfit(&made);
    if (why != NULL) {
        return refuse_response(why, notes, e);
    }
    PDS_TRY(take_certs(&made, trust, e));
    memcpy(made.sha256, sha256, sizeof made.sha256);
    PDS_TRY(begin_sharing(&made, e));
    return pds_evidence_take_ocsp(evidence, &made, e);
}

/* What is worth to be kept is as small as most are. */
static pds_code read_and_keep(pds_evidence *evidence, pds_trust *trust, pds_span der,
                              const uint8_t sha256[32], pds_findings *notes, pds_err *e)
{
    PDS_OWN(pds_evidence_drop) pds_evidence *one = NULL;
    PDS_TRY(pds_evidence_new(&one, e));
    PDS_TRY(read_ocsp(one, trust, der, sha256, notes, e));
    PDS_TRY(pds_evidence_share(evidence, one, e));
    if (one->response_count > 0) {
        pds_evidence_known_keep(pds_trust_responses(trust), sha256, &one);
    }
    return PDS_OK;
}

pds_code pds_evidence_add_ocsp(pds_evidence *evidence, pds_trust *trust, pds_span der,
                               pds_findings *notes, pds_err *e)
{
    enum { KEPT_BYTES_MAX = 8 << 10 };
    uint8_t sha256[32];
    bool found = false;
    PDS_TRY(hash(der, sha256, e));
    if (der.len > KEPT_BYTES_MAX) {
        return read_ocsp(evidence, trust, der, sha256, notes, e);
    }
    PDS_TRY(pds_evidence_known_share(pds_trust_responses(trust), sha256, evidence, &found, e));
    return found ? PDS_OK : read_and_keep(evidence, trust, der, sha256, notes, e);
}
