#include "base/flate.h"

#include "base/own.h"

#include <limits.h>
#include <stdbool.h>
#include <zlib.h>

static void inflate_drop(z_stream *z)
{
    (void)inflateEnd(z);
}

static void deflate_drop(z_stream *z)
{
    (void)deflateEnd(z);
}

static pds_code too_large(pds_err *e)
{
    PDS_FAIL(e, PDS_E_PDF_LIMIT, "a compressed stream of more than 4 GiB");
}

static size_t room_left(const pds_buf *b)
{
    size_t max = b->max == 0 ? PDS_BUF_MAX : b->max;
    return max > b->len ? max - b->len : 0;
}

/* Inflates into at most `room` more bytes of out. Z_FINISH, because then zlib needs no window of
 * its own when the room is enough. */
static int inflate_into(z_stream *z, pds_buf *out, size_t room)
{
    size_t before = out->len;
    uint8_t *next = pds_buf_grow(out, room);
    if (next == NULL) {
        return Z_MEM_ERROR;
    }
    z->next_out = next;
    z->avail_out = (uInt)room;
    int rc = inflate(z, Z_FINISH);
    out->len = before + room - z->avail_out;
    return rc;
}

static pds_code inflate_failed(const z_stream *z, int rc, pds_err *e)
{
    switch (rc) {
    case Z_MEM_ERROR:
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    case Z_NEED_DICT:
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "compressed data asks for a preset dictionary");
    case Z_DATA_ERROR:
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "broken compressed data: %s", z->msg == NULL ? "" : z->msg);
    default:
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "compressed data is cut off");
    }
}

/* Out is full: at most the end of the data and its checksum may still be read. */
static int inflate_end(z_stream *z, bool *more)
{
    uint8_t beyond = 0;
    z->next_out = &beyond; // cppcheck-suppress autoVariables
    z->avail_out = 1;
    int rc = inflate(z, Z_FINISH);
    z->next_out = NULL;
    *more = z->avail_out == 0;
    return rc;
}

/* Bytes behind the end of the zlib data are left alone: writers put a line end there, sometimes
 * more, and the readers in use (qpdf, poppler, MuPDF) pay no heed to them either. */
static pds_code inflate_all(z_stream *z, pds_buf *out, pds_err *e)
{
    size_t room = (size_t)z->avail_in * 4 + 256;
    int rc = Z_BUF_ERROR;
    z->avail_out = 0;
    while (rc == Z_BUF_ERROR && z->avail_out == 0) { /* more room is all it needs */
        bool more = false;
        size_t left = room_left(out);
        room = room > left ? left : room;
        room = room > UINT_MAX ? UINT_MAX : room;
        rc = left == 0 ? inflate_end(z, &more) : inflate_into(z, out, room);
        if (more) {
            PDS_FAIL(e, PDS_E_PDF_LIMIT, "compressed data grows to more than %zu bytes", out->len);
        }
        PDS_TRY(pds_buf_end(out, e));
        room = out->len + 1024;
    }
    return rc == Z_STREAM_END ? PDS_OK : inflate_failed(z, rc, e);
}

/* window: as inflateInit2 has it, which also says what header is read. */
static pds_code inflate_window(pds_span in, int window, pds_buf *out, pds_err *e)
{
    PDS_TRY(pds_buf_end(out, e));
    if (in.len > UINT_MAX) {
        return too_large(e);
    }
    PDS_OWN(inflate_drop)
    z_stream z = { .next_in = (z_const Bytef *)in.ptr, .avail_in = (uInt)in.len };
    if (inflateInit2(&z, window) != Z_OK) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return inflate_all(&z, out, e);
}

pds_code pds_inflate(pds_span in, pds_buf *out, pds_err *e)
{
    return inflate_window(in, MAX_WBITS, out, e);
}

pds_code pds_gunzip(pds_span in, pds_buf *out, pds_err *e)
{
    enum { EITHER = 32 };
    return inflate_window(in, MAX_WBITS + EITHER, out, e);
}

/* log2 of the window that in needs. Short data in a small window: setting up 256 KiB of tables
 * would cost more than the rest. 9 is the least that zlib writes. */
static int window_bits(size_t len)
{
    int bits = 9;
    while (bits < MAX_WBITS && ((size_t)1 << bits) < len) {
        bits++;
    }
    return bits;
}

pds_code pds_deflate(pds_span in, pds_buf *out, pds_err *e)
{
    PDS_TRY(pds_buf_end(out, e));
    if (in.len > UINT_MAX / 2) {
        return too_large(e);
    }
    PDS_OWN(deflate_drop)
    z_stream z = { .next_in = (z_const Bytef *)in.ptr, .avail_in = (uInt)in.len };
    int bits = window_bits(in.len);
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, bits - 7, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    size_t before = out->len;
    size_t room = deflateBound(&z, (uLong)in.len);
    uint8_t *next = pds_buf_grow(out, room < room_left(out) ? room : room_left(out));
    PDS_TRY(pds_buf_end(out, e));
    z.next_out = next;
    z.avail_out = (uInt)(out->len - before);
    int rc = deflate(&z, Z_FINISH);
    out->len -= z.avail_out;
    if (rc != Z_STREAM_END) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "compressed data of more than %zu bytes", out->len);
    }
    return PDS_OK;
}
