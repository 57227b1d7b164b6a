#ifndef SEAL_VECTOR_NUMBER_H
#define SEAL_VECTOR_NUMBER_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A coordinate: thousandths of a point, as short as can be, whatever the locale says. */
void pds_vector_number(pds_buf *out, double number);
/* Numbers parted by spaces. */
void pds_vector_numbers(pds_buf *out, const double *numbers, size_t count);

#ifdef __cplusplus
}
#endif
#endif
