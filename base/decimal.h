#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The number with at most so many decimals (0 to 9), as short as can be, whatever the locale says.
 * What is no number is 0; what is beyond a milliard is that. */
void pds_decimal_put(pds_buf *out, double number, unsigned decimals);

#ifdef __cplusplus
}
#endif
#endif
