#ifndef PDFSIGN_DOCUMENT_TIMESTAMP_H
#define PDFSIGN_DOCUMENT_TIMESTAMP_H

#include "pdfsign/append.h"
#include "pdfsign/write.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A document timestamp (ISO 32000-2, 12.8.5; ETSI EN 319 142-1, 5.4.3): an update with a signature
 * field that nobody sees, whose value is a token over all that stands before and around it. */

/* Who makes tokens (RFC 3161): puts a ContentInfo over `imprint`, a digest, behind `token`. errors:
 * its own */
typedef struct pds_stamp_source {
    pds_code (*stamp)(void *self, pds_span imprint, pds_buf *token, pds_err *e);
    void *self;
    pds_digest digest; /* of the imprint; not DEFAULT */
} pds_stamp_source;

/* One that stands among updates in memory. */
typedef struct pds_document_timestamp {
    char field[32];
    size_t start;  /* of its update among the bytes of all */
    pds_hole hole; /* in that */
    size_t token;  /* bytes of it that are used */
} pds_document_timestamp;

/**
 * Appends one behind updates: makes the field and the update, has what stands before it digested
 * and stamped, and puts the token in. One that does not fit gets an update with more room, and is
 * made once more.
 * before  digests of the file and the updates as they are (pds_digests_want (source->digest)); are
 *         left so
 * room    bytes for the token; 0: a usual number. What the next of this source will need
 * updates grow by one; unchanged on error
 * errors  PDS_E_DOCMDP_FORBIDS the encryption allows no new field; those of the source;
 *         PDS_E_LIMIT the token is larger than 1 MiB, or each larger than the one before
 */
PDS_USE pds_code pds_document_timestamp_append(const pds_append_base *base,
                                               const pds_stamp_source *source,
                                               const pds_digests *before, size_t *room,
                                               pds_buf *updates, pds_document_timestamp *out,
                                               pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
