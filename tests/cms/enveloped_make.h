#ifndef TESTS_CMS_ENVELOPED_MAKE_H
#define TESTS_CMS_ENVELOPED_MAKE_H

#include "tests/cms/pki.h"

/* What is encrypted for a certificate, as OpenSSL makes it. */
typedef struct enveloped_kind {
    const char *cipher;  /* "AES-256-CBC" …; with GCM it is AuthEnvelopedData */
    const char *oaep;    /* digest of OAEP; NULL: PKCS#1 v1.5, or ECDH with a curve's key */
    const char *mgf;     /* digest of its MGF1; NULL: that of OAEP */
    const char *label;   /* of OAEP; NULL: none */
    bool by_identifier;  /* the certificate is named by its subjectKeyIdentifier */
    bool streamed;       /* BER, of indefinite lengths, the content in pieces */
    const pki *stranger; /* comes before; NULL: nobody */
} enveloped_kind;

void enveloped_make(const pki *to, const enveloped_kind *kind, pds_span content, pds_buf *out);

#endif
