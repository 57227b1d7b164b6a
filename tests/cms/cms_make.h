#ifndef TESTS_CMS_CMS_MAKE_H
#define TESTS_CMS_CMS_MAKE_H

/* SignedData put together from parts that a test bends before or after they are signed. */

#include "cms/der.h"
#include "cms/signature_algorithm.h"
#include "cms/signed_data_read.h"
#include "tests/cms/pki.h"

/* Bytes that live until the next cms_new. */
pds_span cms_keep(pds_span bytes);
pds_span cms_cat(const pds_span *parts, size_t count);
pds_span cms_der(uint8_t tag, const pds_span *parts, size_t count);
/* The same, in BER: indefinite length, or a length with leading zeros. */
pds_span cms_indefinite(uint8_t tag, pds_span body);
pds_span cms_long_length(uint8_t tag, pds_span body);
pds_span cms_uint(unsigned value);

#define LIST(...)     ((const pds_span[]){ __VA_ARGS__ })
#define COUNT_OF(...) (sizeof LIST(__VA_ARGS__) / sizeof(pds_span))
#define DER(tag, ...) cms_der((tag), LIST(__VA_ARGS__), COUNT_OF(__VA_ARGS__))
#define CAT(...)      cms_cat(LIST(__VA_ARGS__), COUNT_OF(__VA_ARGS__))
#define BYTES(text)   pds_span_of((text), sizeof(text) - 1)
/* An OBJECT IDENTIFIER with its header, from its body. */
#define OID_DER(text) DER(0x06, BYTES(text))

#define OID_DATA           OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define OID_SIGNED_DATA    OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_TST_INFO       OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")
#define OID_PKCS9(last)    OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09" last)
#define OID_SMIME_AA(last) OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02" last)
#define OID_SHA1           OID_DER("\x2b\x0e\x03\x02\x1a")
#define OID_SHA256         OID_DER("\x60\x86\x48\x01\x65\x03\x04\x02\x01")
#define OID_SHA512         OID_DER("\x60\x86\x48\x01\x65\x03\x04\x02\x03")

enum { ATTRIBUTES_MAX = 16 };

/* Every span with its header, but for values that say otherwise. */
typedef struct cms_parts {
    const pki *signer, *other;
    pds_container container;
    pds_signature_algorithm algorithm; /* what the value is made with */
    const char *document;              /* what is signed */
    const char *shown;                 /* what the verifier has; NULL: the same */

    unsigned version, signer_version;
    pds_span digest_algorithms; /* body of the SET */
    pds_span content_type;
    pds_span content;      /* eContent; empty: detached */
    pds_span certificates; /* body; empty: no such field */
    pds_span crls;         /* likewise */
    pds_span sid;
    pds_span digest_algorithm;
    pds_span attributes[ATTRIBUTES_MAX]; /* until an empty one */
    bool unsorted, no_attributes;
    pds_span signature_algorithm;
    pds_span signature;                                  /* the value, without its header */
    pds_span signature_element;                          /* in its stead, with a header */
    pds_span unsigned_attributes;                        /* body */
    pds_span behind_signer, behind_data, behind_content; /* extra elements */
    pds_span signed_attributes;                          /* [0], as signed; made by cms_sign */
    pds_span whole;                                      /* made by cms_close */
    pds_trust *trust;
    pds_span known;    /* certificate that the verifier has besides */
    pds_span certs[2]; /* /Cert */
} cms_parts;

/* A good one of this container, not signed yet. digest: of everything. */
void cms_new(cms_parts *p, pds_container container, const pki *signer, pds_md md, bool pss);
void cms_sign(cms_parts *p);
void cms_close(cms_parts *p);

pds_span cms_digest(pds_md md, pds_span bytes);
pds_span cms_attribute(pds_span oid, pds_span value);
void cms_add(cms_parts *p, pds_span attribute);
/* The attribute whose identifier this is; it must be there. */
size_t cms_find(const cms_parts *p, pds_span oid);
void cms_remove(cms_parts *p, pds_span oid);
pds_span cms_algorithm(pds_md md);
pds_span cms_ess_v2(pds_span cert, pds_span issuer_serial);
pds_span cms_issuer_serial(const pki *of);
pds_span cms_tst_info(const char *document, pds_md md);

/* Reads it as a verifier would. The caller drops. */
void cms_read(const cms_parts *p, pds_signed_data_found *found);
bool cms_has(const pds_signed_data_found *found, pds_finding_code code);

#endif
