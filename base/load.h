#ifndef BASE_LOAD_H
#define BASE_LOAD_H

#include "base/err.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A function of a library that is loaded when it is first needed: linking all of them would cost
 * every start several times what a signature costs. */
typedef struct pds_symbol {
    const char *name;
    size_t at; /* offset of its pointer in the table */
} pds_symbol;

typedef struct pds_library {
    const char *soname;  /* "libpng16.so.16" */
    const char *package; /* what Debian calls it, for the fault */
    const pds_symbol *symbols;
    size_t count;
    void *table; /* struct of function pointers, filled once */
    int loaded;  /* atomic; begins as 0 */
} pds_library;

/* Loads the library at the first call; it stays loaded. Any thread may call at any time.
 * errors: PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_library_load(pds_library *library, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
