#ifndef PDFSIGN_PREVIEW_H
#define PDFSIGN_PREVIEW_H

#include <pds/reader.h>
#include <pds/secret.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Pictures of all pages of a file: DIR/NAME-001.png and so on, at 150 dots per inch. */
typedef struct pds_preview {
    pds_reader *reader;         /* borrowed, as all of these */
    int fd;                     /* the file, its updates included; need not have a name */
    const pds_secret *password; /* or NULL */
    const char *folder;         /* exists already */
    const char *input;          /* the input's path or "-": NAME comes from it */
    bool overwrite;             /* replaces pictures that exist */
} pds_preview;

/* Each picture appears whole or not at all; after an error, those of the pages before stay.
 * errors: PDS_E_OUTPUT_*, and those of pds_reader_pictures */
PDS_USE pds_code pds_preview_write(const pds_preview *preview, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
