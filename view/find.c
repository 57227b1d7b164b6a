#include "view/find.h"

#include <stdlib.h>
#include <string.h>

enum {
    GLYPHS_MAX = 4 << 20, /* of one page */
    COMPARED_MAX = 64,    /* of the needle, where the nearest text is looked for */
    CONTEXT = 12,         /* glyphs shown on either side of the nearest text */
    SHOWN_MAX = 60
};

static const uint64_t WORK_MAX = (uint64_t)1 << 28; /* comparisons: about a second */

bool pds_glyphs_add(pds_glyphs *g, const pds_glyph *glyph)
{
    if (g->count == g->room) {
        size_t room = g->room == 0 ? 1024 : 2 * g->room;
        pds_glyph *grown = room > GLYPHS_MAX ? NULL : realloc(g->items, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        g->items = grown;
        g->room = room;
    }
    g->items[g->count++] = *glyph;
    return true;
}

void pds_glyphs_drop(pds_glyphs *g)
{
    free(g->items);
    *g = (pds_glyphs){ .items = NULL };
}

/* ---- exactly ---- */

static bool stands_at(const pds_glyph *at, const pds_needle *needle)
{
    size_t i = 0;

    while (i < needle->count && at[i].folded == needle->folded[i]) {
        i++;
    }
    return i == needle->count;
}

long pds_find_next(const pds_glyphs *page, const pds_needle *needle, size_t from)
{
    for (size_t i = from; needle->count != 0 && i + needle->count <= page->count; i++) {
        if (stands_at(page->items + i, needle)) {
            return (long)i;
        }
    }
    return PDS_FIND_NONE;
}

static void cover(double box[4], const float more[4])
{
    box[0] = more[0] < box[0] ? more[0] : box[0];
    box[1] = more[1] < box[1] ? more[1] : box[1];
    box[2] = more[2] > box[2] ? more[2] : box[2];
    box[3] = more[3] > box[3] ? more[3] : box[3];
}

static void set_box(double box[4], const float from[4])
{
    for (int i = 0; i < 4; i++) {
        box[i] = from[i];
    }
}

/* Do they share half of the smaller one's extent, from `low` to `high` of a box? */
static bool overlap(const double a[4], const float b[4], int low, int high)
{
    double from = a[low] > b[low] ? a[low] : b[low];
    double to = a[high] < b[high] ? a[high] : b[high];
    double smaller = a[high] - a[low];

    if ((double)b[high] - b[low] < smaller) {
        smaller = (double)b[high] - b[low];
    }
    return to - from >= smaller / 2;
}

/* A gap in a row ends a line of the reader too, but not one that a person sees. */
static bool new_line(const double box[4], const pds_glyph *next)
{
    return next->after_line && !overlap(box, next->box, 1, 3);
}

void pds_find_box(const pds_glyphs *page, size_t first, size_t count, double box[4])
{
    set_box(box, page->items[first].box);
    for (size_t i = first + 1; i < first + count; i++) {
        const pds_glyph *glyph = &page->items[i];
        if (new_line(box, glyph)) {
            set_box(box, glyph->box);
        } else {
            cover(box, glyph->box);
        }
    }
}

/* ---- nearly ---- */

/* Edits that make a part of the page out of the needle's beginning, and where that part is. */
typedef struct edits {
    size_t distance, from, to;
} edits;

static edits better(edits a, edits b)
{
    return b.distance < a.distance ? b : a;
}

static edits one_more(edits e)
{
    e.distance++;
    return e;
}

/* The least edits that make the needle of any part of the page (Sellers' variant of the edit
 * distance: the part may begin anywhere). */
static edits least_edits(const pds_glyphs *page, const pds_needle *needle)
{
    size_t m = needle->count < COMPARED_MAX ? needle->count : COMPARED_MAX;
    edits column[COMPARED_MAX + 1];
    edits best = { .distance = SIZE_MAX };

    for (size_t j = 0; j <= m; j++) {
        column[j] = (edits){ .distance = j };
    }
    for (size_t i = 0; i < page->count; i++) {
        edits diagonal = column[0];
        column[0].from = i + 1;
        for (size_t j = 1; j <= m; j++) {
            edits same = diagonal;
            same.distance += page->items[i].folded == needle->folded[j - 1] ? 0 : 1;
            diagonal = column[j];
            column[j] = better(same, better(one_more(column[j]), one_more(column[j - 1])));
        }
        column[m].to = i + 1;
        best = better(best, column[m]);
    }
    return best;
}

static size_t put_utf8(char *to, uint32_t c)
{
    static const uint32_t limits[] = { 0x80, 0x800, 0x10000 };
    static const uint8_t leads[] = { 0x00, 0xC0, 0xE0, 0xF0 };
    size_t more = 0;

    while (more < 3 && c >= limits[more]) {
        more++;
    }
    to[0] = (char)(leads[more] | (c >> (6 * more)));
    for (size_t i = 1; i <= more; i++) {
        to[i] = (char)(0x80 | ((c >> (6 * (more - i))) & 0x3F));
    }
    return more + 1;
}

/* As the page has it, one space for each white space. */
static void show(const pds_glyphs *page, size_t from, size_t to, char text[PDS_NEAREST_MAX])
{
    size_t len = 0;

    for (size_t i = from; i < to && len + 6 < PDS_NEAREST_MAX; i++) {
        const pds_glyph *glyph = &page->items[i];
        if (i > from && (glyph->after_space || glyph->after_line)) {
            text[len++] = ' ';
        }
        if (glyph->raw != 0) {
            len += put_utf8(text + len, glyph->raw);
        }
    }
    text[len] = '\0';
}

/* The part with what surrounds it on its line. */
static void show_around(const pds_glyphs *page, edits part, char *text)
{
    size_t from = part.from < page->count ? part.from : page->count - 1;
    size_t to = part.to;

    for (int i = 0; i < CONTEXT && from > 0 && !page->items[from].after_line; i++) {
        from--;
    }
    for (int i = 0; i < CONTEXT && to < page->count && !page->items[to].after_line; i++) {
        to++;
    }
    show(page, from, to - from > SHOWN_MAX ? from + SHOWN_MAX : to, text);
}

void pds_nearest_look(pds_nearest *n, const pds_glyphs *page, const pds_needle *needle)
{
    if (page->count == 0 || needle->count == 0 || n->work > WORK_MAX) {
        return;
    }
    n->work += (uint64_t)page->count * COMPARED_MAX;
    edits part = least_edits(page, needle);
    if (n->text[0] == '\0' || part.distance < n->distance) {
        n->distance = part.distance;
        show_around(page, part, n->text);
    }
}
