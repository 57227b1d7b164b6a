#include "seal/vector_number.h"

#include <math.h>
#include <stdio.h>

static const double SCALE = 1000.0;
static const double LARGEST = 1e9; /* far beyond every page */

void pds_vector_number(pds_buf *out, double number)
{
    char text[32];
    double bounded = fmax(-LARGEST, fmin(LARGEST, number)); /* of NaN, a number */
    long long scaled = llround(bounded * SCALE);
    long long size = scaled < 0 ? -scaled : scaled;
    int len = snprintf(text, sizeof text, "%s%lld.%03lld", scaled < 0 ? "-" : "", size / 1000,
                       size % 1000);
    while (text[len - 1] == '0') {
        len--;
    }
    len -= text[len - 1] == '.' ? 1 : 0;
    pds_buf_put(out, pds_span_of(text, (size_t)len));
}

void pds_vector_numbers(pds_buf *out, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            pds_buf_byte(out, ' ');
        }
        pds_vector_number(out, numbers[i]);
    }
}
