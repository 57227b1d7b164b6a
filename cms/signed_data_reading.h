#ifndef CMS_SIGNED_DATA_READING_H
#define CMS_SIGNED_DATA_READING_H

/* What the files of signed_data_read share. */

#include "cms/signed_data_parse.h"
#include "cms/signed_data_read.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a SubFilter demands of its CMS. */
typedef struct pds_container_rules {
    const char *name;
    pds_span content_type; /* eContentType, the body of the OBJECT IDENTIFIER */
    bool content;          /* it holds its content, or may not */
    bool strict;           /* the versions of RFC 5652; DER, which is told */
    bool attributes;       /* signed attributes must be there … */
    bool ess;              /* … with one that names the signer's certificate */
} pds_container_rules;

/* ESSCertID or ESSCertIDv2 of the signer (RFC 5035, 4). */
typedef struct pds_ess {
    bool there;
    pds_md md; /* NONE: unknown */
    pds_span hash;
    pds_span issuer; /* Name; empty: not said */
    pds_span serial; /* INTEGER with its tag */
} pds_ess;

enum { PDS_ESS_V1, PDS_ESS_V2, PDS_ESS_COUNT };

typedef struct pds_reading {
    const pds_signed_data_input *in;
    const pds_container_rules *rules;
    const pds_crypto_limits *limits;
    pds_signed_data_found *out;
    pds_signed_data_parts parts;
    pds_span attributes; /* body of the signed ones; empty: none */
    /* from signed attributes; empty: absent */
    pds_der content_type, message_digest, protection;
    pds_ess ess[PDS_ESS_COUNT];
    uint32_t version; /* that the certificates and revocation values make needful */
    pds_err *e;
} pds_reading;

/* Takes a span into a list; false: it is full. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_spans_add(pds_spans *list, pds_span span, pds_err *e);

/* signed_data_values.c: certificates and revocation values, wherever they stand */
PDS_USE pds_code pds_reading_certificates(pds_reading *r);
PDS_USE pds_code pds_reading_crls(pds_reading *r);
PDS_USE pds_code pds_take_adbe_revocation(pds_reading *r, const pds_der *value, bool *fine);
PDS_USE pds_code pds_take_certificate_values(pds_reading *r, const pds_der *value, bool *fine);
PDS_USE pds_code pds_take_revocation_values(pds_reading *r, const pds_der *value, bool *fine);

/* signed_data_attributes.c: what stands in them, each judged for itself */
PDS_USE pds_code pds_reading_attributes(pds_reading *r);

/* signed_data_signer.c: who signed, after the attributes */
bool pds_ess_read(const pds_der *value, bool v2, pds_ess *out);
PDS_USE pds_code pds_reading_signer(pds_reading *r);
PDS_USE pds_code pds_reading_ess(pds_reading *r);

/* signed_data_bare.c: adbe.x509.rsa_sha1 */
PDS_USE pds_code pds_reading_bare(pds_reading *r);

/* The signer's certificate; a finding where it is not readable. */
PDS_USE pds_code pds_reading_take_signer(pds_reading *r, pds_span der);

#ifdef __cplusplus
}
#endif
#endif
