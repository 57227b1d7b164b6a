#include "base/own.h"
#include "seal/strokes.h"

#include <pds/json.h>

/* {"strokes": [[{"x", "y", "t", "p"}, ...], ...]}, points also as [x, y, t, p]; y downwards. */

typedef struct reading {
    pds_strokes *out;
    size_t stroke, point; /* from 0, for faults */
    size_t without_time, without_pressure;
} reading;

static const char *const KEYS[] = { "x", "y", "t", "p" };

enum { X, Y, TIME, PRESSURE, NUMBERS };

/* Which of the four were there, as bits. */
static unsigned take_numbers(const pds_json *point, double numbers[NUMBERS])
{
    unsigned found = 0;
    bool array = pds_json_count(point) > 0;
    for (size_t i = 0; i < NUMBERS; i++) {
        bool there = array ? pds_json_item_real(point, i, &numbers[i])
                           : pds_json_real(point, KEYS[i], &numbers[i]);
        found |= there ? 1U << i : 0U;
    }
    return found;
}

static pds_code read_point(reading *r, const pds_json *point, pds_err *e)
{
    double n[NUMBERS] = { 0, 0, 0, 1 };
    unsigned found = take_numbers(point, n);
    if ((found & 3U) != 3U) {
        PDS_FAIL(e, PDS_E_USAGE, "point %zu of stroke %zu is no {\"x\":…,\"y\":…} and no [x, y]",
                 r->point + 1, r->stroke + 1);
    }
    r->without_time += (found >> TIME & 1U) == 0 ? 1U : 0U;
    r->without_pressure += (found >> PRESSURE & 1U) == 0 ? 1U : 0U;
    return pds_strokes_add(r->out, (pds_stroke_point){ n[X], -n[Y], n[TIME], n[PRESSURE] }, e);
}

static pds_code read_stroke(reading *r, const pds_json *stroke, pds_err *e)
{
    size_t count = pds_json_count(stroke);
    if (count == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "stroke %zu is no array of points", r->stroke + 1);
    }
    for (r->point = 0; r->point < count; r->point++) {
        PDS_TRY(read_point(r, pds_json_at(stroke, r->point), e));
    }
    pds_strokes_end(r->out);
    return PDS_OK;
}

pds_code pds_strokes_read_json(pds_span input, pds_strokes *out, pds_err *e)
{
    PDS_OWN(pds_json_drop) pds_json *whole = NULL;
    reading r = { .out = out };
    PDS_TRY(pds_json_parse(input.len == 0 ? "" : (const char *)input.ptr, input.len, &whole, e));
    const pds_json *strokes = pds_json_get(whole, "strokes");
    size_t count = pds_json_count(strokes);
    if (strokes == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "no {\"strokes\": [...]} in the JSON");
    }
    for (r.stroke = 0; r.stroke < count; r.stroke++) {
        PDS_TRY(read_stroke(&r, pds_json_at(strokes, r.stroke), e));
    }
    out->timed = r.without_time == 0;
    out->pressed = r.without_pressure == 0;
    return PDS_OK;
}
