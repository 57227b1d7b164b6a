#ifndef PDFSIGN_STAMPER_H
#define PDFSIGN_STAMPER_H

#include "timestamp/client.h"

#include <pds/level.h>
#include <pds/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Puts a line behind what is to be told to the user, once; what is too long is cut. url: "" none */
void pds_note(char notes[PDS_NOTES_MAX], const char *url, const char *text);
void pds_attempts_note(const pds_attempts *attempts, char notes[PDS_NOTES_MAX]);
/* That nobody was asked whether an authority is to be trusted, where it is so. */
void pds_stamp_note(const pds_timestamp *stamp, char notes[PDS_NOTES_MAX]);
/* Bytes to leave for a token: as large as any that came, and some more. Asks each authority once if
 * none has answered yet, so that it is known before a key is used, but not again within a minute.
 * attempts: those that did not answer well. errors: PDS_E_TIMESTAMP_FAILED none does */
PDS_USE pds_code pds_stamper_room(pds_stamper *stamper, size_t *out, pds_attempts *attempts,
                                  pds_err *e);
/* A timestamp of these bytes, a signature value. errors: those of pds_timestamp_get */
PDS_USE pds_code pds_stamper_stamp(pds_stamper *stamper, pds_span signature, pds_timestamp *out,
                                   pds_attempts *attempts, pds_err *e);
/* Is an authority named? */
bool pds_stamper_can_stamp(const pds_stamper *stamper);
/* Which digest its timestamps are of. */
pds_digest pds_stamper_digest(const pds_stamper *stamper);
/* The same of what has this digest. */
PDS_USE pds_code pds_stamper_stamp_digest(pds_stamper *stamper, pds_span imprint,
                                          pds_timestamp *out, pds_attempts *attempts, pds_err *e);
/* Does a timestamp of these bytes hold that came with them? errors: those of pds_timestamp_check */
PDS_USE pds_code pds_stamper_check(const pds_stamper *stamper, pds_span signature, pds_span token,
                                   pds_timestamp *out, pds_err *e);
/* Seconds that revocation is asked for after a proven time; 0: at once. */
int64_t pds_stamper_grace(const pds_stamper *stamper);
/* When it was made: what its verifier fetched itself is no older, what a cache's folder held before
 * is. */
time_t pds_stamper_begun(const pds_stamper *stamper);
/* Who judges what has to last: with the same trust, online unless told otherwise; lent. */
pds_verifier *pds_stamper_verifier(const pds_stamper *stamper);

#ifdef __cplusplus
}
#endif
#endif
