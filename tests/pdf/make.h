#ifndef TESTS_PDF_MAKE_H
#define TESTS_PDF_MAKE_H

#include "pdf/doc.h"

/*
 * PDFs for tests, written piece by piece with the offsets that come out. One edit may be asked for:
 * it is made in the piece that holds the text, before the offsets behind it are known. So a row of
 * a test says what is damaged, and everything else is sound.
 */

typedef enum make_layout {
    MAKE_TABLE,   /* objects 1 to 6, a table */
    MAKE_STREAM,  /* 2, 3, 4, 6 in object stream 7, cross-reference stream 8 */
    MAKE_HYBRID,  /* the same, with a table that does not know 2, 3, 4, 6 */
    MAKE_UPDATED, /* as MAKE_TABLE, then an update with another object 4 */
    MAKE_LAYOUTS
} make_layout;

typedef struct make {
    pds_buf file;
    const char *find, *put; /* the edit; NULL: none. find becomes NULL when it is made */
    uint64_t place[40];     /* of objects; 0: none */
    uint64_t section;       /* the newest */
} make;

void make_piece(make *m, const char *text);
void make_object(make *m, uint32_t num, const char *text);
/* A stream with its /Length. */
void make_stream(make *m, uint32_t num, const char *entries, pds_span data);
/* A table of the objects so far below `size`, its trailer with these entries and the end. */
void make_table(make *m, uint32_t size, const char *entries);
void make_end(make *m);

/* A whole file of one of the layouts. */
void make_pdf(make *m, make_layout layout);
/* The bytes as an open file, which the caller closes. */
pds_file make_file(const pds_buf *bytes);

/* Opens, checks the places of all objects, counts the pages, reads every object and decodes every
 * stream: the first fault. */
pds_code make_probe(const pds_buf *bytes, uint32_t *pages, pds_err *e);

/* One damage, and what the reader says about it. */
typedef struct damage_row {
    const char *name;
    make_layout layout;
    const char *find, *put;
    pds_code code;
    const char *at; /* the fault's offset is where this stands in the file, $ its end; NULL: none */
    int plus;       /* … so many bytes further on */
} damage_row;

/* A cmocka test of one row. */
void damage_is_told(void **state);
/* Runs rows of that test; as cmocka_run_group_tests. */
int damage_run(const char *name, const damage_row *rows, size_t count);

#endif
