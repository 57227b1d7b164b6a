#include "pdfsign/drawn.h"

#include "base/own.h"
#include "base/publish.h"

#include <strings.h>

static const double USUAL_DPI = 600;

typedef pds_code (*encoder)(const pds_vector *v, const pds_drawn_job *job, pds_buf *out,
                            pds_err *e);

static pds_code to_png(const pds_vector *v, const pds_drawn_job *job, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture picture = { 0 };
    double dpi = job->dpi > 0 ? (double)job->dpi : USUAL_DPI;
    PDS_TRY(pds_vector_render(v, dpi, &picture, e));
    return pds_png_write(&picture, out, e);
}

static pds_code to_svg(const pds_vector *v, const pds_drawn_job *job, pds_buf *out, pds_err *e)
{
    return pds_vector_svg(v, job->title, out, e);
}

static pds_code to_pdf(const pds_vector *v, const pds_drawn_job *job, pds_buf *out, pds_err *e)
{
    return pds_vector_pdf(v, job->title, out, e);
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t len = strlen(path), tail = strlen(suffix);
    return len > tail && strcasecmp(path + len - tail, suffix) == 0;
}

static const struct {
    const char *suffix;
    encoder encode;
} KINDS[] = {
    { ".png", to_png },
    { ".svg", to_svg },
    { ".pdf", to_pdf },
};

/* NULL: the name does not say. */
static encoder encoder_of(const char *path)
{
    if (strcmp(path, "-") == 0) {
        return to_png;
    }
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (ends_with(path, KINDS[i].suffix)) {
            return KINDS[i].encode;
        }
    }
    return NULL;
}

pds_code pds_drawn_check(const pds_output *output, pds_err *e)
{
    if (encoder_of(output->path) == NULL) {
        return pds_err_file(pds_fail(e, PDS_E_USAGE, __func__,
                                     "the output's name has to end with .png, .svg or .pdf"),
                            e, output->path);
    }
    return pds_publish_check(output, NULL, e);
}

pds_code pds_drawn_check_png(const pds_output *output, pds_err *e)
{
    if (strcmp(output->path, "-") != 0 && !ends_with(output->path, ".png")) {
        return pds_err_file(
            pds_fail(e, PDS_E_USAGE, __func__, "the output's name has to end with .png"), e,
            output->path);
    }
    return PDS_OK;
}

pds_code pds_drawn_publish(const pds_vector *v, const pds_drawn_job *job, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    PDS_OWN(pds_publish_drop) pds_publish *publish = NULL;
    PDS_TRY(encoder_of(job->output->path)(v, job, &bytes, e));
    PDS_TRY(pds_publish_open(job->output, NULL, &publish, e));
    PDS_TRY(pds_publish_write(publish, pds_buf_span(&bytes), e));
    return pds_publish_commit(publish, e);
}
