#ifndef PDFSIGN_VERIFY_SEAM_JUDGE_H
#define PDFSIGN_VERIFY_SEAM_JUDGE_H

#include "pdfsign/verify_seam_find.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_seam_state {
    PDS_SEAM_COMPLETE,
    PDS_SEAM_INCOMPLETE,
    PDS_SEAM_UNKNOWN
} pds_seam_state;

typedef struct pds_seam_verdict {
    pds_seam_state state;
    uint32_t page;     /* the first that is at fault … */
    const char *fault; /* … and what is wrong: a message id; NULL: nothing; page 0: everywhere */
    char reason[320];  /* why its words do not fit the pages, in the reader's language; may be empty
                        */
    pds_seam_carrier carrier;
    uint32_t pages;  /* that take part */
    uint32_t newest; /* revision that put the youngest of the objects that show it */
} pds_seam_verdict;

/* The seam of terms[number]. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_seam_judge(const pds_seam_finds *f, size_t number, pds_seam_verdict *out,
                                pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
