#ifndef TESTS_BASE_SCRATCH_H
#define TESTS_BASE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* A folder of its own for one test; paths in it are lent and good for the next 8 calls. */
typedef struct scratch {
    char folder[64];
} scratch;

void scratch_open(scratch *s);
/* In memory if there is such a place: for tests that sync many times. */
void scratch_open_fast(scratch *s);
/* Removes it with all that is in it. */
void scratch_close(scratch *s);
const char *scratch_path(const scratch *s, const char *name);
/* The path of a new file with that text. */
const char *scratch_file(const scratch *s, const char *name, const char *text);
/* The text of a file (at most 4095 bytes), "(none)" if it is missing; lent until the next call. */
const char *scratch_read(const char *path);
/* How many names the folder holds. */
size_t scratch_count(const scratch *s);

#endif
