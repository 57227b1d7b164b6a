#include "token/seal_store.h"

#include "base/own.h"

#include <openssl/evp.h>

static const uint8_t MAGIC[8] = "PDSSEAL1";

enum {
    HEAD = 0,
    FIRST = 1,
    NUMBERS = 16,
    HEAD_BYTES = 8 + 1 + 1 + 2 + 4 + 4 + 4 + 32,
    SEAL_MAX = 1 << 20
};

typedef struct head {
    uint8_t form, slot;
    uint16_t parts;
    uint32_t bytes, width_um, height_um;
    uint8_t digest[32];
} head;

/* ---- the head ---- */

static uint32_t take(const uint8_t **at, size_t bytes)
{
    uint32_t value = 0;
    for (; bytes > 0; bytes--) {
        value = value << 8 | *(*at)++;
    }
    return value;
}

static void put(pds_buf *out, uint32_t value, size_t bytes)
{
    for (; bytes > 0; bytes--) {
        pds_buf_byte(out, (uint8_t)(value >> (8 * (bytes - 1))));
    }
}

static pds_code no_whole_seal(pds_err *e, const char *why)
{
    PDS_FAIL(e, PDS_E_SEAL_DAMAGED, "the seal in the token is not whole: %s", pds_translated(why));
}

static pds_code read_head(pds_span bytes, head *out, pds_err *e)
{
    const uint8_t *at = bytes.ptr + sizeof MAGIC;
    if (bytes.len < HEAD_BYTES || memcmp(bytes.ptr, MAGIC, sizeof MAGIC) != 0) {
        return no_whole_seal(e, "its head is of another kind");
    }
    out->form = (uint8_t)take(&at, 1);
    out->slot = (uint8_t)take(&at, 1);
    out->parts = (uint16_t)take(&at, 2);
    out->bytes = take(&at, 4);
    out->width_um = take(&at, 4);
    out->height_um = take(&at, 4);
    memcpy(out->digest, at, sizeof out->digest);
    if (out->form > 1 || out->slot < FIRST || out->parts == 0 || out->bytes == 0 ||
        out->slot + out->parts > NUMBERS || out->bytes > SEAL_MAX) {
        return no_whole_seal(e, "its head has impossible numbers");
    }
    return PDS_OK;
}

static void put_head(const head *h, pds_buf *out)
{
    pds_buf_put(out, pds_span_of(MAGIC, sizeof MAGIC));
    put(out, h->form, 1);
    put(out, h->slot, 1);
    put(out, h->parts, 2);
    put(out, h->bytes, 4);
    put(out, h->width_um, 4);
    put(out, h->height_um, 4);
    pds_buf_put(out, pds_span_of(h->digest, sizeof h->digest));
}

static pds_code digest_of(pds_span bytes, uint8_t out[32], pds_err *e)
{
    if (EVP_Digest(bytes.ptr, bytes.len, out, NULL, EVP_sha256(), NULL) != 1) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

/* ---- reading ---- */

bool pds_seal_store_has(pds_guarded *g)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { .max = SEAL_MAX };
    return pds_guard_read_object(g, HEAD, &bytes, NULL) == PDS_OK && bytes.len > sizeof MAGIC &&
           memcmp(bytes.ptr, MAGIC, sizeof MAGIC) == 0;
}

static pds_code find_head(pds_guarded *g, head *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { .max = SEAL_MAX };
    PDS_TRY(pds_guard_read_object(g, HEAD, &bytes, e));
    if (bytes.len == 0) {
        PDS_FAIL(e, PDS_E_SEAL_MISSING, "there is no seal in the token");
    }
    return read_head(pds_buf_span(&bytes), out, e);
}

pds_code pds_seal_store_read(pds_guarded *g, pds_stored_seal *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { .max = SEAL_MAX };
    uint8_t digest[32];
    head h;
    PDS_TRY(find_head(g, &h, e));
    for (unsigned i = 0; i < h.parts; i++) {
        const size_t before = bytes.len;
        PDS_TRY(pds_guard_read_object(g, h.slot + i, &bytes, e));
        if (bytes.len == before) {
            return no_whole_seal(e, "a part is missing");
        }
    }
    PDS_TRY(digest_of(pds_buf_span(&bytes), digest, e));
    if (bytes.len != h.bytes || memcmp(digest, h.digest, sizeof digest) != 0) {
        return no_whole_seal(e, "its parts are not those that were written");
    }
    *out = (pds_stored_seal){ .bytes = pds_buf_take(&bytes),
                              .form = h.form,
                              .width_um = h.width_um,
                              .height_um = h.height_um };
    return PDS_OK;
}

/* ---- writing ---- */

pds_code pds_seal_store_max(pds_guarded *g, size_t *out, pds_err *e)
{
    PDS_TRY(pds_guard_object_max(g, out, e));
    *out *= NUMBERS - FIRST;
    *out = *out > SEAL_MAX ? SEAL_MAX : *out;
    return PDS_OK;
}

/* A run of numbers beside the old parts, if there is room, else from the first. */
static unsigned choose_slot(const head *old, unsigned parts)
{
    const unsigned behind = old->parts == 0 ? FIRST : (unsigned)old->slot + old->parts;
    if (behind + parts <= NUMBERS) {
        return behind;
    }
    return FIRST;
}

/* end: behind the last number that was written. */
static pds_code write_parts(pds_guarded *g, pds_span bytes, const pds_secret *management,
                            unsigned *end, pds_err *e)
{
    size_t max = 0;
    PDS_TRY(pds_guard_object_max(g, &max, e));
    for (size_t from = 0; from < bytes.len; from += max) {
        const size_t len = bytes.len - from < max ? bytes.len - from : max;
        PDS_TRY(pds_guard_write_object(g, *end, pds_span_of(bytes.ptr + from, len), management, e));
        ++*end;
    }
    return PDS_OK;
}

static pds_code write_head(pds_guarded *g, const head *h, const pds_secret *management, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    put_head(h, &bytes);
    PDS_TRY(pds_buf_end(&bytes, e));
    return pds_guard_write_object(g, HEAD, pds_buf_span(&bytes), management, e);
}

static bool holds_something(pds_guarded *g, unsigned number)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { .max = SEAL_MAX };
    return pds_guard_read_object(g, number, &bytes, NULL) == PDS_OK && bytes.len > 0;
}

/* Of these numbers what the head that is there now does not name: an old seal, or what was written
 * of one that did not fit. That it stays there is nobody's fault. */
static void remove_unnamed(pds_guarded *g, unsigned first, unsigned end,
                           const pds_secret *management)
{
    head h = { .parts = 0 };
    const pds_code found = find_head(g, &h, NULL);
    if (found != PDS_OK && found != PDS_E_SEAL_MISSING && found != PDS_E_SEAL_DAMAGED) {
        return;
    }
    for (unsigned i = first; i < end; i++) {
        const bool named =
            found == PDS_OK && i >= h.slot && i < (unsigned)h.slot + (unsigned)h.parts;
        if (!named && holds_something(g, i)) {
            (void)!pds_guard_write_object(g, i, pds_span_of(NULL, 0), management, NULL);
        }
    }
}

static pds_code plan(pds_guarded *g, const pds_stored_seal *seal, const head *old, head *out,
                     pds_err *e)
{
    size_t max = 0;
    PDS_TRY(pds_guard_object_max(g, &max, e));
    const size_t parts = (seal->bytes.len + max - 1) / max;
    if (parts > NUMBERS - FIRST) {
        PDS_FAIL(e, PDS_E_TOKEN_FULL, "the seal has %zu bytes, the token takes %zu",
                 seal->bytes.len, max * (NUMBERS - FIRST));
    }
    *out = (head){ .form = seal->form,
                   .slot = (uint8_t)choose_slot(old, (unsigned)parts),
                   .parts = (uint16_t)parts,
                   .bytes = (uint32_t)seal->bytes.len,
                   .width_um = seal->width_um,
                   .height_um = seal->height_um };
    return digest_of(pds_buf_span(&seal->bytes), out->digest, e);
}

pds_code pds_seal_store_write(pds_guarded *g, const pds_stored_seal *seal,
                              const pds_secret *management, pds_err *e)
{
    head old = { .parts = 0 };
    head h;
    const pds_code found = find_head(g, &old, e);
    if (found != PDS_OK && found != PDS_E_SEAL_MISSING && found != PDS_E_SEAL_DAMAGED) {
        return found;
    }
    old.parts = found == PDS_OK ? old.parts : 0;
    PDS_TRY(plan(g, seal, &old, &h, e));
    unsigned end = h.slot;
    pds_code code = write_parts(g, pds_buf_span(&seal->bytes), management, &end, e);
    code = code == PDS_OK ? write_head(g, &h, management, e) : code;
    if (code == PDS_OK) {
        remove_unnamed(g, FIRST, NUMBERS, management);
    } else if (end > h.slot) {
        remove_unnamed(g, h.slot, end, management);
    }
    return code;
}
