#include "pdfsign/seam_fields.h"

#include "base/own.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/seam_choose.h"
#include "pdfsign/seam_spot.h"
#include "seal/page_range.h"

#include <stdio.h>
#include <stdlib.h>

/* The fields of one seam being made. */
typedef struct adding {
    const pds_fields_add_job *job;
    pds_input *in;
    const pds_lock *lock;
    pds_update *u;
    pds_seam_file *file;
    pds_seam_set set;
    pds_ref parent;
    uint32_t *numbers; /* owned, as the next four */
    pds_slice *slices;
    double (*rects)[4];
    pds_new_field *fields;
    char (*names)[16];
    size_t count;
} adding;

static void adding_drop(adding *a)
{
    pds_seam_set_drop(&a->set);
    free(a->numbers);
    free(a->slices);
    free(a->rects);
    free(a->fields);
    free(a->names);
}

/* ---- which pages, and where ---- */

static pds_code make_room(adding *a, pds_err *e)
{
    const size_t room = a->file->page_count + 1;
    a->numbers = calloc(room, sizeof *a->numbers);
    a->slices = calloc(room, sizeof *a->slices);
    a->rects = calloc(room, sizeof *a->rects);
    a->fields = calloc(room, sizeof *a->fields);
    a->names = calloc(room, sizeof *a->names);
    a->set.fields = calloc(room, sizeof *a->set.fields);
    if (a->numbers == NULL || a->slices == NULL || a->rects == NULL || a->fields == NULL ||
        a->names == NULL || a->set.fields == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a seam over %zu pages", room - 1);
    }
    return PDS_OK;
}

static pds_code divide(adding *a, pds_err *e)
{
    size_t count = 0;
    PDS_TRY(make_room(a, e));
    PDS_TRY(pds_page_range_select(a->set.seam.pages, (uint32_t)a->file->page_count, a->numbers,
                                  &count, e));
    PDS_TRY(pds_seam_slices(&a->set.seam, a->numbers, count, a->slices, &a->count, e));
    return a->job->seam_mode == PDS_SEAM_MULTI ? pds_seam_check_multi(a->count, e) : PDS_OK;
}

static pds_code place(adding *a, pds_err *e)
{
    pds_seam_spot spot = { .pages = a->file->pages,
                           .slices = a->slices,
                           .slice_count = a->count,
                           .size = { a->set.size[0], a->set.size[1] } };
    pds_code code = pds_seam_take_fields(&spot.taken, a->file, e);
    if (code == PDS_OK) {
        code = pds_seam_place(&spot, &a->set.seam, a->rects, e);
    }
    pds_seam_takens_drop(&spot.taken);
    return code;
}

/* ---- fields ---- */

static bool is_given(const pds_fields_add_job *job, const char *name)
{
    for (size_t i = 0; i < job->count; i++) {
        if (strcmp(job->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void name_set(adding *a)
{
    char name[64];
    do {
        pds_seam_file_name(a->file, &a->in->form, name);
    } while (is_given(a->job, name));
    (void)snprintf(a->set.name, sizeof a->set.name, "%s", name);
}

static void put_terms(const adding *a, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf seam = { 0 };
    pds_seam_put(&a->set.seam, &seam);
    pds_buf_text(out, "/" PDS_SEAM_KEY "<</Seam");
    pds_text_put(out, pds_buf_cstr(&seam));
    pds_buf_text(out, "/Size[");
    pds_real_put(out, a->set.size[0]);
    pds_buf_text(out, " ");
    pds_real_put(out, a->set.size[1]);
    pds_buf_text(out, "]>>");
}

static pds_code stage_parent(adding *a, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf item = { 0 };
    pds_buf_text(&text, "<</T");
    pds_text_put(&text, a->set.name);
    put_terms(a, &text);
    pds_buf_text(&text, "/Kids[");
    for (size_t i = 0; i < a->count; i++) {
        pds_buf_text(&text, i == 0 ? "" : " ");
        pds_ref_put(&text, a->fields[i].ref);
    }
    pds_buf_text(&text, "]>>");
    PDS_TRY(pds_buf_end(&text, e));
    PDS_TRY(pds_update_put(a->u, a->parent, pds_buf_span(&text), e));
    pds_ref_put(&item, a->parent);
    return pds_form_edit_acroform(a->u, pds_buf_span(&item), 0, e);
}

static void fill_field(adding *a, size_t i)
{
    const uint32_t number = a->slices[i].page;
    const pds_page *page = &a->file->pages[number - 1];
    pds_new_field *field = &a->fields[i];
    (void)snprintf(a->names[i], sizeof a->names[i], "p%u", (unsigned)number);
    *field = (pds_new_field){ .name = a->names[i],
                              .page = page->ref,
                              .lock = a->set.signatures ? a->lock : NULL,
                              .button = !a->set.signatures,
                              .ref = pds_update_ref(a->u),
                              .parent = a->parent };
    memcpy(field->rect, a->rects[i], sizeof field->rect);
    a->set.fields[i] = (pds_seam_field){ .ref = field->ref, .number = number, .page = *page };
    memcpy(a->set.fields[i].rect, a->rects[i], sizeof field->rect);
}

static pds_code stage_fields(adding *a, pds_err *e)
{
    a->parent = pds_update_ref(a->u);
    for (size_t i = 0; i < a->count; i++) {
        fill_field(a, i);
    }
    PDS_TRY(pds_form_add_fields(a->u, a->fields, a->count, e));
    PDS_TRY(stage_parent(a, e));
    a->set.count = a->count;
    return pds_seam_file_add(a->file, &a->set, e);
}

/* ---- the whole ---- */

/* The field above those of the slices is one that no signature allows to be added. */
static pds_code check_allowed(const adding *a, pds_err *e)
{
    const pds_intent intent = { .field = a->set.name, .new_field = true, .visible = true };
    PDS_TRY(pds_permissions_check(&a->in->permissions, &intent, e));
    if (pds_form_has_signatures(&a->in->form)) {
        return pds_err_hint(pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                     "the file carries a signature: fields for a seam are made "
                                     "before the first one"),
                            e, "sign with --seam-mode multi or shared, which bring their fields");
    }
    return PDS_OK;
}

static pds_code add_seam(adding *a, const char *text, pds_err *e)
{
    const char *size = a->job->seam_size == NULL ? "42mmx42mm" : a->job->seam_size;
    PDS_TRY(pds_seam_parse(text, &a->set.seam, e));
    PDS_TRY(pds_size_parse(size, a->set.size, e));
    PDS_TRY(divide(a, e));
    if (a->count == 0) {
        return PDS_OK; /* single=skip */
    }
    name_set(a);
    PDS_TRY(check_allowed(a, e));
    PDS_TRY(place(a, e));
    return stage_fields(a, e);
}

static pds_code add_seams(const adding *shared, pds_err *e)
{
    size_t made = shared->job->count;
    for (size_t i = 0; i < shared->job->seam_count; i++) {
        PDS_OWN(adding_drop) adding a = *shared;
        PDS_TRY(add_seam(&a, shared->job->seams[i], e));
        made += a.count;
    }
    if (made == 0) {
        PDS_FAIL(e, PDS_E_SEAM_REFUSED, "no page gets a slice, so that there is no field to add");
    }
    return PDS_OK;
}

pds_code pds_seam_fields_add(const pds_fields_add_job *job, pds_input *in, const pds_lock *lock,
                             pds_update *u, pds_err *e)
{
    const bool signatures = job->seam_mode == PDS_SEAM_MULTI || job->seam_mode == PDS_SEAM_SHARED;
    adding shared = {
        .job = job, .in = in, .lock = lock, .u = u, .set = { .signatures = signatures }
    };
    if (job->seam_count == 0) {
        return PDS_OK;
    }
    if (job->seam_mode == PDS_SEAM_CONTENT) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "a seam in the pages' content needs no fields"), e,
            "--seam-mode fields, multi or shared", NULL);
    }
    pds_code code = pds_seam_file_read(in->doc, &in->form, &shared.file, e);
    code = code == PDS_OK ? add_seams(&shared, e) : code;
    pds_seam_file_drop(&shared.file);
    return code;
}
