#ifndef PDFSIGN_SIGNATURE_DICT_H
#define PDFSIGN_SIGNATURE_DICT_H

#include "base/clock.h"
#include "pdf/value.h"
#include "pdfsign/lock.h"

#include <pds/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PDS_FILTER           "Adobe.PPKLite"
#define PDS_SUB_FILTER       "ETSI.CAdES.detached"
#define PDS_STAMP_SUB_FILTER "ETSI.RFC3161"

/* Entries of the signature dictionary (ISO 32000-2, table 255) but /ByteRange and /Contents.
 * catalog: /Data of a FieldMDP transform. */
void pds_signature_dict_put(const pds_signature_options *options, const pds_lock *lock,
                            pds_ref catalog, const pds_moment *when, pds_buf *out);
/* The same of a document timestamp (12.8.5), whose time is in its token alone. */
void pds_signature_dict_put_stamp(pds_buf *out);

#ifdef __cplusplus
}
#endif
#endif
