#ifndef CMS_DER_H
#define CMS_DER_H

#include "base/err.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* DER reader (ITU-T X.690, 8.1 and 10): spans of elements, no copies. */
enum {
    PDS_DER_INTEGER = 0x02,
    PDS_DER_OCTETS = 0x04,
    PDS_DER_OID = 0x06,
    PDS_DER_SEQUENCE = 0x30,
    PDS_DER_SET = 0x31
};

typedef struct pds_der {
    uint8_t tag;    /* identifier octet; tags above 30 are refused */
    pds_span whole; /* header and body */
    pds_span body;
} pds_der;

/* Takes one element from the front of *in: definite, shortest length. False and no change
 * otherwise. */
bool pds_der_take(pds_span *in, pds_der *out);
/* The same, of this tag only. */
bool pds_der_expect(pds_span *in, uint8_t tag, pds_der *out);
/* Is all of it one well-formed DER element, nested ones too, at most 64 deep? */
bool pds_der_valid(pds_span der);

#ifdef __cplusplus
}
#endif
#endif
