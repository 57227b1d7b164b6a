#ifndef TOKEN_TURN_H
#define TOKEN_TURN_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One PIN at a time is asked for and offered to a token: a wrong one is known before another thread
 * could offer it too, and who was asked once is not asked by the others. Other tokens go on
 * meanwhile. */
typedef struct pds_turn pds_turn;

/* Waits until no other thread has that token's turn. Nests: who is asked may open another key
 * meanwhile. token: pds_opened_id. out: given back in the same thread. errors: PDS_E_TOKEN_BUSY
 * whoever has it waits for a turn of this thread; PDS_E_INTERRUPTED; PDS_E_NO_MEMORY */
PDS_USE pds_code pds_turn_take(const char *token, pds_turn **out, pds_err *e);
void pds_turn_give(pds_turn **turn); /* also NULL */

#ifdef __cplusplus
}
#endif
#endif
