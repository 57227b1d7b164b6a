#ifndef PDFSIGN_EDITS_H
#define PDFSIGN_EDITS_H

#include "pdf/revision.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gate 3, first half: what later revisions did to a document, in words of the document rather than
 * of its objects. Whether a signature allows it is asked in pdfsign/ladder.h. */

/* Each has a row in edits.c: its stable name for people and machines. From harmless to harmful. */
typedef enum pds_edit_kind {
    PDS_EDIT_DSS,              /* validation data came (ETSI EN 319 142-1, 5.4.2) */
    PDS_EDIT_TIMESTAMP,        /* a document timestamp, in an invisible field of its own */
    PDS_EDIT_METADATA,         /* /Metadata of the catalog, /Info */
    PDS_EDIT_SIGNED,           /* a signature field that stood there empty was signed */
    PDS_EDIT_FILLED,           /* a field got a value, and the appearance of it */
    PDS_EDIT_SIGNATURE_UNSEEN, /* a signature in a new field that shows on no page */
    PDS_EDIT_SIGNATURE_FIELD,  /* another new signature field, signed or empty */
    PDS_EDIT_ANNOTATION,       /* an annotation other than a field's came, changed or went */
    /* no signature allows these */
    PDS_EDIT_WIDGET,      /* a field's place, look without value, or visibility */
    PDS_EDIT_PAGE,        /* page content, resources, boxes, the page tree */
    PDS_EDIT_CATALOG,     /* an entry of the catalog that decides what is shown */
    PDS_EDIT_ACTION,      /* something that runs */
    PDS_EDIT_FORM,        /* more of the form than values */
    PDS_EDIT_SIGNATURE,   /* an earlier signature, its field or its look */
    PDS_EDIT_PERMISSIONS, /* /Perms, a lock, a certification */
    PDS_EDIT_OBJECT,      /* an object that nothing known leads to, or that is shared */
    PDS_EDIT_COUNT
} pds_edit_kind;

/* "dss", "timestamp", "metadata", "signed", "filled" … */
const char *pds_edit_name(pds_edit_kind kind);

typedef struct pds_edit {
    pds_edit_kind kind;
    uint32_t revision; /* that did it */
    uint32_t object;   /* 0: none */
    char *field;       /* owned: full name, UTF-8; NULL: none */
    char *text;        /* owned: a sentence, for people */
} pds_edit;

/* Begin with { 0 }. In the order of revisions. At most PDS_EDITS_MAX of one revision and a kind are
 * kept; `more` says that there were further ones (of a kind that stands in the list). Of fields,
 * which a lock asks about one by one, all are kept but those of a hostile number (`unnamed`). */
typedef struct pds_edits {
    pds_edit *items;
    size_t count;
    bool more, unnamed;
} pds_edits;
enum { PDS_EDITS_MAX = 200 };
void pds_edits_drop(pds_edits *edits);

/**
 * Compares each revision behind `from` with the one before it. Every object whose place changed has
 * to be explained by what is known to be harmless; the rest is one of the harmful kinds. Takes time
 * by what changed, and once by what `from` holds; nothing where no revision stands behind it.
 * from    the oldest revision that a signature covers, 1 to pds_revisions_count
 * errors  PDS_E_NO_MEMORY, PDS_E_PDF_LIMIT, PDS_E_INTERRUPTED, read errors, PDS_E_PASSWORD_*; an
 *         object that cannot be read is an edit (OBJECT), not an error
 * source  ISO 32000-2, 12.8.2.2.2 and 12.8.2.4; defaults deny
 */
PDS_USE pds_code pds_edits_find(pds_revisions *r, uint32_t from, pds_edits *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
