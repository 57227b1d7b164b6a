#ifndef PDFSIGN_XFA_H
#define PDFSIGN_XFA_H

#include "pdfsign/form.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A static XFA form shows its PDF pages and may be signed; a dynamic one draws pages of its own,
 * which a signature over the PDF would not show. errors: PDS_E_XFA_DYNAMIC */
PDS_USE pds_code pds_xfa_check(pds_doc *doc, const pds_form *form, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
