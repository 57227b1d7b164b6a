#ifndef PDF_OBJECT_H
#define PDF_OBJECT_H

#include "pdf/doc.h"
#include "pdf/doc_internal.h"
#include "pdf/xref.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Objects as they stand in a file, and what an open document keeps. */

enum {
    PDS_OBJECT_TEXT_MAX = 32 << 20, /* bytes of one object without its stream's data */
    PDS_ENCODED_MAX = 128 << 20,    /* bytes of a stream that is decoded in memory */
    PDS_DECODED_MAX = 32 << 20      /* bytes of a decoded object or cross-reference stream */
};

/* Tries to make sense of the bytes at a place. *cut: more of them would help. */
typedef pds_code (*pds_parse_fn)(void *ctx, pds_span bytes, bool *cut, pds_err *e);
/* Reads from offset on as much as `parse` needs, whose faults count from there.
 * errors: of parse; PDS_E_PDF_LIMIT */
PDS_USE pds_code pds_read_growing(const pds_file *file, uint64_t offset, pds_buf *bytes,
                                  pds_parse_fn parse, void *ctx, pds_err *e);

/* Reads "N G obj" and the value behind it; of a stream also where its data begin. */
PDS_USE pds_code pds_object_scan(const pds_file *file, uint64_t offset, pds_object *out,
                                 pds_err *e);
/* Sets a stream's length once that is known, and checks that its end stands behind its data. */
PDS_USE pds_code pds_object_set_length(const pds_file *file, pds_object *o, int64_t length,
                                       pds_err *e);

/* Do the bytes at offset begin with "N G obj" of this object? */
PDS_USE pds_code pds_object_check_head(pds_span bytes, pds_ref want, uint64_t offset, pds_err *e);

/* A decoded object stream. */
typedef struct pds_packed {
    uint32_t num; /* 0: none */
    uint32_t count;
    uint64_t used; /* when, for choosing the one to give up */
    pds_buf data;
    uint32_t *pairs; /* object number, offset in data; ascending offsets */
} pds_packed;

enum {
    PDS_PACKED_KEPT = 8,
    PDS_PACKED_BYTES = 8 << 20 /* kept, unless one alone is larger */
};

struct pds_doc {
    const pds_file *file;
    pds_xref xref;
    pds_crypt *crypt;              /* NULL: not encrypted, or not yet known */
    struct pds_doc_shared *shared; /* with other revisions of the file; NULL: none */
    uint32_t encrypt;              /* object of the encryption dictionary, 0: direct or none */
    pds_object catalog;
    pds_packed packed[PDS_PACKED_KEPT];
    uint64_t clock;   /* reads of object streams */
    uint64_t decoded; /* bytes of object streams decoded so far */
    uint64_t scanned; /* bytes of large objects read so far */
    unsigned depth;   /* of reads that need another read */
};

/* What several revisions share: file keys, and how much may be read. Begin with { .password = … }.
 */
typedef struct pds_doc_shared {
    const pds_secret *password; /* lent */
    pds_crypt *crypt;
    pds_buf name; /* what that depends on */
    uint64_t decoded, scanned;
} pds_doc_shared;
void pds_doc_shared_drop(pds_doc_shared *shared);
/* As pds_doc_open, of a file whose cross-reference sections are known: *xref, which it takes over.
 * shared outlives the document. The catalog is read when it is asked for. */
PDS_USE pds_code pds_doc_open_as_of(const pds_file *file, pds_xref *xref, pds_doc_shared *shared,
                                    pds_doc **out, pds_err *e);

/* An object stream's pairs; lent until the next read of the document. */
PDS_USE pds_code pds_packed_list(pds_doc *doc, uint32_t num, const pds_packed **out, pds_err *e);
/* The value of an object out of object stream place->at, copied into out. */
PDS_USE pds_code pds_packed_read(pds_doc *doc, uint32_t num, const pds_place *place,
                                 pds_object *out, pds_err *e);
void pds_packed_drop(pds_packed *p);
/* A null value, lent. */
void pds_object_null(pds_object *o, pds_ref ref);

#ifdef __cplusplus
}
#endif
#endif
