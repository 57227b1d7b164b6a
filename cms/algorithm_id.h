#ifndef CMS_ALGORITHM_ID_H
#define CMS_ALGORITHM_ID_H

/* AlgorithmIdentifiers of the SignerInfo that we write. False: without memory. Those of others are
 * read by signature_algorithm.h and md.h. */

#include <pds/algorithm.h>

#include <stdbool.h>

#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 5754, 2: without parameters. */
bool pds_digest_id_write(pds_digest digest, X509_ALGOR *id);

/* RSA: RFC 3370, 3.2 (rsaEncryption) and RFC 4056; ECDSA: RFC 5753, 7.1.2; Ed25519: RFC 8419, 2.2
 */
bool pds_signature_id_write(pds_algorithm algorithm, X509_ALGOR *id);

#ifdef __cplusplus
}
#endif
#endif
