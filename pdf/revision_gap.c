#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/revision_walk.h"

/* What stands between the objects and sections of a file, and comments within them. */

enum {
    GAP_MAX = 64 << 10, /* white space and comments between two pieces of an update */
    GAP_LOOK = 1 << 10, /* … in the base: what is read of it */
    COMMENT_MAX = 128
};

static bool is_binary_mark(pds_span line)
{
    size_t i = 1;
    while (i < line.len && line.ptr[i] >= 0x80) {
        i++;
    }
    return i == line.len && line.len <= 9;
}

/* What begins and ends a file. */
static bool is_usual_comment(pds_span line)
{
    const bool version = line.len == 8 && memcmp(line.ptr, "%PDF-", 5) == 0;
    return version || pds_span_is(line, "%%EOF") || is_binary_mark(line);
}

/* May somebody who searches take it for a part of the file? */
static bool is_misleading(pds_span line)
{
    static const char *const Words[] = { "obj", "xref", "trailer", "stream", "%EOF", "%PDF" };
    if (line.len > COMMENT_MAX) {
        return true;
    }
    for (size_t i = 0; i < sizeof Words / sizeof Words[0]; i++) {
        if (memmem(line.ptr, line.len, Words[i], strlen(Words[i])) != NULL) {
            return true;
        }
    }
    return false;
}

pds_code pds_walk_fail_bytes(const pds_walk *w, uint64_t at, pds_err *e)
{
    return pds_walk_found(
        w, 0, (int64_t)at,
        pds_finding_add(
            w->findings, PDS_F_UPDATE_BYTES_UNREFERENCED, e,
            "bytes of an update belong to nothing that its cross-reference section names"));
}

static pds_span take_line(pds_span *text)
{
    size_t len = 0;
    while (len < text->len && text->ptr[len] != '\n' && text->ptr[len] != '\r') {
        len++;
    }
    const pds_span line = pds_span_of(text->ptr, len);
    *text = pds_span_of(text->ptr + len, text->len - len);
    return line;
}

/* A comment, which ends with its line. */
static pds_code judge_comment(const pds_walk *w, pds_span line, bool cut, uint64_t at, pds_err *e)
{
    if (is_usual_comment(line)) {
        return PDS_OK;
    }
    if (cut || is_misleading(line)) {
        return pds_walk_fail_bytes(w, at, e);
    }
    return pds_walk_found(
        w, 0, (int64_t)at,
        pds_finding_add(w->findings, PDS_F_UPDATE_COMMENT, e, "an update holds a comment"));
}

/* Comments within a value. */
pds_code pds_walk_comments(const pds_walk *w, pds_span value, uint64_t at, pds_err *e)
{
    if (value.len == 0 || memchr(value.ptr, '%', value.len) == NULL) {
        return PDS_OK;
    }
    const uint8_t *p = value.ptr, *const end = p + value.len;
    while (p < end) {
        if (*p == '%') {
            pds_span rest = pds_span_of(p, (size_t)(end - p));
            const pds_span line = take_line(&rest);
            PDS_TRY(judge_comment(w, line, false, at, e));
            p = line.ptr + line.len;
        } else if (lex_is_space(*p)) {
            p++;
        } else {
            p = pds_lex_next(p, end).end;
        }
    }
    return PDS_OK;
}

/* White space, and comments. */
static pds_code judge_gap(const pds_walk *w, pds_span text, uint64_t at, pds_err *e)
{
    const uint8_t *const start = text.ptr;
    const size_t gap = text.len;
    while (text.len > 0) {
        const uint64_t here = at + (uint64_t)(text.ptr - start);
        if (lex_is_space(text.ptr[0])) {
            text = pds_span_of(text.ptr + 1, text.len - 1);
            continue;
        }
        if (text.ptr[0] != '%') {
            return pds_walk_fail_bytes(w, here, e);
        }
        const pds_span line = take_line(&text);
        PDS_TRY(judge_comment(w, line, text.len == 0 && at + gap < w->end, here, e));
    }
    return PDS_OK;
}

static pds_code check_gap(const pds_walk *w, uint64_t begin, uint64_t end, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    if (end - begin > GAP_MAX) {
        return pds_walk_fail_bytes(w, begin, e);
    }
    uint8_t *const to = pds_buf_grow(&bytes, (size_t)(end - begin));
    PDS_TRY(pds_buf_end(&bytes, e));
    PDS_TRY(pds_file_read(w->r->file, begin, to, bytes.len, e));
    return judge_gap(w, pds_buf_span(&bytes), begin, e);
}

/* In the base: they are only counted, a long gap from its first kilobyte. */
static pds_code count_gap(pds_walk *w, uint64_t begin, uint64_t end, pds_err *e)
{
    uint8_t bytes[GAP_LOOK];
    const size_t len = end - begin < sizeof bytes ? (size_t)(end - begin) : sizeof bytes;
    PDS_TRY(pds_file_read(w->r->file, begin, bytes, len, e));
    const uint8_t *const other = pds_ending_skip(lex_space(bytes, bytes + len), bytes + len);
    if (other == bytes + len && end - begin == len) {
        return PDS_OK;
    }
    w->first = w->unreferenced == 0 ? begin + (uint64_t)(other - bytes) : w->first;
    w->unreferenced += end - begin - (uint64_t)(other - bytes);
    return PDS_OK;
}

pds_code pds_walk_gap(pds_walk *w, uint64_t to, pds_err *e)
{
    if (to <= w->cursor) {
        return PDS_OK;
    }
    return w->strict ? check_gap(w, w->cursor, to, e) : count_gap(w, w->cursor, to, e);
}
