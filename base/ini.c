#include "base/ini.h"

#include "base/file.h"
#include "base/load.h"
#include "base/own.h"
#include "base/utf8.h"

#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

/* ---- the library ---- */

typedef struct inih {
    __typeof__(ini_parse_stream) *parse_stream;
} inih;

static inih lib;

static const pds_symbol SYMBOLS[] = {
    { "ini_parse_stream", offsetof(inih, parse_stream) },
};

static pds_library library = { .soname = "libinih.so.1",
                               .package = "libinih1",
                               .symbols = SYMBOLS,
                               .count = sizeof SYMBOLS / sizeof SYMBOLS[0],
                               .table = &lib };

/* ---- lines, before the library sees them: it would cut what it has no room for ---- */

enum { NAME_MAX_BYTES = 49 }; /* of a section or name */

typedef struct reading {
    const char *rest; /* what was not given to the library yet */
    unsigned line;
    bool goes_on; /* an indented line belongs to the name before it */
    pds_ini_fn fn;
    void *ctx;
    pds_code code;
    pds_err *e;
} reading;

static const char BLANKS[] = " \t\r";

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without blanks at both ends; the end of a line may have a CR. */
static pds_span trimmed(const char *text, size_t len)
{
    const size_t lead = strspn(text, " \t");
    const size_t skip = lead < len ? lead : len;
    while (len > skip && strchr(BLANKS, text[len - 1]) != NULL) {
        len--;
    }
    return pds_span_of(text + skip, len - skip);
}

static pds_code check_bytes(pds_span line, pds_err *e)
{
    for (size_t i = 0; i < line.len; i++) {
        const char c = (char)line.ptr[i];
        if ((c > 0 && c < ' ' && c != '\t') || c == 0x7F) {
            PDS_FAIL(e, PDS_E_USAGE, "a control character");
        }
        if (c == ';' && i > 0 && is_blank((char)line.ptr[i - 1])) {
            PDS_FAIL(e, PDS_E_USAGE, "a blank and ';': comments stand on lines of their own");
        }
    }
    return PDS_OK;
}

static pds_code check_name(size_t len, pds_err *e)
{
    if (len == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "an empty name");
    }
    if (len > NAME_MAX_BYTES) {
        PDS_FAIL(e, PDS_E_USAGE, "a name is longer than %d bytes", NAME_MAX_BYTES);
    }
    return PDS_OK;
}

static pds_code begin_section(reading *r, pds_span line, pds_err *e)
{
    char section[NAME_MAX_BYTES + 1];
    const uint8_t *const end = memchr(line.ptr, ']', line.len);
    if (end == NULL || end + 1 != line.ptr + line.len) {
        PDS_FAIL(e, PDS_E_USAGE, "'[' without ']' at the end of the line");
    }
    const size_t len = line.len - 2;
    PDS_TRY(check_name(len, e));
    (void)snprintf(section, sizeof section, "%.*s", (int)len, (const char *)line.ptr + 1);
    r->goes_on = false;
    return r->fn(r->ctx, &(pds_ini_entry){ .section = section, .line = r->line }, e);
}

static pds_code check_entry(reading *r, pds_span line, pds_err *e)
{
    size_t name = 0;
    while (name < line.len && line.ptr[name] != '=' && line.ptr[name] != ':') {
        name++;
    }
    if (name == line.len) {
        PDS_FAIL(e, PDS_E_USAGE, "neither '[section]' nor 'name = value'");
    }
    r->goes_on = true;
    return check_name(trimmed((const char *)line.ptr, name).len, e);
}

/* room: bytes that the library has for it, its end included. */
static pds_code check_line(reading *r, const char *text, size_t len, size_t room, pds_err *e)
{
    const pds_span line = trimmed(text, len);
    const bool comment = line.len > 0 && (line.ptr[0] == ';' || line.ptr[0] == '#');
    if (len + sizeof "\n" > room) {
        PDS_FAIL(e, PDS_E_USAGE, "longer than %zu bytes", room - sizeof "\n");
    }
    if (line.len == 0 || comment) {
        return PDS_OK;
    }
    PDS_TRY(check_bytes(line, e));
    if (r->goes_on && is_blank(text[0])) {
        return PDS_OK;
    }
    return line.ptr[0] == '[' ? begin_section(r, line, e) : check_entry(r, line, e);
}

static pds_code fail_line(pds_code code, unsigned line, pds_err *e)
{
    char text[sizeof e->text];
    if (code != PDS_OK && e != NULL) {
        (void)snprintf(text, sizeof text, "%s", e->text);
        (void)snprintf(e->text, sizeof e->text, pds_translated(N_("line %u: %s")), line, text);
    }
    return code;
}

/* As fgets(). */
static char *next_line(char *to, int room, void *stream)
{
    reading *const r = stream;
    if (r->code != PDS_OK || r->rest[0] == '\0') {
        return NULL;
    }
    const size_t len = strcspn(r->rest, "\n");
    r->line++;
    r->code = fail_line(check_line(r, r->rest, len, (size_t)room, r->e), r->line, r->e);
    if (r->code != PDS_OK) {
        return NULL;
    }
    (void)snprintf(to, (size_t)room, "%.*s\n", (int)len, r->rest);
    r->rest += len + (r->rest[len] == '\n' ? 1 : 0);
    return to;
}

/* Nonzero: good. */
static int take_entry(void *ctx, const char *section, const char *name, const char *value)
{
    reading *const r = ctx;
    const pds_ini_entry entry = { section, name, value, r->line };
    if (r->code == PDS_OK) {
        r->code = fail_line(r->fn(r->ctx, &entry, r->e), r->line, r->e);
    }
    return r->code == PDS_OK;
}

/* ---- texts and files ---- */

pds_code pds_ini_parse(pds_buf *text, pds_ini_fn fn, void *ctx, pds_err *e)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* of byte order, which some editors write */
    const char *const all = pds_buf_cstr(text);
    reading r = { .rest = all, .fn = fn, .ctx = ctx, .e = e };
    PDS_TRY(pds_buf_end(text, e));
    if (strlen(all) != text->len || !pds_utf8_valid(all)) {
        PDS_FAIL(e, PDS_E_USAGE, "not a text in UTF-8");
    }
    PDS_TRY(pds_library_load(&library, e));
    while (strncmp(r.rest, mark, sizeof mark - 1) == 0) { /* the library would pass over one, too */
        r.rest += sizeof mark - 1;
    }
    const int bad = lib.parse_stream(next_line, &r, take_entry, &r);
    PDS_TRY(r.code);
    if (bad != 0) {
        return fail_line(pds_fail(e, PDS_E_USAGE, __func__, "not understood"),
                         bad > 0 ? (unsigned)bad : r.line, e);
    }
    return PDS_OK;
}

/* A pipe may never end; the null device is an empty file. */
static pds_code check_kind(const char *path, bool *null, pds_err *e)
{
    enum { MEMORY = 1, NULL_DEVICE = 3 };
    struct stat st;
    if (stat(path, &st) != 0) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "cannot be opened: %s", pds_errno_text(errno));
    }
    *null = S_ISCHR(st.st_mode) && st.st_rdev == makedev(MEMORY, NULL_DEVICE);
    if (!*null && !S_ISREG(st.st_mode)) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "not a regular file");
    }
    return PDS_OK;
}

static pds_code read_file(const char *path, pds_ini_fn fn, void *ctx, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { .max = PDS_INI_MAX + 1 };
    bool null = false;
    PDS_TRY(check_kind(path, &null, e));
    if (null) {
        return PDS_OK;
    }
    PDS_TRY(pds_file_slurp(path, PDS_INI_MAX, &text, e));
    return pds_ini_parse(&text, fn, ctx, e);
}

pds_code pds_ini_read(const char *path, pds_ini_fn fn, void *ctx, pds_err *e)
{
    return pds_err_file(read_file(path, fn, ctx, e), e, path);
}
