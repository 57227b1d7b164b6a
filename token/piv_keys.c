#include "base/own.h"
#include "cms/evp.h"
#include "token/piv.h"

#include <stdio.h>
#include <stdlib.h>

/* Slots of keys and the objects of their certificates (SP 800-73-4, part 1, table 4b and 3). */
typedef struct slot {
    uint8_t reference;
    uint32_t cert;
    const char *purpose;
    bool signs, decrypts, asks_always, wants_touch;
} slot;

static const slot SLOTS[] = {
    { 0x9C, 0x5FC10A, "Digital Signature", true, false, true, false },
    { 0x9A, 0x5FC105, "PIV Authentication", true, false, false, false },
    { 0x9D, 0x5FC10B, "Key Management", false, true, false, false },
};

enum { RETIRED = 0x82, RETIRED_CERT = 0x5FC10D, RETIRED_COUNT = 20, KEY_HISTORY = 0x5FC10C };

static pds_code add(pds_device_keys *out, const slot *s, pds_cert *cert, pds_err *e)
{
    pds_device_key *const grown = realloc(out->items, (out->count + 1) * sizeof *grown);
    if (grown == NULL) {
        pds_cert_drop(&cert);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    out->items = grown;
    pds_device_key *const key = &grown[out->count++];
    *key = (pds_device_key){ .cert = cert,
                             .public_half = cert == NULL ? NULL : pds_cert_key(cert),
                             .has_key = true,
                             .signs = s->signs,
                             .decrypts = s->decrypts,
                             .asks_always = s->asks_always,
                             .wants_touch = s->wants_touch,
                             .retired =
                                 s->reference >= RETIRED && s->reference < RETIRED + RETIRED_COUNT,
                             .handle = s->reference };
    (void)snprintf(key->id, sizeof key->id, "%02x", s->reference);
    (void)snprintf(key->label, sizeof key->label, "%s", s->purpose);
    if (key->public_half != NULL) {
        (void)EVP_PKEY_up_ref(key->public_half);
    }
    return PDS_OK;
}

/* What is looked for, and what is found. */
typedef struct looking {
    pds_card *card;
    pds_piv *piv;
    const char *named; /* a slot whose key counts though its certificate can't be read */
    pds_device_keys *out;
} looking;

static bool is_named(const looking *l, const slot *s)
{
    return l->named[0] != '\0' && strtoul(l->named, NULL, 16) == s->reference;
}

/* When the key wants PIN and touch, where the card tells (tag 02 of GET METADATA). */
static pds_code read_policy(const looking *l, slot *s, pds_err *e)
{
    enum { POLICY = 0x02, DEFAULT = 0, ALWAYS = 3, MATCH_ALWAYS = 5, TOUCH = 2, TOUCH_CACHED = 3 };
    PDS_OWN(pds_buf_drop) pds_buf metadata = { 0 };
    pds_span policy = { 0 };
    PDS_TRY(pds_piv_get_metadata(l->card, l->piv, s->reference, &metadata, e));
    if (!pds_tlv_find(pds_buf_span(&metadata), POLICY, &policy) || policy.len != 2) {
        return PDS_OK;
    }
    if (policy.ptr[0] != DEFAULT) {
        s->asks_always = policy.ptr[0] == ALWAYS || policy.ptr[0] == MATCH_ALWAYS;
    }
    s->wants_touch = policy.ptr[1] == TOUCH || policy.ptr[1] == TOUCH_CACHED;
    return PDS_OK;
}

static pds_code look_at(const looking *l, const slot *s, pds_err *e)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = NULL;
    slot told = *s;
    PDS_TRY(pds_piv_get_cert(l->card, s->cert, &cert, e));
    if (cert == NULL && !is_named(l, s)) {
        return PDS_OK;
    }
    PDS_TRY(read_policy(l, &told, e));
    pds_cert *const taken = cert;
    cert = NULL;
    return add(l->out, &told, taken, e);
}

/* Twenty objects that mostly are empty: as many as the key history says that there are. */
static pds_code count_retired(pds_card *card, size_t *out, bool *told, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf history = { 0 };
    pds_span on_card = { 0 };
    PDS_TRY(pds_piv_get(card, KEY_HISTORY, &history, e));
    *told = history.len > 0;
    *out = *told ? RETIRED_COUNT : 0;
    if (pds_tlv_find(pds_buf_span(&history), 0xC1, &on_card) && on_card.len == 1) {
        *out = on_card.ptr[0] < RETIRED_COUNT ? on_card.ptr[0] : RETIRED_COUNT;
    }
    return PDS_OK;
}

/* Where no history was written, as some makers' tools leave it, the card may tell of a key itself.
 */
static pds_code is_held(const looking *l, const slot *s, bool *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf metadata = { 0 };
    PDS_TRY(pds_piv_get_metadata(l->card, l->piv, s->reference, &metadata, e));
    *out = metadata.len > 0;
    return PDS_OK;
}

static pds_code look_at_retired(const looking *l, pds_err *e)
{
    size_t count = 0;
    bool told = false;
    PDS_TRY(count_retired(l->card, &count, &told, e));
    for (size_t i = 0; i < RETIRED_COUNT; i++) {
        const slot retired = { .reference = (uint8_t)(RETIRED + i),
                               .cert = RETIRED_CERT + (uint32_t)i,
                               .purpose = "Retired Key Management",
                               .signs = true,
                               .decrypts = true };
        bool held = i < count || is_named(l, &retired);
        if (!held && !told) {
            PDS_TRY(is_held(l, &retired, &held, e));
        }
        if (held) {
            PDS_TRY(look_at(l, &retired, e));
        }
    }
    return PDS_OK;
}

pds_code pds_piv_keys(pds_card *card, void *state, const char *named, pds_device_keys *out,
                      pds_err *e)
{
    const looking l = { .card = card, .piv = state, .named = named, .out = out };
    for (size_t i = 0; i < sizeof SLOTS / sizeof SLOTS[0]; i++) {
        PDS_TRY(look_at(&l, &SLOTS[i], e));
    }
    return look_at_retired(&l, e);
}
