#ifndef VIEW_SELFTEST_H
#define VIEW_SELFTEST_H

#ifdef __cplusplus
extern "C" {
#endif

/* Enters the sandbox and tries what it has to refuse, and what it has to allow. Says on standard
 * error what came of each; returns an exit status. */
int pds_selftest(void);

#ifdef __cplusplus
}
#endif
#endif
