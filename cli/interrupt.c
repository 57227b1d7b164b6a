#include "cli/interrupt.h"

#include <pds/sign.h>

#include <poll.h>
#include <signal.h>

static volatile sig_atomic_t came;

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

bool cli_wait_readable(int fd)
{
    enum { STEP_MS = 200 }; /* a signal may come between the look at it and poll() */
    struct pollfd wanted = { .fd = fd, .events = POLLIN };
    int n = 0;
    while (came == 0 && n <= 0) {
        n = poll(&wanted, 1, STEP_MS);
    }
    return came == 0;
}
