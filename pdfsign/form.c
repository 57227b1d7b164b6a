#include "pdfsign/form.h"

#include "base/own.h"
#include "pdf/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TREE_DEPTH_MAX = 64,
    TREE_BYTES_MAX = 128 << 20, /* of objects read, some of them more than once */
    NAME_MAX_BYTES = 4096,
    NAMES_MAX_BYTES = 16 << 20 /* of all full names together */
};

/* What a node of the field tree hands down (12.7.4.1), and the way back up for loops. */
typedef struct node {
    const struct node *parent;
    pds_ref ref;
    pds_span type;   /* /FT, inherited */
    pds_span value;  /* /V, inherited */
    size_t name_len; /* of walk.name that belongs to this node */
    unsigned depth;
} node;

typedef struct walk {
    pds_doc *doc;
    pds_form *form;
    pds_buf name;  /* full name of the node being walked */
    uint8_t *seen; /* one bit an object; owned */
    size_t bytes;  /* read so far */
    size_t names;  /* bytes of full names so far */
} walk;

static void walk_drop(walk *w)
{
    pds_buf_drop(&w->name);
    free(w->seen);
}

/* A node or kid, read within the limit: a hostile tree can lead to the same large objects often. */
static pds_code read_node(walk *w, pds_span value, pds_object *out, pds_err *e)
{
    PDS_TRY(pds_doc_resolve(w->doc, value, out, e));
    w->bytes += out->text.len;
    if (w->bytes > TREE_BYTES_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the field tree has more than %d MiB", TREE_BYTES_MAX >> 20);
    }
    return PDS_OK;
}

static pds_code add_root(pds_form *form, pds_span name, pds_err *e)
{
    char **grown = realloc(form->roots, (form->root_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a field name");
    }
    form->roots = grown;
    grown[form->root_count] = strndup((const char *)name.ptr, name.len);
    if (grown[form->root_count] == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a field name");
    }
    form->root_count++;
    return PDS_OK;
}

/* Puts this node's partial name behind its parent's full name. */
static pds_code enter_name(walk *w, const node *parent, pds_span dict, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object partial = { 0 };
    size_t before = parent == NULL ? 0 : parent->name_len;
    w->name.len = before;
    PDS_TRY(pds_doc_get(w->doc, dict, "T", &partial, e));
    if (pds_value_kind(partial.value) != PDS_KIND_STRING) {
        return PDS_OK;
    }
    if (before > 0) {
        pds_buf_byte(&w->name, '.');
    }
    size_t begin = w->name.len;
    (void)pds_value_utf8(partial.value, &w->name);
    PDS_TRY(pds_buf_end(&w->name, e));
    if (parent == NULL) {
        return add_root(w->form, pds_span_of(w->name.ptr + begin, w->name.len - begin), e);
    }
    return PDS_OK;
}

/* A node on its own way down is a loop; one met elsewhere before is listed already. */
static pds_code check_way(walk *w, const node *n, bool *again, pds_err *e)
{
    uint8_t *seen = &w->seen[n->ref.num / 8];
    uint8_t bit = (uint8_t)(1U << n->ref.num % 8);
    for (const node *up = n->parent; up != NULL; up = up->parent) {
        if (n->ref.num != 0 && up->ref.num == n->ref.num) {
            return pds_err_object(pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "the field tree loops"),
                                  e, n->ref.num);
        }
    }
    if (n->depth > TREE_DEPTH_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the field tree is deeper than %d", TREE_DEPTH_MAX);
    }
    *again = n->ref.num != 0 && (*seen & bit) != 0;
    *seen |= bit;
    return PDS_OK;
}

/* Keeps a value that is a dictionary as it stands: what it refers to may be large, and shared. */
static pds_code keep_dict(walk *w, pds_span value, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object resolved = { 0 };
    PDS_TRY(read_node(w, value, &resolved, e));
    if (pds_value_kind(resolved.value) == PDS_KIND_DICT) {
        pds_buf_put(out, value);
    }
    return pds_buf_end(out, e);
}

/* A signature that can't be read is one all the same: who asks for it gets the fault. */
static pds_code keep_signature(walk *w, pds_span value, pds_buf *out, pds_err *e)
{
    const pds_code code = keep_dict(w, value, out, e);
    if (code != PDS_E_PDF_DAMAGED) {
        return code;
    }
    pds_buf_put(out, value);
    return pds_buf_end(out, e);
}

static pds_code keep_entry(walk *w, pds_span dict, const char *key, pds_buf *out, pds_err *e)
{
    pds_span value;
    return pds_dict_get(dict, key, &value) ? keep_dict(w, value, out, e) : PDS_OK;
}

pds_code pds_form_rect(pds_doc *doc, pds_span dict, double rect[4], pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object box = { 0 };
    double c[4] = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(doc, dict, "Rect", &box, e));
    pds_iter it = pds_iter_of(box.value);
    for (int i = 0; i < 4 && pds_iter_next(&it, &key, &value); i++) {
        PDS_OWN(pds_object_drop) pds_object number = { 0 };
        PDS_TRY(pds_doc_resolve(doc, value, &number, e));
        (void)pds_value_real(number.value, &c[i]);
    }
    rect[0] = fmin(c[0], c[2]);
    rect[1] = fmin(c[1], c[3]);
    rect[2] = fmax(c[0], c[2]);
    rect[3] = fmax(c[1], c[3]);
    return PDS_OK;
}

static pds_code add_widget(walk *w, pds_sig_field *field, pds_ref ref, pds_span dict, pds_err *e)
{
    pds_ref *grown = realloc(field->widgets, (field->widget_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a widget");
    }
    field->widgets = grown;
    grown[field->widget_count++] = ref;
    return field->widget_count == 1 ? pds_form_rect(w->doc, dict, field->rect, e) : PDS_OK;
}

/* The kids of a signature field are its widgets. */
static pds_code add_kid_widgets(walk *w, pds_sig_field *field, pds_span kids, pds_err *e)
{
    pds_iter it = pds_iter_of(kids);
    pds_span key;
    pds_span value;
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object kid = { 0 };
        PDS_TRY(read_node(w, value, &kid, e));
        if (kid.ref.num != 0 && pds_value_kind(kid.value) == PDS_KIND_DICT) {
            PDS_TRY(add_widget(w, field, kid.ref, kid.value, e));
        }
    }
    return PDS_OK;
}

static pds_code new_field(walk *w, pds_ref ref, pds_sig_field **out, pds_err *e)
{
    pds_form *form = w->form;
    pds_sig_field *grown = realloc(form->fields, (form->count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a field");
    }
    form->fields = grown;
    *out = &grown[form->count];
    **out = (pds_sig_field){ .ref = ref };
    w->names += w->name.len;
    if (w->names > NAMES_MAX_BYTES) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the names of the fields have more than %d MiB",
                 NAMES_MAX_BYTES >> 20);
    }
    (*out)->name = strndup(w->name.len == 0 ? "" : (const char *)w->name.ptr, w->name.len);
    if ((*out)->name == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a field");
    }
    form->count++;
    return PDS_OK;
}

static bool parent_of(pds_span dict, pds_ref *out)
{
    pds_span parent;
    return pds_dict_get(dict, "Parent", &parent) && pds_value_ref(parent, out);
}

/* Readers go up by /Parent, where this walk came down by /Kids: that way must end, too. */
static pds_code check_parents(walk *w, pds_span dict, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object up = { 0 };
    pds_ref parent;
    for (int i = 0; parent_of(dict, &parent); i++) {
        if (i == TREE_DEPTH_MAX) {
            PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the field's parents have no end");
        }
        PDS_TRY(pds_doc_read(w->doc, parent, &up, e));
        dict = up.value;
    }
    return PDS_OK;
}

static pds_code add_field(walk *w, const node *n, pds_span dict, pds_span kids, pds_err *e)
{
    pds_sig_field *field = NULL;
    pds_span subtype;
    if (n->ref.num == 0) {
        return pds_err_field(pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                                      "a signature field is a direct object, not a reference"),
                             e, pds_buf_cstr(&w->name));
    }
    PDS_TRY(pds_err_field(check_parents(w, dict, e), e, pds_buf_cstr(&w->name)));
    PDS_TRY(new_field(w, n->ref, &field, e));
    PDS_TRY(add_kid_widgets(w, field, kids, e));
    if (field->widget_count == 0 && pds_dict_get(dict, "Subtype", &subtype) &&
        pds_value_is_name(subtype, "Widget")) {
        PDS_TRY(add_widget(w, field, n->ref, dict, e));
    }
    PDS_TRY(keep_signature(w, n->value, &field->value, e));
    field->is_signed = field->value.len > 0;
    PDS_TRY(keep_entry(w, dict, "Lock", &field->lock, e));
    return keep_entry(w, dict, "SV", &field->seed, e);
}

/* Do the kids go on with the field tree (a kid with a name), or are they widgets? */
static pds_code kids_are_fields(walk *w, pds_span kids, bool *out, pds_err *e)
{
    pds_iter it = pds_iter_of(kids);
    pds_span key;
    pds_span value;
    pds_span name;
    *out = false;
    while (!*out && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object kid = { 0 };
        PDS_TRY(read_node(w, value, &kid, e));
        *out = pds_dict_get(kid.value, "T", &name);
    }
    return PDS_OK;
}

static pds_code walk_node(walk *w, const node *parent, pds_span value, pds_err *e);

static pds_code walk_kids(walk *w, const node *n, pds_span kids, pds_err *e)
{
    pds_iter it = pds_iter_of(kids);
    pds_span key;
    pds_span value;
    while (pds_iter_next(&it, &key, &value)) {
        PDS_TRY(walk_node(w, n, value, e));
    }
    return PDS_OK;
}

static pds_code walk_node(walk *w, const node *parent, pds_span value, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object self = { 0 };
    PDS_OWN(pds_object_drop) pds_object kids = { 0 };
    PDS_OWN(pds_object_drop) pds_object type = { 0 };
    node n = { .parent = parent };
    pds_span name;
    bool fields_below = false;
    bool again = false;

    PDS_TRY(read_node(w, value, &self, e));
    if (pds_value_kind(self.value) != PDS_KIND_DICT) {
        return PDS_OK; /* null: a deleted field */
    }
    if (parent != NULL && !pds_dict_get(self.value, "T", &name)) {
        return PDS_OK; /* a widget among fields */
    }
    n.ref = self.ref;
    n.depth = parent == NULL ? 1 : parent->depth + 1;
    PDS_TRY(check_way(w, &n, &again, e));
    if (again) {
        return PDS_OK;
    }
    PDS_TRY(enter_name(w, parent, self.value, e));
    n.name_len = w->name.len;
    PDS_TRY(pds_doc_get(w->doc, self.value, "FT", &type, e));
    n.type = type.value.len != 0 || parent == NULL ? type.value : parent->type;
    if (!pds_dict_get(self.value, "V", &n.value) && parent != NULL) {
        n.value = parent->value;
    }
    PDS_TRY(pds_doc_get(w->doc, self.value, "Kids", &kids, e));
    PDS_TRY(kids_are_fields(w, kids.value, &fields_below, e));
    if (fields_below) {
        return walk_kids(w, &n, kids.value, e);
    }
    return pds_value_is_name(n.type, "Sig") ? add_field(w, &n, self.value, kids.value, e) : PDS_OK;
}

/* Kind of a value that may also be missing or null. */
static pds_code expect_kind(pds_object *o, pds_kind kind, const char *key, pds_err *e)
{
    pds_kind found = pds_value_kind(o->value);
    if (found == PDS_KIND_NULL) {
        o->value = pds_span_of(NULL, 0);
    }
    if (found == kind || found == PDS_KIND_NULL || found == PDS_KIND_NONE) {
        return PDS_OK;
    }
    return pds_err_object(
        pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "/%s is not %s", key,
                 pds_translated(kind == PDS_KIND_ARRAY ? N_("an array") : N_("a dictionary"))),
        e, o->ref.num);
}

pds_code pds_form_read(pds_doc *doc, pds_form *out, pds_err *e)
{
    PDS_OWN(walk_drop) walk w = { .doc = doc, .form = out, .name = { .max = NAME_MAX_BYTES } };
    PDS_OWN(pds_object_drop) pds_object fields = { 0 };

    PDS_TRY(pds_doc_catalog(doc, &out->catalog, e));
    PDS_TRY(pds_doc_get(doc, out->catalog.value, "AcroForm", &out->acroform, e));
    PDS_TRY(expect_kind(&out->acroform, PDS_KIND_DICT, "AcroForm", e));
    PDS_TRY(pds_doc_get(doc, out->acroform.value, "Fields", &fields, e));
    PDS_TRY(expect_kind(&fields, PDS_KIND_ARRAY, "Fields", e));
    w.seen = calloc(pds_doc_size(doc) / 8 + 1, 1);
    if (w.seen == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory to read the form");
    }
    return walk_kids(&w, NULL, fields.value, e);
}

/* ---- pages of widgets ---- */

typedef struct widget_row {
    uint32_t object;
    size_t field; /* index in the form */
} widget_row;

typedef struct page_search {
    pds_doc *doc;
    pds_form *form;
    widget_row *widgets; /* first widget of each field, by object number */
    size_t count;
    uint32_t pages;
} page_search;

static void page_search_drop(page_search *s)
{
    free(s->widgets);
}

static int compare_widgets(const void *a, const void *b)
{
    uint32_t left = ((const widget_row *)a)->object;
    uint32_t right = ((const widget_row *)b)->object;
    return (left > right) - (left < right);
}

static pds_code index_widgets(page_search *s, pds_err *e)
{
    s->widgets = calloc(s->form->count + 1, sizeof *s->widgets);
    if (s->widgets == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu fields", s->form->count);
    }
    for (size_t i = 0; i < s->form->count; i++) {
        if (s->form->fields[i].widget_count > 0) {
            s->widgets[s->count++] = (widget_row){ s->form->fields[i].widgets[0].num, i };
        }
    }
    qsort(s->widgets, s->count, sizeof *s->widgets, compare_widgets);
    return PDS_OK;
}

static pds_code search_page(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                            pds_err *e)
{
    page_search *s = ctx;
    PDS_OWN(pds_object_drop) pds_object annots = { 0 };
    pds_span key;
    pds_span value;
    pds_ref ref;
    (void)stop;
    s->pages++;
    if (s->count == 0) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_get(s->doc, object->value, "Annots", &annots, e));
    pds_iter it = pds_iter_of(annots.value);
    while (pds_iter_next(&it, &key, &value)) {
        if (pds_value_ref(value, &ref)) {
            widget_row wanted = { ref.num, 0 };
            const widget_row *found =
                bsearch(&wanted, s->widgets, s->count, sizeof wanted, compare_widgets);
            if (found != NULL && s->form->fields[found->field].page == 0) {
                s->form->fields[found->field].page = page->number;
            }
        }
    }
    return PDS_OK;
}

pds_code pds_form_find_pages(pds_doc *doc, pds_form *form, uint32_t *pages, pds_err *e)
{
    PDS_OWN(page_search_drop) page_search s = { .doc = doc, .form = form };
    PDS_TRY(index_widgets(&s, e));
    PDS_TRY(pds_pages_each(doc, search_page, &s, e));
    *pages = s.pages;
    return PDS_OK;
}

/* ---- looking up ---- */

const pds_sig_field *pds_form_find(const pds_form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            return &form->fields[i];
        }
    }
    return NULL;
}

bool pds_form_has_signatures(const pds_form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        if (form->fields[i].is_signed) {
            return true;
        }
    }
    return false;
}

bool pds_form_has_root(const pds_form *form, const char *partial_name)
{
    for (size_t i = 0; i < form->root_count; i++) {
        if (strcmp(form->roots[i], partial_name) == 0) {
            return true;
        }
    }
    return false;
}

unsigned long pds_form_number(const char *name, const char *stem)
{
    const size_t len = strlen(stem);
    const unsigned long number = strncmp(name, stem, len) == 0 ? strtoul(name + len, NULL, 10) : 0;
    return number < UINT32_MAX ? number : 0;
}

unsigned long pds_form_last_number(const pds_form *form, const char *stem)
{
    unsigned long highest = 0;
    for (size_t i = 0; i < form->root_count; i++) {
        const unsigned long number = pds_form_number(form->roots[i], stem);
        highest = number > highest ? number : highest;
    }
    return highest;
}

bool pds_sig_field_visible(const pds_sig_field *field)
{
    return field->widget_count > 0 && field->rect[2] > field->rect[0] &&
           field->rect[3] > field->rect[1];
}

void pds_form_drop(pds_form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        pds_sig_field *field = &form->fields[i];
        free(field->name);
        free(field->widgets);
        pds_buf_drop(&field->value);
        pds_buf_drop(&field->lock);
        pds_buf_drop(&field->seed);
    }
    for (size_t i = 0; i < form->root_count; i++) {
        free(form->roots[i]);
    }
    free(form->fields);
    free(form->roots);
    pds_object_drop(&form->catalog);
    pds_object_drop(&form->acroform);
    *form = (pds_form){ 0 };
}
