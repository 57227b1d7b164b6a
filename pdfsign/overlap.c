#include "pdfsign/overlap.h"

#include "base/own.h"

#include <math.h>
#include <stdlib.h>

enum {
    WIDGETS_MAX = 100000, /* on one page */
    PARENTS_MAX = 64,
    CHAINS = 1024,
    FLAG_HIDDEN = 1 << 1, /* /F, ISO 32000-2, table 167 */
    FLAG_NO_VIEW = 1 << 5
};

static const double TOUCHING = 0.5; /* points */

typedef struct widget {
    pds_ref ref; /* num 0: a direct object */
    double rect[4];
} widget;

typedef struct taken {
    size_t signing;
    uint32_t page; /* its object */
    double rect[4];
    bool date;
    size_t before; /* the mark before it in its chain, from 1; 0: none */
} taken;

struct pds_ground {
    taken *marks;
    size_t mark_count, mark_room;
    size_t chains[CHAINS]; /* the newest mark, from 1, of pages whose number has this remainder */
    uint32_t page;         /* whose widgets these are; 0: none yet */
    widget *widgets;
    size_t widget_count, widget_room;
};

void pds_ground_drop(pds_ground **g)
{
    if (*g != NULL) {
        free((*g)->marks);
        free((*g)->widgets);
        free(*g);
        *g = NULL;
    }
}

static pds_code ground_of(pds_scene *s, pds_ground **out, pds_err *e)
{
    if (s->ground == NULL) {
        s->ground = calloc(1, sizeof *s->ground);
    }
    if (s->ground == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for what stands on the pages");
    }
    *out = s->ground;
    return PDS_OK;
}

/* Room for one more item; by doubling. */
static pds_code make_room(void **items, size_t count, size_t *room, size_t size, pds_err *e)
{
    if (count < *room) {
        return PDS_OK;
    }
    size_t wanted = *room * 2 + 16;
    void *grown = realloc(*items, wanted * size);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for what stands on the pages");
    }
    *items = grown;
    *room = wanted;
    return PDS_OK;
}

static bool overlap(const double a[4], const double b[4], double unit)
{
    double width = fmin(a[2], b[2]) - fmax(a[0], b[0]);
    double height = fmin(a[3], b[3]) - fmax(a[1], b[1]);
    return width * unit > TOUCHING && height * unit > TOUCHING;
}

/* ---- widgets of a page ---- */

static pds_code keep_if_seen(pds_scene *s, const pds_object *annotation, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object flags = { 0 };
    pds_ground *g = s->ground;
    widget found = { .ref = annotation->ref };
    int64_t bits = 0;

    PDS_TRY(pds_doc_get(s->in->doc, annotation->value, "F", &flags, e));
    (void)pds_value_int(flags.value, &bits);
    PDS_TRY(pds_form_rect(s->in->doc, annotation->value, found.rect, e));
    if ((bits & (FLAG_HIDDEN | FLAG_NO_VIEW)) != 0 || found.rect[2] <= found.rect[0] ||
        found.rect[3] <= found.rect[1]) {
        return PDS_OK;
    }
    if (g->widget_count == WIDGETS_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the page has more than %d form fields", WIDGETS_MAX);
    }
    PDS_TRY(
        make_room((void **)&g->widgets, g->widget_count, &g->widget_room, sizeof *g->widgets, e));
    g->widgets[g->widget_count++] = found;
    return PDS_OK;
}

static pds_code read_widgets(pds_scene *s, pds_span annotations, pds_err *e)
{
    pds_iter it = pds_iter_of(annotations);
    pds_span key;
    pds_span value;
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object annotation = { 0 };
        PDS_OWN(pds_object_drop) pds_object subtype = { 0 };
        PDS_TRY(pds_doc_resolve(s->in->doc, value, &annotation, e));
        PDS_TRY(pds_doc_get(s->in->doc, annotation.value, "Subtype", &subtype, e));
        if (pds_value_is_name(subtype.value, "Widget")) {
            PDS_TRY(keep_if_seen(s, &annotation, e));
        }
    }
    return PDS_OK;
}

static pds_code look_at_page(pds_scene *s, const pds_page *page, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_object_drop) pds_object annotations = { 0 };
    if (s->ground->page == page->ref.num) {
        return PDS_OK;
    }
    s->ground->page = 0;
    s->ground->widget_count = 0;
    PDS_TRY(pds_doc_read(s->in->doc, page->ref, &object, e));
    PDS_TRY(pds_doc_get(s->in->doc, object.value, "Annots", &annotations, e));
    PDS_TRY(read_widgets(s, annotations.value, e));
    s->ground->page = page->ref.num;
    return PDS_OK;
}

/* ---- names for messages ---- */

static pds_code parent_of(pds_doc *doc, pds_object *object, bool *found, pds_err *e)
{
    pds_span parent;
    pds_ref ref;
    *found = pds_dict_get(object->value, "Parent", &parent) && pds_value_ref(parent, &ref);
    return *found ? pds_doc_read(doc, ref, object, e) : PDS_OK;
}

static pds_code put_name_before(pds_doc *doc, pds_span dict, pds_buf *name, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object partial = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_TRY(pds_doc_get(doc, dict, "T", &partial, e));
    if (!pds_value_utf8(partial.value, &text)) {
        return PDS_OK;
    }
    if (name->len > 0) {
        pds_buf_byte(&text, '.');
    }
    pds_buf_replace(name, 0, 0, pds_buf_span(&text));
    return PDS_OK;
}

/* The full name of a widget's field: its own part and those of its parents. */
static pds_code name_of(pds_doc *doc, pds_ref ref, pds_buf *name, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    bool found = ref.num != 0;
    PDS_TRY(pds_doc_read(doc, ref, &object, e));
    for (int i = 0; found && i < PARENTS_MAX; i++) {
        PDS_TRY(put_name_before(doc, object.value, name, e));
        PDS_TRY(parent_of(doc, &object, &found, e));
    }
    return pds_buf_end(name, e);
}

static const char *const HINT =
    N_("choose another place, or let them overlap with --allow-overlap");

static pds_code taken_by_field(pds_scene *s, const widget *there, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf name = { 0 };
    PDS_TRY(name_of(s->in->doc, there->ref, &name, e));
    const char *text = pds_buf_cstr(&name);
    pds_code code =
        pds_fail(e, PDS_E_PLACE_TAKEN, __func__,
                 "the field '%s' stands at %.0f,%.0f,%.0f,%.0f, where something new would be drawn",
                 text, there->rect[0], there->rect[1], there->rect[2], there->rect[3]);
    return pds_err_hint(pds_err_field(code, e, text), e, HINT);
}

static pds_code taken_by_mark(const pds_claim *claim, const taken *there, pds_err *e)
{
    const double *r = there->rect;
    pds_code code =
        there->signing == claim->signing
            ? pds_fail(e, PDS_E_PLACE_TAKEN, __func__,
                       "two drawings of this signer would overlap at %.0f,%.0f,%.0f,%.0f", r[0],
                       r[1], r[2], r[3])
            : pds_fail(e, PDS_E_PLACE_TAKEN, __func__,
                       "the drawings of signer %zu and signer %zu would overlap at "
                       "%.0f,%.0f,%.0f,%.0f",
                       there->signing + 1, claim->signing + 1, r[0], r[1], r[2], r[3]);
    return pds_err_hint(code, e, HINT);
}

/* ---- checking ---- */

static bool is_own(const pds_claim *claim, pds_ref ref)
{
    const pds_sig_field *field = claim->signed_field;
    for (size_t i = 0; field != NULL && ref.num != 0 && i < field->widget_count; i++) {
        if (field->widgets[i].num == ref.num) {
            return true;
        }
    }
    return false;
}

static pds_code check_widgets(pds_scene *s, const pds_claim *claim, pds_err *e)
{
    PDS_TRY(look_at_page(s, claim->page, e));
    for (size_t i = 0; i < s->ground->widget_count; i++) {
        const widget *there = &s->ground->widgets[i];
        if (!is_own(claim, there->ref) &&
            overlap(claim->rect, there->rect, claim->page->user_unit)) {
            return taken_by_field(s, there, e);
        }
    }
    return PDS_OK;
}

static size_t *chain_of(pds_ground *g, uint32_t page)
{
    return &g->chains[page % CHAINS];
}

/* A date may cross the seal of its own signer, and the seal the date. */
static bool belong_together(const pds_claim *claim, const taken *there)
{
    return claim->signing == there->signing && (claim->date || there->date);
}

static pds_code check_marks(const pds_scene *s, const pds_claim *claim, pds_err *e)
{
    const taken *marks = s->ground->marks; /* NULL: none yet */
    size_t next = marks == NULL ? 0 : *chain_of(s->ground, claim->page->ref.num);
    while (next != 0) {
        const taken *there = &marks[next - 1];
        next = there->before;
        if (there->page == claim->page->ref.num && !belong_together(claim, there) &&
            overlap(claim->rect, there->rect, claim->page->user_unit)) {
            return taken_by_mark(claim, there, e);
        }
    }
    return PDS_OK;
}

static pds_code keep(pds_ground *g, const pds_claim *claim, pds_err *e)
{
    size_t *chain = chain_of(g, claim->page->ref.num);
    taken kept = { .signing = claim->signing,
                   .page = claim->page->ref.num,
                   .date = claim->date,
                   .before = *chain };
    memcpy(kept.rect, claim->rect, sizeof kept.rect);
    PDS_TRY(make_room((void **)&g->marks, g->mark_count, &g->mark_room, sizeof *g->marks, e));
    g->marks[g->mark_count++] = kept;
    *chain = g->mark_count;
    return PDS_OK;
}

pds_code pds_scene_claim(pds_scene *s, const pds_claim *claim, pds_err *e)
{
    pds_ground *ground = NULL;
    PDS_TRY(ground_of(s, &ground, e));
    if (!s->job->signings[claim->signing].signature.look.allow_overlap) {
        PDS_TRY(pds_err_page(check_marks(s, claim, e), e, claim->page->number));
        PDS_TRY(pds_err_page(check_widgets(s, claim, e), e, claim->page->number));
    }
    return keep(ground, claim, e);
}
