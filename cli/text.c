#include "cli/text.h"

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

typedef struct range {
    uint32_t from, to;
} range;

/* In ascending order; an empty range ends them. */
static bool within(const range *ranges, uint32_t c)
{
    while (ranges->to != 0 && c > ranges->to) {
        ranges++;
    }
    return ranges->to != 0 && c >= ranges->from;
}

/* May a character reach the terminal as it is? Not C0, DEL, C1, nor what turns the order of text
 * around (Unicode 15, 23.2 and UAX #9). */
static bool is_printable(uint32_t c)
{
    static const range refused[] = {
        { 0, 0x1F },        { 0x7F, 0x9F },       { 0x61C, 0x61C },   { 0x200E, 0x200F },
        { 0x2028, 0x202E }, { 0x2066, 0x2069 },   { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB },
        { 0xFFFE, 0xFFFF }, { 0xE0000, 0xE007F }, { 0, 0 },
    };
    return !within(refused, c);
}

/* UAX #11 and the combining marks of common scripts: wcwidth() would want a locale's data, which
 * small systems lack. In a rare script a column may be off. */
static size_t columns_of(uint32_t c)
{
    static const range none[] = {
        { 0x300, 0x36F },   { 0x483, 0x489 },   { 0x591, 0x5BD },     { 0x610, 0x61A },
        { 0x64B, 0x65F },   { 0x6D6, 0x6DC },   { 0x900, 0x902 },     { 0x93A, 0x93A },
        { 0x93C, 0x93C },   { 0x941, 0x948 },   { 0x94D, 0x94D },     { 0xE31, 0xE31 },
        { 0xE34, 0xE3A },   { 0xE47, 0xE4E },   { 0x1AB0, 0x1AFF },   { 0x1DC0, 0x1DFF },
        { 0x200B, 0x200D }, { 0x20D0, 0x20FF }, { 0x302A, 0x302D },   { 0x3099, 0x309A },
        { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xE0100, 0xE01EF }, { 0, 0 },
    };
    static const range two[] = {
        { 0x1100, 0x115F },
        { 0x2E80, 0x303E },
        { 0x3041, 0xA4CF },
        { 0xA960, 0xA97C },
        { 0xAC00, 0xD7A3 },
        { 0xF900, 0xFAFF },
        { 0xFE10, 0xFE19 },
        { 0xFE30, 0xFE6F },
        { 0xFF01, 0xFF60 },
        { 0xFFE0, 0xFFE6 },
        { 0x16FE0, 0x18CFF },
        { 0x1B000, 0x1B2FF },
        { 0x1F300, 0x1F64F },
        { 0x1F680, 0x1F6FF },
        { 0x1F900, 0x1F9FF },
        { 0x20000, 0x3FFFD },
        { 0, 0 },
    };
    if (c < 0x300) {
        return 1;
    }
    return within(none, c) ? 0 : within(two, c) ? 2 : 1;
}

typedef struct glyph {
    char bytes[16]; /* as written, with a NUL */
    size_t columns;
    uint32_t character; /* 0: escaped */
} glyph;

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

static const char *escape_of(char c, const cli_escape *table)
{
    while (table->character != 0 && table->character != c) {
        table++;
    }
    return table->written;
}

/* What was made safe is escaped, too: it has backslashes and braces of its own. */
static void put_bytes_escaped(FILE *to, const char *bytes, const cli_escape *table)
{
    for (; *bytes != '\0'; bytes++) {
        const char *written = escape_of(*bytes, table);
        if (written != NULL) {
            (void)fputs(written, to);
        } else {
            (void)putc(*bytes, to);
        }
    }
}

void cli_put_escaped(FILE *to, const char *text, const cli_escape *table)
{
    glyph g = { .character = 0 };
    for (const char *at = text; next_glyph(&text, &g); at = text) {
        const char *written = escape_of(*at, table);
        if (written != NULL) {
            (void)fputs(written, to);
        } else {
            put_bytes_escaped(to, g.bytes, table);
        }
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

static bool opens(uint32_t c)
{
    return c != 0 && wcschr(L"（《「『【“‘", (wchar_t)c) != NULL;
}

/* The length of the piece at `text` that may not be broken, and its columns. Wide characters are
 * pieces of their own, with the opening punctuation before and the closing one behind them. */
static size_t piece(const char *text, size_t *columns)
{
    const char *p = text;
    glyph g = { .character = 0 };
    bool wide = false, opened = true;
    *columns = 0;
    for (const char *at = p; next_glyph(&p, &g); at = p) {
        bool glued = opened || closes(g.character);
        if (g.character == ' ' || (!glued && (wide || g.columns == 2))) {
            return (size_t)(at - text);
        }
        wide = g.columns == 2;
        opened = opens(g.character);
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
