/* publish_probe new|over|inplace FOLDER: what the program does with a file, run by
 * test_publish_fault. Input FOLDER/in.pdf, output FOLDER/out.pdf (inplace: the input). Exit as the
 * program would. */

#include "base/own.h"
#include "base/publish.h"

#include <stdio.h>

static pds_code copy(const pds_file *input, pds_publish *p, pds_err *e)
{
    uint8_t chunk[1000];
    for (uint64_t at = 0; at < input->size;) {
        size_t n = input->size - at < sizeof chunk ? (size_t)(input->size - at) : sizeof chunk;
        PDS_TRY(pds_file_read(input, at, chunk, n, e));
        PDS_TRY(pds_publish_write(p, pds_span_of(chunk, n), e));
        at += n;
    }
    return pds_publish_write(p, pds_span_text("update"), e);
}

static pds_code run(const char *mode, const char *folder, pds_err *e)
{
    PDS_OWN(pds_file_close) pds_file input = PDS_FILE_NONE;
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    char in[256];
    char out[256];
    (void)snprintf(in, sizeof in, "%s/in.pdf", folder);
    (void)snprintf(out, sizeof out, "%s/%s", folder, mode[0] == 'i' ? "in.pdf" : "out.pdf");
    const pds_output output = { .path = out,
                                .overwrite = mode[0] == 'o',
                                .in_place = mode[0] == 'i',
                                .durability = PDS_DURABILITY_EACH };
    PDS_TRY(pds_file_open(in, &input, e));
    PDS_TRY(pds_publish_open(&output, &input, &p, e));
    PDS_TRY(copy(&input, p, e));
    PDS_TRY(pds_file_unchanged(&input, e));
    return pds_publish_commit(p, e);
}

int main(int argc, char **argv)
{
    pds_err e = { 0 };
    if (argc != 3) {
        return 2;
    }
    if (run(argv[1], argv[2], &e) != PDS_OK) {
        (void)fprintf(stderr, "%s: %s\n", pds_code_name(e.code), e.text);
    }
    return pds_code_exit(e.code);
}
