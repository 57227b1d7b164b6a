#ifndef TESTS_PDF_CHAIN_H
#define TESTS_PDF_CHAIN_H

#include "pdf/byte_range.h"
#include "tests/pdf/make.h"

/* Files of several revisions, signed and changed afterwards, for the tests of gates 1 and 2. */

enum { CHAIN_SIGNATURE = 7 };

/* An update of these objects, which stand at the end of m; ends with 0. */
void chain_table(make *m, const uint32_t *numbers, const char *entries);
/* The same with a cross-reference stream, object `own`; packed: objects 2 to 4 of it are in object
 * stream `packed`, in this order. */
void chain_stream(make *m, const uint32_t *numbers, uint32_t own, const char *entries);

/* An update with a signature, whose /ByteRange is filled in; `contents` is the token. */
void chain_sign(make *m, const char *contents);
/* Updates with another object 4: a table; an object stream 9 and a cross-reference stream 10. */
void chain_change(make *m);
void chain_change_packed(make *m);
/* Objects 1 to 6, signed, changed. */
void chain_make(make *m, bool packed);
/* A file of one page as linearizing makes it. */
void chain_linearized(make *m);

/* An open file and its revisions. */
typedef struct chain {
    pds_file file;
    pds_revisions *revisions;
    pds_findings findings;
} chain;
/* Takes the bytes. */
void chain_open(chain *c, make *m);
void chain_drop(chain *c);
/* How many findings have this name, which is one of finding.h. */
size_t chain_count(const chain *c, const char *name);
/* There is one of each of these names (with a space between two), and none that fails of another;
 * NULL: none that fails. */
void chain_expect(const chain *c, const char *names);

#endif
