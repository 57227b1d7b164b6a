#ifndef PDFSIGN_REUSE_H
#define PDFSIGN_REUSE_H

#include "pdf/doc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Objects that appearances of the file's fields draw with: pictures, colour profiles, fonts. A
 * later signer with the same seal refers to them. */
typedef struct pds_reuse {
    pds_ref *refs;
    size_t count, room;
    unsigned looked; /* nodes and forms */
} pds_reuse;

/* Looks through the fields; what is damaged there, or too much, is passed over. errors: those of
 * reading a file, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_reuse_collect(pds_doc *doc, pds_reuse *out, pds_err *e);
void pds_reuse_drop(pds_reuse *r);

/* The stream with this dictionary (but for /Length) and these encoded data, or, where data is NULL,
 * the object with this text; num 0: there is none. */
PDS_USE pds_code pds_reuse_find(const pds_reuse *r, pds_doc *doc, pds_span text,
                                const pds_span *data, pds_ref *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
