/* Which Debian package has the characters that no installed font has. */
#include "base/own.h"
#include "seal/fonts.h"
#include "seal/text_unicode.h"

#include <stddef.h>

typedef struct script_row {
    uint32_t script;
    const char *package;
} script_row;

static const script_row SCRIPTS[] = {
    { PDS_SCRIPT('H', 'a', 'n', 'i'), "fonts-noto-cjk" },
    { PDS_SCRIPT('H', 'i', 'r', 'a'), "fonts-noto-cjk" },
    { PDS_SCRIPT('K', 'a', 'n', 'a'), "fonts-noto-cjk" },
    { PDS_SCRIPT('H', 'a', 'n', 'g'), "fonts-noto-cjk" },
    { PDS_SCRIPT('B', 'o', 'p', 'o'), "fonts-noto-cjk" },
};

typedef struct block_row {
    uint32_t first, last;
    const char *package; /* NULL: none has it */
} block_row;

/* What the script alone does not tell; the first row that fits. */
static const block_row BLOCKS[] = {
    { 0x2600, 0x27BF, "fonts-symbola" },
    { 0x1F000, 0x1FBFF, "fonts-symbola" }, /* fonts-noto-color-emoji has pictures, no outlines */
    { 0x20000, 0x3FFFF, "fonts-hanazono" },
    { 0x3000, 0x33FF, "fonts-noto-cjk" },
    { 0xFE10, 0xFE6F, "fonts-noto-cjk" },
    { 0xFF00, 0xFFEF, "fonts-noto-cjk" },
    { 0xE000, 0xF8FF, NULL }, /* private use */
    { 0x200B, 0x200F, NULL }, /* never seen, as the next three */
    { 0x2028, 0x202E, NULL },
    { 0x2060, 0x206F, NULL },
    { 0x40000, 0x10FFFF, NULL }, /* nothing yet, tags, private use */
};

static const char *package_of(uint32_t character)
{
    uint32_t script = pds_unicode_script(character);
    for (size_t i = 0; i < sizeof BLOCKS / sizeof BLOCKS[0]; i++) {
        if (character >= BLOCKS[i].first && character <= BLOCKS[i].last) {
            return BLOCKS[i].package;
        }
    }
    for (size_t i = 0; i < sizeof SCRIPTS / sizeof SCRIPTS[0]; i++) {
        if (SCRIPTS[i].script == script) {
            return SCRIPTS[i].package;
        }
    }
    return "fonts-noto-core";
}

/* "U+4E00 一, U+4E01 丁" */
static void put_names(pds_buf *out, const uint32_t *characters, size_t count)
{
    enum { NAMED_MAX = 8 };
    for (size_t i = 0; i < count && i < NAMED_MAX; i++) {
        pds_buf_printf(out, "%sU+%04X ", i == 0 ? "" : ", ", characters[i]);
        pds_unicode_put_utf8(out, characters[i]);
    }
    pds_buf_text(out, count > NAMED_MAX ? " ..." : "");
}

pds_code pds_fonts_missing(const uint32_t *characters, size_t count, pds_err *e)
{
    const char *package = NULL;
    PDS_OWN(pds_buf_drop) pds_buf names = { .max = 256 };
    PDS_TRY(pds_unicode_load(e));
    put_names(&names, characters, count);
    for (size_t i = 0; i < count && package == NULL; i++) {
        package = package_of(characters[i]);
    }
    if (package == NULL) {
        PDS_FAIL(e, PDS_E_GLYPH_MISSING, "no installed font has the character %s",
                 pds_buf_cstr(&names));
    }
    return pds_err_hint(pds_fail(e, PDS_E_GLYPH_MISSING, __func__,
                                 "no installed font has the character %s; package %s has it",
                                 pds_buf_cstr(&names), package),
                        e, "install the package, or name a font that has it");
}
