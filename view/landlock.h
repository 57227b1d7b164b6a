#ifndef VIEW_LANDLOCK_H
#define VIEW_LANDLOCK_H

#ifdef __cplusplus
extern "C" {
#endif

/* From here on only fonts and tables of characters can be opened, where the kernel knows how to
 * keep that (Landlock, Linux 5.13); else the filter of calls has to do alone. Returns whether. */
int pds_landlock_enter(void);

#ifdef __cplusplus
}
#endif
#endif
