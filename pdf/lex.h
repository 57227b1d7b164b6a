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

/* Behind white space and comments. */
const uint8_t *pds_lex_space(const uint8_t *p, const uint8_t *end);
/* The next token, behind white space and comments. */
lex_token pds_lex_next(const uint8_t *p, const uint8_t *end);
/* p stands behind an integer: behind the R if a reference begins with that, else NULL. */
const uint8_t *pds_lex_ref_rest(const uint8_t *p, const uint8_t *end);
/* Digits at *p, at most max; *p moves behind them. False: none, or more than max. */
bool pds_lex_uint(const uint8_t **p, const uint8_t *end, uint64_t max, uint64_t *out);
/* The next byte of a name, #xx decoded; *p < end. */
uint8_t pds_lex_name_byte(const uint8_t **p, const uint8_t *end);
/* The first bytes of a token for a message, without what is not printable. */
enum { LEX_SHOW = 48 };
const char *pds_lex_show(pds_span token, char out[LEX_SHOW]);

#ifdef __cplusplus
}
#endif
#endif
