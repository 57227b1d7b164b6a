#ifndef TOKEN_GUARD_H
#define TOKEN_GUARD_H

#include "token/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Devices whose calls may hang - a reader, a card, a vendor's module: the slots of pds_device_ops,
 * each made by a thread that can be given up (token/worker.h) and within a time of its own. After
 * PDS_E_TOKEN_HUNG a device is of no more use; it is closed when the call comes back, if it does.
 */
typedef struct pds_guarded pds_guarded;

/* As the slots of those names, but that look makes a note of what is wrong with the place. */
PDS_USE pds_code pds_guard_places(const pds_device_ops *ops, const char *rest, pds_device_list *out,
                                  pds_err *e);
PDS_USE pds_code pds_guard_look(const pds_device_ops *ops, const pds_device_info *place,
                                const char *rest, pds_device_list *out, pds_err *e);
/* All that is there, place by place: one that hangs, or fails, hides no other. */
PDS_USE pds_code pds_guard_find(const pds_device_ops *ops, const char *rest, pds_device_list *out,
                                pds_err *e);
/* The same in so many milliseconds, readers without a token and what is gone again, too. */
PDS_USE pds_code pds_guard_search(const pds_device_ops *ops, long ms, pds_device_list *out,
                                  pds_err *e);
/* Of a row's slots: mark, disconnect; errors: PDS_E_KEY_UNSUPPORTED it has none */
PDS_USE pds_code pds_guard_mark(const pds_device_ops *ops, uint64_t *out, pds_err *e);
PDS_USE pds_code pds_guard_disconnect(const pds_device_ops *ops, const pds_device_info *info,
                                      pds_err *e);
PDS_USE pds_code pds_guard_open(const pds_device_ops *ops, const pds_device_info *info,
                                pds_guarded **out, pds_err *e);
void pds_guard_close(pds_guarded **g);
/* Nothing more can be done with it: a call was given up, or it is another process's. */
bool pds_guard_is_lost(pds_guarded *g);
const pds_device_ops *pds_guard_ops(const pds_guarded *g);
/* A slot that the row has not. errors: PDS_E_KEY_UNSUPPORTED, always */
PDS_USE pds_code pds_guard_unsupported(const pds_device_ops *ops, pds_err *e);

/* As the slots of those names; any thread, but what a slot says of others under way holds. */
PDS_USE pds_code pds_guard_keys(pds_guarded *g, const char *rest, pds_device_keys *out, pds_err *e);
PDS_USE pds_code pds_guard_pin_state(pds_guarded *g, pds_pin_state *out, pds_err *e);
PDS_USE pds_code pds_guard_login(pds_guarded *g, const pds_secret *pin, pds_err *e);
PDS_USE pds_code pds_guard_sign(pds_guarded *g, const pds_device_key *key, pds_algorithm algorithm,
                                pds_span message, const pds_secret *pin, pds_buf *signature,
                                pds_err *e);
/* locked: of pds_locked_new. */
PDS_USE pds_code pds_guard_decrypt(pds_guarded *g, const pds_device_key *key,
                                   const pds_decryption *how, const pds_secret *pin,
                                   pds_buf *locked, pds_err *e);
PDS_USE pds_code pds_guard_change_pin(pds_guarded *g, const pds_secret *old, const pds_secret *pin,
                                      pds_err *e);
PDS_USE pds_code pds_guard_unblock(pds_guarded *g, const pds_secret *puk, const pds_secret *pin,
                                   pds_err *e);
PDS_USE pds_code pds_guard_read_object(pds_guarded *g, unsigned number, pds_buf *out, pds_err *e);
PDS_USE pds_code pds_guard_write_object(pds_guarded *g, unsigned number, pds_span bytes,
                                        const pds_secret *management, pds_err *e);
PDS_USE pds_code pds_guard_object_max(pds_guarded *g, size_t *out, pds_err *e);

/* Seconds that calls may take, for tests; 0: the usual ones again. */
void pds_guard_set_patience(long seconds);

#ifdef __cplusplus
}
#endif
#endif
