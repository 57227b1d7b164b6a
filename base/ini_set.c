#include "base/ini.h"
#include "base/own.h"
#include "base/publish.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

/* One name of a section gets one value; nothing else changes. */
typedef struct change {
    const char *section, *name, *value;
    bool inside; /* the lines are the section's */
    bool old;    /* the last one gave the name its former value */
    bool done;
    pds_buf *out;
} change;

static const char BLANKS[] = " \t";

static void put_entry(change *c)
{
    pds_buf_printf(c->out, "%s = %s\n", c->name, c->value);
    c->done = true;
}

/* Is it the line "[section]"? A file that could be read has nothing behind the bracket. */
static bool is_section(const char *line, const char *section)
{
    const char *const at = line + strspn(line, BLANKS);
    const size_t len = strlen(section);
    return at[0] == '[' && strncmp(at + 1, section, len) == 0 && at[1 + len] == ']';
}

/* Does it give the name a value? */
static bool is_entry(const char *line, const char *name)
{
    const char *at = line + strspn(line, BLANKS);
    const size_t len = strlen(name);
    if (strncmp(at, name, len) != 0) {
        return false;
    }
    at += len + strspn(at + len, BLANKS);
    return *at == '=' || *at == ':';
}

static bool is_comment(const char *line)
{
    const char first = line[strspn(line, BLANKS)];
    return first == ';' || first == '#' || first == '\n' || first == '\r' || first == '\0';
}

/* The new value stands right below the head of the section. */
static void take_line(change *c, const char *line, size_t len)
{
    const bool indented = strchr(BLANKS, line[0]) != NULL;
    if (is_comment(line)) {
        pds_buf_put(c->out, pds_span_of(line, len));
        return;
    }
    if (c->old && indented) {
        return;
    }
    const bool head = line[strspn(line, BLANKS)] == '[';
    c->inside = head ? is_section(line, c->section) : c->inside;
    c->old = c->inside && !head && is_entry(line, c->name);
    if (c->old) {
        return;
    }
    pds_buf_put(c->out, pds_span_of(line, len));
    if (head && c->inside && !c->done) {
        pds_buf_text(c->out, line[len - 1] == '\n' ? "" : "\n");
        put_entry(c);
    }
}

static void rewrite(change *c, const char *text)
{
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        const size_t all = len + (text[len] == '\n' ? 1 : 0);
        take_line(c, text, all);
        text += all;
    }
    if (!c->done) {
        const bool ends = c->out->len == 0 || c->out->ptr[c->out->len - 1] == '\n';
        pds_buf_text(c->out, ends ? "" : "\n");
        pds_buf_text(c->out, c->out->len > 0 ? "\n" : "");
        pds_buf_printf(c->out, "[%s]\n", c->section);
        put_entry(c);
    }
}

/* ---- what was written is what is read ---- */

typedef struct check {
    const change *wanted;
    size_t values; /* that are so */
    size_t others;
} check;

static pds_code compare(void *ctx, const pds_ini_entry *entry, pds_err *e)
{
    check *const c = ctx;
    const change *const w = c->wanted;
    (void)e;
    if (entry->name != NULL && strcmp(entry->section, w->section) == 0 &&
        strcmp(entry->name, w->name) == 0) {
        const bool same = strcmp(entry->value, w->value) == 0;
        c->values += same ? 1 : 0;
        c->others += same ? 0 : 1;
    }
    return PDS_OK;
}

static pds_code accept(void *ctx, const pds_ini_entry *entry, pds_err *e)
{
    (void)ctx;
    (void)entry;
    (void)e;
    return PDS_OK;
}

static pds_code make_text(pds_buf *old, change *c, pds_err *e)
{
    check seen = { .wanted = c };
    PDS_TRY(pds_ini_parse(old, accept, NULL, e));
    rewrite(c, pds_buf_cstr(old));
    PDS_TRY(pds_buf_end(c->out, e));
    PDS_TRY(pds_ini_parse(c->out, compare, &seen, e));
    if (seen.values != 1 || seen.others != 0) {
        PDS_FAIL(e, PDS_E_USAGE, "'%s' can't be kept in a line of the file", c->value);
    }
    return PDS_OK;
}

/* ---- the file ---- */

/* Of a path's folders those that are not there, for their owner alone; what can't be made is
 * missed when the file is written. */
static void make_folders(const char *path)
{
    enum { OWNER = 0700 };
    char folder[PATH_MAX];
    if ((size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder) {
        return;
    }
    for (char *at = strchr(folder + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        (void)mkdir(folder, OWNER);
        *at = '/';
    }
}

static pds_code read_old(const char *path, pds_file *file, pds_buf *out, pds_err *e)
{
    PDS_TRY(pds_file_open(path, file, e));
    if (file->size > PDS_INI_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "longer than %d bytes", PDS_INI_MAX);
    }
    uint8_t *const to = pds_buf_grow(out, (size_t)file->size);
    PDS_TRY(pds_buf_end(out, e));
    return pds_file_read(file, 0, to, (size_t)file->size, e);
}

static void publish_drop(pds_publish **p)
{
    pds_publish_drop(p);
}

/* A link leads to the file that is meant. */
static pds_code write_file(const char *path, bool exists, change *c, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf old = { .max = PDS_INI_MAX + 1 };
    PDS_OWN(pds_file_close) pds_file file = PDS_FILE_NONE;
    PDS_OWN(publish_drop) pds_publish *p = NULL;
    const pds_output output = {
        .path = path, .overwrite = true, .in_place = exists, .durability = PDS_DURABILITY_EACH
    };
    if (exists) {
        PDS_TRY(read_old(path, &file, &old, e));
    } else {
        make_folders(path);
    }
    PDS_TRY(make_text(&old, c, e));
    PDS_TRY(pds_publish_open(&output, exists ? &file : NULL, &p, e));
    PDS_TRY(pds_publish_write(p, pds_buf_span(c->out), e));
    return pds_publish_commit(p, e);
}

static pds_code set(const char *path, change *c, pds_err *e)
{
    char real[PATH_MAX];
    struct stat st;
    if (stat(path, &st) != 0) {
        return write_file(path, false, c, e);
    }
    if (!S_ISREG(st.st_mode)) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "not a regular file");
    }
    if (realpath(path, real) == NULL) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "cannot be opened: %s", pds_errno_text(errno));
    }
    return write_file(real, true, c, e);
}

pds_code pds_ini_set(const char *path, const char *section, const char *name, const char *value,
                     pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf out = { .max = (size_t)2 * PDS_INI_MAX };
    change c = { .section = section, .name = name, .value = value, .out = &out };
    return pds_err_file(set(path, &c, e), e, path);
}
