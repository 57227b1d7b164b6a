#include "tests/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Does the memory from begin to end hold the words? */
static bool holds(FILE *memory, unsigned long begin, unsigned long end, const char *words)
{
    enum { LARGEST = 64 << 20 };
    const size_t len = end - begin;
    char *copy = len > LARGEST ? NULL : calloc(1, len);
    bool found = false;
    if (copy != NULL && fseeko(memory, (off_t)begin, SEEK_SET) == 0) {
        const size_t got = fread(copy, 1, len, memory);
        found = got > 0 && memmem(copy, got, words, strlen(words)) != NULL;
    }
    if (copy != NULL) {
        explicit_bzero(copy, len);
    }
    free(copy);
    return found;
}

bool is_in_memory(const char *words)
{
    char line[512];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");
    FILE *memory = fopen("/proc/self/mem", "re");
    if (maps == NULL || memory == NULL) {
        abort();
    }
    (void)setvbuf(memory, NULL, _IONBF, 0);
    while (fgets(line, sizeof line, maps) != NULL) { /* "BEGIN-END rw-p …" */
        char *rest = line;
        const unsigned long begin = strtoul(rest, &rest, 16);
        const unsigned long end = strtoul(rest + 1, &rest, 16);
        found = found || (strncmp(rest, " rw", 3) == 0 && strstr(rest, "[stack]") == NULL &&
                          holds(memory, begin, end, words));
    }
    (void)fclose(maps);
    (void)fclose(memory);
    return found;
}
