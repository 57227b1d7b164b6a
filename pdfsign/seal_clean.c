#include "base/own.h"
#include "base/publish.h"
#include "pdfsign/drawn.h"
#include "seal/clean.h"
#include "seal/color.h"
#include "seal/place.h"
#include "seal/seal.h"

static pds_code read_options(const pds_seal_clean_job *job, uint8_t color[3], pds_cleaning *how,
                             pds_err *e)
{
    static const uint8_t none[3] = { 0 };
    PDS_TRY(pds_color_parse(job->color, none, color, e));
    if (job->size != NULL) {
        PDS_TRY(pds_size_parse(job->size, how->size, e));
    }
    if (job->threshold != 0.0 && !(job->threshold >= 0.02 && job->threshold <= 0.9)) {
        PDS_FAIL(e, PDS_E_USAGE, "a threshold of %g: 0.02 to 0.9 is expected", job->threshold);
    }
    how->color = job->color == NULL ? NULL : color;
    how->dpi = (double)job->dpi;
    how->threshold = job->threshold;
    how->keep_border = job->keep_border;
    return PDS_OK;
}

static void close_file(pds_file *f)
{
    pds_file_close(f);
}

static pds_code read_picture(const pds_file *f, pds_picture *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf png = { .max = PDS_PNG_BYTES_MAX };
    if (f->size > PDS_PNG_BYTES_MAX) {
        PDS_FAIL(e, PDS_E_PICTURE_LIMIT, "a picture of more than %d bytes", PDS_PNG_BYTES_MAX);
    }
    uint8_t *to = pds_buf_grow(&png, (size_t)f->size);
    PDS_TRY(pds_buf_end(&png, e));
    PDS_TRY(pds_file_read(f, 0, to, (size_t)f->size, e));
    return pds_png_read(pds_buf_span(&png), out, e);
}

static pds_code clean_file(const pds_file *f, const pds_cleaning *how, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture picture = { .pixels = NULL };
    PDS_TRY(read_picture(f, &picture, e));
    PDS_TRY(pds_clean(&picture, how, e));
    return pds_png_write(&picture, out, e);
}

pds_code pds_seal_clean(const pds_seal_clean_job *job, pds_err *e)
{
    uint8_t color[3];
    pds_cleaning how = { .color = NULL };
    PDS_OWN(close_file) pds_file input = PDS_FILE_NONE;
    PDS_OWN(pds_publish_drop) pds_publish *output = NULL;
    PDS_OWN(pds_buf_drop) pds_buf png = { 0 };
    PDS_TRY(pds_drawn_check_png(&job->output, e));
    PDS_TRY(read_options(job, color, &how, e));
    PDS_TRY(pds_err_file(pds_file_open(job->input, &input, e), e, job->input));
    PDS_TRY(pds_publish_open(&job->output, &input, &output, e));
    PDS_TRY(pds_err_file(clean_file(&input, &how, &png, e), e, job->input));
    PDS_TRY(pds_publish_write(output, pds_buf_span(&png), e));
    return pds_publish_commit(output, e);
}
