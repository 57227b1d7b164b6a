/* Seals in tokens: the head and its parts, compact masks. The first byte says what is read; objects
 * of a token come each with its length before it in two bytes. */

#include "base/own.h"
#include "seal/compact.h"
#include "token/seal_store.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/sha.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OBJECTS = 16, BYTES_AT = 12, DIGEST_AT = 24, HEAD_BYTES = 56 };

/* ---- a token that holds objects, and nothing else ---- */

typedef struct store {
    pds_buf objects[OBJECTS];
} store;

static pds_code open_store(const pds_device_info *info, void **self, pds_err *e)
{
    (void)info;
    *self = calloc(1, sizeof(store));
    if (*self == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

static void close_store(void *self)
{
    store *const s = self;
    for (size_t i = 0; i < OBJECTS; i++) {
        pds_buf_drop(&s->objects[i]);
    }
    free(s);
}

static pds_code read_object(void *self, unsigned number, pds_buf *out, pds_err *e)
{
    const store *const s = self;
    assert(number < OBJECTS);
    pds_buf_put(out, pds_buf_span(&s->objects[number]));
    return pds_buf_end(out, e);
}

static pds_code write_object(void *self, unsigned number, pds_span bytes,
                             const pds_secret *management, pds_err *e)
{
    store *const s = self;
    (void)management;
    assert(number < OBJECTS);
    pds_buf_clear(&s->objects[number]);
    pds_buf_put(&s->objects[number], bytes);
    return pds_buf_end(&s->objects[number], e);
}

static size_t object_max(void *self)
{
    (void)self;
    return 64;
}

static const pds_device_ops OPS = { .scheme = "fuzz",
                                    .open = open_store,
                                    .close = close_store,
                                    .read_object = read_object,
                                    .write_object = write_object,
                                    .object_max = object_max };

/* ---- what is read ---- */

static void read_compact(pds_span bytes)
{
    PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
    PDS_OWN(pds_buf_drop) pds_buf again = { 0 };
    pds_err e;
    if (pds_compact_take(bytes, &p, &e) == PDS_OK) {
        assert(p.pixels != NULL && p.width > 0 && p.height > 0);
        (void)!pds_compact_put(&p, 4096, &again, &e);
    }
}

static size_t split(pds_span in, pds_buf *objects)
{
    size_t n = 0;
    for (; n < OBJECTS && in.len >= 2; n++) {
        size_t len = (size_t)in.ptr[0] << 8 | in.ptr[1];
        len = len < in.len - 2 ? len : in.len - 2;
        pds_buf_put(&objects[n], pds_span_of(in.ptr + 2, len));
        in = pds_span_of(in.ptr + 2 + len, in.len - 2 - len);
    }
    return n;
}

/* The parts' length and digest, as the head has to have them: nobody guesses these. */
static void mend_head(pds_buf *objects)
{
    uint8_t *const head = objects[0].ptr;
    if (objects[0].len < HEAD_BYTES) {
        return;
    }
    PDS_OWN(pds_buf_drop) pds_buf parts = { 0 };
    for (size_t i = head[9]; i < (size_t)head[9] + head[11] && i < OBJECTS; i++) {
        pds_buf_put(&parts, pds_buf_span(&objects[i]));
    }
    for (size_t i = 0; i < 4; i++) {
        head[BYTES_AT + i] = (uint8_t)(parts.len >> (8 * (3 - i)));
    }
    (void)SHA256(parts.ptr == NULL ? head : parts.ptr, parts.len, head + DIGEST_AT);
}

/* What was read can be written, and read again. */
static void write_again(pds_guarded *g, const pds_stored_seal *seal)
{
    pds_stored_seal again = { .form = 0 };
    if (pds_seal_store_write(g, seal, NULL, NULL) == PDS_OK) {
        assert(pds_seal_store_read(g, &again, NULL) == PDS_OK);
        assert(again.bytes.len == seal->bytes.len && again.form == seal->form);
        pds_buf_drop(&again.bytes);
    }
}

static void read_store(pds_span in, bool mend)
{
    PDS_OWN(pds_guard_close) pds_guarded *g = NULL;
    const pds_device_info info = { .uri = "fuzz:" };
    pds_buf objects[OBJECTS] = { { 0 } };
    pds_stored_seal seal = { .form = 0 };
    if (pds_guard_open(&OPS, &info, &g, NULL) != PDS_OK) {
        return;
    }
    const size_t count = split(in, objects);
    if (mend) {
        mend_head(objects);
    }
    for (unsigned i = 0; i < OBJECTS; i++) {
        if (i < count &&
            pds_guard_write_object(g, i, pds_buf_span(&objects[i]), NULL, NULL) != PDS_OK) {
            abort();
        }
        pds_buf_drop(&objects[i]);
    }
    if (pds_seal_store_read(g, &seal, NULL) == PDS_OK) {
        assert(seal.bytes.len > 0 && seal.form <= 1);
        read_compact(pds_buf_span(&seal.bytes));
        write_again(g, &seal);
        pds_buf_drop(&seal.bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const pds_span in = pds_span_of(data + 1, size - 1);
    if (data[0] % 4 == 0) {
        read_compact(in);
    } else {
        read_store(in, data[0] % 4 != 1);
    }
    return 0;
}
