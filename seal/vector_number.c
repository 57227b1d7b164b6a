#include "seal/vector_number.h"

#include "base/decimal.h"

void pds_vector_number(pds_buf *out, double number)
{
    enum { DECIMALS = 3 };
    pds_decimal_put(out, number, DECIMALS);
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
