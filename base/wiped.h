#ifndef BASE_WIPED_H
#define BASE_WIPED_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory that is wiped when it is given back, for a library that copies passwords where nobody else
 * can reach them. As their namesakes of the C library. */
void *pds_wiped_malloc(size_t size);
void *pds_wiped_calloc(size_t count, size_t size);
void *pds_wiped_realloc(void *block, size_t size);
char *pds_wiped_strdup(const char *text);
void pds_wiped_free(void *block);

#ifdef __cplusplus
}
#endif
#endif
