#include "seal/drawing.h"

#include "base/decimal.h"

void pds_drawing_drop(pds_drawing *d)
{
    if (d != NULL) {
        pds_buf_drop(&d->content);
        *d = (pds_drawing){ .image = NULL };
    }
}

void pds_draw_number(pds_buf *out, double number)
{
    enum { DECIMALS = 4 };
    pds_decimal_put(out, number, DECIMALS);
}
