#include "seal/strokes.h"

#include <math.h>

static const double LARGEST = 1e7; /* of coordinates and times: hours, metres in micrometres */

void pds_strokes_drop(pds_strokes *s)
{
    pds_buf_drop(&s->points);
    pds_buf_drop(&s->ends);
}

static size_t point_count(const pds_strokes *s)
{
    return s->points.len / sizeof(pds_stroke_point);
}

static size_t end_of(const pds_strokes *s, size_t stroke)
{
    size_t end = 0;
    memcpy(&end, s->ends.ptr + stroke * sizeof end, sizeof end);
    return end;
}

size_t pds_strokes_count(const pds_strokes *s)
{
    return s->ends.len / sizeof(size_t);
}

const pds_stroke_point *pds_strokes_at(const pds_strokes *s, size_t stroke, size_t *count)
{
    size_t begin = stroke == 0 ? 0 : end_of(s, stroke - 1);
    *count = end_of(s, stroke) - begin;
    return (const pds_stroke_point *)(const void *)s->points.ptr + begin;
}

static bool is_sensible(double number)
{
    return isfinite(number) && fabs(number) <= LARGEST;
}

pds_code pds_strokes_add(pds_strokes *s, pds_stroke_point point, pds_err *e)
{
    if (!is_sensible(point.x) || !is_sensible(point.y) || fabs(point.time) > 1e15) {
        PDS_FAIL(e, PDS_E_USAGE, "a point of the strokes lies beyond every measure");
    }
    if (!(point.pressure >= 0 && point.pressure <= 1)) {
        PDS_FAIL(e, PDS_E_USAGE, "a pressure of %g: 0 to 1 is expected", point.pressure);
    }
    if (point_count(s) == PDS_STROKES_POINTS_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "more than %d points", PDS_STROKES_POINTS_MAX);
    }
    pds_buf_put(&s->points, pds_span_of(&point, sizeof point));
    return pds_buf_end(&s->points, e);
}

void pds_strokes_end(pds_strokes *s)
{
    size_t count = pds_strokes_count(s), end = point_count(s);
    if (end > (count == 0 ? 0 : end_of(s, count - 1))) {
        pds_buf_put(&s->ends, pds_span_of(&end, sizeof end));
    }
}

pds_code pds_strokes_read(pds_span input, pds_strokes *out, pds_err *e)
{
    static const char mark[] = "\xEF\xBB\xBF";
    pds_span dropped;
    if (input.len >= 3 && memcmp(input.ptr, mark, 3) == 0) {
        (void)pds_span_take(&input, 3, &dropped);
    }
    pds_span rest = input;
    while (rest.len > 0 && strchr(" \t\r\n", rest.ptr[0]) != NULL && rest.ptr[0] != '\0') {
        (void)pds_span_take(&rest, 1, &dropped);
    }
    bool svg = rest.len > 0 && rest.ptr[0] == '<';
    PDS_TRY((svg ? pds_strokes_read_svg : pds_strokes_read_json)(rest, out, e));
    PDS_TRY(pds_buf_end(&out->ends, e));
    if (pds_strokes_count(out) == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "no strokes in it");
    }
    return PDS_OK;
}
