#include "cms/evidence_share.h"

#include "base/own.h"
#include "cms/revocation_private.h"
#include "cms/x509.h"

#include <string.h>

static bool same(const uint8_t a[32], const uint8_t b[32])
{
    return memcmp(a, b, 32) == 0;
}

static bool holds_list(const pds_evidence *evidence, const uint8_t sha256[32])
{
    for (size_t i = 0; i < evidence->crl_count; i++) {
        if (same(evidence->crls[i].sha256, sha256)) {
            return true;
        }
    }
    return false;
}

static bool holds_response(const pds_evidence *evidence, const uint8_t sha256[32])
{
    for (size_t i = 0; i < evidence->response_count; i++) {
        if (same(evidence->responses[i].sha256, sha256)) {
            return true;
        }
    }
    return false;
}

/* ---- how long it is good ---- */

static time_t until_of_answer(const OCSP_SINGLERESP *answer)
{
    ASN1_GENERALIZEDTIME *next = NULL;
    time_t until = 0;
    (void)OCSP_single_get0_status((OCSP_SINGLERESP *)(uintptr_t)answer, NULL, NULL, NULL, &next);
    return next != NULL && pds_x509_time(next, &until) ? until : 0;
}

static time_t until_of_response(const pds_ocsp *o)
{
    time_t first = 0;
    for (int i = 0; i < OCSP_resp_count(o->basic); i++) {
        const time_t until = until_of_answer(OCSP_resp_get0(o->basic, i));
        first = i == 0 || until < first ? until : first;
    }
    return first;
}

time_t pds_evidence_until(const pds_evidence *evidence)
{
    bool any = false;
    time_t first = 0;
    for (size_t i = 0; i < evidence->crl_count; i++, any = true) {
        const time_t until = evidence->crls[i].next_update;
        first = !any || until < first ? until : first;
    }
    for (size_t i = 0; i < evidence->response_count; i++, any = true) {
        const time_t until = until_of_response(&evidence->responses[i]);
        first = !any || until < first ? until : first;
    }
    return first;
}

/* ---- sharing ---- */

static pds_code share_list(const pds_crl *from, pds_crl *to, pds_err *e)
{
    if (from->scope != NULL) {
        to->scope = X509_CRL_get_ext_d2i(from->crl, NID_issuing_distribution_point, NULL, NULL);
        if (to->scope == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
        }
    }
    (void)X509_CRL_up_ref(from->crl);
    to->crl = from->crl;
    to->this_update = from->this_update;
    to->next_update = from->next_update;
    to->expired_since = from->expired_since;
    memcpy(to->sha256, from->sha256, sizeof to->sha256);
    return PDS_OK;
}

static pds_code share_response(const pds_ocsp *from, pds_ocsp *to, pds_err *e)
{
    for (size_t i = 0; i < from->certs.count; i++) {
        PDS_TRY(pds_certs_add(&to->certs, pds_cert_share(from->certs.items[i]), e));
    }
    (void)__atomic_add_fetch(from->shares, 1, __ATOMIC_ACQ_REL);
    to->shares = from->shares;
    to->basic = from->basic;
    to->produced_at = from->produced_at;
    memcpy(to->sha256, from->sha256, sizeof to->sha256);
    return PDS_OK;
}

static pds_code share_lists(pds_evidence *to, const pds_evidence *from, pds_err *e)
{
    for (size_t i = 0; i < from->crl_count; i++) {
        PDS_OWN(pds_crl_drop) pds_crl made = { .crl = NULL };
        if (!holds_list(to, from->crls[i].sha256)) {
            PDS_TRY(share_list(&from->crls[i], &made, e));
            PDS_TRY(pds_evidence_take_crl(to, &made, e));
        }
    }
    return PDS_OK;
}

static pds_code share_responses(pds_evidence *to, const pds_evidence *from, pds_err *e)
{
    for (size_t i = 0; i < from->response_count; i++) {
        PDS_OWN(pds_ocsp_drop) pds_ocsp made = { .basic = NULL };
        if (!holds_response(to, from->responses[i].sha256)) {
            PDS_TRY(share_response(&from->responses[i], &made, e));
            PDS_TRY(pds_evidence_take_ocsp(to, &made, e));
        }
    }
    return PDS_OK;
}

pds_code pds_evidence_share(pds_evidence *to, const pds_evidence *from, pds_err *e)
{
    PDS_TRY(share_lists(to, from, e));
    return share_responses(to, from, e);
}

/* ---- who answers ---- */

pds_code pds_evidence_responders(const pds_evidence *evidence, pds_certs *out, pds_err *e)
{
    for (size_t i = 0; i < evidence->response_count; i++) {
        const pds_certs *const certs = &evidence->responses[i].certs;
        for (size_t k = 0; k < certs->count; k++) {
            const X509 *const x509 = pds_cert_x509(certs->items[k]);
            if (X509_get_ext_by_NID(x509, NID_id_pkix_OCSP_noCheck, -1) < 0) {
                PDS_TRY(pds_certs_add(out, pds_cert_share(certs->items[k]), e));
            }
        }
    }
    return PDS_OK;
}
