#include "seal/drawing.h"

#include <math.h>

void pds_drawing_drop(pds_drawing *d)
{
    if (d != NULL) {
        pds_buf_drop(&d->content);
        *d = (pds_drawing){ .image = NULL };
    }
}

/* In integers of 1/10000, so that no locale gets between. */
void pds_draw_number(pds_buf *out, double number)
{
    static const double most = 1e9; /* far beyond any page */
    double held = isnan(number) ? 0.0 : fmax(fmin(number, most), -most);
    int64_t parts = (int64_t)llround(held * 10000.0);
    uint64_t size = (uint64_t)(parts < 0 ? -parts : parts);
    unsigned fraction = (unsigned)(size % 10000U);
    int digits = 4;
    pds_buf_printf(out, "%s%llu", parts < 0 ? "-" : "", (unsigned long long)(size / 10000U));
    if (fraction == 0) {
        return;
    }
    for (; fraction % 10U == 0; fraction /= 10U) {
        digits--;
    }
    pds_buf_printf(out, ".%0*u", digits, fraction);
}
