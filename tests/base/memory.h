#ifndef TESTS_BASE_MEMORY_H
#define TESTS_BASE_MEMORY_H

#include <stdbool.h>

/* Are these words in what this process may write to? Not in its constants, nor on the first
 * thread's stack, where OpenSSL's reader of keys leaves a copy for the next call to overwrite. */
bool is_in_memory(const char *words);

#endif
