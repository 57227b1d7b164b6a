#ifndef TESTS_PDFSIGN_AUGMENT_ROWS_H
#define TESTS_PDFSIGN_AUGMENT_ROWS_H

#include "tests/pdfsign/augment_file.h"

#include <pds/augment.h>

#define NOBODY "-" /* as a fault: no authority is named */

/* One call, and what is expected of it. */
typedef struct augment_row {
    const char *name;
    const augment_file *file;
    pds_augment_kind kind;
    pds_level level;           /* ADD */
    augment_list list;         /* that is given */
    const char *within;        /* RENEW */
    const char *first, *again; /* faults of the authority, and when it is asked as the second one */
    const char *grace;
    bool untrusting, allow_lower;
    pds_code code;
    bool idle;         /* nothing is changed */
    pds_level reached; /* the lowest */
    bool not_pades;    /* the level is called NONE all the same */
    bool doubted;      /* the verifier doesn't pass it */
    size_t stamps;     /* document timestamps in the end */
    size_t lists;      /* that were added */
    const char *field; /* that was made; NULL: nobody asks */
    const char *notes; /* stands in them; NULL: there are none */
} augment_row;

extern const augment_row AUGMENT_ROWS[];
extern const size_t AUGMENT_COUNT;
enum { AUGMENT_MAX = 100 };

#endif
