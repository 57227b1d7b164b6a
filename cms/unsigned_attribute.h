#ifndef CMS_UNSIGNED_ATTRIBUTE_H
#define CMS_UNSIGNED_ATTRIBUTE_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is put into a finished SignedData that somebody else made (RFC 5652, 5.3: unsignedAttrs).
 * Every byte stays as it is, but for the lengths of the six structures around the attribute, which
 * nobody signs. */

/**
 * cms        one ContentInfo in DER, nothing behind it, with one SignerInfo
 * attribute  DER of an Attribute; goes where the order of DER has it among those that are there
 * out        gets the new ContentInfo
 * errors     PDS_E_STATE_MISMATCH it is not so: BER among that; PDS_E_NO_MEMORY, PDS_E_LIMIT
 */
PDS_USE pds_code pds_unsigned_attribute_add(pds_span cms, pds_span attribute, pds_buf *out,
                                            pds_err *e);
/* The same of a signature timestamp (ETSI EN 319 122-1, 5.3). token: its ContentInfo */
PDS_USE pds_code pds_signature_timestamp_add(pds_span cms, pds_span token, pds_buf *out,
                                             pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
