#ifndef TESTS_CLI_VERIFY_FAKE_H
#define TESTS_CLI_VERIFY_FAKE_H

#include <pds/verify.h>

/* Verifications made by hand, each known by a name: what writers make of them does not depend on
 * the engine. */

enum { FAKE_COUNT = 8 };

typedef struct fake {
    const char *name;              /* and what the file's name begins with */
    const pds_verification *found; /* NULL: it cannot be read */
} fake;

extern const fake FAKES[FAKE_COUNT];
/* NULL: there is none of that name. */
const fake *fake_of(const char *name);

/* Text that means something to a terminal, XML, Markdown, JSON or a C program. */
#define HOSTILE                                                           \
    "\033[2J\n]]><x a=\"b\" c='d'>&amp;|`*_[y](z)\\ ``` @all http://e.x " \
    "\xff\xe2\x80\xae\xe2\x80\xac %s"

#endif
