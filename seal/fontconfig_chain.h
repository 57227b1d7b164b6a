#ifndef SEAL_FONTCONFIG_CHAIN_H
#define SEAL_FONTCONFIG_CHAIN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Installed fonts with outlines, in the order in which they are to be tried: sans-serif faces for
 * Chinese first. No lock: one thread at a time. */
typedef struct pds_font_chain pds_font_chain;

typedef struct pds_font_place {
    const char *path; /* lent by the chain */
    unsigned index;
} pds_font_place;

/* errors: PDS_E_LIBRARY_MISSING; PDS_E_FONT_UNREADABLE fontconfig finds no configuration */
PDS_USE pds_code pds_font_chain_open(pds_font_chain **out, pds_err *e);
/* Only faces of this name: family, full or PostScript name, with properties behind ':' as
 * fontconfig has them. errors: PDS_E_FONT_UNREADABLE none is installed */
PDS_USE pds_code pds_font_chain_named(const char *name, pds_font_chain **out, pds_err *e);
void pds_font_chain_drop(pds_font_chain **chain);

size_t pds_font_chain_count(const pds_font_chain *chain);
pds_font_place pds_font_chain_at(const pds_font_chain *chain, size_t i);
bool pds_font_chain_has(const pds_font_chain *chain, size_t i, uint32_t character);

#ifdef __cplusplus
}
#endif
#endif
