#ifndef PDFSIGN_EDITS_SAME_H
#define PDFSIGN_EDITS_SAME_H

#include "pdf/doc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Do two values say the same, however they are written? */

/* Bytes that may be looked at again and again until all further answers are no: looking entries up
 * in dictionaries that list them in another order takes time by the square of their size. */
enum { PDS_SAME_WORK = 1 << 26 };

/* *work: how many were so far. References are the same where their numbers are. */
bool pds_value_same(pds_span a, pds_span b, size_t *work);
/* As pds_dict_get, counted. */
bool pds_dict_get_counted(pds_span dict, const char *key, pds_span *value, size_t *work);
/* Name of a dictionary's entry, without its slash; "" where it is none of the usual ones: too long,
 * or with a NUL in it. */
enum { PDS_KEY_ROOM = 128 };
const char *pds_key_text(pds_span key, char text[PDS_KEY_ROOM]);

/* No value: an entry with null is as if it were not there (7.3.7). */
bool pds_is_nothing(pds_span value);

/* The same object, a stream's data included, which are compared as they stand in the file. */
PDS_USE pds_code pds_object_same(const pds_file *file, const pds_object *a, const pds_object *b,
                                 size_t *work, bool *same, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
