#ifndef PDFSIGN_SEAM_LAY_H
#define PDFSIGN_SEAM_LAY_H

#include "pdfsign/layout.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Puts the slices of all seams of signing `index` into its layout, in the mode that its look asks
 * for; those of signings before it are laid out already.
 * errors: PDS_E_SEAM_REFUSED, PDS_E_PLACE_REFUSED, PDS_E_PLACE_TAKEN; PDS_E_USAGE */
PDS_USE pds_code pds_seam_lay(pds_scene *s, size_t index, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
