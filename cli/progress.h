#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/report.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shows how far a report has come, from a thread of its own: a bar on standard error, or, with
 * --json and --progress always, a JSON line each second. */
typedef struct cli_progress {
    cli_report *report;
    long quiet_ms;      /* before the first sign of it */
    bool running, stop; /* stop: under lock */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
} cli_progress;

/* Starts nothing where nothing would be shown. */
void cli_progress_start(cli_progress *p, const cli_args *args, cli_report *report);
/* Ends the thread and takes the bar off the screen. */
void cli_progress_stop(cli_progress *p);

/* The bar as text of at most `columns` columns; out of at least `size` bytes. */
void cli_progress_text(size_t done, size_t total, long seconds, size_t columns, char *out,
                       size_t size);

#ifdef __cplusplus
}
#endif
#endif
