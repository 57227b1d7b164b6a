#ifndef VIEW_HELPER_H
#define VIEW_HELPER_H

#include "base/child.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A running pdfsign-view that waits for files; one file at a time. */
typedef struct pds_helper {
    pds_child child;
    int control; /* -1: none */
} pds_helper;

/* clang-format off */
#define PDS_HELPER_NONE { .control = -1 }
/* clang-format on */

/* errors: PDS_E_LIBRARY_MISSING the program or a library of it; PDS_E_READER_FAILED */
PDS_USE pds_code pds_helper_start(const char *program, int64_t patience_ms, pds_helper *h,
                                  pds_err *e);
/* Does it still run, as far as can be seen? */
PDS_USE bool pds_helper_alive(const pds_helper *h);
/* Hands over a file and the other end of the socket for answers; both stay the caller's to close.
 * False: the helper has gone. */
PDS_USE bool pds_helper_hand(const pds_helper *h, int file, int answers);
/* Kills it and what works for it. */
void pds_helper_drop(pds_helper *h);

#ifdef __cplusplus
}
#endif
#endif
