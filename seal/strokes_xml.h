#ifndef SEAL_STROKES_XML_H
#define SEAL_STROKES_XML_H

#include "base/err.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_tag_kind { PDS_TAG_END, PDS_TAG_OPEN, PDS_TAG_CLOSE, PDS_TAG_EMPTY } pds_tag_kind;

/* A tag of an XML text; all lent by it. */
typedef struct pds_tag {
    pds_tag_kind kind; /* END: of the text */
    pds_span name;     /* without its prefix */
    pds_span attributes;
} pds_tag;

/* Takes the next tag from the front of *in, passing over text, comments and instructions. What
 * declares entities is refused. errors: PDS_E_USAGE */
PDS_USE pds_code pds_tag_take(pds_span *in, pds_tag *out, pds_err *e);
/* The value of an attribute, empty if it is not there. errors: PDS_E_USAGE, references too */
PDS_USE pds_code pds_tag_attribute(const pds_tag *tag, const char *name, pds_span *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
