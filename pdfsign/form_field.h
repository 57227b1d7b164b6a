#ifndef PDFSIGN_FORM_FIELD_H
#define PDFSIGN_FORM_FIELD_H

#include "pdf/page.h"
#include "pdfsign/form.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_form_field_kind {
    PDS_FORM_TEXT,
    PDS_FORM_PUSH_BUTTON,
    PDS_FORM_SIGNATURE,
    PDS_FORM_OTHER
} pds_form_field_kind;

/* /Ff (ISO 32000-2, tables 227, 229 and 231). */
enum {
    PDS_FIELD_READ_ONLY = 1 << 0,
    PDS_FIELD_PASSWORD = 1 << 13,
    PDS_FIELD_PUSH_BUTTON = 1 << 16
};

typedef struct pds_form_widget {
    pds_ref ref;
    double rect[4];
    pds_page page; /* number 0: on none; set by pds_form_field_pages */
} pds_form_widget;

/* A field of any kind, with what it inherits. */
typedef struct pds_form_field {
    pds_ref ref;
    pds_form_field_kind kind;
    int64_t flags;      /* /Ff */
    int64_t max_length; /* /MaxLen in characters, 0: none */
    int64_t quadding;   /* /Q: 0 left, 1 centred, 2 right */
    double font_size;   /* of /DA, 0: as fits */
    bool filled;        /* /V is more than white space */
    pds_form_widget *widgets;
    size_t widget_count;
} pds_form_field;
void pds_form_field_drop(pds_form_field *f);

/* Finds a field by its full name. errors: PDS_E_FIELD_UNKNOWN; those of reading */
PDS_USE pds_code pds_form_field_find(pds_doc *doc, const pds_form *form, const char *name,
                                     pds_form_field *out, pds_err *e);
/* Fills in the pages of its widgets: one walk over the page tree. */
PDS_USE pds_code pds_form_field_pages(pds_doc *doc, pds_form_field *field, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
