#include "cli/interrupt.h"

#include "cli/fault.h"

#include <pds/sign.h>

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>

static volatile sig_atomic_t came;
static atomic_bool asking_is_over;

static void on_signal(int number)
{
    came = number;
    pds_interrupt();
}

void cli_interrupt_init(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction before;
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

int cli_interrupted(void)
{
    return came;
}

void cli_stop_asking(void)
{
    atomic_store(&asking_is_over, true);
}

pds_code cli_may_ask(pds_err *e)
{
    if (came != 0) {
        CLI_FAIL(e, PDS_E_INTERRUPTED, "interrupted");
    }
    if (atomic_load(&asking_is_over)) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "the run has stopped: nobody is asked for a PIN any more");
    }
    return PDS_OK;
}

pds_code cli_wait_readable(int fd, pds_err *e)
{
    enum { STEP_MS = 200 }; /* a signal may come between the look at it and poll() */
    struct pollfd wanted = { .fd = fd, .events = POLLIN };
    do {
        CLI_TRY(cli_may_ask(e));
    } while (poll(&wanted, 1, STEP_MS) <= 0);
    return cli_may_ask(e);
}
