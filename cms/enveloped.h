#ifndef CMS_ENVELOPED_H
#define CMS_ENVELOPED_H

#include "cms/cert.h"

#include <openssl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is encrypted for the holders of certificates: EnvelopedData (RFC 5652, 6) and
 * AuthEnvelopedData (RFC 5083), with keys transported (RSA PKCS#1 v1.5 and OAEP, RFC 8017) or
 * agreed on (ECDH, RFC 5753). */

/* One that was read: spans lie in the bytes that were given. Begin with { 0 }. */
typedef struct pds_enveloped {
    pds_span recipients; /* body of the SET OF RecipientInfo */
    pds_span cipher;     /* its OBJECT IDENTIFIER, body */
    pds_span parameters; /* of the cipher: whole element */
    pds_span content;    /* encrypted; in `joined` where it came in pieces */
    pds_span attributes; /* authenticated ones, as a SET; empty: none */
    pds_span mac;        /* of AuthEnvelopedData; empty: EnvelopedData */
    pds_buf joined;      /* owned */
} pds_enveloped;
void pds_enveloped_drop(pds_enveloped *v);

/* cms: DER or BER of a ContentInfo. errors: PDS_E_CMS_UNREADABLE; PDS_E_NO_MEMORY */
PDS_USE pds_code pds_enveloped_read(pds_span cms, pds_enveloped *out, pds_err *e);

/* How the key of the content is got by one recipient. */
typedef struct pds_recipient {
    bool agreed; /* ECDH; else RSA */
    bool oaep;
    pds_digest digest;  /* of OAEP; DEFAULT: SHA-1 */
    pds_digest mgf;     /* of its MGF1; DEFAULT: SHA-1 */
    pds_span encrypted; /* the content's key, encrypted or wrapped */
    EVP_PKEY *peer;     /* owned; the sender's, of ECDH */
    const char *kdf;    /* digest of the derivation */
    const char *wrap;   /* cipher that wraps */
    size_t wrap_key;    /* bytes of its key */
    pds_span wrap_id;   /* its AlgorithmIdentifier, whole */
    pds_span ukm;       /* with its tag; empty: none */
} pds_recipient;
void pds_recipient_drop(pds_recipient *r);

/* The one that the certificate names. errors: PDS_E_NOT_FOR_KEY none; PDS_E_CMS_UNREADABLE an
 * algorithm that is not known; PDS_E_NO_MEMORY */
PDS_USE pds_code pds_enveloped_recipient(const pds_enveloped *v, const pds_cert *cert,
                                         pds_recipient *out, pds_err *e);
/* From the shared secret of ECDH to the content's key. key: of pds_locked_new. errors:
 * PDS_E_NOT_FOR_KEY */
PDS_USE pds_code pds_recipient_unwrap(const pds_recipient *r, pds_span shared, pds_buf *key,
                                      pds_err *e);
/* Behind out. errors: PDS_E_NOT_FOR_KEY the key does not fit, or the content was changed;
 * PDS_E_CMS_UNREADABLE a cipher that is not known */
PDS_USE pds_code pds_enveloped_open(const pds_enveloped *v, pds_span key, pds_buf *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
