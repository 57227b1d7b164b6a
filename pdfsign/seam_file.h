#ifndef PDFSIGN_SEAM_FILE_H
#define PDFSIGN_SEAM_FILE_H

#include "pdf/page.h"
#include "pdfsign/form.h"
#include "pdfsign/seam_key.h"
#include "seal/seam.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A push-button or signature field for one slice. */
typedef struct pds_seam_field {
    pds_ref ref;
    uint32_t number; /* N of its name pN: the page that it was made for */
    pds_page page;   /* where it stands; number 0: nowhere */
    double rect[4];
    bool filled;
} pds_seam_field;

/* The fields of one seam: kids of a field named Seam1, Seam2 … */
typedef struct pds_seam_set {
    char name[128];
    pds_seam seam;
    double size[2];         /* of the whole seal, points */
    bool signatures;        /* signature fields; else push-buttons */
    pds_seam_field *fields; /* ascending numbers */
    size_t count;
    bool filled; /* one of them is */
} pds_seam_set;
void pds_seam_set_drop(pds_seam_set *set);

/* What seams have to know of a file: its pages, and the fields made for seams. */
typedef struct pds_seam_file {
    pds_page *pages;
    size_t page_count, page_room;
    pds_seam_set *sets;
    size_t set_count;
    unsigned made; /* seams that this job has given fields of their own */
} pds_seam_file;

/* The fields alone, without pages. */
PDS_USE pds_code pds_seam_file_read_fields(pds_doc *doc, const pds_form *form, pds_seam_file **out,
                                           pds_err *e);
/* The pages too: one walk over the page tree. */
PDS_USE pds_code pds_seam_file_read(pds_doc *doc, const pds_form *form, pds_seam_file **out,
                                    pds_err *e);
void pds_seam_file_drop(pds_seam_file **file);
/* Takes the set, also on error. */
PDS_USE pds_code pds_seam_file_add(pds_seam_file *file, pds_seam_set *set, pds_err *e);

/* Is this the full name of a field for a slice: "Seam1.p3"? */
bool pds_seam_names_field(const char *name);
/* "Seam3", which no field at the root is named yet. */
void pds_seam_file_name(pds_seam_file *file, const pds_form *form, char name[64]);

#ifdef __cplusplus
}
#endif
#endif
