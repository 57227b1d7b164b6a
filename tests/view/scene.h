#ifndef TESTS_VIEW_SCENE_H
#define TESTS_VIEW_SCENE_H

#include "view/client.h"

/* What the tests of the client share. */

/* A PDF of this many pages, each with its number and "Seal here", in a file without a name. */
int scene_pdf(unsigned pages);
size_t scene_open_files(void);
/* A process that nobody has waited for, or that runs yet? */
bool scene_has_children(void);
/* The process id of the only child, 0: none. */
int scene_child(void);

#endif
