#ifndef TESTS_CMS_PKI_PRIVATE_H
#define TESTS_CMS_PKI_PRIVATE_H

#include "tests/cms/pki.h"

#include <openssl/x509.h>

struct pki {
    EVP_PKEY *key;
    X509 *cert;
    unsigned char *der;
    int der_len;
};

/* As a line of openssl.cnf; the caller frees it. */
X509_EXTENSION *pki_extension(const char *name, const char *value, X509 *issuer, X509 *subject);
void pki_need(bool fine, const char *what, int line);
#define NEED(what) pki_need((what), #what, __LINE__)

#endif
