#ifndef PDFSIGN_LOCK_H
#define PDFSIGN_LOCK_H

#include "pdf/doc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which fields a signature locks: a /Lock dictionary or FieldMDP parameters (ISO
 * 32000-2, 12.8.2.4). */
typedef enum pds_lock_action {
    PDS_LOCK_NONE,
    PDS_LOCK_ALL,
    PDS_LOCK_INCLUDE,
    PDS_LOCK_EXCLUDE
} pds_lock_action;

typedef struct pds_lock {
    pds_lock_action action;
    pds_buf names;  /* UTF-8 full names, each ended by a NUL */
    int permission; /* /P of PDF 2.0: 1, 2, 3; 0 none */
} pds_lock;

/* "all", "include:A,B", "exclude:A,B"; NULL: none. errors: PDS_E_USAGE */
PDS_USE pds_code pds_lock_parse(const char *text, pds_lock *out, pds_err *e);
/* From a /Lock or /TransformParams, a dictionary or a reference to one. errors: PDS_E_PDF_DAMAGED
 * no known /Action */
PDS_USE pds_code pds_lock_read(pds_doc *doc, pds_span value, pds_lock *out, pds_err *e);
/* Entries /Action, /Fields and /P, without << and >>. */
void pds_lock_put(const pds_lock *lock, pds_buf *out);
/* "all", "include:A,B;P=2". */
void pds_lock_describe(const pds_lock *lock, pds_buf *out);
/* Does it lock the field of this full name? A name counts for the whole tree below it. */
bool pds_lock_covers(const pds_lock *lock, const char *field);
void pds_lock_drop(pds_lock *lock);

#ifdef __cplusplus
}
#endif
#endif
