#ifndef TESTS_CMS_CMS_ROW_H
#define TESTS_CMS_CMS_ROW_H

/* Signatures that somebody else made, sound and bent: a row for each trick, with the finding that
 * must tell of it. */

#include "tests/cms/cms_make.h"

#define CADES        PDS_CONTAINER_CADES
#define PKCS_7       PDS_CONTAINER_PKCS7
#define SHA1_CONTENT PDS_CONTAINER_PKCS7_SHA1
#define BARE         PDS_CONTAINER_X509_RSA_SHA1
#define TOKEN        PDS_CONTAINER_RFC3161

#define CONTENT_TYPE      OID_PKCS9("\x03")
#define MESSAGE_DIGEST    OID_PKCS9("\x04")
#define SIGNING_TIME      OID_PKCS9("\x05")
#define COUNTER_SIGNATURE OID_PKCS9("\x06")
#define PROTECTION        OID_PKCS9("\x34")
#define ESS_V1            OID_SMIME_AA("\x0c")
#define ESS_V2            OID_SMIME_AA("\x2f")
#define TIMESTAMP         OID_SMIME_AA("\x0e")
#define ADBE_REVOCATION   OID_DER("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08")
#define EMPTY_SEQUENCE    DER(PDS_DER_SEQUENCE, BYTES(""))

typedef struct cms_row {
    const char *name;
    pds_container container;
    pki_key key;
    pds_md md;
    bool pss;
    enum { SOUND, BEFORE, AFTER, WHOLE } when; /* it is bent: before signing … once it is whole */
    void (*bend)(cms_parts *p);
    pds_finding_code finds; /* NONE: nothing at all */
} cms_row;

/* Of sound ones nothing worse than the row says, and all that was signed, is found; of bent ones
 * the row's finding. Returns how many tests failed. */
int cms_rows_run(const char *name, cms_row *sound, size_t sound_count, cms_row *bent,
                 size_t bent_count);
void cms_row_make(cms_parts *p, const cms_row *r, const pki *signer);
/* One of P-256, bent before it is signed. */
void cms_made(cms_parts *p, const pki *signer, pds_container container, void (*bend)(cms_parts *p));
/* Prints the findings. */
void cms_show(const pds_signed_data_found *found);

pki *cms_signer_of(pki_key key);
/* The same for the whole program, which ends with cms_drop_other. */
pki *cms_other_signer(void);
void cms_drop_other(void);

/* The digest of a text as messageDigest has it; the body of an element. */
pds_span cms_digest_of(const cms_parts *p, const char *text);
pds_span cms_body_of(pds_span element);

/* Tricks that several tests play. */
void bend_no_ess(cms_parts *p);
void bend_signing_time(cms_parts *p);
void bend_revocation(cms_parts *p);
void bend_policy(cms_parts *p);
void bend_no_attributes(cms_parts *p);
void bend_flipped_value(cms_parts *p);
void bend_another_document(cms_parts *p);
void bend_without_certificates(cms_parts *p);
void bend_crls(cms_parts *p);
void bend_indefinite(cms_parts *p);
void bend_timestamped(cms_parts *p);

#endif
