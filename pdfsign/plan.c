#include "pdfsign/plan.h"

#include "base/own.h"
#include "pdfsign/choose.h"
#include "pdfsign/seed.h"

#include <string.h>

enum {
    FOREIGN_CMS_ROOM = 16384, /* for a signer not known yet: chain and timestamp of usual size */
    FOREIGN_CMS_MORE = 2048   /* what a known signer's CMS may say more when made elsewhere */
};

static pds_code check_certify(const pds_plan *plan, const pds_input *in, pds_err *e)
{
    if (plan->options.certify != 0 && plan->earlier_count > 0) {
        return pds_err_hint(
            pds_fail(e, PDS_E_USAGE, __func__, "only the first signer of a job can certify"), e,
            "certify before the first --then");
    }
    if (plan->options.certify != 0 && pds_form_has_signatures(&in->form)) {
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
    PDS_TRY(pds_permissions_check(&in->permissions, &intent, e));
    /* on an unsigned file all new fields stand before the first signature of the job */
    intent.new_field = intent.new_field && pds_form_has_signatures(&in->form);
    return plan->earlier_count == 0
               ? PDS_OK
               : pds_plan_allows(&plan->earlier[plan->earlier_count - 1], &intent, e);
}

/* What a signature that is only planned will allow to those after it. */
static pds_permission permission_of(const pds_plan *plan)
{
    pds_permission p = {
        .field = plan->field,
        .level = plan->options.certify,
        .certification = plan->options.certify != 0,
        .lock = plan->lock, /* lent */
        .signer = plan->earlier_count + 1,
    };
    if (p.lock.permission != 0 && (p.level == 0 || p.lock.permission < p.level)) {
        p.level = p.lock.permission;
    }
    return p;
}

pds_code pds_plan_allows(const pds_plan *last, const pds_intent *intent, pds_err *e)
{
    for (size_t i = 0; i < last->earlier_count; i++) {
        pds_permission earlier = permission_of(&last->earlier[i]);
        PDS_TRY(pds_permission_check(&earlier, intent, e));
    }
    pds_permission own = permission_of(last);
    return pds_permission_check(&own, intent, e);
}

/* /P of a widget may be missing or wrong, so the page of an existing field is searched for. */
static pds_code find_page(pds_input *in, pds_plan *plan, pds_err *e)
{
    uint32_t pages = 0;
    if (plan->existing == NULL || plan->existing->widget_count == 0) {
        return PDS_OK;
    }
    if (plan->existing->page == 0) {
        PDS_TRY(pds_form_find_pages(in->doc, &in->form, &pages, e));
    }
    plan->page_number = plan->existing->page;
    return PDS_OK;
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
static pds_code decide_signature(pds_plan *plan, const pds_key *key, const pds_scene *scene,
                                 pds_err *e)
{
    if (key == NULL) {
        plan->digest =
            plan->options.digest == PDS_DIGEST_DEFAULT ? PDS_SHA256 : plan->options.digest;
        plan->room = FOREIGN_CMS_ROOM + scene->stamp_room;
        return PDS_OK;
    }
    plan->signer.cert = pds_key_cert(key);
    plan->signer.chain = pds_key_chain(key);
    PDS_TRY(pds_cert_algorithm(plan->signer.cert, plan->options.digest, plan->options.pss,
                               &plan->signer.algorithm, e));
    plan->digest = plan->signer.algorithm.digest;
    PDS_TRY(pds_signed_data_max(&plan->signer, scene->stamp_room, &plan->room, e));
    plan->room += scene->job->prepare != NULL ? FOREIGN_CMS_MORE : 0;
    return PDS_OK;
}

/* What is seen may name the signer and a reason that the seed value gave, so it comes last. */
pds_code pds_plan_make(pds_scene *scene, pds_plan *plans, size_t index, pds_err *e)
{
    const pds_signing *signing = &scene->job->signings[index];
    pds_input *in = scene->in;
    pds_plan *plan = &plans[index];
    plan->options = signing->signature;
    plan->when = *scene->when;
    plan->earlier = plans;
    plan->earlier_count = index;
    plan->alone = scene->job->signing_count == 1;
    PDS_TRY(check_certify(plan, in, e));
    PDS_TRY(pds_choose_field(in, plan, e));
    PDS_TRY(find_page(in, plan, e));
    PDS_TRY(check_permissions(in, plan, e));
    PDS_TRY(decide_lock(in, plan, e));
    PDS_TRY(apply_seed(in, plan, signing->key, e));
    PDS_TRY(decide_signature(plan, signing->key, scene, e));
    PDS_TRY(pds_scene_lay(scene, index, plan, e));
    return plan->existing == NULL ? check_permissions(in, plan, e) : PDS_OK;
}

uint32_t pds_plan_signer(const pds_plan *plan)
{
    return plan->alone ? 0 : (uint32_t)plan->earlier_count + 1;
}

void pds_plan_drop(pds_plan *plan)
{
    pds_lock_drop(&plan->lock);
}
