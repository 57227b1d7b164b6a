#ifndef PDFSIGN_FETCH_H
#define PDFSIGN_FETCH_H

#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Evidence of revocation that certificates name: OCSP responders (RFC 6960, appendix A), lists (RFC
 * 5280, 4.2.1.13), and certificates of issuers (4.2.2.1), over HTTP. One for a batch: what was
 * fetched is kept until its nextUpdate, an hour at most (in a folder: a day at most), and what
 * failed for a minute. Any thread. Hosts of this machine and of private networks are refused unless
 * PDFSIGN_ALLOW_PRIVATE_HOSTS=1 stands in the environment: a document must not send its verifier
 * there. */
typedef struct pds_fetcher pds_fetcher;

/* All lent. */
typedef struct pds_fetch_options {
    pds_trust *trust;
    const char *cache; /* folder where answers are kept for other processes and later ones
                          (pdfsign/fetch_store.h); NULL: none */
    bool crl_first;    /* lists before responders */
} pds_fetch_options;

/* errors: PDS_E_LIBRARY_MISSING libcurl, PDS_E_NO_MEMORY; those of pds_fetch_store_open */
PDS_USE pds_code pds_fetcher_new(const pds_fetch_options *options, pds_fetcher **out, pds_err *e);
void pds_fetcher_drop(pds_fetcher **fetcher);
/* When it was made: what it fetched itself is no older. */
time_t pds_fetcher_begun(const pds_fetcher *fetcher);

/**
 * Asks for each certificate of the path but the last: OCSP first, the list where there is no
 * responder or what it answers can't be used; or the other way round. What comes is added to `out`,
 * to be judged there. A service that is of no use is a note (REVOCATION_FETCH_FAILED), never an
 * error. Nothing is asked about a path that ends at nobody's trust: its verdict stands already.
 * at      the time that the certificates are judged at
 * since   answers that were kept from before are asked for again; 0: all count, as long as they are
 *         good
 * bounds  20 seconds in all
 * errors  PDS_E_NO_MEMORY, PDS_E_INTERRUPTED
 */
PDS_USE pds_code pds_fetch_revocation(pds_fetcher *fetcher, const pds_path *path, time_t at,
                                      time_t since, pds_evidence *out, pds_findings *notes,
                                      pds_err *e);
/**
 * Fetches the issuers that are missing between the certificate and an anchor (AIA caIssuers), each
 * by what the one below names, trusted for nothing, into pool. Nothing is fetched where an anchor
 * or pool has them. What fails is a note (ISSUER_FETCH_FAILED).
 * bounds  20 seconds and 6 steps
 * errors  PDS_E_NO_MEMORY, PDS_E_INTERRUPTED
 */
PDS_USE pds_code pds_fetch_issuers(pds_fetcher *fetcher, const pds_cert *cert, pds_certs *pool,
                                   pds_findings *notes, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
