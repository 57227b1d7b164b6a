#include "base/own.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/signature_dict.h"
#include "pdfsign/steps.h"

#include <string.h>

/* One update being made. */
typedef struct draft {
    pds_steps *s;
    size_t index;    /* of its step */
    pds_file longer; /* the file with the updates before this one */
    pds_doc *doc;    /* of that; NULL for the first, which is over the input itself */
    pds_input in;    /* the input with that document; owns nothing */
    pds_update *update;
} draft;

static void draft_drop(draft *d)
{
    pds_update_drop(&d->update);
    pds_doc_drop(&d->doc);
}

/* What later updates do not change, such as the places of fields, is lent from the input as it was
 * read. */
static pds_code open_over(draft *d, pds_err *e)
{
    pds_input *in = d->s->scene->in;
    d->in = *in;
    if (d->index > 0) {
        d->longer = pds_file_with_tail(pds_input_file(in), pds_buf_span(&d->s->bytes));
        PDS_TRY(pds_doc_open(&d->longer, d->s->scene->job->password, &d->doc, e));
        d->in.doc = d->doc;
        d->in.original = d->longer;
        d->in.repaired = (pds_file)PDS_FILE_NONE;
    }
    return pds_update_new(d->in.doc, &d->update, e);
}

static bool signed_before(const draft *d)
{
    return pds_form_has_signatures(&d->s->scene->in->form);
}

/* ---- fields ---- */

static pds_code make_field(draft *d, pds_slot *slot, pds_ref signature, pds_err *e)
{
    slot->ref = pds_update_ref(d->update);
    pds_new_field made = { .name = slot->name,
                           .page = slot->page,
                           .lock = slot->lock,
                           .signature = signature,
                           .ref = slot->ref };
    memcpy(made.rect, slot->rect, sizeof made.rect);
    return pds_form_add_field(d->update, &made, e);
}

/* A field as a later update finds it that an earlier one of this job has made. */
static pds_code fill_made(draft *d, const pds_slot *slot, pds_ref signature, pds_err *e)
{
    pds_ref widget = slot->ref;
    pds_sig_field field = {
        .name = (char *)slot->name, .ref = widget, .widgets = &widget, .widget_count = 1
    };
    memcpy(field.rect, slot->rect, sizeof field.rect);
    return pds_form_fill_field(d->update, &field, signature, e);
}

static pds_code stage_slot(draft *d, pds_slot *slot, pds_ref signature, pds_err *e)
{
    if (slot->existing != NULL) {
        return pds_form_fill_field(d->update, slot->existing, signature, e);
    }
    return slot->ref.num != 0 ? fill_made(d, slot, signature, e)
                              : make_field(d, slot, signature, e);
}

/* The fields of later signatures, empty. */
static pds_code stage_later(draft *d, pds_err *e)
{
    const pds_ref none = { .num = 0 };
    const pds_step *step = &d->s->items[d->index];
    for (size_t i = step->first_slot + step->slot_count; i < d->s->slot_count; i++) {
        if (d->s->slots[i].existing == NULL) {
            PDS_TRY(make_field(d, &d->s->slots[i], none, e));
        }
    }
    return PDS_OK;
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
    const pds_step *step = &d->s->items[d->index];
    pds_ref signature = pds_update_ref(d->update);
    PDS_TRY(stage_signature(d, step, signature, e));
    for (size_t i = 0; i < step->slot_count; i++) {
        PDS_TRY(stage_slot(d, &d->s->slots[step->first_slot + i], signature, e));
    }
    if (d->index == 0 && !signed_before(d)) {
        PDS_TRY(stage_later(d, e));
    }
    bool certifies = step->plan->options.certify != 0 && !step->extra;
    return certifies ? pds_form_certify(d->update, signature, e) : PDS_OK;
}

/* Takes the bytes of the first, which is mostly the only one, and appends those of the others. */
static pds_code keep(draft *d, pds_buf *bytes, pds_err *e)
{
    pds_step *step = &d->s->items[d->index];
    step->start = d->s->bytes.len;
    step->len = bytes->len;
    if (d->index == 0) {
        d->s->bytes = pds_buf_take(bytes);
        return PDS_OK;
    }
    pds_buf_put(&d->s->bytes, pds_buf_span(bytes));
    return pds_buf_end(&d->s->bytes, e);
}

static pds_code draft_one(pds_steps *s, size_t index, pds_err *e)
{
    PDS_OWN(draft_drop) draft d = { .s = s, .index = index };
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    PDS_TRY(open_over(&d, e));
    PDS_TRY(stage(&d, e));
    PDS_TRY(pds_update_write(d.update, &bytes, &s->items[index].hole, e));
    return keep(&d, &bytes, e);
}

pds_code pds_steps_draft(pds_steps *s, pds_err *e)
{
    for (size_t i = 0; i < s->count; i++) {
        PDS_TRY(pds_err_signer(draft_one(s, i, e), e, pds_plan_signer(s->items[i].plan)));
    }
    return PDS_OK;
}
