#ifndef PDFSIGN_VERIFY_TIME_INTERNAL_H
#define PDFSIGN_VERIFY_TIME_INTERNAL_H

#include "cms/evidence_use.h"
#include "pdfsign/verify_evidence.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the files of verify_time share. */

/* A trusted document timestamp: a proof that all which its revision holds existed by then. */
typedef struct pds_proof {
    uint32_t revision;
    time_t time;
    time_t ends; /* of the certificates that it relies on */
    const pds_judged *stamp;
} pds_proof;

/* One file at work. */
typedef struct pds_timing {
    pds_verifying *v;
    pds_verifier *verifier;
    pds_path_rules signer_rules, service_rules;
    pds_file_evidence file;
    pds_evidence *fetched; /* owned; NULL: nothing is asked online */
    pds_certs asked;       /* for these it was */
    pds_certs strays;      /* of these no path to an anchor was found … */
    size_t vain;           /* … in so many searches … */
    int64_t lost;          /* … and milliseconds of questions online */
    pds_proof *proofs;     /* owned; the newest first */
    size_t proof_count;
    time_t floor; /* the latest time proven of what came before the signature at hand; 0: none */
    pds_err *e;
} pds_timing;

/* ---- verify_time.c ---- */

/* The earliest document timestamp over that revision; NULL: none is trusted. */
const pds_proof *pds_time_proof(const pds_timing *t, uint32_t revision);
/* As of when a stamp of that time is judged; proof NULL: none. */
pds_when pds_time_of_stamp(const pds_timing *t, time_t time, const pds_proof *proof);
/* Adds TIMESTAMP_FUTURE where the time lies ahead, or behind one by which it is proven to have been
 * said; proven 0: nothing is proven. */
PDS_USE pds_code pds_time_check_order(pds_timing *t, time_t time, time_t proven,
                                      pds_findings *findings);
/* Adds CERT_OUT_OF_BOUNDS where the authority's certificate was not valid at the time it says. */
PDS_USE pds_code pds_time_check_authority(pds_timing *t, const pds_cert *authority, time_t time,
                                          pds_findings *findings);

/* ---- verify_time_path.c ---- */

/* Whose certificate is judged, for what, and as of when. */
typedef struct pds_subject {
    pds_cert *leaf;
    bool service; /* a timestamp's authority, not a signer */
    pds_when when;
} pds_subject;

/* Its path and the revocation of each certificate of that. *revocation: NULL where nobody asks. */
PDS_USE pds_code pds_time_path(pds_timing *t, const pds_subject *of, pds_path *path,
                               pds_revocation **revocation, pds_findings *findings);
/* What the file, up to a revision, tells of each certificate of a path but the last. */
typedef struct pds_told {
    bool all;     /* whether it was revoked, as of then */
    time_t until; /* from then on only a newer document timestamp can have it believed; 0: none
                     is needed */
} pds_told;
PDS_USE pds_code pds_time_told(pds_timing *t, const pds_path *path, const pds_when *when,
                               uint32_t revision, pds_told *told);
/* What it says of each (room for PDS_PATH_MAX), and what that relies on, whose evidence counts the
 * groups of the file from 0 and then others; alone: with what the file holds and nothing else. */
PDS_USE pds_code pds_time_use(pds_timing *t, const pds_path *path, const pds_when *when, bool alone,
                              pds_revocation *said, pds_evidence_use *use);
/* The evidence of that number; NULL: none. */
const pds_evidence *pds_time_evidence(const pds_timing *t, size_t number);
/* The earliest end of a certificate of the path; 0: there is none. */
time_t pds_time_path_end(const pds_path *path);

/* ---- verify_time_stamp.c ---- */

/* Reads the tokens of a signature, and what they bring. */
PDS_USE pds_code pds_time_read_stamps(pds_timing *t, pds_judged *s);
/* Whom to trust for them; findings of the signature: TIMESTAMP_MISMATCH and the others. */
PDS_USE pds_code pds_time_judge_stamps(pds_timing *t, pds_judged *s);

/* ---- verify_time_level.c ---- */

/* Sets level and expires of a signature whose stamps and path are judged. */
PDS_USE pds_code pds_time_level(pds_timing *t, pds_judged *s);

/* ---- verify_time_collect.c ---- */

/* What proves the signatures as they were judged (pdfsign/validation_data.h). */
PDS_USE pds_code pds_time_collect(pds_timing *t, struct pds_validation_data *out);

#ifdef __cplusplus
}
#endif
#endif
