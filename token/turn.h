#ifndef TOKEN_TURN_H
#define TOKEN_TURN_H

#ifdef __cplusplus
extern "C" {
#endif

/* One PIN at a time is asked for and offered to a token: a wrong one is known before another thread
 * could offer it too, and who was asked once is not asked by the others. Other tokens go on
 * meanwhile. */
typedef struct pds_turn pds_turn;

/* Waits until no other thread has that token's turn. Nests: who is asked may open another key
 * meanwhile. token: pds_opened_id. Always gives one. */
pds_turn *pds_turn_take(const char *token);
void pds_turn_give(pds_turn **turn);

#ifdef __cplusplus
}
#endif
#endif
