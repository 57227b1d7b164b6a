#ifndef CMS_TRUST_H
#define CMS_TRUST_H

#include "cms/cert.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whom the user trusts, and what was learnt of certificates on the way: one for a whole batch. Once
 * it is loaded, any number of threads may use it at the same time. */
typedef struct pds_trust pds_trust;

PDS_USE pds_code pds_trust_new(pds_trust **out, pds_err *e);
void pds_trust_drop(pds_trust **trust);

/* Each certificate of the file or folder (pds_certs_load) becomes a trust anchor, whether it is
 * self-signed or not: who names an intermediate trusts what it issued and no more. errors: those of
 * pds_certs_load */
PDS_USE pds_code pds_trust_load(pds_trust *trust, const char *path, pds_err *e);
/* The system's store: OpenSSL's default file and folders, or those that SSL_CERT_FILE and
 * SSL_CERT_DIR name. errors: PDS_E_CERT_UNREADABLE neither holds any certificate */
PDS_USE pds_code pds_trust_load_system(pds_trust *trust, pds_err *e);
/* One more anchor; takes one share. */
PDS_USE pds_code pds_trust_add(pds_trust *trust, pds_cert *shared, pds_err *e);

const pds_certs *pds_trust_anchors(const pds_trust *trust);
bool pds_trust_is_anchor(const pds_trust *trust, const pds_cert *c);

/* pds_cert_new, but the same bytes give the same certificate, an anchor or one of the last
 * thousand or so: the files of a batch repeat their issuers. */
PDS_USE pds_code pds_trust_cert(pds_trust *trust, pds_span der, pds_cert **out, pds_err *e);
/* pds_cert_issued_by, whose answer is remembered. */
bool pds_trust_issued_by(pds_trust *trust, const pds_cert *c, const pds_cert *issuer);
/* Whether the one with the first SHA-256 (a list, a response) is signed by the certificate of the
 * second, for others that check signatures. False: nothing is remembered. */
bool pds_trust_recall(pds_trust *trust, const uint8_t signed_one[32], const uint8_t signer[32],
                      bool *signed_by);
void pds_trust_remember(pds_trust *trust, const uint8_t signed_one[32], const uint8_t signer[32],
                        bool signed_by);
/* OCSP responses that were read for it (cms/evidence_known.h). */
struct pds_evidence_known *pds_trust_responses(pds_trust *trust);
/* How many signatures pds_trust_remember was told of, for tests and reports. */
size_t pds_trust_checked(const pds_trust *trust);

#ifdef __cplusplus
}
#endif
#endif
