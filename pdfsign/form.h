#ifndef PDFSIGN_FORM_H
#define PDFSIGN_FORM_H

#include "pdf/update.h"
#include "pdfsign/lock.h"

#include <pds/fields.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One signature field as it stands in the file (ISO 32000-2, 12.7.5.5). */
typedef struct pds_sig_field {
    char *name; /* full, UTF-8 */
    pds_ref ref;
    pds_ref *widgets; /* the field itself where both are one dictionary */
    size_t widget_count;
    double rect[4]; /* of the first widget; zeros without one */
    uint32_t page;  /* of the first widget, 0 unknown; set by pds_form_find_pages */
    bool is_signed;
    pds_buf value, lock, seed; /* /V, /Lock, /SV as they stand, perhaps references; empty: none */
} pds_sig_field;

/* The interactive form of a document. */
typedef struct pds_form {
    pds_object catalog;
    pds_object acroform; /* kind NONE: there is no form */
    pds_sig_field *fields;
    size_t count;
    char **roots; /* partial names at the root of the field tree */
    size_t root_count;
} pds_form;

PDS_USE pds_code pds_form_read(pds_doc *doc, pds_form *out, pds_err *e);
/* Fills in the pages of all widgets: walks the page tree once; *pages is their number. */
PDS_USE pds_code pds_form_find_pages(pds_doc *doc, pds_form *form, uint32_t *pages, pds_err *e);
const pds_sig_field *pds_form_find(const pds_form *form, const char *name);
bool pds_form_has_signatures(const pds_form *form);
bool pds_form_has_root(const pds_form *form, const char *partial_name);
/* The 7 of "Signature7", the stem being "Signature"; 0: it is no such name. */
unsigned long pds_form_number(const char *name, const char *stem);
/* The highest of those at the root. */
unsigned long pds_form_last_number(const pds_form *form, const char *stem);
void pds_form_drop(pds_form *form);

/* /Rect of a widget's dictionary, its corners in order; zeros where it is missing. */
PDS_USE pds_code pds_form_rect(pds_doc *doc, pds_span dict, double rect[4], pds_err *e);
/* Has the field a widget that shows on a page (a rectangle that is not empty)? */
bool pds_sig_field_visible(const pds_sig_field *field);

#ifdef __cplusplus
}
#endif
#endif
