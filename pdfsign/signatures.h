#ifndef PDFSIGN_SIGNATURES_H
#define PDFSIGN_SIGNATURES_H

#include "pdfsign/verify_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_SIGNATURES_MAX = 10000 };

/* Finds the signatures of all revisions, counted by their values: one that several fields hold is
 * one, and one that a later revision took out of the form is there too (`gone`). Fills in names,
 * place, page; needs file, revisions and doc. errors: those of reading; PDS_E_PDF_LIMIT */
PDS_USE pds_code pds_signatures_find(pds_verifying *v, pds_err *e);
/* Sorts them by what they cover, once gate 1 has been asked. */
void pds_signatures_sort(pds_verifying *v);
void pds_judged_drop(pds_judged *s);

#ifdef __cplusplus
}
#endif
#endif
