#ifndef SEAL_SUBSET_KEEP_H
#define SEAL_SUBSET_KEEP_H

#include "seal/text_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The last subsets that were made of a face, as long as it is open: documents of a batch mostly
 * show the same text. Any thread. */
PDS_USE pds_code pds_subset_keep_new(pds_subset_keep **out, pds_err *e);
void pds_subset_keep_drop(pds_subset_keep **keep);

/* A copy of what was made of the same rows; *found false: nothing was. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_subset_keep_find(pds_subset_keep *keep, const pds_slot *slot,
                                      pds_face_subset *out, bool *found, pds_err *e);
/* Keeps a copy, unless it is large or memory is short. */
void pds_subset_keep_put(pds_subset_keep *keep, const pds_slot *slot, const pds_face_subset *made);

#ifdef __cplusplus
}
#endif
#endif
