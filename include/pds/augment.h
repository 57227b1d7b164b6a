#ifndef PDS_AUGMENT_H
#define PDS_AUGMENT_H

#include <pds/level.h>
#include <pds/output.h>
#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes signatures that are there already, whoever made them, provable for longer (augmentation of
 * ETSI EN 319 102-1, 4.2.3 and 5.5; ETSI EN 319 142-1, 5.4 and 6). */

typedef enum pds_augment_kind {
    PDS_AUGMENT_TIMESTAMP, /* a document timestamp over the file as it is, signed or not */
    PDS_AUGMENT_ADD,       /* up to B-LT or B-LTA, as far as that is lacking */
    PDS_AUGMENT_RENEW /* what proves the timestamps that there are, asked for anew, and a document
                         timestamp over it: before the last one's certificates end */
} pds_augment_kind;

typedef struct pds_augment_job {
    pds_augment_kind kind;
    const char *input; /* path; "-" is standard input */
    pds_output output;
    const pds_secret *password; /* of an encrypted input, or NULL */
    const char *zone;           /* of stamp_time, as in pds_sign_job */
    pds_stamper *stamper; /* borrowed; with an authority, but for ADD up to LT where all signatures
                             have a proof of their time */
    pds_level level;      /* ADD: LT or LTA */
    bool allow_lower_level;     /* ADD: rather less than nothing */
    const char *expires_within; /* RENEW: only where something is provable for less than this from
                                   now, "90d"; NULL: always */
} pds_augment_job;

/* What came of it; owns nothing. */
typedef struct pds_augment_result {
    bool changed;      /* else the output, if it is not the input itself, is a copy: nothing was
                          lacking, or nothing is due */
    size_t signatures; /* without document timestamps */
    pds_level before, level; /* the lowest of all signatures; NONE: there is none, or not PAdES */
    pds_level lasting; /* as level, also of formats that are not PAdES: what is in the file does */
    int64_t expires;   /* seconds since 1970: until then all of them stay provable, or the document
                          timestamps where there is no signature; 0: not known */
    size_t certs, crls, ocsps; /* that were added */
    char field[32];            /* of the last document timestamp; "" none was made */
    char stamp_time[32];       /* ISO 8601; "" likewise, as the next */
    char stamp_url[256];
    char notes[PDS_NOTES_MAX]; /* lines, as of pds_stamper_probe; why a level was not reached */
    uint64_t input_bytes, output_bytes;
} pds_augment_result;

/**
 * Appends updates to a file; the bytes that are there stay as they are. The output is whole or not
 * there, as with pds_sign. Any number of threads may work with one stamper.
 * result  filled on success
 * errors  PDS_E_NOT_SIGNED ADD: there is no signature, RENEW: nor a document timestamp;
 *         PDS_E_SIGNATURE_INVALID ADD, RENEW: one is broken; PDS_E_CERT_REVOKED;
 *         PDS_E_EVIDENCE_MISSING; PDS_E_TIMESTAMP_FAILED; PDS_E_DOCMDP_FORBIDS; PDS_E_USAGE; those
 *         of opening and of an output
 */
PDS_API PDS_USE pds_code pds_augment(const pds_augment_job *job, pds_augment_result *result,
                                     pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
