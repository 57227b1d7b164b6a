#ifndef PDS_INI_H
#define PDS_INI_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Settings in an INI file: "[section]", "name = value", and comments on lines of their own that
 * begin with ; or #. UTF-8. A name may stand more than once; an indented line is one more value of
 * the name before it. */
typedef struct pds_ini_entry {
    const char *section;      /* "" before the first */
    const char *name, *value; /* NULL: the section begins */
    unsigned line;            /* from 1 */
} pds_ini_entry;

/* All is lent for the call. A fault ends the reading; its text gets the line put before it. */
typedef pds_code (*pds_ini_fn)(void *ctx, const pds_ini_entry *entry, pds_err *e);

/* errors: PDS_E_INPUT_UNREADABLE there is none, or it is no regular file; PDS_E_LIMIT it is longer
 * than 256 KiB; PDS_E_USAGE a line that is none of these, or that the library of package libinih1
 * would cut; PDS_E_LIBRARY_MISSING; those of fn */
PDS_API PDS_USE pds_code pds_ini_read(const char *path, pds_ini_fn fn, void *ctx, pds_err *e);

/* Gives a name of a section this one value; section, file and folders are made where they are not.
 * All other lines stay as they are. The file is replaced as a whole, or stays. errors: of
 * pds_ini_read; PDS_E_USAGE what can't stand in a line; of pds_output */
PDS_API PDS_USE pds_code pds_ini_set(const char *path, const char *section, const char *name,
                                     const char *value, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
