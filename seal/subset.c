/* What a document's text used of a face becomes the parts of a Type 0 font. */
#include "base/flate.h"
#include "base/own.h"
#include "seal/subset_internal.h"
#include "seal/subset_keep.h"
#include "seal/text_unicode.h"

#include <stdio.h>

void pds_slot_drop(pds_slot *slot)
{
    pds_buf_drop(&slot->rows);
    pds_buf_drop(&slot->texts);
}

static const pds_code_row *rows_of(const pds_slot *slot, size_t *count)
{
    *count = slot->rows.len / sizeof(pds_code_row);
    return (const pds_code_row *)(const void *)slot->rows.ptr;
}

static const uint32_t *text_of(const pds_slot *slot, const pds_code_row *row)
{
    return (const uint32_t *)(const void *)slot->texts.ptr + row->text_at;
}

static bool is_row(const pds_slot *slot, const pds_code_row *row, const pds_code_row *wanted,
                   pds_cluster text)
{
    return row->glyph == wanted->glyph && row->form == wanted->form &&
           row->text_count == text.count &&
           memcmp(text_of(slot, row), text.characters, text.count * sizeof(uint32_t)) == 0;
}

pds_code pds_slot_code(pds_slot *slot, const pds_code_row *wanted, pds_cluster text, unsigned *code,
                       pds_err *e)
{
    size_t count = 0;
    const pds_code_row *rows = rows_of(slot, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_row(slot, &rows[i], wanted, text)) {
            *code = (unsigned)i + 1;
            return PDS_OK;
        }
    }
    if (count == PDS_CODES_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "a document's text has more than %d different characters",
                 PDS_CODES_MAX);
    }
    pds_code_row row = { wanted->glyph, wanted->form, slot->texts.len / sizeof(uint32_t),
                         text.count };
    pds_buf_put(&slot->texts, pds_span_of(text.characters, text.count * sizeof(uint32_t)));
    pds_buf_put(&slot->rows, pds_span_of(&row, sizeof row));
    *code = (unsigned)count + 1;
    PDS_TRY(pds_buf_end(&slot->texts, e));
    return pds_buf_end(&slot->rows, e);
}

pds_glyph_column pds_slot_metrics(const pds_slot *slot, const pds_code_row *row)
{
    if (!slot->vertical) {
        return (pds_glyph_column){ pds_face_advance(slot->face, row->glyph), 0, 0 };
    }
    if (row->form == PDS_FORM_TURNED) {
        return (pds_glyph_column){ -PDS_EMS, PDS_COLUMN_X, PDS_COLUMN_Y };
    }
    return pds_face_column(slot->face, row->glyph);
}

pds_code pds_slot_of(pds_typesetter *t, const pds_face *face, bool vertical, size_t *slot,
                     pds_err *e)
{
    for (*slot = 0; *slot < t->slot_count; (*slot)++) {
        if (t->slots[*slot].face == face && t->slots[*slot].vertical == vertical) {
            return PDS_OK;
        }
    }
    if (t->slot_count == PDS_SLOTS_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "a document's text needs more than %d fonts", PDS_SLOTS_MAX);
    }
    t->slots[t->slot_count++] = (pds_slot){ .face = face, .vertical = vertical };
    return PDS_OK;
}

size_t pds_typesetter_faces(const pds_typesetter *t)
{
    return t->slot_count;
}

void pds_face_subset_drop(pds_face_subset *s)
{
    pds_buf_drop(&s->program);
    pds_buf_drop(&s->widths);
    pds_buf_drop(&s->widths_v);
    pds_buf_drop(&s->to_unicode);
    *s = (pds_face_subset){ .flags = 0 };
}

/* ISO 32000-2, 9.7.4.3: [1 [w w …] 2001 [w …]]; three numbers each for columns. PDF/A-1 allows
 * arrays of 8191 elements. */
static void begin_width(size_t code, pds_buf *out)
{
    enum { GROUP_MAX = 2000 };
    if (code % GROUP_MAX == 1) {
        pds_buf_printf(out, code == 1 ? "[%zu [" : "] %zu [", code);
    } else {
        pds_buf_byte(out, ' ');
    }
}

static void put_widths(const pds_slot *slot, pds_face_subset *out)
{
    size_t count = 0;
    const pds_code_row *rows = rows_of(slot, &count);
    for (size_t i = 0; i < count; i++) {
        begin_width(i + 1, &out->widths);
        pds_buf_printf(&out->widths, "%d", pds_code_width(slot->face, &rows[i]));
        if (slot->vertical) {
            pds_glyph_column c = pds_slot_metrics(slot, &rows[i]);
            begin_width(i + 1, &out->widths_v);
            pds_buf_printf(&out->widths_v, "%d %d %d", c.advance, c.x, c.y);
        }
    }
    pds_buf_text(&out->widths, "]]");
    pds_buf_text(&out->widths_v, slot->vertical ? "]]" : "");
}

static void put_mappings(const pds_slot *slot, pds_buf *out)
{
    enum { BLOCK_MAX = 100 }; /* of one operator */
    size_t count = 0;
    const pds_code_row *rows = rows_of(slot, &count);
    for (size_t i = 0; i < count; i++) {
        if (i % BLOCK_MAX == 0) {
            size_t left = count - i;
            pds_buf_printf(out, "%s%zu beginbfchar\n", i == 0 ? "" : "endbfchar\n",
                           left < BLOCK_MAX ? left : (size_t)BLOCK_MAX);
        }
        pds_buf_printf(out, "<%04zX> <", i + 1);
        for (size_t k = 0; k < rows[i].text_count; k++) {
            pds_unicode_put_hex(out, text_of(slot, &rows[i])[k]);
        }
        pds_buf_text(out, ">\n");
    }
    pds_buf_text(out, "endbfchar\n");
}

/* ISO 32000-2, 9.10.3. */
static void put_to_unicode(const pds_slot *slot, pds_buf *out)
{
    pds_buf_text(out, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                      "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
                      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                      "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
    put_mappings(slot, out);
    pds_buf_text(out, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

/* Six letters that tell one subset of a face from another (ISO 32000-2, 9.9.2): FNV-1a. */
static void put_name(const pds_slot *slot, pds_face_subset *out)
{
    char tag[7] = { 0 };
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < out->program.len; i++) {
        hash = (hash ^ out->program.ptr[i]) * UINT64_C(1099511628211);
    }
    for (size_t i = 0; i < 6; i++) {
        tag[i] = (char)('A' + hash % 26);
        hash /= 26;
    }
    (void)snprintf(out->name, sizeof out->name, "%s+%s", tag, pds_face_facts_of(slot->face)->name);
}

static void put_facts(const pds_face_facts *f, pds_face_subset *out)
{
    enum { FIXED_PITCH = 1, SERIF = 2, SYMBOLIC = 4, ITALIC = 64 };
    out->ascent = f->ascent;
    out->descent = f->descent;
    out->cap_height = f->cap_height;
    out->italic_angle = f->italic_angle;
    out->stem_v = 50 + f->weight * f->weight / 4225; /* a usual guess: fonts do not say */
    memcpy(out->bbox, f->bbox, sizeof out->bbox);
    out->flags = SYMBOLIC | (f->fixed_pitch ? FIXED_PITCH : 0U) | (f->serif ? SERIF : 0U) |
                 (f->italic_angle != 0 ? ITALIC : 0U);
}

static pds_code pack(pds_buf *bytes, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf plain = pds_buf_take(bytes);
    return pds_deflate(pds_buf_span(&plain), bytes, e);
}

static pds_code make(const pds_slot *slot, pds_face_subset *out, pds_err *e)
{
    size_t count = 0;
    const pds_code_row *rows = rows_of(slot, &count);
    PDS_TRY(pds_cff_write(slot->face, rows, count, &out->program, e));
    out->glyphs = (unsigned)count + 1; /* and .notdef */
    put_widths(slot, out);
    put_to_unicode(slot, &out->to_unicode);
    put_name(slot, out);
    put_facts(pds_face_facts_of(slot->face), out);
    out->vertical = slot->vertical;
    PDS_TRY(pds_buf_end(&out->widths, e));
    PDS_TRY(pds_buf_end(&out->widths_v, e));
    PDS_TRY(pds_buf_end(&out->to_unicode, e));
    PDS_TRY(pack(&out->program, e));
    return pack(&out->to_unicode, e);
}

static pds_code find_or_make(const pds_slot *slot, pds_face_subset *out, pds_err *e)
{
    bool found = false;
    pds_subset_keep *keep = pds_face_subsets(slot->face);
    PDS_TRY(pds_subset_keep_find(keep, slot, out, &found, e));
    if (!found) {
        PDS_TRY(make(slot, out, e));
        pds_subset_keep_put(keep, slot, out);
    }
    return PDS_OK;
}

pds_code pds_typesetter_subset(pds_typesetter *t, size_t face, pds_face_subset *out, pds_err *e)
{
    *out = (pds_face_subset){ .flags = 0 };
    if (face >= t->slot_count) {
        PDS_FAIL(e, PDS_E_INTERNAL, "the text has no font %zu", face);
    }
    pds_code code = find_or_make(&t->slots[face], out, e);
    if (code != PDS_OK) {
        pds_face_subset_drop(out);
    }
    return code;
}
