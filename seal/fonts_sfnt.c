#include "seal/fonts_sfnt.h"

#include "base/err.h"

enum {
    TAG_TTCF = 0x74746366,
    TAG_OTTO = 0x4F54544F,
    TAG_TRUE = 0x74727565,
    TAG_1_0 = 0x00010000,
    DIRECTORY_HEAD = 12,
    DIRECTORY_ROW = 16
};

static unsigned u16(pds_span s, size_t at)
{
    return at + 2 > s.len ? 0 : (unsigned)s.ptr[at] << 8 | s.ptr[at + 1];
}

static uint32_t u32(pds_span s, size_t at)
{
    return (uint32_t)u16(s, at) << 16 | u16(s, at + 2);
}

unsigned pds_sfnt_u16(pds_span table, size_t at)
{
    return u16(table, at);
}

int pds_sfnt_i16(pds_span table, size_t at)
{
    return (int16_t)u16(table, at);
}

/* Where the face's table directory begins. */
static pds_code find_directory(pds_span file, unsigned index, size_t *at, pds_err *e)
{
    bool collection = u32(file, 0) == TAG_TTCF;
    uint32_t faces = collection ? u32(file, 8) : 1;
    if (file.len < DIRECTORY_HEAD) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the file is too short to be a font");
    }
    if (index >= faces) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the font file has no face %u; it has %u", index, faces);
    }
    *at = collection ? u32(file, DIRECTORY_HEAD + (size_t)index * 4) : 0;
    uint32_t kind = u32(file, *at);
    if (kind != TAG_1_0 && kind != TAG_OTTO && kind != TAG_TRUE) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the file is not a TrueType or OpenType font");
    }
    return PDS_OK;
}

pds_code pds_sfnt_check(pds_span file, unsigned index, pds_err *e)
{
    size_t at = 0;
    PDS_TRY(find_directory(file, index, &at, e));
    size_t count = u16(file, at + 4);
    if (count == 0 || at + DIRECTORY_HEAD + count * DIRECTORY_ROW > file.len) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the font is damaged: it ends in its table directory");
    }
    for (size_t i = 0; i < count; i++) {
        size_t row = at + DIRECTORY_HEAD + i * DIRECTORY_ROW;
        if ((uint64_t)u32(file, row + 8) + u32(file, row + 12) > file.len) {
            PDS_FAIL(e, PDS_E_FONT_UNREADABLE,
                     "the font is damaged: it ends before its table '%.4s' does",
                     (const char *)file.ptr + row);
        }
    }
    return PDS_OK;
}

pds_code pds_sfnt_may_embed(pds_span os2, pds_err *e)
{
    enum { FS_TYPE = 8, LEVELS = 0xE, RESTRICTED = 0x2, NO_SUBSET = 0x100, BITMAPS = 0x200 };
    unsigned type = u16(os2, FS_TYPE);
    if ((type & LEVELS) == RESTRICTED) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "the font's licence forbids embedding it (fsType %u)",
                 type);
    }
    if ((type & (NO_SUBSET | BITMAPS)) != 0) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE,
                 "the font's licence forbids embedding a part of its outlines (fsType %u)", type);
    }
    return PDS_OK;
}
