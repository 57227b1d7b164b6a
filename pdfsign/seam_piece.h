#ifndef PDFSIGN_SEAM_PIECE_H
#define PDFSIGN_SEAM_PIECE_H

#include "base/clock.h"
#include "seal/seam.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What all slices of one seam say of it (docs/seams.md). */
typedef struct pds_seam_piece {
    const pds_seam *seam;
    double size[2];   /* of the whole seal */
    char id[33];      /* hexadecimal, as the next */
    char picture[65]; /* SHA-256 of the picture's streams */
    const pds_moment *when;
} pds_seam_piece;

/* What tells one seam of a file from the others. */
typedef struct pds_seam_origin {
    uint64_t file_bytes;    /* before this job */
    size_t signing, number; /* the signer in the job, the seam in the signing; from 0 */
} pds_seam_origin;

/* Fills in id and picture; seam, size and when are set. */
PDS_USE pds_code pds_seam_piece_name(pds_seam_piece *piece, const pds_image *image,
                                     const pds_seam_origin *origin, pds_err *e);
/* The text of the slice's /PieceInfo (ISO 32000-2, 14.5). */
void pds_seam_piece_put(const pds_seam_piece *piece, const pds_slice *slice, pds_buf *out);

#ifdef __cplusplus
}
#endif
#endif
