#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first SIGINT, SIGTERM, SIGHUP or SIGQUIT asks the engine to stop at its next step; the same
 * signal again ends the process at once. Signals that were ignored at the start stay so. */
void cli_interrupt_init(void);
/* The signal that came, or 0. */
int cli_interrupted(void);
/* The run stops: nobody is asked for anything from now on, nor waited for who was. */
void cli_stop_asking(void);
/* errors: PDS_E_INTERRUPTED a signal came; PDS_E_PIN_NEEDED cli_stop_asking() was called */
PDS_USE pds_code cli_may_ask(pds_err *e);
/* Waits until fd has something to read, that who is asked gives. errors: those of cli_may_ask */
PDS_USE pds_code cli_wait_readable(int fd, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
