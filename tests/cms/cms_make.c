#include "tests/cms/cms_make.h"

#include "base/own.h"
#include "cms/evp.h"
#include "tests/cms/pki_private.h"

#include <stdlib.h>

#include <openssl/core_names.h>

static uint8_t arena[1 << 20];
static size_t used;

static uint8_t *room_for(size_t len)
{
    NEED(used + len <= sizeof arena);
    used += len;
    return arena + used - len;
}

pds_span cms_cat(const pds_span *parts, size_t count)
{
    const uint8_t *begin = arena + used;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > 0) {
            memcpy(room_for(parts[i].len), parts[i].ptr, parts[i].len);
        }
    }
    return pds_span_of(begin, (size_t)(arena + used - begin));
}

pds_span cms_keep(pds_span bytes)
{
    return cms_cat(&bytes, 1);
}

static pds_span header(uint8_t tag, size_t len)
{
    const uint8_t bytes[] = { tag, 0x82, (uint8_t)(len >> 8), (uint8_t)len };
    const uint8_t one[] = { tag, 0x81, (uint8_t)len };
    const uint8_t brief[] = { tag, (uint8_t)len };
    NEED(len <= 0xffff);
    return cms_keep(len < 0x80    ? pds_span_of(brief, sizeof brief)
                    : len <= 0xff ? pds_span_of(one, sizeof one)
                                  : pds_span_of(bytes, sizeof bytes));
}

pds_span cms_der(uint8_t tag, const pds_span *parts, size_t count)
{
    pds_span body = cms_cat(parts, count);
    return CAT(header(tag, body.len), body);
}

pds_span cms_indefinite(uint8_t tag, pds_span body)
{
    const uint8_t begin[] = { tag, 0x80 };
    return CAT(pds_span_of(begin, 2), body, BYTES("\0\0"));
}

pds_span cms_long_length(uint8_t tag, pds_span body)
{
    const uint8_t begin[] = {
        tag, 0x84, 0, (uint8_t)(body.len >> 16), (uint8_t)(body.len >> 8), (uint8_t)body.len
    };
    return CAT(pds_span_of(begin, sizeof begin), body);
}

pds_span cms_uint(unsigned value)
{
    const uint8_t byte = (uint8_t)value;
    NEED(value < 0x80);
    return DER(PDS_DER_INTEGER, pds_span_of(&byte, 1));
}

pds_span cms_digest(pds_md md, pds_span bytes)
{
    uint8_t digest[PDS_DIGEST_MAX];
    NEED(pds_md_hash_of(md, bytes, digest, NULL) == PDS_OK);
    return cms_keep(pds_span_of(digest, pds_md_size(md)));
}

/* ---- attributes ---- */

pds_span cms_attribute(pds_span oid, pds_span value)
{
    return DER(PDS_DER_SEQUENCE, oid, DER(PDS_DER_SET, value));
}

void cms_add(cms_parts *p, pds_span attribute)
{
    size_t i = 0;
    while (p->attributes[i].len > 0) {
        i++;
    }
    NEED(i + 1 < ATTRIBUTES_MAX);
    p->attributes[i] = attribute;
}

size_t cms_find(const cms_parts *p, pds_span oid)
{
    for (size_t i = 0;; i++) {
        pds_span in = p->attributes[i];
        pds_der attribute;
        NEED(pds_der_take(&in, &attribute)); /* none is left: it is not there */
        if (attribute.body.len >= oid.len && memcmp(attribute.body.ptr, oid.ptr, oid.len) == 0) {
            return i;
        }
    }
}

void cms_remove(cms_parts *p, pds_span oid)
{
    size_t i = cms_find(p, oid);
    for (; p->attributes[i].len > 0; i++) {
        p->attributes[i] = p->attributes[i + 1];
    }
}

pds_span cms_algorithm(pds_md md)
{
    static const char ends[PDS_MD_COUNT] = {
        [PDS_MD_SHA224] = 4,   [PDS_MD_SHA256] = 1,   [PDS_MD_SHA384] = 2,   [PDS_MD_SHA512] = 3,
        [PDS_MD_SHA3_256] = 8, [PDS_MD_SHA3_384] = 9, [PDS_MD_SHA3_512] = 10
    };
    if (md == PDS_MD_SHA1) {
        return DER(PDS_DER_SEQUENCE, OID_SHA1, DER(PDS_DER_NULL, BYTES("")));
    }
    if (md == PDS_MD_MD5) {
        return DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x02\x05"));
    }
    return DER(PDS_DER_SEQUENCE, DER(PDS_DER_OID, BYTES("\x60\x86\x48\x01\x65\x03\x04\x02"),
                                     pds_span_of(&ends[md], 1)));
}

pds_span cms_ess_v2(pds_span cert, pds_span issuer_serial)
{
    pds_span hash = DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, cert));
    return DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, hash, issuer_serial)));
}

static void parts_of(const pki *of, pds_cert_parts *out)
{
    NEED(pds_cert_parts_read(pki_cert_der(of), out));
}

pds_span cms_issuer_serial(const pki *of)
{
    pds_cert_parts parts;
    parts_of(of, &parts);
    return DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, DER(0xa4, parts.issuer)), parts.serial);
}

pds_span cms_tst_info(const char *document, pds_md md)
{
    pds_span imprint = DER(PDS_DER_SEQUENCE, cms_algorithm(md),
                           DER(PDS_DER_OCTETS, cms_digest(md, pds_span_text(document))));
    return DER(PDS_DER_SEQUENCE, cms_uint(1), OID_DER("\x2a\x03\x04"), imprint, cms_uint(7),
               DER(PDS_DER_GENERALIZED_TIME, BYTES("20260102030405.5Z")),
               DER(PDS_DER_SEQUENCE, cms_uint(1), DER(PDS_DER_PRIMITIVE_0, BYTES("\x02"))));
}

/* ---- the whole ---- */

static pds_span pss_algorithm(pds_md md)
{
    pds_span hash = cms_algorithm(md);
    pds_span mgf = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"), hash);
    return DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"),
               DER(PDS_DER_SEQUENCE, DER(0xa0, hash), DER(0xa1, mgf),
                   DER(0xa2, cms_uint((unsigned)pds_md_size(md)))));
}

static pds_span signature_algorithm(const cms_parts *p)
{
    static const char ecdsa[PDS_MD_COUNT] = {
        [PDS_MD_SHA224] = 1, [PDS_MD_SHA256] = 2, [PDS_MD_SHA384] = 3, [PDS_MD_SHA512] = 4
    };
    switch (p->algorithm.scheme) {
    case PDS_SCHEME_RSA_PKCS1:
        return DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
                   DER(PDS_DER_NULL, BYTES("")));
    case PDS_SCHEME_RSA_PSS:
        return pss_algorithm(p->algorithm.md);
    case PDS_SCHEME_ECDSA:
        if (p->algorithm.md == PDS_MD_SHA1) {
            return DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x04\x01"));
        }
        if (ecdsa[p->algorithm.md] == 0) { /* SHA-3: 10 to 12 for 256 to 512 bits */
            char last = (char)(10 + p->algorithm.md - PDS_MD_SHA3_256);
            return DER(PDS_DER_SEQUENCE, DER(PDS_DER_OID, BYTES("\x60\x86\x48\x01\x65\x03\x04\x03"),
                                             pds_span_of(&last, 1)));
        }
        return DER(PDS_DER_SEQUENCE, DER(PDS_DER_OID, BYTES("\x2a\x86\x48\xce\x3d\x04\x03"),
                                         pds_span_of(&ecdsa[p->algorithm.md], 1)));
    case PDS_SCHEME_ED25519:
        return DER(PDS_DER_SEQUENCE, OID_DER("\x2b\x65\x70"));
    }
    return BYTES("");
}

static pds_scheme scheme_of(const pki *signer, bool pss)
{
    pds_cert *cert = pki_cert(signer);
    pds_key_kind kind = pds_cert_kind(cert);
    pds_cert_drop(&cert);
    return pss                       ? PDS_SCHEME_RSA_PSS
           : kind == PDS_KEY_EC      ? PDS_SCHEME_ECDSA
           : kind == PDS_KEY_ED25519 ? PDS_SCHEME_ED25519
           : kind == PDS_KEY_RSA     ? PDS_SCHEME_RSA_PKCS1
                                     : PDS_SCHEME_RSA_PSS;
}

/* What the messageDigest is of. */
static pds_span content_of(const cms_parts *p)
{
    return p->content.len > 0 ? p->content : pds_span_text(p->document);
}

static void set_content(cms_parts *p, pds_md md)
{
    p->content_type = OID_DATA;
    if (p->container == PDS_CONTAINER_RFC3161) {
        p->content_type = OID_TST_INFO;
        p->content = cms_tst_info(p->document, md);
    }
    if (p->container == PDS_CONTAINER_PKCS7_SHA1) {
        p->content = cms_digest(PDS_MD_SHA1, pds_span_text(p->document));
    }
}

void cms_new(cms_parts *p, pds_container container, const pki *signer, pds_md md, bool pss)
{
    pds_cert_parts names;
    used = 0;
    *p = (cms_parts){ .signer = signer, .container = container, .document = "the byte range" };
    p->algorithm = (pds_signature_algorithm){
        .scheme = scheme_of(signer, pss), .md = md, .mgf_md = md, .salt = (uint32_t)pds_md_size(md)
    };
    parts_of(signer, &names);
    set_content(p, md);
    p->version = container == PDS_CONTAINER_RFC3161 ? 3 : 1;
    p->signer_version = 1;
    p->digest_algorithms = cms_algorithm(md);
    p->digest_algorithm = p->digest_algorithms;
    p->certificates = pki_cert_der(signer);
    p->sid = DER(PDS_DER_SEQUENCE, names.issuer, names.serial);
    cms_add(p, cms_attribute(OID_PKCS9("\x03"), p->content_type));
    cms_add(p,
            cms_attribute(OID_PKCS9("\x04"), DER(PDS_DER_OCTETS, cms_digest(md, content_of(p)))));
    cms_add(p, cms_attribute(OID_SMIME_AA("\x2f"), cms_ess_v2(pki_cert_der(signer), BYTES(""))));
    p->signature_algorithm = signature_algorithm(p);
    p->certs[0] = pki_cert_der(signer);
}

static int by_der(const void *a, const void *b)
{
    const pds_span *x = a;
    const pds_span *y = b;
    size_t common = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->ptr, y->ptr, common);
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static pds_span make_value(const cms_parts *p, pds_span message)
{
    PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_ctx = NULL;
    size_t len = (size_t)EVP_PKEY_get_size(p->signer->key);
    uint8_t *room = pds_buf_grow(&value, len);
    const char *md =
        p->algorithm.scheme == PDS_SCHEME_ED25519 ? NULL : pds_evp_md_name(p->algorithm.md);
    NEED(room != NULL);
    NEED(EVP_DigestSignInit_ex(ctx, &key_ctx, md, NULL, NULL, p->signer->key, NULL) == 1);
    if (p->algorithm.scheme == PDS_SCHEME_RSA_PSS) {
        int salt = (int)p->algorithm.salt;
        const OSSL_PARAM params[] = {
            OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, "pss", 3),
            OSSL_PARAM_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt),
            OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST,
                                   (char *)(uintptr_t)pds_evp_md_name(p->algorithm.mgf_md),
                                   strlen(pds_evp_md_name(p->algorithm.mgf_md))),
            OSSL_PARAM_END
        };
        NEED(EVP_PKEY_CTX_set_params(key_ctx, params) == 1);
    }
    NEED(EVP_DigestSign(ctx, room, &len, message.ptr, message.len) == 1);
    EVP_MD_CTX_free(ctx);
    return cms_keep(pds_span_of(room, len));
}

void cms_sign(cms_parts *p)
{
    size_t count = 0;
    while (p->attributes[count].len > 0) {
        count++;
    }
    if (!p->unsorted) {
        qsort(p->attributes, count, sizeof p->attributes[0], by_der);
    }
    if (p->container == PDS_CONTAINER_X509_RSA_SHA1) {
        p->signature = make_value(p, pds_span_text(p->document));
        return;
    }
    if (p->no_attributes) {
        p->signature = make_value(p, content_of(p));
        return;
    }
    pds_span set = cms_cat(p->attributes, count);
    p->signed_attributes = DER(0xa0, set);
    p->signature = make_value(p, DER(PDS_DER_SET, set));
}

static pds_span optional(uint8_t tag, pds_span body)
{
    return body.len == 0 ? body : DER(tag, body);
}

void cms_close(cms_parts *p)
{
    if (p->container == PDS_CONTAINER_X509_RSA_SHA1) {
        p->whole = DER(PDS_DER_OCTETS, p->signature);
        return;
    }
    pds_span content =
        p->content.len == 0 ? p->content : DER(0xa0, DER(PDS_DER_OCTETS, p->content));
    pds_span info =
        DER(PDS_DER_SEQUENCE, cms_uint(p->signer_version), p->sid, p->digest_algorithm,
            p->signed_attributes, p->signature_algorithm,
            p->signature_element.len > 0 ? p->signature_element : DER(PDS_DER_OCTETS, p->signature),
            optional(0xa1, p->unsigned_attributes), p->behind_signer);
    pds_span data =
        DER(PDS_DER_SEQUENCE, cms_uint(p->version), DER(PDS_DER_SET, p->digest_algorithms),
            DER(PDS_DER_SEQUENCE, p->content_type, content), optional(0xa0, p->certificates),
            optional(0xa1, p->crls), DER(PDS_DER_SET, info), p->behind_data);
    p->whole = DER(PDS_DER_SEQUENCE, OID_SIGNED_DATA, DER(0xa0, data), p->behind_content);
}

/* ---- reading ---- */

static pds_code digest_shown(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    const cms_parts *p = self;
    return pds_md_hash_of(md, pds_span_text(p->shown == NULL ? p->document : p->shown), out, e);
}

void cms_read(const cms_parts *p, pds_signed_data_found *found)
{
    pds_err e;
    pds_cert *cert = NULL;
    pds_certs known = { 0 };
    if (p->known.len > 0) {
        NEED(pds_cert_new(p->known, &cert, NULL) == PDS_OK);
        NEED(pds_certs_add(&known, cert, NULL) == PDS_OK);
    }
    const pds_signed_data_input in = {
        .contents = p->whole,
        .container = p->container,
        .source = { digest_shown, (void *)(uintptr_t)p },
        .trust = p->trust,
        .known = &known,
        .certs = p->certs,
        .cert_count = p->certs[0].len > 0 ? 1 : 0,
    };
    NEED(pds_signed_data_read(&in, found, &e) == PDS_OK);
    pds_certs_drop(&known);
}

bool cms_has(const pds_signed_data_found *found, pds_finding_code code)
{
    for (size_t i = 0; i < found->findings.count; i++) {
        if (found->findings.items[i].code == code) {
            return true;
        }
    }
    return false;
}
