#include "cli/token_table.h"

#include "cli/i18n.h"
#include "cli/table.h"
#include "cli/text.h"

#include <string.h>
#include <time.h>

enum { DAY = 24 * 60 * 60, ENDING_DAYS = 30, KEY_COLUMNS = 5 };

/* ---- words ---- */

const char *cli_token_pin_word(const pds_token *t)
{
    if (t->pin_blocked) {
        return N_("blocked");
    }
    if (t->pin_unset) {
        return N_("unset");
    }
    return t->pin_last ? N_("last try") : t->pin_low ? N_("low") : N_("ok");
}

const char *cli_token_kind_word(const pds_token_key *key)
{
    static const char *const kinds[] = { N_("none"), N_("signing"), N_("encryption"), N_("both") };
    return kinds[key->use & (PDS_USE_SIGNING | PDS_USE_ENCRYPTION)];
}

const char *cli_token_validity_word(const pds_token_key *key, int64_t now)
{
    if (key->not_after == 0) {
        return NULL;
    }
    if (key->not_after < now) {
        return N_("expired");
    }
    if (key->not_before > now) {
        return N_("not yet valid");
    }
    return key->not_after < now + (int64_t)ENDING_DAYS * DAY ? N_("ending") : N_("valid");
}

/* In UTC. form: as of strftime. */
static void put_time(char *to, size_t size, const char *form, int64_t seconds)
{
    const time_t when = (time_t)seconds;
    struct tm parts;
    if (gmtime_r(&when, &parts) == NULL || strftime(to, size, form, &parts) == 0) {
        to[0] = '\0';
    }
}

static bool has(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* ---- JSON ---- */

static void set_time(pds_json *json, const char *name, int64_t seconds)
{
    char text[32];
    if (seconds != 0) {
        put_time(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", seconds);
        pds_json_set_text(json, name, text);
    }
}

static void set_text(pds_json *json, const char *name, const char *text)
{
    pds_json_set_text(json, name, has(text) ? text : NULL);
}

static pds_json *key_json(const pds_token_key *key, int64_t now)
{
    pds_json *json = pds_json_object();
    set_text(json, "uri", key->uri);
    set_text(json, "id", key->id);
    set_text(json, "label", key->label);
    set_text(json, "name", key->name);
    set_text(json, "subject", key->subject);
    set_text(json, "issuer", key->issuer);
    set_text(json, "serial", key->serial);
    set_text(json, "sha256", key->sha256);
    set_time(json, "not_before", key->not_before);
    set_time(json, "not_after", key->not_after);
    set_text(json, "validity", cli_token_validity_word(key, now));
    set_text(json, "algorithm", key->algorithm);
    pds_json_set_text(json, "kind", cli_token_kind_word(key));
    pds_json_set_bool(json, "has_key", key->has_key);
    pds_json_set_bool(json, "asks_always", key->asks_always);
    return json;
}

static pds_json *pin_json(const pds_token *t)
{
    pds_json *json = pds_json_object();
    pds_json_set_text(json, "state", cli_token_pin_word(t));
    if (t->pin_tries >= 0) {
        pds_json_set_int(json, "tries_left", t->pin_tries);
    }
    if (t->puk_tries >= 0) {
        pds_json_set_int(json, "puk_tries_left", t->puk_tries);
    }
    pds_json_set_bool(json, "on_reader", t->pin_pad);
    return json;
}

pds_json *cli_token_head(const pds_token *t)
{
    pds_json *json = pds_json_object();
    set_text(json, "uri", t->uri);
    set_text(json, "driver", t->driver);
    set_text(json, "label", t->label);
    set_text(json, "maker", t->maker);
    set_text(json, "model", t->model);
    set_text(json, "serial", t->serial);
    set_text(json, "reader", t->reader);
    set_text(json, "alias", t->alias);
    return json;
}

static pds_json *token_json(const pds_token *t, int64_t now)
{
    pds_json *json = cli_token_head(t);
    pds_json *keys = pds_json_array();
    for (size_t i = 0; i < t->key_count; i++) {
        pds_json_add(keys, key_json(&t->keys[i], now));
    }
    pds_json_set(json, "pin", pin_json(t));
    pds_json_set_bool(json, "has_seal", t->has_seal);
    pds_json_set(json, "keys", keys);
    return json;
}

void cli_tokens_set(pds_json *result, const pds_token_list *list, int64_t now)
{
    pds_json *tokens = pds_json_array();
    pds_json *notes = list->note_count > 0 ? pds_json_array() : NULL;
    pds_json *readers = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const pds_token *const t = &list->items[i];
        readers = t->bare && readers == NULL ? pds_json_array() : readers;
        pds_json_add(t->bare ? readers : tokens, t->bare ? cli_token_head(t) : token_json(t, now));
    }
    pds_json_set(result, "tokens", tokens);
    if (readers != NULL) {
        pds_json_set(result, "readers", readers);
    }
    for (size_t i = 0; i < list->note_count; i++) {
        pds_json_add_text(notes, list->notes[i]);
    }
    if (notes != NULL) {
        pds_json_set(result, "notes", notes);
    }
}

/* ---- for people ---- */

static void put_line(FILE *to, const char *title, const char *text)
{
    enum { TITLE = 14 };
    if (has(text)) {
        cli_put(to, "  ");
        cli_put_padded(to, title, TITLE);
        cli_put_safe(to, text);
        cli_put(to, "\n");
    }
}

/* "3 tries left", "blocked": of the PIN, with what a person should know of it. */
static void put_pin(FILE *to, const pds_token *t)
{
    char tries[64] = "";
    char text[CLI_CELL];
    const char *state = "";
    if (t->pin_blocked) {
        state = _("blocked: see 'pdfsign token unblock'");
    } else if (t->pin_unset) {
        state = _("not set");
    } else if (t->pin_last) {
        state = _("one try left, the next wrong one blocks it");
    } else if (t->pin_low) {
        state = _("was typed wrongly");
    }
    if (t->pin_tries >= 0 && !t->pin_blocked && !t->pin_last) {
        (void)snprintf(tries, sizeof tries, _("%d tries left"), t->pin_tries);
    }
    (void)snprintf(text, sizeof text, "%s%s%s%s%s", state,
                   state[0] != '\0' && tries[0] != '\0' ? ", " : "", tries,
                   t->pin_pad && (state[0] != '\0' || tries[0] != '\0') ? ", " : "",
                   t->pin_pad ? _("typed on the reader") : "");
    put_line(to, _("PIN"), text[0] != '\0' ? text : _("its tries are not told"));
    if (t->puk_tries >= 0) {
        (void)snprintf(text, sizeof text, _("%d tries left"), t->puk_tries);
        put_line(to, _("PUK"), text);
    }
}

static void put_until(char *to, size_t size, const pds_token_key *key, int64_t now)
{
    char day[32];
    const char *const word = cli_token_validity_word(key, now);
    if (word == NULL) {
        cli_copy(to, size, "-");
        return;
    }
    put_time(day, sizeof day, "%Y-%m-%d", key->not_after);
    if (strcmp(word, "ending") == 0) {
        (void)snprintf(to, size, _("%s (ends in %d days)"), day,
                       (int)((key->not_after - now) / DAY));
    } else if (strcmp(word, "valid") == 0) {
        cli_copy(to, size, day);
    } else {
        (void)snprintf(to, size, "%s (%s)", day, _(word));
    }
}

static void copy_or_dash(char *cell, const char *text)
{
    cli_copy(cell, CLI_CELL, has(text) ? text : "-");
}

typedef struct keys_of {
    const pds_token *token;
    int64_t now;
} keys_of;

static void fill_key(cli_row *row, const pds_token_key *key, int64_t now)
{
    copy_or_dash(row->text[0], has(key->name) ? key->name : key->label);
    (void)snprintf(row->text[1], CLI_CELL, "%s%s", _(cli_token_kind_word(key)),
                   key->has_key ? "" : _(", no key"));
    copy_or_dash(row->text[2], key->algorithm);
    put_until(row->text[3], CLI_CELL, key, now);
    copy_or_dash(row->text[4], key->uri);
}

static void fill_row(cli_row *row, size_t number, const void *ctx)
{
    const keys_of *of = ctx;
    const char *const titles[KEY_COLUMNS] = { _("NAME"), _("KIND"), _("ALGORITHM"), _("UNTIL"),
                                              "URI" };
    if (number > 0) {
        fill_key(row, &of->token->keys[number - 1], of->now);
        return;
    }
    for (size_t i = 0; i < KEY_COLUMNS; i++) {
        cli_copy(row->text[i], CLI_CELL, titles[i]);
    }
}

static void put_key(FILE *to, const pds_token_key *key, int64_t now)
{
    char text[CLI_CELL];
    cli_put(to, "\n");
    cli_put_safe(to, has(key->name) ? key->name : has(key->label) ? key->label : "-");
    cli_put(to, "\n");
    put_line(to, _("kind"), _(cli_token_kind_word(key)));
    put_line(to, _("key"), key->has_key ? NULL : _("not in the token: a certificate alone"));
    put_line(to, _("algorithm"), key->algorithm);
    put_line(to, _("subject"), key->subject);
    put_line(to, _("issuer"), key->issuer);
    put_line(to, _("serial"), key->serial);
    put_line(to, "SHA-256", key->sha256);
    if (key->not_before != 0) {
        put_time(text, sizeof text, "%Y-%m-%d", key->not_before);
        put_line(to, _("from"), text);
    }
    if (key->not_after != 0) {
        put_until(text, sizeof text, key, now);
        put_line(to, _("until"), text);
    }
    put_line(to, _("id"), key->id);
    put_line(to, _("label"), key->label);
    put_line(to, _("PIN"), key->asks_always ? _("asked for at each signature") : NULL);
    put_line(to, "URI", key->uri);
}

static void put_keys(FILE *to, const pds_token *t, bool full, int64_t now)
{
    const keys_of of = { t, now };
    const cli_table table = { KEY_COLUMNS, t->key_count, fill_row, &of };
    if (t->key_count == 0) {
        cli_put(to, "  %s\n", _("shows no keys; some tokens do so with their PIN only"));
        return;
    }
    for (size_t i = 0; full && i < t->key_count; i++) {
        put_key(to, &t->keys[i], now);
    }
    if (!full) {
        cli_put(to, "\n");
        cli_table_put(to, &table);
    }
}

static void put_reader(FILE *to, const pds_token *t)
{
    cli_put_safe(to, t->reader);
    cli_put(to, "\n");
    put_line(to, _("alias"), t->alias);
    put_line(to, _("card"), _("none that is known"));
    put_line(to, "URI", t->uri);
}

static void put_token(FILE *to, const pds_token *t, bool full, int64_t now)
{
    cli_put_safe(to, has(t->label) ? t->label : has(t->reader) ? t->reader : t->driver);
    cli_put(to, "\n");
    put_line(to, _("alias"), t->alias);
    if (full) {
        put_line(to, _("maker"), t->maker);
        put_line(to, _("model"), t->model);
        put_line(to, _("serial"), t->serial);
    }
    put_line(to, strcmp(t->driver, "pkcs11") == 0 ? _("module") : _("reader"), t->reader);
    put_pin(to, t);
    put_line(to, _("seal"), t->has_seal ? _("there is one in it") : full ? _("none") : NULL);
    put_line(to, "URI", t->uri);
    put_keys(to, t, full, now);
}

void cli_tokens_put(FILE *to, const pds_token_list *list, bool full, int64_t now)
{
    if (list->count == 0) {
        cli_put(to, "%s\n", _("no token is plugged in"));
    }
    for (size_t i = 0; i < list->count; i++) {
        cli_put(to, "%s", i > 0 ? "\n" : "");
        if (list->items[i].bare) {
            put_reader(to, &list->items[i]);
        } else {
            put_token(to, &list->items[i], full, now);
        }
    }
}
