#include "cli/interrupt.h"
#include "cli/pin.h"
#include "cli/question.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

typedef struct program_row {
    const char *name, *script; /* NULL: there is no such program */
    const char *want;          /* the secret, or a part of the fault */
    pds_code code;
} program_row;

static program_row programs[] = {
    { "the first line is the secret", "echo 12 34; echo more", "12 34", 0 },
    { "a line end is not needed", "printf 1234", "1234", 0 },
    { "it is told what is asked for", "echo \"$1\"", "the key", 0 },
    { "our input is not its input", "cat; echo x", "x", 0 },
    { "it may close its output early", "echo 1; exec >&-; sleep 0.1", "1", 0 },
    { "it is ended by a closed pipe, as usual", "echo 1; while :; do echo 2; done", "1", 0 },
    { "what is open here is not open there", "[ -e /proc/self/fd/77 ] && echo open || echo closed",
      "closed", 0 },
    { "a program that fails", "echo 1; exit 3", "status 3", PDS_E_PIN_NEEDED },
    { "a program that says nothing", "exit 0", "", PDS_E_PIN_NEEDED },
    { "a program that is not there", NULL, "does not start", PDS_E_PIN_NEEDED },
};

static char folder[] = "/tmp/pdfsign-test-XXXXXX";
static char script[64];

static int make_folder(void **state)
{
    (void)state;
    bool ok = mkdtemp(folder) != NULL;
    (void)snprintf(script, sizeof script, "%s/ask", folder);
    ok = dup2(STDERR_FILENO, 77) == 77 && ok; /* as modules of makers leave things open */
    return ok ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(script);
    return rmdir(folder);
}

static void write_script(const char *text)
{
    (void)unlink(script);
    if (text != NULL) {
        FILE *f = fopen(script, "we");
        assert_non_null(f);
        (void)fprintf(f, "#!/bin/sh\n%s\n", text);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(script, 0700), 0);
    }
}

static void program_is_asked(void **state)
{
    const program_row *r = *state;
    CLI_OWN(pds_secret_drop) pds_secret *secret = NULL;
    pds_err e = { .offset = -1 };
    assert_int_equal(pds_secret_new(&secret, &e), PDS_OK);
    write_script(r->script);
    cli_signer signer = { .pin_program = script, .pin_fd = -1 };
    cli_rehearsal none = { .make = NULL };
    cli_pin_source source = { &signer, &none };
    assert_int_equal(cli_pin_ask(&source, "the key", -1, secret, &e), r->code);
    if (r->code == PDS_OK) {
        assert_string_equal(pds_secret_text(secret), r->want);
    } else {
        assert_non_null(strstr(e.text, r->want));
    }
}

/* ---- programs that are talked with ---- */

/* A pinentry of the shell: `$1` answers GETPIN. What it is told is in `heard`. */
#define PINENTRY(getpin)                               \
    "exec 3>>\"${0%/*}/heard\"\n"                      \
    "echo OK Pleased to meet you\n"                    \
    "while IFS= read -r line; do echo \"$line\" >&3\n" \
    "case $line in\n"                                  \
    "*lc-*) echo 'ERR 83886254 Unknown option';;\n"    \
    "GETPIN) " getpin ";;\n"                           \
    "BYE) echo OK closing; exit 0;;\n"                 \
    "*) echo '# a comment'; echo 'S STATUS of it'; echo OK;; esac; done"

static program_row pinentries[] = {
    { "what a pinentry says is its PIN", PINENTRY("echo 'D 1234'; echo OK"), "1234", 0 },
    { "its escapes are undone", PINENTRY("echo 'D 1%25%2a%'; echo OK"), "1%*%", 0 },
    { "in parts", PINENTRY("echo 'D 12'; echo 'S X'; echo 'D 34'; echo OK"), "1234", 0 },
    { "lines may end as elsewhere", PINENTRY("printf 'D 1234\\r\\nOK\\r\\n'"), "1234", 0 },
    { "its questions are not answered",
      PINENTRY("echo INQUIRE QUALITY 1; read -r can; [ \"$can\" = CAN ] && echo 'D 5'; echo OK"),
      "5", 0 },
    { "it was cancelled", PINENTRY("echo 'ERR 83886179 Operation cancelled <Pinentry>'"),
      "cancelled", PDS_E_PIN_NEEDED },
    { "its window was closed", PINENTRY("echo 'ERR 83886278 Operation fully cancelled'"),
      "cancelled", PDS_E_PIN_NEEDED },
    { "nobody came", PINENTRY("echo 'ERR 83886142 Timeout <Pinentry>'"), "in time",
      PDS_E_PIN_NEEDED },
    { "it has no terminal", PINENTRY("echo 'ERR 83918950 Inappropriate ioctl for device'"),
      "Inappropriate ioctl", PDS_E_PIN_NEEDED },
    { "nothing is typed", PINENTRY("echo OK"), "no PIN was typed", PDS_E_PIN_NEEDED },
    { "it ends in between", PINENTRY("exit 0"), "went on otherwise", PDS_E_PIN_NEEDED },
    { "it answers something else", PINENTRY("echo 1234"), "went on otherwise", PDS_E_PIN_NEEDED },
    { "its line does not end", PINENTRY("yes | tr -d '\\n'"), "went on otherwise",
      PDS_E_PIN_NEEDED },
    { "its PIN does not end", PINENTRY("yes 'D 12345678901234567890'"), "longer than",
      PDS_E_LIMIT },
    { "a NUL in it", PINENTRY("echo 'D 1%002'; echo OK"), "NUL", PDS_E_USAGE },
    { "it greets, and hears nothing", "echo OK; exec <&-; exit 0", "went on otherwise",
      PDS_E_PIN_NEEDED },
    { "it fails when it is closed", PINENTRY("echo 'D 1'; echo OK; exit 4"), "status 4",
      PDS_E_PIN_NEEDED },
};

static void ask_pinentry(const char *text, const char *label, pds_secret *secret, pds_code want,
                         pds_err *e)
{
    write_script(text);
    cli_signer signer = { .pin_program = script, .pin_fd = -1 };
    cli_rehearsal none = { .make = NULL };
    cli_pin_source source = { &signer, &none };
    assert_int_equal(cli_pin_ask(&source, label, 2, secret, e), want);
}

static void forget_heard(void)
{
    char path[80];
    (void)snprintf(path, sizeof path, "%s/heard", folder);
    (void)unlink(path);
}

static void pinentry_is_asked(void **state)
{
    const program_row *r = *state;
    CLI_OWN(pds_secret_drop) pds_secret *secret = NULL;
    pds_err e = { .offset = -1 };
    assert_int_equal(pds_secret_new(&secret, &e), PDS_OK);
    ask_pinentry(r->script, "the key", secret, r->code, &e);
    if (r->code == PDS_OK) {
        assert_string_equal(pds_secret_text(secret), r->want);
    } else {
        assert_non_null(strstr(e.text, r->want));
    }
    forget_heard();
}

static void find_heard(const char *wanted)
{
    char path[80];
    char heard[4096] = "";
    (void)snprintf(path, sizeof path, "%s/heard", folder);
    FILE *const f = fopen(path, "re");
    assert_non_null(f);
    const size_t len = fread(heard, 1, sizeof heard - 1, f);
    assert_int_equal(fclose(f), 0);
    heard[len] = '\0';
    if (strstr(heard, wanted) == NULL) {
        fail_msg("'%s' is not in: %s", wanted, heard);
    }
}

/* Whose PIN it is and how many tries are left; no label makes lines or escapes of its own. */
static void pinentry_is_told_whose_pin_it_is(void **state)
{
    CLI_OWN(pds_secret_drop) pds_secret *secret = NULL;
    pds_err e = { .offset = -1 };
    (void)state;
    assert_int_equal(pds_secret_new(&secret, &e), PDS_OK);
    ask_pinentry(PINENTRY("echo 'D 1'; echo OK"), "50%\nGETPIN", secret, PDS_OK, &e);
    find_heard("SETDESC PIN or password of 50%25\\x0aGETPIN (2 tries left)\n");
    find_heard("OPTION ttyname=/dev/tty\n");
    find_heard("SETPROMPT PIN:\nGETPIN\n");
    forget_heard();
}

/* Lines of the protocol have 1,000 bytes at most: what is longer is cut between two characters. */
static void pinentry_is_told_no_line_that_is_too_long(void **state)
{
    CLI_OWN(pds_secret_drop) pds_secret *secret = NULL;
    pds_err e = { .offset = -1 };
    char label[2002] = "";
    (void)state;
    for (size_t i = 0; i < 2000; i += 2) {
        label[i] = '\xC3';
        label[i + 1] = '\xA4';
    }
    assert_int_equal(pds_secret_new(&secret, &e), PDS_OK);
    ask_pinentry(PINENTRY("echo 'D 1'; echo OK"), label, secret, PDS_OK, &e);
    find_heard("\xC3\xA4\nSETPROMPT");
    forget_heard();
}

typedef struct terminal_row {
    const char *name, *typed, *want;
    pds_code code;
} terminal_row;

static terminal_row typed_lines[] = {
    { "a line is typed", "1234\n", "1234", 0 },
    { "blanks belong to it", " a b \n", " a b ", 0 },
    { "mistakes can be taken back",
      "12x\x7f"
      "34\n",
      "1234", 0 },
    { "an empty line is no PIN", "\n", "", PDS_E_PIN_NEEDED },
    { "the end of input is no PIN", "\x04", "", PDS_E_PIN_NEEDED },
    { "a PIN that is cut off by the interrupt key", "12\x03", "", PDS_E_INTERRUPTED },
};

/* Takes the pseudo-terminal as that of a session of its own; false: it can't be had. */
static bool take_terminal(const char *terminal, int *fd, struct termios *before)
{
    *before = (struct termios){ .c_lflag = 0 };
    (void)setsid();
    *fd = open(terminal, O_RDWR);
    cli_interrupt_init();
    return *fd >= 0 && ioctl(*fd, TIOCSCTTY, 0) == 0 && tcgetattr(*fd, before) == 0;
}

static bool is_as_before(int fd, const struct termios *before)
{
    struct termios after;
    return tcgetattr(fd, &after) == 0 && after.c_lflag == before->c_lflag &&
           (after.c_lflag & ECHO) != 0 && after.c_cc[VSUSP] == before->c_cc[VSUSP];
}

/* In a process of its own. Returns an exit status. */
static int ask_in_session(const char *terminal, const void *ctx)
{
    const terminal_row *const r = ctx;
    pds_secret *secret = NULL;
    pds_err e = { .offset = -1 };
    struct termios before;
    int fd = -1;
    if (!take_terminal(terminal, &fd, &before)) {
        return 90;
    }
    const cli_question question = { .what = "PIN of", .label = "the key", .tries_left = 3 };
    if (pds_secret_new(&secret, &e) != PDS_OK || cli_tty_ask(&question, secret, &e) != r->code) {
        return 91;
    }
    if (strcmp(pds_secret_text(secret), r->want) != 0) {
        return 92;
    }
    pds_secret_drop(&secret);
    return is_as_before(fd, &before) ? 0 : 93;
}

/* Everything that the terminal shows up to `until`, or to its end. */
static void read_screen(int fd, char *screen, size_t size, const char *until)
{
    size_t len = strlen(screen);
    while (len + 1 < size && (until == NULL || strstr(screen, until) == NULL)) {
        ssize_t n = read(fd, screen + len, size - len - 1);
        if (n <= 0) {
            return;
        }
        len += (size_t)n;
        screen[len] = '\0';
    }
}

/* A process whose terminal has its other end here. */
typedef struct session {
    pid_t child;
    int master;
    char screen[512]; /* what it showed so far */
    size_t seen;      /* of that */
} session;

static session session_begin(int (*run)(const char *terminal, const void *ctx), const void *ctx)
{
    session s = { .master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) };
    char terminal[64];
    assert_true(s.master >= 0 && grantpt(s.master) == 0 && unlockpt(s.master) == 0);
    assert_int_equal(ptsname_r(s.master, terminal, sizeof terminal), 0);
    s.child = fork();
    assert_true(s.child >= 0);
    if (s.child == 0) {
        _exit(run(terminal, ctx));
    }
    return s;
}

/* Waits for a text that was not seen yet. */
static void see(session *s, const char *text)
{
    char *const fresh = s->screen + s->seen;
    read_screen(s->master, fresh, sizeof s->screen - s->seen, text);
    assert_non_null(strstr(fresh, text));
    s->seen += strlen(fresh);
}

static void see_nothing_more(const session *s)
{
    enum { QUIET_MS = 300 };
    struct pollfd more = { .fd = s->master, .events = POLLIN };
    assert_int_equal(poll(&more, 1, QUIET_MS), 0);
}

static void type(const session *s, const char *text)
{
    assert_int_equal(write(s->master, text, strlen(text)), strlen(text));
}

static void session_end(session *s)
{
    int status = 0;
    assert_int_equal(waitpid(s->child, &status, 0), s->child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)fcntl(s->master, F_SETFL, O_NONBLOCK);
    read_screen(s->master, s->screen + s->seen, sizeof s->screen - s->seen, NULL);
    (void)close(s->master);
    assert_null(strstr(s->screen, "12"));
}

static void person_is_asked(void **state)
{
    const terminal_row *r = *state;
    session s = session_begin(ask_in_session, r);
    see(&s, "the key (3 tries left): ");
    type(&s, r->typed);
    session_end(&s);
}

/* ---- who else asks ---- */

typedef struct asker {
    const char *label;
    pds_secret *secret;
    pds_code code;
} asker;

static void *ask_for_one(void *arg)
{
    asker *const a = arg;
    pds_err e = { .offset = -1 };
    cli_signer signer = { .pin_fd = -1 };
    cli_rehearsal none = { .make = NULL };
    cli_pin_source source = { &signer, &none };
    a->code = pds_secret_new(&a->secret, &e);
    a->code = a->code != PDS_OK ? a->code : cli_pin_ask(&source, a->label, 3, a->secret, &e);
    return NULL;
}

/* Two threads at once, each for a key of its own, whose name is the end of its PIN. */
static int ask_for_two(const char *terminal, const void *ctx)
{
    asker askers[2] = { { .label = "a" }, { .label = "b" } };
    pthread_t threads[2];
    struct termios before;
    int fd = -1;
    int bad = take_terminal(terminal, &fd, &before) ? 0 : 90;
    (void)ctx;
    for (size_t i = 0; i < 2; i++) {
        bad += pthread_create(&threads[i], NULL, ask_for_one, &askers[i]);
    }
    for (size_t i = 0; i < 2 && bad == 0; i++) {
        const char pin[] = { '1', '2', askers[i].label[0], '\0' };
        (void)pthread_join(threads[i], NULL);
        bad = askers[i].code != PDS_OK                              ? 91
              : strcmp(pds_secret_text(askers[i].secret), pin) != 0 ? 92
                                                                    : 0;
        pds_secret_drop(&askers[i].secret);
    }
    return bad != 0 || is_as_before(fd, &before) ? bad : 93;
}

/* Types the PIN of the key that the last prompt names. */
static void answer(session *s)
{
    see(s, " (3 tries left): ");
    see_nothing_more(s);
    const char key = s->screen[s->seen - strlen("a (3 tries left): ")];
    type(s, key == 'a' ? "12a\n" : "12b\n");
}

static void two_are_asked_for_one_after_the_other(void **state)
{
    session s = session_begin(ask_for_two, NULL);
    (void)state;
    answer(&s);
    answer(&s);
    session_end(&s);
}

/* The run stops while a person is asked. */
static void *stop_asking(void *arg)
{
    const struct timespec nap = { .tv_nsec = 300000000 };
    (void)nanosleep(&nap, NULL);
    cli_stop_asking();
    return arg;
}

static int ask_while_it_stops(const char *terminal, const void *ctx)
{
    asker first = { .label = "a" };
    asker next = { .label = "b" };
    pthread_t thread;
    struct termios before;
    int fd = -1;
    (void)ctx;
    if (!take_terminal(terminal, &fd, &before) ||
        pthread_create(&thread, NULL, stop_asking, NULL) != 0) {
        return 90;
    }
    (void)ask_for_one(&first);
    (void)ask_for_one(&next);
    (void)pthread_join(thread, NULL);
    pds_secret_drop(&first.secret);
    pds_secret_drop(&next.secret);
    if (first.code != PDS_E_PIN_NEEDED || next.code != PDS_E_PIN_NEEDED) {
        return 91;
    }
    return is_as_before(fd, &before) ? 0 : 93;
}

static void nobody_is_asked_when_the_run_has_stopped(void **state)
{
    session s = session_begin(ask_while_it_stops, NULL);
    (void)state;
    see(&s, "a (3 tries left): ");
    session_end(&s);
    assert_null(strstr(s.screen, "b (3 tries left)"));
}

/* Programs that do not end when they are asked to; the row's code is of no account. */
static program_row stubborn[] = {
    { "a program that prints nothing is not waited for", "trap '' TERM; exec sleep 60", "", 0 },
    { "a program that goes on is not waited for", "trap '' TERM; echo 1; exec sleep 60 >&-", "",
      0 },
    { "a pinentry that says nothing is not waited for", "trap '' TERM; echo OK; exec sleep 60", "",
      0 },
};

static void program_is_given_up(void **state)
{
    const program_row *r = *state;
    int status = 0;
    write_script(r->script);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pthread_t thread;
        pds_secret *secret = NULL;
        pds_err e = { .offset = -1 };
        const cli_question question = { "PIN of", "k", -1, "--pin-file" };
        (void)alarm(20);
        bool good = pds_secret_new(&secret, &e) == PDS_OK &&
                    pthread_create(&thread, NULL, stop_asking, NULL) == 0;
        good = good && cli_program_ask(script, &question, secret, &e) == PDS_E_PIN_NEEDED;
        _exit(good ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void nobody_is_there(void **state)
{
    (void)state;
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pds_err e = { .offset = -1 };
        (void)setsid();
        const cli_question question = { "PIN of", "k", -1, "--pin-file" };
        pds_code code = cli_tty_ask(&question, NULL, &e);
        _exit(code == PDS_E_PIN_NEEDED && strstr(e.hint, "--pin-file") != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

int main(void)
{
    static struct CMUnitTest
        tests[COUNT(programs) + COUNT(pinentries) + COUNT(typed_lines) + COUNT(stubborn) + 5];
    size_t n = 0;
    (void)signal(SIGPIPE, SIG_IGN); /* as the program does */
    for (size_t i = 0; i < COUNT(programs); i++) {
        tests[n++] =
            (struct CMUnitTest){ programs[i].name, program_is_asked, NULL, NULL, &programs[i] };
    }
    for (size_t i = 0; i < COUNT(pinentries); i++) {
        tests[n++] = (struct CMUnitTest){ pinentries[i].name, pinentry_is_asked, NULL, NULL,
                                          &pinentries[i] };
    }
    for (size_t i = 0; i < COUNT(typed_lines); i++) {
        tests[n++] = (struct CMUnitTest){ typed_lines[i].name, person_is_asked, NULL, NULL,
                                          &typed_lines[i] };
    }
    for (size_t i = 0; i < COUNT(stubborn); i++) {
        tests[n++] =
            (struct CMUnitTest){ stubborn[i].name, program_is_given_up, NULL, NULL, &stubborn[i] };
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(pinentry_is_told_whose_pin_it_is);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(pinentry_is_told_no_line_that_is_too_long);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(two_are_asked_for_one_after_the_other);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(nobody_is_asked_when_the_run_has_stopped);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(nobody_is_there);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
