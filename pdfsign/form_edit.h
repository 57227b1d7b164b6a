#ifndef PDFSIGN_FORM_EDIT_H
#define PDFSIGN_FORM_EDIT_H

#include "pdf/page.h"
#include "pdf/update.h"
#include "pdfsign/form.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A signature field to be made: field and widget in one dictionary (ISO 32000-2, 12.7.5.5). */
typedef struct pds_new_field {
    const char *name; /* partial name at the root, UTF-8 */
    pds_ref page;
    double rect[4];       /* default user space; all zero: invisible */
    const pds_lock *lock; /* action NONE: no /Lock */
    pds_ref signature;    /* /V; num 0: stays empty */
    pds_ref ref;          /* of the update, for the field; num 0: a fresh one */
} pds_new_field;

enum { PDS_SIG_FLAG_EXISTS = 1, PDS_SIG_FLAG_APPEND_ONLY = 2 }; /* /SigFlags, table 225 */

/* The reference that is /Root. */
pds_ref pds_form_catalog_ref(const pds_doc *doc);
/* Stages the field, its place in /Fields and in the page's /Annots, whether those are direct,
 * indirect or missing, and /SigFlags. */
PDS_USE pds_code pds_form_add_field(pds_update *u, const pds_new_field *field, pds_err *e);
/* Stages the signature as value of an existing field; widgets without an appearance get an empty
 * one. */
PDS_USE pds_code pds_form_fill_field(pds_update *u, const pds_sig_field *field, pds_ref signature,
                                     pds_err *e);
/* Stages /Perms /DocMDP of the catalog (12.8.4). */
PDS_USE pds_code pds_form_certify(pds_update *u, pds_ref signature, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
