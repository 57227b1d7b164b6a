#include "pdfsign/state.h"

#include "base/base64.h"
#include "base/own.h"
#include "base/publish.h"
#include "pdfsign/result.h"

#include <pds/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_TYPE "pdfsign-state"
enum { STATE_VERSION = 1, STATE_MAX_BYTES = 64 << 20 };

static void free_text(char **text)
{
    free(*text);
}

/* ---- saving ---- */

static void set_bytes(pds_json *object, const char *key, pds_span bytes,
                      void (*put)(pds_buf *, pds_span))
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    put(&text, bytes);
    pds_json_set_text(object, key, pds_buf_cstr(&text));
}

static void set_signer(pds_json *object, const pds_state *state)
{
    pds_json *chain = pds_json_array();
    set_bytes(object, "certificate", pds_cert_der(state->cert), pds_base64_put);
    for (size_t i = 0; i < state->chain.count; i++) {
        PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
        pds_base64_put(&text, pds_cert_der(state->chain.items[i]));
        pds_json_add_text(chain, pds_buf_cstr(&text));
    }
    pds_json_set(object, "chain", chain);
    pds_json_set_text(object, "scheme", pds_scheme_name(state->algorithm.scheme));
}

/* What the key has to sign: the attributes, and their digest for keys that want that. */
static pds_code set_to_sign(pds_json *object, const pds_state *state, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    uint8_t digest[PDS_DIGEST_MAX];
    size_t size = pds_digest_size(state->digest);
    pds_signer signer = pds_state_signer(state);
    PDS_TRY(
        pds_signed_attributes(&signer, pds_span_of(state->document_digest, size), &attributes, e));
    PDS_TRY(pds_hash_of(state->digest, pds_buf_span(&attributes), digest, e));
    set_bytes(object, "signed_attributes", pds_buf_span(&attributes), pds_base64_put);
    set_bytes(object, "to_sign_digest", pds_span_of(digest, size), pds_hex_put);
    return PDS_OK;
}

static pds_code fill_json(pds_json *object, const pds_state *state, pds_err *e)
{
    pds_json_set_int(object, "v", STATE_VERSION);
    pds_json_set_text(object, "type", STATE_TYPE);
    pds_json_set_text(object, "input", state->input);
    pds_json_set_int(object, "input_bytes", (int64_t)state->input_bytes);
    pds_json_set_text(object, "field", state->field);
    pds_json_set_int(object, "page", state->page);
    pds_json_set_bool(object, "new_field", state->new_field);
    pds_json_set_text(object, "signing_time", state->signing_time);
    if (state->level > PDS_LEVEL_B) {
        pds_json_set_text(object, "level", pds_level_name(state->level));
    }
    pds_json_set_text(object, "digest", pds_digest_name(state->digest));
    set_bytes(object, "document_digest", pds_state_digest(state), pds_hex_put);
    if (state->cert != NULL) {
        set_signer(object, state);
        PDS_TRY(set_to_sign(object, state, e));
    }
    pds_json_set_int(object, "hole_open", (int64_t)state->hole.open);
    pds_json_set_int(object, "hole_close", (int64_t)state->hole.close);
    set_bytes(object, "update", pds_buf_span(&state->update), pds_base64_put);
    return PDS_OK;
}

pds_code pds_state_save(const pds_state *state, const pds_output *to, const pds_file *input,
                        pds_err *e)
{
    PDS_OWN(pds_json_drop) pds_json *object = pds_json_object();
    PDS_OWN(pds_publish_drop) pds_publish *out = NULL;
    PDS_OWN(free_text) char *text = NULL;

    PDS_TRY(fill_json(object, state, e));
    text = pds_json_dump(object);
    if (text == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the state of a prepared job");
    }
    PDS_TRY(pds_publish_open(to, input, &out, e));
    PDS_TRY(pds_publish_write(out, pds_span_text(text), e));
    PDS_TRY(pds_publish_write(out, pds_span_text("\n"), e));
    return pds_publish_commit(out, e);
}

/* ---- loading ---- */

static pds_code not_a_state(pds_err *e, const char *what)
{
    return pds_err_hint(
        pds_fail(e, PDS_E_STATE_MISMATCH, __func__, "not the state of a prepared job: %s", what), e,
        "name the file that --prepare wrote");
}

static pds_code take_bytes(const pds_json *object, const char *key,
                           bool (*take)(pds_span, pds_buf *), pds_buf *out, pds_err *e)
{
    const char *text = pds_json_text(object, key);
    if (text == NULL || !take(pds_span_text(text), out)) {
        return not_a_state(e, key);
    }
    return pds_buf_end(out, e);
}

static pds_code take_cert(const char *text, pds_cert **out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    if (text == NULL || !pds_base64_take(pds_span_text(text), &der)) {
        return not_a_state(e, "certificate");
    }
    PDS_TRY(pds_buf_end(&der, e));
    return pds_cert_new(pds_buf_span(&der), out, e);
}

static pds_code take_signer(const pds_json *object, pds_state *out, pds_err *e)
{
    const pds_json *chain = pds_json_get(object, "chain");
    const char *scheme = pds_json_text(object, "scheme");
    bool pss = scheme != NULL && strcmp(scheme, pds_scheme_name(PDS_SCHEME_RSA_PSS)) == 0;
    if (pds_json_get(object, "certificate") == NULL) {
        return PDS_OK;
    }
    PDS_TRY(take_cert(pds_json_text(object, "certificate"), &out->cert, e));
    for (size_t i = 0; i < pds_json_count(chain); i++) {
        pds_cert *issuer = NULL;
        PDS_TRY(take_cert(pds_json_item_text(chain, i), &issuer, e));
        PDS_TRY(pds_certs_add(&out->chain, issuer, e));
    }
    return pds_cert_algorithm(out->cert, out->digest, pss, &out->algorithm, e);
}

static pds_code take_digest(const pds_json *object, pds_state *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf digest = { .max = PDS_DIGEST_MAX };
    const char *name = pds_json_text(object, "digest");
    if (name == NULL || pds_digest_from_name(name, &out->digest, NULL) != PDS_OK) {
        return not_a_state(e, "digest");
    }
    PDS_TRY(take_bytes(object, "document_digest", pds_hex_take, &digest, e));
    if (digest.len == 0 || digest.len != pds_digest_size(out->digest)) {
        return not_a_state(e, "document_digest");
    }
    memcpy(out->document_digest, digest.ptr, digest.len);
    return PDS_OK;
}

/* The hole must be what the update has: "<", zeros, ">". */
static pds_code take_hole(const pds_json *object, pds_state *out, pds_err *e)
{
    int64_t open = pds_json_int(object, "hole_open");
    int64_t close = pds_json_int(object, "hole_close");
    const pds_buf *update = &out->update;
    if (open < 0 || close < open + 2 || (uint64_t)close > update->len || update->ptr[open] != '<' ||
        update->ptr[close - 1] != '>') {
        return not_a_state(e, "hole_open, hole_close");
    }
    out->hole = (pds_hole){ .open = (size_t)open, .close = (size_t)close };
    out->hole.byte_range[1] = out->input_bytes + (uint64_t)open;
    out->hole.byte_range[2] = out->input_bytes + (uint64_t)close;
    out->hole.byte_range[3] = update->len - (uint64_t)close;
    return PDS_OK;
}

static pds_code take_names(const pds_json *object, pds_state *out, pds_err *e)
{
    const char *input = pds_json_text(object, "input");
    const char *field = pds_json_text(object, "field");
    const char *time = pds_json_text(object, "signing_time");
    int64_t bytes = pds_json_int(object, "input_bytes");
    int64_t page = pds_json_int(object, "page");
    if (input == NULL || field == NULL || time == NULL || bytes < 0 || page < 0 ||
        page > UINT32_MAX) {
        return not_a_state(e, "input, input_bytes, field, page or signing_time");
    }
    out->input = strdup(input);
    out->input_bytes = (uint64_t)bytes;
    out->page = (uint32_t)page;
    out->new_field = pds_json_bool(object, "new_field");
    (void)snprintf(out->field, sizeof out->field, "%s", field);
    (void)snprintf(out->signing_time, sizeof out->signing_time, "%s", time);
    return PDS_OK;
}

/* Without a level it is B-B. */
static pds_code take_level(const pds_json *object, pds_state *out, pds_err *e)
{
    const char *const name = pds_json_text(object, "level");
    out->level = PDS_LEVEL_B;
    if (pds_json_get(object, "level") == NULL) {
        return PDS_OK;
    }
    return name != NULL && pds_level_from_name(name, &out->level, NULL) == PDS_OK
               ? PDS_OK
               : not_a_state(e, "level");
}

static pds_code take_state(const pds_json *object, pds_state *out, pds_err *e)
{
    const char *type = pds_json_text(object, "type");
    if (type == NULL || strcmp(type, STATE_TYPE) != 0 ||
        pds_json_int(object, "v") != STATE_VERSION) {
        return not_a_state(e, "type, v");
    }
    PDS_TRY(take_names(object, out, e));
    PDS_TRY(take_level(object, out, e));
    PDS_TRY(take_digest(object, out, e));
    PDS_TRY(take_bytes(object, "update", pds_base64_take, &out->update, e));
    PDS_TRY(take_hole(object, out, e));
    return take_signer(object, out, e);
}

pds_code pds_state_load(const char *path, pds_state *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { .max = STATE_MAX_BYTES };
    PDS_OWN(pds_json_drop) pds_json *object = NULL;
    PDS_TRY(pds_file_slurp(path, STATE_MAX_BYTES, &text, e));
    if (pds_json_parse((const char *)text.ptr, text.len, &object, NULL) != PDS_OK) {
        return pds_err_file(not_a_state(e, "no JSON"), e, path);
    }
    return pds_err_file(take_state(object, out, e), e, path);
}

pds_signer pds_state_signer(const pds_state *state)
{
    return (
        pds_signer){ .cert = state->cert, .chain = &state->chain, .algorithm = state->algorithm };
}

pds_span pds_state_digest(const pds_state *state)
{
    return pds_span_of(state->document_digest, pds_digest_size(state->digest));
}

size_t pds_state_room(const pds_state *state)
{
    return (state->hole.close - state->hole.open - 2) / 2;
}

void pds_state_drop(pds_state *state)
{
    free(state->input);
    pds_buf_drop(&state->update);
    pds_certs_drop(&state->chain);
    pds_cert_drop(&state->cert);
    *state = (pds_state){ 0 };
}
