#include "base/flate.h"
#include "base/own.h"
#include "token/piv.h"

enum {
    GET_DATA = 0xCB,
    PUT_DATA = 0xDB,
    OBJECT_MAX = 65536,
    SEALS = 0x5FFF20, /* of the numbers that SP 800-73 leaves free; cards of this kind keep 3 KB */
    SEAL_PART = 2990,
    CERT_MAX = 65536,
    NOT_FOUND = 0x6A82,
    DISCOVERY = 0x7E
};

static void put_tag(pds_buf *out, uint32_t tag)
{
    const uint8_t bytes[] = { (uint8_t)(tag >> 16), (uint8_t)(tag >> 8), (uint8_t)tag };
    const size_t zeros = tag == DISCOVERY ? 2 : 0;
    pds_tlv_put(out, 0x5C, pds_span_of(bytes + zeros, sizeof bytes - zeros));
}

static pds_code get(pds_card *card, uint32_t tag, pds_buf *answer, uint16_t *status, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    put_tag(&data, tag);
    PDS_TRY(pds_buf_end(&data, e));
    const pds_apdu apdu = {
        .ins = GET_DATA, .p1 = 0x3F, .p2 = 0xFF, .data = pds_buf_span(&data), .expected = 65536
    };
    return pds_card_send(card, &apdu, answer, status, e);
}

pds_code pds_piv_get(pds_card *card, uint32_t tag, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf answer = { .max = OBJECT_MAX * 4UL };
    pds_span value = { 0 };
    uint16_t status = 0;
    PDS_TRY(get(card, tag, &answer, &status, e));
    if (status == NOT_FOUND) {
        return PDS_OK;
    }
    PDS_TRY(pds_piv_check(status, "give an object", e));
    if (!pds_tlv_find(pds_buf_span(&answer), 0x53, &value)) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the card's answer holds no object");
    }
    pds_buf_put(out, value);
    return pds_buf_end(out, e);
}

pds_code pds_piv_put(pds_card *card, uint32_t tag, pds_span bytes, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf answer = { 0 };
    uint16_t status = 0;
    put_tag(&data, tag);
    pds_tlv_put(&data, 0x53, bytes);
    PDS_TRY(pds_buf_end(&data, e));
    const pds_apdu put = { .ins = PUT_DATA, .p1 = 0x3F, .p2 = 0xFF, .data = pds_buf_span(&data) };
    PDS_TRY(pds_card_send(card, &put, &answer, &status, e));
    return pds_piv_check(status, "store an object", e);
}

/* ---- which PIN is the holder's ---- */

/* Of those that the application takes, and of the first among them (part 1, 3.3.2). Cards that
 * don't know the object have their own PIN alone, whatever they answer. */
pds_code pds_piv_find_pin(pds_card *card, uint8_t *reference, pds_err *e)
{
    enum { TAKES_BOTH = 0x60, GLOBAL_FIRST = 0x20 };
    PDS_OWN(pds_buf_drop) pds_buf answer = { 0 };
    pds_span object = { 0 };
    pds_span policy = { 0 };
    uint16_t status = 0;
    *reference = PDS_PIV_PIN;
    PDS_TRY(get(card, DISCOVERY, &answer, &status, e));
    if (status == 0x9000 && pds_tlv_find(pds_buf_span(&answer), DISCOVERY, &object) &&
        pds_tlv_find(object, 0x5F2F, &policy) && policy.len == 2 &&
        (policy.ptr[0] & TAKES_BOTH) == TAKES_BOTH && policy.ptr[1] == GLOBAL_FIRST) {
        *reference = PDS_PIV_GLOBAL_PIN;
    }
    return PDS_OK;
}

/* ---- certificates ---- */

/* gzip or zlib; the latter behind a head of four bytes where Net iD wrote it: 01 00, and how long
 * it will be. */
static pds_span packed_part(pds_span cert)
{
    enum { HEAD = 4 };
    const bool has_head = cert.len > HEAD && cert.ptr[0] == 1 && cert.ptr[1] == 0;
    return has_head ? pds_span_of(cert.ptr + HEAD, cert.len - HEAD) : cert;
}

pds_code pds_piv_get_cert(pds_card *card, uint32_t tag, pds_cert **out, pds_err *e)
{
    enum { COMPRESSED = 0x81 }; /* either bit: cards were filled by both readings of the standard */
    PDS_OWN(pds_buf_drop) pds_buf object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf unpacked = { .max = CERT_MAX };
    pds_span cert = { 0 };
    pds_span info = { 0 };
    *out = NULL;
    PDS_TRY(pds_piv_get(card, tag, &object, e));
    if (!pds_tlv_find(pds_buf_span(&object), 0x70, &cert)) {
        return PDS_OK;
    }
    if (pds_tlv_find(pds_buf_span(&object), 0x71, &info) && info.len == 1 &&
        (info.ptr[0] & COMPRESSED) != 0) {
        if (pds_gunzip(packed_part(cert), &unpacked, NULL) != PDS_OK) {
            return PDS_OK;
        }
        cert = pds_buf_span(&unpacked);
    }
    if (pds_cert_new(cert, out, NULL) != PDS_OK) {
        *out = NULL; /* one that can't be read is as none: the key may have one by --cert */
    }
    return PDS_OK;
}

/* ---- seals ---- */

pds_code pds_piv_read_object(pds_card *card, void *state, unsigned number, pds_buf *out, pds_err *e)
{
    (void)state;
    return pds_piv_get(card, SEALS + number, out, e);
}

pds_code pds_piv_write_object(pds_card *card, void *state, unsigned number, pds_span bytes,
                              const pds_secret *management, pds_err *e)
{
    (void)state;
    PDS_TRY(pds_card_lock(card, e));
    pds_code code = pds_piv_manage(card, management, e);
    code = code == PDS_OK ? pds_piv_put(card, SEALS + number, bytes, e) : code;
    pds_card_unlock(card);
    return code;
}

size_t pds_piv_object_max(pds_card *card, void *state)
{
    (void)card;
    (void)state;
    return SEAL_PART;
}
