#ifndef CMS_SIGNED_DATA_PARSE_H
#define CMS_SIGNED_DATA_PARSE_H

/* SignedData (RFC 5652, 5; RFC 2315, 9) taken apart into spans: nothing is judged, nothing copied
 * but strings that stood in pieces. */

#include "base/buf.h"
#include "cms/cert.h"
#include "cms/der.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each of them DER or BER as it came; `whole` means with its header. */
typedef struct pds_signed_data_parts {
    size_t length; /* of the ContentInfo */
    bool loose;    /* not DER in its envelope */
    uint32_t version;
    pds_span digest_algorithms; /* body of the SET */
    pds_span content_type;      /* body of the OBJECT IDENTIFIER */
    bool has_content;
    pds_span content;      /* eContent, joined */
    pds_span certificates; /* body of [0]; empty: absent */
    pds_span crls;         /* body of [1] */
    size_t signers;        /* SignerInfos, of which the first stands below */

    uint32_t signer_version;
    pds_der sid;                  /* IssuerAndSerialNumber or [0] */
    pds_span digest_algorithm;    /* whole */
    pds_span signed_attributes;   /* whole, with the tag [0]; empty: absent */
    pds_span signature_algorithm; /* whole */
    pds_span signature;           /* value, joined */
    pds_span unsigned_attributes; /* body of [1] */
} pds_signed_data_parts;

/* From the front of `in`; anything may follow. joined: empty, outlives the parts. NULL: it is one;
 * else the name of the field that is broken or followed by what does not belong there. Where
 * signers is not 1, the fields of a SignerInfo may be missing. */
const char *pds_signed_data_parse(pds_span in, pds_signed_data_parts *out, pds_buf *joined);

/* Does sid name this certificate? By issuer and serial number it is looked at as DER: exactly byte
 * for byte, otherwise as names compare (RFC 5280, 7.1). False also where der is no certificate. */
bool pds_sid_names(const pds_der *sid, pds_span der, bool exactly);

#ifdef __cplusplus
}
#endif
#endif
