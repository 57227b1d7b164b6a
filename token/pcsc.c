#include "base/clock.h"
#include "base/own.h"
#include "token/hardkey.h"
#include "token/pcsc_lite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* An open card: its reader, and what kind of card it is. */
typedef struct pcsc {
    pds_card *card;
    const pds_card_type *type;
    void *state;          /* the kind's */
    pthread_mutex_t lock; /* a card does one thing at a time */
    int64_t right_at;     /* milliseconds of CLOCK_BOOTTIME: when it last took the PIN */
    bool lost;            /* another card may be there since a reset */
} pcsc;

static void close_card(void *self)
{
    pcsc *const p = self;
    if (p == NULL) {
        return;
    }
    if (p->state != NULL) {
        p->type->drop(p->state);
    }
    pds_card_close(&p->card);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

static void drop_card(pcsc **p)
{
    close_card(*p);
}

/* Holds the card, though another program has reset it since. */
static pds_code hold(pcsc *p, bool *was_reset, pds_err *e)
{
    const pds_code code = pds_card_lock(p->card, e);
    if (was_reset != NULL) {
        *was_reset = code == PDS_E_TOKEN_RESET;
    }
    if (code != PDS_E_TOKEN_RESET) {
        return code;
    }
    PDS_TRY(pds_card_renew(p->card, e));
    return pds_card_lock(p->card, e);
}

/* The first kind that the card says it is. */
static pds_code find_type(pcsc *p, pds_err *e)
{
    bool is = false;
    for (size_t i = 0; pds_card_types[i] != NULL && !is; i++) {
        p->type = pds_card_types[i];
        PDS_TRY(p->type->select(p->card, &is, &p->state, e));
    }
    if (!is) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "the card in '%s' is of a kind that is not known",
                 p->card->reader);
    }
    return PDS_OK;
}

static pds_code open_reader(const char *reader, pcsc **out, pds_err *e)
{
    PDS_OWN(drop_card) pcsc *p = calloc(1, sizeof *p);
    if (p == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)pthread_mutex_init(&p->lock, NULL);
    PDS_TRY(pds_card_open(reader, &p->card, e));
    PDS_TRY(hold(p, NULL, e));
    pds_card_find_features(p->card);
    const pds_code code = find_type(p, e);
    pds_card_unlock(p->card);
    PDS_TRY(code);
    *out = p;
    p = NULL;
    return PDS_OK;
}

/* ---- what is there ---- */

/* Whatever card is in it. */
static bool fits(const pds_pcsc_uri *uri, const char *reader)
{
    pds_pcsc_uri any = *uri;
    any.serial[0] = any.bound[0] = '\0';
    return pds_pcsc_uri_fits(&any, reader, "");
}

static pds_code look_into(const char *reader, const pds_pcsc_uri *uri, pds_device_list *out,
                          pds_err *e)
{
    PDS_OWN(drop_card) pcsc *p = NULL;
    pds_device_info info = { .uri = "" };
    PDS_TRY(open_reader(reader, &p, e));
    PDS_TRY(p->type->info(p->card, p->state, &info, e));
    if (!pds_pcsc_uri_fits(uri, reader, info.serial)) {
        return PDS_OK;
    }
    pds_pcsc_alias(reader, info.serial, info.alias);
    (void)snprintf(info.reader, sizeof info.reader, "%s", reader);
    PDS_TRY(pds_pcsc_uri_put(reader, info.serial, "", info.uri, e));
    if (info.serial[0] != '\0') {
        PDS_TRY(pds_pcsc_uri_put("*", info.serial, "", info.again, e));
    }
    return pds_device_list_add(out, &info, e);
}

static pds_code add_place(const pds_readers *readers, size_t index, pds_device_list *list,
                          pds_err *e)
{
    const char *const reader = readers->items[index].name;
    pds_device_info info = { .bare = true,
                             .empty = !readers->items[index].card,
                             .events = readers->items[index].events };
    (void)snprintf(info.reader, sizeof info.reader, "%s", reader);
    pds_pcsc_alias(reader, "", info.alias);
    PDS_TRY(pds_pcsc_uri_put(reader, "", "", info.uri, e));
    return pds_device_list_add(list, &info, e);
}

static pds_code places(const char *rest, pds_device_list *out, pds_err *e)
{
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    pds_pcsc_uri uri;
    PDS_TRY(pds_pcsc_uri_parse(rest, &uri, e));
    PDS_TRY(pds_readers_list(&readers, e));
    if (!readers.served) {
        return pds_device_list_note(out, PDS_E_TOKEN_MISSING, "pcsc",
                                    pds_translated(N_("pcscd does not run")), e);
    }
    for (size_t i = 0; i < readers.count; i++) {
        if (fits(&uri, readers.items[i].name)) {
            PDS_TRY(add_place(&readers, i, out, e));
        }
    }
    return PDS_OK;
}

static pds_code look(const char *place, const char *rest, pds_device_list *out, pds_err *e)
{
    pds_pcsc_uri uri;
    PDS_TRY(pds_pcsc_uri_parse(rest, &uri, e));
    return look_into(place, &uri, out, e);
}

static pds_code mark(uint64_t *out, pds_err *e)
{
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    PDS_TRY(pds_readers_list(&readers, e));
    *out = pds_readers_mark(&readers);
    return PDS_OK;
}

static pds_code disconnect(const pds_device_info *info, pds_err *e)
{
    return pds_card_power_down(info->reader, e);
}

/* ---- opening ---- */

static pds_code open_found(const pds_device_info *info, void **self, pds_err *e)
{
    PDS_OWN(drop_card) pcsc *p = NULL;
    pds_device_info there = { .uri = "" };
    PDS_TRY(open_reader(info->reader, &p, e));
    PDS_TRY(p->type->info(p->card, p->state, &there, e));
    if (strcmp(there.serial, info->serial) != 0) {
        PDS_FAIL(e, PDS_E_TOKEN_MISSING, "another card is in '%s' now", info->reader);
    }
    *self = p;
    p = NULL;
    return PDS_OK;
}

/* ---- slots ---- */

static pds_code check_there(const pcsc *p, pds_err *e)
{
    if (p->lost) {
        PDS_FAIL(e, PDS_E_TOKEN_RESET, "the card was reset, or it is another one");
    }
    return PDS_OK;
}

/* Nobody else talks to the card meanwhile, neither of this program nor of another. */
static pds_code begin(pcsc *p, pds_err *e)
{
    (void)pthread_mutex_lock(&p->lock);
    pds_code code = check_there(p, e);
    code = code == PDS_OK ? pds_card_lock(p->card, e) : code;
    if (code != PDS_OK) {
        (void)pthread_mutex_unlock(&p->lock);
    }
    return code;
}

static void end(pcsc *p)
{
    pds_card_unlock(p->card);
    (void)pthread_mutex_unlock(&p->lock);
}

/* pcscd tells of a reset alone where a card was pulled out, another one put in, and that one reset:
 * it has to be the same. */
static pds_code hold_anew(pcsc *p, bool selects, pds_err *e)
{
    bool was_reset = false;
    PDS_TRY(check_there(p, e));
    pds_code code = hold(p, &was_reset, e);
    p->lost = was_reset && code != PDS_OK;
    PDS_TRY(code);
    if (was_reset) {
        p->lost = p->type->select_same(p->card, p->state, e) != PDS_OK;
        code = check_there(p, e);
    } else if (selects) {
        code = p->type->select_again(p->card, p->state, e);
    }
    if (code != PDS_OK) {
        pds_card_unlock(p->card);
    }
    return code;
}

/* For what needs no login: that another program has reset the card is no matter. selects: nor that
 * it has selected another application, where it may end a login to do that again. */
static pds_code begin_anew(pcsc *p, bool selects, pds_err *e)
{
    (void)pthread_mutex_lock(&p->lock);
    const pds_code code = hold_anew(p, selects, e);
    if (code != PDS_OK) {
        (void)pthread_mutex_unlock(&p->lock);
    }
    return code;
}

static pds_code keys(void *self, const char *rest, pds_device_keys *out, pds_err *e)
{
    pcsc *const p = self;
    pds_pcsc_uri uri;
    PDS_TRY(pds_pcsc_uri_parse(rest, &uri, e));
    PDS_TRY(begin_anew(p, false, e));
    const pds_code code = p->type->keys(p->card, p->state, uri.slot, out, e);
    end(p);
    for (size_t i = 0; i < out->count; i++) {
        out->items[i].has_key =
            out->items[i].has_key &&
            (uri.slot[0] == '\0' || strcasecmp(uri.slot, out->items[i].id) == 0);
    }
    return code;
}

static pds_code key_uri(const pds_device_info *info, const pds_device_key *key,
                        char out[PDS_DEVICE_URI], pds_err *e)
{
    return pds_pcsc_uri_put(info->reader, info->serial, key->id, out, e);
}

/* A PIN goes to no other application, where it would cost a try: ours is selected before, but for
 * keys that took it a moment ago, which would need an exchange more for each signature. */
static bool was_right_now(const pcsc *p)
{
    enum { MOMENT_MS = 2000 };
    return p->right_at != 0 && pds_clock_ms(CLOCK_BOOTTIME) - p->right_at < MOMENT_MS;
}

static void note_right(pcsc *p, bool right)
{
    p->right_at = right ? pds_clock_ms(CLOCK_BOOTTIME) : 0;
}

static pds_code log_in(pcsc *p, const pds_secret *pin, pds_err *e)
{
    const pds_code code = p->type->login(p->card, p->state, pin, e);
    note_right(p, code == PDS_OK);
    return code;
}

/* A key that wants the PIN each time gets it right before, with nothing in between. */
static pds_code begin_use(pcsc *p, const pds_device_key *key, pds_err *e)
{
    return key->asks_always ? begin_anew(p, !was_right_now(p), e) : begin(p, e);
}

/* What it does may take longer than the moment. */
static void end_use(pcsc *p, const pds_device_key *key, pds_code code)
{
    if (key->asks_always && code == PDS_OK) {
        note_right(p, true);
    }
    end(p);
}

static pds_code pin_state(void *self, pds_pin_state *out, pds_err *e)
{
    pcsc *const p = self;
    PDS_TRY(begin_anew(p, !was_right_now(p), e));
    const pds_code code = p->type->pin_state(p->card, p->state, out, e);
    end(p);
    return code;
}

static pds_code login(void *self, const pds_secret *pin, pds_err *e)
{
    pcsc *const p = self;
    PDS_TRY(begin_anew(p, true, e));
    const pds_code code = log_in(p, pin, e);
    end(p);
    return code;
}

static pds_code sign(void *self, const pds_device_key *key, pds_algorithm algorithm,
                     pds_span message, const pds_secret *pin, pds_buf *signature, pds_err *e)
{
    pcsc *const p = self;
    pds_code code = PDS_OK;
    PDS_TRY(begin_use(p, key, e));
    if (key->asks_always) {
        code = log_in(p, pin, e);
    }
    if (code == PDS_OK) {
        code = p->type->sign(p->card, p->state, key, algorithm, message, signature, e);
    }
    end_use(p, key, code);
    return code;
}

static pds_code decrypt(void *self, const pds_device_key *key, const pds_decryption *how,
                        const pds_secret *pin, pds_buf *locked, pds_err *e)
{
    pcsc *const p = self;
    pds_code code = PDS_OK;
    PDS_TRY(begin_use(p, key, e));
    if (key->asks_always) {
        code = log_in(p, pin, e);
    }
    if (code == PDS_OK) {
        code = p->type->decrypt(p->card, p->state, key, how, locked, e);
    }
    end_use(p, key, code);
    return code;
}

static pds_code change_pin(void *self, const pds_secret *old, const pds_secret *pin, pds_err *e)
{
    pcsc *const p = self;
    PDS_TRY(begin_anew(p, true, e));
    const pds_code code = p->type->change_pin(p->card, p->state, old, pin, e);
    end(p);
    return code;
}

static pds_code unblock(void *self, const pds_secret *puk, const pds_secret *pin, pds_err *e)
{
    pcsc *const p = self;
    PDS_TRY(begin_anew(p, true, e));
    const pds_code code = p->type->unblock(p->card, p->state, puk, pin, e);
    end(p);
    return code;
}

static pds_code read_object(void *self, unsigned number, pds_buf *out, pds_err *e)
{
    pcsc *const p = self;
    PDS_TRY(begin_anew(p, false, e));
    const pds_code code = p->type->read_object(p->card, p->state, number, out, e);
    end(p);
    return code;
}

static pds_code write_object(void *self, unsigned number, pds_span bytes,
                             const pds_secret *management, pds_err *e)
{
    pcsc *const p = self;
    PDS_TRY(begin_anew(p, false, e));
    const pds_code code = p->type->write_object(p->card, p->state, number, bytes, management, e);
    end(p);
    return code;
}

static size_t object_max(void *self)
{
    const pcsc *const p = self;
    return p->type->object_max(p->card, p->state);
}

const pds_device_ops pds_device_pcsc = {
    .scheme = "pcsc",
    .places = places,
    .look = look,
    .open = open_found,
    .close = close_card,
    .keys = keys,
    .key_uri = key_uri,
    .pin_state = pin_state,
    .login = login,
    .sign = sign,
    .decrypt = decrypt,
    .change_pin = change_pin,
    .unblock = unblock,
    .read_object = read_object,
    .write_object = write_object,
    .object_max = object_max,
    .mark = mark,
    .disconnect = disconnect,
    .wants_management = true,
    .in_readers = true,
    .signs_alone = true,
};
