#ifndef PDS_SECRET_H
#define PDS_SECRET_H

#include <pds/err.h>
#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A PIN or password: one fixed array in locked memory that core dumps leave out, wiped when freed.
 * Never copied into a growing buffer, printed, or logged.
 */
typedef struct pds_secret pds_secret;

enum { PDS_SECRET_MAX = 1024 }; /* bytes */

/* Locks what later secrets and private keys live in; call once, early, from one thread. Without it
 * the first secret does it. Never fails: where memory can't be locked it is still left out of
 * dumps. */
PDS_API void pds_secret_init(void);

PDS_API PDS_USE pds_code pds_secret_new(pds_secret **out, pds_err *e);
/* Each replaces the secret. errors: PDS_E_LIMIT longer than PDS_SECRET_MAX; PDS_E_PIN_NEEDED the
 * source does not exist, can't be read, or is empty. file and fd: the first line, without its end.
 */
PDS_API PDS_USE pds_code pds_secret_set(pds_secret *s, pds_span bytes, pds_err *e);
PDS_API PDS_USE pds_code pds_secret_from_file(pds_secret *s, const char *path, pds_err *e);
PDS_API PDS_USE pds_code pds_secret_from_fd(pds_secret *s, int fd, pds_err *e);
/* Also removes the variable from the environment, so that child processes don't see it. */
PDS_API PDS_USE pds_code pds_secret_from_env(pds_secret *s, const char *variable, pds_err *e);
/* Adds to the secret, which is wiped if that fails. errors: those of pds_secret_set */
PDS_API PDS_USE pds_code pds_secret_add(pds_secret *s, pds_span bytes, pds_err *e);
/* NUL behind the bytes; lent until the secret changes or is freed. "" for NULL. */
PDS_API const char *pds_secret_text(const pds_secret *s);
PDS_API pds_span pds_secret_span(const pds_secret *s);
/* Wipes and frees; *s becomes NULL. NULL and a NULL inside are allowed. */
PDS_API void pds_secret_drop(pds_secret **s);

#ifdef __cplusplus
}
#endif
#endif
