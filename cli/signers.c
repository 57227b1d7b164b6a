#include "cli/signers.h"

#include "cli/pin.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* "\n" begins a line, "\\" is a backslash; any other backslash stands for itself. */
static pds_code take_text(const char *text, char **out, pds_err *e)
{
    char *to = *out = malloc(strlen(text) + 1);
    if (to == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (; *text != '\0'; text++) {
        bool line = text[0] == '\\' && text[1] == 'n';
        bool backslash = text[0] == '\\' && text[1] == '\\';
        text += line || backslash ? 1 : 0;
        *to++ = (char)(line ? '\n' : *text);
    }
    *to = '\0';
    return PDS_OK;
}

static pds_look look_of(const cli_signer *signer, const cli_signer_state *s)
{
    return (pds_look){
        .seal = s->seal,
        .places = signer->places.items,
        .place_count = signer->places.count,
        .text = s->text,
        .show = signer->show,
        .text_color = signer->text_color,
        .text_size = signer->text_size,
        .text_place = (pds_text_place)signer->text_place,
        .vertical = signer->vertical,
        .plain = signer->plain,
        .dates = signer->dates.items,
        .date_count = signer->dates.count,
        .date_format = signer->date_format,
        .date_value = signer->date_value,
        .date_color = signer->date_color,
        .date_size = signer->date_size,
        .seams = signer->seams.items,
        .seam_count = signer->seams.count,
        .seam_mode = (pds_seam_mode)signer->seam_mode,
        .allow_overlap = signer->allow_overlap,
        .fonts = s->fonts,
    };
}

static pds_signature_options options_of(const cli_signer *signer, const cli_signer_state *s)
{
    return (pds_signature_options){
        .field = signer->field,
        .look = look_of(signer, s),
        .digest = s->options.digest,
        .pss = signer->pss,
        .certify = (int)signer->certify,
        .lock = signer->lock,
        .reason = signer->reason,
        .location = signer->location,
        .contact = signer->contact,
        .name = signer->name,
    };
}

static pds_code read_options(const cli_args *args, const cli_signer *signer, cli_signer_state *s,
                             pds_err *e)
{
    if (signer->digest != NULL) {
        CLI_TRY(pds_digest_from_name(signer->digest, &s->options.digest, e));
    }
    if (signer->text != NULL) {
        CLI_TRY(take_text(signer->text, &s->text, e));
    }
    s->options = options_of(signer, s);
    return pds_sign_check_options(&s->options, args->zone, e);
}

/* Words of a signature: text, lines about it, dates. */
static bool has_text(const cli_signer *signer)
{
    return signer->text != NULL || signer->show != NULL || signer->dates.count > 0;
}

/* Without it a person at a terminal would wait for what waits for him. */
void cli_tell_person(void *ctx, const char *text)
{
    const cli_args *const args = ctx;
    if (!args->quiet || isatty(STDERR_FILENO) == 1) {
        flockfile(stderr); /* threads tell at once */
        cli_put(stderr, "pdfsign: ");
        cli_put_safe(stderr, text);
        cli_put(stderr, "\n");
        funlockfile(stderr);
    }
}

static pds_key_options key_of(const cli_args *args, const cli_signer *signer)
{
    return (pds_key_options){
        .uri = signer->key,
        .cert = signer->cert,
        .chains = signer->chains.items,
        .chain_count = signer->chains.count,
        .pin = cli_pin_ask,
        .allow_expired = signer->allow_expired,
        .identity = signer->identity,
        .force_last_try = signer->force_last_try,
        .tell = cli_tell_person,
        .tell_ctx = (void *)args,
        .pin_cache = args->token.pin_cache,
        .wait = args->token.wait,
        .decrypts = args->verb == CLI_TOKEN_DECRYPT,
    };
}

static pds_code open_pictures(const cli_args *args, const cli_signer *signer, cli_signer_state *s,
                              pds_err *e)
{
    if (cli_seal_in_token(signer)) {
        const pds_key_options key = key_of(args, signer);
        CLI_TRY(pds_seal_open_token(&key, signer->size, &s->seal, e));
    } else if (signer->seal != NULL) {
        CLI_TRY(pds_seal_open(signer->seal, signer->size, &s->seal, e));
    }
    if (has_text(signer)) {
        CLI_TRY(pds_fonts_open(signer->font, &s->fonts, e));
    }
    s->options.look.seal = s->seal;
    s->options.look.fonts = s->fonts;
    return PDS_OK;
}

pds_code cli_signers_open(const cli_args *args, cli_signers *out, pds_err *e)
{
    out->count = args->signer_count;
    for (size_t i = 0; i < out->count; i++) {
        pds_code code = read_options(args, &args->signers[i], &out->items[i], e);
        CLI_TRY(cli_of_signer(code, args, i, e));
    }
    for (size_t i = 0; i < out->count; i++) {
        pds_code code = open_pictures(args, &args->signers[i], &out->items[i], e);
        CLI_TRY(cli_of_signer(code, args, i, e));
    }
    return PDS_OK;
}

pds_code cli_key_open(const cli_args *args, const cli_signer *signer, cli_pin_source *source,
                      pds_key **key, pds_err *e)
{
    pds_key_options options = key_of(args, signer);
    options.pin_ctx = source;
    return pds_key_open(&options, key, e);
}

static pds_code open_key(const cli_args *args, size_t index, cli_signers *s, pds_err *e)
{
    const cli_signer *const signer = &args->signers[index];
    cli_signer_state *const state = &s->items[index];
    state->pin_source = (cli_pin_source){ .signer = signer, .rehearsal = &s->rehearsal };
    if (signer->key == NULL && signer->cert == NULL) {
        return PDS_OK; /* a job prepared for whoever signs it, or a look at the files alone */
    }
    return cli_key_open(args, signer, &state->pin_source, &state->key, e);
}

/* An error of the rehearsal is about a file, not about the key that was to be opened. */
static pds_code unlock(const cli_args *args, size_t index, cli_signers *s, pds_err *e)
{
    if (s->items[index].key != NULL) {
        return PDS_OK; /* its file had seemed to be missing */
    }
    pds_code code = open_key(args, index, s, e);
    if (code != PDS_OK && s->rehearsal.refused.code != PDS_OK) {
        *e = s->rehearsal.refused;
        return e->code;
    }
    return cli_of_signer(code, args, index, e);
}

/* false: a key's file is known to be missing. */
static bool is_there(const char *uri)
{
    bool in_file =
        uri != NULL && (strncasecmp(uri, "p12:", 4) == 0 || strncasecmp(uri, "file:", 5) == 0);
    return !in_file || access(strchr(uri, ':') + 1, R_OK) == 0;
}

/* Nobody is asked for a PIN where the key of a later signer can't be read. */
static pds_code check_files(const cli_args *args, cli_signers *s, pds_err *e)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!is_there(args->signers[i].key)) {
            CLI_TRY(unlock(args, i, s, e));
        }
    }
    return PDS_OK;
}

pds_code cli_signers_unlock(const cli_args *args, cli_signers *s, pds_err *e)
{
    CLI_TRY(check_files(args, s, e));
    for (size_t i = 0; i < s->count; i++) {
        CLI_TRY(unlock(args, i, s, e));
    }
    return PDS_OK;
}

void cli_signers_fill(const cli_signers *s, pds_signing *out)
{
    for (size_t i = 0; i < s->count; i++) {
        out[i] = (pds_signing){ .key = s->items[i].key, .signature = s->items[i].options };
    }
}

bool cli_signers_read_pages(const cli_signers *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const pds_look *look = &s->items[i].options.look;
        if (look->place_count > 0 || look->date_count > 0) {
            return true;
        }
    }
    return false;
}

void cli_signers_drop(cli_signers *s)
{
    for (size_t i = 0; i < s->count; i++) {
        pds_key_drop(&s->items[i].key);
        pds_fonts_drop(&s->items[i].fonts);
        pds_seal_drop(&s->items[i].seal);
        free(s->items[i].text);
    }
    s->count = 0;
}
