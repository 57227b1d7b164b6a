/* The door to what HarfBuzz knows of Unicode. */
#include "seal/harfbuzz_library.h"
#include "seal/text_unicode.h"

#include <stddef.h>

typedef struct range {
    uint32_t first, last;
} range;

static bool is_in(const range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static hb_unicode_general_category_t category(uint32_t c)
{
    return pds_hb.unicode_general_category(pds_hb.unicode_funcs_get_default(), c);
}

pds_code pds_unicode_load(pds_err *e)
{
    return pds_harfbuzz_load(e);
}

uint32_t pds_unicode_script(uint32_t character)
{
    return (uint32_t)pds_hb.unicode_script(pds_hb.unicode_funcs_get_default(), character);
}

bool pds_script_is_rtl(uint32_t script)
{
    return pds_hb.script_get_horizontal_direction((hb_script_t)script) == HB_DIRECTION_RTL;
}

bool pds_script_is_shared(uint32_t script)
{
    return script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED ||
           script == HB_SCRIPT_UNKNOWN;
}

bool pds_script_is_cjk(uint32_t script)
{
    static const hb_script_t cjk[] = { HB_SCRIPT_HAN,    HB_SCRIPT_HIRAGANA, HB_SCRIPT_KATAKANA,
                                       HB_SCRIPT_HANGUL, HB_SCRIPT_BOPOMOFO, HB_SCRIPT_YI };
    for (size_t i = 0; i < sizeof cjk / sizeof cjk[0]; i++) {
        if (script == (uint32_t)cjk[i]) {
            return true;
        }
    }
    return false;
}

bool pds_unicode_is_mark(uint32_t character)
{
    hb_unicode_general_category_t c = category(character);
    return c == HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK ||
           c == HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK ||
           c == HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK;
}

bool pds_unicode_is_digit(uint32_t character)
{
    return category(character) == HB_UNICODE_GENERAL_CATEGORY_DECIMAL_NUMBER;
}

bool pds_unicode_is_letter(uint32_t character)
{
    hb_unicode_general_category_t c = category(character);
    return c == HB_UNICODE_GENERAL_CATEGORY_UPPERCASE_LETTER ||
           c == HB_UNICODE_GENERAL_CATEGORY_LOWERCASE_LETTER ||
           c == HB_UNICODE_GENERAL_CATEGORY_TITLECASE_LETTER ||
           c == HB_UNICODE_GENERAL_CATEGORY_MODIFIER_LETTER ||
           c == HB_UNICODE_GENERAL_CATEGORY_OTHER_LETTER;
}

bool pds_unicode_is_bracket(uint32_t character)
{
    hb_unicode_general_category_t c = category(character);
    return c == HB_UNICODE_GENERAL_CATEGORY_OPEN_PUNCTUATION ||
           c == HB_UNICODE_GENERAL_CATEGORY_CLOSE_PUNCTUATION ||
           c == HB_UNICODE_GENERAL_CATEGORY_INITIAL_PUNCTUATION ||
           c == HB_UNICODE_GENERAL_CATEGORY_FINAL_PUNCTUATION;
}

bool pds_unicode_is_opening(uint32_t character)
{
    hb_unicode_general_category_t c = category(character);
    return c == HB_UNICODE_GENERAL_CATEGORY_OPEN_PUNCTUATION ||
           c == HB_UNICODE_GENERAL_CATEGORY_INITIAL_PUNCTUATION ||
           c == HB_UNICODE_GENERAL_CATEGORY_CURRENCY_SYMBOL;
}

/* Brackets, stops and commas, marks that repeat or lengthen what is before them, small kana. */
bool pds_unicode_is_closing(uint32_t character)
{
    static const range stops[] = {
        { '!', '!' },       { '%', '%' },       { ',', ',' },       { '.', '.' },
        { ':', ';' },       { '?', '?' },       { 0xB0, 0xB0 },     { 0xB7, 0xB7 },
        { 0x2025, 0x2026 }, { 0x2030, 0x2030 }, { 0x2103, 0x2103 }, { 0x3001, 0x3002 },
        { 0x3005, 0x3005 }, { 0x303B, 0x303B }, { 0x3041, 0x3041 }, { 0x3043, 0x3043 },
        { 0x3045, 0x3045 }, { 0x3047, 0x3047 }, { 0x3049, 0x3049 }, { 0x3063, 0x3063 },
        { 0x3083, 0x3083 }, { 0x3085, 0x3085 }, { 0x3087, 0x3087 }, { 0x308E, 0x308E },
        { 0x3095, 0x3096 }, { 0x3099, 0x309E }, { 0x30A1, 0x30A1 }, { 0x30A3, 0x30A3 },
        { 0x30A5, 0x30A5 }, { 0x30A7, 0x30A7 }, { 0x30A9, 0x30A9 }, { 0x30C3, 0x30C3 },
        { 0x30E3, 0x30E3 }, { 0x30E5, 0x30E5 }, { 0x30E7, 0x30E7 }, { 0x30EE, 0x30EE },
        { 0x30F5, 0x30F6 }, { 0x30FB, 0x30FE }, { 0x31F0, 0x31FF }, { 0xFF01, 0xFF01 },
        { 0xFF05, 0xFF05 }, { 0xFF0C, 0xFF0C }, { 0xFF0E, 0xFF0E }, { 0xFF1A, 0xFF1B },
        { 0xFF1F, 0xFF1F }, { 0xFF61, 0xFF61 }, { 0xFF64, 0xFF65 }, { 0xFF67, 0xFF70 },
        { 0xFF9E, 0xFF9F },
    };
    hb_unicode_general_category_t c = category(character);
    return c == HB_UNICODE_GENERAL_CATEGORY_CLOSE_PUNCTUATION ||
           c == HB_UNICODE_GENERAL_CATEGORY_FINAL_PUNCTUATION ||
           is_in(stops, sizeof stops / sizeof stops[0], character);
}

bool pds_unicode_is_unseen(uint32_t character)
{
    static const range unseen[] = { { 0xAD, 0xAD },     { 0x34F, 0x34F },    { 0x61C, 0x61C },
                                    { 0x180B, 0x180F }, { 0x200B, 0x200F },  { 0x202A, 0x202E },
                                    { 0x2060, 0x2064 }, { 0x2066, 0x206F },  { 0xFE00, 0xFE0F },
                                    { 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF } };
    return is_in(unseen, sizeof unseen / sizeof unseen[0], character);
}
