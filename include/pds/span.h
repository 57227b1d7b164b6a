#ifndef PDS_SPAN_H
#define PDS_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that somebody else owns: read only, may be empty, never outlives its owner. */
typedef struct pds_span {
    const uint8_t *ptr;
    size_t len;
} pds_span;

static inline pds_span pds_span_of(const void *ptr, size_t len)
{
    pds_span s;
    s.ptr = (const uint8_t *)ptr;
    s.len = len;
    return s;
}

/* The bytes of a C string, without its NUL; empty for NULL. */
static inline pds_span pds_span_text(const char *text)
{
    return pds_span_of(text, text == NULL ? 0 : strlen(text));
}

static inline bool pds_span_eq(pds_span a, pds_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool pds_span_is(pds_span a, const char *text)
{
    return pds_span_eq(a, pds_span_text(text));
}

/* Moves n bytes from the front of *in to *out; when *in is shorter, false and no change. */
static inline bool pds_span_take(pds_span *in, size_t n, pds_span *out)
{
    if (n > in->len) {
        return false;
    }
    *out = pds_span_of(in->ptr, n);
    if (n != 0) {
        in->ptr += n;
        in->len -= n;
    }
    return true;
}

#ifdef __cplusplus
}
#endif
#endif
