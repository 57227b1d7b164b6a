#include "base/decimal.h"
#include "pdf/lex.h"
#include "pdf/value.h"

#include <stdio.h>

/* Writing values: what did not change keeps its bytes. */

static bool ends_regular(const pds_buf *b)
{
    return b->len > 0 && lex_is_regular(b->ptr[b->len - 1]);
}

/* A value, apart from a token before it that would run into it. */
static void put_apart(pds_buf *out, pds_span value)
{
    if (value.len > 0 && lex_is_regular(value.ptr[0]) && ends_regular(out)) {
        pds_buf_byte(out, ' ');
    }
    pds_buf_put(out, value);
}

static void put_entry(pds_buf *out, const pds_entry *entry)
{
    pds_name_put(out, pds_span_text(entry->key));
    put_apart(out, entry->value);
}

static const pds_entry *find_entry(const pds_entry *entries, size_t count, pds_span key)
{
    for (size_t i = 0; i < count; i++) {
        if (pds_value_is_name(key, entries[i].key)) {
            return &entries[i];
        }
    }
    return NULL;
}

/* The dictionary's entries without its >>, changed where they are among `entries`. */
static void put_old_entries(pds_buf *out, pds_span dict, const pds_entry *entries, size_t count)
{
    const uint8_t *copied = dict.ptr; /* up to here */
    pds_iter it = pds_iter_of(dict);
    pds_span key = { 0 }, value = { 0 };
    while (pds_iter_next(&it, &key, &value)) {
        const pds_entry *const entry = find_entry(entries, count, key);
        if (entry == NULL) {
            continue;
        }
        const uint8_t *const kept = entry->value.len > 0 ? value.ptr : key.ptr;
        pds_buf_put(out, pds_span_of(copied, (size_t)(kept - copied)));
        put_apart(out, entry->value);
        copied = value.ptr + value.len;
    }
    pds_buf_put(out, pds_span_of(copied, (size_t)(dict.ptr + dict.len - 2 - copied)));
}

void pds_dict_put(pds_buf *out, pds_span dict, const pds_entry *entries, size_t count)
{
    const pds_span old =
        pds_value_kind(dict) == PDS_KIND_DICT && dict.len >= 4 ? dict : pds_span_text("<<>>");
    pds_span unused = { 0 };
    put_old_entries(out, old, entries, count);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].value.len > 0 && !pds_dict_get(old, entries[i].key, &unused)) {
            put_entry(out, &entries[i]);
        }
    }
    pds_buf_text(out, ">>");
}

void pds_array_put(pds_buf *out, pds_span array, pds_span element)
{
    const pds_span old =
        pds_value_kind(array) == PDS_KIND_ARRAY && array.len >= 2 ? array : pds_span_text("[]");
    pds_buf_put(out, pds_span_of(old.ptr, old.len - 1));
    put_apart(out, element);
    pds_buf_byte(out, ']');
}

/* Digits of n, without the machinery of printf: references are most of what an update writes. */
static void put_uint(pds_buf *out, uint64_t n)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    pds_buf_put(out, pds_span_of(digits + at, sizeof digits - at));
}

void pds_ref_put(pds_buf *out, pds_ref ref)
{
    put_uint(out, ref.num);
    pds_buf_byte(out, ' ');
    put_uint(out, ref.gen);
    pds_buf_text(out, " R");
}

static bool needs_escape(uint8_t c)
{
    return c == '(' || c == ')' || c == '\\' || c == '\r';
}

static void put_hexadecimal(pds_buf *out, pds_span bytes)
{
    static const char Digits[] = "0123456789ABCDEF";
    uint8_t *to = pds_buf_grow(out, 2 * bytes.len + 2);
    if (to == NULL) {
        return;
    }
    *to++ = '<';
    for (size_t i = 0; i < bytes.len; i++) {
        *to++ = (uint8_t)Digits[bytes.ptr[i] >> 4];
        *to++ = (uint8_t)Digits[bytes.ptr[i] & 15];
    }
    *to = '>';
}

static void put_literal(pds_buf *out, pds_span bytes, size_t escapes)
{
    uint8_t *to = pds_buf_grow(out, bytes.len + escapes + 2);
    if (to == NULL) {
        return;
    }
    *to++ = '(';
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t c = bytes.ptr[i];
        if (needs_escape(c)) {
            *to++ = '\\';
        }
        *to++ = c == '\r' ? 'r' : c; /* a bare CR would read as LF */
    }
    *to = ')';
}

void pds_string_put(pds_buf *out, pds_span bytes)
{
    size_t escapes = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        escapes += needs_escape(bytes.ptr[i]);
    }
    if (escapes < bytes.len || bytes.len == 0) {
        put_literal(out, bytes, escapes);
    } else {
        put_hexadecimal(out, bytes);
    }
}

/* The next code point of UTF-8, U+FFFD for what is none. */
static uint32_t take_code_point(const uint8_t **p)
{
    static const uint32_t Smallest[4] = { 0, 0x80, 0x800, 0x10000 };
    const uint8_t lead = *(*p)++;
    const unsigned more = lead < 0x80   ? 0
                          : lead < 0xc0 ? 4
                          : lead < 0xe0 ? 1
                          : lead < 0xf0 ? 2
                          : lead < 0xf8 ? 3
                                        : 4;
    if (more > 3) {
        return 0xfffd;
    }
    uint32_t c = more == 0 ? lead : lead & (0x3fU >> more);
    for (unsigned i = 0; i < more; i++) {
        if ((**p & 0xc0) != 0x80) { /* also at the final NUL */
            return 0xfffd;
        }
        c = c << 6 | (*(*p)++ & 0x3fU);
    }
    return c < Smallest[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c;
}

static void put_utf16(pds_buf *out, uint32_t unit)
{
    pds_buf_byte(out, (uint8_t)(unit >> 8));
    pds_buf_byte(out, (uint8_t)unit);
}

static bool is_ascii(pds_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        if (c > 0x7e || (c < 0x20 && c != '\t' && c != '\n' && c != '\r')) {
            return false;
        }
    }
    return true;
}

void pds_text_put(pds_buf *out, const char *utf8)
{
    const pds_span text = pds_span_text(utf8);
    pds_buf units = { 0 };
    if (is_ascii(text)) {
        pds_string_put(out, text);
        return;
    }
    put_utf16(&units, 0xfeff);
    for (const uint8_t *p = text.ptr; *p != 0;) {
        const uint32_t c = take_code_point(&p);
        if (c > 0xffff) {
            put_utf16(&units, 0xd800 + ((c - 0x10000) >> 10));
            put_utf16(&units, 0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            put_utf16(&units, c);
        }
    }
    if (units.bad != PDS_OK) {
        out->bad = out->bad == PDS_OK ? units.bad : out->bad;
    } else {
        pds_string_put(out, pds_buf_span(&units));
    }
    pds_buf_drop(&units);
}

void pds_name_put(pds_buf *out, pds_span bytes)
{
    pds_buf_byte(out, '/');
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t c = bytes.ptr[i];
        if (c > ' ' && c < 0x7f && c != '#' && lex_is_regular(c)) {
            pds_buf_byte(out, c);
        } else {
            pds_buf_printf(out, "#%02X", c);
        }
    }
}

void pds_real_put(pds_buf *out, double number)
{
    enum { DECIMALS = 4 };
    pds_decimal_put(out, number, DECIMALS);
}
