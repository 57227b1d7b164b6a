#include "pdf/lex.h"
#include "pdf/value.h"

/* The bytes of strings and names, and text strings as UTF-8. */

enum { REPLACEMENT = 0xfffd, ESCAPE = 0x1b };

/* Octal digits of an escape, at most three; the high bits of \777 fall away (7.3.4.2). */
static uint8_t take_octal(const uint8_t **p, const uint8_t *end)
{
    unsigned n = 0;
    for (int i = 0; i < 3 && *p < end && **p >= '0' && **p <= '7'; i++) {
        n = n * 8 + (unsigned)(*(*p)++ - '0');
    }
    return (uint8_t)n;
}

/* p stands behind a backslash; puts what the escape means. */
static uint8_t *take_escape(const uint8_t **p, const uint8_t *end, uint8_t *to)
{
    static const char Letters[] = "nrtbf", Bytes[] = "\n\r\t\b\f";
    if (*p == end) {
        return to;
    }
    const uint8_t c = **p;
    const char *const letter = memchr(Letters, c, sizeof Letters - 1);
    if (c >= '0' && c <= '7') {
        *to++ = take_octal(p, end);
        return to;
    }
    ++*p;
    if (c == '\r' || c == '\n') { /* a line goes on */
        *p += c == '\r' && *p < end && **p == '\n';
    } else {
        *to++ = letter != NULL ? (uint8_t)Bytes[letter - Letters] : c;
    }
    return to;
}

static uint8_t *decode_literal(const uint8_t *p, const uint8_t *end, uint8_t *to)
{
    while (p < end) {
        const uint8_t c = *p++;
        if (c == '\\') {
            to = take_escape(&p, end, to);
        } else if (c == '\r') { /* every end of line reads as a line feed */
            p += p < end && *p == '\n';
            *to++ = '\n';
        } else {
            *to++ = c;
        }
    }
    return to;
}

static uint8_t *decode_hexadecimal(const uint8_t *p, const uint8_t *end, uint8_t *to)
{
    unsigned digits = 0, byte = 0;
    for (; p < end; p++) {
        const unsigned digit = lex_hex(*p);
        if (digit > 15) {
            continue;
        }
        byte = byte << 4 | digit;
        if (++digits % 2 == 0) {
            *to++ = (uint8_t)byte;
        }
    }
    if (digits % 2 != 0) {
        *to++ = (uint8_t)(byte << 4);
    }
    return to;
}

static uint8_t *decode_name(const uint8_t *p, const uint8_t *end, uint8_t *to)
{
    while (p < end) {
        *to++ = lex_name_byte(&p, end);
    }
    return to;
}

bool pds_value_bytes(pds_span value, pds_buf *out)
{
    const pds_kind kind = pds_value_kind(value);
    if (kind != PDS_KIND_NAME && (kind != PDS_KIND_STRING || value.len < 2)) {
        return false;
    }
    uint8_t *const to = pds_buf_grow(out, value.len); /* decoded is never longer */
    if (to == NULL) {
        return false;
    }
    const uint8_t *const p = value.ptr + 1, *const end = value.ptr + value.len;
    uint8_t *behind = NULL;
    if (kind == PDS_KIND_NAME) {
        behind = decode_name(p, end, to);
    } else if (value.ptr[0] == '(') {
        behind = decode_literal(p, end - 1, to);
    } else {
        behind = decode_hexadecimal(p, end - 1, to);
    }
    out->len -= value.len - (size_t)(behind - to);
    return true;
}

/* Annex D.2: what PDFDocEncoding has in other places than Latin-1. */
static const uint16_t PDFDOC_LOW[8] = { 0x02d8, 0x02c7, 0x02c6, 0x02d9,
                                        0x02dd, 0x02db, 0x02da, 0x02dc };
static const uint16_t PDFDOC_HIGH[34] = {
    0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203a,      0x2212,
    0x2030, 0x201e, 0x201c, 0x201d, 0x2018, 0x2019, 0x201a, 0x2122, 0xfb01, 0xfb02,      0x0141,
    0x0152, 0x0160, 0x0178, 0x017d, 0x0131, 0x0142, 0x0153, 0x0161, 0x017e, REPLACEMENT, 0x20ac,
};

static uint32_t from_pdfdoc(uint8_t c)
{
    if (c >= 0x18 && c < 0x20) {
        return PDFDOC_LOW[c - 0x18];
    }
    if (c >= 0x80 && c <= 0xa0) {
        return PDFDOC_HIGH[c - 0x80];
    }
    return c == 0x7f || c == 0xad ? REPLACEMENT : c;
}

/* A NUL would cut a C string short and hide what follows. */
static void put_utf8(pds_buf *out, uint32_t c)
{
    uint8_t u[4];
    size_t n = 0;
    c = c == 0 ? REPLACEMENT : c;
    if (c < 0x80) {
        u[n++] = (uint8_t)c;
    } else if (c < 0x800) {
        u[n++] = (uint8_t)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        u[n++] = (uint8_t)(0xe0 | c >> 12);
        u[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    } else {
        u[n++] = (uint8_t)(0xf0 | c >> 18);
        u[n++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
        u[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    }
    if (c >= 0x80) {
        u[n++] = (uint8_t)(0x80 | (c & 0x3f));
    }
    pds_buf_put(out, pds_span_of(u, n));
}

/* Bytes of the shortest well-formed UTF-8 sequence at p, 0 where there is none. */
static size_t utf8_len(const uint8_t *p, const uint8_t *end)
{
    static const uint32_t Smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    const size_t len = *p < 0x80   ? 1
                       : *p < 0xc0 ? 0
                       : *p < 0xe0 ? 2
                       : *p < 0xf0 ? 3
                       : *p < 0xf8 ? 4
                                   : 0;
    if (len < 2 || len > (size_t)(end - p)) {
        return len == 1;
    }
    uint32_t c = *p & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3fU);
    }
    return c < Smallest[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : len;
}

/* The language escapes of 7.9.2.2 stand between two ESCAPE characters: behind the second one. */
static size_t skip_language(pds_span s, size_t at, size_t unit, size_t low)
{
    for (size_t i = at + unit; i + unit <= s.len; i += unit) {
        if (s.ptr[i + low] == ESCAPE && (unit == 1 || s.ptr[i + 1 - low] == 0)) {
            return i + unit;
        }
    }
    return at + unit;
}

static void put_from_utf8(pds_buf *out, pds_span s, size_t at)
{
    while (at < s.len) {
        if (s.ptr[at] == ESCAPE) {
            at = skip_language(s, at, 1, 0);
            continue;
        }
        const size_t len = utf8_len(s.ptr + at, s.ptr + s.len);
        if (len == 0 || s.ptr[at] == 0) {
            put_utf8(out, REPLACEMENT);
            at++;
        } else {
            pds_buf_put(out, pds_span_of(s.ptr + at, len));
            at += len;
        }
    }
}

/* low: where the low byte of each unit stands, 1 in UTF-16BE, 0 in the UTF-16LE that some write. */
static void put_from_utf16(pds_buf *out, pds_span s, size_t low)
{
    size_t at = 2;
    while (at + 2 <= s.len) {
        uint32_t c = (uint32_t)s.ptr[at + 1 - low] << 8 | s.ptr[at + low];
        if (c == ESCAPE) {
            at = skip_language(s, at, 2, low);
            continue;
        }
        at += 2;
        if (c >= 0xdc00 && c < 0xe000) {
            c = REPLACEMENT;
        } else if (c >= 0xd800 && c < 0xdc00) {
            const uint32_t second =
                at + 2 <= s.len ? (uint32_t)s.ptr[at + 1 - low] << 8 | s.ptr[at + low] : 0;
            const bool pair = second >= 0xdc00 && second < 0xe000;
            c = pair ? 0x10000 + ((c - 0xd800) << 10) + (second - 0xdc00) : REPLACEMENT;
            at += pair ? 2 : 0;
        }
        put_utf8(out, c);
    }
    if (at < s.len) {
        put_utf8(out, REPLACEMENT);
    }
}

static void put_from_pdfdoc(pds_buf *out, pds_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        put_utf8(out, from_pdfdoc(s.ptr[i]));
    }
}

static bool is_utf8(pds_span s)
{
    size_t len = 0;
    for (size_t at = 0; at < s.len; at += len) {
        len = utf8_len(s.ptr + at, s.ptr + s.len);
        if (len == 0) {
            return false;
        }
    }
    return true;
}

static void put_text(pds_buf *out, pds_span s, bool name)
{
    if (name) { /* 7.3.5: names are meant to be UTF-8 */
        if (is_utf8(s)) {
            pds_buf_put(out, s);
        } else {
            put_from_pdfdoc(out, s);
        }
    } else if (s.len >= 2 && s.ptr[0] == 0xfe && s.ptr[1] == 0xff) {
        put_from_utf16(out, s, 1);
    } else if (s.len >= 2 && s.ptr[0] == 0xff && s.ptr[1] == 0xfe) {
        put_from_utf16(out, s, 0);
    } else if (s.len >= 3 && memcmp(s.ptr, "\xef\xbb\xbf", 3) == 0) {
        put_from_utf8(out, s, 3);
    } else {
        put_from_pdfdoc(out, s);
    }
}

bool pds_value_utf8(pds_span value, pds_buf *out)
{
    pds_buf bytes = { .max = value.len + 1 };
    const bool ok = pds_value_bytes(value, &bytes);
    if (ok) {
        put_text(out, pds_buf_span(&bytes), value.ptr[0] == '/');
    }
    pds_buf_drop(&bytes);
    return ok && out->bad == PDS_OK;
}
