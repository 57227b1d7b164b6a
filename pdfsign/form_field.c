#include "pdfsign/form_field.h"

#include "base/own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WIDGETS_MAX = 256 }; /* nobody writes one date more often */

/* What is inherited on the way down the field tree (12.7.4.1); texts as they stand. */
enum { TYPE, FLAGS, VALUE, LENGTH, QUADDING, APPEARANCE, ATTRIBUTES };
static const char *const NAMES[ATTRIBUTES] = { "FT", "Ff", "V", "MaxLen", "Q", "DA" };

typedef struct descent {
    pds_doc *doc;
    pds_buf attributes[ATTRIBUTES];
    pds_object at;    /* the node reached */
    const char *rest; /* of the full name */
} descent;

static void descent_drop(descent *d)
{
    for (int i = 0; i < ATTRIBUTES; i++) {
        pds_buf_drop(&d->attributes[i]);
    }
    pds_object_drop(&d->at);
}

void pds_form_field_drop(pds_form_field *f)
{
    free(f->widgets);
    *f = (pds_form_field){ 0 };
}

static pds_code inherit(descent *d, pds_span dict, pds_err *e)
{
    for (int i = 0; i < ATTRIBUTES; i++) {
        PDS_OWN(pds_object_drop) pds_object value = { 0 };
        PDS_TRY(pds_doc_get(d->doc, dict, NAMES[i], &value, e));
        if (value.value.len > 0) {
            pds_buf_clear(&d->attributes[i]);
            pds_buf_put(&d->attributes[i], value.value);
        }
        PDS_TRY(pds_buf_end(&d->attributes[i], e));
    }
    return PDS_OK;
}

/* Is this node's partial name the next part of the name? Then that part is taken. */
static pds_code name_leads_on(descent *d, pds_span dict, bool *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object partial = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    *out = false;
    PDS_TRY(pds_doc_get(d->doc, dict, "T", &partial, e));
    if (pds_value_kind(partial.value) != PDS_KIND_STRING || !pds_value_utf8(partial.value, &text)) {
        return pds_buf_end(&text, e);
    }
    *out = strlen(d->rest) >= text.len && memcmp(d->rest, text.ptr, text.len) == 0 &&
           (d->rest[text.len] == '\0' || d->rest[text.len] == '.');
    if (*out) {
        d->rest += text.len + (d->rest[text.len] == '.' ? 1U : 0U);
    }
    return PDS_OK;
}

/* Goes down to the first kid that the name leads to; one way only, so that a hostile tree cannot
 * make many. */
static pds_code step(descent *d, pds_span kids, bool *found, pds_err *e)
{
    pds_iter it = pds_iter_of(kids);
    pds_span key;
    pds_span value;
    *found = false;
    while (!*found && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object kid = { 0 };
        PDS_TRY(pds_doc_resolve(d->doc, value, &kid, e));
        PDS_TRY(name_leads_on(d, kid.value, found, e));
        if (*found) {
            PDS_TRY(inherit(d, kid.value, e));
            PDS_TRY(pds_doc_read(d->doc, kid.ref, &d->at, e));
        }
    }
    return PDS_OK;
}

static pds_code no_such_field(const char *name, pds_err *e)
{
    const pds_code code =
        pds_fail(e, PDS_E_FIELD_UNKNOWN, __func__, "the form has no field named '%s'", name);
    return pds_err_hint(pds_err_field(code, e, name), e,
                        "a field's full name begins with those above it, as in Party.Date");
}

static pds_code descend(descent *d, pds_span roots, const char *name, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object kids = { 0 };
    bool found = false;
    d->rest = name;
    if (*name == '\0' || name[strlen(name) - 1] == '.') {
        return no_such_field(name, e);
    }
    PDS_TRY(step(d, roots, &found, e));
    while (found && *d->rest != '\0') {
        const char *before = d->rest;
        PDS_TRY(pds_doc_get(d->doc, d->at.value, "Kids", &kids, e));
        PDS_TRY(step(d, kids.value, &found, e));
        found = found && d->rest > before; /* an empty part is no way down */
    }
    return found && d->at.ref.num != 0 ? PDS_OK : no_such_field(name, e);
}

/* ---- what was found ---- */

static pds_code add_widget(pds_doc *doc, pds_form_field *f, const pds_object *widget, pds_err *e)
{
    if (f->widget_count == WIDGETS_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the field has more than %d widgets", WIDGETS_MAX);
    }
    pds_form_widget *grown = realloc(f->widgets, (f->widget_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a widget");
    }
    f->widgets = grown;
    grown[f->widget_count] = (pds_form_widget){ .ref = widget->ref };
    return pds_form_rect(doc, widget->value, grown[f->widget_count++].rect, e);
}

static pds_code read_widgets(descent *d, pds_form_field *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object kids = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(d->doc, d->at.value, "Kids", &kids, e));
    pds_iter it = pds_iter_of(kids.value);
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object kid = { 0 };
        PDS_TRY(pds_doc_resolve(d->doc, value, &kid, e));
        if (kid.ref.num != 0 && !pds_dict_get(kid.value, "T", &key)) {
            PDS_TRY(add_widget(d->doc, out, &kid, e));
        }
    }
    if (out->widget_count == 0 && pds_dict_get(d->at.value, "Rect", &value)) {
        return add_widget(d->doc, out, &d->at, e);
    }
    return PDS_OK;
}

static pds_form_field_kind kind_of(pds_span type, int64_t flags)
{
    if (pds_value_is_name(type, "Tx")) {
        return PDS_FORM_TEXT;
    }
    if (pds_value_is_name(type, "Sig")) {
        return PDS_FORM_SIGNATURE;
    }
    return pds_value_is_name(type, "Btn") && (flags & PDS_FIELD_PUSH_BUTTON) != 0
               ? PDS_FORM_PUSH_BUTTON
               : PDS_FORM_OTHER;
}

/* The operand before Tf. */
static double font_size_of(pds_span appearance)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_span token;
    double number = 0.0;
    double size = 0.0;
    (void)pds_value_bytes(appearance, &text);
    pds_span rest = pds_buf_span(&text);
    while (pds_token_take(&rest, &token)) {
        if (pds_span_is(token, "Tf")) {
            size = number;
        }
        (void)pds_value_real(token, &number);
    }
    return size > 0.0 ? size : 0.0;
}

static bool is_filled(pds_span value)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    if (pds_value_kind(value) != PDS_KIND_STRING) {
        return pds_value_kind(value) != PDS_KIND_NONE && pds_value_kind(value) != PDS_KIND_NULL;
    }
    (void)pds_value_utf8(value, &text);
    for (size_t i = 0; i < text.len; i++) {
        if (isspace(text.ptr[i]) == 0) {
            return true;
        }
    }
    return false;
}

static pds_span attribute(const descent *d, int which)
{
    return pds_buf_span(&d->attributes[which]);
}

pds_code pds_form_field_find(pds_doc *doc, const pds_form *form, const char *name,
                             pds_form_field *out, pds_err *e)
{
    PDS_OWN(descent_drop) descent d = { .doc = doc };
    PDS_OWN(pds_object_drop) pds_object roots = { 0 };

    *out = (pds_form_field){ 0 };
    PDS_TRY(inherit(&d, form->acroform.value, e)); /* /Q and /DA of the form */
    PDS_TRY(pds_doc_get(doc, form->acroform.value, "Fields", &roots, e));
    PDS_TRY(descend(&d, roots.value, name, e));
    out->ref = d.at.ref;
    (void)pds_value_int(attribute(&d, FLAGS), &out->flags);
    (void)pds_value_int(attribute(&d, LENGTH), &out->max_length);
    (void)pds_value_int(attribute(&d, QUADDING), &out->quadding);
    out->kind = kind_of(attribute(&d, TYPE), out->flags);
    out->font_size = font_size_of(attribute(&d, APPEARANCE));
    out->filled = is_filled(attribute(&d, VALUE));
    return pds_err_field(read_widgets(&d, out, e), e, name);
}

/* ---- pages ---- */

typedef struct page_search {
    pds_doc *doc;
    pds_form_field *field;
    size_t missing;
} page_search;

static void found_on(page_search *s, pds_ref ref, const pds_page *page)
{
    for (size_t i = 0; i < s->field->widget_count; i++) {
        pds_form_widget *widget = &s->field->widgets[i];
        if (widget->ref.num == ref.num && widget->page.number == 0) {
            widget->page = *page;
            s->missing--;
        }
    }
}

static pds_code search_page(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                            pds_err *e)
{
    page_search *s = ctx;
    PDS_OWN(pds_object_drop) pds_object annotations = { 0 };
    pds_span key;
    pds_span value;
    pds_ref ref;
    PDS_TRY(pds_doc_get(s->doc, object->value, "Annots", &annotations, e));
    pds_iter it = pds_iter_of(annotations.value);
    while (s->missing > 0 && pds_iter_next(&it, &key, &value)) {
        if (pds_value_ref(value, &ref)) {
            found_on(s, ref, page);
        }
    }
    *stop = s->missing == 0;
    return PDS_OK;
}

pds_code pds_form_field_pages(pds_doc *doc, pds_form_field *field, pds_err *e)
{
    page_search s = { .doc = doc, .field = field, .missing = field->widget_count };
    return pds_pages_each(doc, search_page, &s, e);
}
