#ifndef CMS_SIGNED_DATA_READ_H
#define CMS_SIGNED_DATA_READ_H

#include "base/finding.h"
#include "cms/cert.h"
#include "cms/crypto_limits.h"
#include "cms/md.h"
#include "cms/signature_algorithm.h"
#include "cms/trust.h"
#include "cms/tst_info.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A signature value that somebody else made, judged on its own: is it well formed, is it of these
 * bytes, and did the key of the certificate that it names make it? Whether that certificate is to
 * be trusted is the question of cms/path. ETSI EN 319 102-1, 5.2.2, 5.2.3, 5.2.7 and 5.2.8. */

/* What a SubFilter says of the bytes of /Contents (ISO 32000-2, 12.8.3 and 12.8.5). */
typedef enum pds_container {
    PDS_CONTAINER_CADES,         /* ETSI.CAdES.detached: ETSI EN 319 142-1 */
    PDS_CONTAINER_PKCS7,         /* adbe.pkcs7.detached */
    PDS_CONTAINER_PKCS7_SHA1,    /* adbe.pkcs7.sha1: the SHA-1 of the bytes is the content */
    PDS_CONTAINER_X509_RSA_SHA1, /* adbe.x509.rsa_sha1: a bare PKCS#1 value, certificates apart */
    PDS_CONTAINER_RFC3161        /* ETSI.RFC3161, and a timestamp inside of another signature */
} pds_container;

/* By the SubFilter's name without its slash. False: not one of these, hence unsupported. */
bool pds_container_from_name(pds_span name, pds_container *out);

/* Who knows the digests of the bytes that are signed: of the ByteRange, or, for the timestamp of a
 * signature, of pds_signed_data_found.signature. Asked at most once for each digest. */
typedef struct pds_digest_source {
    pds_code (*digest)(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e);
    void *self;
} pds_digest_source;

/* All lent. */
typedef struct pds_signed_data_input {
    pds_span contents; /* the structure, then anything */
    pds_container container;
    pds_digest_source source;
    const pds_crypto_limits *limits; /* NULL: the usual ones */
    pds_trust *trust;                /* makes certificates, once each; NULL: anew each time */
    /* Where the certificate of a timestamp is looked for when the token brings none. NULL: not. */
    const pds_certs *known;
    /* adbe.x509.rsa_sha1: /Cert, the signer's first. */
    const pds_span *certs;
    size_t cert_count;
} pds_signed_data_input;

/* Spans, growing. */
typedef struct pds_spans {
    pds_span *items;
    size_t count;
} pds_spans;

/* Spans lie in input.contents or in `joined`. */
typedef struct pds_signed_data_found {
    size_t length; /* of the structure in contents, exactly; 0: there is none */
    bool ber;      /* it is not DER everywhere: no level of PAdES */

    pds_cert *signer;       /* owned; NULL: not found, or not readable */
    pds_spans certificates; /* DER, the signer's among them; also of certificate-values */
    pds_spans crls;         /* CertificateList (RFC 5280) */
    pds_spans ocsps;        /* OCSPResponse (RFC 6960) */
    pds_spans basic_ocsps;  /* BasicOCSPResponse, of revocation-values */

    pds_md digest; /* digestAlgorithm; NONE: unknown */
    bool algorithm_known;
    pds_signature_algorithm algorithm;
    pds_span signature; /* value: what a signature timestamp is of */

    bool digest_fits;    /* the bytes are those that were signed … */
    bool signature_fits; /* … by the signer's key. Both say nothing of what findings tell. */

    bool has_signing_time;
    time_t signing_time;          /* what the signer claims */
    bool ess;                     /* signingCertificate, either kind, names the signer */
    char policy[128];             /* signature policy, "1.2.3"; "" none, "implied" */
    pds_span policy_hash;         /* OtherHashAlgAndValue; empty: none */
    pds_spans timestamps;         /* signature timestamp tokens, ContentInfo each */
    pds_spans content_timestamps; /* made before the signature (signed attribute) */
    pds_spans archive_timestamps; /* CAdES-A, of any version: not judged by PAdES */
    pds_tst_info tst;             /* PDS_CONTAINER_RFC3161 only */
    pds_findings findings;        /* offset, object and revision are the caller's to set */
    pds_buf joined;               /* what stood in pieces (BER), and input.certs */
} pds_signed_data_found;

/* Reads and judges. out: begin with { 0 }; pds_signed_data_found_drop in any case. A hostile
 * structure is a finding, never an error. errors: PDS_E_NO_MEMORY, PDS_E_INTERNAL, and those of the
 * source, unchanged. */
PDS_USE pds_code pds_signed_data_read(const pds_signed_data_input *in, pds_signed_data_found *out,
                                      pds_err *e);
void pds_signed_data_found_drop(pds_signed_data_found *found);
/* Reads a foreign CMS that may go into a /Contents of ours: a CAdES signature in which
 * pds_signed_data_read finds nothing, but attributes and certificates of unknown kinds, and nothing
 * behind it. found: as out of that; its timestamps are not judged. errors: PDS_E_STATE_MISMATCH,
 * PDS_E_SIGNATURE_WRONG, PDS_E_KEY_WEAK */
PDS_USE pds_code pds_signed_data_accept(pds_span der, pds_span message_digest, pds_digest digest,
                                        pds_signed_data_found *found, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
