#include "cli/progress.h"

#include "cli/i18n.h"
#include "cli/text.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STEP_MS = 100, QUIET_MS = 1000, LINE_MS = 1000 };

static bool is_wanted(const cli_args *args)
{
    const char *term = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): before the threads */
    if (args->quiet || args->progress == CLI_PROGRESS_NEVER) {
        return false;
    }
    if (args->progress == CLI_PROGRESS_ALWAYS) {
        return true;
    }
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    return !args->json && !dumb && isatty(STDERR_FILENO) == 1;
}

/* "[####......]  12/200  0:07"; of one file only the time is known. */
void cli_progress_text(size_t done, size_t total, long seconds, size_t columns, char *out,
                       size_t size)
{
    char tail[96];
    char bar[64] = "";
    if (total > 1) {
        (void)snprintf(tail, sizeof tail, "%zu/%zu  %ld:%02ld", done, total, seconds / 60,
                       seconds % 60);
    } else {
        (void)snprintf(tail, sizeof tail, "%ld:%02ld", seconds / 60, seconds % 60);
    }
    size_t used = strlen(tail) + 4;
    size_t cells = columns > used + 10 && total > 1 ? columns - used : 0;
    cells = cells > 40 ? 40 : cells;
    size_t full = total > 0 ? cells * done / total : 0;
    for (size_t i = 0; i < cells; i++) {
        bar[i] = i < full ? '#' : '.';
    }
    bar[cells] = '\0';
    (void)snprintf(out, size, cells > 0 ? "[%s]  %s" : "%s%s", bar, tail);
}

static void draw_bar(cli_report *r, long seconds)
{
    char text[160];
    size_t columns = cli_columns(STDERR_FILENO, 80) - 1; /* the last one would wrap */
    cli_progress_text(r->done + r->failed, r->total, seconds, columns, text, sizeof text);
    size_t width = strlen(text);
    cli_put(stderr, "\r%s%*s", text, (int)(r->bar > width ? r->bar - width : 0), "");
    (void)fflush(stderr);
    r->bar = width > r->bar ? width : r->bar;
}

static void draw(cli_report *r, long seconds)
{
    (void)pthread_mutex_lock(&r->lock);
    if (r->json) {
        cli_put(stdout,
                "{\"v\":1,\"type\":\"progress\",\"verb\":\"%s\",\"done\":%zu,\"failed\":%zu,"
                "\"total\":%zu}\n",
                r->verb, r->done, r->failed, r->total);
        (void)fflush(stdout);
    } else {
        draw_bar(r, seconds);
    }
    (void)pthread_mutex_unlock(&r->lock);
}

static struct timespec later(struct timespec from, long milliseconds)
{
    from.tv_sec += milliseconds / 1000;
    from.tv_nsec += milliseconds % 1000 * 1000000;
    if (from.tv_nsec >= 1000000000) {
        from.tv_sec++;
        from.tv_nsec -= 1000000000;
    }
    return from;
}

/* false: the work has ended. */
static bool wait_until(cli_progress *p, const struct timespec *when)
{
    (void)pthread_mutex_lock(&p->lock);
    int late = 0;
    while (!p->stop && late == 0) {
        late = pthread_cond_timedwait(&p->wake, &p->lock, when);
    }
    bool on = !p->stop;
    (void)pthread_mutex_unlock(&p->lock);
    return on;
}

static void *show(void *arg)
{
    cli_progress *p = arg;
    struct timespec begin;
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    struct timespec next = later(begin, p->quiet_ms);
    while (wait_until(p, &next)) {
        draw(p->report, (long)(next.tv_sec - begin.tv_sec));
        next = later(next, p->report->json ? LINE_MS : STEP_MS);
    }
    return NULL;
}

void cli_progress_start(cli_progress *p, const cli_args *args, cli_report *report)
{
    bool always = args->progress == CLI_PROGRESS_ALWAYS;
    *p = (cli_progress){ .report = report, .quiet_ms = always ? 0 : QUIET_MS };
    if (!is_wanted(args)) {
        return;
    }
    pthread_condattr_t monotonic;
    sigset_t all, before;
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    /* Signals go to the threads that work. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    p->running = pthread_create(&p->thread, NULL, show, p) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void cli_progress_stop(cli_progress *p)
{
    if (!p->running) {
        return;
    }
    (void)pthread_mutex_lock(&p->lock);
    p->stop = true;
    (void)pthread_cond_signal(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
    (void)pthread_join(p->thread, NULL);
    p->running = false;
    if (p->report->bar > 0) {
        cli_put(stderr, "\r%*s\r", (int)p->report->bar, "");
        (void)fflush(stderr);
        p->report->bar = 0;
    }
}
