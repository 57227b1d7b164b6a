/* fuzz_seal_seeds FOLDER: a compact seal, and heads with one part and with two. */

#include "base/own.h"
#include "seal/compact.h"

#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 24, COMPACT = 0, MENDED = 2 };

static void write_seed(const char *folder, const char *name, const pds_buf *bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *const f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes->ptr, bytes->len, 1, f) != 1 || fclose(f) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

/* A red disc. */
static void draw(pds_picture *p)
{
    if (pds_picture_new(SIDE, SIDE, p, NULL) != PDS_OK) {
        abort();
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
        const int x = i % SIDE - SIDE / 2, y = i / SIDE - SIDE / 2;
        const uint8_t pixel[4] = { 204, 0, 0, x * x + y * y < 100 ? 255 : 0 };
        memcpy(p->pixels + 4UL * (size_t)i, pixel, sizeof pixel);
    }
}

static void put_object(pds_buf *out, pds_span bytes)
{
    pds_buf_byte(out, (uint8_t)(bytes.len >> 8));
    pds_buf_byte(out, (uint8_t)bytes.len);
    pds_buf_put(out, bytes);
}

static void put_head(pds_buf *out, uint8_t form, uint8_t parts)
{
    uint8_t head[56] = "PDSSEAL1";
    head[8] = form;
    head[9] = 1;
    head[11] = parts;
    head[18] = head[22] = 0xA4; /* 42 mm */
    head[19] = head[23] = 0x10;
    put_object(out, pds_span_of(head, sizeof head));
}

int main(int argc, char **argv)
{
    PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf seed = { 0 };
    if (argc != 2) {
        return EXIT_FAILURE;
    }
    draw(&p);
    if (pds_compact_put(&p, 4096, &bytes, NULL) != PDS_OK) {
        return EXIT_FAILURE;
    }
    const pds_span all = pds_buf_span(&bytes);
    pds_buf_byte(&seed, COMPACT);
    pds_buf_put(&seed, all);
    write_seed(argv[1], "compact", &seed);
    pds_buf_clear(&seed);
    pds_buf_byte(&seed, MENDED);
    put_head(&seed, 1, 1);
    put_object(&seed, all);
    write_seed(argv[1], "one", &seed);
    pds_buf_clear(&seed);
    pds_buf_byte(&seed, MENDED);
    put_head(&seed, 1, 2);
    put_object(&seed, pds_span_of(all.ptr, all.len / 2));
    put_object(&seed, pds_span_of(all.ptr + all.len / 2, all.len - all.len / 2));
    write_seed(argv[1], "two", &seed);
    return EXIT_SUCCESS;
}
