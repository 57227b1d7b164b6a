#include "cms/oid.h"

#include <stdio.h>

/* X.690, 8.19: groups of seven bits; the first number holds two. */
static bool take_number(pds_span *in, uint64_t *out)
{
    enum { MORE = 0x80, BITS = 7, BYTES_MAX = 8 };
    *out = 0;
    for (size_t i = 0; i < in->len && i < BYTES_MAX; i++) {
        uint8_t byte = in->ptr[i];
        if (i == 0 && byte == MORE) {
            return false; /* not the shortest form */
        }
        *out = *out << BITS | (byte & ~(unsigned)MORE);
        if ((byte & MORE) == 0) {
            pds_span taken;
            return pds_span_take(in, i + 1, &taken);
        }
    }
    return false;
}

static bool put(char *out, size_t *len, const char *dot, uint64_t number)
{
    int made = snprintf(out + *len, PDS_OID_TEXT - *len, "%s%llu", dot, (unsigned long long)number);
    *len += (size_t)made;
    return *len < PDS_OID_TEXT;
}

void pds_oid_text(pds_span body, char out[PDS_OID_TEXT])
{
    enum { ARCS = 40, LAST_ROOT = 2 };
    uint64_t number = 0;
    size_t len = 0;
    bool fine = take_number(&body, &number);
    uint64_t root = number / ARCS > LAST_ROOT ? LAST_ROOT : number / ARCS;
    fine = fine && put(out, &len, "", root) && put(out, &len, ".", number - ARCS * root);
    while (fine && body.len > 0) {
        fine = take_number(&body, &number) && put(out, &len, ".", number);
    }
    if (!fine) {
        (void)snprintf(out, PDS_OID_TEXT, "?");
    }
}
