/* What reads DER of others: the reader itself, PEM, certificates, SignedData. */

#include "base/own.h"
#include "cms/der.h"
#include "cms/pem.h"
#include "cms/signed_data.h"
#include "cms/signed_data_read.h"
#include "cms/unsigned_attribute.h"

#include <assert.h>
#include <stdlib.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Elements lie where they are said to lie. */
static void walk(pds_span in)
{
    pds_der element;
    while (pds_der_take(&in, &element)) {
        assert(element.whole.ptr + element.whole.len == in.ptr);
        assert(element.body.ptr + element.body.len == in.ptr);
        assert(element.body.ptr > element.whole.ptr);
    }
}

static void read_cert(pds_span der)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = NULL;
    pds_algorithm algorithm;
    pds_err e;
    if (pds_cert_new(der, &cert, &e) != PDS_OK) {
        return;
    }
    (void)pds_cert_issued_by(cert, cert);
    if (pds_cert_may_sign(cert, 0, true, &e) == PDS_OK &&
        pds_cert_algorithm(cert, PDS_DIGEST_DEFAULT, false, &algorithm, &e) == PDS_OK &&
        pds_cert_verify(cert, algorithm, der, der, &e) == PDS_OK) {
        abort(); /* a certificate is not its own signature */
    }
}

static void read_pem(pds_span text)
{
    pds_pem block;
    while (pds_pem_next(&text, &block)) {
        size_t len = 0;
        uint8_t *room = malloc(pds_pem_room(&block));
        if (room != NULL && pds_pem_decode(&block, room, &len)) {
            assert(len <= pds_pem_room(&block));
        }
        free(room);
    }
}

static pds_code zeros(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    (void)md;
    (void)e;
    memset(out, 0, PDS_DIGEST_MAX);
    return PDS_OK;
}

static bool holds(pds_span whole, pds_span one)
{
    return one.ptr >= whole.ptr && one.ptr + one.len <= whole.ptr + whole.len;
}

static void lie_inside(const pds_spans *list, pds_span contents, const pds_signed_data_found *found)
{
    for (size_t i = 0; i < list->count; i++) {
        assert(holds(contents, list->items[i]) ||
               holds(pds_buf_span(&found->joined), list->items[i]));
    }
}

/* As each SubFilter has it: nothing passes whose bytes and signer do not fit. */
static void read_signature(pds_span der, pds_container container)
{
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    const pds_signed_data_input in = {
        .contents = der,
        .container = container,
        .source = { zeros, NULL },
        .certs = &der,
        .cert_count = 1,
    };
    const char *sub;
    pds_err e;
    if (pds_signed_data_read(&in, &found, &e) != PDS_OK) {
        abort();
    }
    bool passed = pds_findings_worst(&found.findings, &sub) == PDS_PASSED;
    assert(found.length <= der.len);
    assert(!passed || (found.signature_fits && found.digest_fits && found.signer != NULL));
    lie_inside(&found.certificates, der, &found);
    lie_inside(&found.crls, der, &found);
    lie_inside(&found.ocsps, der, &found);
    lie_inside(&found.timestamps, der, &found);
}

/* What a timestamp was put into takes another one: it is as it was before, but longer. */
static void stamp(pds_span cms)
{
    static const uint8_t bytes[] = { 0x30, 0x00 };
    PDS_OWN(pds_buf_drop) pds_buf once = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf twice = { 0 };
    const pds_span token = pds_span_of(bytes, sizeof bytes);
    pds_err e;
    if (pds_signature_timestamp_add(cms, token, &once, &e) == PDS_OK) {
        assert(once.len > cms.len);
        assert(pds_signature_timestamp_add(pds_buf_span(&once), token, &twice, &e) == PDS_OK);
        assert(pds_der_valid(pds_buf_span(&twice)) == pds_der_valid(cms));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pds_span in = pds_span_of(data, size);
    uint8_t digest[PDS_DIGEST_MAX] = { 0 }; /* that of the seeds */
    PDS_OWN(pds_cert_drop) pds_cert *lenient = NULL;
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found strict = { 0 };

    walk(in);
    read_pem(in);
    read_cert(in);
    for (pds_container i = PDS_CONTAINER_CADES; i <= PDS_CONTAINER_RFC3161; i++) {
        read_signature(in, i);
    }
    stamp(in);
    pds_code read = pds_signed_data_signer(in, &lenient, NULL);
    pds_code checked =
        pds_signed_data_accept(in, pds_span_of(digest, 32), PDS_SHA256, &strict, NULL);
    assert(checked != PDS_OK || read == PDS_OK);
    assert(checked != PDS_OK || pds_der_valid(in));
    return 0;
}
