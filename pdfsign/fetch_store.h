#ifndef PDFSIGN_FETCH_STORE_H
#define PDFSIGN_FETCH_STORE_H

#include "base/buf.h"

#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Answers of services in a folder, for other processes and later ones: the bytes as they came, one
 * file for each question. Nothing in it is secret, and nothing in it is believed: who takes an
 * answer out judges it as if it had just come over the network. Any thread, and any number of
 * processes with one folder. */
typedef struct pds_fetch_store pds_fetch_store;

enum { PDS_STORE_SECONDS_MAX = 86400 /* that an answer is kept, however long it is good */ };

/* One answer. Begin with { 0 }. */
typedef struct pds_stored {
    pds_buf body;   /* owned */
    time_t fetched; /* before it was asked for */
    time_t until;   /* it is good for */
} pds_stored;
void pds_stored_drop(pds_stored *stored);

/* Makes the folder, for its owner alone, where its parent is there, and takes out what is too old
 * or too much. errors: PDS_E_OUTPUT_FAILED it can't be made, read or written to; PDS_E_NO_MEMORY */
PDS_USE pds_code pds_fetch_store_open(const char *folder, pds_fetch_store **out, pds_err *e);
void pds_fetch_store_drop(pds_fetch_store **store);

/* key: a hash of the question. *found: false where there is no whole answer that is still good;
 * whatever else has its name counts as none. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_fetch_store_get(pds_fetch_store *store, const uint8_t key[32], pds_stored *out,
                                     bool *found, pds_err *e);
/* Puts an answer in the place of an older one, whole or not at all. What can't be written is asked
 * for again by the next one. Bounded: 4,096 answers and 256 MiB, of which the oldest go first.
 * errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_fetch_store_put(pds_fetch_store *store, const uint8_t key[32],
                                     const pds_stored *answer, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
