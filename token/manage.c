#include "base/own.h"
#include "token/hardkey.h"
#include "token/log.h"
#include "token/pin_care.h"

#include <pds/token.h>

#include <stdio.h>

/* What owners do with the PINs of their tokens. */

/* Other spellings of a token's URI than that it was kept by mean all of them: to forget too much
 * harms nobody. */
void pds_token_forget(const char *uri)
{
    if (uri == NULL || !pds_pin_cache_has(uri)) {
        pds_pin_cache_forget(NULL);
        return;
    }
    pds_pin_cache_forget(uri);
}

pds_code pds_secret_ask(const pds_token_options *options, pds_secret_kind kind, const char *label,
                        int tries, pds_secret **out, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;
    if (options->ask == NULL) {
        PDS_FAIL(e, PDS_E_PIN_NEEDED, "the token wants a PIN, and nobody can be asked for it");
    }
    PDS_TRY(pds_secret_new(&secret, e));
    PDS_TRY(options->ask(options->ask_ctx, kind, label, tries, secret, e));
    *out = secret;
    secret = NULL;
    return PDS_OK;
}

/* ---- the one that is meant ---- */

typedef struct managing {
    const pds_token_options *options;
    const pds_opened *device;
    pds_opened opened; /* owned, unless the caller has opened it */
    pds_pin_state state;
    const char *label;
} managing;

static void managing_drop(managing *m)
{
    pds_opened_drop(&m->opened);
}

static pds_code look(managing *m, const pds_opened *device, pds_err *e)
{
    m->device = device;
    m->label = device->info.label[0] != '\0' ? device->info.label : device->info.reader;
    return pds_guard_pin_state(device->device, &m->state, e);
}

static pds_code begin(managing *m, pds_err *e)
{
    if (m->options->uri == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "it is not said which token is meant");
    }
    PDS_TRY(pds_opened_only(m->options->uri, &m->opened, e));
    return look(m, &m->opened, e);
}

static void tell(const managing *m, const char *text)
{
    if (m->options->tell != NULL) {
        m->options->tell(m->options->tell_ctx, pds_translated(text));
    }
}

/* ---- an old secret, and a new PIN by it ---- */

enum { NAME = PDS_DEVICE_URI + 8 };

/* PIN and PUK are told apart in what is known of wrong ones: the same digits may be both. */
static void name_of(const managing *m, pds_secret_kind kind, char out[NAME])
{
    (void)snprintf(out, NAME, "%s%s", kind == PDS_SECRET_PUK ? "puk " : "", m->device->info.uri);
}

static pds_code refuse_known(const managing *m, pds_secret_kind kind, const pds_secret *secret,
                             pds_err *e)
{
    char name[NAME];
    name_of(m, kind, name);
    if (secret != NULL && pds_pin_was_wrong(name, secret)) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "this was refused by '%s' before: it is not tried again",
                 m->label);
    }
    return PDS_OK;
}

static pds_code tell_left(const managing *m, pds_secret_kind kind, pds_code code, pds_err *e)
{
    pds_pin_state after = { .tries = -1 };
    if (pds_guard_pin_state(m->device->device, &after, NULL) != PDS_OK) {
        return code;
    }
    if (kind == PDS_SECRET_PUK) {
        after = (pds_pin_state){ .tries = after.puk_tries };
    }
    return pds_pin_tell_left(code, &after, e);
}

/* What came of it is remembered: a wrong one is never offered again. */
static pds_code judge(const managing *m, pds_secret_kind kind, const pds_secret *secret,
                      pds_code code, pds_err *e)
{
    char name[NAME];
    if (code != PDS_E_PIN_WRONG && code != PDS_E_PIN_LOCKED) {
        return code;
    }
    name_of(m, kind, name);
    if (code == PDS_E_PIN_WRONG && secret != NULL) {
        pds_pin_set_wrong(name, secret);
    }
    if (kind == PDS_SECRET_PIN) {
        pds_pin_cache_forget(m->device->info.uri);
    }
    return tell_left(m, kind, code, e);
}

/* Both stay NULL where they are typed on the device. */
static pds_code ask_both(const managing *m, pds_secret_kind kind, pds_secret **old,
                         pds_secret **pin, pds_err *e)
{
    const bool puk = kind == PDS_SECRET_PUK;
    if (m->state.pad_changes) {
        tell(m, puk ? N_("type the PUK on the reader, and then the new PIN twice")
                    : N_("type the old PIN on the reader, and then the new one twice"));
        return PDS_OK;
    }
    const int tries = puk ? m->state.puk_tries : m->state.tries;
    PDS_TRY(pds_secret_ask(m->options, kind, m->label, tries, old, e));
    PDS_TRY(refuse_known(m, kind, *old, e));
    return pds_secret_ask(m->options, PDS_SECRET_NEW_PIN, m->label, -1, pin, e);
}

typedef pds_code (*change_fn)(pds_guarded *g, const pds_secret *old, const pds_secret *pin,
                              pds_err *e);

static pds_code change(const managing *m, pds_secret_kind kind, change_fn how, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *old = NULL;
    PDS_OWN(pds_secret_drop) pds_secret *pin = NULL;
    PDS_TRY(ask_both(m, kind, &old, &pin, e));
    const pds_code code = how(m->device->device, old, pin, e);
    if (code == PDS_OK) {
        pds_pin_forget_known(m->device->info.uri);
        pds_pin_cache_forget(m->device->info.uri);
    }
    return judge(m, kind, old, code, e);
}

pds_code pds_token_change_pin(const pds_token_options *options, pds_err *e)
{
    PDS_OWN(managing_drop) managing m = { .options = options };
    PDS_TRY(begin(&m, e));
    PDS_TRY(pds_pin_check(&m.state, m.label, options->force_last_try, e));
    const pds_code code = change(&m, PDS_SECRET_PIN, pds_guard_change_pin, e);
    pds_token_log("change pin", m.device->info.uri, code);
    return code;
}

pds_code pds_token_unblock_pin(const pds_token_options *options, pds_err *e)
{
    PDS_OWN(managing_drop) managing m = { .options = options };
    PDS_TRY(begin(&m, e));
    if (m.state.puk_tries == 0) {
        PDS_FAIL(e, PDS_E_PIN_LOCKED, "the PUK of '%s' is blocked, too", m.label);
    }
    if (m.state.puk_tries == 1 && !options->force_last_try) {
        PDS_FAIL(e, PDS_E_PIN_LAST_TRY, "one try is left for the PUK of '%s'", m.label);
    }
    const pds_code code = change(&m, PDS_SECRET_PUK, pds_guard_unblock, e);
    pds_token_log("unblock", m.device->info.uri, code);
    return code;
}

/* ---- logging in ---- */

/* *out stays NULL where it is typed on the device. */
static pds_code ask_pin(const managing *m, pds_secret **out, pds_err *e)
{
    if (m->state.pad) {
        tell(m, N_("type the PIN on the reader"));
        return PDS_OK;
    }
    return pds_secret_ask(m->options, PDS_SECRET_PIN, m->label, m->state.tries, out, e);
}

static pds_code log_in(const managing *m, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = NULL;
    PDS_TRY(pds_pin_check(&m->state, m->label, m->options->force_last_try, e));
    PDS_TRY(ask_pin(m, &pin, e));
    PDS_TRY(refuse_known(m, PDS_SECRET_PIN, pin, e));
    return judge(m, PDS_SECRET_PIN, pin, pds_guard_login(m->device->device, pin, e), e);
}

pds_code pds_opened_log_in(pds_opened *d, const pds_token_options *options, pds_err *e)
{
    managing m = { .options = options };
    PDS_TRY(look(&m, d, e));
    const pds_code code = log_in(&m, e);
    pds_token_log("login", d->info.uri, code);
    return code;
}
