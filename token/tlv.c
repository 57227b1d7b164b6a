#include "token/piv.h"

/* One element at the front; false: the bytes are none. */
static bool take(pds_span *in, uint32_t *tag, pds_span *value)
{
    enum { LONG_TAG = 0x1F, LONG = 0x80 };
    if (in->len == 0) {
        return false; /* and in->ptr may be NULL */
    }
    const uint8_t *at = in->ptr;
    const uint8_t *const end = in->ptr + in->len;
    *tag = *at++;
    if ((*tag & LONG_TAG) == LONG_TAG && at < end) {
        *tag = *tag << 8 | *at++;
    }
    if (at >= end) {
        return false;
    }
    size_t len = *at++;
    size_t more = len > LONG ? len - LONG : 0;
    len = len > LONG ? 0 : len;
    if (len == LONG || more > 2 || (size_t)(end - at) < more) {
        return false;
    }
    for (; more > 0; more--) {
        len = len << 8 | *at++;
    }
    if (len > (size_t)(end - at)) {
        return false;
    }
    *value = pds_span_of(at, len);
    *in = pds_span_of(at + len, (size_t)(end - at) - len);
    return true;
}

bool pds_tlv_find(pds_span in, uint32_t tag, pds_span *value)
{
    uint32_t found = 0;
    while (take(&in, &found, value)) {
        if (found == tag) {
            return true;
        }
    }
    return false;
}

void pds_tlv_put(pds_buf *out, uint8_t tag, pds_span value)
{
    pds_buf_byte(out, tag);
    if (value.len > 0xFF) {
        pds_buf_byte(out, 0x82);
        pds_buf_byte(out, (uint8_t)(value.len >> 8));
    } else if (value.len >= 0x80) {
        pds_buf_byte(out, 0x81);
    }
    pds_buf_byte(out, (uint8_t)value.len);
    pds_buf_put(out, value);
}
