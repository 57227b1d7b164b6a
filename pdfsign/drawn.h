#ifndef PDFSIGN_DRAWN_H
#define PDFSIGN_DRAWN_H

#include "seal/path.h"

#include <pds/output.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a drawn picture becomes a file. */
typedef struct pds_drawn_job {
    const char *title; /* of SVG and PDF; NULL: none */
    long dpi;          /* of PNG; 0: 600 */
    const pds_output *output;
} pds_drawn_job;

/* Does the suffix say .png, .svg or .pdf ("-": PNG), and may the file be written? Before any work
 * is done. errors: PDS_E_USAGE, and those of pds_publish_check */
PDS_USE pds_code pds_drawn_check(const pds_output *output, pds_err *e);
/* The same where nothing but PNG is written; the file itself is checked when it is opened. */
PDS_USE pds_code pds_drawn_check_png(const pds_output *output, pds_err *e);
PDS_USE pds_code pds_drawn_publish(const pds_vector *v, const pds_drawn_job *job, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
