#include "view/poppler_paper_internal.h"

#include <math.h>
#include <string.h>

static const double CLOSE = 0.05; /* of a character's height */

/* "ABCDEF+Name" is a subset of Name. */
static const char *without_tag(const char *name)
{
    const char *plus = strchr(name, '+');

    return plus != NULL && plus - name == 6 ? plus + 1 : name;
}

static void keep_if_vertical(PopplerFontsIter *font, GHashTable *names)
{
    const char *encoding = poppler_fonts_iter_get_encoding(font);
    const char *name = poppler_fonts_iter_get_full_name(font);

    if (encoding != NULL && name != NULL && g_str_has_suffix(encoding, "-V")) {
        (void)g_hash_table_add(names, g_strdup(without_tag(name)));
    }
}

static GHashTable *vertical_fonts(const pds_paper *paper)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    PopplerFontInfo *info = poppler_font_info_new(paper->document);
    PopplerFontsIter *font = NULL;

    if (poppler_font_info_scan(info, (int)paper->pages, &font) && font != NULL) {
        do {
            keep_if_vertical(font, names);
        } while (poppler_fonts_iter_next(font));
    }
    poppler_fonts_iter_free(font);
    g_object_unref(info);
    return names;
}

/* Does b stand right below a? */
static bool stands_below(const PopplerRectangle *a, const PopplerRectangle *b)
{
    double close = CLOSE * fabs(a->y2 - a->y1);

    return close > 0 && fabs(a->x1 - b->x1) < close && fabs(a->y2 - b->y1) < close;
}

/* Characters in one column without white space between, of which each stands below the last. */
static size_t column_from(const PopplerRectangle *boxes, const gunichar *text, size_t from,
                          size_t count)
{
    size_t end = from + 1;

    while (end < count && !g_unichar_isspace(text[end]) &&
           stands_below(&boxes[end - 1], &boxes[end])) {
        end++;
    }
    return end;
}

static bool is_vertical(const pds_paper *paper, const GList *attributes, int index)
{
    for (const GList *l = attributes; l != NULL; l = l->next) {
        const PopplerTextAttributes *a = l->data;
        if (index >= a->start_index && index <= a->end_index) {
            return a->font_name != NULL &&
                   g_hash_table_contains(paper->vertical, without_tag(a->font_name));
        }
    }
    return false;
}

static void move(PopplerRectangle *box)
{
    double width = box->x2 - box->x1;
    double height = box->y2 - box->y1;

    box->x1 -= width / 2;
    box->x2 -= width / 2;
    box->y1 += height;
    box->y2 += height;
}

/* A column begins at [from]. The fonts are looked at when the first column is met: mostly never. */
static void mend_column(pds_paper *paper, PopplerPage *page, GList **attributes,
                        PopplerRectangle *boxes, size_t from, size_t to)
{
    if (paper->vertical == NULL) {
        paper->vertical = vertical_fonts(paper);
    }
    if (g_hash_table_size(paper->vertical) == 0) {
        return;
    }
    if (*attributes == NULL) {
        *attributes = poppler_page_get_text_attributes(page);
    }
    if (is_vertical(paper, *attributes, (int)from)) {
        for (size_t i = from; i < to; i++) {
            move(&boxes[i]);
        }
    }
}

void pds_paper_mend_vertical(pds_paper *paper, PopplerPage *page, const char *text,
                             PopplerRectangle *boxes, size_t count)
{
    glong length = 0;
    gunichar *characters = g_utf8_to_ucs4_fast(text, -1, &length);
    size_t known = (size_t)length < count ? (size_t)length : count;
    GList *attributes = NULL;

    for (size_t i = 0; i < known;) {
        size_t end = column_from(boxes, characters, i, known);
        if (end - i > 1) {
            mend_column(paper, page, &attributes, boxes, i, end);
        }
        i = end;
    }
    poppler_page_free_text_attributes(attributes);
    g_free(characters);
}
