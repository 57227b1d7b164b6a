#ifndef PDFSIGN_PLAN_H
#define PDFSIGN_PLAN_H

#include "base/clock.h"
#include "cms/signed_data.h"
#include "pdf/page.h"
#include "pdfsign/open.h"
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
} pds_plan;

/* Chooses field, page, digest and room, and checks that earlier signatures, locks, seed values and
 * the key allow them. errors: those of pds_sign */
PDS_USE pds_code pds_plan_make(const pds_sign_job *job, pds_input *in, pds_plan *plan, pds_err *e);
/* Stages the field, its signature dictionary and the form's changes. */
PDS_USE pds_code pds_plan_stage(const pds_plan *plan, pds_update *u, pds_err *e);
void pds_plan_drop(pds_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
