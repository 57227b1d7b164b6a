#include "pdfsign/plan.h"

#include "base/own.h"
#include "pdfsign/choose.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/seed.h"
#include "pdfsign/signature_dict.h"

#include <string.h>

enum {
    FOREIGN_CMS_ROOM = 16384, /* for a signer not known yet: chain and timestamp of usual size */
    FOREIGN_CMS_MORE = 2048   /* what a known signer's CMS may say more when made elsewhere */
};

static pds_code check_certify(const pds_sign_job *job, const pds_input *in, pds_err *e)
{
    if (job->signings[0].signature.certify != 0 && pds_form_has_signatures(&in->form)) {
        return pds_err_hint(
            pds_fail(e, PDS_E_DOCMDP_FORBIDS, __func__,
                     "a certification must be the first signature, the file has %zu already",
                     in->permissions.count),
            e, "sign without --certify");
    }
    return PDS_OK;
}

static pds_code check_permissions(const pds_input *in, const pds_plan *plan, pds_err *e)
{
    pds_intent intent = {
        .field = plan->field,
        .new_field = plan->existing == NULL,
        .visible = plan->existing == NULL && plan->rect[2] > plan->rect[0],
        .fills = true,
    };
    return pds_permissions_check(&in->permissions, &intent, e);
}

static pds_code apply_seed(pds_input *in, pds_plan *plan, const pds_key *key, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object seed = { 0 };
    pds_seed_signer signer = { .doc = in->doc, .options = &plan->options, .lock = &plan->lock };
    if (plan->existing == NULL || plan->existing->seed.len == 0) {
        return PDS_OK;
    }
    if (key != NULL) {
        signer.cert = pds_key_cert(key);
        signer.chain = pds_key_chain(key);
    }
    PDS_TRY(pds_doc_resolve(in->doc, pds_buf_span(&plan->existing->seed), &seed, e));
    PDS_TRY(pds_err_field(pds_seed_apply(&signer, seed.value, e), e, plan->field));
    if (plan->options.reason == signer.reason) {
        memcpy(plan->reason, signer.reason, sizeof plan->reason);
        plan->options.reason = plan->reason;
    }
    return PDS_OK;
}

/* The field's own /Lock, or the one asked for; both is a contradiction. */
static pds_code decide_lock(pds_input *in, pds_plan *plan, pds_err *e)
{
    if (plan->existing == NULL || plan->existing->lock.len == 0) {
        return pds_lock_parse(plan->options.lock, &plan->lock, e);
    }
    if (plan->options.lock != NULL) {
        return pds_err_field(
            pds_err_hint(pds_fail(e, PDS_E_FIELDMDP_FORBIDS, __func__,
                                  "the field '%s' brings its own lock", plan->field),
                         e, "leave out --lock"),
            e, plan->field);
    }
    return pds_err_field(
        pds_lock_read(in->doc, pds_buf_span(&plan->existing->lock), &plan->lock, e), e,
        plan->field);
}

/* Digest, scheme and room for /Contents. */
static pds_code decide_signature(pds_plan *plan, const pds_key *key, bool prepared, pds_err *e)
{
    if (key == NULL) {
        plan->digest =
            plan->options.digest == PDS_DIGEST_DEFAULT ? PDS_SHA256 : plan->options.digest;
        plan->room = FOREIGN_CMS_ROOM;
        return PDS_OK;
    }
    plan->signer.cert = pds_key_cert(key);
    plan->signer.chain = pds_key_chain(key);
    PDS_TRY(pds_cert_algorithm(plan->signer.cert, plan->options.digest, plan->options.pss,
                               &plan->signer.algorithm, e));
    plan->digest = plan->signer.algorithm.digest;
    PDS_TRY(pds_signed_data_max(&plan->signer, &plan->room, e));
    plan->room += prepared ? FOREIGN_CMS_MORE : 0;
    return PDS_OK;
}

pds_code pds_plan_make(const pds_sign_job *job, pds_input *in, pds_plan *plan, pds_err *e)
{
    plan->options = job->signings[0].signature;
    PDS_TRY(pds_clock_now(job->zone, &plan->when, e));
    PDS_TRY(check_certify(job, in, e));
    PDS_TRY(pds_choose_field(in, plan, e));
    PDS_TRY(check_permissions(in, plan, e));
    PDS_TRY(decide_lock(in, plan, e));
    PDS_TRY(apply_seed(in, plan, job->signings[0].key, e));
    return decide_signature(plan, job->signings[0].key, job->prepare != NULL, e);
}

static pds_code stage_field(const pds_plan *plan, pds_update *u, pds_ref signature, pds_err *e)
{
    if (plan->existing != NULL) {
        return pds_form_fill_field(u, plan->existing, signature, e);
    }
    pds_new_field made = {
        .name = plan->field, .page = plan->page.ref, .lock = &plan->lock, .signature = signature
    };
    memcpy(made.rect, plan->rect, sizeof made.rect);
    return pds_form_add_field(u, &made, e);
}

pds_code pds_plan_stage(const pds_plan *plan, pds_update *u, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf entries = { 0 };
    pds_ref signature = pds_update_ref(u);
    pds_ref catalog = pds_form_catalog_ref(pds_update_doc(u));

    pds_signature_dict_put(&plan->options, &plan->lock, catalog, &plan->when, &entries);
    PDS_TRY(pds_buf_end(&entries, e));
    PDS_TRY(pds_update_put_signature(u, signature, pds_buf_span(&entries), plan->room, e));
    PDS_TRY(stage_field(plan, u, signature, e));
    return plan->options.certify != 0 ? pds_form_certify(u, signature, e) : PDS_OK;
}

void pds_plan_drop(pds_plan *plan)
{
    pds_lock_drop(&plan->lock);
}
