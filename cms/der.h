#ifndef CMS_DER_H
#define CMS_DER_H

#include "base/err.h"

#include <pds/span.h>

#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* DER reader (ITU-T X.690, 8.1 and 10): spans of elements, no copies. */
enum {
    PDS_DER_BOOLEAN = 0x01,
    PDS_DER_INTEGER = 0x02,
    PDS_DER_BITS = 0x03,
    PDS_DER_OCTETS = 0x04,
    PDS_DER_NULL = 0x05,
    PDS_DER_OID = 0x06,
    PDS_DER_UTC_TIME = 0x17,
    PDS_DER_GENERALIZED_TIME = 0x18,
    PDS_DER_SEQUENCE = 0x30,
    PDS_DER_SET = 0x31,
    /* constructed ones of a context, EXPLICIT or of a structure; primitive: less 0x20 */
    PDS_DER_CONTEXT_0 = 0xa0,
    PDS_DER_CONTEXT_1 = 0xa1,
    PDS_DER_CONTEXT_2 = 0xa2,
    PDS_DER_CONTEXT_3 = 0xa3,
    PDS_DER_PRIMITIVE_0 = 0x80
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
/* An INTEGER, its body, in shortest form, from 0 to UINT32_MAX. */
bool pds_der_uint(pds_span body, uint32_t *out);
/* UTCTime or GeneralizedTime in UTC, with seconds, in the form of DER (X.690, 11.7 and 11.8); a
 * fraction of a second is cut off. UTCTime: 1950 to 2049 (RFC 5280, 4.1.2.5.1). */
bool pds_der_time(const pds_der *element, time_t *out);

#ifdef __cplusplus
}
#endif
#endif
