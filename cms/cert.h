#ifndef CMS_CERT_H
#define CMS_CERT_H

#include "base/buf.h"

#include <pds/algorithm.h>

#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_key_kind {
    PDS_KEY_RSA,
    PDS_KEY_RSA_PSS,
    PDS_KEY_EC,
    PDS_KEY_ED25519,
    PDS_KEY_OTHER
} pds_key_kind;

/* Where the parts that others copy from lie: with their headers, lent. */
typedef struct pds_cert_parts {
    pds_span issuer, subject, serial, spki;
} pds_cert_parts;
/* The outline of one certificate, at little cost. False: it is not DER so far, or no certificate.
 */
bool pds_cert_parts_read(pds_span der, pds_cert_parts *out);

/* An X.509 certificate, unchanging; its own bytes are kept. Shared by counting. */
typedef struct pds_cert pds_cert;

/* DER of exactly one certificate. errors: PDS_E_CERT_UNREADABLE */
PDS_USE pds_code pds_cert_new(pds_span der, pds_cert **out, pds_err *e);
pds_cert *pds_cert_share(pds_cert *c);
void pds_cert_drop(pds_cert **c);

pds_span pds_cert_der(const pds_cert *c);
pds_span pds_cert_issuer_der(const pds_cert *c);  /* Name */
pds_span pds_cert_subject_der(const pds_cert *c); /* Name */
pds_span pds_cert_serial_der(const pds_cert *c);  /* INTEGER with its tag */
pds_span pds_cert_serial(const pds_cert *c);      /* its bytes, as people read them */
pds_span pds_cert_spki_der(const pds_cert *c);    /* SubjectPublicKeyInfo */
const char *pds_cert_label(const pds_cert *c);    /* UTF-8: common name, else the whole subject */
const char *pds_cert_subject(const pds_cert *c); /* UTF-8: "C=CN,O=…", in the certificate's order */
/* The same of the issuer; made when it is asked for: the caller frees it. NULL: no memory. */
PDS_USE char *pds_cert_issuer(const pds_cert *c);
pds_key_kind pds_cert_kind(const pds_cert *c);
int pds_cert_bits(const pds_cert *c); /* of the key: 2048, 256 … */
time_t pds_cert_not_before(const pds_cert *c);
time_t pds_cert_not_after(const pds_cert *c);
bool pds_cert_self_issued(const pds_cert *c);
/* May this certificate sign documents at that time? Only the certificate itself is judged: which
 * digest its issuer signed it with, and what the issuers are worth, is the verifier's question. A
 * certificate authority may sign where its key usage says so or says nothing. errors:
 * PDS_E_CERT_EXPIRED, PDS_E_CERT_NOT_YET_VALID (neither with allow_expired); PDS_E_CERT_USAGE key
 * usage without digitalSignature and nonRepudiation, or an extended key usage of nothing but server
 * authentication, code signing, timestamping and OCSP signing; PDS_E_KEY_WEAK;
 * PDS_E_KEY_UNSUPPORTED */
PDS_USE pds_code pds_cert_may_sign(const pds_cert *c, time_t when, bool allow_expired, pds_err *e);
/* Is issuer's key the one that signed c? */
bool pds_cert_issued_by(const pds_cert *c, const pds_cert *issuer);
/* Of the whole certificate, as signingCertificateV2 names it. */
void pds_cert_sha256(const pds_cert *c, uint8_t out[32]);

/* The scheme and digest a key of this certificate signs with. digest DEFAULT: SHA-256, by curve
 * SHA-384 for P-384 and SHA-512 for P-521, SHA-512 for Ed25519, or the only one that a key of kind
 * RSASSA-PSS allows. errors: PDS_E_KEY_UNSUPPORTED Ed25519 with another digest, pss with a key that
 * is not RSA */
PDS_USE pds_code pds_cert_algorithm(const pds_cert *c, pds_digest digest, bool pss,
                                    pds_algorithm *out, pds_err *e);
/* Largest signature value in bytes. */
size_t pds_cert_signature_max(const pds_cert *c);
/* errors: PDS_E_SIGNATURE_WRONG */
PDS_USE pds_code pds_cert_verify(const pds_cert *c, pds_algorithm algorithm, pds_span message,
                                 pds_span signature, pds_err *e);

/* A list of certificates. */
typedef struct pds_certs {
    pds_cert **items;
    size_t count;
} pds_certs;
PDS_USE pds_code pds_certs_add(pds_certs *list, pds_cert *shared,
                               pds_err *e); /* takes one share; twice the same is kept once */
/* PEM (any number), DER, or PKCS#7; a folder: every file in it that holds certificates.
 * errors: PDS_E_INPUT_UNREADABLE, PDS_E_CERT_UNREADABLE also where there is none */
PDS_USE pds_code pds_certs_load(pds_certs *list, const char *path, pds_err *e);
/* The same of bytes. errors: PDS_E_CERT_UNREADABLE */
PDS_USE pds_code pds_certs_parse(pds_certs *list, pds_span bytes, pds_err *e);
/* The certificates among the PEM blocks of a text; found: how many there were. */
PDS_USE pds_code pds_certs_read(pds_certs *list, pds_span text, size_t *found, pds_err *e);
/* leaf's issuers from the pool, nearest first, without the leaf, at most 10; a self-signed root is
 * left out unless it is the only one. Each link's signature is checked. */
PDS_USE pds_code pds_certs_chain(const pds_cert *leaf, const pds_certs *pool, pds_certs *out,
                                 pds_err *e);
void pds_certs_drop(pds_certs *list);

#ifdef __cplusplus
}
#endif
#endif
