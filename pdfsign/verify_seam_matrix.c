#include "pdfsign/verify_seam_trace.h"

#include <math.h>

/* Matrices, boxes and states of content streams. */

void pds_trace_join(const double first[6], const double then[6], double out[6])
{
    const double *a = first;
    const double *b = then;
    const double joined[] = {
        a[0] * b[0] + a[1] * b[2],        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    };
    memcpy(out, joined, sizeof joined);
}

void pds_trace_apply(const double matrix[6], double x, double y, double out[2])
{
    out[0] = matrix[0] * x + matrix[2] * y + matrix[4];
    out[1] = matrix[1] * x + matrix[3] * y + matrix[5];
}

void pds_trace_box(const double matrix[6], const double rect[4], double out[4], bool *upright)
{
    static const double slack = 1e-6;
    const bool straight = fabs(matrix[1]) <= slack && fabs(matrix[2]) <= slack;
    const bool turned = fabs(matrix[0]) <= slack && fabs(matrix[3]) <= slack;
    double p[4][2];
    for (int i = 0; i < 4; i++) {
        pds_trace_apply(matrix, (i & 1) == 0 ? rect[0] : rect[2], (i & 2) == 0 ? rect[1] : rect[3],
                        p[i]);
    }
    for (int i = 0; i < 2; i++) {
        out[i] = fmin(fmin(p[0][i], p[1][i]), fmin(p[2][i], p[3][i]));
        out[i + 2] = fmax(fmax(p[0][i], p[1][i]), fmax(p[2][i], p[3][i]));
    }
    *upright = straight || turned;
}

void pds_trace_clip(pds_trace_state *s, const double rect[4])
{
    double box[4];
    bool upright = false;
    pds_trace_box(s->ctm, rect, box, &upright);
    s->cut = s->cut || !upright;
    for (int i = 0; i < 2; i++) {
        s->clip[i] = fmax(s->clip[i], box[i]);
        s->clip[i + 2] = fmin(s->clip[i + 2], box[i + 2]);
    }
}

bool pds_trace_hides(const pds_trace_state *s)
{
    static const double faintest = 0.02;
    return !(s->alpha >= faintest) || s->odd != 0 || s->optional;
}

bool pds_trace_holds(const double outer[4], const double inner[4], double slack)
{
    return outer[0] <= inner[0] + slack && outer[1] <= inner[1] + slack &&
           outer[2] >= inner[2] - slack && outer[3] >= inner[3] - slack;
}
