#ifndef PDF_LEX_H
#define PDF_LEX_H

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tokens of ISO 32000-2, 7.2-7.3, for the readers of values, tables and headers in this folder. */

/* What a byte may begin. Regular characters (7.2.3) come first, so that one comparison tells them.
 */
enum {
    LEX_REGULAR,
    LEX_NUMERIC, /* digits, sign, period: regular too */
    LEX_SPACE,
    LEX_PERCENT,
    LEX_SLASH,
    LEX_PAREN,
    LEX_LESS,
    LEX_GREATER,
    LEX_BRACKET_OPEN,
    LEX_BRACKET_CLOSE,
    LEX_OTHER /* ) { } stand alone */
};
extern const uint8_t PDS_LEX_CLASS[256];

typedef enum lex_kind {
    LEX_END, /* no token, or one that the end of the text cuts */
    LEX_BAD, /* a byte that no token has */
    LEX_INT,
    LEX_REAL,
    LEX_STRING,
    LEX_NAME,
    LEX_WORD, /* also a number beyond 64 bits, or one that is none */
    LEX_ARRAY_OPEN,
    LEX_ARRAY_CLOSE,
    LEX_DICT_OPEN,
    LEX_DICT_CLOSE
} lex_kind;

typedef struct lex_token {
    const uint8_t *ptr, *end;
    lex_kind kind;
} lex_token;

static inline bool lex_is_regular(uint8_t c)
{
    return PDS_LEX_CLASS[c] <= LEX_NUMERIC;
}

static inline bool lex_is_space(uint8_t c)
{
    return PDS_LEX_CLASS[c] == LEX_SPACE;
}

static inline bool lex_is_digit(uint8_t c)
{
    return (uint8_t)(c - '0') < 10;
}

/* 0 to 15; 16 where c is no hexadecimal digit. */
static inline unsigned lex_hex(uint8_t c)
{
    if (lex_is_digit(c)) {
        return (unsigned)(c - '0');
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* Digits at *p, at most max; *p moves behind them. False: none, or more than max. */
static inline bool lex_uint(const uint8_t **p, const uint8_t *end, uint64_t max, uint64_t *out)
{
    const uint64_t tenth = max / 10, last = max % 10;
    const uint8_t *at = *p;
    uint64_t n = 0;
    for (; at < end && lex_is_digit(*at); at++) {
        const uint64_t digit = (uint64_t)(*at - '0');
        if (n >= tenth && (n > tenth || digit > last)) {
            return false;
        }
        n = n * 10 + digit;
    }
    *out = n;
    const bool any = at > *p;
    *p = at;
    return any;
}

/* Behind comments and the white space around them; p stands at a percent sign. */
const uint8_t *pds_lex_comments(const uint8_t *p, const uint8_t *end);
/* Behind white space and comments. */
static inline const uint8_t *lex_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end && lex_is_space(*p)) {
        p++;
    }
    return p < end && *p == '%' ? pds_lex_comments(p, end) : p;
}

/* The next token, behind white space and comments. */
lex_token pds_lex_next(const uint8_t *p, const uint8_t *end);
/* p stands behind an integer: behind the R if a reference begins with that, else NULL. */
const uint8_t *pds_lex_ref_rest(const uint8_t *p, const uint8_t *end);
/* What stands at the number sign at *p: a byte in two digits, or the sign itself. */
uint8_t pds_lex_name_escape(const uint8_t **p, const uint8_t *end);
/* The next byte of a name, #xx decoded; *p < end. */
static inline uint8_t lex_name_byte(const uint8_t **p, const uint8_t *end)
{
    return **p == '#' ? pds_lex_name_escape(p, end) : *(*p)++;
}

/* The first bytes of a token for a message, without what is not printable. */
enum { LEX_SHOW = 48 };
const char *pds_lex_show(pds_span token, char out[LEX_SHOW]);

#ifdef __cplusplus
}
#endif
#endif
