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

/* ---- the one that is meant ---- */

typedef struct managing {
    const pds_token_options *options;
    pds_opened opened;
    pds_pin_state state;
    const char *label;
} managing;

static void managing_drop(managing *m)
{
    pds_opened_drop(&m->opened);
}

static pds_code begin(managing *m, pds_err *e)
{
    if (m->options->uri == NULL || m->options->ask == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "it is not said which token, or nobody can be asked");
    }
    PDS_TRY(pds_opened_only(m->options->uri, &m->opened, e));
    PDS_TRY(pds_guard_pin_state(m->opened.device, &m->state, e));
    m->label = m->opened.info.label[0] != '\0' ? m->opened.info.label : m->opened.info.reader;
    return PDS_OK;
}

/* *out stays NULL where secrets are typed on the device. */
static pds_code ask(const managing *m, pds_secret_kind kind, int tries, pds_secret **out,
                    pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;
    if (m->state.pad) {
        return PDS_OK;
    }
    PDS_TRY(pds_secret_new(&secret, e));
    PDS_TRY(m->options->ask(m->options->ask_ctx, kind, m->label, tries, secret, e));
    *out = secret;
    secret = NULL;
    return PDS_OK;
}

/* ---- an old secret, and a new PIN by it ---- */

/* PIN and PUK are told apart in what is known of wrong ones: the same digits may be both. */
static void name_of(const managing *m, pds_secret_kind kind, char *out, size_t room)
{
    (void)snprintf(out, room, "%s%s", kind == PDS_SECRET_PUK ? "puk " : "", m->opened.info.uri);
}

static pds_code refuse_known(const char *name, const managing *m, const pds_secret *old, pds_err *e)
{
    if (old != NULL && pds_pin_was_wrong(name, old)) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "this was refused by '%s' before: it is not tried again",
                 m->label);
    }
    return PDS_OK;
}

static pds_code told(managing *m, pds_secret_kind kind, const pds_secret *old, pds_code code,
                     pds_err *e)
{
    char name[PDS_DEVICE_URI + 8];
    pds_pin_state after = { .tries = -1 };
    name_of(m, kind, name, sizeof name);
    if (code == PDS_OK) {
        pds_pin_forget_wrong(m->opened.info.uri);
        pds_pin_cache_forget(m->opened.info.uri);
        return PDS_OK;
    }
    if (code == PDS_E_PIN_WRONG && old != NULL) {
        pds_pin_set_wrong(name, old);
    }
    const bool counted = code == PDS_E_PIN_WRONG || code == PDS_E_PIN_LOCKED;
    if (counted && pds_guard_pin_state(m->opened.device, &after, NULL) == PDS_OK) {
        after = kind == PDS_SECRET_PUK
                    ? (pds_pin_state){ .tries = after.puk_tries, .puk_tries = after.puk_tries }
                    : after;
        return pds_pin_tell_left(code, &after, e);
    }
    return code;
}

typedef pds_code (*change_fn)(pds_guarded *g, const pds_secret *old, const pds_secret *pin,
                              pds_err *e);

static pds_code change(managing *m, pds_secret_kind kind, change_fn how, pds_err *e)
{
    char name[PDS_DEVICE_URI + 8];
    PDS_OWN(pds_secret_drop) pds_secret *old = NULL;
    PDS_OWN(pds_secret_drop) pds_secret *pin = NULL;
    const int tries = kind == PDS_SECRET_PUK ? m->state.puk_tries : m->state.tries;
    name_of(m, kind, name, sizeof name);
    PDS_TRY(ask(m, kind, tries, &old, e));
    PDS_TRY(refuse_known(name, m, old, e));
    PDS_TRY(ask(m, PDS_SECRET_NEW_PIN, -1, &pin, e));
    const pds_code code = how(m->opened.device, old, pin, e);
    return told(m, kind, old, code, e);
}

pds_code pds_token_change_pin(const pds_token_options *options, pds_err *e)
{
    PDS_OWN(managing_drop) managing m = { .options = options };
    PDS_TRY(begin(&m, e));
    PDS_TRY(pds_pin_check(&m.state, m.label, options->force_last_try, e));
    const pds_code code = change(&m, PDS_SECRET_PIN, pds_guard_change_pin, e);
    pds_token_log("change pin", m.opened.info.uri, code);
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
    pds_token_log("unblock", m.opened.info.uri, code);
    return code;
}
