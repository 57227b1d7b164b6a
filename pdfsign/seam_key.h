#ifndef PDFSIGN_SEAM_KEY_H
#define PDFSIGN_SEAM_KEY_H

/* The key of a field of ours that says what its kids are for (docs/seams.md). */
#define PDS_SEAM_KEY "XXpdsSeam"

#endif
