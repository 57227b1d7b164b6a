#include "cli/interrupt.h"
#include "cli/question.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* A terminal with its echo off, and how it was before. */
typedef struct terminal {
    int fd;
    bool changed;
    struct termios before;
} terminal;

static void terminal_drop(terminal *t)
{
    if (t->changed) {
        (void)tcsetattr(t->fd, TCSAFLUSH, &t->before);
    }
    if (t->fd >= 0) {
        (void)close(t->fd);
    }
}

/* Signals that end the program are caught, and the read below returns; the key that would stop it
 * is switched off, for a stopped program would leave the shell without echo. */
static pds_code silence(terminal *t, pds_err *e)
{
    if (tcgetattr(t->fd, &t->before) != 0) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "the terminal can't be asked for a PIN");
    }
    struct termios quiet = t->before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    quiet.c_lflag |= ICANON | ISIG;
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
    t->changed = true;
    if (tcsetattr(t->fd, TCSAFLUSH, &quiet) != 0) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "the echo of the terminal can't be switched off");
    }
    return PDS_OK;
}

static void write_all(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n <= 0) {
            return;
        }
        text += n;
        len -= (size_t)n;
    }
}

static void put_prompt(int fd, const cli_question *q)
{
    char *const words = cli_question_words(q);
    if (words != NULL) {
        write_all(fd, words);
        write_all(fd, ": ");
    }
    free(words);
}

/* A terminal hands over one line at a time. */
static pds_code read_line(int fd, pds_secret *into, pds_err *e)
{
    CLI_TRY(cli_wait_readable(fd, e));
    const pds_code code = pds_secret_from_fd(into, fd, e);
    if (code == PDS_E_PIN_NEEDED) {
        CLI_FAIL(e, code, "no PIN was typed");
    }
    return code;
}

pds_code cli_tty_ask(const cli_question *q, pds_secret *into, pds_err *e)
{
    CLI_OWN(terminal_drop) terminal t = { .fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) };
    if (t.fd < 0) {
        cli_fail(e, PDS_E_PIN_NEEDED, __func__, "'%s' wants a PIN, and there is no terminal",
                 q->label);
        cli_fault_hint(e, "use %s", q->options);
        return PDS_E_PIN_NEEDED;
    }
    CLI_TRY(silence(&t, e));
    put_prompt(t.fd, q);
    const pds_code code = read_line(t.fd, into, e);
    write_all(t.fd, "\n");
    return code;
}
