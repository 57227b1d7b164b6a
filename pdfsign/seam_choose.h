#ifndef PDFSIGN_SEAM_CHOOSE_H
#define PDFSIGN_SEAM_CHOOSE_H

#include "pdfsign/layout.h"
#include "pdfsign/seam_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is asked for, of a file and a job as they are. */
typedef struct pds_seam_wish {
    const pds_seam_file *file;
    const pds_form *form;
    const pds_layout *layouts; /* of this job, up to the one being made */
    size_t layout_count;
    pds_seam_mode mode;
    const pds_seam *seam;
    double size[2]; /* of the seal */
} pds_seam_wish;

/* What carries the slices. */
typedef struct pds_seam_choice {
    pds_mark_kind kind;
    const pds_seam_set *set; /* fields that stand already; NULL: page content, or new fields */
} pds_seam_choice;

/* Slices with a signature each: not on too many pages. errors: PDS_E_SEAM_REFUSED */
PDS_USE pds_code pds_seam_check_multi(size_t pages, pds_err *e);
/* errors: PDS_E_SEAM_REFUSED, saying why */
PDS_USE pds_code pds_seam_choose(const pds_seam_wish *wish, pds_seam_choice *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
