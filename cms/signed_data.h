#ifndef CMS_SIGNED_DATA_H
#define CMS_SIGNED_DATA_H

#include "cms/cert.h"
#include "cms/digest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A detached CAdES baseline signature (RFC 5652; RFC 5035 signingCertificateV2; ETSI EN 319 122-1)
 * with one SignerInfo and no signingTime (ETSI EN 319 142-1, 6.3 forbids it in PAdES). */
typedef struct pds_signer {
    const pds_cert *cert;   /* lent */
    const pds_certs *chain; /* lent, behind cert */
    pds_algorithm algorithm;
} pds_signer;

/* DER of the SignedAttributes as the SET OF that is signed. */
PDS_USE pds_code pds_signed_attributes(const pds_signer *s, pds_span message_digest, pds_buf *out,
                                       pds_err *e);
/* What a key, and then a timestamping authority, made. */
typedef struct pds_signed_value {
    pds_span attributes; /* as from pds_signed_attributes */
    pds_span signature;  /* over them */
    pds_span timestamp;  /* token over the signature (ETSI EN 319 122-1, 5.3): a ContentInfo; empty:
                            none */
} pds_signed_value;

/* The whole ContentInfo. */
PDS_USE pds_code pds_signed_data(const pds_signer *s, const pds_signed_value *value, pds_buf *out,
                                 pds_err *e);
/* Bytes that pds_signed_data can need at most: exact but for the signature value's own variation.
 * timestamp: bytes of the largest token that is to be expected; 0: none comes */
PDS_USE pds_code pds_signed_data_max(const pds_signer *s, size_t timestamp, size_t *out,
                                     pds_err *e);

/* The signer's certificate of any SignedData with one signer, for listing; nothing is verified.
 * DER or BER, zero padding behind it is allowed. errors: PDS_E_CERT_UNREADABLE */
PDS_USE pds_code pds_signed_data_signer(pds_span der, pds_cert **cert, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
