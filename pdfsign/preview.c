#include "pdfsign/preview.h"

#include "base/own.h"
#include "base/publish.h"
#include "view/client.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const double DPI = 150.0;

/* The last part of the input's path without its .pdf. */
static pds_span name_of(const char *input)
{
    static const char suffix[] = ".pdf";
    const char *slash = strrchr(input, '/');
    const char *name = strcmp(input, "-") == 0 ? "stdin" : slash == NULL ? input : slash + 1;
    size_t len = strlen(name);
    size_t tail = sizeof suffix - 1;

    if (len > tail && strcasecmp(name + len - tail, suffix) == 0) {
        len -= tail;
    }
    return pds_span_of(name, len);
}

static pds_code path_of(const pds_preview *preview, uint32_t page, char path[PATH_MAX], pds_err *e)
{
    pds_span name = name_of(preview->input);
    int n = snprintf(path, PATH_MAX, "%s/%.*s-%03u.png", preview->folder, (int)name.len,
                     (const char *)name.ptr, page);

    if (n < 0 || n >= PATH_MAX) {
        PDS_FAIL(e, PDS_E_OUTPUT_FAILED, "the path of a picture is too long");
    }
    return PDS_OK;
}

static pds_code publish(const pds_output *output, pds_span png, pds_err *e)
{
    PDS_OWN(pds_publish_drop) pds_publish *out = NULL;

    PDS_TRY(pds_publish_open(output, NULL, &out, e));
    PDS_TRY(pds_publish_write(out, png, e));
    return pds_publish_commit(out, e);
}

static pds_code write_picture(void *ctx, uint32_t page, pds_span png, pds_err *e)
{
    const pds_preview *preview = ctx;
    char path[PATH_MAX];
    /* they can be made again: nobody has to wait for the disk */
    const pds_output output = { .path = path,
                                .overwrite = preview->overwrite,
                                .durability = PDS_DURABILITY_NONE };

    PDS_TRY(path_of(preview, page, path, e));
    return pds_err_file(publish(&output, png, e), e, path);
}

pds_code pds_preview_write(const pds_preview *preview, pds_err *e)
{
    const pds_view view = { .fd = preview->fd, .password = preview->password };
    pds_preview borrowed = *preview;

    return pds_reader_pictures(preview->reader, &view, DPI, write_picture, &borrowed, e);
}
