#include "base/grow.h"
#include "base/own.h"
#include "pdfsign/verify_seam_find.h"
#include "seal/seam.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Forms that say they are slices: what they say. */

enum { TERMS_MAX = 500, FORMS_MAX = 200000 };
static const uint32_t NOT_A_SLICE = UINT32_MAX;

/* ---- values ---- */

pds_code pds_seam_numbers(pds_doc *doc, pds_span dict, const char *key, size_t count, double *out,
                          bool *good, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object array = { 0 };
    pds_span unused;
    pds_span value;
    size_t n = 0;
    PDS_TRY(pds_doc_get(doc, dict, key, &array, e));
    pds_iter it = pds_iter_of(array.value);
    *good = !it.dict;
    while (*good && n <= count && pds_iter_next(&it, &unused, &value)) {
        PDS_OWN(pds_object_drop) pds_object number = { 0 };
        PDS_TRY(pds_doc_resolve(doc, value, &number, e));
        *good = n < count && pds_value_real(number.value, &out[n]);
        n++;
    }
    *good = *good && n == count;
    return PDS_OK;
}

/* A text of the private data, shorter than `size`. */
static pds_code read_text(pds_doc *doc, pds_span dict, const char *key, char *out, size_t size,
                          bool *good, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { .max = size - 1 };
    PDS_TRY(pds_doc_get(doc, dict, key, &object, e));
    *good = *good && pds_value_kind(object.value) == PDS_KIND_STRING &&
            pds_value_utf8(object.value, &text) && pds_buf_end(&text, NULL) == PDS_OK;
    (void)snprintf(out, size, "%s", *good ? pds_buf_cstr(&text) : "");
    return PDS_OK;
}

static pds_code read_count(pds_doc *doc, pds_span dict, const char *key, uint32_t *out, bool *good,
                           pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    int64_t number = 0;
    PDS_TRY(pds_doc_get(doc, dict, key, &object, e));
    *good = *good && pds_value_int(object.value, &number) && number >= 0 &&
            number <= PDS_SEAM_MAX_LIMIT + 1;
    *out = *good ? (uint32_t)number : 0;
    return PDS_OK;
}

static pds_code read_share(pds_doc *doc, pds_span dict, const char *key, double *out, bool *good,
                           pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_TRY(pds_doc_get(doc, dict, key, &object, e));
    *good = *good && pds_value_real(object.value, out) && *out >= 0.0 && *out <= 1.0;
    return PDS_OK;
}

static bool is_hex(const char *text, size_t count)
{
    return strspn(text, "0123456789abcdef") == count && text[count] == '\0';
}

/* ---- what a slice says ---- */

static pds_code read_terms(pds_doc *doc, pds_span data, pds_seam_terms *out, bool *good, pds_err *e)
{
    pds_seam seam = { .edge = PDS_EDGE_RIGHT };
    bool sized = false;
    PDS_TRY(read_text(doc, data, "Id", out->id, sizeof out->id, good, e));
    PDS_TRY(read_text(doc, data, "Seam", out->text, sizeof out->text, good, e));
    PDS_TRY(read_text(doc, data, "SHA256", out->picture, sizeof out->picture, good, e));
    PDS_TRY(pds_seam_numbers(doc, data, "Size", 2, out->size, &sized, e));
    *good = *good && sized && is_hex(out->id, sizeof out->id - 1) &&
            is_hex(out->picture, sizeof out->picture - 1) && out->size[0] > 0.0 &&
            out->size[1] > 0.0;
    out->sound = *good && pds_seam_parse(out->text, &seam, NULL) == PDS_OK;
    out->across = seam.edge == PDS_EDGE_RIGHT || seam.edge == PDS_EDGE_LEFT;
    return PDS_OK;
}

static pds_code read_slice(pds_doc *doc, pds_span data, pds_seam_form *out, bool *good, pds_err *e)
{
    PDS_TRY(read_count(doc, data, "Index", &out->index, good, e));
    PDS_TRY(read_count(doc, data, "Count", &out->count, good, e));
    PDS_TRY(read_share(doc, data, "From", &out->from, good, e));
    PDS_TRY(read_share(doc, data, "To", &out->to, good, e));
    *good = *good && out->from < out->to;
    return PDS_OK;
}

static bool same_terms(const pds_seam_terms *a, const pds_seam_terms *b)
{
    static const double slack = 0.01; /* points */
    return strcmp(a->text, b->text) == 0 && strcmp(a->picture, b->picture) == 0 &&
           fabs(a->size[0] - b->size[0]) < slack && fabs(a->size[1] - b->size[1]) < slack;
}

static pds_code keep_terms(pds_seam_finds *f, const pds_seam_terms *terms, pds_seam_form *form,
                           pds_err *e)
{
    for (size_t i = 0; i < f->terms_count; i++) {
        if (strcmp(f->terms[i].id, terms->id) == 0) {
            form->terms = i;
            form->fault = same_terms(&f->terms[i], terms) ? form->fault : PDS_SLICE_TERMS;
            return PDS_OK;
        }
    }
    if (f->terms_count == TERMS_MAX) {
        f->tired = true;
        return PDS_OK;
    }
    pds_seam_terms *grown = pds_grow(f->terms, f->terms_count, sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu seams", f->terms_count + 1);
    }
    f->terms = grown;
    grown[f->terms_count] = *terms;
    form->terms = f->terms_count++;
    return PDS_OK;
}

static pds_code read_geometry(pds_doc *doc, pds_span dict, pds_seam_form *form, pds_err *e)
{
    pds_span value;
    bool good = false;
    memcpy(form->matrix, PDS_TRACE_START.ctm, sizeof form->matrix);
    if (pds_dict_get(dict, "Matrix", &value)) {
        PDS_TRY(pds_seam_numbers(doc, dict, "Matrix", 6, form->matrix, &good, e));
        form->broken = form->broken || !good;
    }
    PDS_TRY(pds_seam_numbers(doc, dict, "BBox", 4, form->box, &good, e));
    form->broken =
        form->broken || !good || form->box[0] >= form->box[2] || form->box[1] >= form->box[3];
    return PDS_OK;
}

/* ---- the form ---- */

static pds_code read_form(pds_seam_finds *f, const pds_object *object, pds_span data,
                          pds_seam_form *form, pds_err *e)
{
    pds_seam_terms terms = { .sound = false };
    bool good = pds_value_kind(data) == PDS_KIND_DICT;
    if (good) {
        PDS_TRY(read_terms(f->doc, data, &terms, &good, e));
        PDS_TRY(read_slice(f->doc, data, form, &good, e));
    }
    form->broken = !good;
    form->newest = pds_seam_newest(f, object->ref.num);
    PDS_TRY(read_geometry(f->doc, object->value, form, e));
    return form->broken ? PDS_OK : keep_terms(f, &terms, form, e);
}

/* Its private data; *ours false: it does not say that it is a slice. */
static pds_code find_data(pds_seam_finds *f, const pds_object *object, pds_object *data, bool *ours,
                          pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object pieces = { 0 };
    PDS_OWN(pds_object_drop) pds_object piece = { 0 };
    pds_span value;
    *ours = false;
    if (!object->stream || !pds_dict_get(object->value, "PieceInfo", &value)) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_resolve(f->doc, value, &pieces, e));
    *ours = pds_dict_get(pieces.value, "pdsSeam", &value);
    if (!*ours) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_resolve(f->doc, value, &piece, e));
    PDS_TRY(pds_doc_get(f->doc, piece.value, "Private", data, e));
    if (data->ref.num == 0 && data->value.len > 0) { /* lent by what is dropped here */
        pds_buf_clear(&data->text);
        pds_buf_put(&data->text, data->value);
        PDS_TRY(pds_buf_end(&data->text, e));
        data->value = pds_buf_span(&data->text);
    }
    return PDS_OK;
}

static pds_code add_form(pds_seam_finds *f, const pds_seam_form *form, uint32_t *number, pds_err *e)
{
    if (f->form_count == FORMS_MAX) {
        f->tired = true;
        return PDS_OK;
    }
    pds_seam_form *grown = pds_grow(f->forms, f->form_count, sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu slices", f->form_count + 1);
    }
    f->forms = grown;
    grown[f->form_count++] = *form;
    *number = (uint32_t)f->form_count;
    return PDS_OK;
}

/* An object that cannot be read is no slice: the page that should show one lacks it. */
static pds_code read_object(pds_seam_finds *f, pds_ref ref, uint32_t *number, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_object_drop) pds_object data = { 0 };
    pds_seam_form form = { .ref = ref };
    bool ours = false;
    PDS_TRY(pds_doc_read(f->doc, ref, &object, e));
    (void)pds_seam_work_object(f, object.text.len);
    PDS_TRY(find_data(f, &object, &data, &ours, e));
    if (!ours) {
        return PDS_OK;
    }
    PDS_TRY(read_form(f, &object, data.value, &form, e));
    if (!form.broken && form.fault == PDS_SLICE_GOOD) {
        PDS_TRY(pds_seam_form_look(f, &object, &form, e));
    }
    return add_form(f, &form, number, e);
}

pds_code pds_seam_form_of(pds_seam_finds *f, pds_ref ref, uint32_t *out, pds_err *e)
{
    uint32_t *known = NULL;
    uint32_t number = 0;
    bool damaged = false;
    PDS_TRY(pds_intern_get(&f->known, pds_span_of(&ref, sizeof ref), &known, e));
    if (*known == 0 && !f->tired) {
        PDS_TRY(pds_seam_forgive(read_object(f, ref, &number, e), &damaged));
        PDS_TRY(pds_intern_get(&f->known, pds_span_of(&ref, sizeof ref), &known, e));
        *known = number == 0 ? NOT_A_SLICE : number;
    }
    *out = *known == NOT_A_SLICE ? 0 : *known;
    return PDS_OK;
}
