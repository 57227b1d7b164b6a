#ifndef CLI_VERIFY_REPORT_H
#define CLI_VERIFY_REPORT_H

#include "cli/report.h"

#include <pds/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How `verify` tells what it found: one writer for each --format. */

/* What people want to know of a file, each with its own status of docs/cli.md. */
typedef enum cli_verdict {
    CLI_VALID,
    CLI_INVALID,
    CLI_UNCONFIRMED,
    CLI_UNMET, /* valid, but not as demanded */
    CLI_UNSIGNED,
    CLI_UNREADABLE,
    CLI_UNTRIED,
    CLI_VERDICT_COUNT
} cli_verdict;

/* One input and what is known of it; all is lent. */
typedef struct cli_verified {
    const char *input;
    const pds_verification *found; /* NULL: it could not be read … */
    const pds_err *fault;          /* … for this reason; NULL: nobody tried */
    double seconds;
} cli_verified;

cli_verdict cli_verdict_of(const cli_verified *file);
cli_verdict cli_verdict_of_signature(const pds_verify_signature *s);
/* "valid", "invalid", "indeterminate", "requirement-not-met", "not-signed", "unreadable",
 * "not-tried": for programs. */
const char *cli_verdict_name(cli_verdict verdict);
/* For people, in their language. */
const char *cli_verdict_text(cli_verdict verdict);
/* One clause that says why, from the file: to be escaped. The caller frees it; NULL: no memory. */
char *cli_verdict_why(const cli_verified *file);
/* "signature 2 (Buyer)", in text to be escaped; number from 0 */
void cli_put_signature_name(FILE *to, const pds_verify_signature *s, size_t number);

/* A word of the interface (a kind, a status) in the user's language; what is none stays. */
const char *cli_word(const char *word);
/* "2026-11-21T09:30:00Z"; out of at least PDS_TIME_ROOM bytes; "" for 0 and beyond the calendar. */
void cli_utc(int64_t time, char *out);
/* "2026-11-21 17:30:00 +08:00", likewise. */
void cli_local_time(int64_t time, const char *zone, char *out);

/* "2026-11-21T09:30:00+08:00" in the same form; "" where it is written otherwise. */
void cli_claimed_time(const char *time, char *out);

/* What the text looks like. */
typedef struct cli_look {
    bool color;
    bool brief;       /* several files: no tree below one that is valid */
    bool verbose;     /* notes, fingerprints, every change */
    const char *zone; /* NULL: the environment's */
} cli_look;

/* The verdict on one line, and what it rests on as a tree below it. */
void cli_put_verdict(FILE *to, const cli_look *look, const cli_verified *file);
void cli_put_tree(FILE *to, const cli_look *look, const pds_verification *v);
/* The tree as a text of its own, without colours; the caller frees it. NULL: no memory. */
char *cli_tree_text(const cli_look *look, const pds_verification *v);
/* What a writer keeps of one file until its document is made; owned. */
typedef struct cli_share {
    cli_verdict verdict;
    double seconds;
    char *head, *body;
    pds_json *json;
    size_t cases, failures, errors, skipped; /* JUnit's */
} cli_share;
void cli_share_drop(cli_share *share);

typedef struct cli_shares {
    const cli_share *items;
    size_t count;
    int exit;
} cli_shares;

/* "6 files: 3 valid, 1 INVALID, 2 not signed" */
void cli_put_counts(FILE *to, const cli_shares *all);

/* One row of --format. */
typedef struct cli_writer {
    /* By whichever thread had the file: fills its share, or, in formats that need no document, the
     * outcome. errors: PDS_E_NO_MEMORY */
    pds_code (*add)(const cli_look *look, const cli_verified *file, cli_share *share,
                    cli_outcome *outcome, pds_err *e);
    /* The document, or what ends the list of several files. errors: PDS_E_NO_MEMORY */
    pds_code (*finish)(FILE *to, const cli_shares *all, pds_err *e);
    bool document; /* it tells of files that could not be read, or were not tried, too */
} cli_writer;

extern const cli_writer CLI_TEXT_WRITER, CLI_JSON_WRITER, CLI_JUNIT_WRITER, CLI_SARIF_WRITER,
    CLI_MARKDOWN_WRITER;

#ifdef __cplusplus
}
#endif
#endif
