#ifndef SEAL_MEASURE_H
#define SEAL_MEASURE_H

#include "base/err.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Words of places and seams, each taken from the front of *at, whatever the locale says. False: it
 * is not there, and *at may stand anywhere in it. */
bool pds_take_text(const char **at, const char *text);
/* Decimal digits with at most one point. */
bool pds_take_number(const char **at, double *out);
/* A number with an optional unit (mm, cm, in, pt), in points. */
bool pds_take_length(const char **at, double *points);
/* N, rN from the end (-N), z the last (-1); never 0. */
bool pds_take_page(const char **at, int64_t *page);

#ifdef __cplusplus
}
#endif
#endif
