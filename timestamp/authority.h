#ifndef TIMESTAMP_AUTHORITY_H
#define TIMESTAMP_AUTHORITY_H

#include "base/http.h"
#include "cms/md.h"
#include "cms/path.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Timestamping authorities that may be asked, in the order given, and what was learnt of them: one
 * list for a batch. Once it is complete, any number of threads may use it at the same time. */
typedef struct pds_authorities pds_authorities;

enum { PDS_AUTHORITIES_MAX = 8 };

/* One of them (RFC 3161, 3.4). All lent for as long as the list lives. */
typedef struct pds_authority {
    const char *url;    /* http or https; may be in a private network */
    const char *policy; /* dotted; NULL: whichever is usual there */
    pds_md md;          /* that it is asked for; NONE: SHA-256 */
    bool bare; /* asked for a token without its certificates, which are among the known ones */
    pds_http_access access;
} pds_authority;

/* What is demanded of their answers. Lent; { 0 } is the usual. */
typedef struct pds_authority_rules {
    pds_trust *trust;       /* with anchors: an authority must have a path to one */
    const pds_certs *known; /* certificates that may help; NULL: none */
    /* Looks for issuers that neither the token nor `known` has, and adds them to pool. From any
     * thread. NULL: nobody does. */
    pds_code (*find_issuers)(void *context, const pds_cert *cert, pds_certs *pool, pds_err *e);
    /* Says why none of the path's certificates may be relied on, or nothing; asked for stamps that
     * have to last (pds_timestamp.lasting) of a path to an anchor. From any thread. NULL: nobody
     * does. */
    pds_code (*judge_revocation)(void *context, const pds_path *path, time_t at, char *why,
                                 size_t room, pds_err *e);
    void *context; /* of both */
    long total_ms; /* for one authority, retries included; 0: 20 s */
    int retries;   /* after 429 and 5xx; 0: two; less: none */
} pds_authority_rules;

/* rules: NULL: { 0 }; copied. errors: PDS_E_LIBRARY_MISSING libcurl, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_authorities_new(const pds_authority_rules *rules, pds_authorities **out,
                                     pds_err *e);
/* One more, to be asked after the others. errors: PDS_E_USAGE no such URL, policy or file, or more
 * than PDS_AUTHORITIES_MAX; PDS_E_NO_MEMORY */
PDS_USE pds_code pds_authorities_add(pds_authorities *list, const pds_authority *authority,
                                     pds_err *e);
void pds_authorities_drop(pds_authorities **list);

size_t pds_authorities_count(const pds_authorities *list);
/* Did each of them fail when it was asked last, less than a minute ago? */
bool pds_authorities_down(const pds_authorities *list);
/* Bytes of the largest token that came so far, for the room that is left for the next; 0: none
 * came. */
size_t pds_authorities_token_size(const pds_authorities *list);

#ifdef __cplusplus
}
#endif
#endif
