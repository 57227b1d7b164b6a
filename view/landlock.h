#ifndef VIEW_LANDLOCK_H
#define VIEW_LANDLOCK_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From here on only fonts, tables of characters and this file can be opened, where the kernel knows
 * how to keep that (Landlock, Linux 5.13); else the filter of calls has to do alone. Returns
 * whether. file: -1 none. */
bool pds_landlock_enter(int file);

#ifdef __cplusplus
}
#endif
#endif
