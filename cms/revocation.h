#ifndef CMS_REVOCATION_H
#define CMS_REVOCATION_H

/* Whether the certificates of a path were revoked, from evidence that lies at hand: lists (RFC
 * 5280, 5 and 6.3) and OCSP responses (RFC 6960). Nothing is fetched. Delta lists, indirect lists
 * and lists for attribute certificates are refused with a note. */

#include "cms/path.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lists and responses that were read: of one file, or those given for a whole batch. */
typedef struct pds_evidence pds_evidence;

PDS_USE pds_code pds_evidence_new(pds_evidence **out, pds_err *e);
void pds_evidence_drop(pds_evidence **evidence);
/* DER of a CertificateList, or of an OCSPResponse or BasicOCSPResponse. One that can't be used, or
 * is larger than 16 MiB, is a note (REVOCATION_EVIDENCE_REFUSED) and left out. errors:
 * PDS_E_NO_MEMORY; PDS_E_LIMIT more than 1024 of a kind */
PDS_USE pds_code pds_evidence_add_crl(pds_evidence *evidence, pds_span der, pds_findings *notes,
                                      pds_err *e);
PDS_USE pds_code pds_evidence_add_ocsp(pds_evidence *evidence, pds_trust *trust, pds_span der,
                                       pds_findings *notes, pds_err *e);

typedef enum pds_revocation_status {
    PDS_STATUS_UNKNOWN,
    PDS_STATUS_GOOD,
    PDS_STATUS_REVOKED,
    PDS_STATUS_ON_HOLD,   /* certificateHold: may become good again */
    PDS_STATUS_NOT_NEEDED /* an anchor, or its issuer says there is no such thing (RFC 9608) */
} pds_revocation_status;

typedef enum pds_revocation_source {
    PDS_BY_NOTHING,
    PDS_BY_CRL,
    PDS_BY_OCSP
} pds_revocation_source;

/* What is known of one certificate, and from where. */
typedef struct pds_revocation {
    pds_revocation_status status;
    pds_revocation_source source;
    size_t evidence;   /* which of rules->evidence … */
    size_t index;      /* … and which of those of its kind, as they were added and kept */
    time_t revoked_at; /* or since when the key is suspected, where that is earlier */
    time_t this_update;
    time_t next_update; /* 0: not told */
    int reason;         /* CRLReason, RFC 5280, 5.3.1; -1: not told */
    uint32_t reasons;   /* that the evidence covers: 1 << CRLReason */
    bool stale;         /* good or on hold, but too old for the time that is judged at */
    bool unproven;      /* unknown, because what says "good" is not proven to be old enough */
    time_t until;       /* of who says it: younger than this, "good" counts no more */
} pds_revocation;

enum { PDS_EVIDENCE_SOURCES = 64 };

typedef struct pds_evidence_use pds_evidence_use; /* cms/evidence_use.h */

typedef struct pds_revocation_rules {
    const pds_path_rules *path;
    /* Borrowed; NULL: none. The last is asked first: what others can fill without measure, as a
     * file's author, comes before what is chosen, or it would use up all checks of signatures. */
    const pds_evidence *evidence[PDS_EVIDENCE_SOURCES];
    /* When what a source holds is proven to have existed; 0: nobody asks. It says "good" no more if
     * its issuer's certificate ended or was revoked before: whoever got at the key since could have
     * made it. The end of a responder's own certificate counts once that ended which it tells of.
     */
    time_t existed[PDS_EVIDENCE_SOURCES];
    bool needed;     /* unknown, stale and unproven are findings; else they say nothing */
    int64_t max_age; /* seconds that evidence may be older than the time judged at; 0: until its own
                        nextUpdate */
    int64_t skew;    /* seconds that clocks may differ */
    pds_evidence_use *use; /* borrowed: gets what was relied on; NULL: nobody asks */
} pds_revocation_rules;

/**
 * Asks for each certificate of the path but the last, which is trusted for what it is.
 * pool      where certificates of those who sign evidence may lie
 * out       room for path->certs.count, each filled
 * findings  CERT_REVOKED and the others, and a note for evidence that should have told but was not
 *           fit for it
 * bounds    at most 200 signatures are checked; evidence behind them counts as none
 */
PDS_USE pds_code pds_revocation_check(const pds_revocation_rules *rules, const pds_path *path,
                                      const pds_certs *pool, const pds_when *when,
                                      pds_revocation *out, pds_findings *findings, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
