#include "base/own.h"
#include "pdfsign/append.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/ink.h"
#include "pdfsign/signature_dict.h"
#include "pdfsign/steps.h"

#include <stdlib.h>
#include <string.h>

/* One update being made. */
typedef struct draft {
    pds_steps *s;
    size_t index;       /* of its step */
    pds_append append;  /* behind the file and the updates before this one */
    pds_input in;       /* the input with the document of those; owns nothing */
    pds_update *update; /* lent by append */
    pds_ink *ink;       /* NULL: nobody draws anything */
} draft;

static void draft_drop(draft *d)
{
    pds_ink_drop(&d->ink);
    pds_append_drop(&d->append);
}

/* What later updates do not change, such as the places of fields, is lent from the input as it was
 * read. */
static pds_code open_over(draft *d, pds_err *e)
{
    pds_input *in = d->s->scene->in;
    const pds_append_base base = { .file = pds_input_file(in),
                                   .doc = in->doc,
                                   .password = d->s->scene->job->password };
    PDS_TRY(pds_append_open(&base, &d->s->bytes, &d->append, e));
    d->update = d->append.update;
    d->in = *in;
    if (d->index > 0) {
        d->in.doc = d->append.doc;
        d->in.original = d->append.file;
        d->in.repaired = (pds_file)PDS_FILE_NONE;
    }
    return PDS_OK;
}

static bool signed_before(const draft *d)
{
    return pds_form_has_signatures(&d->s->scene->in->form);
}

static const pds_step *step_of(const draft *d)
{
    return &d->s->items[d->index];
}

/* ---- drawings ---- */

static bool has_drawings(const pds_steps *s)
{
    for (size_t i = 0; i < s->scene->job->signing_count; i++) {
        if (s->scene->layouts[i].mark_count > 0) {
            return true;
        }
    }
    return false;
}

static pds_code open_ink(draft *d, pds_err *e)
{
    return has_drawings(d->s) ? pds_ink_new(&d->in, d->update, d->s->scene->typesetter, &d->ink, e)
                              : PDS_OK;
}

/* Does the field stand in the file, or in an update before this one? */
static bool stands(const pds_slot *slot)
{
    return slot->existing != NULL || slot->ref.num != 0;
}

/* Text of an /AP behind out; nothing where nothing is seen in the field. */
static pds_code put_appearance(draft *d, const pds_slot *slot, pds_buf *out, pds_err *e)
{
    const double *rect = slot->existing != NULL ? slot->existing->rect : slot->rect;
    const pds_layout *layout = &d->s->scene->layouts[slot->signer - 1];
    if (slot->mark == NULL) {
        return PDS_OK;
    }
    return stands(slot) ? pds_ink_filling(d->ink, layout, slot->mark, rect, out, e)
                        : pds_ink_appearance(d->ink, layout, slot->mark, rect, out, e);
}

/* What is drawn outside the signatures' fields: of all signers in the first update, where nothing
 * forbids that. */
static pds_code draw_rest(draft *d, pds_err *e)
{
    const pds_step *step = step_of(d);
    const pds_layout *layouts = d->s->scene->layouts;
    size_t count = d->s->scene->job->signing_count;
    if (d->ink == NULL) {
        return PDS_OK;
    }
    if (signed_before(d)) {
        PDS_TRY(step->extra ? PDS_OK : pds_ink_fields(d->ink, &layouts[step->signing], e));
    } else if (d->index == 0) {
        PDS_TRY(pds_ink_pages(d->ink, layouts, count, e));
        for (size_t i = 0; i < count; i++) {
            PDS_TRY(pds_ink_fields(d->ink, &layouts[i], e));
        }
    }
    return pds_ink_end(d->ink, e);
}

/* ---- fields ---- */

/* New fields on their way into an update. */
typedef struct making {
    pds_new_field *fields;
    size_t count;
    pds_buf appearances; /* of all fields, one behind the other */
} making;

static void making_drop(making *m)
{
    free(m->fields);
    pds_buf_drop(&m->appearances);
}

static pds_code add_making(draft *d, making *m, pds_slot *slot, pds_ref signature, pds_err *e)
{
    size_t before = m->appearances.len;
    pds_new_field *field = &m->fields[m->count++];
    *field = (pds_new_field){ .name = slot->name,
                              .page = slot->page,
                              .lock = slot->lock,
                              .signature = signature,
                              .ref = pds_update_ref(d->update) };
    memcpy(field->rect, slot->rect, sizeof field->rect);
    if (signature.num != 0) {
        PDS_TRY(put_appearance(d, slot, &m->appearances, e));
    }
    slot->ref = field->ref;
    field->appearance.len = m->appearances.len - before;
    return pds_buf_end(&m->appearances, e);
}

/* The buffer of appearances has moved while it grew. */
static pds_code make_them(draft *d, making *m, pds_err *e)
{
    size_t at = 0;
    for (size_t i = 0; i < m->count; i++) {
        pds_span *appearance = &m->fields[i].appearance;
        if (appearance->len > 0) {
            appearance->ptr = m->appearances.ptr + at;
            at += appearance->len;
        }
    }
    return m->count == 0 ? PDS_OK : pds_form_add_fields(d->update, m->fields, m->count, e);
}

/* The new fields of this signature and, in the first update of a file without signatures, the empty
 * ones of those to come. */
static pds_code make_fields(draft *d, pds_ref signature, pds_err *e)
{
    PDS_OWN(making_drop) making m = { .count = 0 };
    const pds_step *step = step_of(d);
    const pds_ref none = { .num = 0 };
    size_t own = step->first_slot + step->slot_count;
    size_t end = d->index == 0 && !signed_before(d) ? d->s->slot_count : own;

    m.fields = calloc(end - step->first_slot + 1, sizeof *m.fields);
    if (m.fields == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu fields", end);
    }
    for (size_t i = step->first_slot; i < end; i++) {
        pds_slot *slot = &d->s->slots[i];
        if (!stands(slot)) {
            PDS_TRY(add_making(d, &m, slot, i < own ? signature : none, e));
        }
    }
    return make_them(d, &m, e);
}

/* A field as a later update finds it that an earlier one of this job has made. */
static pds_code fill_field(draft *d, const pds_slot *slot, pds_ref signature, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf appearance = { 0 };
    pds_ref widget = slot->ref;
    pds_sig_field made = {
        .name = (char *)slot->name, .ref = widget, .widgets = &widget, .widget_count = 1
    };
    const pds_sig_field *field = slot->existing != NULL ? slot->existing : &made;
    memcpy(made.rect, slot->rect, sizeof made.rect);
    PDS_TRY(put_appearance(d, slot, &appearance, e));
    PDS_TRY(pds_buf_end(&appearance, e));
    if (appearance.len > 0) {
        PDS_TRY(pds_form_show_field(d->update, field, pds_buf_span(&appearance), e));
    }
    return pds_form_fill_field(d->update, field, signature, e);
}

/* Fields that stood in the file or in an earlier update get this signature, then the new ones. */
static pds_code stage_fields(draft *d, pds_ref signature, pds_err *e)
{
    const pds_step *step = step_of(d);
    for (size_t i = 0; i < step->slot_count; i++) {
        const pds_slot *slot = &d->s->slots[step->first_slot + i];
        if (stands(slot)) {
            PDS_TRY(fill_field(d, slot, signature, e));
        }
    }
    return make_fields(d, signature, e);
}

/* ---- the update ---- */

static pds_code stage_signature(draft *d, const pds_step *step, pds_ref ref, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf entries = { 0 };
    const pds_plan *plan = step->plan;
    static const pds_lock none = { .action = PDS_LOCK_NONE };
    pds_signature_options options = plan->options;
    options.certify = step->extra ? 0 : options.certify;
    pds_signature_dict_put(&options, step->extra ? &none : &plan->lock,
                           pds_form_catalog_ref(d->in.doc), &plan->when, &entries);
    PDS_TRY(pds_buf_end(&entries, e));
    return pds_update_put_signature(d->update, ref, pds_buf_span(&entries), plan->room, e);
}

static pds_code stage(draft *d, pds_err *e)
{
    const pds_step *step = step_of(d);
    pds_ref signature = pds_update_ref(d->update);
    bool certifies = step->plan->options.certify != 0 && !step->extra;
    PDS_TRY(open_ink(d, e));
    PDS_TRY(stage_signature(d, step, signature, e));
    PDS_TRY(stage_fields(d, signature, e));
    PDS_TRY(certifies ? pds_form_certify(d->update, signature, e) : PDS_OK);
    return draw_rest(d, e);
}

static pds_code draft_one(pds_steps *s, size_t index, pds_err *e)
{
    PDS_OWN(draft_drop) draft d = { .s = s, .index = index };
    pds_step *const step = &s->items[index];
    PDS_TRY(open_over(&d, e));
    PDS_TRY(stage(&d, e));
    step->start = s->bytes.len;
    PDS_TRY(pds_append_write(&d.append, &s->bytes, &step->hole, e));
    step->len = s->bytes.len - step->start;
    return PDS_OK;
}

pds_code pds_steps_draft(pds_steps *s, pds_err *e)
{
    for (size_t i = 0; i < s->count; i++) {
        PDS_TRY(pds_err_signer(draft_one(s, i, e), e, pds_plan_signer(s->items[i].plan)));
    }
    return PDS_OK;
}
