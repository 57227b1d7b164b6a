#ifndef PDS_LEVEL_H
#define PDS_LEVEL_H

#include <pds/algorithm.h>
#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* PAdES baseline levels (ETSI EN 319 142-1, 6). */
typedef enum pds_level {
    PDS_LEVEL_NONE, /* not PAdES: a legacy format, or a rule of B-B is broken */
    PDS_LEVEL_B,
    PDS_LEVEL_T,
    PDS_LEVEL_LT,
    PDS_LEVEL_LTA
} pds_level;
/* "none", "B-B", "B-T", "B-LT", "B-LTA" */
PDS_API const char *pds_level_name(pds_level level);
/* "B-LT", "lt" and the like; not "none". errors: PDS_E_USAGE */
PDS_API PDS_USE pds_code pds_level_from_name(const char *name, pds_level *out, pds_err *e);

/* A timestamping authority (RFC 3161). Texts are NULL where there is none. */
typedef struct pds_tsa {
    const char *url;    /* http or https */
    const char *policy; /* dotted; NULL: whichever is usual there */
    pds_digest digest;  /* of what is stamped; DEFAULT: SHA-256 */
    const char *user;   /* basic authentication */
    const pds_secret *password;
    const char *cert, *key; /* of the client, PEM or PKCS#12 */
    const pds_secret *key_password;
    const char *ca; /* file or folder that its server's certificate is checked against; NULL: the
                       system's */
} pds_tsa;

/* All is borrowed as long as the stamper lives. */
typedef struct pds_stamper_options {
    const pds_tsa *tsas; /* asked in this order */
    size_t tsa_count;
    const char *const *trust; /* certificates, files or folders, that authorities must lead to; none
                                 at all: whose certificate it is, is not asked */
    size_t trust_count;
    bool trust_system;
    const char *const *evidence; /* CRLs and OCSP responses, files or folders */
    size_t evidence_count;
    bool offline; /* for LT: ask no service that certificates name */
} pds_stamper_options;

/* What levels above B-B need; one for a batch and all its threads. */
typedef struct pds_stamper pds_stamper;

/* errors: PDS_E_USAGE, PDS_E_LIBRARY_MISSING libcurl, those of reading certificates */
PDS_API PDS_USE pds_code pds_stamper_new(const pds_stamper_options *options, pds_stamper **out,
                                         pds_err *e);
PDS_API void pds_stamper_drop(pds_stamper **stamper);

#ifdef __cplusplus
}
#endif
#endif
