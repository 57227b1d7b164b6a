#ifndef TOKEN_EMSA_H
#define TOKEN_EMSA_H

#include "base/buf.h"

#include <pds/algorithm.h>

#include <openssl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is put into a raw private-key operation, and what comes out of one, for tokens that leave
 * the rest to their host (RFC 8017, 9; RFC 3279, 2.2.3). */

/* DigestInfo (9.2, notes) of a digest. */
PDS_USE pds_code pds_emsa_digest_info(pds_digest digest, pds_span value, pds_buf *out, pds_err *e);
/* EMSA-PKCS1-v1_5 (9.2): as long as the modulus. errors: PDS_E_KEY_UNSUPPORTED it is too short */
PDS_USE pds_code pds_emsa_pkcs1(pds_digest digest, pds_span value, size_t modulus_bytes,
                                pds_buf *out, pds_err *e);
/* EMSA-PSS (9.1.1), salt and MGF1 by the same digest: as long as the modulus, whose highest byte is
 * not zero where its bits are a multiple of 8. */
PDS_USE pds_code pds_emsa_pss(pds_digest digest, pds_span value, size_t modulus_bits, pds_buf *out,
                              pds_err *e);
/* EME-OAEP (7.1.2, step 3) without a label, undone; digest and that of MGF1, DEFAULT: SHA-1.
 * errors: PDS_E_NOT_FOR_KEY */
PDS_USE pds_code pds_emsa_oaep_undo(pds_digest digest, pds_digest mgf, pds_span em, pds_buf *out,
                                    pds_err *e);
/* Of ECDH: the peer's point as the card takes it (SEC 1, 2.3.3; P-521 is the longest). errors:
 * PDS_E_CMS_UNREADABLE peer is NULL, or no point */
enum { PDS_POINT_MAX = 133 };
PDS_USE pds_code pds_ecdh_point(const EVP_PKEY *peer, uint8_t out[PDS_POINT_MAX], size_t *len,
                                pds_err *e);
/* Two numbers of equal length as Ecdsa-Sig-Value. */
PDS_USE pds_code pds_ecdsa_value_put(pds_span r_and_s, pds_buf *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
