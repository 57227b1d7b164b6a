#ifndef PDS_READER_H
#define PDS_READER_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Page readers: helper programs, sandboxed and without a key, that find words on pages and draw
 * pages as pictures. Each thread that needs one gets its own, started at its first use and kept for
 * the next file; the end of one is an error of its file only. A job that names none makes one for
 * itself, so give the same one to all jobs of a batch.
 */
typedef struct pds_reader pds_reader;

/* out: owned by the caller; any number of threads may use it. Nothing is started yet: a helper that
 * cannot be is told by its first use, as PDS_E_LIBRARY_MISSING. errors: PDS_E_NO_MEMORY */
PDS_API PDS_USE pds_code pds_reader_new(pds_reader **out, pds_err *e);
/* Ends the helpers, when no job uses them any more; *reader becomes NULL. A NULL inside is allowed.
 */
PDS_API void pds_reader_drop(pds_reader **reader);

#ifdef __cplusplus
}
#endif
#endif
