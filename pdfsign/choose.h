#ifndef PDFSIGN_CHOOSE_H
#define PDFSIGN_CHOOSE_H

#include "pdfsign/plan.h"
#include "seal/place.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds the field that --field and --at mean, or the name of a new one, whose place is found later
 * (layout.h). errors: PDS_E_FIELD_UNKNOWN, PDS_E_FIELD_AMBIGUOUS, PDS_E_FIELD_SIGNED,
 * PDS_E_PLACE_REFUSED */
PDS_USE pds_code pds_choose_field(pds_input *in, pds_plan *plan, pds_err *e);
/* Does the encryption allow new fields? errors: PDS_E_DOCMDP_FORBIDS */
PDS_USE pds_code pds_choose_may_add(const pds_doc *doc, pds_err *e);
/* A name for a new field at the root. errors: PDS_E_USAGE a dot in it, or empty; PDS_E_FIELD_EXISTS
 */
PDS_USE pds_code pds_choose_name_check(const pds_form *form, const char *name, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
