#ifndef BASE_PIPE_H
#define BASE_PIPE_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Waits until a pipe can be read (POLLIN: also when its last writer is gone, which before the first
 * one it is not) or written (POLLOUT). errors: PDS_E_INTERRUPTED */
PDS_USE pds_code pds_pipe_wait(int fd, short events, pds_err *e);
/* Opens a FIFO for writing, waiting for its reader.
 * errors: PDS_E_OUTPUT_FAILED, PDS_E_OUTPUT_REFUSED something else is there, PDS_E_INTERRUPTED */
PDS_USE pds_code pds_pipe_open(const char *path, int *out, pds_err *e);
/* Everything in the file `from` goes out to `to`. errors: PDS_E_OUTPUT_FAILED, PDS_E_INTERRUPTED */
PDS_USE pds_code pds_pipe_pour(int from, int to, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
