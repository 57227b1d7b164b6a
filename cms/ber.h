#ifndef CMS_BER_H
#define CMS_BER_H

#include "base/buf.h"
#include "cms/der.h"

#ifdef __cplusplus
extern "C" {
#endif

/* BER for the envelope of a foreign structure (ITU-T X.690, 8.1): lengths may be indefinite, or
 * longer than need be. What is hashed or compared must be DER, and is asked so by pds_der_valid. */

/* As pds_der_take. The body of an indefinite one ends before its end-of-contents octets, the whole
 * behind them. *loose becomes true where the element's own header or end is not DER. */
bool pds_ber_take(pds_span *in, pds_der *out, bool *loose);
bool pds_ber_expect(pds_span *in, uint8_t tag, pds_der *out, bool *loose);

/* A string type, whole or in pieces (X.690, 8.7.3); pieces of pieces are refused. tag: that of the
 * whole one. out lies in `in`, or in joined, where max is to be the length of all that is read:
 * then it never moves. False also without memory, which stays in joined. */
bool pds_ber_take_string(pds_span *in, uint8_t tag, pds_buf *joined, pds_span *out, bool *loose);

#ifdef __cplusplus
}
#endif
#endif
