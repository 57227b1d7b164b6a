#include "cli/run.h"

#include "cli/interrupt.h"
#include "cli/progress.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { EXIT_SOME_FAILED = 3, EXIT_ALL_FAILED = 4, EXIT_KEY = 8, EXIT_SIGNAL = 128 };

/* One run: the files are handed out in order; whoever is free takes the next. */
typedef struct pool {
    const cli_work *work;
    cli_files *files;
    cli_report *report;
    atomic_size_t next;
    atomic_int stop; /* the code that ended the run early, or PDS_OK */
} pool;

static bool stops_all(const cli_work *work, pds_code code)
{
    return code == PDS_E_USAGE || code == PDS_E_INTERRUPTED ||
           (work->with_keys && pds_code_exit(code) == EXIT_KEY);
}

/* What others fail with because of it is no other reason. */
static void stop(pool *p, pds_code code)
{
    int running = PDS_OK;
    (void)atomic_compare_exchange_strong(&p->stop, &running, (int)code);
    cli_stop_asking();
}

static void work_on(pool *p, cli_file *file)
{
    pds_err e = { .offset = -1 };
    cli_outcome outcome = cli_report_begin(p->report, file);
    pds_code code = p->work->step(p->work->ctx, file, &outcome, &e);
    file->tried = true;
    file->done = code == PDS_OK;
    file->exit = file->done ? outcome.exit : pds_code_exit(code);
    if (file->done) {
        cli_report_done(p->report, file, &outcome);
        return;
    }
    if (stops_all(p->work, code)) {
        stop(p, code);
    }
    cli_report_failed(p->report, &outcome, file, &e);
}

static void *work_through(void *arg)
{
    pool *p = arg;
    while (atomic_load(&p->stop) == PDS_OK && cli_interrupted() == 0) {
        size_t i = atomic_fetch_add(&p->next, 1);
        if (i >= p->files->count) {
            break;
        }
        work_on(p, &p->files->items[i]);
    }
    return NULL;
}

/* This thread is one of the workers; a thread that can't be had is done without. */
static void run_threads(pool *p)
{
    enum { THREADS_MAX = 256 };
    pthread_t threads[THREADS_MAX];
    size_t wanted = (size_t)p->work->args->jobs, count = 0;
    wanted = wanted > p->files->count ? p->files->count : wanted;
    while (count + 1 < wanted && count < THREADS_MAX &&
           pthread_create(&threads[count], NULL, work_through, p) == 0) {
        count++;
    }
    (void)work_through(p);
    while (count > 0) {
        (void)pthread_join(threads[--count], NULL);
    }
}

/* Results that were written are made safe even when the run was cut short. */
static pds_code sync_outputs(const pool *p, pds_err *e)
{
    const cli_args *args = p->work->args;
    if (args->durability != PDS_DURABILITY_BATCH || p->files->items[0].output == NULL ||
        args->dry_run || args->preview != NULL) {
        return PDS_OK;
    }
    const char **paths = calloc(p->files->count, sizeof *paths);
    size_t count = 0;
    if (paths == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < p->files->count; i++) {
        const cli_file *file = &p->files->items[i];
        if (file->done && strcmp(file->output, "-") != 0) {
            paths[count++] = file->output;
        }
    }
    pds_code code = count > 0 ? pds_outputs_sync(paths, count, e) : PDS_OK;
    free((void *)paths);
    return code;
}

/* Its place in the order; a status that stands nowhere there comes before all of it. */
static size_t rank(const int *order, int status)
{
    size_t place = 0;
    while (order[place] != 0 && order[place] != status) {
        place++;
    }
    return order[place] == status ? place + 1 : 0;
}

static int worst_of(const int *order, const cli_files *files)
{
    int worst = 0;
    for (size_t i = 0; i < files->count; i++) {
        int status = files->items[i].exit;
        worst = rank(order, status) < rank(order, worst) ? status : worst;
    }
    return worst;
}

/* A lower level than was asked for is written, but no success. */
static size_t count_good(const cli_files *files)
{
    size_t count = 0;
    for (size_t i = 0; i < files->count; i++) {
        count += files->items[i].done && files->items[i].exit == 0 ? 1 : 0;
    }
    return count;
}

static int exit_of(const pool *p)
{
    const cli_report *r = p->report;
    pds_code stop = (pds_code)atomic_load(&p->stop);
    if (cli_interrupted() != 0 && r->done < r->total) {
        return EXIT_SIGNAL + cli_interrupted();
    }
    if (stop != PDS_OK) {
        return pds_code_exit(stop);
    }
    if (p->work->worst_first != NULL) {
        return worst_of(p->work->worst_first, p->files);
    }
    if (r->total == 1) {
        return p->files->items[0].exit;
    }
    const size_t good = count_good(p->files);
    return good == r->total ? 0 : good == 0 ? EXIT_ALL_FAILED : EXIT_SOME_FAILED;
}

static void report_skipped(const pool *p, int exit)
{
    for (size_t i = 0; i < p->files->count; i++) {
        if (!p->files->items[i].tried) {
            cli_report_skipped(p->report, &p->files->items[i], exit);
        }
    }
}

int cli_run(const cli_work *work, cli_files *files)
{
    pds_err e = { .offset = -1 };
    CLI_OWN(cli_report_drop) cli_report report = CLI_REPORT_NONE;
    cli_progress progress;
    pool p = { .work = work, .files = files, .report = &report };

    cli_report_init(&report, work->args, work->status, files->count);
    if (work->in_order && cli_report_in_order(&report, files, &e) != PDS_OK) {
        return cli_run_failed(work->args, &e);
    }
    cli_progress_start(&progress, work->args, &report);
    run_threads(&p);
    pds_code synced = sync_outputs(&p, &e);
    cli_progress_stop(&progress);
    int status = exit_of(&p);
    report_skipped(&p, status);
    if (synced != PDS_OK) {
        cli_report_error(&report, &e);
        status = status == 0 || status == EXIT_SOME_FAILED ? pds_code_exit(synced) : status;
    }
    cli_report_summary(&report, status);
    return status;
}

int cli_run_failed(const cli_args *args, const pds_err *e)
{
    cli_report report = CLI_REPORT_NONE;
    cli_report_init(&report, args, NULL, 0);
    cli_report_error(&report, e);
    bool signalled = e->code == PDS_E_INTERRUPTED && cli_interrupted() != 0;
    return signalled ? EXIT_SIGNAL + cli_interrupted() : pds_code_exit(e->code);
}
