#include "seal/subset_internal.h"

#include <math.h>
#include <stdlib.h>

/* Operators of Adobe Technical Note 5177. */
enum {
    OP_VMOVETO = 4,
    OP_RLINETO = 5,
    OP_HLINETO = 6,
    OP_VLINETO = 7,
    OP_RRCURVETO = 8,
    OP_ENDCHAR = 14,
    OP_RMOVETO = 21,
    OP_HMOVETO = 22,
    STACK_MAX = 48,
    COORDINATE_MAX = 16000 /* so that no difference leaves 16 bits */
};

/* A charstring being written; operands wait for an operator that takes as many as it can. */
typedef struct charstring {
    pds_buf *out;
    int *box;
    pds_form form;
    int width; /* of the font's own glyph */
    int at[2]; /* current point */
    int waiting[STACK_MAX];
    size_t count;
    uint8_t op; /* of what waits */
} charstring;

static void put_number(pds_buf *b, int n)
{
    int m = abs(n);
    if (m <= 107) {
        pds_buf_byte(b, (uint8_t)(n + 139));
    } else if (m <= 1131) {
        pds_buf_byte(b, (uint8_t)((n > 0 ? 247 : 251) + (m - 108) / 256));
        pds_buf_byte(b, (uint8_t)((m - 108) % 256));
    } else {
        pds_buf_byte(b, 28);
        pds_buf_byte(b, (uint8_t)((unsigned)n >> 8));
        pds_buf_byte(b, (uint8_t)n);
    }
}

static void flush(charstring *c)
{
    for (size_t i = 0; i < c->count; i++) {
        put_number(c->out, c->waiting[i]);
    }
    if (c->count != 0) {
        pds_buf_byte(c->out, c->op);
    }
    c->count = 0;
}

static void put(charstring *c, uint8_t op, const int *operands, size_t count)
{
    if (c->op != op || c->count + count > STACK_MAX) {
        flush(c);
    }
    c->op = op;
    memcpy(c->waiting + c->count, operands, count * sizeof *operands);
    c->count += count;
}

static int whole(double x)
{
    return (int)lround(fmax(-COORDINATE_MAX, fmin(COORDINATE_MAX, x)));
}

/* Where a point of the font's own glyph comes to lie; what is turned keeps to the middle. */
static void transform(const charstring *c, double x, double y, int to[2])
{
    enum { RAISE = 560 };
    if (c->form == PDS_FORM_TURNED) {
        to[0] = whole(PDS_COLUMN_X - PDS_LYING_BASELINE + y);
        to[1] = whole(PDS_COLUMN_Y - x - (PDS_EMS - c->width) / 2.0);
    } else {
        int raise = c->form == PDS_FORM_RAISED ? RAISE : 0;
        to[0] = whole(x + raise);
        to[1] = whole(y + raise);
    }
}

/* Goes to a point; d: how far that is. */
static void go(charstring *c, double x, double y, int d[2])
{
    int to[2];
    transform(c, x, y, to);
    for (int i = 0; i < 2; i++) {
        d[i] = to[i] - c->at[i];
        c->at[i] = to[i];
        c->box[i] = to[i] < c->box[i] ? to[i] : c->box[i];
        c->box[i + 2] = to[i] > c->box[i + 2] ? to[i] : c->box[i + 2];
    }
}

static void on_move(void *ctx, double x, double y)
{
    charstring *c = ctx;
    int d[2];
    go(c, x, y, d);
    flush(c);
    if (d[1] == 0) {
        put(c, OP_HMOVETO, &d[0], 1);
    } else if (d[0] == 0) {
        put(c, OP_VMOVETO, &d[1], 1);
    } else {
        put(c, OP_RMOVETO, d, 2);
    }
    flush(c);
}

/* Lines along the axes alternate in one operator, which begins with the first one's direction. */
static void put_axis_line(charstring *c, int axis, int distance)
{
    static const uint8_t ops[] = { OP_HLINETO, OP_VLINETO };
    bool goes_on = c->count != 0 && c->count < STACK_MAX &&
                   (c->op == OP_HLINETO || c->op == OP_VLINETO) &&
                   ((c->op == OP_VLINETO) != (c->count % 2 == 1)) == (axis == 1);
    if (!goes_on) {
        flush(c);
        c->op = ops[axis];
    }
    c->waiting[c->count++] = distance;
}

static void on_line(void *ctx, double x, double y)
{
    charstring *c = ctx;
    int d[2];
    go(c, x, y, d);
    if (d[0] == 0 && d[1] == 0) {
        return;
    }
    if (d[0] != 0 && d[1] != 0) {
        put(c, OP_RLINETO, d, 2);
    } else {
        put_axis_line(c, d[0] == 0 ? 1 : 0, d[0] == 0 ? d[1] : d[0]);
    }
}

static void on_curve(void *ctx, const double points[6])
{
    charstring *c = ctx;
    int d[6];
    for (size_t i = 0; i < 6; i += 2) {
        go(c, points[i], points[i + 1], &d[i]);
    }
    put(c, OP_RRCURVETO, d, 6);
}

/* The next move closes the contour by itself. */
static void on_close(void *ctx)
{
    charstring *c = ctx;
    flush(c);
}

int pds_code_width(const pds_face *face, const pds_code_row *row)
{
    return row->form == PDS_FORM_TURNED ? PDS_EMS : whole(pds_face_advance(face, row->glyph));
}

void pds_charstring_put(const pds_face *face, const pds_code_row *row, pds_buf *out, int box[4])
{
    static const pds_outline sink = { on_move, on_line, on_curve, on_close };
    charstring c = {
        .out = out, .box = box, .form = row->form, .width = pds_face_advance(face, row->glyph)
    };
    put_number(out, pds_code_width(face, row)); /* nominalWidthX is 0 */
    pds_face_draw(face, row->glyph, &sink, &c);
    flush(&c);
    pds_buf_byte(out, OP_ENDCHAR);
}
