#include "token/pin_offer.h"

#include "base/clock.h"
#include "base/own.h"
#include "token/log.h"
#include "token/pin_care.h"
#include "token/turn.h"

#include <stdio.h>

enum { NAME = PDS_DEVICE_URI + 8 };

typedef struct way way;

/* One secret on its way. */
typedef struct offering {
    const way *how;
    const pds_holder *by;
    pds_pin_use_fn use; /* of that way alone */
    void *ctx;
    pds_pin_state state;
    pds_secret *pin, *fresh; /* owned; NULL: typed on the device, or not needed */
    bool was_kept;
    char label[PDS_OPENED_LABEL];
    char name[NAME]; /* what is known of it is filed so: the same digits may be PIN and PUK */
} offering;

/* What is offered for. */
struct way {
    pds_secret_kind kind;
    bool again;    /* the token is logged in: a kept PIN was right already */
    bool sets_new; /* another PIN takes its place */
    const char *on_reader;
    pds_code (*act)(const offering *o, pds_err *e);
};

static void offering_drop(offering *o)
{
    pds_secret_drop(&o->pin);
    pds_secret_drop(&o->fresh);
}

static const char *id_of(const offering *o)
{
    return pds_opened_id(o->by->token);
}

/* ---- what is kept ---- */

const char *pds_pin_kept_name(const pds_pin_kept *kept, const pds_opened *token)
{
    const char *const id = pds_opened_id(token);
    return kept == NULL || pds_pin_may_be_cached(id) ? id : kept->own;
}

static const char *cache_name_of(const offering *o)
{
    return pds_pin_kept_name(o->by->kept, o->by->token);
}

/* One that was changed since, or refused, is not worth a try. */
static bool is_worth_it(const offering *o, const pds_secret *pin)
{
    return !pds_pin_was_wrong(o->name, pin) && !pds_pin_is_another(id_of(o), pin);
}

static pds_code get_kept(offering *o, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *copy = NULL;
    const pds_pin_kept *const kept = o->by->kept;
    if (kept == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_secret_new(&copy, e));
    if (kept->pin != NULL && pds_secret_span(kept->pin).len > 0) { /* wiped in a child of fork() */
        PDS_TRY(pds_secret_set(copy, pds_secret_span(kept->pin), e));
    } else if (!pds_pin_cache_get(cache_name_of(o), copy)) {
        return PDS_OK;
    }
    if (is_worth_it(o, copy)) {
        o->was_kept = true;
        o->pin = copy;
        copy = NULL;
    }
    return PDS_OK;
}

/* What is needed again: for keys that want it each time, and to go on after the token was away.
 * What was in the cache is not put back: it may have been forgotten meanwhile. */
static pds_code keep(offering *o, pds_err *e)
{
    pds_pin_kept *const kept = o->by->kept;
    if (kept == NULL || o->pin == NULL) {
        return PDS_OK;
    }
    kept->right_at = pds_clock_ms(CLOCK_BOOTTIME);
    if (kept->seconds == 0) {
        pds_secret_drop(&kept->pin);
        kept->pin = o->pin;
        o->pin = NULL;
        return PDS_OK;
    }
    if (!o->was_kept) {
        PDS_TRY(pds_pin_cache_put(cache_name_of(o), o->pin, kept->seconds, e));
    }
    pds_pin_cache_name(cache_name_of(o), kept->spelling);
    pds_pin_cache_name(cache_name_of(o), o->by->token->info.uri);
    kept->cached = true;
    return PDS_OK;
}

static void forget(const offering *o)
{
    if (o->how->kind != PDS_SECRET_PIN) {
        return;
    }
    if (o->by->kept != NULL) {
        pds_secret_drop(&o->by->kept->pin);
    }
    (void)pds_pin_cache_forget(cache_name_of(o));
}

/* ---- asking ---- */

/* A login, to a token that wants none. */
static bool is_needless(const offering *o)
{
    return o->state.open && !o->how->again && !o->how->sets_new;
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

static bool is_puk(const offering *o)
{
    return o->how->kind == PDS_SECRET_PUK;
}

static int tries_of(const offering *o)
{
    return is_puk(o) ? o->state.puk_tries : o->state.tries;
}

static pds_code look(offering *o, pds_err *e)
{
    const bool force = o->by->options->force_last_try;
    PDS_TRY(pds_guard_pin_state(o->by->token->device, &o->state, e));
    if (o->state.puk_tries < 0) { /* few tokens tell before a wrong one */
        o->state.puk_tries = pds_puk_left(id_of(o));
    }
    if (is_needless(o)) {
        return PDS_OK;
    }
    return is_puk(o) ? pds_puk_check(&o->state, o->label, force, e)
                     : pds_pin_check(&o->state, o->label, force, e);
}

static pds_code ask(offering *o, pds_err *e)
{
    const pds_token_options *const options = o->by->options;
    if (!(o->how->sets_new ? o->state.pad_changes : o->state.pad)) {
        return pds_secret_ask(options, o->how->kind, o->label, tries_of(o), &o->pin, e);
    }
    if (options->tell != NULL) {
        options->tell(options->tell_ctx, pds_translated(o->how->on_reader));
    }
    return PDS_OK;
}

/* What was right a moment ago is so still: a card has one exchange less for each signature. */
static bool was_right_now(const offering *o)
{
    enum { MOMENT_MS = 2000 };
    return o->how->again && pds_clock_ms(CLOCK_BOOTTIME) - o->by->kept->right_at < MOMENT_MS;
}

/* A kept one is offered only while another try is left behind it, too; while a person types, others
 * may try theirs. */
static pds_code get(offering *o, pds_err *e)
{
    PDS_TRY(get_kept(o, e));
    if (o->was_kept) {
        return was_right_now(o) ? PDS_OK : look(o, e);
    }
    PDS_TRY(look(o, e));
    if (is_needless(o)) {
        return PDS_OK;
    }
    PDS_TRY(ask(o, e));
    return look(o, e);
}

/* ---- offering ---- */

static pds_code refuse_known(const offering *o, pds_err *e)
{
    if (pds_pin_was_wrong(o->name, o->pin)) {
        forget(o);
        PDS_FAIL(e, PDS_E_PIN_WRONG, "this was refused by '%s' before: it is not tried again",
                 o->label);
    }
    if (!o->how->again && !o->how->sets_new && o->state.in &&
        pds_pin_is_another(id_of(o), o->pin)) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "another PIN has opened '%s' in this program", o->label);
    }
    if (pds_pin_is_doubtful(o->name, o->pin, tries_of(o))) {
        PDS_FAIL(e, PDS_E_PIN_WRONG,
                 "this was offered to '%s' before, which gave no answer: it is not tried again",
                 o->label);
    }
    return PDS_OK;
}

static pds_code tell_left(const offering *o, pds_code code, pds_err *e)
{
    pds_pin_state after = { .tries = -1 };
    if (pds_guard_pin_state(o->by->token->device, &after, NULL) != PDS_OK) {
        return code;
    }
    if (!is_puk(o)) {
        return pds_pin_tell_left(code, &after, e);
    }
    after.puk_tries = code == PDS_E_PIN_LOCKED ? 0 : after.puk_tries;
    pds_puk_set_left(id_of(o), after.puk_tries);
    return pds_puk_tell_left(code, &after, e);
}

/* A wrong one costs a try: it is offered once, and never again. Of two, the token may refuse the
 * new one. */
static pds_code learn_wrong(const offering *o, pds_code code, pds_err *e)
{
    if (o->pin != NULL && !(o->how->again && o->was_kept) && pds_pin_is_in_doubt(code)) {
        pds_pin_set_doubtful(o->name, o->pin, tries_of(o));
    }
    if (code != PDS_E_PIN_WRONG && code != PDS_E_PIN_LOCKED &&
        (code != PDS_E_PIN_REFUSED || o->how->sets_new)) {
        return code;
    }
    if (o->pin != NULL && code != PDS_E_PIN_LOCKED) {
        pds_pin_set_wrong(o->name, o->pin);
    }
    forget(o);
    return tell_left(o, code, e);
}

/* Keys that are open may keep the old PIN: it is known to be another one now. */
static void learn_new(const offering *o)
{
    pds_pin_forget_known(id_of(o));
    (void)pds_pin_cache_forget(id_of(o));
    if (is_puk(o)) {
        pds_puk_set_left(id_of(o), -1);
    }
    if (o->fresh != NULL) {
        pds_pin_set_right(id_of(o), o->fresh);
    }
}

/* Where this process is logged in already, devices may take anything. */
static pds_code learn_right(offering *o, pds_err *e)
{
    if (o->how->sets_new) {
        learn_new(o);
        return PDS_OK;
    }
    if (o->pin != NULL && (o->how->again ? !o->was_kept : !o->state.in)) {
        pds_pin_set_right(id_of(o), o->pin);
    }
    return keep(o, e);
}

static pds_code offer(offering *o, pds_err *e)
{
    PDS_TRY(get(o, e));
    if (o->pin != NULL) {
        PDS_TRY(refuse_known(o, e));
    }
    if (o->pin != NULL && o->how->sets_new) {
        PDS_TRY(pds_secret_ask(o->by->options, PDS_SECRET_NEW_PIN, o->label, -1, &o->fresh, e));
        PDS_TRY(look(o, e)); /* as in get: that took a person's time, too */
        PDS_TRY(refuse_known(o, e));
    }
    const pds_code code = o->how->act(o, e);
    return code == PDS_OK ? learn_right(o, e) : learn_wrong(o, code, e);
}

static pds_code offer_in_turn(const way *how, const pds_holder *h, pds_pin_use_fn use, void *ctx,
                              pds_err *e)
{
    PDS_OWN(offering_drop)
    offering o = {
        .how = how, .by = h, .use = use, .ctx = ctx, .state = { .tries = -1, .puk_tries = -1 }
    };
    PDS_OWN(pds_turn_give) pds_turn *turn = NULL;
    PDS_TRY(pds_turn_take(pds_opened_id(h->token), &turn, e));
    pds_opened_label(h->token, o.label);
    (void)snprintf(o.name, sizeof o.name, "%s%s", is_puk(&o) ? "puk " : "", id_of(&o));
    return offer(&o, e);
}

/* ---- ways ---- */

static pds_code act_log_in(const offering *o, pds_err *e)
{
    return is_needless(o) ? PDS_OK : pds_guard_login(o->by->token->device, o->pin, e);
}

static pds_code act_use(const offering *o, pds_err *e)
{
    return o->use(o->ctx, o->pin, e);
}

static pds_code act_change(const offering *o, pds_err *e)
{
    return pds_guard_change_pin(o->by->token->device, o->pin, o->fresh, e);
}

static pds_code act_unblock(const offering *o, pds_err *e)
{
    return pds_guard_unblock(o->by->token->device, o->pin, o->fresh, e);
}

pds_code pds_holder_log_in(const pds_holder *h, pds_err *e)
{
    static const way in = { .on_reader = N_("type the PIN on the reader"), .act = act_log_in };
    const pds_code code = offer_in_turn(&in, h, NULL, NULL, e);
    pds_token_log("login", h->token->info.uri, code);
    return code;
}

pds_code pds_holder_use(const pds_holder *h, pds_pin_use_fn use, void *ctx, pds_err *e)
{
    static const way again = { .again = true,
                               .on_reader = N_("type the PIN on the reader"),
                               .act = act_use };
    return offer_in_turn(&again, h, use, ctx, e);
}

pds_code pds_holder_change_pin(const pds_holder *h, pds_err *e)
{
    static const way change = {
        .sets_new = true,
        .on_reader = N_("type the old PIN on the reader, and then the new one twice"),
        .act = act_change,
    };
    return offer_in_turn(&change, h, NULL, NULL, e);
}

pds_code pds_holder_unblock(const pds_holder *h, pds_err *e)
{
    static const way unblock = {
        .kind = PDS_SECRET_PUK,
        .sets_new = true,
        .on_reader = N_("type the PUK on the reader, and then the new PIN twice"),
        .act = act_unblock,
    };
    return offer_in_turn(&unblock, h, NULL, NULL, e);
}
