#ifndef PDS_READER_H
#define PDS_READER_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Page readers: helper programs, sandboxed and without a key, that find words on pages and draw
 * pages as pictures. Each thread that needs one gets its own, started at its first use and kept for
 * the next file; the end of one is an error of its file only.
 */
typedef struct pds_reader pds_reader;

PDS_API PDS_USE pds_code pds_reader_new(pds_reader **out, pds_err *e);
PDS_API void pds_reader_drop(pds_reader **reader); /* ends the helpers */

#ifdef __cplusplus
}
#endif
#endif
