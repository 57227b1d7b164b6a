#ifndef TIMESTAMP_CLIENT_H
#define TIMESTAMP_CLIENT_H

#include "cms/signed_data_read.h"
#include "timestamp/authority.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Timestamps by RFC 3161: asked for, checked, and only then handed out. */

/* Begin with { 0 }, or what is wanted; the caller drops it. */
typedef struct pds_timestamp {
    bool lasting;  /* wanted: of an authority whose certificate is not revoked as far as can be told
                    */
    pds_buf token; /* ContentInfo, DER */
    const char *url; /* who gave it; lent by the list */
    time_t time;
    /* Of its certificate. Not anchored: there is no anchor that it could have been checked against,
     * and the user is to know. */
    pds_path path;
} pds_timestamp;
void pds_timestamp_drop(pds_timestamp *stamp);

/* An authority that was of no use. */
typedef struct pds_attempt {
    const char *url; /* lent by the list */
    bool bad;        /* it answered, and the answer is forged, mistaken, or of nobody to believe:
                        not to be passed over in silence, also where another one did better */
    char text[256];  /* why, for people, in their language */
} pds_attempt;

/* Those of one call. Begin with { 0 }. */
typedef struct pds_attempts {
    pds_attempt items[PDS_AUTHORITIES_MAX];
    size_t count;
} pds_attempts;

/**
 * Asks the authorities in turn until one gives a timestamp that holds: of these bytes, with our
 * nonce and the policy asked for, signed by the certificate that it names, which is for
 * timestamping alone and has a path to an anchor, at a time that is now.
 * source    the digests of what is to be stamped: an authority's own (pds_authority.md) is asked of
 *           it. Its errors end the call
 * attempts  who failed before, also on errors
 * bounds    pds_authority_rules.total_ms for each; answers of 1 MiB
 * errors    PDS_E_TIMESTAMP_FAILED none did, with each one's reason; PDS_E_USAGE the list is empty;
 *           PDS_E_INTERRUPTED, PDS_E_NO_MEMORY, PDS_E_INTERNAL
 */
PDS_USE pds_code pds_timestamp_get(pds_authorities *list, pds_digest_source source,
                                   pds_timestamp *out, pds_attempts *attempts, pds_err *e);
/* Asks each authority once, for a timestamp of nothing, to know who is there before a key is used:
 * one real request each. lasting: as in pds_timestamp. attempts: those who are not. errors: as
 * above; PDS_E_TIMESTAMP_FAILED if nobody is */
PDS_USE pds_code pds_timestamp_probe(pds_authorities *list, bool lasting, pds_attempts *attempts,
                                     pds_err *e);

/* Does a token hold that came with a signature, and that nobody here was asked for? As above, but
 * for nonce, policy and a time that is now. out: without an url. errors: those of the source;
 * PDS_E_TIMESTAMP_FAILED it does not hold, with the reason */
PDS_USE pds_code pds_timestamp_check(pds_authorities *list, pds_span token,
                                     pds_digest_source source, pds_timestamp *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
