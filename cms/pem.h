#ifndef CMS_PEM_H
#define CMS_PEM_H

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One block of a text (RFC 7468, and the headers of RFC 1421 that old private keys have). */
typedef struct pds_pem {
    pds_span label;   /* "CERTIFICATE" */
    pds_span headers; /* "Proc-Type: …" with line ends; mostly empty */
    pds_span base64;  /* lines */
} pds_pem;

/* Takes the next block, skipping what stands before it. False: there is none. Spans, no copies. */
bool pds_pem_next(pds_span *in, pds_pem *out);
/* Bytes that the block can decode to at most. */
size_t pds_pem_room(const pds_pem *block);
/* Decodes into room bytes of pds_pem_room. False: not base64. */
bool pds_pem_decode(const pds_pem *block, uint8_t *room, size_t *len);

#ifdef __cplusplus
}
#endif
#endif
