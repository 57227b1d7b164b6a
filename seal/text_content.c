#include "seal/text_internal.h"
#include "seal/text_unicode.h"

/* Content being written: what the last operators have set. */
typedef struct writer {
    const pds_setting *setting;
    const pds_paragraph *p;
    const double *origin;
    pds_block *out;
    size_t slot;
    bool begun; /* font and position are set */
    pds_form form;
    int along, across;
    bool array, string; /* open */
} writer;

static void close_string(writer *w)
{
    if (w->string) {
        pds_buf_text(&w->out->content, ">");
        w->string = false;
    }
}

static void close_array(writer *w)
{
    close_string(w);
    if (w->array) {
        pds_buf_text(&w->out->content, "] TJ\n");
        w->array = false;
    }
}

/* Along the direction of writing of a glyph, and across it. */
static int along(const pds_placed *g)
{
    if (g->form == PDS_FORM_LYING) {
        return -g->y;
    }
    return g->vertical ? g->y : g->x;
}

static int across(const pds_placed *g)
{
    return g->form == PDS_FORM_LYING || g->vertical ? g->x : g->y;
}

static void set_position(writer *w, const pds_placed *g)
{
    pds_buf *b = &w->out->content;
    double ems = w->setting->size / PDS_EMS;
    close_array(w);
    pds_buf_text(b, g->form == PDS_FORM_LYING ? "0 -1 1 0 " : "1 0 0 1 ");
    pds_draw_number(b, w->origin[0] + g->x * ems);
    pds_buf_byte(b, ' ');
    pds_draw_number(b, w->origin[1] + g->y * ems);
    pds_buf_text(b, " Tm\n");
    w->begun = true;
    w->form = g->form;
    w->along = along(g);
    w->across = across(g);
}

static void set_font(writer *w, size_t slot)
{
    pds_buf *b = &w->out->content;
    close_array(w);
    pds_buf_printf(b, "/F%zu ", slot);
    pds_draw_number(b, w->setting->size);
    pds_buf_text(b, " Tf\n");
    w->out->faces |= UINT32_C(1) << slot;
    w->slot = slot;
}

static void show(writer *w, unsigned code, int adjust)
{
    pds_buf *b = &w->out->content;
    if (adjust != 0) {
        close_string(w);
    }
    pds_buf_text(b, w->array ? "" : "[");
    w->array = true;
    if (adjust != 0) {
        pds_buf_printf(b, "%d", -adjust);
    }
    pds_buf_text(b, w->string ? "" : "<");
    w->string = true;
    pds_buf_printf(b, "%04X", code);
}

/* Between what stands and what lies. */
static bool turns(const writer *w, const pds_placed *g)
{
    return (w->form == PDS_FORM_LYING) != (g->form == PDS_FORM_LYING);
}

static pds_code put_glyph(writer *w, const pds_placed *g, pds_cluster text, pds_err *e)
{
    size_t slot = 0;
    unsigned code = 0;
    const pds_code_row row = { .glyph = g->glyph, .form = g->vertical ? g->form : PDS_FORM_PLAIN };
    pds_typesetter *t = w->setting->typesetter;
    PDS_TRY(pds_slot_of(t, g->face, g->vertical, &slot, e));
    PDS_TRY(pds_slot_code(&t->slots[slot], &row, text, &code, e));
    if (!w->begun || slot != w->slot) {
        set_font(w, slot);
        set_position(w, g);
    } else if (turns(w, g) || w->across != across(g)) {
        set_position(w, g);
    }
    show(w, code, along(g) - w->along);
    w->along = along(g) + pds_slot_metrics(&t->slots[slot], &row).advance;
    return PDS_OK;
}

static size_t group_end(const pds_placed *glyphs, size_t count, size_t first)
{
    size_t end = first + 1;
    while (end < count && glyphs[end].text_count == 0) {
        end++;
    }
    return end;
}

/* Several glyphs stand together for their text, which only marked content can say. */
static void open_span(writer *w, const pds_placed *g)
{
    pds_buf *b = &w->out->content;
    close_array(w);
    pds_buf_text(b, "/Span <</ActualText <FEFF");
    for (size_t i = 0; i < g->text_count; i++) {
        pds_unicode_put_hex(b, w->p->items[g->text_at + i].character);
    }
    pds_buf_text(b, ">>> BDC\n");
}

/* What one code stands for. Readers turn around what is drawn from right to left, a ligature's
 * characters with it, so these are given in the order in which they would be drawn. */
static size_t text_of(const writer *w, const pds_placed *g, uint32_t *out, size_t max)
{
    const pds_item *items = w->p->items + g->text_at;
    size_t count = g->text_count < max ? g->text_count : max;
    for (size_t i = 0; i < count; i++) {
        bool rtl = items[0].level % 2 == 1;
        out[i] = items[rtl ? count - 1 - i : i].character;
    }
    return count;
}

static pds_code put_group(writer *w, const pds_placed *g, size_t count, pds_err *e)
{
    enum { TEXT_MAX = 16 };
    static const uint32_t nothing = 0x200B; /* of glyphs that only complete the first */
    uint32_t characters[TEXT_MAX];
    pds_cluster text = { characters, text_of(w, g, characters, TEXT_MAX) };
    bool span = count > 1 || g->text_count > TEXT_MAX;
    if (span) {
        open_span(w, g);
    }
    for (size_t i = 0; i < count; i++) {
        PDS_TRY(put_glyph(w, &g[i], i == 0 ? text : (pds_cluster){ &nothing, 1 }, e));
    }
    if (span) {
        close_array(w);
        pds_buf_text(&w->out->content, "EMC\n");
    }
    return PDS_OK;
}

pds_code pds_line_write(const pds_setting *s, const pds_line *line, const pds_paragraph *p,
                        const double origin[2], pds_block *out, pds_err *e)
{
    writer w = { .setting = s, .p = p, .origin = origin, .out = out };
    const pds_placed *glyphs = (const pds_placed *)(const void *)line->glyphs.ptr;
    size_t count = line->glyphs.len / sizeof *glyphs;
    for (size_t i = 0; i < count;) {
        size_t end = group_end(glyphs, count, i);
        PDS_TRY(put_group(&w, &glyphs[i], end - i, e));
        i = end;
    }
    close_array(&w);
    return pds_buf_end(&out->content, e);
}
