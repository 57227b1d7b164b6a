/* What a card answers: SELECT, objects, certificates, keys, PINs, chains that do not end. The first
 * byte says what is done with it, the next ones are its ATR; then answers, each with its length
 * before it in two bytes. After the last one the card is gone. */

#include "fuzz/card_run.h"

#include <string.h>
#include <winscard.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pds_span take(pds_span *in, size_t len)
{
    len = len < in->len ? len : in->len;
    const pds_span out = pds_span_of(in->ptr, len);
    *in = pds_span_of(in->ptr + len, in->len - len);
    return out;
}

static bool answer(void *ctx, pds_span command, uint8_t *out, size_t *len)
{
    pds_span *const left = ctx;
    (void)command;
    if (left->len < 2) {
        return false;
    }
    const pds_span head = take(left, 2);
    const pds_span bytes = take(left, (size_t)head.ptr[0] << 8 | head.ptr[1]);
    *len = bytes.len < *len ? bytes.len : *len;
    if (*len > 0) {
        memcpy(out, bytes.ptr, *len);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { WHAT = 0x0F, PAD = 0x80 };
    pds_span in = pds_span_of(data, size);
    if (size < 2) {
        return 0;
    }
    const uint8_t what = data[0];
    const size_t atr = data[1] % (MAX_ATR_SIZE + 1);
    (void)take(&in, 2);
    card_reader reader = { .answer = answer, .atr = take(&in, atr), .pad = (what & PAD) != 0 };
    reader.ctx = &in;
    card_run(&reader, (what & WHAT) % CARD_RUNS);
    return 0;
}
