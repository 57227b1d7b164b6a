#include "seal/strokes_svg_path.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

enum { CURVE_STEPS = 16, ARC_STEPS = 32, NUMBERS_MAX = 7 };

/* Path data being read. */
typedef struct svg_path {
    pds_strokes *out;
    double pressure;
    double at[2], begin[2]; /* here, and where the subpath began */
    double control[2];      /* the last curve's, for S and T */
    char last;              /* the command before, in capitals */
} svg_path;

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_digit(const pds_span *in)
{
    return in->len > 0 && in->ptr[0] >= '0' && in->ptr[0] <= '9';
}

static uint8_t take_byte(pds_span *in)
{
    pds_span one;
    return pds_span_take(in, 1, &one) ? one.ptr[0] : 0;
}

static bool next_is(const pds_span *in, const char *any)
{
    return in->len > 0 && in->ptr[0] != '\0' && strchr(any, in->ptr[0]) != NULL;
}

static void skip_separators(pds_span *in)
{
    while (in->len > 0 && (is_space(in->ptr[0]) || in->ptr[0] == ',')) {
        (void)take_byte(in);
    }
}

static int take_digits(pds_span *in, double *value, double *scale)
{
    int digits = 0;
    for (; is_digit(in); digits++) {
        *value = *value * 10 + (take_byte(in) - '0');
        *scale *= 10;
    }
    return digits;
}

static double take_exponent(pds_span *in)
{
    double value = 0, scale = 1;
    (void)take_byte(in);
    double sign = next_is(in, "+-") && take_byte(in) == '-' ? -1 : 1;
    (void)take_digits(in, &value, &scale);
    return sign * value;
}

bool pds_svg_number(pds_span *in, double *out)
{
    double value = 0, scale = 1, unused = 1;
    skip_separators(in);
    double sign = next_is(in, "+-") && take_byte(in) == '-' ? -1 : 1;
    int digits = take_digits(in, &value, &unused);
    if (next_is(in, ".")) {
        (void)take_byte(in);
        digits += take_digits(in, &value, &scale);
    }
    *out = sign * value / scale;
    if (digits > 0 && next_is(in, "eE")) {
        *out *= pow(10, take_exponent(in));
    }
    skip_separators(in);
    return digits > 0 && isfinite(*out);
}

static pds_code put(svg_path *p, double x, double y, pds_err *e)
{
    p->at[0] = x;
    p->at[1] = y;
    return pds_strokes_add(p->out, (pds_stroke_point){ x, -y, 0, p->pressure }, e);
}

pds_code pds_svg_move(pds_strokes *out, double x, double y, double pressure, pds_err *e)
{
    size_t count = 0, strokes = pds_strokes_count(out);
    const pds_stroke_point *points = strokes == 0 ? NULL : pds_strokes_at(out, strokes - 1, &count);
    if (count > 0 && points[count - 1].x == x && points[count - 1].y == -y) {
        out->ends.len -= sizeof(size_t); /* the stroke goes on */
        return PDS_OK;
    }
    return pds_strokes_add(out, (pds_stroke_point){ x, -y, 0, pressure }, e);
}

static pds_code move_to(svg_path *p, const double n[], pds_err *e)
{
    pds_strokes_end(p->out);
    p->at[0] = p->begin[0] = n[0];
    p->at[1] = p->begin[1] = n[1];
    return pds_svg_move(p->out, n[0], n[1], p->pressure, e);
}

static pds_code line_to(svg_path *p, const double n[], pds_err *e)
{
    return put(p, n[0], n[1], e);
}

static pds_code close_path(svg_path *p, const double n[], pds_err *e)
{
    (void)n;
    return put(p, p->begin[0], p->begin[1], e);
}

static pds_code cubic_to(svg_path *p, const double n[], pds_err *e)
{
    double from[2] = { p->at[0], p->at[1] };
    for (int i = 1; i <= CURVE_STEPS; i++) {
        double t = (double)i / CURVE_STEPS, u = 1 - t, at[2];
        for (int k = 0; k < 2; k++) {
            at[k] = u * u * u * from[k] + 3 * u * u * t * n[k] + 3 * u * t * t * n[2 + k] +
                    t * t * t * n[4 + k];
        }
        PDS_TRY(put(p, at[0], at[1], e));
    }
    memcpy(p->control, n + 2, sizeof p->control);
    return PDS_OK;
}

static pds_code quadratic_to(svg_path *p, const double n[], pds_err *e)
{
    double cubic[6];
    for (int k = 0; k < 2; k++) {
        cubic[k] = p->at[k] + 2 * (n[k] - p->at[k]) / 3;
        cubic[2 + k] = n[2 + k] + 2 * (n[k] - n[2 + k]) / 3;
        cubic[4 + k] = n[2 + k];
    }
    PDS_TRY(cubic_to(p, cubic, e));
    memcpy(p->control, n, sizeof p->control);
    return PDS_OK;
}

/* The control point of S and T: the last curve's, mirrored. */
static void mirror(const svg_path *p, const char *curves, double out[2])
{
    bool smooth = p->last != '\0' && strchr(curves, p->last) != NULL;
    for (int k = 0; k < 2; k++) {
        out[k] = smooth ? 2 * p->at[k] - p->control[k] : p->at[k];
    }
}

static pds_code smooth_cubic_to(svg_path *p, const double n[], pds_err *e)
{
    double whole[6];
    mirror(p, "CS", whole);
    memcpy(whole + 2, n, 4 * sizeof *n);
    return cubic_to(p, whole, e);
}

static pds_code smooth_quadratic_to(svg_path *p, const double n[], pds_err *e)
{
    double whole[4];
    mirror(p, "QT", whole);
    memcpy(whole + 2, n, 2 * sizeof *n);
    return quadratic_to(p, whole, e);
}

/* An elliptical arc by its centre (SVG 1.1, F.6.5 and F.6.6). */
typedef struct ellipse {
    double center[2], radii[2], turn, first, sweep;
} ellipse;

static void find_ellipse(const double from[2], const double n[], ellipse *out)
{
    double turn = n[2] * PI / 180, c = cos(turn), s = sin(turn);
    double dx = (from[0] - n[5]) / 2, dy = (from[1] - n[6]) / 2;
    double x = c * dx + s * dy, y = -s * dx + c * dy;
    double rx = fabs(n[0]), ry = fabs(n[1]);
    double reach = x * x / (rx * rx) + y * y / (ry * ry), grow = sqrt(fmax(reach, 1));
    rx *= grow;
    ry *= grow;
    double part = rx * rx * y * y + ry * ry * x * x;
    double rest = sqrt(fmax(rx * rx * ry * ry - part, 0) / part);
    double side = (n[3] != 0) == (n[4] != 0) ? -rest : rest;
    double cx = side * rx * y / ry, cy = -side * ry * x / rx;
    double first = atan2((y - cy) / ry, (x - cx) / rx);
    double sweep = atan2((-y - cy) / ry, (-x - cx) / rx) - first;
    sweep += n[4] != 0 && sweep < 0 ? 2 * PI : n[4] == 0 && sweep > 0 ? -2 * PI : 0;
    *out = (ellipse){ { c * cx - s * cy + (from[0] + n[5]) / 2,
                        s * cx + c * cy + (from[1] + n[6]) / 2 },
                      { rx, ry },
                      turn,
                      first,
                      sweep };
}

static pds_code arc_to(svg_path *p, const double n[], pds_err *e)
{
    ellipse a;
    bool apart = p->at[0] != n[5] || p->at[1] != n[6];
    if (n[0] == 0 || n[1] == 0 || !apart) {
        return put(p, n[5], n[6], e);
    }
    find_ellipse(p->at, n, &a);
    for (int i = 1; i < ARC_STEPS; i++) {
        double t = a.first + a.sweep * i / ARC_STEPS;
        double x = a.radii[0] * cos(t), y = a.radii[1] * sin(t);
        PDS_TRY(put(p, a.center[0] + x * cos(a.turn) - y * sin(a.turn),
                    a.center[1] + x * sin(a.turn) + y * cos(a.turn), e));
    }
    return put(p, n[5], n[6], e);
}

typedef struct command {
    char letter;
    size_t numbers;
    const char *axes; /* of each number: x, y, or what is never relative */
    pds_code (*run)(svg_path *p, const double n[], pds_err *e);
} command;

static const command COMMANDS[] = {
    { 'M', 2, "xy", move_to },        { 'L', 2, "xy", line_to },
    { 'H', 1, "x", line_to },         { 'V', 1, "y", line_to },
    { 'C', 6, "xyxyxy", cubic_to },   { 'S', 4, "xyxy", smooth_cubic_to },
    { 'Q', 4, "xyxy", quadratic_to }, { 'T', 2, "xy", smooth_quadratic_to },
    { 'A', 7, "-----xy", arc_to },    { 'Z', 0, "", close_path },
};

static const command *find(char letter)
{
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
        if (COMMANDS[i].letter == letter) {
            return &COMMANDS[i];
        }
    }
    return NULL;
}

/* Flags of an arc may stand without anything between them. */
static bool take_flag(pds_span *in, double *out)
{
    skip_separators(in);
    if (!next_is(in, "01")) {
        return false;
    }
    *out = take_byte(in) == '1' ? 1 : 0;
    skip_separators(in);
    return true;
}

static bool take_numbers(const svg_path *p, const command *c, bool relative, pds_span *in,
                         double n[NUMBERS_MAX])
{
    for (size_t i = 0; i < c->numbers; i++) {
        bool flag = c->letter == 'A' && (i == 3 || i == 4);
        if (!(flag ? take_flag(in, &n[i]) : pds_svg_number(in, &n[i]))) {
            return false;
        }
        n[i] += relative && c->axes[i] == 'x' ? p->at[0] : 0;
        n[i] += relative && c->axes[i] == 'y' ? p->at[1] : 0;
    }
    if (c->letter == 'H') {
        n[1] = p->at[1];
    } else if (c->letter == 'V') {
        n[1] = n[0];
        n[0] = p->at[0];
    }
    return true;
}

static pds_code bad_path(pds_span whole, pds_span rest, pds_err *e)
{
    PDS_FAIL(e, PDS_E_USAGE, "path data is not understood from its byte %zu on",
             whole.len - rest.len);
}

/* One command with the numbers behind it, which may follow many times. */
static pds_code run_command(svg_path *p, pds_span whole, pds_span *in, pds_err *e)
{
    uint8_t byte = take_byte(in);
    bool relative = byte >= 'a' && byte <= 'z';
    const command *c = find((char)(relative ? byte - 'a' + 'A' : byte));
    if (c == NULL || (p->last == '\0' && c->letter != 'M')) {
        return bad_path(whole, *in, e);
    }
    skip_separators(in);
    do {
        double n[NUMBERS_MAX] = { 0 };
        if (!take_numbers(p, c, relative, in, n)) {
            return bad_path(whole, *in, e);
        }
        if (p->last == 'Z' && c->letter != 'M' && c->letter != 'Z') {
            PDS_TRY(move_to(p, p->begin, e)); /* without a M, the next subpath begins there */
        }
        PDS_TRY(c->run(p, n, e));
        p->last = c->letter;
        c = c->letter == 'M' ? find('L') : c;
    } while (c->numbers > 0 && (is_digit(in) || next_is(in, "+-.")));
    return PDS_OK;
}

pds_code pds_svg_path(pds_span data, double pressure, pds_strokes *out, pds_err *e)
{
    svg_path p = { .out = out, .pressure = pressure };
    pds_span in = data;
    for (skip_separators(&in); in.len > 0; skip_separators(&in)) {
        PDS_TRY(run_command(&p, data, &in, e));
    }
    pds_strokes_end(out);
    return PDS_OK;
}
