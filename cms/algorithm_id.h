#ifndef CMS_ALGORITHM_ID_H
#define CMS_ALGORITHM_ID_H

/* AlgorithmIdentifiers of SignerInfo. False when writing: without memory. False when reading: not
 * one of ours, or with other parameters. */

#include <pds/algorithm.h>

#include <stdbool.h>

#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 5754, 2: written without parameters, read with NULL too. */
bool pds_digest_id_write(pds_digest digest, X509_ALGOR *id);
bool pds_digest_id_read(const X509_ALGOR *id, pds_digest *out);

/* RSA: RFC 3370, 3.2 (rsaEncryption) and RFC 4056; ECDSA: RFC 5753, 7.1.2; Ed25519: RFC 8419, 2.2
 */
bool pds_signature_id_write(pds_algorithm algorithm, X509_ALGOR *id);
/* digest: that of the SignerInfo; an identifier that names another one is refused. */
bool pds_signature_id_read(const X509_ALGOR *id, pds_digest digest, pds_algorithm *out);

#ifdef __cplusplus
}
#endif
#endif
