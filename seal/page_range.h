#ifndef SEAL_PAGE_RANGE_H
#define SEAL_PAGE_RANGE_H

#include "base/err.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Page ranges as qpdf writes them: "1,3-5,r1,z,9-7,1-z:odd". rN counts from the end, z is the last
 * page; "x4" and "x4-6" take pages out of the part before; ":odd" and ":even", at the end, keep
 * every second of the pages that the range gives, beginning with its first or second.
 */

/* Is the text a range? errors: PDS_E_USAGE, naming the part */
PDS_USE pds_code pds_page_range_check(const char *text, pds_err *e);
/* The pages of a document of `pages` pages, ascending, each once; out has room for all of them. An
 * empty text is every page. errors: as above; PDS_E_PLACE_REFUSED no such page */
PDS_USE pds_code pds_page_range_select(const char *text, uint32_t pages, uint32_t *out,
                                       size_t *count, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
