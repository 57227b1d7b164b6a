#include "cli/pin.h"

#include "cli/i18n.h"
#include "cli/interrupt.h"
#include "cli/question.h"

#include <pthread.h>
#include <string.h>

#define PIN_OPTIONS "--pin-file, --pin-fd, --pin-env or --pin-program"

/* One question at a time, of whichever keys: there is one terminal with one echo, and what a person
 * types or a descriptor gives next has to be the answer to the question that was put last. */
static pthread_mutex_t asking = PTHREAD_MUTEX_INITIALIZER;

static pds_code begin(bool *mine, pds_err *e)
{
    *mine = pthread_mutex_lock(&asking) == 0;
    return cli_may_ask(e); /* for others this one may have waited long */
}

static void end(const bool *mine)
{
    if (*mine) {
        (void)pthread_mutex_unlock(&asking);
    }
}

static pds_code rehearse(cli_rehearsal *r, pds_err *e)
{
    if (r->make == NULL || r->made) {
        return PDS_OK;
    }
    r->made = true;
    r->refused = (pds_err){ .offset = -1 };
    pds_code code = r->make(r->ctx, &r->refused);
    if (code == PDS_OK) {
        r->refused.code = PDS_OK; /* what it looked over is nobody's error */
    } else {
        *e = r->refused;
    }
    return code;
}

static bool names_none(const cli_secret_place *p)
{
    return p->file == NULL && p->fd < 0 && p->env == NULL && p->program == NULL;
}

static pds_code take(const cli_secret_place *place, const cli_question *question, pds_secret *into,
                     pds_err *e)
{
    if (place->file != NULL) {
        return pds_secret_from_file(into, place->file, e);
    }
    if (place->fd >= 0) {
        return pds_secret_from_fd(into, (int)place->fd, e);
    }
    if (place->env != NULL) {
        return pds_secret_from_env(into, place->env, e);
    }
    if (place->program != NULL) {
        return cli_program_ask(place->program, question, into, e);
    }
    return cli_tty_ask(question, into, e);
}

static cli_secret_place place_of_pin(const cli_signer *signer)
{
    return (cli_secret_place){ .file = signer->pin_file,
                               .env = signer->pin_env,
                               .program = signer->pin_program,
                               .fd = signer->pin_fd };
}

pds_code cli_pin_ask(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    const cli_pin_source *source = ctx;
    const cli_secret_place place = place_of_pin(source->signer);
    const cli_question question = { .what = _("PIN or password of"),
                                    .label = label,
                                    .tries_left = tries_left,
                                    .options = PIN_OPTIONS };
    CLI_OWN(end) bool mine = false;
    if (names_none(&place)) { /* before the question: it uses keys that may have one of their own */
        CLI_TRY(rehearse(source->rehearsal, e));
    }
    CLI_TRY(begin(&mine, e));
    return take(&place, &question, into, e);
}

/* ---- secrets of tokens ---- */

static cli_secret_place place_of(const cli_args *args, pds_secret_kind kind)
{
    const cli_token *const t = &args->token;
    switch (kind) {
    case PDS_SECRET_NEW_PIN:
        return (cli_secret_place){ t->new_pin_file, t->new_pin_env, NULL, t->new_pin_fd };
    case PDS_SECRET_PUK:
        return (cli_secret_place){ t->puk_file, t->puk_env, NULL, t->puk_fd };
    case PDS_SECRET_MANAGEMENT:
        return (cli_secret_place){ t->management_file, NULL, NULL, -1 };
    default:
        return place_of_pin(&args->signers[0]);
    }
}

/* How a person is asked, and which options would have told it. */
static const struct {
    const char *what, *options;
} KINDS[] = {
    [PDS_SECRET_PIN] = { N_("PIN of"), PIN_OPTIONS },
    [PDS_SECRET_NEW_PIN] = { N_("New PIN for"), "--new-pin-file, --new-pin-fd or --new-pin-env" },
    [PDS_SECRET_PUK] = { N_("PUK or security officer's PIN of"),
                         "--puk-file, --puk-fd or --puk-env" },
    [PDS_SECRET_MANAGEMENT] = { N_("Management key (hexadecimal) of"), "--management-file" },
};

/* What nobody saw on the screen is typed twice. */
static pds_code ask_again(const char *label, const pds_secret *first, pds_err *e)
{
    CLI_OWN(pds_secret_drop) pds_secret *second = NULL;
    const cli_question question = { .what = _("The new PIN again, for"),
                                    .label = label,
                                    .tries_left = -1,
                                    .options = KINDS[PDS_SECRET_NEW_PIN].options };
    CLI_TRY(pds_secret_new(&second, e));
    CLI_TRY(cli_tty_ask(&question, second, e));
    const pds_span a = pds_secret_span(first), b = pds_secret_span(second);
    if (a.len != b.len || memcmp(a.ptr, b.ptr, a.len) != 0) {
        CLI_FAIL(e, PDS_E_PIN_REFUSED, "the two new PINs differ: nothing was changed");
    }
    return PDS_OK;
}

pds_code cli_secret_ask(void *ctx, pds_secret_kind kind, const char *label, int tries_left,
                        pds_secret *into, pds_err *e)
{
    const cli_secret_place place = place_of(ctx, kind);
    const cli_question question = { .what = _(KINDS[kind].what),
                                    .label = label,
                                    .tries_left = tries_left,
                                    .options = KINDS[kind].options };
    CLI_OWN(end) bool mine = false;
    CLI_TRY(begin(&mine, e));
    CLI_TRY(take(&place, &question, into, e));
    return kind == PDS_SECRET_NEW_PIN && names_none(&place) ? ask_again(label, into, e) : PDS_OK;
}
