#ifndef TESTS_TOKEN_PLUG_H
#define TESTS_TOKEN_PLUG_H

/* Virtual cards (fixtures/card) that a test plugs in, spoils, counts and pulls out. For tests that
 * run inside with_readers. */

#include "tests/base/scratch.h"
#include "token/guard.h"

#include <sys/types.h>

typedef struct plug {
    scratch s;
    pid_t id; /* of the card's process; 0: none */
    int slot; /* reader 0 or 1 */
} plug;

/* A card with these options of virtual_card, blanks between them; plugged in when it returns. A
 * fault ends the test. */
void plug_in(plug *p, int slot, const char *options);
void plug_out(plug *p);
/* "pull", "fault hang ins=87" …; the answer is lent until the next call. */
const char *plug_tell(const plug *p, const char *request);
/* A number of what "count" tells: "exchanges", "pin_left" … */
long plug_count(const plug *p, const char *name);
/* Waits until the reader says so. */
void plug_wait(const plug *p, bool card);

/* The card's device, found and opened. */
pds_guarded *plug_open(const plug *p);
pds_code plug_try_open(const plug *p, pds_guarded **out, pds_err *e);
/* Its key in the slot "9c"; keys are the caller's. */
const pds_device_key *plug_key(pds_guarded *device, const char *slot, pds_device_keys *keys);
pds_secret *plug_secret(const char *text);
/* Logs in with that PIN. */
pds_code plug_login(pds_guarded *device, const char *pin, pds_err *e);

/* Stops and starts the service behind the readers. */
void plug_service(bool runs);

#endif
