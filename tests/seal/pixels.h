#ifndef TESTS_SEAL_PIXELS_H
#define TESTS_SEAL_PIXELS_H

#include "seal/path.h"

/* What stands in a drawn picture, measured in millimetres from its middle, y upwards. */

typedef struct spot {
    double x, y; /* middle of its box */
    double w, h; /* of its box */
    size_t pixels;
} spot;

enum { SPOTS_MAX = 256 };

/* Alpha where a point lies, 0 beyond the picture. */
unsigned ink_at(const pds_picture *p, double x, double y);
/* Separate pieces of ink, by flood filling; fails the test at more than SPOTS_MAX. */
size_t find_spots(const pds_picture *p, spot spots[SPOTS_MAX]);

#endif
