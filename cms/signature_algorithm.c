#include "cms/signature_algorithm.h"

#include "cms/der.h"
#include "cms/oid.h"

typedef enum parameters {
    NONE_OR_NULL, /* RFC 5754, 3.2: NULL for RSA; RFC 5758, 3.2: none for ECDSA */
    NONE,         /* RFC 8410, 3 */
    PSS,          /* RFC 4055, 3.1 */
    IGNORED       /* those of a key, not of a signature */
} parameters;

typedef struct row {
    pds_span oid; /* body */
    pds_scheme scheme;
    pds_md md; /* NONE: that of the SignerInfo */
    parameters parameters;
    bool unusual; /* the identifier is one of keys */
} row;

static const row ROWS[] = {
    /* RFC 3370, 3.2; RFC 5754, 3.2 */
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), PDS_SCHEME_RSA_PKCS1, PDS_MD_NONE,
      NONE_OR_NULL, false },
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), PDS_SCHEME_RSA_PKCS1, PDS_MD_MD5,
      NONE_OR_NULL, false },
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA1,
      NONE_OR_NULL, false },
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA224,
      NONE_OR_NULL, false },
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA256,
      NONE_OR_NULL, false },
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA384,
      NONE_OR_NULL, false },
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA512,
      NONE_OR_NULL, false },
    /* NIST's register: SHA-3 */
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0e"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA3_256,
      NONE_OR_NULL, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0f"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA3_384,
      NONE_OR_NULL, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x10"), PDS_SCHEME_RSA_PKCS1, PDS_MD_SHA3_512,
      NONE_OR_NULL, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0a"), PDS_SCHEME_ECDSA, PDS_MD_SHA3_256,
      NONE_OR_NULL, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0b"), PDS_SCHEME_ECDSA, PDS_MD_SHA3_384,
      NONE_OR_NULL, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0c"), PDS_SCHEME_ECDSA, PDS_MD_SHA3_512,
      NONE_OR_NULL, false },
    /* RFC 4056 */
    { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), PDS_SCHEME_RSA_PSS, PDS_MD_NONE, PSS,
      false },
    /* RFC 5753, 7.1.3; the first names a key: some old signers write it */
    { PDS_OID("\x2a\x86\x48\xce\x3d\x02\x01"), PDS_SCHEME_ECDSA, PDS_MD_NONE, IGNORED, true },
    { PDS_OID("\x2a\x86\x48\xce\x3d\x04\x01"), PDS_SCHEME_ECDSA, PDS_MD_SHA1, NONE_OR_NULL, false },
    { PDS_OID("\x2a\x86\x48\xce\x3d\x04\x03\x01"), PDS_SCHEME_ECDSA, PDS_MD_SHA224, NONE_OR_NULL,
      false },
    { PDS_OID("\x2a\x86\x48\xce\x3d\x04\x03\x02"), PDS_SCHEME_ECDSA, PDS_MD_SHA256, NONE_OR_NULL,
      false },
    { PDS_OID("\x2a\x86\x48\xce\x3d\x04\x03\x03"), PDS_SCHEME_ECDSA, PDS_MD_SHA384, NONE_OR_NULL,
      false },
    { PDS_OID("\x2a\x86\x48\xce\x3d\x04\x03\x04"), PDS_SCHEME_ECDSA, PDS_MD_SHA512, NONE_OR_NULL,
      false },
    /* RFC 8419, 3.1: the digest of the CMS must be SHA-512 */
    { PDS_OID("\x2b\x65\x70"), PDS_SCHEME_ED25519, PDS_MD_SHA512, NONE, false },
};

/* [n] EXPLICIT, absent: not taken. */
static bool take_tagged(pds_span *in, uint8_t tag, pds_der *out, bool *there)
{
    pds_der outer;
    *there = pds_der_expect(in, tag, &outer);
    return !*there || (pds_der_take(&outer.body, out) && outer.body.len == 0);
}

static bool read_mask(const pds_der *id, pds_md *out)
{
    static const pds_span mgf1 = PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08");
    pds_der oid;
    pds_span in = id->body;
    return id->tag == PDS_DER_SEQUENCE && pds_der_expect(&in, PDS_DER_OID, &oid) &&
           pds_span_eq(oid.body, mgf1) && pds_md_read(in, out);
}

/* RFC 4055, 3.1: what is absent is SHA-1, MGF1 with SHA-1, 20 and 1. */
static bool read_pss(pds_span in, pds_signature_algorithm *out)
{
    enum { SHA1_SALT = 20, TRAILER_BC = 1 };
    pds_der params;
    pds_der field;
    bool there;
    uint32_t trailer = TRAILER_BC;
    out->md = PDS_MD_SHA1;
    out->mgf_md = PDS_MD_SHA1;
    out->salt = SHA1_SALT;
    if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &params) || in.len != 0) {
        return false;
    }
    in = params.body;
    if (!take_tagged(&in, PDS_DER_CONTEXT_0, &field, &there) ||
        (there && !pds_md_read(field.whole, &out->md)) ||
        !take_tagged(&in, PDS_DER_CONTEXT_1, &field, &there) ||
        (there && !read_mask(&field, &out->mgf_md)) ||
        !take_tagged(&in, PDS_DER_CONTEXT_2, &field, &there) ||
        (there && (field.tag != PDS_DER_INTEGER || !pds_der_uint(field.body, &out->salt))) ||
        !take_tagged(&in, PDS_DER_CONTEXT_3, &field, &there) ||
        (there && (field.tag != PDS_DER_INTEGER || !pds_der_uint(field.body, &trailer)))) {
        return false;
    }
    out->unusual = out->mgf_md != out->md || out->salt != pds_md_size(out->md);
    return in.len == 0 && trailer == TRAILER_BC;
}

static bool is_null(pds_span in)
{
    pds_der null;
    return pds_der_expect(&in, PDS_DER_NULL, &null) && null.body.len == 0 && in.len == 0;
}

static bool read_parameters(const row *r, pds_span in, pds_signature_algorithm *out)
{
    switch (r->parameters) {
    case NONE_OR_NULL:
        out->unusual = in.len != 0 && r->scheme == PDS_SCHEME_ECDSA;
        return in.len == 0 || is_null(in);
    case NONE:
        return in.len == 0;
    case PSS:
        return read_pss(in, out);
    case IGNORED:
        return true;
    }
    return false;
}

static const row *find_row(pds_span oid)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        if (pds_span_eq(ROWS[i].oid, oid)) {
            return &ROWS[i];
        }
    }
    return NULL;
}

pds_signature_fault pds_signature_algorithm_read(pds_span der, pds_md digest,
                                                 pds_signature_algorithm *out)
{
    pds_der id;
    pds_der oid;
    if (!pds_der_expect(&der, PDS_DER_SEQUENCE, &id) || der.len != 0 ||
        !pds_der_expect(&id.body, PDS_DER_OID, &oid)) {
        return PDS_SIGNATURE_PARAMETERS;
    }
    const row *r = find_row(oid.body);
    if (r == NULL) {
        return PDS_SIGNATURE_UNKNOWN;
    }
    *out = (pds_signature_algorithm){ .scheme = r->scheme, .md = r->md, .unusual = r->unusual };
    if (!read_parameters(r, id.body, out)) {
        return PDS_SIGNATURE_PARAMETERS;
    }
    out->unusual = out->unusual || r->unusual;
    out->md = out->md == PDS_MD_NONE ? digest : out->md;
    return digest == PDS_MD_NONE || out->md == digest ? PDS_SIGNATURE_READ : PDS_SIGNATURE_MISMATCH;
}

const char *pds_signature_scheme_name(pds_scheme scheme)
{
    static const char *const names[] = {
        [PDS_SCHEME_RSA_PKCS1] = "RSASSA-PKCS1-v1_5",
        [PDS_SCHEME_RSA_PSS] = "RSASSA-PSS",
        [PDS_SCHEME_ECDSA] = "ECDSA",
        [PDS_SCHEME_ED25519] = "Ed25519",
    };
    return names[scheme];
}

pds_signature_algorithm pds_signature_algorithm_of(pds_algorithm algorithm)
{
    pds_md md = pds_md_of(algorithm.digest);
    return (pds_signature_algorithm){
        .scheme = algorithm.scheme, .md = md, .mgf_md = md, .salt = (uint32_t)pds_md_size(md)
    };
}
