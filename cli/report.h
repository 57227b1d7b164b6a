#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/options.h"
#include "cli/outputs.h"

#include <pds/json.h>

#include <pthread.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a step found out about one input. Texts may be NULL and are freed by the report. */
typedef struct cli_outcome {
    pds_json *json; /* the result line, begun; NULL without --json: setters do nothing then */
    bool chatty;    /* a person looks on: `note` may hold a sentence about success */
    int exit;       /* of a success: 0, or what a verdict gives */
    char *result;   /* lines that were asked for, to standard output */
    char *note;     /* lines for standard error */
    char *fault;    /* the line of a failure, likewise */
    bool ready;     /* internal: waits for those before it */
} cli_outcome;

/* One output at a time, whichever thread it comes from. */
typedef struct cli_report {
    const char *verb, *status; /* status of a success, as JSON names it */
    bool json, quiet, chatty;
    const cli_file *first; /* of all files */
    cli_outcome *waiting;  /* owned: one for each file; NULL: results go out as they come */
    size_t next;           /* the first that is not out; under lock, as `waiting` */
    pthread_mutex_t lock;
    size_t total, done, failed; /* under lock */
    size_t bar; /* columns of a progress bar that stand on the terminal; under lock */
} cli_report;

#define CLI_REPORT_NONE                   \
    {                                     \
        .lock = PTHREAD_MUTEX_INITIALIZER \
    }

void cli_report_init(cli_report *r, const cli_args *args, const char *status, size_t total);
/* From now on, results keep the order of the files. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code cli_report_in_order(cli_report *r, const cli_files *files, pds_err *e);
void cli_report_drop(cli_report *r);
/* The outcome that a step fills. */
cli_outcome cli_report_begin(const cli_report *r, const cli_file *file);
/* These end it: success, a fault, or not tried. */
void cli_report_done(cli_report *r, const cli_file *file, cli_outcome *outcome);
void cli_report_failed(cli_report *r, cli_outcome *outcome, const cli_file *file, const pds_err *e);
void cli_report_skipped(cli_report *r, const cli_file *file, int exit);
/* A fault of the whole call, and how several inputs ended; texts in order have a summary of their
 * own. */
void cli_report_error(cli_report *r, const pds_err *e);
void cli_report_summary(cli_report *r, int exit);

/* The fault on one line of standard error. */
void cli_print_fault(FILE *to, const pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
