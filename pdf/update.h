#ifndef PDF_UPDATE_H
#define PDF_UPDATE_H

#include "pdf/doc.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One incremental update being made (ISO 32000-2, 7.5.6). Changed and new objects are staged, may
 * be read back and staged again, and are written in one go: objects in ascending order, a
 * cross-reference section of the file's own kind, trailer, startxref.
 */
typedef struct pds_update pds_update;

PDS_USE pds_code pds_update_new(pds_doc *doc, pds_update **out, pds_err *e); /* doc borrowed */
void pds_update_drop(pds_update **u);
pds_doc *pds_update_doc(pds_update *u); /* as given; lent */

/* A fresh object number. */
pds_ref pds_update_ref(pds_update *u);
/* The staged object, else the document's. As pds_doc_read, pds_doc_resolve, pds_doc_get. */
PDS_USE pds_code pds_update_read(pds_update *u, pds_ref ref, pds_object *out, pds_err *e);
PDS_USE pds_code pds_update_get(pds_update *u, pds_span dict, const char *key, pds_object *out,
                                pds_err *e);
/* Stages the text of a value for ref (copied); strings in clear. */
PDS_USE pds_code pds_update_put(pds_update *u, pds_ref ref, pds_span text, pds_err *e);
/* Stages a stream; dict without /Length. Data as they are (deflated where that is shorter), or
 * encoded already where dict has a /Filter of its own. */
PDS_USE pds_code pds_update_put_stream(pds_update *u, pds_ref ref, pds_span dict, pds_span data,
                                       pds_err *e);
/* Stages ref's dictionary with these entries changed. */
PDS_USE pds_code pds_update_edit(pds_update *u, pds_ref ref, const pds_entry *entries, size_t count,
                                 pds_err *e);
/* Stages a signature dictionary: `entries` is its text between << and >>, to which ByteRange and a
 * zeroed /Contents of `room` bytes are added. One per update. */
PDS_USE pds_code pds_update_put_signature(pds_update *u, pds_ref ref, pds_span entries, size_t room,
                                          pds_err *e);

/* Where the hole lies in the written update. */
typedef struct pds_hole {
    size_t open, close;     /* of '<' and behind '>' in the update's bytes */
    uint64_t byte_range[4]; /* as written into /ByteRange */
} pds_hole;

/* The update's bytes into an empty out, to be put behind the file's; hole may be NULL where there
 * is no signature. The second half of /ID is a digest of the first, the file's size and the
 * objects: reproducible. errors: PDS_E_PDF_LIMIT the file is too long for its kind of table */
PDS_USE pds_code pds_update_write(pds_update *u, pds_buf *out, pds_hole *hole, pds_err *e);
/* Puts the signature into the hole as hexadecimal digits. errors: PDS_E_INTERNAL too large */
PDS_USE pds_code pds_hole_fill(pds_buf *update, const pds_hole *hole, pds_span signature,
                               pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
