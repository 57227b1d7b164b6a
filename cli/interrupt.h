#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first SIGINT, SIGTERM, SIGHUP or SIGQUIT asks the engine to stop at its next step; the same
 * signal again ends the process at once. Signals that were ignored at the start stay so. */
void cli_interrupt_init(void);
/* The signal that came, or 0. */
int cli_interrupted(void);
/* Waits until fd has something to read; false: a signal came first. */
bool cli_wait_readable(int fd);

#ifdef __cplusplus
}
#endif
#endif
