#include "seal/strokes_svg_path.h"
#include "seal/strokes_xml.h"

#include <math.h>

/* Lines of an SVG: what path, polyline, polygon, line and circle draw. Where each has a width of
 * its own, as signature pads write it, that is the pressure. */

typedef struct svg {
    pds_strokes *out;
    double widest;     /* of all lines; 0: not looked for yet */
    int depth, hidden; /* hidden: depth of an element that only defines things, 0: none */
} svg;

typedef struct element {
    const char *name;
    pds_code (*read)(const svg *s, const pds_tag *tag, double pressure, pds_err *e);
} element;

static pds_code number_of(const pds_tag *tag, const char *name, double fallback, double *out,
                          pds_err *e)
{
    pds_span value;
    *out = fallback;
    PDS_TRY(pds_tag_attribute(tag, name, &value, e));
    if (value.len > 0 && !pds_svg_number(&value, out)) {
        PDS_FAIL(e, PDS_E_USAGE, "the SVG's attribute %s is no number", name);
    }
    return PDS_OK;
}

static pds_code read_path(const svg *s, const pds_tag *tag, double pressure, pds_err *e)
{
    pds_span data;
    PDS_TRY(pds_tag_attribute(tag, "d", &data, e));
    return pds_svg_path(data, pressure, s->out, e);
}

static pds_code read_points(const svg *s, const pds_tag *tag, double pressure, bool closed,
                            pds_err *e)
{
    pds_span data;
    double x = 0, y = 0, first[2] = { 0 };
    size_t count = 0;
    PDS_TRY(pds_tag_attribute(tag, "points", &data, e));
    for (; data.len > 0; count++) {
        if (!pds_svg_number(&data, &x) || !pds_svg_number(&data, &y)) {
            PDS_FAIL(e, PDS_E_USAGE, "the SVG's attribute points holds no pairs of numbers");
        }
        if (count == 0) {
            first[0] = x;
            first[1] = y;
        }
        PDS_TRY(pds_strokes_add(s->out, (pds_stroke_point){ x, -y, 0, pressure }, e));
    }
    if (closed && count > 0) {
        PDS_TRY(pds_strokes_add(s->out, (pds_stroke_point){ first[0], -first[1], 0, pressure }, e));
    }
    pds_strokes_end(s->out);
    return PDS_OK;
}

static pds_code read_polyline(const svg *s, const pds_tag *tag, double pressure, pds_err *e)
{
    return read_points(s, tag, pressure, false, e);
}

static pds_code read_polygon(const svg *s, const pds_tag *tag, double pressure, pds_err *e)
{
    return read_points(s, tag, pressure, true, e);
}

static pds_code read_line(const svg *s, const pds_tag *tag, double pressure, pds_err *e)
{
    static const char *const names[] = { "x1", "y1", "x2", "y2" };
    double n[4];
    for (size_t i = 0; i < 4; i++) {
        PDS_TRY(number_of(tag, names[i], 0, &n[i], e));
    }
    PDS_TRY(pds_svg_move(s->out, n[0], n[1], pressure, e));
    PDS_TRY(pds_strokes_add(s->out, (pds_stroke_point){ n[2], -n[3], 0, pressure }, e));
    pds_strokes_end(s->out);
    return PDS_OK;
}

/* A dot: pads write one so. */
static pds_code read_circle(const svg *s, const pds_tag *tag, double pressure, pds_err *e)
{
    double x = 0, y = 0;
    PDS_TRY(number_of(tag, "cx", 0, &x, e));
    PDS_TRY(number_of(tag, "cy", 0, &y, e));
    PDS_TRY(pds_strokes_add(s->out, (pds_stroke_point){ x, -y, 0, pressure }, e));
    pds_strokes_end(s->out);
    return PDS_OK;
}

static const element ELEMENTS[] = {
    { "path", read_path }, { "polyline", read_polyline }, { "polygon", read_polygon },
    { "line", read_line }, { "circle", read_circle },
};

static const char *const DEFINE[] = { "defs", "clipPath", "mask", "symbol", "marker", "pattern" };

static bool defines(pds_span name)
{
    for (size_t i = 0; i < sizeof DEFINE / sizeof DEFINE[0]; i++) {
        if (pds_span_is(name, DEFINE[i])) {
            return true;
        }
    }
    return false;
}

static const element *element_of(pds_span name)
{
    for (size_t i = 0; i < sizeof ELEMENTS / sizeof ELEMENTS[0]; i++) {
        if (pds_span_is(name, ELEMENTS[i].name)) {
            return &ELEMENTS[i];
        }
    }
    return NULL;
}

static pds_code width_of(const pds_tag *tag, double *out, pds_err *e)
{
    PDS_TRY(number_of(tag, "stroke-width", 0, out, e));
    *out = isfinite(*out) ? fmax(*out, 0) : 0;
    return PDS_OK;
}

static pds_code check_transform(const pds_tag *tag, pds_err *e)
{
    pds_span value;
    PDS_TRY(pds_tag_attribute(tag, "transform", &value, e));
    if (value.len > 0) {
        PDS_FAIL(e, PDS_E_USAGE, "the SVG has a transform: apply it to the coordinates first");
    }
    return PDS_OK;
}

/* First all widths are looked at, then the lines are read. */
static pds_code read_tag(svg *s, const pds_tag *tag, bool measure, pds_err *e)
{
    const element *row = element_of(tag->name);
    double width = 0;
    PDS_TRY(check_transform(tag, e));
    if (row == NULL) {
        return PDS_OK;
    }
    PDS_TRY(width_of(tag, &width, e));
    if (measure) {
        s->widest = fmax(s->widest, width);
        return PDS_OK;
    }
    double pressure = s->widest > 0 && width > 0 ? width / s->widest : 1;
    s->out->pressed = s->out->pressed || pressure < 1;
    return row->read(s, tag, pressure, e);
}

static pds_code step(svg *s, const pds_tag *tag, bool measure, pds_err *e)
{
    if (tag->kind == PDS_TAG_CLOSE) {
        s->hidden = s->hidden == s->depth ? 0 : s->hidden;
        s->depth--;
        return PDS_OK;
    }
    if (s->hidden == 0) {
        PDS_TRY(read_tag(s, tag, measure, e));
    }
    if (tag->kind == PDS_TAG_OPEN) {
        s->depth++;
        s->hidden = s->hidden == 0 && defines(tag->name) ? s->depth : s->hidden;
    }
    return PDS_OK;
}

static pds_code read_all(svg *s, pds_span in, bool measure, pds_err *e)
{
    pds_tag tag;
    size_t count = 0;
    s->depth = s->hidden = 0;
    do {
        PDS_TRY(pds_tag_take(&in, &tag, e));
        if (count++ == 0 && !pds_span_is(tag.name, "svg")) {
            PDS_FAIL(e, PDS_E_USAGE, "neither JSON nor SVG: the first element is no svg");
        }
        if (tag.kind != PDS_TAG_END) {
            PDS_TRY(step(s, &tag, measure, e));
        }
    } while (tag.kind != PDS_TAG_END && s->depth >= 0);
    if (s->depth != 0) {
        PDS_FAIL(e, PDS_E_USAGE, "the SVG's elements are not closed as they were opened");
    }
    return PDS_OK;
}

pds_code pds_strokes_read_svg(pds_span input, pds_strokes *out, pds_err *e)
{
    svg s = { .out = out };
    PDS_TRY(read_all(&s, input, true, e));
    return read_all(&s, input, false, e);
}
