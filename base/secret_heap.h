#ifndef BASE_SECRET_HEAP_H
#define BASE_SECRET_HEAP_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Locked memory that core dumps leave out and that is wiped when freed, for what OpenSSL makes of a
 * private key. Its own secure heap holds the numbers of a key, but not what it derives from them:
 * a Montgomery context keeps each factor of an RSA key in ordinary memory. So, between enter and
 * leave, all that OpenSSL allocates in this thread comes from the secure heap; where that is full,
 * or OpenSSL was in use before init, ordinary memory serves as it would have anyway.
 */

/* Once, early, from one thread; later calls do nothing. */
void pds_secret_heap_init(void);
/* May be nested. What is allocated in between may be freed anywhere and at any time. */
void pds_secret_heap_enter(void);
void pds_secret_heap_leave(void);

#ifdef __cplusplus
}
#endif
#endif
