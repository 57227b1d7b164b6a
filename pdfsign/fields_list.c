#include "base/clock.h"
#include "base/own.h"
#include "cms/signed_data.h"
#include "pdfsign/open.h"
#include "pdfsign/seam_file.h"
#include "pdfsign/seed.h"

#include <pds/fields.h>

#include <stdlib.h>
#include <string.h>

/* What a list keeps alive: the texts of its rows. */
typedef struct texts {
    char **items;
    size_t count, room;
} texts;

static void texts_free(texts *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->items[i]);
    }
    free(t->items);
    free(t);
}

/* Keeps a copy of the buffer's text; NULL for an empty one. */
static pds_code keep(texts *t, pds_buf *text, const char **out, pds_err *e)
{
    PDS_TRY(pds_buf_end(text, e));
    *out = NULL;
    if (text->len == 0) {
        return PDS_OK;
    }
    if (t->count == t->room) {
        size_t room = t->room * 2 + 16;
        char **grown = realloc(t->items, room * sizeof *grown);
        if (grown == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu texts", room);
        }
        t->items = grown;
        t->room = room;
    }
    t->items[t->count] = strdup(pds_buf_cstr(text));
    if (t->items[t->count] == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a text");
    }
    *out = t->items[t->count++];
    return PDS_OK;
}

static pds_code keep_text(texts *t, const char *text, const char **out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf copy = { 0 };
    pds_buf_text(&copy, text == NULL ? "" : text);
    return keep(t, &copy, out, e);
}

typedef struct listing {
    pds_input in;
    texts *texts;
    pds_seam_file *seams;
} listing;

static void listing_drop(listing *l)
{
    if (l->texts != NULL) {
        texts_free(l->texts);
    }
    pds_seam_file_drop(&l->seams);
    pds_input_close(&l->in);
}

static pds_code tell_lock(listing *l, const pds_sig_field *from, pds_field *to, pds_err *e)
{
    PDS_OWN(pds_lock_drop) pds_lock lock = { .action = PDS_LOCK_NONE };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    if (from->lock.len > 0) {
        PDS_TRY(pds_lock_read(l->in.doc, pds_buf_span(&from->lock), &lock, e));
        pds_lock_describe(&lock, &text);
    }
    return keep(l->texts, &text, &to->lock, e);
}

static pds_code tell_seed(listing *l, const pds_sig_field *from, pds_field *to, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object seed = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    if (from->seed.len > 0) {
        PDS_TRY(pds_doc_resolve(l->in.doc, pds_buf_span(&from->seed), &seed, e));
        PDS_TRY(pds_seed_describe(l->in.doc, seed.value, &text, e));
    }
    return keep(l->texts, &text, &to->seed_value, e);
}

/* A string or name of the signature dictionary, as UTF-8. */
static pds_code tell_entry(listing *l, pds_span signature, const char *key, const char **out,
                           pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_TRY(pds_doc_get(l->in.doc, signature, key, &value, e));
    (void)pds_value_utf8(value.value, &text);
    return keep(l->texts, &text, out, e);
}

/* /M as ISO 8601, or as it stands where it is no date. */
static pds_code tell_time(listing *l, pds_span signature, const char **out, pds_err *e)
{
    const char *date = NULL;
    char iso[32];
    PDS_TRY(tell_entry(l, signature, "M", &date, e));
    *out = date;
    return date != NULL && pds_clock_iso_of_pdf(date, iso) ? keep_text(l->texts, iso, out, e)
                                                           : PDS_OK;
}

/* Nothing is verified here: a CMS that cannot be read has no signer to tell. */
static pds_code tell_signer(listing *l, pds_span signature, const char **out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object contents = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *cert = NULL;
    PDS_TRY(pds_doc_get(l->in.doc, signature, "Contents", &contents, e));
    if (!pds_value_bytes(contents.value, &cms) ||
        pds_signed_data_signer(pds_buf_span(&cms), &cert, NULL) != PDS_OK) {
        return PDS_OK;
    }
    return keep_text(l->texts, pds_cert_label(cert), out, e);
}

static pds_code tell_signature(listing *l, const pds_sig_field *from, pds_field *to, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object signature = { 0 };
    if (!from->is_signed) {
        return PDS_OK;
    }
    to->state = PDS_FIELD_SIGNED;
    PDS_TRY(pds_doc_resolve(l->in.doc, pds_buf_span(&from->value), &signature, e));
    PDS_TRY(tell_entry(l, signature.value, "SubFilter", &to->sub_filter, e));
    PDS_TRY(tell_time(l, signature.value, &to->time, e));
    return tell_signer(l, signature.value, &to->signer, e);
}

static pds_code tell_field(listing *l, const pds_sig_field *from, pds_field *to, pds_err *e)
{
    to->object = from->ref.num;
    to->page = from->page;
    to->widgets = (uint32_t)from->widget_count;
    memcpy(to->rect, from->rect, sizeof to->rect);
    PDS_TRY(keep_text(l->texts, from->name, &to->name, e));
    PDS_TRY(keep_text(l->texts, pds_permissions_locker(&l->in.permissions, from->name),
                      &to->locked_by, e));
    PDS_TRY(tell_lock(l, from, to, e));
    PDS_TRY(tell_seed(l, from, to, e));
    return tell_signature(l, from, to, e);
}

static pds_code tell_all(listing *l, pds_field_list *out, pds_err *e)
{
    const pds_form *form = &l->in.form;
    out->items = calloc(form->count + 1, sizeof *out->items);
    if (out->items == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu fields", form->count);
    }
    out->count = form->count;
    out->certification = l->in.permissions.certification;
    for (size_t i = 0; i < form->count; i++) {
        PDS_TRY(pds_err_field(tell_field(l, &form->fields[i], &out->items[i], e), e,
                              form->fields[i].name));
    }
    return PDS_OK;
}

static pds_code tell_seam(listing *l, const pds_seam_set *from, pds_field_seam *to, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    *to = (pds_field_seam){ .size = { from->size[0], from->size[1] },
                            .fields = (uint32_t)from->count,
                            .signatures = from->signatures,
                            .filled = from->filled };
    pds_seam_put(&from->seam, &text);
    PDS_TRY(keep(l->texts, &text, &to->seam, e));
    return keep_text(l->texts, from->name, &to->name, e);
}

static pds_code tell_seams(listing *l, pds_field_list *out, pds_err *e)
{
    PDS_TRY(pds_seam_file_read_fields(l->in.doc, &l->in.form, &l->seams, e));
    out->seams = calloc(l->seams->set_count + 1, sizeof *out->seams);
    if (out->seams == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu seams", l->seams->set_count);
    }
    out->seam_count = l->seams->set_count;
    for (size_t i = 0; i < out->seam_count; i++) {
        PDS_TRY(tell_seam(l, &l->seams->sets[i], &out->seams[i], e));
    }
    return PDS_OK;
}

static pds_code list(listing *l, pds_field_list *out, pds_err *e)
{
    PDS_TRY(pds_form_find_pages(l->in.doc, &l->in.form, &out->pages, e));
    l->texts = calloc(1, sizeof *l->texts);
    if (l->texts == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a list");
    }
    PDS_TRY(tell_all(l, out, e));
    return tell_seams(l, out, e);
}

pds_code pds_fields_list(const char *input, const pds_secret *password, pds_field_list *out,
                         pds_err *e)
{
    PDS_OWN(listing_drop) listing l = { .in = PDS_INPUT_NONE };
    pds_input_options options = { .path = input, .password = password };

    *out = (pds_field_list){ 0 };
    PDS_TRY(pds_input_open(&options, &l.in, e));
    pds_code code = list(&l, out, e);
    if (code != PDS_OK) {
        pds_field_list_drop(out);
        return pds_err_file(code, e, input);
    }
    out->owner = l.texts;
    l.texts = NULL;
    return PDS_OK;
}

void pds_field_list_drop(pds_field_list *list)
{
    if (list->owner != NULL) {
        texts_free(list->owner);
    }
    free(list->items);
    free(list->seams);
    *list = (pds_field_list){ 0 };
}
