/* fuzz_card_seeds FOLDER: what the virtual card (fixtures/card) answers when all is well. */

#include "base/own.h"
#include "fixtures/card/card.h"
#include "fuzz/card_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct recorder {
    card chip;
    pds_buf seed;
} recorder;

static bool answer(void *ctx, pds_span command, uint8_t *out, size_t *len)
{
    recorder *const r = ctx;
    PDS_OWN(pds_buf_drop) pds_buf got = { 0 };
    card_command(&r->chip, command, &got);
    if (got.len > *len) {
        abort();
    }
    *len = got.len;
    memcpy(out, got.ptr, got.len);
    pds_buf_byte(&r->seed, (uint8_t)(got.len >> 8));
    pds_buf_byte(&r->seed, (uint8_t)got.len);
    pds_buf_put(&r->seed, pds_buf_span(&got));
    return true;
}

static void put_key(card *c, uint8_t slot, const char *kind, bool compress)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    EVP_PKEY *const pair = card_generate(card_algorithm_named(kind));
    if (pair == NULL || !card_self_sign(pair, slot, &der) || !card_key_put(c, slot, pair) ||
        !card_put_cert(c, slot, pds_buf_span(&der), compress)) {
        abort();
    }
}

static void fill(card *c, bool extended, bool rsa)
{
    static const uint8_t guid[16] = { 0xCA, 0x5D };
    card_begin(c);
    c->extended = extended;
    memcpy(c->pin.bytes, "123456\xFF\xFF", CARD_SECRET);
    memcpy(c->puk.bytes, "12345678", CARD_SECRET);
    c->pin.left = c->pin.most = 15;
    c->puk.left = c->puk.most = 15;
    put_key(c, 0x9A, rsa ? "rsa2048" : "p256", extended);
    put_key(c, 0x9C, "p384", false);
    put_key(c, 0x9D, "rsa2048", false);
    card_put_chuid(c, guid);
    card_power(c);
}

static void write_seed(const char *folder, const char *name, unsigned what, const pds_buf *seed)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s-%u", folder, name, what);
    FILE *const f = fopen(path, "wb");
    if (f == NULL || fwrite(seed->ptr, seed->len, 1, f) != 1 || fclose(f) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static void record(const char *folder, const char *name, bool extended, unsigned what)
{
    PDS_OWN(pds_buf_drop) pds_buf atr = { 0 };
    recorder r = { .seed = { .max = 1 << 20 } };
    fill(&r.chip, extended, what % 2 == 0);
    if (what != 0) {
        (void)card_object_put(&r.chip, 0x5FC102, pds_span_of(NULL, 0)); /* no number of its own */
    }
    card_atr(&r.chip, &atr);
    pds_buf_byte(&r.seed, (uint8_t)what);
    pds_buf_byte(&r.seed, (uint8_t)atr.len);
    pds_buf_put(&r.seed, pds_buf_span(&atr));
    const card_reader reader = { .answer = answer, .ctx = &r, .atr = pds_buf_span(&atr) };
    card_run(&reader, what);
    write_seed(folder, name, what, &r.seed);
    pds_buf_drop(&r.seed);
    card_end(&r.chip);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        return EXIT_FAILURE;
    }
    for (unsigned what = 0; what < CARD_RUNS; what++) {
        record(argv[1], "short", false, what);
        record(argv[1], "extended", true, what);
    }
    return EXIT_SUCCESS;
}
