#ifndef TESTS_CMS_PKI_H
#define TESTS_CMS_PKI_H

/* Keys and certificates for tests, made when they are needed. A fault ends the program: there is
 * nothing to test then. */

#include "cms/cert.h"

typedef enum pki_key {
    PKI_RSA_1024,
    PKI_RSA_2048,
    PKI_RSA_3072,
    PKI_RSA_4096,
    PKI_RSA_PSS_2048,
    PKI_P256,
    PKI_P384,
    PKI_P521,
    PKI_ED25519,
    PKI_SECP256K1,
    PKI_BRAINPOOL,
    PKI_SM2,
    PKI_DSA,
    PKI_KEY_COUNT
} pki_key;

/* A private key and its certificate. */
typedef struct pki pki;

typedef struct pki_profile {
    pki_key key;
    const char *name;        /* common name; NULL: "Tester" */
    const char *key_usage;   /* as in openssl.cnf; NULL: no such extension */
    const char *purposes;    /* extendedKeyUsage, likewise */
    const char *constraints; /* basicConstraints, likewise */
    long begins, ends;       /* seconds from now; both 0: yesterday until in a year */
    bool key_identifier;     /* with subjectKeyIdentifier */
    const pki *issuer;       /* NULL: self-signed */
    const char *digest;      /* of the certificate's own signature; NULL: the usual one */
    const char *const *more; /* other extensions, name and value in turn, NULL at the end */
    bool version_1;          /* without any extension */
} pki_profile;

pki *pki_new(const pki_profile *profile);
/* The same key with another certificate. */
pki *pki_renew(const pki *old, const pki_profile *profile);
void pki_drop(pki **p);

pds_span pki_cert_der(const pki *p);
/* A new pds_cert; the caller drops it. */
pds_cert *pki_cert(const pki *p);
/* A signature that OpenSSL makes by itself. */
void pki_sign(const pki *p, pds_algorithm algorithm, pds_span message, pds_buf *signature);
/* A CMS as OpenSSL makes it. flags: of CMS_sign. digest: NULL the usual one. */
void pki_cms_sign(const pki *p, pds_span content, unsigned flags, const char *digest, pds_buf *cms);
/* Takes the CMS apart and verifies it with OpenSSL's CMS functions. */
bool pki_cms_verifies(pds_span cms, pds_span content, const pki *root);

/* ---- revocation (pki_revocation.c) ---- */

enum { PKI_ENTRIES_MAX = 4 };

/* A certificate in a list; times are seconds from now. */
typedef struct pki_entry {
    const pki *cert;
    long revoked;
    int reason;          /* CRLReason; 0: not told */
    const char *invalid; /* invalidityDate; NULL: none */
    const char *const *more;
} pki_entry;

typedef struct pki_crl {
    const pki *issuer; /* whose name it has */
    const pki *signer; /* NULL: the issuer */
    pki_entry entries[PKI_ENTRIES_MAX];
    long begins, ends; /* both 0: from an hour ago for a day; ends 0 alone: no nextUpdate */
    const char *digest;
    const char *const *more;
} pki_crl;
void pki_make_crl(const pki_crl *what, pds_buf *der);

typedef struct pki_ocsp {
    const pki *cert;
    const pki *issuer;
    const pki *signer;       /* NULL: the issuer */
    const pki *named_signer; /* NULL: the signer, whom the response names */
    int status;              /* V_OCSP_CERTSTATUS_… */
    int reason;
    long revoked;
    long begins, ends; /* as in pki_crl */
    long produced;     /* 0: as begins */
    const char *digest;
    const char *id_digest; /* of the certificate's identifier; NULL: SHA-1 */
    bool by_key;           /* the responder is named by the hash of its key */
    bool without_certs;
    bool only_basic;            /* not in an OCSPResponse */
    bool critical;              /* with a critical extension that nobody knows */
    const char *archive_cutoff; /* NULL: none */
} pki_ocsp;
void pki_make_ocsp(const pki_ocsp *what, pds_buf *der);

/* ---- files, for paths such as those of tests/base/scratch.h ---- */

typedef enum pki_form {
    PKI_PKCS8_PEM,
    PKI_PKCS8_DER,
    PKI_TRADITIONAL_PEM, /* RSAPrivateKey or ECPrivateKey */
    PKI_TRADITIONAL_DER
} pki_form;

/* The key alone. password NULL: not encrypted. cipher: of OpenSSL, such as "AES-256-CBC". */
void pki_write_key(const pki *p, pki_form form, const char *cipher, const char *password,
                   const char *path);
/* Certificates behind what the file holds. */
void pki_append_cert_pem(const pki *p, const char *path);
void pki_write_cert_der(const pki *p, const char *path);
void pki_write_pkcs7(const pki *const *all, size_t count, const char *path);

typedef struct pki_p12 {
    const pki *keys[4];    /* with their certificates; until NULL */
    const pki *certs[4];   /* without keys */
    const char *password;  /* NULL: the form without any */
    int key_pbe, cert_pbe; /* numbers of OpenSSL; 0: AES-256-CBC; -1: not encrypted */
    int iterations;        /* 0: 2048 */
    bool no_mac;
    bool no_certs; /* leave out those of keys too */
} pki_p12;
void pki_write_p12(const pki_p12 *what, const char *path);

#endif
