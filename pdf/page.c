#include "pdf/page.h"

#include "base/own.h"
#include "pdf/object.h"

#include <math.h>
#include <stdlib.h>

enum { DEPTH_MAX = 100, RING = 16 };

/* What a node of the page tree hands down (ISO 32000-2, 7.7.3.4). */
typedef struct inherited {
    double media[4], crop[4];
    bool has_crop;
    int rotate;
    pds_ref resources; /* the node that has them */
} inherited;

/* Where there is no usable MediaBox: US Letter, as the common readers have it. */
static const inherited ROOT = { .media = { 0, 0, 612, 792 } };

typedef struct walk {
    pds_doc *doc;
    pds_page_fn fn;
    void *ctx;
    uint8_t *seen; /* one bit an object; owned */
    uint32_t pages;
    bool stop;
    pds_err *e;
} walk;

static pds_code fail(const walk *w, const pds_object *o, const char *what)
{
    const pds_code code =
        pds_fail(w->e, PDS_E_PDF_DAMAGED, __func__, "object %u of the page tree %s",
                 (unsigned)o->ref.num, pds_translated(what));
    return pds_err_object(pds_err_at(code, w->e, o->offset), w->e, o->ref.num);
}

/* ---- attributes ---- */

/* What is looked at in the dictionary of a node or page. */
enum { TYPE, KIDS, MEDIA_BOX, CROP_BOX, ROTATE, USER_UNIT, RESOURCES, ENTRY_COUNT };
static const char *const ENTRY_NAMES[ENTRY_COUNT] = { "Type",   "Kids",     "MediaBox", "CropBox",
                                                      "Rotate", "UserUnit", "Resources" };

/* Their values; empty where there is none. One walk over the dictionary finds them all. */
typedef struct entries {
    pds_span of[ENTRY_COUNT];
} entries;

static entries find_entries(pds_span dict)
{
    entries found = { 0 };
    pds_span key = { 0 }, value = { 0 };
    for (pds_iter it = pds_iter_of(dict); pds_iter_next(&it, &key, &value);) {
        for (int i = 0; it.dict && i < ENTRY_COUNT; i++) {
            if (pds_value_is_name(key, ENTRY_NAMES[i])) {
                found.of[i] = value;
                break;
            }
        }
    }
    return found;
}

static pds_code get_real(walk *w, pds_span value, double *out, bool *found)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    PDS_TRY(pds_doc_resolve(w->doc, value, &o, w->e));
    *found = pds_value_real(o.value, out);
    return PDS_OK;
}

static void sort_pair(double *low, double *high)
{
    const double first = *low;
    *low = fmin(first, *high);
    *high = fmax(first, *high);
}

static bool has_area(const double box[4])
{
    return box[0] < box[2] && box[1] < box[3];
}

/* A box with its corners in order; one that is not four numbers or has no area counts as missing.
 */
static pds_code get_box(walk *w, pds_span from, double out[4], bool *found)
{
    PDS_OWN(pds_object_drop) pds_object array = { 0 };
    pds_span unused = { 0 }, value = { 0 };
    double box[4] = { 0 };
    size_t count = 0;
    bool sound = true;
    PDS_TRY(pds_doc_resolve(w->doc, from, &array, w->e));
    pds_iter it = pds_iter_of(array.value);
    while (count < 4 && sound && !it.dict && pds_iter_next(&it, &unused, &value)) {
        PDS_TRY(get_real(w, value, &box[count++], &sound));
    }
    sort_pair(&box[0], &box[2]);
    sort_pair(&box[1], &box[3]);
    *found = sound && count == 4 && has_area(box);
    if (*found) {
        memcpy(out, box, sizeof box);
    }
    return PDS_OK;
}

/* Degrees clockwise; what is no multiple of 90 is not obeyed. */
static int quarter_turns(double degrees)
{
    if (!(fabs(degrees) < 1e9) || fmod(degrees, 90) != 0) {
        return 0;
    }
    const int turn = (int)fmod(degrees, 360);
    return turn < 0 ? turn + 360 : turn;
}

static pds_code inherit(walk *w, const pds_object *o, const entries *from, inherited *to)
{
    bool found = false;
    double degrees = 0;
    PDS_TRY(get_box(w, from->of[MEDIA_BOX], to->media, &found));
    PDS_TRY(get_box(w, from->of[CROP_BOX], to->crop, &found));
    to->has_crop = to->has_crop || found;
    PDS_TRY(get_real(w, from->of[ROTATE], &degrees, &found));
    to->rotate = found ? quarter_turns(degrees) : to->rotate;
    to->resources = from->of[RESOURCES].len > 0 ? o->ref : to->resources;
    return PDS_OK;
}

/* The CropBox as far as it lies in the MediaBox, else that (14.11.2.1). */
static void clip(const inherited *from, double out[4])
{
    memcpy(out, from->media, sizeof from->media);
    if (!from->has_crop) {
        return;
    }
    const double box[4] = { fmax(from->media[0], from->crop[0]),
                            fmax(from->media[1], from->crop[1]),
                            fmin(from->media[2], from->crop[2]),
                            fmin(from->media[3], from->crop[3]) };
    if (has_area(box)) {
        memcpy(out, box, sizeof box);
    }
}

/* ---- the tree ---- */

static pds_code visit_page(walk *w, const pds_object *o, pds_span user_unit, const inherited *from)
{
    pds_page page = {
        .number = ++w->pages, .ref = o->ref, .rotate = from->rotate, .resources = from->resources
    };
    double unit = 0;
    bool found = false;
    clip(from, page.crop);
    PDS_TRY(get_real(w, user_unit, &unit, &found));
    page.user_unit = found && unit > 0 ? unit : 1;
    return pds_err_page(w->fn(w->ctx, &page, o, &w->stop, w->e), w->e, page.number);
}

static pds_code mark_seen(walk *w, const pds_object *o)
{
    uint8_t *const byte = &w->seen[o->ref.num / 8];
    const uint8_t bit = (uint8_t)(1U << o->ref.num % 8);
    if ((*byte & bit) != 0) {
        return fail(w, o, N_("is met a second time: the tree loops"));
    }
    *byte |= bit;
    return PDS_OK;
}

/* Is it a node with kids, or a page? */
static pds_code read_kind(walk *w, const pds_object *o, const entries *at, pds_object *kids,
                          bool *node)
{
    PDS_OWN(pds_object_drop) pds_object type = { 0 };
    *node = false;
    PDS_TRY(pds_doc_resolve(w->doc, at->of[TYPE], &type, w->e));
    if (pds_value_is_name(type.value, "Page")) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_resolve(w->doc, at->of[KIDS], kids, w->e));
    *node = pds_value_kind(kids->value) == PDS_KIND_ARRAY;
    if (!*node && pds_value_kind(type.value) != PDS_KIND_NONE) {
        return fail(w, o, N_("is neither a page nor a node with /Kids"));
    }
    return PDS_OK;
}

static pds_code walk_object(walk *w, pds_span ref, inherited from, int depth, pds_object *o);

static pds_code walk_kids(walk *w, const pds_object *node, pds_span kids, const inherited *from,
                          int depth)
{
    PDS_OWN(pds_object_drop) pds_object kid = { 0 };
    pds_span key = { 0 }, value = { 0 };
    if (depth == DEPTH_MAX) {
        PDS_FAIL(w->e, PDS_E_PDF_LIMIT, "a page tree of more than %d levels", (int)DEPTH_MAX);
    }
    pds_iter it = pds_iter_of(kids);
    while (!w->stop && pds_iter_next(&it, &key, &value)) {
        if (pds_value_kind(value) != PDS_KIND_REF) {
            return fail(w, node, N_("has a kid that is not a reference"));
        }
        PDS_TRY(walk_object(w, value, *from, depth + 1, &kid));
    }
    return PDS_OK;
}

static pds_code walk_object(walk *w, pds_span ref, inherited from, int depth, pds_object *o)
{
    PDS_OWN(pds_object_drop) pds_object kids = { 0 };
    bool node = false;
    PDS_TRY(pds_doc_resolve(w->doc, ref, o, w->e));
    if (pds_value_kind(o->value) != PDS_KIND_DICT || o->stream || o->ref.num == 0) {
        return fail(w, o, N_("is not a dictionary"));
    }
    const entries at = find_entries(o->value);
    PDS_TRY(read_kind(w, o, &at, &kids, &node));
    PDS_TRY(mark_seen(w, o));
    if (depth == 0 && !node) {
        return fail(w, o, N_("is its root and has no /Kids"));
    }
    PDS_TRY(inherit(w, o, &at, &from));
    if (node) {
        return walk_kids(w, o, kids.value, &from, depth);
    }
    return visit_page(w, o, at.of[USER_UNIT], &from);
}

pds_code pds_pages_each(pds_doc *doc, pds_page_fn fn, void *ctx, pds_err *e)
{
    walk w = { .doc = doc, .fn = fn, .ctx = ctx, .e = e };
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object root = { 0 };
    pds_span pages = { 0 };
    PDS_TRY(pds_doc_catalog(doc, &catalog, e));
    w.seen = calloc(1, (size_t)doc->xref.last_used / 8 + 1);
    if (w.seen == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory to walk the pages");
    }
    (void)pds_dict_get(catalog.value, "Pages", &pages);
    const pds_code code = walk_object(&w, pages, ROOT, 0, &root);
    free(w.seen);
    return code;
}

/* ---- counting and finding ---- */

static pds_code count_page(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                           pds_err *e)
{
    uint32_t *const count = ctx;
    (void)object;
    (void)e;
    *stop = false;
    *count = page->number;
    return PDS_OK;
}

pds_code pds_page_count(pds_doc *doc, uint32_t *out, pds_err *e)
{
    *out = 0;
    return pds_pages_each(doc, count_page, out, e);
}

typedef struct search {
    int64_t number;
    uint32_t pages;      /* met so far */
    pds_page last[RING]; /* of them; page n at n % RING */
} search;

static pds_code search_page(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                            pds_err *e)
{
    search *const s = ctx;
    (void)object;
    (void)e;
    s->pages = page->number;
    s->last[page->number % RING] = *page;
    *stop = page->number == s->number;
    return PDS_OK;
}

static pds_code no_such_page(const search *s, pds_err *e)
{
    if (s->number < 0) {
        PDS_FAIL(e, PDS_E_PLACE_REFUSED, "there is no page r%lld, the document has %u",
                 -(long long)s->number, (unsigned)s->pages);
    }
    PDS_FAIL(e, PDS_E_PLACE_REFUSED, "there is no page %lld, the document has %u",
             (long long)s->number, (unsigned)s->pages);
}

/* Numbers from the end need a walk to it; the few last pages are at hand then, others need a
 * second. */
pds_code pds_page_find(pds_doc *doc, int64_t number, pds_page *out, pds_err *e)
{
    search s = { .number = number };
    PDS_TRY(pds_pages_each(doc, search_page, &s, e));
    const int64_t wanted = number < 0 ? number + 1 + s.pages : number;
    if (wanted < 1 || wanted > s.pages) {
        return no_such_page(&s, e);
    }
    if (s.pages - wanted >= RING) {
        s.number = wanted;
        PDS_TRY(pds_pages_each(doc, search_page, &s, e));
    }
    *out = s.last[wanted % RING];
    return PDS_OK;
}
