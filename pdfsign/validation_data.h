#ifndef PDFSIGN_VALIDATION_DATA_H
#define PDFSIGN_VALIDATION_DATA_H

#include "pdfsign/dss.h"
#include "pdfsign/verifier.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What has to be in a file for its signatures to be provable when nobody can be asked any more:
 * certificates, lists and OCSP responses of the signer's path, of those of its timestamps and of
 * whoever signed evidence (ETSI EN 319 142-1, 5.4.2 and 6.3). */

/* Of one signature or document timestamp. */
typedef struct pds_validation_of {
    bool stamp;             /* a document timestamp */
    bool timed;             /* it has a timestamp, or a document timestamp covers it: of whomever */
    uint64_t end;           /* of what it covers */
    time_t time;            /* that is proven of it; 0: none */
    time_t expires;         /* 0: not known */
    pds_level level;        /* NONE also of a document timestamp */
    pds_level lasting;      /* the same of any format of signatures */
    pds_indication verdict; /* as it stands */
    bool complete;          /* a path to an anchor, and each of it but that is told of */
    char unknown[128];      /* whose certificate nobody tells of; "" nobody's */
    pds_finding_code worst; /* what speaks against it, or against its timestamp's authority; NONE:
                               nothing */
    char why[256];          /* the sentence of that */
    char heard[256];        /* what a service answered that was of no use; "" none */
} pds_validation_of;
/* Is it that a certificate was revoked? */
bool pds_validation_is_revoked(pds_finding_code code);

/* Begin with { 0 }. */
typedef struct pds_validation_data {
    pds_indication file;   /* what is wrong with the file, whatever its signatures say … */
    char why[256];         /* … and the sentence */
    pds_dss_items lacking; /* what the file does not hold, each once */
    pds_validation_of *of; /* owned; by the end of what they cover, ascending */
    size_t count;
    pds_buf *ders; /* owned: the bytes */
    size_t der_count;
} pds_validation_data;
void pds_validation_data_drop(pds_validation_data *data);

/* Which file, and how it is looked at. All lent. */
typedef struct pds_validation_ask {
    pds_verifier *verifier; /* it is judged as of now, however old the verifier is */
    const pds_file *file;   /* may be one with updates behind it that are in memory */
    const pds_secret *password;
    struct pds_known_digests *known; /* of its first bytes; NULL: nothing is */
    bool anew;     /* what no document timestamp covers is proven by the youngest that can be had,
                      not by what the file holds of it */
    int64_t grace; /* seconds: nothing older than that after the time that is proven of a signature
                      tells of its signer; 0: whatever is good */
    time_t since;  /* answers of services from before are not used again; 0: any */
} pds_validation_ask;

/**
 * Verifies a file and collects what proves its signatures, each as of the time that it is judged
 * at: what the file holds, as far as that tells of a whole path and is not too old; else from the
 * verifier's evidence too and, where it is ONLINE, from the services that certificates name. What
 * was embedded in CMS structures is held by the file; so are certificates of responders that lie in
 * their responses.
 * errors   those of pds_verify but for the reading of what is given
 */
PDS_USE pds_code pds_validation_data_find(const pds_validation_ask *ask, pds_validation_data *out,
                                          pds_err *e);
/* Only judges it, with what it holds: nobody is asked, that nobody tells of a certificate is no
 * fault, and nothing is collected. */
PDS_USE pds_code pds_validation_data_judge(const pds_validation_ask *ask, pds_validation_data *out,
                                           pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
