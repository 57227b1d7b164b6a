#ifndef PDF_REVISION_INTERNAL_H
#define PDF_REVISION_INTERNAL_H

#include "pdf/history.h"
#include "pdf/object.h"
#include "pdf/revision.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the files of revisions share. */

typedef struct pds_revision_item {
    pds_revision bounds;
    pds_file file;      /* the first bytes */
    size_t head;        /* index of its newest section in the log, or of the revision before */
    size_t behind;      /* behind its oldest one */
    size_t first_step;  /* of the history */
    uint32_t last;      /* highest number with an entry */
    uint32_t last_used; /* … that was in use in some revision so far */
    uint32_t replaced;  /* an object stream that got another place while objects stay in it; 0: none
                         */
} pds_revision_item;

struct pds_revisions {
    const pds_file *file;
    pds_xref_log log;
    pds_history history;
    pds_revision_item *items;
    uint32_t count;
    pds_doc_shared shared;
};

/* Finds the file's end: its last startxref, which other bytes may follow. */
PDS_USE pds_code pds_revisions_find_end(pds_revisions *r, pds_err *e);
/* Finds the revisions in the log. */
PDS_USE pds_code pds_revisions_find(pds_revisions *r, pds_err *e);
/* Behind "startxref N %%EOF" at p, or p, and behind white space and comments there. */
const uint8_t *pds_ending_skip(const uint8_t *p, const uint8_t *end);
/* Follows the entries of all sections, oldest revision first. */
PDS_USE pds_code pds_revisions_follow(pds_revisions *r, pds_findings *findings, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
