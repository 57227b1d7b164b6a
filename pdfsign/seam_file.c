#include "pdfsign/seam_file.h"

#include "base/own.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SETS_MAX = 1000,
    FIELDS_MAX = 100000, /* of one set */
    BLANK_MAX = 64       /* bytes of a stream that draws nothing, also where it is encrypted */
};

void pds_seam_set_drop(pds_seam_set *set)
{
    free(set->fields);
    *set = (pds_seam_set){ .count = 0 };
}

void pds_seam_file_drop(pds_seam_file **file)
{
    if (*file == NULL) {
        return;
    }
    for (size_t i = 0; i < (*file)->set_count; i++) {
        pds_seam_set_drop(&(*file)->sets[i]);
    }
    free((*file)->sets);
    free((*file)->pages);
    free(*file);
    *file = NULL;
}

pds_code pds_seam_file_add(pds_seam_file *file, pds_seam_set *set, pds_err *e)
{
    if (file->set_count == SETS_MAX) {
        pds_seam_set_drop(set);
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the file has more than %d seams", SETS_MAX);
    }
    pds_seam_set *grown = realloc(file->sets, (file->set_count + 1) * sizeof *grown);
    if (grown == NULL) {
        pds_seam_set_drop(set);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu seams", file->set_count + 1);
    }
    file->sets = grown;
    grown[file->set_count++] = *set;
    *set = (pds_seam_set){ .count = 0 };
    return PDS_OK;
}

bool pds_seam_names_field(const char *name)
{
    const char *const digits = "0123456789";
    const size_t seam = strncmp(name, "Seam", 4) == 0 ? strspn(name + 4, digits) : 0;
    const char *rest = name + 4 + seam;
    return seam > 0 && strncmp(rest, ".p", 2) == 0 && strspn(rest + 2, digits) > 0 &&
           rest[2 + strspn(rest + 2, digits)] == '\0';
}

void pds_seam_file_name(pds_seam_file *file, const pds_form *form, char name[64])
{
    unsigned long highest = 0;
    for (size_t i = 0; i < form->root_count; i++) {
        const char *root = form->roots[i];
        if (strncmp(root, "Seam", 4) == 0) {
            const unsigned long number = strtoul(root + 4, NULL, 10);
            highest = number > highest && number < UINT32_MAX ? number : highest;
        }
    }
    (void)snprintf(name, 64, "Seam%lu", highest + ++file->made);
}

/* ---- the fields of a set ---- */

/* What reading one set has at hand. */
typedef struct reading {
    pds_doc *doc;
    pds_seam_set set;
    pds_ref blank; /* an appearance known to draw nothing */
} reading;

static void reading_drop(reading *r)
{
    pds_seam_set_drop(&r->set);
}

/* The normal appearance; where it has states, as PDF/A wants them of buttons, the first. */
static pds_code find_normal(reading *r, pds_span widget, pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object ap = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(r->doc, widget, "AP", &ap, e));
    if (!pds_dict_get(ap.value, "N", &value)) {
        return PDS_OK;
    }
    pds_iter states = pds_iter_of(value);
    if (states.dict) {
        (void)pds_iter_next(&states, &key, &value);
    }
    (void)pds_value_ref(value, out);
    return PDS_OK;
}

/* Does the widget's appearance draw something? Slices are forms within it; what is longer than
 * nothing was put there by somebody else. */
static pds_code is_drawn(reading *r, pds_span widget, bool *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object normal = { 0 };
    pds_span resources;
    pds_span forms;
    pds_ref ref = { .num = 0 };
    *out = false;
    PDS_TRY(find_normal(r, widget, &ref, e));
    if (ref.num == 0 || ref.num == r->blank.num) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_read(r->doc, ref, &normal, e));
    const bool shows = pds_dict_get(normal.value, "Resources", &resources) &&
                       pds_dict_get(resources, "XObject", &forms);
    *out = normal.stream && (shows || normal.data_len > BLANK_MAX);
    r->blank = *out ? r->blank : ref;
    return PDS_OK;
}

/* "p12" */
static pds_code read_number(reading *r, pds_span dict, uint32_t *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object name = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    char *end = NULL;
    *out = 0;
    PDS_TRY(pds_doc_get(r->doc, dict, "T", &name, e));
    (void)pds_value_utf8(name.value, &text);
    const char *digits = pds_buf_cstr(&text);
    if (digits[0] == 'p' && digits[1] >= '1' && digits[1] <= '9') {
        const unsigned long number = strtoul(digits + 1, &end, 10);
        *out = *end == '\0' && number < UINT32_MAX ? (uint32_t)number : 0;
    }
    return PDS_OK;
}

static pds_code read_field(reading *r, const pds_object *kid, pds_seam_field *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object type = { 0 };
    pds_span value;
    *out = (pds_seam_field){ .ref = kid->ref };
    PDS_TRY(read_number(r, kid->value, &out->number, e));
    PDS_TRY(pds_form_rect(r->doc, kid->value, out->rect, e));
    PDS_TRY(pds_doc_get(r->doc, kid->value, "FT", &type, e));
    r->set.signatures = pds_value_is_name(type.value, "Sig");
    PDS_TRY(is_drawn(r, kid->value, &out->filled, e));
    out->filled = out->filled || pds_dict_get(kid->value, "V", &value);
    r->set.filled = r->set.filled || out->filled;
    return PDS_OK;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t left = ((const pds_seam_field *)a)->number;
    const uint32_t right = ((const pds_seam_field *)b)->number;
    return (left > right) - (left < right);
}

static size_t count_items(pds_span array)
{
    pds_iter it = pds_iter_of(array);
    pds_span key;
    pds_span value;
    size_t n = 0;
    while (n < FIELDS_MAX && pds_iter_next(&it, &key, &value)) {
        n++;
    }
    return n;
}

static pds_code read_fields(reading *r, pds_span kids, pds_err *e)
{
    const size_t room = count_items(kids);
    pds_iter it = pds_iter_of(kids);
    pds_span key;
    pds_span value;
    r->set.fields = calloc(room + 1, sizeof *r->set.fields);
    if (r->set.fields == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu fields of a seam", room);
    }
    for (size_t i = 0; i < room && pds_iter_next(&it, &key, &value); i++) {
        PDS_OWN(pds_object_drop) pds_object kid = { 0 };
        pds_seam_field *field = &r->set.fields[r->set.count];
        PDS_TRY(pds_doc_resolve(r->doc, value, &kid, e));
        PDS_TRY(read_field(r, &kid, field, e));
        r->set.count += field->number != 0 && field->ref.num != 0 ? 1 : 0;
    }
    qsort(r->set.fields, r->set.count, sizeof *r->set.fields, by_number);
    return PDS_OK;
}

/* ---- the sets of a form ---- */

static pds_code read_size(pds_doc *doc, pds_span dict, double size[2], pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object array = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(doc, dict, "Size", &array, e));
    pds_iter it = pds_iter_of(array.value);
    for (int i = 0; i < 2 && pds_iter_next(&it, &key, &value); i++) {
        (void)pds_value_real(value, &size[i]);
    }
    return PDS_OK;
}

/* What its private dictionary says. *ours false: it is none of ours, or says what we do not
 * understand. */
static pds_code read_terms(reading *r, pds_span root, bool *ours, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object terms = { 0 };
    PDS_OWN(pds_object_drop) pds_object seam = { 0 };
    PDS_OWN(pds_object_drop) pds_object name = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { .max = 600 };
    PDS_OWN(pds_buf_drop) pds_buf title = { .max = sizeof r->set.name - 1 };
    *ours = false;
    PDS_TRY(pds_doc_get(r->doc, root, PDS_SEAM_KEY, &terms, e));
    PDS_TRY(pds_doc_get(r->doc, terms.value, "Seam", &seam, e));
    PDS_TRY(pds_doc_get(r->doc, root, "T", &name, e));
    PDS_TRY(read_size(r->doc, terms.value, r->set.size, e));
    if (!pds_value_utf8(seam.value, &text) || !pds_value_utf8(name.value, &title) ||
        pds_buf_end(&text, NULL) != PDS_OK || pds_buf_end(&title, NULL) != PDS_OK) {
        return PDS_OK;
    }
    (void)snprintf(r->set.name, sizeof r->set.name, "%s", pds_buf_cstr(&title));
    *ours = pds_seam_parse(pds_buf_cstr(&text), &r->set.seam, NULL) == PDS_OK &&
            r->set.size[0] > 0.0 && r->set.size[1] > 0.0;
    return PDS_OK;
}

static pds_code read_set(pds_doc *doc, const pds_object *root, pds_seam_file *file, pds_err *e)
{
    PDS_OWN(reading_drop) reading r = { .doc = doc };
    PDS_OWN(pds_object_drop) pds_object kids = { 0 };
    pds_span key;
    bool ours = false;
    if (!pds_dict_get(root->value, PDS_SEAM_KEY, &key)) {
        return PDS_OK;
    }
    PDS_TRY(read_terms(&r, root->value, &ours, e));
    if (!ours) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_get(doc, root->value, "Kids", &kids, e));
    PDS_TRY(read_fields(&r, kids.value, e));
    return r.set.count == 0 ? PDS_OK : pds_seam_file_add(file, &r.set, e);
}

static pds_code read_sets(pds_doc *doc, const pds_form *form, pds_seam_file *file, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object roots = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(doc, form->acroform.value, "Fields", &roots, e));
    pds_iter it = pds_iter_of(roots.value);
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object root = { 0 };
        PDS_TRY(pds_doc_resolve(doc, value, &root, e));
        PDS_TRY(read_set(doc, &root, file, e));
    }
    return PDS_OK;
}

/* ---- pages ---- */

typedef struct widget_row {
    uint32_t object;
    pds_seam_field *field;
} widget_row;

typedef struct collecting {
    pds_doc *doc;
    pds_seam_file *file;
    widget_row *rows; /* by object number; owned */
    size_t count;
} collecting;

static void collecting_drop(collecting *c)
{
    free(c->rows);
}

static int by_object(const void *a, const void *b)
{
    const uint32_t left = ((const widget_row *)a)->object;
    const uint32_t right = ((const widget_row *)b)->object;
    return (left > right) - (left < right);
}

static pds_code index_fields(collecting *c, pds_err *e)
{
    size_t total = 0;
    for (size_t i = 0; i < c->file->set_count; i++) {
        total += c->file->sets[i].count;
    }
    c->rows = calloc(total + 1, sizeof *c->rows);
    if (c->rows == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu fields of seams", total);
    }
    for (size_t i = 0; i < c->file->set_count; i++) {
        for (size_t k = 0; k < c->file->sets[i].count; k++) {
            pds_seam_field *field = &c->file->sets[i].fields[k];
            c->rows[c->count++] = (widget_row){ field->ref.num, field };
        }
    }
    qsort(c->rows, c->count, sizeof *c->rows, by_object);
    return PDS_OK;
}

static pds_code find_widgets(collecting *c, const pds_page *page, pds_span object, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object annots = { 0 };
    pds_span key;
    pds_span value;
    pds_ref ref;
    PDS_TRY(pds_doc_get(c->doc, object, "Annots", &annots, e));
    pds_iter it = pds_iter_of(annots.value);
    while (pds_iter_next(&it, &key, &value)) {
        if (pds_value_ref(value, &ref)) {
            const widget_row wanted = { .object = ref.num };
            const widget_row *row = bsearch(&wanted, c->rows, c->count, sizeof wanted, by_object);
            if (row != NULL && row->field->page.number == 0) {
                row->field->page = *page;
            }
        }
    }
    return PDS_OK;
}

static pds_code keep_page(pds_seam_file *file, const pds_page *page, pds_err *e)
{
    if (file->page_count == file->page_room) {
        const size_t room = file->page_room * 2 + 64;
        pds_page *grown = realloc(file->pages, room * sizeof *grown);
        if (grown == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu pages", room);
        }
        file->pages = grown;
        file->page_room = room;
    }
    file->pages[file->page_count++] = *page;
    return PDS_OK;
}

static pds_code collect(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                        pds_err *e)
{
    collecting *c = ctx;
    (void)stop;
    PDS_TRY(keep_page(c->file, page, e));
    return c->count == 0 ? PDS_OK : find_widgets(c, page, object->value, e);
}

pds_code pds_seam_file_read_fields(pds_doc *doc, const pds_form *form, pds_seam_file **out,
                                   pds_err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a seam");
    }
    return read_sets(doc, form, *out, e);
}

pds_code pds_seam_file_read(pds_doc *doc, const pds_form *form, pds_seam_file **out, pds_err *e)
{
    PDS_TRY(pds_seam_file_read_fields(doc, form, out, e));
    PDS_OWN(collecting_drop) collecting c = { .doc = doc, .file = *out };
    PDS_TRY(index_fields(&c, e));
    return pds_pages_each(doc, collect, &c, e);
}
