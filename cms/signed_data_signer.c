/* Whose certificate a foreign CMS names: by its sid, and by the ESS attributes (RFC 5035). ETSI EN
 * 319 102-1, 5.2.3. */

#include "cms/oid.h"
#include "cms/signed_data_reading.h"
#include "cms/x509.h"

/* GeneralNames with one directoryName [4], then the serial number (RFC 5035, 5). */
static bool read_issuer_serial(pds_span in, pds_ess *out)
{
    enum { DIRECTORY_NAME = 0xa4 };
    pds_der names;
    pds_der name;
    pds_der issuer;
    pds_der serial;
    if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &names) ||
        !pds_der_expect(&in, PDS_DER_INTEGER, &serial) || in.len != 0 ||
        !pds_der_expect(&names.body, DIRECTORY_NAME, &name) || names.body.len != 0 ||
        !pds_der_expect(&name.body, PDS_DER_SEQUENCE, &issuer) || name.body.len != 0) {
        return false;
    }
    out->issuer = issuer.whole;
    out->serial = serial.whole;
    return true;
}

static bool read_cert_id(pds_span in, bool v2, pds_ess *out)
{
    pds_der field;
    out->md = v2 ? PDS_MD_SHA256 : PDS_MD_SHA1;
    if (v2 && pds_der_expect(&in, PDS_DER_SEQUENCE, &field) &&
        !pds_md_read(field.whole, &out->md)) {
        out->md = PDS_MD_NONE;
    }
    if (!pds_der_expect(&in, PDS_DER_OCTETS, &field)) {
        return false;
    }
    out->hash = field.body;
    if (pds_der_expect(&in, PDS_DER_SEQUENCE, &field) && !read_issuer_serial(field.body, out)) {
        return false;
    }
    return in.len == 0;
}

/* The first of the certificates is the signer's; those behind it and policies narrow the path,
 * which nobody uses. */
bool pds_ess_read(const pds_der *value, bool v2, pds_ess *out)
{
    pds_der certs;
    pds_der id;
    pds_der policies;
    pds_span in = value->body;
    if (value->tag != PDS_DER_SEQUENCE || !pds_der_expect(&in, PDS_DER_SEQUENCE, &certs) ||
        !pds_der_expect(&certs.body, PDS_DER_SEQUENCE, &id)) {
        return false;
    }
    (void)pds_der_expect(&in, PDS_DER_SEQUENCE, &policies);
    out->there = in.len == 0 && read_cert_id(id.body, v2, out);
    return out->there;
}

static pds_code hash_fits(const pds_ess *ess, pds_span der, bool *fits, pds_err *e)
{
    uint8_t hash[PDS_DIGEST_MAX];
    *fits = false;
    if (ess->md == PDS_MD_NONE) {
        return PDS_OK;
    }
    PDS_TRY(pds_md_hash_of(ess->md, der, hash, e));
    *fits = pds_span_eq(ess->hash, pds_span_of(hash, pds_md_size(ess->md)));
    return PDS_OK;
}

/* Whether all the ESS attributes that are there name it; without any no certificate does. */
static pds_code ess_names(const pds_reading *r, pds_span der, bool *names)
{
    bool fine = true;
    *names = false;
    for (size_t i = 0; fine && i < PDS_ESS_COUNT; i++) {
        if (r->ess[i].there) {
            PDS_TRY(hash_fits(&r->ess[i], der, &fine, r->e));
            *names = fine;
        }
    }
    return PDS_OK;
}

/* ---- the certificate ---- */

typedef struct choice {
    pds_span der; /* empty: none yet */
    bool by_ess;
    bool several; /* sid names different certificates */
} choice;

static pds_code consider(pds_reading *r, pds_span der, choice *best)
{
    bool by_ess = false;
    if (pds_span_eq(best->der, der)) {
        return PDS_OK;
    }
    PDS_TRY(ess_names(r, der, &by_ess));
    best->several = best->der.len > 0;
    if (best->der.len == 0 || (by_ess && !best->by_ess)) {
        best->der = der;
        best->by_ess = by_ess;
    }
    return PDS_OK;
}

static pds_code choose(pds_reading *r, bool exactly, choice *best)
{
    for (size_t i = 0; i < r->out->certificates.count; i++) {
        if (pds_sid_names(&r->parts.sid, r->out->certificates.items[i], exactly)) {
            PDS_TRY(consider(r, r->out->certificates.items[i], best));
        }
    }
    /* RFC 3161, 2.4.1: a token brings its certificate only where it was asked for it. */
    bool elsewhere = r->in->container == PDS_CONTAINER_RFC3161 && r->in->known != NULL;
    for (size_t i = 0; elsewhere && best->der.len == 0 && i < r->in->known->count; i++) {
        pds_span der = pds_cert_der(r->in->known->items[i]);
        if (pds_sid_names(&r->parts.sid, der, exactly)) {
            PDS_TRY(consider(r, der, best));
        }
    }
    return PDS_OK;
}

static pds_code make_cert(pds_reading *r, pds_span der)
{
    if (!pds_der_valid(der)) {
        PDS_FAIL(r->e, PDS_E_CERT_UNREADABLE, "not an X.509 certificate in DER form");
    }
    return r->in->trust == NULL ? pds_cert_new(der, &r->out->signer, r->e)
                                : pds_trust_cert(r->in->trust, der, &r->out->signer, r->e);
}

pds_code pds_reading_take_signer(pds_reading *r, pds_span der)
{
    pds_code code = make_cert(r, der);
    if (code != PDS_E_CERT_UNREADABLE) {
        return code;
    }
    return pds_finding_add(&r->out->findings, PDS_F_SIGNER_NOT_FOUND, r->e,
                           "the signer's certificate cannot be read");
}

pds_code pds_reading_signer(pds_reading *r)
{
    choice best = { .several = false };
    PDS_TRY(choose(r, true, &best));
    if (best.der.len == 0) {
        PDS_TRY(choose(r, false, &best));
        if (best.der.len == 0) {
            return pds_finding_add(&r->out->findings, PDS_F_SIGNER_NOT_FOUND, r->e,
                                   "the CMS does not hold its signer's certificate");
        }
        PDS_TRY(pds_finding_add(&r->out->findings, PDS_F_SIGNER_NAME_UNUSUAL, r->e,
                                "the CMS spells its signer's issuer otherwise than the "
                                "certificate"));
    }
    if (best.several && !best.by_ess) {
        PDS_TRY(pds_finding_add(&r->out->findings, PDS_F_SIGNER_AMBIGUOUS, r->e,
                                "the CMS names its signer so that different certificates fit"));
    }
    return pds_reading_take_signer(r, best.der);
}

/* ---- does it fit the attributes ---- */

static bool issuer_serial_fits(const pds_ess *ess, const pds_cert *c)
{
    return ess->issuer.len == 0 || (pds_span_eq(ess->serial, pds_cert_serial_der(c)) &&
                                    pds_x509_same_name(ess->issuer, pds_cert_issuer_der(c)));
}

static pds_code judge_ess(pds_reading *r, const pds_ess *ess)
{
    bool fits = false;
    if (ess->md == PDS_MD_NONE) {
        return pds_finding_add(&r->out->findings, PDS_F_ALGORITHM_UNKNOWN, r->e,
                               "the digest algorithm of the signingCertificateV2 attribute is not "
                               "known");
    }
    PDS_TRY(hash_fits(ess, pds_cert_der(r->out->signer), &fits, r->e));
    if (!fits || !issuer_serial_fits(ess, r->out->signer)) {
        return pds_finding_add(&r->out->findings, PDS_F_SIGNING_CERTIFICATE_MISMATCH, r->e,
                               "the signingCertificate attribute names another certificate than "
                               "that of '%s'",
                               pds_cert_label(r->out->signer));
    }
    r->out->ess = true;
    return PDS_OK;
}

/* RFC 5035 keeps the first attribute, whose digest is SHA-1; that of V2 must be a good one. */
pds_code pds_reading_ess(pds_reading *r)
{
    const pds_ess *v1 = &r->ess[PDS_ESS_V1];
    const pds_ess *v2 = &r->ess[PDS_ESS_V2];
    if (r->rules->ess && !v1->there && !v2->there) {
        PDS_TRY(pds_finding_add(&r->out->findings, PDS_F_SIGNING_CERTIFICATE_MISSING, r->e,
                                "the CMS has no signingCertificate attribute, which %s demands",
                                r->rules->name));
    }
    if (v1->there && !v2->there) {
        PDS_TRY(pds_finding_add(&r->out->findings, PDS_F_SIGNING_CERTIFICATE_SHA1, r->e,
                                "the signer's certificate is named by its SHA-1 only"));
    }
    if (v2->there && v2->md != PDS_MD_NONE) {
        PDS_TRY(pds_crypto_limits_digest(r->limits, v2->md, "signingCertificateV2",
                                         &r->out->findings, r->e));
    }
    for (size_t i = 0; r->out->signer != NULL && i < PDS_ESS_COUNT; i++) {
        if (r->ess[i].there) {
            PDS_TRY(judge_ess(r, &r->ess[i]));
        }
    }
    return PDS_OK;
}
