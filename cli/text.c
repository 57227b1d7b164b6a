#include "cli/text.h"

#include <locale.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <sys/ioctl.h>

/* Takes back the beginning of a character whose end was cut off. */
static void trim_cut(char *text)
{
    size_t len = strlen(text), back = 1;
    while (back <= 3 && back <= len && ((unsigned char)text[len - back] & 0xC0U) == 0x80U) {
        back++;
    }
    const char *last = text + len - (back <= len ? back : len);
    uint32_t character = 0;
    const char *p = last;
    if ((unsigned char)*last >= 0xC0U && !cli_utf8_next(&p, &character)) {
        text[last - text] = '\0';
    }
}

void cli_copy(char *to, size_t size, const char *text)
{
    size_t len = strnlen(text, size - 1);
    bool cut = text[len] != '\0';
    memmove(to, text, len);
    to[len] = '\0';
    if (cut) {
        trim_cut(to);
    }
}

void cli_format(char *to, size_t size, const char *fmt, va_list args)
{
    int n = vsnprintf(to, size, fmt, args);
    if (n < 0) {
        cli_copy(to, size, fmt);
    } else if ((size_t)n >= size) {
        trim_cut(to);
    }
}

void cli_put(FILE *to, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vfprintf(to, fmt, args); // NOLINT(clang-analyzer-valist.Uninitialized): it is
    va_end(args);
}

/* RFC 3629: length and first bits by the leading byte, shortest form only, no surrogates. */
bool cli_utf8_next(const char **text, uint32_t *character)
{
    static const struct {
        uint8_t mask, lead, more;
        uint32_t least;
    } forms[] = { { 0x80, 0x00, 0, 1 },
                  { 0xE0, 0xC0, 1, 0x80 },
                  { 0xF0, 0xE0, 2, 0x800 },
                  { 0xF8, 0xF0, 3, 0x10000 } };
    const uint8_t *p = (const uint8_t *)*text;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((p[0] & forms[i].mask) != forms[i].lead) {
            continue;
        }
        uint32_t c = p[0] & (uint8_t)~forms[i].mask;
        for (uint8_t k = 1; k <= forms[i].more; k++) {
            if ((p[k] & 0xC0U) != 0x80U) {
                return false;
            }
            c = c << 6 | (p[k] & 0x3FU);
        }
        if (c < forms[i].least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
            return false;
        }
        *text += forms[i].more + 1;
        *character = c;
        return true;
    }
    return false;
}

bool cli_utf8_valid(const char *text)
{
    uint32_t character = 0;
    while (cli_utf8_next(&text, &character)) {
    }
    return *text == '\0';
}

/* May a character reach the terminal as it is? Not C0, DEL, C1, nor what turns the order of text
 * around (Unicode 15, 23.2 and UAX #9). */
static bool is_printable(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } refused[] = { { 0, 0x1F },        { 0x7F, 0x9F },     { 0x61C, 0x61C },
                    { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2066, 0x2069 },
                    { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F } };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (c >= refused[i].from && c <= refused[i].to) {
            return false;
        }
    }
    return true;
}

typedef struct glyph {
    char bytes[16]; /* as written, with a NUL */
    size_t columns;
    uint32_t character; /* 0: escaped */
} glyph;

/* wcwidth follows LC_CTYPE, which stays "C" elsewhere in the program. */
static size_t columns_of(uint32_t c)
{
    static locale_t utf8;
    if (c < 0x80) {
        return 1;
    }
    if (utf8 == (locale_t)0) {
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    }
    locale_t before = utf8 == (locale_t)0 ? (locale_t)0 : uselocale(utf8);
    int n = wcwidth((wchar_t)c);
    if (before != (locale_t)0) {
        (void)uselocale(before);
    }
    return n < 0 ? 1 : (size_t)n;
}

/* The next thing to be written; false at the end. */
static bool next_glyph(const char **text, glyph *g)
{
    const char *from = *text;
    if (*from == '\0') {
        return false;
    }
    if (cli_utf8_next(text, &g->character) && is_printable(g->character)) {
        size_t n = (size_t)(*text - from);
        memcpy(g->bytes, from, n);
        g->bytes[n] = '\0';
        g->columns = columns_of(g->character);
        return true;
    }
    bool whole = *text != from;
    uint32_t c = g->character;
    *text = whole ? *text : from + 1;
    const char *fmt = whole && c >= 0x80 ? "\\u{%x}" : "\\x%02x";
    int n = snprintf(g->bytes, sizeof g->bytes, fmt, whole ? c : (uint32_t)(uint8_t)*from);
    g->columns = (size_t)n;
    g->character = 0;
    return true;
}

void cli_put_safe(FILE *to, const char *text)
{
    glyph g = { .character = 0 };
    while (next_glyph(&text, &g)) {
        (void)fputs(g.bytes, to);
    }
}

size_t cli_width(const char *text)
{
    glyph g = { .character = 0 };
    size_t width = 0;
    while (next_glyph(&text, &g)) {
        width += g.columns;
    }
    return width;
}

static void put_blanks(FILE *to, size_t n)
{
    cli_put(to, "%*s", (int)n, "");
}

void cli_put_padded(FILE *to, const char *text, size_t width)
{
    size_t own = cli_width(text);
    cli_put_safe(to, text);
    put_blanks(to, own < width ? width - own : 0);
}

static bool closes(uint32_t c)
{
    return (c != 0 && wcschr(L"，。、；：？！）》」”’…", (wchar_t)c) != NULL) ||
           (c < 0x80 && c != 0 && strchr(",.;:?!)", (int)c) != NULL);
}

/* The length of the piece at `text` that may not be broken, and its columns. Wide characters are
 * pieces of their own, with the closing punctuation behind them. */
static size_t piece(const char *text, size_t *columns)
{
    const char *p = text;
    glyph g = { .character = 0 };
    bool wide = false;
    *columns = 0;
    for (const char *at = p; next_glyph(&p, &g); at = p) {
        bool glued = at == text || closes(g.character);
        if (g.character == ' ' || (!glued && (wide || g.columns == 2))) {
            return (size_t)(at - text);
        }
        wide = g.columns == 2;
        *columns += g.columns;
    }
    return (size_t)(p - text);
}

void cli_put_wrapped(FILE *to, const char *text, size_t indent, size_t width)
{
    size_t column = indent;
    while (*text != '\0') {
        size_t blank = strspn(text, " "), columns = 0;
        size_t len = piece(text + blank, &columns);
        bool first = column == indent;
        if (!first && column + blank + columns > width) {
            cli_put(to, "\n");
            put_blanks(to, indent);
            column = indent;
            first = true;
        }
        blank = first ? 0 : blank;
        text += strspn(text, " ");
        cli_put(to, "%*s%.*s", (int)blank, "", (int)len, text);
        column += blank + columns;
        text += len;
    }
    cli_put(to, "\n");
}

size_t cli_columns(int fd, size_t otherwise)
{
    struct winsize size = { 0 };
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) {
        return otherwise;
    }
    return size.ws_col;
}
