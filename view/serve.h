#ifndef VIEW_SERVE_H
#define VIEW_SERVE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* No way back: see view/seccomp_filter.h and view/landlock.h. file: what is to be read, -1 none. */
bool pds_sandbox_enter(int file);
/* Takes one request from the socket PDS_VIEW_FD_CONTROL, enters the sandbox, and answers about the
 * file. */
void pds_serve(int file);

#ifdef __cplusplus
}
#endif
#endif
