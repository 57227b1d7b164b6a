#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Owned bytes that grow up to max. The first fault sticks: later puts do nothing.
 * Begin with { .max = N }; { 0 } means PDS_BUF_MAX. */
typedef struct pds_buf {
    uint8_t *ptr;
    size_t len, cap, max;
    pds_code bad;
} pds_buf;

#define PDS_BUF_MAX ((size_t)256 << 20)

/* In these, `bytes` are not b's own: growing may move those. */
void pds_buf_put(pds_buf *b, pds_span bytes);
void pds_buf_byte(pds_buf *b, uint8_t byte);
void pds_buf_text(pds_buf *b, const char *text);
void pds_buf_printf(pds_buf *b, const char *fmt, ...) PDS_PRINTF(2, 3);
/* n more bytes, all `byte`. */
void pds_buf_fill(pds_buf *b, uint8_t byte, size_t n);
/* Room for n more bytes to be written by the caller, already counted in len; NULL after a fault. */
PDS_USE uint8_t *pds_buf_grow(pds_buf *b, size_t n);
/* Puts `bytes` in place of `drop` bytes at offset `at`. */
void pds_buf_replace(pds_buf *b, size_t at, size_t drop, pds_span bytes);
/* The one check after a run of puts: PDS_E_NO_MEMORY or PDS_E_LIMIT. */
PDS_USE pds_code pds_buf_end(const pds_buf *b, pds_err *e);

pds_span pds_buf_span(const pds_buf *b);
/* The bytes as a C string: puts a NUL behind them that len does not count; "" after a fault. */
const char *pds_buf_cstr(pds_buf *b);
/* Hands the bytes to the caller and leaves b empty. */
PDS_USE pds_buf pds_buf_take(pds_buf *b);
/* len = 0, the room is kept. */
void pds_buf_clear(pds_buf *b);
void pds_buf_drop(pds_buf *b);

#ifdef __cplusplus
}
#endif
#endif
