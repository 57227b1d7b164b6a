#include "cli/args.h"
#include "cli/config.h"
#include "cli/help.h"
#include "cli/i18n.h"
#include "cli/interrupt.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <pds/token.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>

enum { EXIT_OUTPUT = 11, HELP_WIDTH = 100 };

/* A standard stream that is closed would be given to the first file that is opened. What was to go
 * to a closed standard output is lost and must fail: there it gets a stream that can't be written.
 */
static void open_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) {
            _exit(EXIT_OUTPUT);
        }
    }
}

/* A key may pass through memory that is not ours to mark: no core dumps at all, which a limit alone
 * does not see to where the system hands them to a program (core(5)). The limit is for what is
 * started from here. */
static void harden(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    struct rlimit core = { .rlim_cur = 0 };
    if (getrlimit(RLIMIT_CORE, &core) == 0) {
        core.rlim_cur = 0;
        (void)setrlimit(RLIMIT_CORE, &core);
    }
    (void)signal(SIGPIPE, SIG_IGN);         /* a closed pipe is an output fault with a text */
    (void)signal(SIGXFSZ, SIG_IGN);         /* so is a limit on file sizes */
    (void)setvbuf(stderr, NULL, _IOLBF, 0); /* one line, one write */
}

static void print_help(const cli_args *args)
{
    size_t columns = cli_columns(STDOUT_FILENO, 80);
    size_t width = columns > HELP_WIDTH ? HELP_WIDTH : columns;
    if (args->verb == CLI_VERB_COUNT) {
        cli_help_program(stdout, width);
    } else {
        cli_help_verb(stdout, args->verb, width);
    }
}

static int run_sign(const cli_args *args)
{
    return args->finish != NULL ? cli_verb_finish(args) : cli_verb_sign(args);
}

static int (*const RUN[CLI_VERB_COUNT])(const cli_args *args) = {
    [CLI_SIGN] = run_sign,
    [CLI_VERIFY] = cli_verb_verify,
    [CLI_FIELDS_LIST] = cli_verb_fields_list,
    [CLI_FIELDS_ADD] = cli_verb_fields_add,
    [CLI_SEAL_MAKE] = cli_verb_seal_make,
    [CLI_SEAL_STROKES] = cli_verb_seal_strokes,
    [CLI_SEAL_CLEAN] = cli_verb_seal_clean,
    [CLI_SEAL_INFO] = cli_verb_seal_info,
    [CLI_TIMESTAMP] = cli_verb_augment,
    [CLI_LTV_ADD] = cli_verb_augment,
    [CLI_LTV_RENEW] = cli_verb_augment,
    [CLI_TOKEN_LIST] = cli_verb_token_list,
    [CLI_TOKEN_SHOW] = cli_verb_token_list,
    [CLI_TOKEN_SEARCH] = cli_verb_token_list,
    [CLI_TOKEN_CONNECT] = cli_verb_token_list,
    [CLI_TOKEN_DISCONNECT] = cli_verb_token_list,
    [CLI_TOKEN_EXPORT] = cli_verb_token,
    [CLI_TOKEN_PIN] = cli_verb_token,
    [CLI_TOKEN_UNBLOCK] = cli_verb_token,
    [CLI_TOKEN_SEAL_VIEW] = cli_verb_token,
    [CLI_TOKEN_SEAL_WRITE] = cli_verb_token,
    [CLI_TOKEN_DECRYPT] = cli_verb_token_decrypt,
    [CLI_TOKEN_LOG] = cli_verb_token,
};

static bool asks_for_json(int argc, char *const argv[])
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--format=json") == 0 ||
            (strcmp(argv[i], "--format") == 0 && strcmp(next, "json") == 0)) {
            return true;
        }
    }
    return false;
}

static int wrong_usage(const cli_args *args, pds_err *e)
{
    if (args->verb == CLI_VERB_COUNT) {
        cli_fault_hint(e, "see 'pdfsign --help'");
    } else {
        cli_fault_hint(e, "see 'pdfsign %s --help'", CLI_VERBS[args->verb].name);
    }
    return cli_run_failed(args, e);
}

static int run(int argc, char *argv[])
{
    CLI_OWN(cli_args_drop) cli_args args;
    pds_err e = { .offset = -1 };
    pds_code code = cli_args_parse(argc, argv, &args, &e);
    if (code == PDS_OK && args.help) {
        print_help(&args);
        return 0;
    }
    if (code == PDS_OK && args.version) {
        cli_put(stdout, "pdfsign %s\n", CLI_VERSION);
        return 0;
    }
    if (code == PDS_OK) {
        code = cli_args_check(&args, &e);
    }
    if (code != PDS_OK) {
        args.json = args.json || asks_for_json(argc, argv);
        return wrong_usage(&args, &e);
    }
    if (cli_config_load(&args, &e) != PDS_OK) {
        return cli_run_failed(&args, &e);
    }
    return RUN[args.verb](&args);
}

/* `pdfsign --help | head` is no reason for a message. */
static bool reader_has_left(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO };
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Statuses that tell what was found, and less than that nobody could be told. */
static bool is_verdict(int status)
{
    static const int verdicts[] = { 0, 1, 6, 7 };
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        if (status == verdicts[i]) {
            return true;
        }
    }
    return false;
}

/* What was asked for has to have arrived. */
static int close_output(int status)
{
    bool left = reader_has_left();
    bool bad = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !bad) {
        return status;
    }
    if (!left) {
        pds_err e;
        cli_fail(&e, PDS_E_OUTPUT_FAILED, __func__, "standard output could not be written");
        cli_print_fault(stderr, &e);
    }
    return is_verdict(status) ? EXIT_OUTPUT : status;
}

int main(int argc, char *argv[])
{
    open_streams();
    pds_secret_init();
    harden();
    cli_locale_init();
    cli_interrupt_init();
    int status = run(argc, argv);
    pds_token_forget(NULL);
    status = close_output(status);
    if (pds_token_hangs()) {
        _exit(status);
    }
    return status;
}
