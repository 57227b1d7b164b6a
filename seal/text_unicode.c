#include "seal/text_unicode.h"

#include <string.h>

/* How a sequence begins that is n bytes long (RFC 3629). */
typedef struct lead_row {
    uint8_t mask, lead, bits;
    uint32_t least;
} lead_row;

static const lead_row LEADS[] = {
    { 0x80, 0x00, 0x7F, 0 },
    { 0xE0, 0xC0, 0x1F, 0x80 },
    { 0xF0, 0xE0, 0x0F, 0x800 },
    { 0xF8, 0xF0, 0x07, 0x10000 },
};

/* The bytes taken; 0: not UTF-8. */
static size_t decode_one(const uint8_t *p, uint32_t *out)
{
    for (size_t n = 0; n < sizeof LEADS / sizeof LEADS[0]; n++) {
        if ((p[0] & LEADS[n].mask) != LEADS[n].lead) {
            continue;
        }
        uint32_t c = p[0] & LEADS[n].bits;
        for (size_t i = 1; i <= n; i++) {
            if ((p[i] & 0xC0) != 0x80) { /* also the NUL at the end */
                return 0;
            }
            c = c << 6 | (p[i] & 0x3F);
        }
        *out = c;
        return c < LEADS[n].least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0 : n + 1;
    }
    return 0;
}

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
    const uint8_t *p = (const uint8_t *)utf8;
    while (*p != 0) {
        uint32_t c = 0;
        size_t n = decode_one(p, &c);
        if (n == 0) {
            PDS_FAIL(e, PDS_E_USAGE, "the text is not UTF-8: byte %zu is 0x%02X",
                     (size_t)(p - (const uint8_t *)utf8), *p);
        }
        p += n;
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
