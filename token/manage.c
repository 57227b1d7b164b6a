#include "base/own.h"
#include "token/hardkey.h"
#include "token/log.h"
#include "token/pin_care.h"

#include <pds/token.h>

#include <stdio.h>

/* What owners do with the PINs of their tokens. */

/* Spellings that no key was opened by mean all of them: no device is asked what is meant, and to
 * forget too much harms nobody. */
void pds_token_forget(const char *uri)
{
    if (!pds_pin_cache_forget(uri)) {
        (void)pds_pin_cache_forget(NULL);
    }
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
    PDS_TRY(pds_guard_pin_state(device->device, &m->state, e));
    if (m->state.puk_tries < 0) { /* few tokens tell before a wrong one */
        m->state.puk_tries = pds_puk_left(device->info.uri);
    }
    return PDS_OK;
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

static int tries_of(const managing *m, pds_secret_kind kind)
{
    return kind == PDS_SECRET_PUK ? m->state.puk_tries : m->state.tries;
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
    if (secret != NULL && pds_pin_is_doubtful(name, secret, tries_of(m, kind))) {
        PDS_FAIL(e, PDS_E_PIN_WRONG,
                 "this was offered to '%s' before, which gave no answer: it is not tried again",
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
    if (kind != PDS_SECRET_PUK) {
        return pds_pin_tell_left(code, &after, e);
    }
    after.puk_tries = code == PDS_E_PIN_LOCKED ? 0 : after.puk_tries;
    pds_puk_set_left(m->device->info.uri, after.puk_tries);
    return pds_puk_tell_left(code, &after, e);
}

/* What came of it is remembered: a wrong one is never offered again. */
static pds_code judge(const managing *m, pds_secret_kind kind, const pds_secret *secret,
                      pds_code code, pds_err *e)
{
    char name[NAME];
    name_of(m, kind, name);
    if (secret != NULL && pds_pin_is_in_doubt(code)) {
        pds_pin_set_doubtful(name, secret, tries_of(m, kind));
    }
    if (code != PDS_E_PIN_WRONG && code != PDS_E_PIN_LOCKED) {
        return code;
    }
    if (code == PDS_E_PIN_WRONG && secret != NULL) {
        pds_pin_set_wrong(name, secret);
    }
    if (kind == PDS_SECRET_PIN) {
        (void)pds_pin_cache_forget(m->device->info.uri);
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
    PDS_TRY(pds_secret_ask(m->options, kind, m->label, tries_of(m, kind), old, e));
    PDS_TRY(refuse_known(m, kind, *old, e));
    return pds_secret_ask(m->options, PDS_SECRET_NEW_PIN, m->label, -1, pin, e);
}

/* Keys that are open may keep the old PIN: it is known to be another one now. */
static void learn(const managing *m, pds_secret_kind kind, const pds_secret *pin)
{
    const char *const uri = m->device->info.uri;
    pds_pin_forget_known(uri);
    (void)pds_pin_cache_forget(uri);
    if (kind == PDS_SECRET_PUK) {
        pds_puk_set_left(uri, -1);
    }
    if (pin != NULL) {
        pds_pin_set_right(uri, pin);
    }
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
        learn(m, kind, pin);
    }
    return judge(m, kind, old, code, e);
}

/* m is begun with it. */
static pds_code change_pin(managing *m, pds_err *e)
{
    PDS_TRY(begin(m, e));
    PDS_TRY(pds_pin_check(&m->state, m->label, m->options->force_last_try, e));
    return change(m, PDS_SECRET_PIN, pds_guard_change_pin, e);
}

static pds_code unblock_pin(managing *m, pds_err *e)
{
    PDS_TRY(begin(m, e));
    PDS_TRY(pds_puk_check(&m->state, m->label, m->options->force_last_try, e));
    return change(m, PDS_SECRET_PUK, pds_guard_unblock, e);
}

static void note(const managing *m, const char *operation, pds_code code)
{
    if (m->device != NULL) {
        pds_token_log(operation, m->device->info.uri, code);
    }
}

pds_code pds_token_change_pin(const pds_token_options *options, pds_err *e)
{
    PDS_OWN(managing_drop) managing m = { .options = options };
    pds_pin_turn_begin();
    const pds_code code = change_pin(&m, e);
    pds_pin_turn_end();
    note(&m, "change pin", code);
    return code;
}

pds_code pds_token_unblock_pin(const pds_token_options *options, pds_err *e)
{
    PDS_OWN(managing_drop) managing m = { .options = options };
    pds_pin_turn_begin();
    const pds_code code = unblock_pin(&m, e);
    pds_pin_turn_end();
    note(&m, "unblock", code);
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

static pds_code offer(const managing *m, const pds_secret *pin, pds_err *e)
{
    const char *const uri = m->device->info.uri;
    if (m->state.in && pin != NULL && pds_pin_is_another(uri, pin)) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "another PIN has opened '%s' in this program", m->label);
    }
    PDS_TRY(judge(m, PDS_SECRET_PIN, pin, pds_guard_login(m->device->device, pin, e), e));
    if (pin != NULL && !m->state.in) {
        pds_pin_set_right(uri, pin);
    }
    return PDS_OK;
}

static pds_code log_in(managing *m, const pds_opened *d, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = NULL;
    PDS_TRY(look(m, d, e));
    PDS_TRY(pds_pin_check(&m->state, m->label, m->options->force_last_try, e));
    PDS_TRY(ask_pin(m, &pin, e));
    PDS_TRY(refuse_known(m, PDS_SECRET_PIN, pin, e));
    return offer(m, pin, e);
}

pds_code pds_opened_log_in(pds_opened *d, const pds_token_options *options, pds_err *e)
{
    managing m = { .options = options };
    pds_pin_turn_begin();
    const pds_code code = log_in(&m, d, e);
    pds_pin_turn_end();
    pds_token_log("login", d->info.uri, code);
    return code;
}
