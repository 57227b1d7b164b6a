#ifndef PDFSIGN_STEPS_H
#define PDFSIGN_STEPS_H

#include "pdfsign/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A field that one of a job's signatures fills. */
typedef struct pds_slot {
    size_t signer;                 /* from 1 */
    const char *name;              /* full; lent from the plan or the mark */
    const pds_sig_field *existing; /* lent from the form; NULL: made by this job */
    pds_ref ref;                   /* of a new field, once it is made */
    pds_ref page;                  /* of a new field, as the next two */
    double rect[4];
    const pds_lock *lock;
    const pds_mark *mark; /* what is seen in it; NULL: nothing */
} pds_slot;

/* One signature, in an update of its own. */
typedef struct pds_step {
    const pds_plan *plan;
    size_t signing;
    bool extra;                    /* of a seam slice (PDS_MARK_MULTI) */
    size_t first_slot, slot_count; /* the signature's own field, then those that share its value */
    size_t start, len;             /* of the update among the bytes of all */
    pds_hole hole;                 /* in the update */
} pds_step;

/* All updates of a job, in the order in which they are signed. */
typedef struct pds_steps {
    pds_scene *scene; /* borrowed */
    pds_slot *slots;
    pds_step *items;
    size_t slot_count, count;
    pds_buf bytes; /* of all updates, as they will stand behind the file */
} pds_steps;

/* Decides the steps of planned and laid out signings; checks that no field is filled twice and that
 * none of them forbids a later one. errors: as pds_plan_make */
PDS_USE pds_code pds_steps_plan(pds_scene *scene, const pds_plan *plans, pds_steps *out,
                                pds_err *e);
/* Makes the updates, each over the file and those before it, with zeros for the signatures. On a
 * file without signatures the first holds all new fields, page content and values of other fields;
 * else each holds its own. */
PDS_USE pds_code pds_steps_draft(pds_steps *s, pds_err *e);
/* The bytes of one; lent until the next draft. */
pds_span pds_step_span(const pds_steps *s, const pds_step *step);
/* Puts a signature in. errors: as pds_hole_fill */
PDS_USE pds_code pds_step_fill(pds_steps *s, const pds_step *step, pds_span signature, pds_err *e);
void pds_steps_drop(pds_steps *s);

#ifdef __cplusplus
}
#endif
#endif
