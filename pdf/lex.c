#include "pdf/lex.h"

/* clang-format off */
const uint8_t PDS_LEX_CLASS[256] = {
    [0x00] = LEX_SPACE, ['\t'] = LEX_SPACE, ['\n'] = LEX_SPACE, ['\f'] = LEX_SPACE,
    ['\r'] = LEX_SPACE, [' '] = LEX_SPACE,
    ['%'] = LEX_PERCENT, ['/'] = LEX_SLASH, ['('] = LEX_PAREN, ['<'] = LEX_LESS,
    ['>'] = LEX_GREATER, ['['] = LEX_BRACKET_OPEN, [']'] = LEX_BRACKET_CLOSE,
    [')'] = LEX_OTHER, ['{'] = LEX_OTHER, ['}'] = LEX_OTHER,
    ['+'] = LEX_NUMERIC, ['-'] = LEX_NUMERIC, ['.'] = LEX_NUMERIC,
    ['0'] = LEX_NUMERIC, ['1'] = LEX_NUMERIC, ['2'] = LEX_NUMERIC, ['3'] = LEX_NUMERIC,
    ['4'] = LEX_NUMERIC, ['5'] = LEX_NUMERIC, ['6'] = LEX_NUMERIC, ['7'] = LEX_NUMERIC,
    ['8'] = LEX_NUMERIC, ['9'] = LEX_NUMERIC,
};
/* clang-format on */

const uint8_t *pds_lex_comments(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p == '%') {
        while (p < end && *p != '\n' && *p != '\r') {
            p++;
        }
        while (p < end && lex_is_space(*p)) {
            p++;
        }
    }
    return p;
}

static const uint8_t *skip_regular(const uint8_t *p, const uint8_t *end)
{
    while (p < end && lex_is_regular(*p)) {
        p++;
    }
    return p;
}

static const uint8_t *skip_digits(const uint8_t *p, const uint8_t *end)
{
    while (p < end && lex_is_digit(*p)) {
        p++;
    }
    return p;
}

/* Does the integer between p and end fit into 64 bits? */
static bool fits_int64(const uint8_t *p, const uint8_t *end)
{
    static const char Largest[] = "9223372036854775807";
    const size_t digits = sizeof Largest - 1;
    p += *p == '-' || *p == '+';
    while (p < end && *p == '0') {
        p++;
    }
    const size_t len = (size_t)(end - p);
    return len < digits || (len == digits && memcmp(p, Largest, digits) <= 0);
}

/* 7.3.3; what begins like a number and goes on otherwise is a word. */
static lex_token take_number(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *const whole = p + (*p == '-' || *p == '+');
    const uint8_t *at = skip_digits(whole, end);
    size_t digits = (size_t)(at - whole);
    lex_kind kind = LEX_INT;
    if (at < end && *at == '.') {
        const uint8_t *const fraction = ++at;
        at = skip_digits(fraction, end);
        digits += (size_t)(at - fraction);
        kind = LEX_REAL;
    }
    if (digits == 0 || (at < end && lex_is_regular(*at))) {
        return (lex_token){ p, skip_regular(at, end), LEX_WORD };
    }
    if (kind == LEX_INT && digits > 18 && !fits_int64(p, at)) {
        kind = LEX_WORD;
    }
    return (lex_token){ p, at, kind };
}

/* 7.3.4.2: parentheses nest, a backslash takes the next byte out of the count. */
static lex_token take_literal(const uint8_t *p, const uint8_t *end)
{
    size_t open = 0;
    for (const uint8_t *at = p; at < end; at++) {
        if (*at == '(') {
            open++;
        } else if (*at == ')') {
            if (--open == 0) {
                return (lex_token){ p, at + 1, LEX_STRING };
            }
        } else if (*at == '\\') {
            at++;
        }
    }
    return (lex_token){ p, end, LEX_END };
}

/* What stands in hexadecimal strings. A table, for signatures are long and met often. */
/* clang-format off */
static const bool IN_HEXADECIMAL[256] = {
    [0x00] = true, ['\t'] = true, ['\n'] = true, ['\f'] = true, ['\r'] = true, [' '] = true,
    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
    ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
    ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true, ['F'] = true,
    ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true,
};
/* clang-format on */

static lex_token take_hexadecimal(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *at = p + 1;
    while (at < end && IN_HEXADECIMAL[*at]) {
        at++;
    }
    if (at == end) {
        return (lex_token){ p, end, LEX_END };
    }
    return (lex_token){ p, at + 1, *at == '>' ? LEX_STRING : LEX_BAD };
}

static lex_token take_less(const uint8_t *p, const uint8_t *end)
{
    if (p + 1 < end && p[1] == '<') {
        return (lex_token){ p, p + 2, LEX_DICT_OPEN };
    }
    return take_hexadecimal(p, end);
}

static lex_token take_greater(const uint8_t *p, const uint8_t *end)
{
    if (p + 1 == end) {
        return (lex_token){ p, end, LEX_END };
    }
    return (lex_token){ p, p + 2, p[1] == '>' ? LEX_DICT_CLOSE : LEX_BAD };
}

lex_token pds_lex_next(const uint8_t *p, const uint8_t *end)
{
    p = lex_space(p, end);
    if (p == end) {
        return (lex_token){ end, end, LEX_END };
    }
    switch (PDS_LEX_CLASS[*p]) {
    case LEX_NUMERIC:
        return take_number(p, end);
    case LEX_SLASH:
        return (lex_token){ p, skip_regular(p + 1, end), LEX_NAME };
    case LEX_PAREN:
        return take_literal(p, end);
    case LEX_LESS:
        return take_less(p, end);
    case LEX_GREATER:
        return take_greater(p, end);
    case LEX_BRACKET_OPEN:
        return (lex_token){ p, p + 1, LEX_ARRAY_OPEN };
    case LEX_BRACKET_CLOSE:
        return (lex_token){ p, p + 1, LEX_ARRAY_CLOSE };
    case LEX_OTHER:
        return (lex_token){ p, p + 1, LEX_BAD };
    default:
        return (lex_token){ p, skip_regular(p, end), LEX_WORD };
    }
}

const uint8_t *pds_lex_ref_rest(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *gen = lex_space(p, end);
    const uint8_t *at = skip_digits(gen, end);
    if (gen == p || at == gen) {
        return NULL;
    }
    const uint8_t *const mark = lex_space(at, end);
    if (mark == at || mark == end || *mark != 'R') {
        return NULL;
    }
    return mark + 1 < end && lex_is_regular(mark[1]) ? NULL : mark + 1;
}

uint8_t pds_lex_name_escape(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *const at = *p;
    const unsigned high = end - at > 2 ? lex_hex(at[1]) : 16;
    const unsigned low = end - at > 2 ? lex_hex(at[2]) : 16;
    if (high > 15 || low > 15) {
        *p = at + 1;
        return *at;
    }
    *p = at + 3;
    return (uint8_t)(high << 4 | low);
}

const char *pds_lex_show(pds_span token, char out[LEX_SHOW])
{
    size_t n = token.len < LEX_SHOW - 1 ? token.len : LEX_SHOW - 1;
    for (size_t i = 0; i < n; i++) {
        const bool printable = token.ptr[i] >= ' ' && token.ptr[i] < 0x7f;
        out[i] = (char)(printable ? token.ptr[i] : '?');
    }
    out[n] = '\0';
    return out;
}
