#include "base/own.h"
#include "pdfsign/choose.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/layout_spot.h"
#include "pdfsign/seam_fields.h"
#include "pdfsign/write.h"

#include <pds/fields.h>

#include <string.h>

typedef struct adding {
    const pds_fields_add_job *job;
    pds_input in;
    pds_sign_job asks; /* of the scene: whose password and reader */
    pds_scene scene;   /* where the words of the pages are */
    pds_lock lock;
    pds_update *update;
    pds_buf bytes;
    pds_publish *out;
} adding;

static void adding_drop(adding *a)
{
    pds_publish_drop(&a->out);
    pds_buf_drop(&a->bytes);
    pds_update_drop(&a->update);
    pds_lock_drop(&a->lock);
    pds_scene_drop(&a->scene);
    pds_input_close(&a->in);
}

static pds_code check_name(const adding *a, size_t index, pds_err *e)
{
    const char *name = a->job->names[index];
    PDS_TRY(pds_choose_name_check(&a->in.form, name, e));
    for (size_t i = 0; i < index; i++) {
        if (strcmp(a->job->names[i], name) == 0) {
            PDS_FAIL(e, PDS_E_USAGE, "the name '%s' is given twice", name);
        }
    }
    return PDS_OK;
}

/* A field has one place: `#all` of a keyword means no certain one. */
static pds_code find_spot(adding *a, const pds_place *place, pds_new_field *field, pds_err *e)
{
    PDS_OWN(pds_spots_drop) pds_spots spots = { 0 };
    if (place->kind == PDS_PLACE_FIELD || place->kind == PDS_PLACE_LAST) {
        PDS_FAIL(e, PDS_E_USAGE, "a new field stands on a page, not where another field is");
    }
    PDS_TRY(pds_spots_find(&a->scene, place, &spots, e));
    if (spots.count > 1) {
        PDS_FAIL(e, PDS_E_USAGE,
                 "a new field stands at one place, but '%s' is on the pages %zu times", place->text,
                 spots.count);
    }
    field->page = spots.items[0].page.ref;
    return pds_spot_rect(&spots.items[0], place, NULL, field->rect, e);
}

static pds_code find_place(adding *a, const char *text, pds_new_field *field, pds_err *e)
{
    pds_place place;
    pds_page first;
    if (text != NULL) {
        PDS_TRY(pds_place_parse(text, &place, e));
        return find_spot(a, &place, field, e);
    }
    PDS_TRY(pds_page_find(a->in.doc, 1, &first, e)); /* invisible, with an empty rectangle */
    field->page = first.ref;
    return PDS_OK;
}

static pds_code add_field(adding *a, size_t index, pds_err *e)
{
    pds_new_field field = { .name = a->job->names[index], .lock = &a->lock };
    PDS_TRY(check_name(a, index, e));
    PDS_TRY(find_place(a, a->job->places[index], &field, e));
    pds_intent intent = { .field = field.name,
                          .new_field = true,
                          .visible = field.rect[2] > field.rect[0] };
    PDS_TRY(pds_permissions_check(&a->in.permissions, &intent, e));
    return pds_form_add_field(a->update, &field, e);
}

static pds_code draft(adding *a, pds_err *e)
{
    a->asks = (pds_sign_job){ .password = a->job->password, .reader = a->job->reader };
    a->scene = (pds_scene){ .job = &a->asks, .in = &a->in };
    PDS_TRY(pds_choose_may_add(a->in.doc, e));
    PDS_TRY(pds_lock_parse(a->job->lock, &a->lock, e));
    PDS_TRY(pds_update_new(a->in.doc, &a->update, e));
    for (size_t i = 0; i < a->job->count; i++) {
        PDS_TRY(pds_err_field(add_field(a, i, e), e, a->job->names[i]));
    }
    PDS_TRY(pds_seam_fields_add(a->job, &a->in, &a->lock, a->update, e));
    return pds_update_write(a->update, &a->bytes, NULL, e);
}

static pds_code write_out(adding *a, pds_err *e)
{
    PDS_TRY(pds_publish_open(&a->job->output, &a->in.original, &a->out, e));
    PDS_TRY(pds_copy_file(pds_input_file(&a->in), a->out, NULL, e));
    return pds_write_update(a->out, pds_buf_span(&a->bytes), &a->in.original, e);
}

pds_code pds_fields_add(const pds_fields_add_job *job, pds_err *e)
{
    PDS_OWN(adding_drop) adding a = { .job = job, .in = PDS_INPUT_NONE };
    pds_input_options options = {
        .path = job->input, .password = job->password, .repair = job->repair, .to_change = true
    };
    if (job->count + job->seam_count == 0 || job->output.path == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "a name for the new field, or a seam, and an output are needed");
    }
    PDS_TRY(pds_input_open(&options, &a.in, e));
    PDS_TRY(pds_err_file(draft(&a, e), e, job->input));
    return pds_err_file(write_out(&a, e), e, job->output.path);
}
