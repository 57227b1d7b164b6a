/*
 * view_probe HELPER FILE TEXT [PASSWORD]   where TEXT stands, as one line of JSON
 * view_probe HELPER FILE --pictures DIR [PASSWORD]   DIR/N.png for each page, at 72 dpi
 * Exit status 1 with {"code": …, "text": …} when the reader fails.
 */
#include "base/own.h"
#include "view/client.h"

#include <fcntl.h>
#include <stdio.h>

static pds_code save(void *ctx, uint32_t page, pds_span png, pds_err *e)
{
    const char *folder = ctx;
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%u.png", folder, page);
    FILE *f = fopen(path, "wb");
    bool saved = f != NULL && fwrite(png.ptr, 1, png.len, f) == png.len;
    if (f == NULL || fclose(f) != 0 || !saved) {
        PDS_FAIL(e, PDS_E_OUTPUT_FAILED, "not saved");
    }
    return PDS_OK;
}

static void print_finds(const pds_finds *finds)
{
    (void)printf("{\"nearest\": \"");
    for (const char *c = finds->nearest; *c != '\0'; c++) {
        (void)printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    (void)printf("\", \"finds\": [");
    for (size_t i = 0; i < finds->count; i++) {
        const pds_found *f = &finds->items[i];
        (void)printf("%s[%u, %.3f, %.3f, %.3f, %.3f]", i == 0 ? "" : ", ", f->page, f->box[0],
                     f->box[1], f->box[2], f->box[3]);
    }
    (void)printf("]}\n");
}

int main(int argc, char **argv)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = NULL;
    PDS_OWN(pds_secret_drop) pds_secret *password = NULL;
    PDS_OWN(pds_fd_close) int fd = argc < 4 ? -1 : open(argv[2], O_RDONLY | O_CLOEXEC);
    pds_finds finds = { .items = NULL };
    pds_err e = { 0 };
    bool draws = argc >= 5 && strcmp(argv[3], "--pictures") == 0;
    int secret = draws ? 5 : 4;
    pds_code code = fd < 0 ? PDS_E_USAGE : pds_reader_new_with(argv[1], 30000, &reader, &e);

    if (code == PDS_OK && argc > secret) {
        code = pds_secret_new(&password, &e);
        code = code == PDS_OK ? pds_secret_set(password, pds_span_text(argv[secret]), &e) : code;
    }
    pds_view view = { .fd = fd, .password = password };
    if (code == PDS_OK) {
        code = draws ? pds_reader_pictures(reader, &view, 72, save, argv[4], &e)
                     : pds_reader_find(reader, &view, argv[3], &finds, &e);
    }
    if (code != PDS_OK) {
        (void)printf("{\"code\": \"%s\", \"text\": \"%s\", \"page\": %u}\n", pds_code_name(code),
                     e.text, e.page);
        return 1;
    }
    print_finds(&finds);
    pds_finds_drop(&finds);
    return 0;
}
