#include "cms/der.h"

enum {
    LONG_FORM = 0x80,       /* of a length; alone it is BER's indefinite form */
    HIGH_TAG_NUMBER = 0x1f, /* the number follows in further octets */
    CONSTRUCTED = 0x20,
    LENGTH_OCTETS_MAX = 4,
    DEPTH_MAX = 64
};

/* Length octets (X.690, 8.1.3 and 10.1): shortest form only. */
static bool take_length(pds_span *in, size_t *length)
{
    pds_span first;
    pds_span octets;
    if (!pds_span_take(in, 1, &first)) {
        return false;
    }
    *length = first.ptr[0];
    if (*length < LONG_FORM) {
        return true;
    }
    size_t count = *length - LONG_FORM;
    if (count == 0 || count > LENGTH_OCTETS_MAX || !pds_span_take(in, count, &octets)) {
        return false;
    }
    *length = 0;
    for (size_t i = 0; i < count; i++) {
        *length = *length << 8 | octets.ptr[i];
    }
    return octets.ptr[0] != 0 && *length >= LONG_FORM;
}

bool pds_der_take(pds_span *in, pds_der *out)
{
    pds_span rest = *in;
    pds_span tag;
    pds_der found;
    size_t length;

    if (!pds_span_take(&rest, 1, &tag) || (tag.ptr[0] & HIGH_TAG_NUMBER) == HIGH_TAG_NUMBER ||
        !take_length(&rest, &length) || !pds_span_take(&rest, length, &found.body)) {
        return false;
    }
    found.tag = tag.ptr[0];
    found.whole = pds_span_of(in->ptr, in->len - rest.len);
    *in = rest;
    *out = found;
    return true;
}

bool pds_der_expect(pds_span *in, uint8_t tag, pds_der *out)
{
    pds_span rest = *in;
    pds_der found;
    if (!pds_der_take(&rest, &found) || found.tag != tag) {
        return false;
    }
    *in = rest;
    *out = found;
    return true;
}

/* Universal types have one form only: sequences and sets, EXTERNAL and EMBEDDED PDV are
 * constructed, all others primitive (X.690, 8 and 10.2). What a context tag stands for can't be
 * known here. */
static bool form_fits(uint8_t tag)
{
    enum { CLASS = 0xc0, EXTERNAL = 0x08, EMBEDDED_PDV = 0x0b, SEQUENCE = 0x10, SET = 0x11 };
    uint8_t number = tag & HIGH_TAG_NUMBER;
    bool constructed =
        number == SEQUENCE || number == SET || number == EXTERNAL || number == EMBEDDED_PDV;
    return (tag & CLASS) != 0 || ((tag & CONSTRUCTED) != 0) == constructed;
}

/* Depth first, keeping what is left to read of each open element. */
bool pds_der_valid(pds_span der)
{
    pds_span open[DEPTH_MAX + 1] = { der };
    size_t depth = 0;
    pds_der element;

    if (!pds_der_take(&der, &element) || der.len != 0) {
        return false; /* nothing, or more than one */
    }
    for (;;) {
        while (open[depth].len == 0) {
            if (depth == 0) {
                return true;
            }
            depth--;
        }
        if (!pds_der_take(&open[depth], &element) || !form_fits(element.tag)) {
            return false;
        }
        if ((element.tag & CONSTRUCTED) != 0) {
            if (depth == DEPTH_MAX) {
                return false;
            }
            open[++depth] = element.body;
        }
    }
}
