#include "pdfsign/steps.h"

#include "base/own.h"
#include "pdfsign/append.h"
#include "pdfsign/choose.h"

#include <stdlib.h>
#include <string.h>

static const pds_lock NO_LOCK = { .action = PDS_LOCK_NONE };

static size_t count_marks(const pds_layout *l, pds_mark_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < l->mark_count; i++) {
        count += l->marks[i].kind == kind ? 1 : 0;
    }
    return count;
}

static pds_code make_room(pds_steps *s, pds_err *e)
{
    size_t steps = 0, slots = 0;
    for (size_t i = 0; i < s->scene->job->signing_count; i++) {
        const pds_layout *l = &s->scene->layouts[i];
        size_t multi = count_marks(l, PDS_MARK_MULTI);
        steps += 1 + multi;
        slots += 1 + multi + count_marks(l, PDS_MARK_SHARED);
    }
    s->items = calloc(steps + 1, sizeof *s->items);
    s->slots = calloc(slots + 1, sizeof *s->slots);
    if (s->items == NULL || s->slots == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu signatures", steps);
    }
    return PDS_OK;
}

static const pds_mark *widget_mark(const pds_layout *l)
{
    for (size_t i = 0; i < l->mark_count; i++) {
        if (l->marks[i].kind == PDS_MARK_WIDGET) {
            return &l->marks[i];
        }
    }
    return NULL;
}

/* ---- what is signed when ---- */

static pds_step *add_step(pds_steps *s, const pds_plan *plan)
{
    pds_step *step = &s->items[s->count++];
    step->plan = plan;
    step->signing = plan->earlier_count;
    step->first_slot = s->slot_count;
    return step;
}

static pds_slot *add_slot(pds_steps *s, pds_step *step, const pds_mark *mark)
{
    pds_slot *slot = &s->slots[s->slot_count++];
    slot->signer = step->signing + 1;
    slot->lock = &NO_LOCK;
    slot->mark = mark;
    step->slot_count++;
    return slot;
}

/* The signing's own field. */
static void add_own(pds_steps *s, pds_step *step)
{
    const pds_plan *plan = step->plan;
    pds_slot *slot = add_slot(s, step, widget_mark(&s->scene->layouts[step->signing]));
    slot->name = plan->field;
    slot->existing = plan->existing;
    slot->page = plan->page.ref;
    slot->lock = &plan->lock;
    memcpy(slot->rect, plan->rect, sizeof slot->rect);
}

/* A field for a slice of a seam: it stands already, or is made. */
static pds_code add_marked(pds_steps *s, pds_step *step, const pds_mark *mark, pds_err *e)
{
    const pds_input *in = s->scene->in;
    pds_slot *slot = add_slot(s, step, mark);
    slot->name = mark->name;
    slot->page = mark->page.ref;
    memcpy(slot->rect, mark->rect, sizeof slot->rect);
    if (mark->field.num == 0) {
        PDS_TRY(pds_choose_may_add(in->doc, e));
        return pds_choose_name_check(&in->form, mark->name, e);
    }
    slot->existing = pds_form_find(&in->form, mark->name);
    if (slot->existing == NULL || slot->existing->is_signed) {
        return pds_err_field(pds_fail(e, PDS_E_FIELD_SIGNED, __func__,
                                      "the field '%s' of a seam slice is not an empty signature "
                                      "field",
                                      mark->name),
                             e, mark->name);
    }
    return PDS_OK;
}

static pds_code add_signing(pds_steps *s, const pds_plan *plan, pds_err *e)
{
    const pds_layout *l = &s->scene->layouts[plan->earlier_count];
    pds_step *own = add_step(s, plan);
    add_own(s, own);
    for (size_t i = 0; i < l->mark_count; i++) {
        if (l->marks[i].kind == PDS_MARK_SHARED) {
            PDS_TRY(add_marked(s, own, &l->marks[i], e));
        }
    }
    for (size_t i = 0; i < l->mark_count; i++) {
        if (l->marks[i].kind == PDS_MARK_MULTI) {
            pds_step *step = add_step(s, plan);
            step->extra = true;
            PDS_TRY(add_marked(s, step, &l->marks[i], e));
        }
    }
    return PDS_OK;
}

/* ---- do they go together? ---- */

/* Fields and content of all signers stand in the first update, where nothing forbids that. */
static bool all_at_first(const pds_steps *s)
{
    return !pds_form_has_signatures(&s->scene->in->form);
}

static pds_intent intent_of(const pds_steps *s, const pds_slot *slot)
{
    return (pds_intent){
        .field = slot->name,
        .new_field = slot->existing == NULL && !all_at_first(s),
        .visible = slot->mark != NULL,
        .fills = true,
    };
}

/* The slices' fields; the plan has looked at the signing's own. A slice that shares a value comes
 * with that signature, one with a value of its own comes after it. */
static pds_code check_slices(const pds_steps *s, const pds_step *step, pds_err *e)
{
    size_t before = step->signing + (step->extra ? 1 : 0);
    for (size_t i = step->extra ? 0 : 1; i < step->slot_count; i++) {
        pds_intent intent = intent_of(s, &s->slots[step->first_slot + i]);
        PDS_TRY(pds_permissions_check(&s->scene->in->permissions, &intent, e));
        if (before > 0) {
            PDS_TRY(pds_plan_allows(&step->plan->earlier[before - 1], &intent, e));
        }
    }
    return PDS_OK;
}

/* Text fields and push-buttons that the signing fills. */
static pds_code check_filled(const pds_steps *s, const pds_step *step, pds_err *e)
{
    const pds_layout *l = &s->scene->layouts[step->signing];
    for (size_t i = 0; !step->extra && i < l->mark_count; i++) {
        pds_intent intent = { .field = l->marks[i].name, .visible = true, .fills = true };
        if (l->marks[i].kind != PDS_MARK_FIELD) {
            continue;
        }
        PDS_TRY(pds_permissions_check(&s->scene->in->permissions, &intent, e));
        if (step->signing > 0 && !all_at_first(s)) {
            PDS_TRY(pds_plan_allows(&step->plan->earlier[step->signing - 1], &intent, e));
        }
    }
    return PDS_OK;
}

static int by_name(const void *a, const void *b)
{
    const pds_slot *const *x = a, *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);
    return order != 0 ? order : ((*x)->signer > (*y)->signer) - ((*x)->signer < (*y)->signer);
}

static pds_code check_sorted(const pds_slot *const *sorted, size_t count, pds_err *e)
{
    for (size_t i = 1; i < count; i++) {
        const pds_slot *a = sorted[i - 1], *b = sorted[i];
        if (strcmp(a->name, b->name) == 0) {
            return pds_err_field(pds_fail(e, PDS_E_FIELD_EXISTS, __func__,
                                          "signers %zu and %zu of this job both want the field "
                                          "'%s'",
                                          a->signer, b->signer, a->name),
                                 e, a->name);
        }
    }
    return PDS_OK;
}

static pds_code check_names(const pds_steps *s, pds_err *e)
{
    const pds_slot **sorted = NULL;
    if (s->slot_count < 2) {
        return PDS_OK;
    }
    sorted = calloc(s->slot_count, sizeof *sorted);
    if (sorted == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu fields", s->slot_count);
    }
    for (size_t i = 0; i < s->slot_count; i++) {
        sorted[i] = &s->slots[i];
    }
    qsort((void *)sorted, s->slot_count, sizeof *sorted, by_name);
    pds_code code = check_sorted(sorted, s->slot_count, e);
    free((void *)sorted);
    return code;
}

pds_code pds_steps_plan(pds_scene *scene, const pds_plan *plans, pds_steps *out, pds_err *e)
{
    out->scene = scene;
    PDS_TRY(make_room(out, e));
    for (size_t i = 0; i < scene->job->signing_count; i++) {
        PDS_TRY(pds_err_signer(add_signing(out, &plans[i], e), e, pds_plan_signer(&plans[i])));
    }
    for (size_t i = 0; i < out->count; i++) {
        const pds_step *step = &out->items[i];
        PDS_TRY(pds_err_signer(check_slices(out, step, e), e, pds_plan_signer(step->plan)));
        PDS_TRY(pds_err_signer(check_filled(out, step, e), e, pds_plan_signer(step->plan)));
    }
    return check_names(out, e);
}

pds_span pds_step_span(const pds_steps *s, const pds_step *step)
{
    return pds_span_of(s->bytes.ptr + step->start, step->len);
}

pds_code pds_step_fill(pds_steps *s, const pds_step *step, pds_span signature, pds_err *e)
{
    return pds_append_fill(&s->bytes, step->start, &step->hole, signature, e);
}

void pds_steps_drop(pds_steps *s)
{
    pds_buf_drop(&s->bytes);
    free(s->slots);
    free(s->items);
    *s = (pds_steps){ .count = 0 };
}
