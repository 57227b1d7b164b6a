#ifndef CMS_OID_H
#define CMS_OID_H

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The body of an OBJECT IDENTIFIER, from a string literal, for tables. */
#define PDS_OID(bytes)                              \
    {                                               \
        (const uint8_t *)(bytes), sizeof(bytes) - 1 \
    }

enum { PDS_OID_TEXT = 128 };

/* "1.2.840…" of a body; "?" where it is none or too long. */
void pds_oid_text(pds_span body, char out[PDS_OID_TEXT]);

#ifdef __cplusplus
}
#endif
#endif
