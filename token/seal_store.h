#ifndef TOKEN_SEAL_STORE_H
#define TOKEN_SEAL_STORE_H

#include "token/guard.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A picture in a token's objects. Object 0 is the head, the others are the parts in their order:
 *
 *   head = "PDSSEAL1" form(1) slot(1) parts(2) bytes(4) width_um(4) height_um(4) sha256(32)
 *
 * big-endian; form 0: PNG, 1: compact (colour r g b, width and height in pixels as 2 bytes each,
 * then the alpha mask, 8 bits a pixel, by zlib). slot: number of the first part, so that a new
 * picture stands beside the old one until its head is written; then all numbers that it does not
 * name are emptied. The digest is over the parts together.
 */
typedef struct pds_stored_seal {
    pds_buf bytes; /* owned */
    uint8_t form;
    uint32_t width_um, height_um;
} pds_stored_seal;

/* Its head is there; whether the parts fit together is seen when it is read. */
bool pds_seal_store_has(pds_guarded *g);
/* Bytes of the largest picture. */
PDS_USE pds_code pds_seal_store_max(pds_guarded *g, size_t *out, pds_err *e);
/* g: logged in where its objects are private. errors: PDS_E_SEAL_MISSING,
 * PDS_E_SEAL_DAMAGED, device errors */
PDS_USE pds_code pds_seal_store_read(pds_guarded *g, pds_stored_seal *out, pds_err *e);
/* errors: PDS_E_TOKEN_FULL, device errors */
PDS_USE pds_code pds_seal_store_write(pds_guarded *g, const pds_stored_seal *seal,
                                      const pds_secret *management, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
