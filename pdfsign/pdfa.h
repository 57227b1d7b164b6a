#ifndef PDFSIGN_PDFA_H
#define PDFSIGN_PDFA_H

#include "pdf/doc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a file says about itself as PDF/A (ISO 19005), as far as drawing has to know it. */
typedef struct pds_pdfa {
    int part;    /* 1 to 4; 0: not PDF/A; PDS_PDFA_UNKNOWN: its metadata cannot be read */
    bool intent; /* it has an output intent of PDF/A */
    bool rgb;    /* … whose profile is of RGB */
} pds_pdfa;

enum { PDS_PDFA_UNKNOWN = -1 };

/* From pdfaid:part of the catalog's /Metadata and from /OutputIntents. Metadata that cannot be
 * decoded is no fault. errors: those of reading */
PDS_USE pds_code pds_pdfa_read(pds_doc *doc, pds_pdfa *out, pds_err *e);
/* May pages have soft masks, blend modes and opacity? Not in part 1, and in the others only with an
 * output intent: without one each such page would need a group with a blending colour space. */
bool pds_pdfa_transparency(const pds_pdfa *p);
/* Are grey values without a colour space of their own allowed? */
bool pds_pdfa_device_grey(const pds_pdfa *p);

#ifdef __cplusplus
}
#endif
#endif
