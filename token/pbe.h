#ifndef TOKEN_PBE_H
#define TOKEN_PBE_H

#include "base/locked.h"

#include <pds/secret.h>

#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Password-based decryption (PKCS#5 v1 and v2, PKCS#12 Appendix C) into a buffer of
 * pds_locked_new's kind, which the caller drops. password NULL: none at all, which PKCS#12 tells
 * from an empty one. Old ciphers (RC2, RC4, DES) come from OpenSSL's legacy provider, which is
 * loaded for them alone. errors: PDS_E_PIN_WRONG; PDS_E_KEY_UNSUPPORTED; PDS_E_LIMIT more
 * iterations than anyone waits for */
PDS_USE pds_code pds_pbe_decrypt(const X509_ALGOR *algorithm, const ASN1_OCTET_STRING *data,
                                 const char *password, pds_buf *locked, pds_err *e);
/* errors: PDS_E_LIMIT */
PDS_USE pds_code pds_pbe_check_iterations(const ASN1_INTEGER *iterations, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
