#ifndef PDFSIGN_PLAN_H
#define PDFSIGN_PLAN_H

#include "cms/signed_data.h"
#include "pdfsign/layout.h"
#include "token/token.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything decided about one signature before a byte is written. */
typedef struct pds_plan {
    pds_signature_options options; /* as asked, then completed by the field's seed value */
    char reason[256];              /* owns options.reason where the seed value gave it */
    const char *field;             /* full name, lent from existing or new_name */
    char new_name[256];            /* of a new field */
    const pds_sig_field *existing; /* lent from the form; NULL: a new field */
    pds_page page;                 /* of a new field */
    double rect[4];                /* of a new field, zeros: invisible */
    uint32_t page_number;          /* of the widget, 0: none */
    pds_lock lock;                 /* what this signature will lock */
    pds_signer signer;             /* cert NULL: a foreign CMS will come */
    pds_digest digest;
    pds_moment when;
    size_t room;                    /* bytes for /Contents */
    const struct pds_plan *earlier; /* those of the signers before this one */
    size_t earlier_count;
    bool alone; /* the job has no other signer */
} pds_plan;

/* Decides signing `index` of the scene's job, those before it being decided: field, page, digest,
 * room and looks; checks that signatures before it, those of this job among them, locks, seed
 * values and the key allow them. errors: those of pds_sign */
PDS_USE pds_code pds_plan_make(pds_scene *scene, pds_plan *plans, size_t index, pds_err *e);
/* Do the signings up to this one allow a change that comes after them? errors: as
 * pds_permission_check */
PDS_USE pds_code pds_plan_allows(const pds_plan *last, const pds_intent *intent, pds_err *e);
/* Whom a fault befalls, for pds_err_signer: from 1; 0 where there is one only. */
uint32_t pds_plan_signer(const pds_plan *plan);
void pds_plan_drop(pds_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
