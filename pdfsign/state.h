#ifndef PDFSIGN_STATE_H
#define PDFSIGN_STATE_H

#include "cms/signed_data.h"
#include "pdf/update.h"
#include "pdfsign/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A prepared job, kept as one JSON object so that scripts can take from it what has to be signed
 * (docs/cli.md, "Keys that answer later"): the update with its hole, the signer's certificates, and
 * the digests.
 */
typedef struct pds_state {
    char *input; /* path, absolute */
    uint64_t input_bytes;
    pds_buf update;
    pds_hole hole;
    pds_digest digest;
    uint8_t document_digest[PDS_DIGEST_MAX]; /* of the two byte ranges */
    pds_cert *cert;                          /* NULL: only a whole CMS can finish it */
    pds_certs chain;
    pds_algorithm algorithm;
    char field[256];
    char signing_time[32];
    uint32_t page;
    bool new_field;
    pds_level level; /* above B: there is room for a timestamp, and it has to be reached */
} pds_state;

/* input: what the state must not replace. */
PDS_USE pds_code pds_state_save(const pds_state *state, const pds_output *to, const pds_file *input,
                                pds_err *e);
/* errors: PDS_E_STATE_MISMATCH not a state, or damaged */
PDS_USE pds_code pds_state_load(const char *path, pds_state *out, pds_err *e);
/* The signer that the state names. */
pds_signer pds_state_signer(const pds_state *state);
/* Of the two byte ranges. */
pds_span pds_state_digest(const pds_state *state);
/* Bytes of the CMS that the hole takes. */
size_t pds_state_room(const pds_state *state);
void pds_state_drop(pds_state *state);

#ifdef __cplusplus
}
#endif
#endif
