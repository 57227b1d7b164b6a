#ifndef VIEW_RADICAL_H
#define VIEW_RADICAL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ideograph that a radical looks like; any other character as it is. Some programs write
 * U+2EA0 where a person reads U+6C11, and no decomposition joins the two. */
uint32_t pds_radical_ideograph(uint32_t c);

#ifdef __cplusplus
}
#endif
#endif
