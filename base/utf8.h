#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes one character from the front of *at (RFC 3629, 4), which ends with NUL; false: none is
 * there, or the bytes are not UTF-8. */
bool pds_utf8_take(const char **at, uint32_t *character);
bool pds_utf8_valid(const char *text);

#ifdef __cplusplus
}
#endif
#endif
