#include "cms/unsigned_attribute.h"

#include "base/own.h"
#include "cms/der.h"
#include "cms/oid.h"
#include "cms/signed_data_parse.h"

#include <string.h>

/* From the outside in. */
enum { CONTENT_INFO, CONTENT, SIGNED_DATA, SIGNER_INFOS, SIGNER_INFO, ATTRIBUTES, LAYERS };

static const uint8_t TAGS[LAYERS] = { PDS_DER_SEQUENCE, PDS_DER_CONTEXT_0, PDS_DER_SEQUENCE,
                                      PDS_DER_SET,      PDS_DER_SEQUENCE,  PDS_DER_CONTEXT_1 };

/* Each structure ends with the one inside of it. */
typedef struct place {
    pds_span before[LAYERS]; /* of a layer's body: what stands before the next layer */
    pds_span after;          /* attributes behind the new one */
} place;

/* ---- writing ---- */

static size_t length_octets(size_t length)
{
    enum { SHORT = 0x80 };
    size_t count = 1;
    for (size_t rest = length; length >= SHORT && rest > 0; rest >>= 8) {
        count++;
    }
    return count;
}

/* X.690, 8.1.3 and 10.1 */
static void put_header(pds_buf *out, uint8_t tag, size_t length)
{
    enum { LONG_FORM = 0x80 };
    size_t count = length_octets(length) - 1;
    pds_buf_byte(out, tag);
    pds_buf_byte(out, (uint8_t)(count == 0 ? length : LONG_FORM | count));
    while (count-- > 0) {
        pds_buf_byte(out, (uint8_t)(length >> 8 * count));
    }
}

static void put_all(const place *p, pds_span attribute, pds_buf *out)
{
    size_t lengths[LAYERS];
    lengths[ATTRIBUTES] = p->before[ATTRIBUTES].len + attribute.len + p->after.len;
    for (size_t i = ATTRIBUTES; i-- > 0;) {
        lengths[i] = p->before[i].len + 1 + length_octets(lengths[i + 1]) + lengths[i + 1];
    }
    for (size_t i = 0; i < LAYERS; i++) {
        put_header(out, TAGS[i], lengths[i]);
        pds_buf_put(out, p->before[i]);
    }
    pds_buf_put(out, attribute);
    pds_buf_put(out, p->after);
}

/* ---- finding ---- */

/* The last element of a body, if it is of this tag; before: all that precedes it. */
static bool find_last(pds_span body, uint8_t tag, pds_span *before, pds_span *inside)
{
    pds_span rest = body;
    pds_der element = { 0 };
    while (rest.len > 0) {
        if (!pds_der_take(&rest, &element)) {
            return false;
        }
    }
    if (element.tag != tag) {
        return false;
    }
    *before = pds_span_of(body.ptr, body.len - element.whole.len);
    *inside = element.body;
    return true;
}

/* Of two encodings as X.690, 11.6 compares them. No whole element is the beginning of another. */
static bool comes_before(pds_span one, pds_span other)
{
    const size_t len = one.len < other.len ? one.len : other.len;
    return memcmp(one.ptr, other.ptr, len) < 0;
}

static bool find_place(pds_span attributes, pds_span attribute, place *p)
{
    pds_span rest = attributes;
    pds_der one;
    p->before[ATTRIBUTES] = attributes;
    p->after = pds_span_of(NULL, 0);
    while (rest.len > 0) {
        const pds_span from = rest;
        if (!pds_der_expect(&rest, PDS_DER_SEQUENCE, &one)) {
            return false;
        }
        if (comes_before(attribute, one.whole)) {
            p->before[ATTRIBUTES].len -= from.len;
            p->after = from;
            return true;
        }
    }
    return true;
}

/* It has been parsed: what is missing here is not in DER. */
static bool find_layers(pds_span cms, pds_span attribute, place *p)
{
    pds_span none;
    pds_span body;
    if (!find_last(cms, TAGS[CONTENT_INFO], &none, &body)) {
        return false;
    }
    for (size_t i = CONTENT_INFO; i < SIGNER_INFO; i++) {
        if (!find_last(body, TAGS[i + 1], &p->before[i], &body)) {
            return false;
        }
    }
    if (!find_last(body, TAGS[ATTRIBUTES], &p->before[SIGNER_INFO], &none)) {
        p->before[SIGNER_INFO] = body;
        none = pds_span_of(NULL, 0);
    }
    return find_place(none, attribute, p);
}

static pds_code refuse(pds_err *e, const char *why)
{
    return pds_err_hint(pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                                 "nothing can be put into the CMS: %s", pds_translated(why)),
                        e, "make it in DER, with one signer and nothing behind it");
}

pds_code pds_unsigned_attribute_add(pds_span cms, pds_span attribute, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf joined = { 0 };
    pds_signed_data_parts parts;
    place p = { 0 };
    if (pds_signed_data_parse(cms, &parts, &joined) != NULL || parts.length != cms.len) {
        return refuse(e, N_("it is not one SignedData and nothing else"));
    }
    if (parts.signers != 1) {
        return refuse(e, N_("it has not exactly one signer"));
    }
    if (parts.loose || !find_layers(cms, attribute, &p)) {
        return refuse(e, N_("it is BER, not DER"));
    }
    put_all(&p, attribute, out);
    return pds_buf_end(out, e);
}

pds_code pds_signature_timestamp_add(pds_span cms, pds_span token, pds_buf *out, pds_err *e)
{
    static const pds_span type =
        PDS_OID("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e"); /* with its header */
    PDS_OWN(pds_buf_drop) pds_buf attribute = { 0 };
    const size_t values = 1 + length_octets(token.len) + token.len;
    put_header(&attribute, PDS_DER_SEQUENCE, type.len + values);
    pds_buf_put(&attribute, type);
    put_header(&attribute, PDS_DER_SET, token.len);
    pds_buf_put(&attribute, token);
    PDS_TRY(pds_buf_end(&attribute, e));
    return pds_unsigned_attribute_add(cms, pds_buf_span(&attribute), out, e);
}
