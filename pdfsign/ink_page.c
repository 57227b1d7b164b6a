#include "base/decimal.h"
#include "base/own.h"
#include "pdfsign/ink_internal.h"
#include "pdfsign/page_content.h"

#include <stdlib.h>

/* Drawings as content of pages. */

/* A mark with the drawings it belongs to. */
typedef struct spot {
    const pds_layout *layout;
    const pds_mark *mark;
    size_t order; /* in which marks of one page are drawn */
} spot;

typedef struct painter {
    pds_ink *ink;
    pds_page_resources resources;
    spot *spots;
    size_t count;
    pds_ref save; /* the stream before old content */
} painter;

static void painter_drop(painter *p)
{
    pds_page_resources_drop(&p->resources);
    free(p->spots);
}

/* ---- one drawing ---- */

/* Where the unit square goes in a rectangle of 1 by 1, turned counterclockwise by quarters: what a
 * page that is turned clockwise by as much needs (8.3.3; table 31, Rotate). */
static const double TURNED[4][6] = {
    { 1, 0, 0, 1, 0, 0 }, { 0, 1, -1, 0, 1, 0 }, { -1, 0, 0, -1, 1, 1 }, { 0, -1, 1, 0, 0, 1 }
};

/* From the drawing's box into its rectangle on the page. */
static void put_matrix(pds_buf *out, const pds_mark *m, const double size[2])
{
    enum { DECIMALS = 9 };
    const double *turned = TURNED[m->page.rotate / 90];
    const double width = m->rect[2] - m->rect[0];
    const double height = m->rect[3] - m->rect[1];
    for (int i = 0; i < 4; i++) {
        /* pages with a large UserUnit shrink drawings much */
        pds_decimal_put(out, turned[i] * (i % 2 == 0 ? width : height) / size[i / 2], DECIMALS);
        pds_buf_byte(out, ' ');
    }
    pds_real_put(out, m->rect[0] + turned[4] * width);
    pds_buf_byte(out, ' ');
    pds_real_put(out, m->rect[1] + turned[5] * height);
    pds_buf_text(out, " cm\n");
}

static pds_code put_drawing(painter *p, const pds_page_names *names, const spot *s, pds_buf *out,
                            pds_err *e)
{
    const pds_laid_drawing *laid = &s->layout->drawings[s->mark->drawing];
    const pds_ink_way upright = { 0 };
    pds_ref form;
    if (!(laid->drawing.size[0] > 0 && laid->drawing.size[1] > 0)) {
        PDS_FAIL(e, PDS_E_INTERNAL, "a drawing without a size");
    }
    PDS_TRY(pds_ink_form_ref(p->ink, laid, upright, &form, e));
    pds_buf_text(out, "q\n");
    put_matrix(out, s->mark, laid->drawing.size);
    PDS_TRY(pds_page_names_add(&p->resources, names, form, out, e));
    pds_buf_text(out, " Do\nQ\n");
    return PDS_OK;
}

/* ---- one page ---- */

/* Old content may leave any graphics state behind: it is saved before, and restored here. What we
 * draw is no part of a tagged file's text (14.8.2.2). */
static pds_code put_content(painter *p, const pds_page_names *names, const spot *first,
                            size_t count, pds_buf *out, pds_err *e)
{
    pds_buf_text(out, "/Artifact BMC\n");
    for (size_t i = 0; i < count; i++) {
        PDS_TRY(put_drawing(p, names, &first[i], out, e));
    }
    pds_buf_text(out, "EMC\n");
    return pds_buf_end(out, e);
}

static pds_code save_stream(painter *p, pds_err *e)
{
    return p->save.num != 0
               ? PDS_OK
               : pds_ink_shared(p->ink, pds_span_text("<<>>"), pds_span_text("q\n"), &p->save, e);
}

/* Text of the new /Contents. */
static pds_code put_contents(painter *p, pds_span old, pds_span drawn, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_ref stream;
    if (old.len > 0) {
        PDS_TRY(save_stream(p, e));
        pds_ref_put(out, p->save);
        pds_buf_byte(out, ' ');
        pds_buf_put(out, old);
        pds_buf_byte(out, ' ');
        pds_buf_text(&data, "Q\n");
    }
    pds_buf_put(&data, drawn);
    PDS_TRY(pds_buf_end(&data, e));
    PDS_TRY(pds_ink_shared(p->ink, pds_span_text("<<>>"), pds_buf_span(&data), &stream, e));
    pds_ref_put(out, stream);
    return PDS_OK;
}

static pds_code draw_page(painter *p, const spot *first, size_t count, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object page = { 0 };
    PDS_OWN(pds_page_names_drop) pds_page_names names = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf old = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf drawn = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf contents = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf resources = { 0 };
    const pds_page *where = &first->mark->page;

    PDS_TRY(pds_update_read(p->ink->u, where->ref, &page, e));
    PDS_TRY(pds_page_names_find(&p->resources, where, page.value, &names, e));
    PDS_TRY(put_content(p, &names, first, count, &drawn, e));
    PDS_TRY(pds_page_contents(p->ink->u, page.value, &old, e));
    pds_buf_byte(&contents, '[');
    PDS_TRY(put_contents(p, pds_buf_span(&old), pds_buf_span(&drawn), &contents, e));
    pds_buf_byte(&contents, ']');
    PDS_TRY(pds_buf_end(&contents, e));
    PDS_TRY(pds_page_names_put(&p->resources, &names, &resources, e));
    const pds_entry entries[] = { { "Resources", pds_buf_span(&resources) },
                                  { "Contents", pds_buf_span(&contents) } };
    return pds_update_edit(p->ink->u, where->ref, entries, 2, e);
}

/* ---- all pages ---- */

static size_t count_marks(const pds_layout *layouts, size_t count)
{
    size_t marks = 0;
    for (size_t i = 0; i < count; i++) {
        marks += layouts[i].mark_count;
    }
    return marks;
}

static int compare_spots(const void *a, const void *b)
{
    const spot *left = a;
    const spot *right = b;
    const uint32_t page[2] = { left->mark->page.number, right->mark->page.number };
    if (page[0] != page[1]) {
        return page[0] < page[1] ? -1 : 1;
    }
    return (left->order > right->order) - (left->order < right->order);
}

static pds_code find_spots(painter *p, const pds_layout *layouts, size_t count, pds_err *e)
{
    p->spots = calloc(count_marks(layouts, count) + 1, sizeof *p->spots);
    if (p->spots == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < layouts[i].mark_count; j++) {
            const pds_mark *mark = &layouts[i].marks[j];
            if (mark->kind == PDS_MARK_CONTENT) {
                p->spots[p->count] = (spot){ &layouts[i], mark, p->count };
                p->count++;
            }
        }
    }
    qsort(p->spots, p->count, sizeof *p->spots, compare_spots);
    return PDS_OK;
}

pds_code pds_ink_pages(pds_ink *ink, const pds_layout *layouts, size_t count, pds_err *e)
{
    PDS_OWN(painter_drop) painter p = { .ink = ink, .resources = { .u = ink->u } };
    size_t same = 0;
    PDS_TRY(find_spots(&p, layouts, count, e));
    for (size_t i = 0; i < p.count; i += same) {
        const uint32_t page = p.spots[i].mark->page.number;
        for (same = 1; i + same < p.count && p.spots[i + same].mark->page.number == page; same++) {
        }
        PDS_TRY(pds_err_page(draw_page(&p, &p.spots[i], same, e), e, page));
    }
    return pds_page_resources_end(&p.resources, e);
}
