#include "base/own.h"
#include "seal/text_internal.h"
#include "seal/text_unicode.h"

#include <stdlib.h>

/* Items of one face, script and direction, shaped together. */
typedef struct run {
    size_t first, end;
    uint8_t level;
} run;

/* Where the next glyph of the line goes. */
typedef struct pen {
    const pds_paragraph *p;
    bool vertical;
    int at;
    pds_line *line;
} pen;

void pds_line_drop(pds_line *line)
{
    pds_buf_drop(&line->glyphs);
}

static bool same_run(const pds_item *a, const pds_item *b)
{
    return a->face == b->face && a->script == b->script && a->level == b->level &&
           a->form == b->form;
}

static pds_code split_runs(const pds_paragraph *p, size_t first, size_t end, pds_buf *out,
                           pds_err *e)
{
    while (first < end) {
        run r = { first, first + 1, p->items[first].level };
        while (r.end < end && same_run(&p->items[first], &p->items[r.end])) {
            r.end++;
        }
        pds_buf_put(out, pds_span_of(&r, sizeof r));
        first = r.end;
    }
    return pds_buf_end(out, e);
}

static void reverse(run *runs, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        run swap = runs[i];
        runs[i] = runs[count - 1 - i];
        runs[count - 1 - i] = swap;
    }
}

/* UAX 9, L2. */
static void order_runs(run *runs, size_t count)
{
    enum { LEVEL_MAX = 2 };
    for (unsigned level = LEVEL_MAX; level > 0; level--) {
        for (size_t i = 0; i < count; i++) {
            size_t end = i;
            while (end < count && runs[end].level >= level) {
                end++;
            }
            reverse(runs + i, end - i);
            i = end > i ? end - 1 : i;
        }
    }
}

static pds_flow flow_of(const pen *at, const run *r)
{
    if (at->vertical && at->p->items[r->first].form != PDS_FORM_LYING) {
        return PDS_FLOW_TTB;
    }
    return r->level % 2 == 1 ? PDS_FLOW_RTL : PDS_FLOW_LTR;
}

static pds_code shape(const pen *at, const run *r, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf characters = { 0 };
    const pds_item *item = &at->p->items[r->first];
    for (size_t i = r->first; i < r->end; i++) {
        pds_buf_put(&characters, pds_span_of(&at->p->items[i].character, sizeof(uint32_t)));
    }
    PDS_TRY(pds_buf_end(&characters, e));
    pds_shape_run shaped = { (const uint32_t *)(const void *)characters.ptr, r->end - r->first,
                             item->script, flow_of(at, r) };
    return pds_face_shape(item->face, &shaped, out, e);
}

/* The characters that glyphs i and its like stand for end where those of the group drawn after it
 * begin, or before it from right to left. */
static size_t text_end(const pds_shape_glyph *glyphs, size_t count, size_t i, const pen *at,
                       const run *r)
{
    bool rtl = flow_of(at, r) == PDS_FLOW_RTL;
    size_t k = i;
    while (k < count && glyphs[k].first == glyphs[i].first) {
        if (rtl && k == 0) {
            return r->end - r->first;
        }
        k = rtl ? k - 1 : k + 1;
    }
    return k < count ? glyphs[k].first : r->end - r->first;
}

/* Letters of a word that lies stand with their middle in the middle of the column, as ideographs
 * do.
 */
static pds_placed place(const pen *at, const pds_item *item, const pds_shape_glyph *g)
{
    pds_placed placed = { .face = item->face,
                          .glyph = g->glyph,
                          .advance = g->advance,
                          .vertical = at->vertical && item->form != PDS_FORM_LYING,
                          .form = item->form };
    if (!at->vertical) {
        placed.x = at->at + g->dx;
        placed.y = g->dy;
    } else if (item->form == PDS_FORM_LYING) {
        placed.x = g->dy - PDS_LYING_BASELINE;
        placed.y = -(at->at + g->dx);
    } else {
        placed.x = g->dx;
        placed.y = -at->at + g->dy;
        placed.advance = item->form == PDS_FORM_TURNED ? PDS_EMS : -g->advance;
    }
    return placed;
}

static pds_code place_run(pen *at, const run *r, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf shaped = { 0 };
    PDS_TRY(shape(at, r, &shaped, e));
    const pds_shape_glyph *glyphs = (const pds_shape_glyph *)(const void *)shaped.ptr;
    size_t count = shaped.len / sizeof *glyphs;
    for (size_t i = 0; i < count; i++) {
        const pds_item *item = &at->p->items[r->first + glyphs[i].first];
        pds_placed placed = place(at, item, &glyphs[i]);
        bool leads = i == 0 || glyphs[i].first != glyphs[i - 1].first;
        if (glyphs[i].glyph == 0 && !pds_unicode_is_unseen(item->character)) {
            return pds_fonts_missing(&item->character, 1, e);
        }
        placed.text_at = r->first + glyphs[i].first;
        placed.text_count = leads ? text_end(glyphs, count, i, at, r) - glyphs[i].first : 0;
        pds_buf_put(&at->line->glyphs, pds_span_of(&placed, sizeof placed));
        at->at += placed.advance;
    }
    return pds_buf_end(&at->line->glyphs, e);
}

pds_code pds_line_set(const pds_paragraph *p, size_t first, size_t end, bool vertical,
                      pds_line *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf found = { 0 };
    pen at = { p, vertical, 0, out };
    PDS_TRY(split_runs(p, first, end, &found, e));
    run *runs = (run *)(void *)found.ptr;
    size_t count = found.len / sizeof *runs;
    order_runs(runs, count);
    for (size_t i = 0; i < count; i++) {
        PDS_TRY(place_run(&at, &runs[i], e));
    }
    out->length = at.at;
    out->rtl = p->base == 1;
    return PDS_OK;
}

void pds_line_measure(const pds_line *line, const pds_paragraph *p)
{
    const pds_placed *glyphs = (const pds_placed *)(const void *)line->glyphs.ptr;
    for (size_t i = 0; i < line->glyphs.len / sizeof *glyphs; i++) {
        p->items[glyphs[i].text_at].advance += glyphs[i].advance;
    }
}
