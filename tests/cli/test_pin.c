#include "cli/interrupt.h"
#include "cli/pin.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
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

/* In a session of its own, whose terminal is the pseudo-terminal. Returns an exit status. */
static int ask_in_session(const char *terminal, const terminal_row *r)
{
    pds_secret *secret = NULL;
    pds_err e = { .offset = -1 };
    struct termios before, after;
    (void)setsid();
    int fd = open(terminal, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0 || tcgetattr(fd, &before) != 0) {
        return 90;
    }
    cli_interrupt_init();
    const cli_question question = { .what = "PIN of", .label = "the key", .tries_left = 3 };
    if (pds_secret_new(&secret, &e) != PDS_OK || cli_tty_ask(&question, secret, &e) != r->code) {
        return 91;
    }
    if (strcmp(pds_secret_text(secret), r->want) != 0) {
        return 92;
    }
    bool same = tcgetattr(fd, &after) == 0 && after.c_lflag == before.c_lflag &&
                (after.c_lflag & ECHO) != 0 && after.c_cc[VSUSP] == before.c_cc[VSUSP];
    pds_secret_drop(&secret);
    return same ? 0 : 93;
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

static void person_is_asked(void **state)
{
    const terminal_row *r = *state;
    char screen[256] = "";
    char terminal[64];
    int status = 0;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, terminal, sizeof terminal), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(ask_in_session(terminal, r));
    }
    read_screen(master, screen, sizeof screen, "left): ");
    assert_non_null(strstr(screen, "the key (3 tries left): "));
    assert_int_equal(write(master, r->typed, strlen(r->typed)), strlen(r->typed));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)fcntl(master, F_SETFL, O_NONBLOCK);
    read_screen(master, screen, sizeof screen, NULL);
    assert_null(strstr(screen, "12"));
    (void)close(master);
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
    static struct CMUnitTest tests[COUNT(programs) + COUNT(pinentries) + COUNT(typed_lines) + 3];
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
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(pinentry_is_told_whose_pin_it_is);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(pinentry_is_told_no_line_that_is_too_long);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(nobody_is_there);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
