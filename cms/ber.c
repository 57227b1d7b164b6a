#include "cms/ber.h"

enum {
    LONG_FORM = 0x80, /* of a length; alone it is the indefinite form */
    HIGH_TAG_NUMBER = 0x1f,
    CONSTRUCTED = 0x20,
    LENGTH_OCTETS_MAX = 8,
    NESTING_MAX = 64
};

typedef struct header {
    uint8_t tag;
    bool indefinite;
    bool longer; /* than DER has it */
    size_t length;
} header;

/* X.690, 8.1.3 */
static bool take_long_length(pds_span *in, size_t count, header *h)
{
    pds_span octets;
    if (count > LENGTH_OCTETS_MAX || !pds_span_take(in, count, &octets)) {
        return false;
    }
    h->length = 0;
    for (size_t i = 0; i < count; i++) {
        if (h->length > SIZE_MAX >> 8) {
            return false;
        }
        h->length = h->length << 8 | octets.ptr[i];
    }
    h->longer = octets.ptr[0] == 0 || h->length < LONG_FORM;
    return true;
}

static bool take_header(pds_span *in, header *h)
{
    pds_span octets;
    if (!pds_span_take(in, 2, &octets) || (octets.ptr[0] & HIGH_TAG_NUMBER) == HIGH_TAG_NUMBER) {
        return false;
    }
    *h = (header){ .tag = octets.ptr[0], .length = octets.ptr[1] };
    if (h->length < LONG_FORM) {
        return true;
    }
    if (h->length == LONG_FORM) {
        h->indefinite = true;
        return (h->tag & CONSTRUCTED) != 0;
    }
    return take_long_length(in, h->length - LONG_FORM, h);
}

static bool is_end(const header *h)
{
    return h->tag == 0 && !h->indefinite && !h->longer && h->length == 0;
}

/* Steps over elements until the end-of-contents octets that belong to an element just begun. */
static bool skip_indefinite(pds_span *in, pds_span *body)
{
    const uint8_t *begin = in->ptr;
    size_t depth = 1;
    while (depth > 0) {
        pds_span content;
        header h;
        const uint8_t *at = in->ptr;
        if (!take_header(in, &h)) {
            return false;
        }
        if (is_end(&h)) {
            depth--;
            *body = pds_span_of(begin, (size_t)(at - begin));
        } else if (h.tag == 0 || (h.indefinite && ++depth > NESTING_MAX) ||
                   !pds_span_take(in, h.length * !h.indefinite, &content)) {
            return false;
        }
    }
    return true;
}

bool pds_ber_take(pds_span *in, pds_der *out, bool *loose)
{
    pds_span rest = *in;
    pds_der found;
    header h;
    if (!take_header(&rest, &h) || h.tag == 0 ||
        !(h.indefinite ? skip_indefinite(&rest, &found.body)
                       : pds_span_take(&rest, h.length, &found.body))) {
        return false;
    }
    found.tag = h.tag;
    found.whole = pds_span_of(in->ptr, in->len - rest.len);
    *loose = *loose || h.indefinite || h.longer;
    *in = rest;
    *out = found;
    return true;
}

bool pds_ber_expect(pds_span *in, uint8_t tag, pds_der *out, bool *loose)
{
    pds_span rest = *in;
    pds_der found;
    bool found_loose = *loose;
    if (!pds_ber_take(&rest, &found, &found_loose) || found.tag != tag) {
        return false;
    }
    *loose = found_loose;
    *in = rest;
    *out = found;
    return true;
}

/* All the room at once, so that what was joined before stays where it is. */
static bool make_room(pds_buf *joined)
{
    if (joined->cap == 0 && pds_buf_grow(joined, joined->max) != NULL) {
        pds_buf_clear(joined);
    }
    return joined->bad == PDS_OK;
}

bool pds_ber_take_string(pds_span *in, uint8_t tag, pds_buf *joined, pds_span *out, bool *loose)
{
    pds_der whole;
    pds_der piece;
    if (pds_ber_expect(in, tag, &whole, loose)) {
        *out = whole.body;
        return true;
    }
    if (!pds_ber_expect(in, tag | CONSTRUCTED, &whole, loose) || !make_room(joined)) {
        return false;
    }
    *loose = true;
    size_t begin = joined->len;
    while (whole.body.len > 0) {
        if (!pds_ber_expect(&whole.body, PDS_DER_OCTETS, &piece, loose)) {
            return false;
        }
        pds_buf_put(joined, piece.body);
    }
    *out = pds_span_of(joined->ptr + begin, joined->len - begin);
    return joined->bad == PDS_OK;
}
