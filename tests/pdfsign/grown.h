#ifndef TESTS_PDFSIGN_GROWN_H
#define TESTS_PDFSIGN_GROWN_H

#include "pdf/revision.h"
#include "tests/pdf/make.h"

/*
 * A file that grows by updates, written down as lines, for the tests of gate 3:
 *   "5 <<...>>"                   object 5
 *   "5 stream <entries>|data"     a stream
 *   "5 free"                      it is freed
 *   "trailer /Info 9 0 R"         entries of the revision's trailer, besides /Root and /Size
 *   "---"                         what follows is the next revision
 */
enum { GROWN_OBJECTS = 100, GROWN_REVISIONS = 8 };

/* A form of one page: fields Amount (5), Seller (6, empty), Buyer (7, signed), Agree (8, a box),
 * Stamp (9, an empty push-button), Party.Name (23 below 22); content 10, annotations 11, font 12, a
 * link 19, metadata 20, information 21, an object that nothing leads to 24, a look of nobody 25. */
extern const char GROWN_FORM[];

typedef struct grown {
    pds_file file;
    pds_revisions *revisions;
} grown;

/* The form with lines of its own revision put in place of the form's (NULL: none), and updates. */
void grown_open(grown *g, const char *lines, const char *updates);
void grown_drop(grown *g);

#endif
