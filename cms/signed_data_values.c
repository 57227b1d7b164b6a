/* Certificates and revocation values of a foreign CMS, and of attributes that bring more. */

#include "base/grow.h"
#include "cms/ber.h"
#include "cms/oid.h"
#include "cms/signed_data_reading.h"

#include <stdlib.h>

enum { SPANS_MAX = 256 }; /* of one list: the largest known CMS bring some 30 certificates */

static bool is_full(const pds_spans *list)
{
    return list->count == SPANS_MAX;
}

pds_code pds_spans_add(pds_spans *list, pds_span span, pds_err *e)
{
    pds_span *more = pds_grow(list->items, list->count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    list->items = more;
    list->items[list->count++] = span;
    return PDS_OK;
}

static pds_code skip(pds_reading *r, pds_finding_code code)
{
    return code == PDS_F_CMS_CERTIFICATE_SKIPPED
               ? pds_finding_add(&r->out->findings, code, r->e,
                                 "the CMS holds a certificate that is of another kind, not DER, or "
                                 "one too many")
               : pds_finding_add(&r->out->findings, code, r->e,
                                 "the CMS holds a revocation value that is of another kind, not "
                                 "DER, or one too many");
}

/* One that a reader could take in two ways is passed over, and said to be. */
static pds_code keep(pds_reading *r, pds_spans *list, pds_span der, pds_finding_code otherwise)
{
    return is_full(list) || !pds_der_valid(der) ? skip(r, otherwise)
                                                : pds_spans_add(list, der, r->e);
}

static void raise_version(pds_reading *r, uint32_t least)
{
    r->version = r->version < least ? least : r->version;
}

/* CertificateChoices (RFC 5652, 10.2.2): attribute certificates and others are passed over. */
pds_code pds_reading_certificates(pds_reading *r)
{
    static const uint32_t versions[] = { 1, 3, 4, 5 }; /* by tag: extended, v1, v2, other */
    pds_span in = r->parts.certificates;
    size_t left = (size_t)4 * SPANS_MAX;
    while (in.len > 0 && left-- > 0) {
        pds_der one;
        if (!pds_ber_take(&in, &one, &r->parts.loose)) {
            return pds_finding_add(&r->out->findings, PDS_F_CMS_UNREADABLE, r->e,
                                   "the CMS is broken at its '%s'", "certificates");
        }
        if (one.tag == PDS_DER_SEQUENCE) {
            PDS_TRY(keep(r, &r->out->certificates, one.whole, PDS_F_CMS_CERTIFICATE_SKIPPED));
            continue;
        }
        if (one.tag >= PDS_DER_CONTEXT_0 && one.tag <= PDS_DER_CONTEXT_3) {
            raise_version(r, versions[one.tag - PDS_DER_CONTEXT_0]);
        }
        PDS_TRY(skip(r, PDS_F_CMS_CERTIFICATE_SKIPPED));
    }
    return in.len == 0 ? PDS_OK : skip(r, PDS_F_CMS_CERTIFICATE_SKIPPED);
}

/* OtherRevocationInfoFormat with id-ri-ocsp-response (RFC 5940, 2.1) */
static bool is_ocsp(pds_span in, pds_der *response)
{
    static const pds_span ocsp = PDS_OID("\x2b\x06\x01\x05\x05\x07\x10\x02");
    pds_der oid;
    return pds_der_expect(&in, PDS_DER_OID, &oid) && pds_span_eq(oid.body, ocsp) &&
           pds_der_expect(&in, PDS_DER_SEQUENCE, response) && in.len == 0;
}

static pds_code take_crl(pds_reading *r, const pds_der *one)
{
    pds_der response;
    if (one->tag == PDS_DER_SEQUENCE) {
        return keep(r, &r->out->crls, one->whole, PDS_F_CMS_REVOCATION_SKIPPED);
    }
    if (one->tag == PDS_DER_CONTEXT_1) {
        raise_version(r, 5);
        if (is_ocsp(one->body, &response)) {
            return keep(r, &r->out->ocsps, response.whole, PDS_F_CMS_REVOCATION_SKIPPED);
        }
    }
    return skip(r, PDS_F_CMS_REVOCATION_SKIPPED);
}

/* RevocationInfoChoices (RFC 5652, 10.2.1) */
pds_code pds_reading_crls(pds_reading *r)
{
    pds_span in = r->parts.crls;
    size_t left = (size_t)4 * SPANS_MAX;
    while (in.len > 0 && left-- > 0) {
        pds_der one;
        if (!pds_ber_take(&in, &one, &r->parts.loose)) {
            return pds_finding_add(&r->out->findings, PDS_F_CMS_UNREADABLE, r->e,
                                   "the CMS is broken at its '%s'", "crls");
        }
        PDS_TRY(take_crl(r, &one));
    }
    return in.len == 0 ? PDS_OK : skip(r, PDS_F_CMS_REVOCATION_SKIPPED);
}

/* SEQUENCE OF values that are SEQUENCEs. */
static pds_code take_sequence_of(pds_reading *r, pds_span in, pds_spans *list,
                                 pds_finding_code otherwise, bool *fine)
{
    pds_der one;
    while (*fine && in.len > 0) {
        *fine = pds_der_expect(&in, PDS_DER_SEQUENCE, &one);
        if (*fine) {
            PDS_TRY(keep(r, list, one.whole, otherwise));
        }
    }
    return PDS_OK;
}

/* [tag] EXPLICIT SEQUENCE OF, OPTIONAL */
static pds_code take_tagged(pds_reading *r, pds_span *in, uint8_t tag, pds_spans *list, bool *fine)
{
    pds_der outer;
    pds_der inner;
    if (!*fine || !pds_der_expect(in, tag, &outer)) {
        return PDS_OK;
    }
    *fine = pds_der_expect(&outer.body, PDS_DER_SEQUENCE, &inner) && outer.body.len == 0;
    return take_sequence_of(r, inner.body, list, PDS_F_CMS_REVOCATION_SKIPPED, fine);
}

/* RevocationInfoArchival: CRLs [0], OCSPResponses [1], others [2] (ISO 32000-2, 12.8.3.3.2) and
 * RevocationValues, alike but for BasicOCSPResponses (ETSI EN 319 122-1, A.1.1.2). */
static pds_code take_revocation(pds_reading *r, const pds_der *value, pds_spans *ocsps, bool *fine)
{
    pds_der other;
    pds_span in = value->body;
    *fine = value->tag == PDS_DER_SEQUENCE;
    PDS_TRY(take_tagged(r, &in, PDS_DER_CONTEXT_0, &r->out->crls, fine));
    PDS_TRY(take_tagged(r, &in, PDS_DER_CONTEXT_1, ocsps, fine));
    if (*fine && pds_der_expect(&in, PDS_DER_CONTEXT_2, &other)) {
        PDS_TRY(skip(r, PDS_F_CMS_REVOCATION_SKIPPED));
    }
    *fine = *fine && in.len == 0;
    return PDS_OK;
}

pds_code pds_take_adbe_revocation(pds_reading *r, const pds_der *value, bool *fine)
{
    return take_revocation(r, value, &r->out->ocsps, fine);
}

pds_code pds_take_revocation_values(pds_reading *r, const pds_der *value, bool *fine)
{
    return take_revocation(r, value, &r->out->basic_ocsps, fine);
}

/* ETSI EN 319 122-1, A.1.1.1 */
pds_code pds_take_certificate_values(pds_reading *r, const pds_der *value, bool *fine)
{
    *fine = value->tag == PDS_DER_SEQUENCE;
    return take_sequence_of(r, value->body, &r->out->certificates, PDS_F_CMS_CERTIFICATE_SKIPPED,
                            fine);
}
