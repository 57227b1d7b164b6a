#ifndef PDS_LEVEL_H
#define PDS_LEVEL_H

#include <pds/algorithm.h>
#include <pds/secret.h>

#include <stdint.h>

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
    const char *const *chains; /* further certificates of issuers, trusted for nothing */
    size_t chain_count;
    bool offline;   /* for LT: ask no service that certificates name */
    bool crl_first; /* ask for lists before OCSP */
    bool lasting;   /* levels from LT on will be wanted: an authority whose certificate is revoked
                       is of no use, and known to be so before a key is used */
    const char *cache; /* folder where answers of services are kept for later calls; NULL: they are
                          kept in memory alone */
    const char *grace; /* "10m", "1h": revocation is asked for no sooner than this after the time
                          that is proven of a signature, and no older answer counts; NULL: at
                          once, whatever is still good */
    long tsa_timeout;  /* seconds for one authority, retries included; 0: 20 */
} pds_stamper_options;

/* What levels above B-B need; one for a batch and all its threads. */
typedef struct pds_stamper pds_stamper;

/* errors: PDS_E_USAGE, PDS_E_LIBRARY_MISSING libcurl, those of reading certificates */
PDS_API PDS_USE pds_code pds_stamper_new(const pds_stamper_options *options, pds_stamper **out,
                                         pds_err *e);
PDS_API void pds_stamper_drop(pds_stamper **stamper);

enum { PDS_NOTES_MAX = 1024 };
/**
 * Asks each authority for a timestamp of nothing, so that it is known who is there before a PIN is
 * asked for or a key is used. Once is enough for a batch.
 * notes   lines: who did not answer or answered wrongly, and why; that nobody's trust was asked
 *         for; "" nothing. Filled on errors too
 * errors  PDS_E_TIMESTAMP_FAILED nobody answered well; PDS_E_USAGE no authority is named
 */
PDS_API PDS_USE pds_code pds_stamper_probe(pds_stamper *stamper, char notes[PDS_NOTES_MAX],
                                           pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
