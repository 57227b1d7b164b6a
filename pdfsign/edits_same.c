#include "pdfsign/edits_same.h"

#include "base/own.h"

#include <string.h>

enum { CHUNK = 1 << 16 };

const char *pds_key_text(pds_span key, char text[PDS_KEY_ROOM])
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    text[0] = '\0';
    if (key.len == 0 || key.len >= PDS_KEY_ROOM) {
        return text;
    }
    if (memchr(key.ptr, '#', key.len) == NULL) {
        memcpy(text, key.ptr + 1, key.len - 1);
        text[key.len - 1] = '\0';
        return text;
    }
    if (pds_value_bytes(key, &bytes) && bytes.len < PDS_KEY_ROOM && bytes.len > 0 &&
        memchr(bytes.ptr, '\0', bytes.len) == NULL) {
        memcpy(text, bytes.ptr, bytes.len);
        text[bytes.len] = '\0';
    }
    return text;
}

bool pds_dict_get_counted(pds_span dict, const char *key, pds_span *value, size_t *work)
{
    *work += dict.len;
    return *work < PDS_SAME_WORK && pds_dict_get(dict, key, value);
}

bool pds_is_nothing(pds_span value)
{
    return value.len == 0 || pds_value_kind(value) == PDS_KIND_NULL;
}

static bool same_bytes(pds_span a, pds_span b)
{
    PDS_OWN(pds_buf_drop) pds_buf x = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf y = { 0 };
    return pds_value_bytes(a, &x) && pds_value_bytes(b, &y) && x.bad == PDS_OK && y.bad == PDS_OK &&
           pds_span_eq(pds_buf_span(&x), pds_buf_span(&y));
}

static bool same_number(pds_span a, pds_span b)
{
    double x = 0.0, y = 0.0;
    return pds_value_real(a, &x) && pds_value_real(b, &y) && x >= y && x <= y;
}

static bool same_array(pds_span a, pds_span b, size_t *work)
{
    pds_iter x = pds_iter_of(a), y = pds_iter_of(b);
    pds_span key = { 0 }, v = { 0 }, w = { 0 };
    for (;;) {
        const bool more = pds_iter_next(&x, &key, &v);
        if (more != pds_iter_next(&y, &key, &w)) {
            return false;
        }
        if (!more) {
            return true;
        }
        if (!pds_value_same(v, w, work)) {
            return false;
        }
    }
}

/* As many entries in both, and each of b's in a: usually in the same order. */
static bool same_dict(pds_span a, pds_span b, size_t *work)
{
    pds_iter x = pds_iter_of(a), y = pds_iter_of(b);
    pds_span k = { 0 }, l = { 0 }, v = { 0 }, w = { 0 };
    char text[PDS_KEY_ROOM];
    for (;;) {
        const bool more = pds_iter_next(&x, &k, &v);
        if (more != pds_iter_next(&y, &l, &w)) {
            return false;
        }
        if (!more) {
            return true;
        }
        const bool beside = pds_span_eq(k, l);
        if (!beside && !pds_dict_get_counted(a, pds_key_text(l, text), &v, work)) {
            return false;
        }
        if (!pds_value_same(v, w, work)) {
            return false;
        }
    }
}

static bool same_ref(pds_span a, pds_span b)
{
    pds_ref x = { 0 }, y = { 0 };
    return pds_value_ref(a, &x) && pds_value_ref(b, &y) && x.num == y.num && x.gen == y.gen;
}

static bool is_number(pds_kind kind)
{
    return kind == PDS_KIND_INT || kind == PDS_KIND_REAL;
}

bool pds_value_same(pds_span a, pds_span b, size_t *work)
{
    const pds_kind kind = pds_value_kind(a), other = pds_value_kind(b);
    if (pds_span_eq(a, b)) {
        return true;
    }
    if (kind != other && !(is_number(kind) && is_number(other))) {
        return false;
    }
    switch (kind) {
    case PDS_KIND_INT:
    case PDS_KIND_REAL:
        return same_number(a, b);
    case PDS_KIND_STRING:
    case PDS_KIND_NAME:
        return same_bytes(a, b);
    case PDS_KIND_ARRAY:
        return same_array(a, b, work);
    case PDS_KIND_DICT:
        return same_dict(a, b, work);
    case PDS_KIND_REF:
        return same_ref(a, b);
    default:
        return false;
    }
}

/* Both lie in the same file, perhaps at the same place. */
static pds_code same_data(const pds_file *file, const pds_object *a, const pds_object *b,
                          bool *same, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf room = { 0 };
    uint8_t *const bytes = pds_buf_grow(&room, 2 * (size_t)CHUNK);
    PDS_TRY(pds_buf_end(&room, e));
    *same = a->data_len == b->data_len;
    for (uint64_t at = 0; *same && a->data != b->data && at < a->data_len; at += CHUNK) {
        const uint64_t left = a->data_len - at;
        const size_t n = left < CHUNK ? (size_t)left : CHUNK;
        PDS_TRY(pds_file_read(file, a->data + at, bytes, n, e));
        PDS_TRY(pds_file_read(file, b->data + at, bytes + CHUNK, n, e));
        *same = memcmp(bytes, bytes + CHUNK, n) == 0;
    }
    return PDS_OK;
}

pds_code pds_object_same(const pds_file *file, const pds_object *a, const pds_object *b,
                         size_t *work, bool *same, pds_err *e)
{
    *same = a->stream == b->stream && pds_value_same(a->value, b->value, work);
    return *same && a->stream ? same_data(file, a, b, same, e) : PDS_OK;
}
