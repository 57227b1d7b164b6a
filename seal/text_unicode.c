#include "seal/text_unicode.h"

#include "base/utf8.h"

/* How a sequence begins that has 1 to 4 bytes, and the least character it is for (RFC 3629). */
typedef struct lead_row {
    uint8_t lead;
    uint32_t least;
} lead_row;

static const lead_row LEADS[] = { { 0x00, 0 }, { 0xC0, 0x80 }, { 0xE0, 0x800 }, { 0xF0, 0x10000 } };

/* Line and paragraph separators end lines as well. */
static uint32_t plain(uint32_t c)
{
    if (c == '\t') {
        return ' ';
    }
    return c == 0x2028 || c == 0x2029 ? '\n' : c;
}

static pds_code check(uint32_t c, pds_err *e)
{
    if ((c < ' ' && c != '\n') || (c >= 0x7F && c < 0xA0)) {
        PDS_FAIL(e, PDS_E_USAGE, "the text has a control character, U+%04X", c);
    }
    if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF)) {
        PDS_FAIL(e, PDS_E_USAGE, "the text has U+%04X, which is no character", c);
    }
    return PDS_OK;
}

pds_code pds_unicode_decode(const char *utf8, pds_buf *out, pds_err *e)
{
    const char *p = utf8;
    while (*p != '\0') {
        const char *begin = p;
        uint32_t c = 0;
        if (!pds_utf8_take(&p, &c)) {
            PDS_FAIL(e, PDS_E_USAGE, "the text is not UTF-8: byte %zu is 0x%02X",
                     (size_t)(begin - utf8), (uint8_t)*begin);
        }
        if (c == '\r' && *p == '\n') {
            continue;
        }
        c = plain(c);
        PDS_TRY(check(c, e));
        pds_buf_put(out, pds_span_of(&c, sizeof c));
    }
    return pds_buf_end(out, e);
}

void pds_unicode_put_utf8(pds_buf *out, uint32_t character)
{
    size_t n = 0;
    while (n < 3 && character >= LEADS[n + 1].least) {
        n++;
    }
    pds_buf_byte(out, (uint8_t)(LEADS[n].lead | character >> (6 * n)));
    for (; n > 0; n--) {
        pds_buf_byte(out, (uint8_t)(0x80 | (character >> (6 * (n - 1)) & 0x3F)));
    }
}

void pds_unicode_put_hex(pds_buf *out, uint32_t character)
{
    if (character < 0x10000) {
        pds_buf_printf(out, "%04X", character);
    } else {
        uint32_t over = character - 0x10000;
        pds_buf_printf(out, "%04X%04X", 0xD800 | over >> 10, 0xDC00 | (over & 0x3FF));
    }
}
