#ifndef PDF_DOC_H
#define PDF_DOC_H

#include "base/file.h"
#include "pdf/value.h"

#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One open PDF: its file, cross-reference sections and keys. Reads only what is asked for. One
 * thread at a time. */
typedef struct pds_doc pds_doc;

/* One object as read. Strings are decrypted. Begin with { 0 }. */
typedef struct pds_object {
    pds_buf text;   /* owns the bytes; empty where value is lent from elsewhere */
    pds_span value; /* the dictionary of a stream */
    pds_ref ref;    /* num 0: a direct object */
    int64_t offset; /* of "N G obj" in the file; -1: in an object stream or direct */
    bool stream;
    uint64_t data, data_len; /* of a stream: place in the file, encoded length */
    uint64_t begin, end;     /* of the number before obj, behind endobj; 0 where offset is -1 */
} pds_object;
void pds_object_drop(pds_object *o);

/**
 * Opens a PDF for reading. Strict: nothing is guessed or repaired.
 * Checked here: header, last startxref and %%EOF, every section of the /Prev chain, each entry's
 * place and overlap, /Root; with encryption the password.
 * file    borrowed, must stay open
 * errors  PDS_E_NOT_PDF, PDS_E_PDF_DAMAGED (offset), PDS_E_PDF_LIMIT, PDS_E_PDF_UNSUPPORTED,
 * PDS_E_PASSWORD_* source  ISO 32000-2, 7.5
 */
PDS_USE pds_code pds_doc_open(const pds_file *file, const pds_secret *password, pds_doc **out,
                              pds_err *e);
void pds_doc_drop(pds_doc **doc);

const pds_file *pds_doc_file(const pds_doc *doc); /* lent */
/* Checks that at every in-use entry's place the object of that number begins. Linear in objects and
 * reads 1 block per few objects; the engine calls it before signing. errors: PDS_E_PDF_DAMAGED */
PDS_USE pds_code pds_doc_check_objects(const pds_doc *doc, pds_err *e);

/* The newest trailer dictionary; lent. */
pds_span pds_doc_trailer(const pds_doc *doc);
uint64_t pds_doc_startxref(const pds_doc *doc);
bool pds_doc_has_xref_stream(const pds_doc *doc); /* the newest section is a stream */
bool pds_doc_encrypted(const pds_doc *doc);
uint32_t pds_doc_size(const pds_doc *doc); /* one more than the highest object number */

/* The object, or a null value where it is free or missing (7.3.10). Reuses out's memory.
 * errors: PDS_E_PDF_DAMAGED … */
PDS_USE pds_code pds_doc_read(pds_doc *doc, pds_ref ref, pds_object *out, pds_err *e);
/* A value that may be a reference (chains are followed, loops refused); a direct one is lent. */
PDS_USE pds_code pds_doc_resolve(pds_doc *doc, pds_span value, pds_object *out, pds_err *e);
/* Value of a key, resolved; kind NONE where there is no such key. */
PDS_USE pds_code pds_doc_get(pds_doc *doc, pds_span dict, const char *key, pds_object *out,
                             pds_err *e);
/* Decrypted and decoded data of a stream (FlateDecode with predictors, ASCIIHex, ASCII85, none),
 * at most max bytes. errors: PDS_E_PDF_LIMIT, PDS_E_PDF_UNSUPPORTED */
PDS_USE pds_code pds_doc_stream(pds_doc *doc, const pds_object *o, size_t max, pds_buf *out,
                                pds_err *e);
/* The catalog (/Root). */
PDS_USE pds_code pds_doc_catalog(pds_doc *doc, pds_object *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
