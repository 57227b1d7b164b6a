#ifndef VIEW_SECCOMP_FILTER_H
#define VIEW_SECCOMP_FILTER_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the kernel does for the process that reads a hostile file: memory, time, reading what is
 * open, opening for reading, and sending on one socket. All else fails with EPERM: no file is
 * written, made or removed, nothing connected, executed, forked, traced or killed, and no memory
 * becomes code.
 */

/* Makes the filter, before there is anything hostile; `answers` is where may be sent to. */
bool pds_filter_prepare(int answers);
/* No way back. False: the kernel cannot. */
bool pds_filter_enter(void);

#ifdef __cplusplus
}
#endif
#endif
