#ifndef VIEW_UTF8_H
#define VIEW_UTF8_H

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shortest forms only, no surrogates, nothing above U+10FFFF, no NUL. */
bool pds_utf8_valid(pds_span text);

#ifdef __cplusplus
}
#endif
#endif
