#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static size_t limit_of(const pds_buf *b)
{
    return b->max == 0 ? PDS_BUF_MAX : b->max;
}

/* Makes cap at least need, doubling, so that many small puts cost little. */
static bool reserve(pds_buf *b, size_t need)
{
    size_t limit = limit_of(b);
    size_t cap = b->cap > limit / 2 ? limit : 2 * b->cap;
    if (need <= b->cap) {
        return true;
    }
    cap = cap < 64 ? 64 : cap;
    cap = cap < need ? need : cap;
    uint8_t *grown = realloc(b->ptr, cap);
    if (grown == NULL) {
        b->bad = PDS_E_NO_MEMORY;
        return false;
    }
    b->ptr = grown;
    b->cap = cap;
    return true;
}

static bool room_for(pds_buf *b, size_t n)
{
    size_t limit = limit_of(b);
    if (b->bad != PDS_OK) {
        return false;
    }
    if (b->len > limit || n > limit - b->len) {
        b->bad = PDS_E_LIMIT;
        return false;
    }
    return reserve(b, b->len + n);
}

void pds_buf_put(pds_buf *b, pds_span bytes)
{
    if (bytes.len == 0 || !room_for(b, bytes.len)) {
        return; /* room_for has set b->bad */
    }
    memcpy(b->ptr + b->len, bytes.ptr, bytes.len);
    b->len += bytes.len;
}

void pds_buf_byte(pds_buf *b, uint8_t byte)
{
    if (room_for(b, 1)) {
        b->ptr[b->len++] = byte;
    }
}

void pds_buf_text(pds_buf *b, const char *text)
{
    pds_buf_put(b, pds_span_text(text));
}

/* Prints into the room that is left; how long the text is, or would be. */
static int print_into_rest(const pds_buf *b, const char *fmt, va_list args)
{
    size_t rest = b->cap - b->len;
    return vsnprintf(rest == 0 ? NULL : (char *)b->ptr + b->len, rest, fmt, args);
}

void pds_buf_printf(pds_buf *b, const char *fmt, ...)
{
    va_list args;
    va_list again;
    if (b->bad != PDS_OK) {
        return;
    }
    va_start(args, fmt);
    va_copy(again, args);
    int len = print_into_rest(b, fmt, args);
    size_t n = len < 0 ? 0 : (size_t)len;
    if (len < 0) {
        b->bad = PDS_E_NO_MEMORY;
    } else if (room_for(b, n)) {
        bool whole = n < b->cap - b->len; /* with its NUL, which is not counted */
        if (whole || reserve(b, b->len + n + 1)) {
            (void)print_into_rest(b, fmt, again);
            b->len += n;
        }
    }
    va_end(again);
    va_end(args);
}

void pds_buf_fill(pds_buf *b, uint8_t byte, size_t n)
{
    uint8_t *room = pds_buf_grow(b, n);
    if (room != NULL) {
        memset(room, byte, n);
    }
}

uint8_t *pds_buf_grow(pds_buf *b, size_t n)
{
    if (!room_for(b, n) || !reserve(b, b->len + n == 0 ? 1 : b->len + n)) {
        return NULL;
    }
    b->len += n;
    return b->ptr + b->len - n;
}

void pds_buf_replace(pds_buf *b, size_t at, size_t drop, pds_span bytes)
{
    if (b->bad == PDS_OK && (at > b->len || drop > b->len - at)) {
        b->bad = PDS_E_INTERNAL;
    }
    if (!room_for(b, bytes.len > drop ? bytes.len - drop : 0) || b->len == 0) {
        pds_buf_put(b, bytes);
        return;
    }
    memmove(b->ptr + at + bytes.len, b->ptr + at + drop, b->len - at - drop);
    if (bytes.len != 0) {
        memcpy(b->ptr + at, bytes.ptr, bytes.len);
    }
    b->len = b->len - drop + bytes.len;
}

pds_code pds_buf_end(const pds_buf *b, pds_err *e)
{
    switch (b->bad) {
    case PDS_OK:
        return PDS_OK;
    case PDS_E_NO_MEMORY:
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    case PDS_E_LIMIT:
        PDS_FAIL(e, PDS_E_LIMIT, "more than %zu bytes", limit_of(b));
    default:
        PDS_FAIL(e, PDS_E_INTERNAL, "bytes replaced that are not there");
    }
}

pds_span pds_buf_span(const pds_buf *b)
{
    return pds_span_of(b->ptr, b->len);
}

const char *pds_buf_cstr(pds_buf *b)
{
    if (b->bad != PDS_OK || b->len == 0 || !reserve(b, b->len + 1)) {
        return "";
    }
    b->ptr[b->len] = '\0';
    return (const char *)b->ptr;
}

pds_buf pds_buf_take(pds_buf *b)
{
    pds_buf whole = *b;
    *b = (pds_buf){ .max = b->max };
    return whole;
}

void pds_buf_clear(pds_buf *b)
{
    b->len = 0;
    b->bad = PDS_OK;
}

void pds_buf_drop(pds_buf *b)
{
    free(b->ptr);
    *b = (pds_buf){ .max = b->max };
}
