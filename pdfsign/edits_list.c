/* The list of edits: kinds, names, sentences, names of fields. */
#include "base/grow.h"
#include "base/own.h"
#include "pdfsign/edits_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_DEPTH_MAX = 64, FIELD_NAME_MAX = 4096, NAMED_MAX = 5000 };

typedef struct kind_row {
    const char *name;
    const char *sentence;
    bool counted; /* at most PDS_EDITS_MAX of a revision */
} kind_row;

static const kind_row KINDS[] = {
    [PDS_EDIT_DSS] = { "dss", N_("validation data were added"), true },
    [PDS_EDIT_TIMESTAMP] = { "timestamp", N_("a document timestamp was added"), false },
    [PDS_EDIT_METADATA] = { "metadata", N_("the metadata were changed"), true },
    [PDS_EDIT_SIGNED] = { "signed", N_("an empty signature field was signed"), false },
    [PDS_EDIT_FILLED] = { "filled", N_("a form field was filled"), false },
    [PDS_EDIT_SIGNATURE_UNSEEN] = { "signature-unseen",
                                    N_("a signature was added that shows on no page"), false },
    [PDS_EDIT_SIGNATURE_FIELD] = { "signature-field", N_("a signature field was added"), false },
    [PDS_EDIT_ANNOTATION] = { "annotation", N_("an annotation was added, changed or removed"),
                              true },
    [PDS_EDIT_WIDGET] = { "widget", N_("a form field shows something else without another value"),
                          false },
    [PDS_EDIT_PAGE] = { "page", N_("a page was changed"), true },
    [PDS_EDIT_CATALOG] = { "catalog", N_("the document's catalog was changed"), true },
    [PDS_EDIT_ACTION] = { "action", N_("an action was added"), true },
    [PDS_EDIT_FORM] = { "form", N_("the form was changed beyond filling it"), true },
    [PDS_EDIT_SIGNATURE] = { "signature", N_("an earlier signature was changed"), true },
    [PDS_EDIT_PERMISSIONS] = { "permissions",
                               N_("what signatures allow or lock was changed afterwards"), true },
    [PDS_EDIT_OBJECT] = { "object", N_("an object was changed that nothing known explains"), true },
};

_Static_assert(sizeof KINDS / sizeof KINDS[0] == PDS_EDIT_COUNT, "a kind without its row");

const char *pds_edit_name(pds_edit_kind kind)
{
    return KINDS[kind].name;
}

void pds_edits_drop(pds_edits *edits)
{
    for (size_t i = 0; i < edits->count; i++) {
        free(edits->items[i].field);
        free(edits->items[i].text);
    }
    free(edits->items);
    *edits = (pds_edits){ .count = 0 };
}

static pds_code no_memory(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the changes of a document");
}

static char *sentence_of(pds_edit_kind kind, const char *detail)
{
    char *text = NULL;
    const char *const sentence = pds_translated(KINDS[kind].sentence);
    if (detail == NULL || *detail == '\0') {
        return strdup(sentence);
    }
    return asprintf(&text, pds_translated(N_("%s (%s)")), sentence, detail) < 0 ? NULL : text;
}

/* Is there room for one more of this kind? */
static bool has_room(pds_step *s, pds_edit_kind kind)
{
    if (s->kept[kind] < PDS_EDITS_MAX) {
        s->kept[kind]++;
        return true;
    }
    if (!KINDS[kind].counted && s->named < NAMED_MAX) {
        s->named++;
        return true;
    }
    s->out->more = true;
    s->out->unnamed = s->out->unnamed || !KINDS[kind].counted;
    return false;
}

/* An object that cannot be read is met at each turn. */
static bool is_told(const pds_step *s, pds_edit_kind kind, uint32_t num)
{
    const pds_edit *const last = s->out->count == 0 ? NULL : &s->out->items[s->out->count - 1];
    return kind == PDS_EDIT_OBJECT && last != NULL && last->kind == kind && last->object == num &&
           last->revision == s->revision;
}

pds_code pds_step_edit(pds_step *s, pds_edit_kind kind, uint32_t num, const char *detail,
                       pds_err *e)
{
    pds_edits *const edits = s->out;
    if (is_told(s, kind, num) || !has_room(s, kind)) {
        return PDS_OK;
    }
    pds_edit *const more = pds_grow(edits->items, edits->count, sizeof *more);
    if (more == NULL) {
        return no_memory(e);
    }
    edits->items = more;
    edits->items[edits->count] =
        (pds_edit){ kind, s->revision, num, NULL, sentence_of(kind, detail) };
    return edits->items[edits->count++].text == NULL ? no_memory(e) : PDS_OK;
}

/* ---- names of fields ---- */

/* Puts the partial name of a field in front of what is there. */
static pds_code put_name(pds_step *s, uint32_t num, pds_buf *name, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object field = { 0 };
    PDS_OWN(pds_object_drop) pds_object partial = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_TRY(pds_step_read(s, s->now, num, &field, e));
    if (field.value.len == 0 || pds_value_kind(field.value) == PDS_KIND_NULL) {
        PDS_TRY(pds_step_read(s, s->was, num, &field, e));
    }
    pds_span value = { 0 };
    (void)pds_dict_get(field.value, "T", &value);
    PDS_TRY(pds_step_resolve(s, s->now, value, &partial, e));
    if (pds_value_kind(partial.value) != PDS_KIND_STRING || !pds_value_utf8(partial.value, &text)) {
        return pds_buf_end(&text, e);
    }
    if (name->len > 0) {
        pds_buf_byte(&text, '.');
    }
    pds_buf_replace(name, 0, 0, pds_buf_span(&text));
    return pds_buf_end(name, e);
}

static pds_code climb(pds_step *s, uint32_t num, pds_buf *name, pds_err *e)
{
    for (int i = 0; i < FIELD_DEPTH_MAX && num != 0 && name->len < FIELD_NAME_MAX; i++) {
        PDS_TRY(put_name(s, num, name, e));
        num = pds_step_role(s, num)->owner;
    }
    return PDS_OK;
}

/* Fields that stand below the same one come together: its name is looked up once. */
static pds_code full_name(pds_step *s, uint32_t num, pds_buf *name, pds_err *e)
{
    const uint32_t above = pds_step_role(s, num)->owner;
    if (above != 0 && above != s->above) {
        pds_buf_clear(&s->above_name);
        PDS_TRY(climb(s, above, &s->above_name, e));
        s->above = above;
    }
    PDS_TRY(put_name(s, num, name, e));
    if (above == 0 || s->above_name.len == 0) {
        return PDS_OK;
    }
    if (name->len > 0) {
        pds_buf_replace(name, 0, 0, pds_span_text("."));
    }
    pds_buf_replace(name, 0, 0, pds_buf_span(&s->above_name));
    return pds_buf_end(name, e);
}

pds_code pds_step_field_edit(pds_step *s, pds_edit_kind kind, uint32_t num, const char *detail,
                             pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf name = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    const size_t before = s->out->count;
    PDS_TRY(full_name(s, num, &name, e));
    pds_buf_put(&text, pds_buf_span(&name));
    if (detail != NULL) {
        pds_buf_printf(&text, "%s%s", name.len > 0 ? ", " : "", detail);
    }
    PDS_TRY(pds_step_edit(s, kind, num, pds_buf_cstr(&text), e));
    if (s->out->count == before) {
        return PDS_OK;
    }
    pds_edit *const edit = &s->out->items[s->out->count - 1];
    edit->field = strdup(pds_buf_cstr(&name));
    return edit->field == NULL ? no_memory(e) : PDS_OK;
}
