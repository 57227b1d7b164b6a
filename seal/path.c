#include "seal/path.h"

/* Control points of a quarter circle by one cubic curve: 4/3 (sqrt(2) - 1). */
static const double QUARTER = 0.5522847498307936;

void pds_vector_drop(pds_vector *v)
{
    pds_buf_drop(&v->shapes);
}

static void put(pds_vector *v, pds_segment_kind kind, const double *numbers)
{
    pds_segment segment = { .kind = kind };
    size_t count = pds_segment_numbers(kind);
    if (count > 0) {
        memcpy(segment.at, numbers, count * sizeof *numbers);
    }
    pds_buf_put(&v->shapes, pds_span_of(&segment, sizeof segment));
}

void pds_vector_move(pds_vector *v, double x, double y)
{
    put(v, PDS_SEGMENT_MOVE, (const double[]){ x, y });
}

void pds_vector_line(pds_vector *v, double x, double y)
{
    put(v, PDS_SEGMENT_LINE, (const double[]){ x, y });
}

void pds_vector_curve(pds_vector *v, double x1, double y1, double x2, double y2, double x, double y)
{
    put(v, PDS_SEGMENT_CURVE, (const double[]){ x1, y1, x2, y2, x, y });
}

void pds_vector_close(pds_vector *v)
{
    put(v, PDS_SEGMENT_CLOSE, NULL);
}

void pds_vector_fill(pds_vector *v)
{
    put(v, PDS_SEGMENT_FILL, NULL);
}

size_t pds_vector_count(const pds_vector *v)
{
    return v->shapes.len / sizeof(pds_segment);
}

pds_segment pds_vector_at(const pds_vector *v, size_t index)
{
    pds_segment segment;
    memcpy(&segment, v->shapes.ptr + index * sizeof segment, sizeof segment);
    return segment;
}

size_t pds_segment_numbers(pds_segment_kind kind)
{
    static const size_t numbers[] = {
        [PDS_SEGMENT_MOVE] = 2,  [PDS_SEGMENT_LINE] = 2, [PDS_SEGMENT_CURVE] = 6,
        [PDS_SEGMENT_CLOSE] = 0, [PDS_SEGMENT_FILL] = 0,
    };
    return numbers[kind];
}

void pds_matrix_apply(const pds_matrix *m, double *x, double *y)
{
    double old = *x;
    *x = m->a * old + m->c * *y + m->e;
    *y = m->b * old + m->d * *y + m->f;
}

void pds_vector_add(pds_vector *v, const pds_vector *from, size_t first, size_t end,
                    const pds_matrix *m)
{
    for (size_t i = first; i < end; i++) {
        pds_segment segment = pds_vector_at(from, i);
        for (size_t k = 0; k < pds_segment_numbers(segment.kind); k += 2) {
            pds_matrix_apply(m, &segment.at[k], &segment.at[k + 1]);
        }
        put(v, segment.kind, segment.at);
    }
}

void pds_vector_ellipse(pds_vector *v, const double center[2], const double radii[2],
                        bool clockwise)
{
    double x = center[0], y = center[1], rx = radii[0], ry = clockwise ? -radii[1] : radii[1];
    double qx = QUARTER * rx, qy = QUARTER * ry;
    pds_vector_move(v, x + rx, y);
    pds_vector_curve(v, x + rx, y + qy, x + qx, y + ry, x, y + ry);
    pds_vector_curve(v, x - qx, y + ry, x - rx, y + qy, x - rx, y);
    pds_vector_curve(v, x - rx, y - qy, x - qx, y - ry, x, y - ry);
    pds_vector_curve(v, x + qx, y - ry, x + rx, y - qy, x + rx, y);
    pds_vector_close(v);
}

void pds_vector_rect(pds_vector *v, const double box[4], bool clockwise)
{
    double right = clockwise ? box[0] : box[2], left = clockwise ? box[2] : box[0];
    pds_vector_move(v, left, box[1]);
    pds_vector_line(v, right, box[1]);
    pds_vector_line(v, right, box[3]);
    pds_vector_line(v, left, box[3]);
    pds_vector_close(v);
}
