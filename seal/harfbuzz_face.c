#include "seal/harfbuzz_face.h"

#include "base/own.h"
#include "seal/fonts_sfnt.h"
#include "seal/subset_keep.h"

#include <math.h>
#include <stdlib.h>

#include <sys/stat.h>

enum { FILE_MAX = 256 << 20 };

/* One table of a face, for as long as it is looked at. */
typedef struct table {
    hb_blob_t *blob;
    pds_span bytes;
} table;

static void table_drop(table *t)
{
    pds_hb.blob_destroy(t->blob);
}

static pds_span bytes_of(hb_blob_t *blob)
{
    unsigned len = 0;
    const char *bytes = pds_hb.blob_get_data(blob, &len);
    return pds_span_of(bytes, len);
}

static table table_of(const pds_face *face, hb_tag_t tag)
{
    table t = { .blob = pds_hb.face_reference_table(face->face, tag) };
    t.bytes = bytes_of(t.blob);
    return t;
}

static bool has_table(const pds_face *face, hb_tag_t tag)
{
    PDS_OWN(table_drop) table t = table_of(face, tag);
    return t.bytes.len != 0;
}

static void on_move(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x, float y,
                    void *user)
{
    void **sink = data;
    (void)funcs, (void)state, (void)user;
    ((const pds_outline *)sink[0])->move(sink[1], (double)x, (double)y);
}

static void on_line(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x, float y,
                    void *user)
{
    void **sink = data;
    (void)funcs, (void)state, (void)user;
    ((const pds_outline *)sink[0])->line(sink[1], (double)x, (double)y);
}

/* Quadratic curves come as cubic ones too. */
static void on_curve(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x1, float y1,
                     float x2, float y2, float x, float y, void *user)
{
    void **sink = data;
    const double points[6] = {
        (double)x1, (double)y1, (double)x2, (double)y2, (double)x, (double)y
    };
    (void)funcs, (void)state, (void)user;
    ((const pds_outline *)sink[0])->curve(sink[1], points);
}

static void on_close(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, void *user)
{
    void **sink = data;
    (void)funcs, (void)state, (void)user;
    ((const pds_outline *)sink[0])->close(sink[1]);
}

static hb_draw_funcs_t *draw_funcs(void)
{
    hb_draw_funcs_t *funcs = pds_hb.draw_funcs_create();
    pds_hb.draw_funcs_set_move_to_func(funcs, on_move, NULL, NULL);
    pds_hb.draw_funcs_set_line_to_func(funcs, on_line, NULL, NULL);
    pds_hb.draw_funcs_set_cubic_to_func(funcs, on_curve, NULL, NULL);
    pds_hb.draw_funcs_set_close_path_func(funcs, on_close, NULL, NULL);
    return funcs;
}

void pds_face_draw(const pds_face *face, uint32_t glyph, const pds_outline *sink, void *ctx)
{
    void *data[2];
    memcpy(&data[0], &sink, sizeof sink); /* const is given back by the callbacks */
    data[1] = ctx;
    pds_hb.font_get_glyph_shape(face->font, glyph, face->draw, data);
}

uint32_t pds_face_glyph(const pds_face *face, uint32_t character)
{
    hb_codepoint_t glyph = 0;
    return pds_hb.font_get_nominal_glyph(face->font, character, &glyph) != 0 ? glyph : 0;
}

int pds_face_advance(const pds_face *face, uint32_t glyph)
{
    return pds_hb.font_get_glyph_h_advance(face->font, glyph);
}

pds_glyph_column pds_face_column(const pds_face *face, uint32_t glyph)
{
    enum { EM_TOP = 880 }; /* as DW2 has it where a font says nothing */
    pds_glyph_column c = { -PDS_EM, pds_face_advance(face, glyph) / 2, EM_TOP };
    hb_position_t x = 0;
    hb_position_t y = 0;
    if (face->columns) { /* side bearings of vmtx, which would tell it too, are often nonsense */
        pds_hb.font_get_glyph_v_origin(face->font, glyph, &x, &y);
        c = (pds_glyph_column){ pds_hb.font_get_glyph_v_advance(face->font, glyph), x, y };
    }
    return c;
}

const pds_face_facts *pds_face_facts_of(const pds_face *face)
{
    return &face->facts;
}

pds_subset_keep *pds_face_subsets(const pds_face *face)
{
    return face->subsets;
}

static void read_name(pds_face *face)
{
    char name[sizeof face->facts.name];
    unsigned room = sizeof name;
    size_t n = 0;
    (void)pds_hb.ot_name_get_utf8(face->face, HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID,
                                  &room, name);
    for (size_t i = 0; i < room && i + 1 < sizeof name; i++) {
        bool plain = (name[i] >= '0' && name[i] <= '9') || (name[i] >= 'A' && name[i] <= 'Z') ||
                     (name[i] >= 'a' && name[i] <= 'z') || name[i] == '-';
        if (plain) {
            face->facts.name[n++] = name[i];
        }
    }
    if (n == 0) {
        memcpy(face->facts.name, "Font", sizeof "Font");
    }
}

static int scaled(int units, unsigned upem)
{
    return (int)lround(units * (double)PDS_EM / upem);
}

/* Offsets as ISO/IEC 14496-22, 5.2 lists the tables' fields. */
static void read_metrics(pds_face *face)
{
    enum { UPEM = 18, BOX = 36, ASCENT = 4, ANGLE = 4, FIXED = 12, WEIGHT = 4, CLASS = 30 };
    enum { CAP_HEIGHT = 88, CAP_HEIGHT_USUAL = 700, SERIFS_LAST = 7 };
    PDS_OWN(table_drop) table head = table_of(face, HB_TAG('h', 'e', 'a', 'd'));
    PDS_OWN(table_drop) table hhea = table_of(face, HB_TAG('h', 'h', 'e', 'a'));
    PDS_OWN(table_drop) table post = table_of(face, HB_TAG('p', 'o', 's', 't'));
    PDS_OWN(table_drop) table os2 = table_of(face, HB_TAG('O', 'S', '/', '2'));
    unsigned upem = pds_sfnt_u16(head.bytes, UPEM);
    pds_face_facts *f = &face->facts;

    for (size_t i = 0; i < 4; i++) {
        f->bbox[i] = scaled(pds_sfnt_i16(head.bytes, BOX + 2 * i), upem);
    }
    f->ascent = scaled(pds_sfnt_i16(hhea.bytes, ASCENT), upem);
    f->descent = scaled(pds_sfnt_i16(hhea.bytes, ASCENT + 2), upem);
    f->italic_angle = pds_sfnt_i16(post.bytes, ANGLE);
    f->fixed_pitch =
        pds_sfnt_u16(post.bytes, FIXED) != 0 || pds_sfnt_u16(post.bytes, FIXED + 2) != 0;
    f->weight = (int)pds_sfnt_u16(os2.bytes, WEIGHT);
    unsigned class = pds_sfnt_u16(os2.bytes, CLASS) >> 8;
    f->serif = class >= 1 && class <= SERIFS_LAST;
    int cap = pds_sfnt_u16(os2.bytes, 0) >= 2 ? pds_sfnt_i16(os2.bytes, CAP_HEIGHT) : 0;
    f->cap_height = cap > 0 ? scaled(cap, upem) : CAP_HEIGHT_USUAL;
}

/* Pictures and layers of colour can't be text of a PDF, and bitmaps are no outlines. */
static pds_code check_tables(const pds_face *face, pds_err *e)
{
    static const hb_tag_t colored[] = { HB_TAG('C', 'B', 'D', 'T'), HB_TAG('s', 'b', 'i', 'x'),
                                        HB_TAG('C', 'O', 'L', 'R'), HB_TAG('S', 'V', 'G', ' ') };
    enum { HEAD_BYTES = 54, UPEM = 18, UPEM_MIN = 16, UPEM_MAX = 16384 };
    PDS_OWN(table_drop) table head = table_of(face, HB_TAG('h', 'e', 'a', 'd'));
    PDS_OWN(table_drop) table os2 = table_of(face, HB_TAG('O', 'S', '/', '2'));
    unsigned upem = pds_sfnt_u16(head.bytes, UPEM);
    for (size_t i = 0; i < sizeof colored / sizeof colored[0]; i++) {
        if (has_table(face, colored[i])) {
            PDS_FAIL(e, PDS_E_FONT_UNREADABLE,
                     "the font's characters are coloured pictures, which cannot be text");
        }
    }
    if (!has_table(face, HB_TAG('g', 'l', 'y', 'f')) &&
        !has_table(face, HB_TAG('C', 'F', 'F', ' ')) &&
        !has_table(face, HB_TAG('C', 'F', 'F', '2'))) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the font has no outlines");
    }
    if (head.bytes.len < HEAD_BYTES || upem < UPEM_MIN || upem > UPEM_MAX ||
        pds_hb.face_get_glyph_count(face->face) == 0 ||
        !has_table(face, HB_TAG('c', 'm', 'a', 'p'))) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE,
                 "the font is damaged: a table that every font has is missing or unsound");
    }
    return pds_sfnt_may_embed(os2.bytes, e);
}

static void prepare(pds_face *face)
{
    pds_hb.face_make_immutable(face->face);
    face->font = pds_hb.font_create(face->face);
    pds_hb.font_set_scale(face->font, PDS_EM, PDS_EM);
    pds_hb.font_make_immutable(face->font);
    face->draw = draw_funcs();
    face->columns = has_table(face, HB_TAG('V', 'O', 'R', 'G'));
    read_name(face);
    read_metrics(face);
}

/* Only what can be mapped and does not grow without end. */
static pds_code map(const char *path, hb_blob_t **out, pds_err *e)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "there is no such font file");
    }
    if (st.st_size > FILE_MAX) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the font file is larger than %d MiB", FILE_MAX >> 20);
    }
    *out = pds_hb.blob_create_from_file_or_fail(path);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the font file cannot be read");
    }
    return PDS_OK;
}

static pds_code open_face(const char *path, unsigned index, pds_face *face, pds_err *e)
{
    PDS_TRY(map(path, &face->file, e));
    PDS_TRY(pds_sfnt_check(bytes_of(face->file), index, e));
    face->face = pds_hb.face_create(face->file, index);
    PDS_TRY(check_tables(face, e));
    prepare(face);
    PDS_TRY(pds_face_inks_new(&face->inks, e));
    return pds_subset_keep_new(&face->subsets, e);
}

pds_code pds_face_open(const char *path, unsigned index, pds_face **out, pds_err *e)
{
    PDS_TRY(pds_harfbuzz_load(e));
    PDS_OWN(pds_face_drop) pds_face *face = calloc(1, sizeof *face);
    if (face == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a font");
    }
    PDS_TRY(pds_err_file(open_face(path, index, face, e), e, path));
    *out = face;
    face = NULL;
    return PDS_OK;
}

void pds_face_drop(pds_face **face)
{
    if (*face == NULL) {
        return;
    }
    pds_subset_keep_drop(&(*face)->subsets);
    pds_face_inks_drop(&(*face)->inks);
    pds_hb.draw_funcs_destroy((*face)->draw);
    pds_hb.font_destroy((*face)->font);
    pds_hb.face_destroy((*face)->face);
    pds_hb.blob_destroy((*face)->file);
    free(*face);
    *face = NULL;
}
