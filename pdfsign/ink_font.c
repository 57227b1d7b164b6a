#include "base/own.h"
#include "pdfsign/ink_internal.h"

/* Fonts: a Type 0 font with one CIDFontType0 (ISO 32000-2, 9.7). */

pds_code pds_ink_face_ref(pds_ink *ink, size_t face, pds_ref *out, pds_err *e)
{
    if (ink->typesetter == NULL || face >= pds_typesetter_faces(ink->typesetter)) {
        PDS_FAIL(e, PDS_E_INTERNAL, "a drawing has text in face %zu, which nobody has set", face);
    }
    if (ink->faces[face].num == 0) {
        ink->faces[face] = pds_update_ref(ink->u);
    }
    *out = ink->faces[face];
    return PDS_OK;
}

static void put_name(pds_buf *out, const char *key, const char *name)
{
    pds_buf_text(out, key);
    pds_name_put(out, pds_span_text(name));
}

/* One bit for each CID of the program, of which there are glyphs 0 to count - 1. */
static pds_code put_cid_set(pds_ink *ink, size_t count, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf bits = { 0 };
    pds_ref set;
    pds_buf_fill(&bits, 0xff, count / 8);
    if (count % 8 != 0) {
        pds_buf_byte(&bits, (uint8_t)(0xff00U >> count % 8));
    }
    PDS_TRY(pds_buf_end(&bits, e));
    pds_buf_text(&dict, "<<");
    PDS_TRY(pds_ink_deflated(ink, &dict, pds_buf_span(&bits), &set, e));
    pds_ink_put_entry(out, "/CIDSet", set);
    return PDS_OK;
}

static pds_code stage_descriptor(pds_ink *ink, const pds_face_subset *s, pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_ref program;
    pds_buf_text(&dict, "<</Subtype/CIDFontType0C");
    PDS_TRY(pds_ink_flate(ink, &dict, pds_buf_span(&s->program), &program, e));
    put_name(&text, "<</Type/FontDescriptor/FontName", s->name);
    pds_buf_printf(&text,
                   "/Flags %u/FontBBox[%d %d %d %d]/ItalicAngle %d/Ascent %d/Descent %d"
                   "/CapHeight %d/StemV %d",
                   s->flags, s->bbox[0], s->bbox[1], s->bbox[2], s->bbox[3], s->italic_angle,
                   s->ascent, s->descent, s->cap_height, s->stem_v);
    pds_ink_put_entry(&text, "/FontFile3", program);
    if (ink->pdfa.part == 1) { /* ISO 19005-1, 6.3.5; later parts do without */
        PDS_TRY(put_cid_set(ink, s->glyphs, &text, e));
    }
    pds_buf_text(&text, ">>");
    PDS_TRY(pds_buf_end(&text, e));
    return pds_ink_object(ink, pds_buf_span(&text), NULL, out, e);
}

static pds_code stage_descendant(pds_ink *ink, const pds_face_subset *s, pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_ref descriptor;
    PDS_TRY(stage_descriptor(ink, s, &descriptor, e));
    put_name(&text, "<</Type/Font/Subtype/CIDFontType0/BaseFont", s->name);
    pds_buf_text(&text, "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>");
    pds_ink_put_entry(&text, "/FontDescriptor", descriptor);
    pds_buf_text(&text, "/W");
    pds_buf_put(&text, pds_buf_span(&s->widths));
    if (s->widths_v.len > 0) {
        pds_buf_text(&text, "/W2");
        pds_buf_put(&text, pds_buf_span(&s->widths_v));
    }
    pds_buf_text(&text, ">>");
    PDS_TRY(pds_buf_end(&text, e));
    return pds_ink_object(ink, pds_buf_span(&text), NULL, out, e);
}

static pds_code stage_face(pds_ink *ink, size_t face, pds_err *e)
{
    PDS_OWN(pds_face_subset_drop) pds_face_subset s = { .vertical = false };
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_ref descendant;
    pds_ref to_unicode;
    PDS_TRY(pds_typesetter_subset(ink->typesetter, face, &s, e));
    const char *encoding = s.vertical ? "Identity-V" : "Identity-H";
    PDS_TRY(stage_descendant(ink, &s, &descendant, e));
    pds_buf_text(&dict, "<<");
    PDS_TRY(pds_ink_flate(ink, &dict, pds_buf_span(&s.to_unicode), &to_unicode, e));
    put_name(&text, "<</Type/Font/Subtype/Type0/BaseFont", s.name);
    pds_buf_printf(&text, "-%s/Encoding/%s", encoding, encoding);
    pds_ink_put_entry(&text, "/DescendantFonts[", descendant);
    pds_ink_put_entry(&text, "]/ToUnicode", to_unicode);
    pds_buf_text(&text, ">>");
    PDS_TRY(pds_buf_end(&text, e));
    return pds_update_put(ink->u, ink->faces[face], pds_buf_span(&text), e);
}

pds_code pds_ink_stage_faces(pds_ink *ink, pds_err *e)
{
    for (size_t i = 0; i < PDS_INK_FACES; i++) {
        if (ink->faces[i].num != 0) {
            PDS_TRY(stage_face(ink, i, e));
        }
    }
    return PDS_OK;
}
