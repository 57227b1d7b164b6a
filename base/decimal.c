#include "base/decimal.h"

#include <math.h>

enum { BASE = 10, DIGITS_MAX = 24 };

void pds_decimal_put(pds_buf *out, double number, unsigned decimals)
{
    static const double most = 1e9; /* far beyond every page */
    char text[DIGITS_MAX];
    size_t at = sizeof text; /* from the last digit to the first */
    double unit = 1.0;
    for (unsigned i = 0; i < decimals; i++) {
        unit *= BASE;
    }
    const double bounded = isnan(number) ? 0.0 : fmax(-most, fmin(most, number));
    const int64_t scaled = llround(bounded * unit);
    uint64_t rest = (uint64_t)(scaled < 0 ? -scaled : scaled);
    for (; decimals > 0; decimals--, rest /= BASE) {
        if (at < sizeof text || rest % BASE != 0) {
            text[--at] = (char)('0' + rest % BASE);
        }
    }
    if (at < sizeof text) {
        text[--at] = '.';
    }
    do {
        text[--at] = (char)('0' + rest % BASE);
        rest /= BASE;
    } while (rest != 0);
    if (scaled < 0) {
        text[--at] = '-';
    }
    pds_buf_put(out, pds_span_of(text + at, sizeof text - at));
}
