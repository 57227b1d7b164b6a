#include "token/pcsc_lite.h"

/* The bytes behind T0, their indicators followed (ISO/IEC 7816-3, 8.2): those of the interface,
 * then as many historical ones as T0 says. Empty: it is cut short. */
static pds_span historical(pds_span atr)
{
    enum { T0 = 1, GROUPS = 4, COUNT = 0x0F, NEXT = 0x80 };
    if (atr.len <= T0) {
        return pds_span_of(NULL, 0);
    }
    const size_t count = atr.ptr[T0] & COUNT;
    size_t indicator = T0;
    size_t at = T0 + 1;
    bool more = true;
    while (more && indicator < atr.len) {
        const uint8_t present = atr.ptr[indicator];
        for (unsigned bit = 0; bit < GROUPS; bit++) {
            at += (present >> (GROUPS + bit)) & 1U;
        }
        indicator = at - 1; /* TD is the last of its group */
        more = (present & NEXT) != 0;
    }
    return at + count <= atr.len ? pds_span_of(atr.ptr + at, count) : pds_span_of(NULL, 0);
}

/* COMPACT-TLV (7816-4, 8.1.1.2): behind a category that has any, tag and length share a byte. */
static bool find_compact(pds_span bytes, uint8_t tag, pds_span *value)
{
    enum { STATUS_BEHIND = 0x00, NO_STATUS = 0x80, STATUS_BYTES = 3, LENGTH = 0x0F, TAG = 4 };
    if (bytes.len == 0 || (bytes.ptr[0] != STATUS_BEHIND && bytes.ptr[0] != NO_STATUS)) {
        return false;
    }
    const size_t behind = bytes.ptr[0] == STATUS_BEHIND ? STATUS_BYTES : 0;
    const size_t end = bytes.len > behind ? bytes.len - behind : 0;
    for (size_t at = 1; at < end;) {
        const size_t len = bytes.ptr[at] & LENGTH;
        if (len >= end - at) {
            return false;
        }
        if (bytes.ptr[at] >> TAG == tag) {
            *value = pds_span_of(bytes.ptr + at + 1, len);
            return true;
        }
        at += 1 + len;
    }
    return false;
}

/* Card capabilities: the third of their tables. */
bool pds_atr_extended(pds_span atr)
{
    enum { CAPABILITIES = 7, TABLES = 3, EXTENDED = 0x40 };
    pds_span found = { 0 };
    return find_compact(historical(atr), CAPABILITIES, &found) && found.len >= TABLES &&
           (found.ptr[TABLES - 1] & EXTENDED) != 0;
}
