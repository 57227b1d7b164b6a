#include "pdfsign/layout_spot.h"

#include "base/own.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pds_spots_drop(pds_spots *spots)
{
    free(spots->items);
    *spots = (pds_spots){ 0 };
}

/* ---- pages ---- */

pds_sheet pds_page_sheet(const pds_page *page)
{
    pds_sheet sheet = { .rotate = page->rotate, .user_unit = page->user_unit };
    memcpy(sheet.crop, page->crop, sizeof sheet.crop);
    return sheet;
}

/* A point of default user space on the page as shown. */
static void shown_point(const pds_page *page, double x, double y, double out[2])
{
    double right = page->crop[2] - x;
    double top = page->crop[3] - y;
    double left = x - page->crop[0];
    double bottom = y - page->crop[1];
    out[0] = page->rotate == 90    ? bottom
             : page->rotate == 180 ? right
             : page->rotate == 270 ? top
                                   : left;
    out[1] = page->rotate == 90    ? right
             : page->rotate == 180 ? top
             : page->rotate == 270 ? left
                                   : bottom;
    out[0] *= page->user_unit;
    out[1] *= page->user_unit;
}

void pds_rect_shown(const pds_page *page, const double rect[4], double shown[4])
{
    double a[2];
    double b[2];
    shown_point(page, rect[0], rect[1], a);
    shown_point(page, rect[2], rect[3], b);
    for (int i = 0; i < 2; i++) {
        shown[i] = fmin(a[i], b[i]);
        shown[i + 2] = fmax(a[i], b[i]);
    }
}

void pds_rect_size(const pds_page *page, const double rect[4], double size[2])
{
    double shown[4];
    pds_rect_shown(page, rect, shown);
    size[0] = shown[2] - shown[0];
    size[1] = shown[3] - shown[1];
}

/* ---- keywords ---- */

static pds_code reader_of(pds_scene *s, pds_reader **out, pds_err *e)
{
    if (s->job->reader == NULL && s->reader == NULL) {
        PDS_TRY(pds_reader_new(&s->reader, e));
    }
    *out = s->job->reader != NULL ? s->job->reader : s->reader;
    return PDS_OK;
}

static pds_code search(pds_scene *s, const char *text, pds_finds *out, pds_err *e)
{
    pds_reader *reader = NULL;
    pds_view view = { .fd = pds_input_file(s->in)->fd, .password = s->job->password };
    PDS_TRY(reader_of(s, &reader, e));
    return pds_reader_find(reader, &view, text, out, e);
}

/* The same keyword is often asked for twice: for a seal and for a date. */
static pds_code finds_of(pds_scene *s, const char *text, const pds_finds **out, pds_err *e)
{
    for (size_t i = 0; i < s->keyword_count; i++) {
        if (strcmp(s->keywords[i].text, text) == 0) {
            *out = &s->keywords[i].finds;
            return PDS_OK;
        }
    }
    pds_keyword *grown = realloc(s->keywords, (s->keyword_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a keyword");
    }
    s->keywords = grown;
    pds_keyword *kept = &grown[s->keyword_count];
    *kept = (pds_keyword){ .text = "" };
    PDS_TRY(search(s, text, &kept->finds, e));
    (void)snprintf(kept->text, sizeof kept->text, "%s", text);
    s->keyword_count++;
    *out = &kept->finds;
    return PDS_OK;
}

static pds_code not_found(const char *text, const pds_finds *finds, pds_err *e)
{
    if (finds->nearest[0] == '\0') {
        pds_code code =
            pds_fail(e, PDS_E_TEXT_NOT_FOUND, __func__,
                     "the text '%s' was not found: the pages hold no text, only pictures", text);
        return pds_err_hint(code, e,
                            "give the place as PAGE@CORNER:WxH or PAGE/X1,Y1,X2,Y2 instead");
    }
    pds_code code =
        pds_fail(e, PDS_E_TEXT_NOT_FOUND, __func__, "the text '%s' is nowhere on the pages", text);
    return pds_err_hint(pds_err_expected(code, e, text, finds->nearest), e,
                        "white space does not count; is it a picture there, or spelt otherwise?");
}

/* The finds that the place means: one of them, or all. */
static pds_code choose_finds(const pds_place *place, const pds_finds *finds, size_t *first,
                             size_t *count, pds_err *e)
{
    if (finds->count == 0) {
        return not_found(place->text, finds, e);
    }
    if (place->match > 0 && (size_t)place->match > finds->count) {
        PDS_FAIL(e, PDS_E_TEXT_NOT_FOUND, "the text '%s' is on the pages %zu times, not %d times",
                 place->text, finds->count, place->match);
    }
    *count = place->match == PDS_MATCH_ALL ? finds->count : 1;
    *first = place->match > 0                 ? (size_t)place->match - 1
             : place->match == PDS_MATCH_LAST ? finds->count - 1
                                              : 0;
    return PDS_OK;
}

/* ---- pages of finds, in one walk ---- */

typedef struct page_search {
    pds_spots *spots;
    size_t done;
} page_search;

static pds_code take_page(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                          pds_err *e)
{
    page_search *s = ctx;
    (void)object;
    (void)e;
    while (s->done < s->spots->count && s->spots->items[s->done].page.number == page->number) {
        s->spots->items[s->done++].page = *page;
    }
    *stop = s->done == s->spots->count;
    return PDS_OK;
}

static pds_code find_pages(pds_doc *doc, pds_spots *spots, pds_err *e)
{
    page_search s = { .spots = spots };
    PDS_TRY(pds_pages_each(doc, take_page, &s, e));
    if (s.done < spots->count) {
        PDS_FAIL(e, PDS_E_READER_FAILED, "a text was found on page %u, which is not there",
                 (unsigned)spots->items[s.done].page.number);
    }
    return PDS_OK;
}

static pds_code make_spots(pds_spots *out, size_t count, pds_err *e)
{
    *out = (pds_spots){ .items = calloc(count + 1, sizeof *out->items), .count = count };
    if (out->items == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu places", count);
    }
    return PDS_OK;
}

static pds_code find_keyword(pds_scene *s, const pds_place *place, pds_spots *out, pds_err *e)
{
    const pds_finds *finds = NULL;
    size_t first = 0;
    size_t count = 0;
    pds_page any;
    PDS_TRY(pds_page_find(s->in->doc, 1, &any, e)); /* a file without pages is told as that */
    PDS_TRY(finds_of(s, place->text, &finds, e));
    PDS_TRY(choose_finds(place, finds, &first, &count, e));
    PDS_TRY(make_spots(out, count, e));
    for (size_t i = 0; i < count; i++) {
        const pds_found *found = &finds->items[first + i];
        out->items[i].page.number = found->page;
        memcpy(out->items[i].found, found->box, sizeof found->box);
    }
    return find_pages(s->in->doc, out, e);
}

pds_code pds_spots_find(pds_scene *s, const pds_place *place, pds_spots *out, pds_err *e)
{
    if (place->kind == PDS_PLACE_TEXT) {
        return find_keyword(s, place, out, e);
    }
    PDS_TRY(make_spots(out, 1, e));
    return pds_page_find(s->in->doc, place->page, &out->items[0].page, e);
}

static pds_code check_seen(const pds_spot *spot, const double rect[4], pds_err *e)
{
    static const double least = 1.0; /* points */
    double size[2];
    pds_rect_size(&spot->page, rect, size);
    if (size[0] < least || size[1] < least) {
        PDS_FAIL(e, PDS_E_PLACE_REFUSED,
                 "a place of %.4g x %.4g points is too small for anything to be seen", size[0],
                 size[1]);
    }
    return PDS_OK;
}

pds_code pds_spot_rect(const pds_spot *spot, const pds_place *place, const double size[2],
                       double rect[4], pds_err *e)
{
    pds_sheet sheet = pds_page_sheet(&spot->page);
    pds_code code = place->kind == PDS_PLACE_TEXT
                        ? pds_place_beside(place, spot->found, &sheet, size, rect, e)
                        : pds_place_rect(place, &sheet, size, rect, e);
    code = code == PDS_OK ? check_seen(spot, rect, e) : code;
    return pds_err_page(code, e, spot->page.number);
}
