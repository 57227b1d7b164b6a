#ifndef PDFSIGN_FORM_EDIT_H
#define PDFSIGN_FORM_EDIT_H

#include "pdf/page.h"
#include "pdf/update.h"
#include "pdfsign/form.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A field to be made: field and widget in one dictionary (ISO 32000-2, 12.7.5.5). */
typedef struct pds_new_field {
    const char *name; /* partial name at the root, UTF-8 */
    pds_ref page;
    double rect[4];       /* default user space; all zero: invisible */
    const pds_lock *lock; /* NULL or action NONE: no /Lock */
    pds_ref signature;    /* /V; num 0: stays empty */
    pds_span appearance;  /* text of /AP; empty: one that draws nothing … */
    bool bare;            /* … or none at all, as an invisible field may be (12.5.2) */
    bool button;          /* no signature field, but a push-button for a slice of a seam */
    pds_ref ref;          /* of the field; num 0: a fresh one */
    pds_ref parent;       /* whose kid it is; num 0: it stands at the root */
} pds_new_field;

enum { PDS_SIG_FLAG_EXISTS = 1, PDS_SIG_FLAG_APPEND_ONLY = 2 }; /* /SigFlags, table 225 */

/* The reference that is /Root. */
pds_ref pds_form_catalog_ref(const pds_doc *doc);
/* Stages fields, their places in /Fields and in their pages' /Annots, whether those are direct,
 * indirect or missing, and /SigFlags. */
PDS_USE pds_code pds_form_add_fields(pds_update *u, const pds_new_field *fields, size_t count,
                                     pds_err *e);
PDS_USE pds_code pds_form_add_field(pds_update *u, const pds_new_field *field, pds_err *e);
/* Stages the signature as value of an existing field; widgets without an appearance get an empty
 * one. */
PDS_USE pds_code pds_form_fill_field(pds_update *u, const pds_sig_field *field, pds_ref signature,
                                     pds_err *e);
/* Stages an appearance (text of an /AP) for all widgets of an existing field, in place of the one
 * they have; to be called before the field is filled. */
PDS_USE pds_code pds_form_show_field(pds_update *u, const pds_sig_field *field, pds_span appearance,
                                     pds_err *e);
/* Stages /Perms /DocMDP of the catalog (12.8.4). */
PDS_USE pds_code pds_form_certify(pds_update *u, pds_ref signature, pds_err *e);

/* The dictionary of a form as large as the rectangle, with these entries in its /Resources. */
void pds_form_put_frame(pds_buf *out, const double rect[4], pds_span resources);
/* Stages a form XObject that draws nothing: PDF/A wants every field to have an appearance. */
PDS_USE pds_code pds_form_blank(pds_update *u, const double rect[4], pds_ref *out, pds_err *e);
/* Puts the text of an /AP behind out. state: empty, or the name of the state that the form shows,
 * for buttons whose appearance has states. */
void pds_form_put_appearance(pds_buf *out, pds_ref form, pds_span state);

/* What the files of this subject share: field references (text, may be empty) behind /Fields, and
 * bits of /SigFlags turned on. */
PDS_USE pds_code pds_form_edit_acroform(pds_update *u, pds_span fields, int bits, pds_err *e);
/* Appends elements (text) to the array that is the value of a dictionary's key. An indirect array
 * is staged at its own place and `direct` stays empty; else, or where a copy is wanted, direct is
 * the new array, for the dictionary's entry. */
PDS_USE pds_code pds_form_append(pds_update *u, pds_span dict, const pds_entry *more, bool copy,
                                 pds_buf *direct, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
