#include "seal/text_internal.h"
#include "seal/text_unicode.h"

enum { CJK_FIRST = 0x2E80 }; /* shared punctuation from here on is as wide as an ideograph */

static bool is_wide(const pds_item *item)
{
    uint32_t own = pds_unicode_script(item->character);
    return pds_script_is_cjk(own) || (pds_script_is_shared(own) && item->character >= CJK_FIRST);
}

static size_t cluster_end(const pds_paragraph *p, size_t first)
{
    size_t end = first + 1;
    while (end < p->count && p->items[end].joined) {
        end++;
    }
    return end;
}

static pds_code choose_each(struct pds_fonts *fonts, pds_paragraph *p, size_t first, size_t end,
                            pds_buf *missing, pds_err *e)
{
    for (size_t i = first; i < end; i++) {
        pds_item *item = &p->items[i];
        pds_cluster one = { &item->character, 1 };
        const pds_face *near = i > first ? p->items[i - 1].face : NULL;
        PDS_TRY(pds_fonts_choose(fonts, one, near, &item->face, e));
        if (item->face == NULL) {
            pds_buf_put(missing, pds_span_of(&item->character, sizeof item->character));
        }
    }
    return pds_buf_end(missing, e);
}

/* Punctuation stays in the face of what it follows. */
static pds_code choose_cluster(struct pds_fonts *fonts, pds_paragraph *p, size_t first, size_t end,
                               pds_err *e)
{
    enum { MARKS_MAX = 16 };
    uint32_t characters[MARKS_MAX];
    pds_cluster c = { characters, 0 };
    const pds_face *near = NULL;
    const pds_face *face = NULL;
    for (size_t i = first; i < end && c.count < MARKS_MAX; i++) {
        characters[c.count++] = p->items[i].character;
    }
    if (first > 0 && pds_script_is_shared(pds_unicode_script(characters[0]))) {
        near = p->items[first - 1].face;
    }
    PDS_TRY(pds_fonts_choose(fonts, c, near, &face, e));
    for (size_t i = first; i < end; i++) {
        p->items[i].face = face;
    }
    return PDS_OK;
}

pds_code pds_items_choose(struct pds_fonts *fonts, pds_paragraph *p, pds_buf *missing, pds_err *e)
{
    for (size_t i = 0; i < p->count;) {
        size_t end = cluster_end(p, i);
        PDS_TRY(choose_cluster(fonts, p, i, end, e));
        if (p->items[i].face == NULL) {
            PDS_TRY(choose_each(fonts, p, i, end, missing, e));
        }
        i = end;
    }
    return PDS_OK;
}

void pds_items_scripts(pds_paragraph *p)
{
    for (size_t i = 0; i < p->count; i++) {
        uint32_t own = pds_unicode_script(p->items[i].character);
        bool shared = pds_script_is_shared(own);
        p->items[i].script = shared && i > 0 ? p->items[i - 1].script : own;
    }
    for (size_t i = p->count; i > 1; i--) {
        if (pds_script_is_shared(p->items[i - 2].script)) {
            p->items[i - 2].script = p->items[i - 1].script;
        }
    }
}

static bool is_upright_alone(const pds_item *item)
{
    enum { ASCII_LAST = 0x7E };
    bool shared = pds_script_is_shared(pds_unicode_script(item->character));
    return is_wide(item) || (shared && item->character > ASCII_LAST && !item->joined);
}

/* Words and what is written with them lie; numbers and single letters stand. */
static bool is_word(const pds_paragraph *p, size_t first, size_t end)
{
    size_t letters = 0;
    for (size_t i = first; i < end; i++) {
        letters += pds_script_is_shared(pds_unicode_script(p->items[i].character)) ? 0 : 1;
    }
    return letters > 1;
}

static void lay_words(pds_paragraph *p)
{
    for (size_t i = 0; i < p->count;) {
        size_t end = i;
        while (end < p->count && !is_upright_alone(&p->items[end])) {
            end++;
        }
        bool word = end > i && is_word(p, i, end);
        for (; i < end; i++) {
            p->items[i].form = word ? PDS_FORM_LYING : PDS_FORM_PLAIN;
        }
        i = end + (end < p->count ? 1 : 0);
    }
}

/* What a character needs in a column if its font has no glyph for that. */
static pds_form form_needed(uint32_t c)
{
    static const uint32_t turned[] = { 0x2013, 0x2014, 0x2015, 0x2025, 0x2026, 0x22EF,
                                       0x301C, 0x30FC, 0xFF0D, 0xFF1D, 0xFF5E };
    static const uint32_t raised[] = { 0x3001, 0x3002, 0xFF0C, 0xFF0E };
    for (size_t i = 0; i < sizeof raised / sizeof raised[0]; i++) {
        if (raised[i] == c) {
            return PDS_FORM_RAISED;
        }
    }
    for (size_t i = 0; i < sizeof turned / sizeof turned[0]; i++) {
        if (turned[i] == c) {
            return PDS_FORM_TURNED;
        }
    }
    return pds_unicode_is_bracket(c) ? PDS_FORM_TURNED : PDS_FORM_PLAIN;
}

pds_code pds_items_lay(pds_paragraph *p, pds_err *e)
{
    lay_words(p);
    for (size_t i = 0; i < p->count; i++) {
        pds_item *item = &p->items[i];
        pds_form needed = form_needed(item->character);
        bool has = item->face == NULL || item->form != PDS_FORM_PLAIN || needed == PDS_FORM_PLAIN;
        if (!has) {
            PDS_TRY(pds_face_has_column_form(item->face, item->character, &has, e));
        }
        item->form = has ? item->form : needed;
    }
    return PDS_OK;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == 0x3000 || c == 0x200B;
}

static bool breaks_between(const pds_item *before, const pds_item *after)
{
    if (after->joined || is_space(after->character)) {
        return false;
    }
    if (is_space(before->character)) {
        return true;
    }
    if (pds_unicode_is_closing(after->character) || pds_unicode_is_opening(before->character)) {
        return false;
    }
    if (is_wide(after)) {
        return !pds_unicode_is_digit(before->character); /* 21日 */
    }
    return is_wide(before) || (before->character == '-' && pds_unicode_is_letter(after->character));
}

void pds_items_breaks(pds_paragraph *p)
{
    for (size_t i = 1; i < p->count; i++) {
        p->items[i].breaks = breaks_between(&p->items[i - 1], &p->items[i]);
    }
}

/* No word fits: between two letters, but never within one. */
static size_t split(const pds_paragraph *p, size_t first, size_t at)
{
    while (at > first && p->items[at].joined) {
        at--;
    }
    return at > first ? at : cluster_end(p, first);
}

static size_t overflow(const pds_paragraph *p, size_t first, double length, size_t *candidate)
{
    static const double tolerance = 0.5;
    double used = 0;
    for (size_t i = first; i < p->count; i++) {
        const pds_item *item = &p->items[i];
        *candidate = i > first && item->breaks ? i : *candidate;
        used += item->advance;
        if (i > first && used > length + tolerance && !is_space(item->character)) {
            return i;
        }
    }
    return p->count;
}

bool pds_line_end(const pds_paragraph *p, size_t first, double length, size_t *end, size_t *next)
{
    size_t candidate = 0;
    size_t at = overflow(p, first, length, &candidate);
    bool is_split = at < p->count && candidate == 0;
    if (at < p->count) {
        at = candidate == 0 ? split(p, first, at) : candidate;
    }
    *next = at;
    while (*next < p->count && is_space(p->items[*next].character)) {
        (*next)++;
    }
    *end = at;
    while (*end > first && is_space(p->items[*end - 1].character) &&
           (at < p->count || length < 1e9)) {
        (*end)--;
    }
    return is_split;
}
