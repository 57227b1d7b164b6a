#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

#include <sys/stat.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An input, read at any place and never mapped: others may change or cut it at any time. */
typedef struct pds_file {
    int fd; /* -1: not open */
    uint64_t size;
    struct stat identity; /* device, inode, size, mtime as found on opening */
    const char *path;     /* lent by the opener; "-" standard input */
    pds_span tail;        /* the last bytes of size, which are not in the file; lent */
} pds_file;

/* clang-format off */
#define PDS_FILE_NONE { .fd = -1 }
/* clang-format on */

/* Opens a regular file; "-" and FIFOs are first copied into an unnamed temporary file.
 * errors: PDS_E_INPUT_UNREADABLE */
PDS_USE pds_code pds_file_open(const char *path, pds_file *f, pds_err *e);
/* Exactly n bytes from offset into dst. errors: PDS_E_INPUT_CHANGED the file ends before them */
PDS_USE pds_code pds_file_read(const pds_file *f, uint64_t offset, void *dst, size_t n, pds_err *e);
/* The same file with bytes behind its end, as if they were written already; shares f's descriptor
 * and is not closed. */
pds_file pds_file_with_tail(const pds_file *f, pds_span tail);
/* Its first `size` bytes, at most all of them; shares f's descriptor and is not closed. */
pds_file pds_file_prefix(const pds_file *f, uint64_t size);
/* All its bytes, the tail included, in an unnamed temporary file, which the caller closes. errors:
 * PDS_E_INPUT_UNREADABLE no room for it; those of pds_file_read */
PDS_USE pds_code pds_file_copy(const pds_file *f, int *fd, pds_err *e);
/* The same file with the same size and times as when it was opened? errors: PDS_E_INPUT_CHANGED */
PDS_USE pds_code pds_file_unchanged(const pds_file *f, pds_err *e);
void pds_file_close(pds_file *f);

/* A whole small file (key, certificate, state). errors: PDS_E_INPUT_UNREADABLE, PDS_E_LIMIT */
PDS_USE pds_code pds_file_slurp(const char *path, size_t max, pds_buf *out, pds_err *e);

/* A file for reading and writing that never has a name; -1 and errno. */
PDS_USE int pds_file_unnamed(const char *folder);
/* $TMPDIR, else /tmp; lent. */
const char *pds_file_temporary_folder(void);
/* For PDS_OWN: closes *fd, if it is one, and leaves -1. */
void pds_fd_close(int *fd);
/* *fd for the caller to close; -1 stays. */
PDS_USE int pds_fd_take(int *fd);
/* fsync(), also when signals come. */
PDS_USE int pds_fd_sync(int fd);

#ifdef __cplusplus
}
#endif
#endif
