#include "base/file.h"
#include "base/own.h"
#include "pdfsign/drawn.h"
#include "seal/color.h"
#include "seal/place.h"
#include "seal/strokes.h"

#include <pds/seal.h>

static const uint8_t INK_BLACK[3] = { 0, 0, 0 };
static const double POINTS_PER_MM = 72.0 / 25.4;
static const double USUAL_PEN = 0.8, WIDEST_PEN = 10; /* mm */
static const double SIDE_MIN = 1, SIDE_MAX = 500;     /* mm */

static pds_code size_of(const char *text, double size[2], pds_err *e)
{
    size[0] = size[1] = 0;
    if (text == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_size_parse(text, size, e));
    for (size_t i = 0; i < 2; i++) {
        double mm = size[i] / POINTS_PER_MM;
        if (!(mm >= SIDE_MIN && mm <= SIDE_MAX)) {
            PDS_FAIL(e, PDS_E_USAGE, "a signature's side of %.4g mm: %.4g to %.4g mm are possible",
                     mm, SIDE_MIN, SIDE_MAX);
        }
    }
    return PDS_OK;
}

static pds_code pen_of(const pds_seal_strokes_job *job, pds_pen *out, pds_err *e)
{
    double mm = job->pen == 0 ? USUAL_PEN : job->pen;
    if (!(mm > 0 && mm <= WIDEST_PEN)) {
        PDS_FAIL(e, PDS_E_USAGE, "a pen of %g mm: up to %g mm are possible", mm, WIDEST_PEN);
    }
    out->width = mm * POINTS_PER_MM;
    PDS_TRY(size_of(job->size, out->size, e));
    return pds_color_parse(job->color, INK_BLACK, out->color, e);
}

static pds_code read_strokes(const char *path, pds_strokes *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_code code = pds_file_slurp(path, PDS_STROKES_BYTES_MAX, &text, e);
    code = code != PDS_OK ? code : pds_strokes_read(pds_buf_span(&text), out, e);
    return pds_err_file(code, e, path);
}

pds_code pds_seal_strokes(const pds_seal_strokes_job *job, pds_err *e)
{
    PDS_OWN(pds_strokes_drop) pds_strokes strokes = { 0 };
    PDS_OWN(pds_vector_drop) pds_vector drawn = { 0 };
    pds_pen pen;
    PDS_TRY(pds_drawn_check(&job->output, e));
    PDS_TRY(pen_of(job, &pen, e));
    PDS_TRY(read_strokes(job->input, &strokes, e));
    PDS_TRY(pds_strokes_draw(&strokes, &pen, &drawn, e));
    pds_drawn_job how = { NULL, job->dpi, &job->output };
    return pds_drawn_publish(&drawn, &how, e);
}
