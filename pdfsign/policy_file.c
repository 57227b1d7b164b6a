#include "pdfsign/policy_file.h"

#include "base/clock.h"
#include "base/own.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 64, KEY_ROOM = 96, DAY = 86400 };

/* A file on its way into a policy. */
typedef struct reading {
    pds_policy_owner *owner;
    char key[KEY_ROOM]; /* where it is read, "signer.extended_key_usage.accept" */
    pds_err *e;
} reading;

typedef struct key_row key_row;
/* object: that has the key */
typedef pds_code (*taker)(reading *r, const key_row *row, const pds_json *object, void *target);

/* One key of an object. */
struct key_row {
    const char *key;
    taker take;
    size_t target; /* offset of what it sets, in what its object sets */
    size_t said;   /* offset of a bool that tells that the key was there; 0: none */
    const pds_policy_word *words;
    const key_row *inner;
    int64_t min, max;
};

static pds_code read_object(reading *r, const key_row *rows, const pds_json *object, void *base);

/* ---- faults ---- */

static void free_text(char **text)
{
    free(*text);
}

static pds_code refuse(const reading *r, const pds_json *value, const char *expected)
{
    PDS_OWN(free_text) char *found = pds_json_dump(value);
    pds_code code = pds_fail(r->e, PDS_E_USAGE, __func__,
                             "the key '%s' of the policy is not understood", r->key);
    return pds_err_expected(code, r->e, expected, found == NULL ? "" : found);
}

static void append(char *text, size_t room, size_t i, const char *word)
{
    const size_t len = strlen(text);
    (void)snprintf(text + len, room - len, "%s%s", i == 0 ? "" : ", ", word);
}

static pds_code refuse_word(const reading *r, const pds_json *value, const pds_policy_word *words)
{
    char known[128] = "";
    for (size_t i = 0; words[i].word != NULL; i++) {
        append(known, sizeof known, i, words[i].word);
    }
    return refuse(r, value, known);
}

static pds_code refuse_key(const reading *r, const key_row *rows, const char *key)
{
    char known[256] = "";
    for (size_t i = 0; rows[i].key != NULL; i++) {
        append(known, sizeof known, i, rows[i].key);
    }
    pds_code code = pds_fail(r->e, PDS_E_USAGE, __func__, "a policy has no key '%s%s%s'", r->key,
                             *r->key == '\0' ? "" : ".", key);
    return pds_err_hint(code, r->e, known);
}

/* ---- one value ---- */

static pds_code take_text(reading *r, const key_row *row, const pds_json *object, void *target)
{
    const char **out = target;
    *out = pds_json_text(object, row->key);
    return *out == NULL ? refuse(r, pds_json_get(object, row->key), "\"…\"") : PDS_OK;
}

/* For people only: JSON has no comments. */
static pds_code take_nothing(reading *r, const key_row *row, const pds_json *object, void *target)
{
    const char *ignored = NULL;
    (void)target;
    return take_text(r, row, object, (void *)&ignored);
}

static pds_code take_bool(reading *r, const key_row *row, const pds_json *object, void *target)
{
    const pds_json *value = pds_json_get(object, row->key);
    bool *out = target;
    *out = pds_json_bool(object, row->key);
    return pds_json_kind_of(value) != PDS_JSON_BOOL ? refuse(r, value, "true, false") : PDS_OK;
}

static pds_code take_number(reading *r, const key_row *row, const pds_json *object, int64_t *out)
{
    char expected[64];
    const pds_json *value = pds_json_get(object, row->key);
    *out = pds_json_int(object, row->key);
    if (pds_json_kind_of(value) == PDS_JSON_INT && *out >= row->min && *out <= row->max) {
        return PDS_OK;
    }
    (void)snprintf(expected, sizeof expected, "%" PRId64 " - %" PRId64, row->min, row->max);
    return refuse(r, value, expected);
}

static pds_code take_int(reading *r, const key_row *row, const pds_json *object, void *target)
{
    int64_t number = 0;
    int *out = target;
    PDS_TRY(take_number(r, row, object, &number));
    *out = (int)number;
    return PDS_OK;
}

static pds_code take_uint32(reading *r, const key_row *row, const pds_json *object, void *target)
{
    int64_t number = 0;
    uint32_t *out = target;
    PDS_TRY(take_number(r, row, object, &number));
    *out = (uint32_t)number;
    return PDS_OK;
}

static pds_code take_size(reading *r, const key_row *row, const pds_json *object, void *target)
{
    int64_t number = 0;
    size_t *out = target;
    PDS_TRY(take_number(r, row, object, &number));
    *out = (size_t)number;
    return PDS_OK;
}

static pds_code take_duration(reading *r, const key_row *row, const pds_json *object, void *target)
{
    const char *text = pds_json_text(object, row->key);
    int64_t *out = target;
    int64_t seconds = 0;
    if (text == NULL || pds_duration_parse(text, &seconds, NULL) != PDS_OK || seconds < row->min ||
        seconds > row->max) {
        return refuse(r, pds_json_get(object, row->key),
                      row->max == DAY ? "\"0s\" - \"24h\"" : "\"24h\", \"7d\" …");
    }
    *out = seconds;
    return PDS_OK;
}

/* ---- words and lists ---- */

static pds_code take_word(reading *r, const key_row *row, const pds_json *object, uint32_t *out)
{
    const char *word = pds_json_text(object, row->key);
    if (word == NULL || !pds_policy_word_find(row->words, word, out)) {
        return refuse_word(r, pds_json_get(object, row->key), row->words);
    }
    return PDS_OK;
}

static pds_code take_revocation(reading *r, const key_row *row, const pds_json *object,
                                void *target)
{
    uint32_t found = 0;
    pds_revocation_mode *out = target;
    PDS_TRY(take_word(r, row, object, &found));
    *out = (pds_revocation_mode)found;
    return PDS_OK;
}

static pds_code take_level(reading *r, const key_row *row, const pds_json *object, void *target)
{
    uint32_t found = 0;
    pds_level *out = target;
    PDS_TRY(take_word(r, row, object, &found));
    *out = (pds_level)found;
    return PDS_OK;
}

/* An empty list could mean nothing at all or everything: it is refused. */
static pds_code check_list(const reading *r, const pds_json *value, size_t *count)
{
    *count = pds_json_count(value);
    if (pds_json_kind_of(value) != PDS_JSON_ARRAY || *count < 1 || *count > ITEMS_MAX) {
        return refuse(r, value, "[\"…\", …], 1 - 64");
    }
    return PDS_OK;
}

static pds_code take_set(reading *r, const key_row *row, const pds_json *object, void *target)
{
    const pds_json *value = pds_json_get(object, row->key);
    uint32_t *out = target;
    uint32_t set = 0;
    size_t count = 0;
    PDS_TRY(check_list(r, value, &count));
    for (size_t i = 0; i < count; i++) {
        const char *word = pds_json_item_text(value, i);
        uint32_t bits = 0;
        if (word == NULL || !pds_policy_word_find(row->words, word, &bits)) {
            return refuse_word(r, pds_json_at(value, i), row->words);
        }
        set |= bits;
    }
    *out = set;
    return PDS_OK;
}

/* A list that the owner keeps, with a NULL at its end. */
static pds_code new_list(reading *r, size_t count, const char ***out)
{
    *out = calloc(count + 1, sizeof **out);
    if (*out == NULL || r->owner->list_count == PDS_POLICY_LISTS) {
        free(*out);
        PDS_FAIL(r->e, PDS_E_NO_MEMORY, "out of memory");
    }
    r->owner->lists[r->owner->list_count++] = *out;
    return PDS_OK;
}

static pds_code take_texts(reading *r, const pds_json *value, const char *(*known)(const char *),
                           const char *expected, const char *const **out)
{
    const char **list = NULL;
    size_t count = 0;
    PDS_TRY(check_list(r, value, &count));
    PDS_TRY(new_list(r, count, &list));
    for (size_t i = 0; i < count; i++) {
        const char *text = pds_json_item_text(value, i);
        list[i] = text == NULL ? NULL : known(text);
        if (list[i] == NULL) {
            return refuse(r, pds_json_at(value, i), expected);
        }
    }
    *out = list;
    return PDS_OK;
}

static pds_code take_purposes(reading *r, const key_row *row, const pds_json *object, void *target)
{
    return take_texts(r, pds_json_get(object, row->key), pds_policy_purpose,
                      "\"documentSigning\", \"emailProtection\" … \"1.2.3.4\"", target);
}

static const char *dotted(const char *text)
{
    return pds_policy_is_oid(text) ? text : NULL;
}

static pds_code take_oids(reading *r, const key_row *row, const pds_json *object, void *target)
{
    return take_texts(r, pds_json_get(object, row->key), dotted, "\"1.2.3.4\"", target);
}

/* ---- objects ---- */

static pds_code take_object(reading *r, const key_row *row, const pds_json *object, void *target)
{
    return read_object(r, row->inner, pds_json_get(object, row->key), target);
}

/* Who names what is accepted alone refuses the rest; who names what is refused alone accepts the
 * rest. */
static pds_code take_extended(reading *r, const key_row *row, const pds_json *object, void *target)
{
    static const char *const none[] = { NULL };
    const pds_json *value = pds_json_get(object, row->key);
    pds_use_rule *rule = target;
    if (pds_json_get(value, "accept") != NULL || pds_json_get(value, "refuse") != NULL) {
        rule->accepted = none;
        rule->refused = NULL;
    }
    return read_object(r, row->inner, value, target);
}

static const key_row EXTENDED[] = {
    { "accept", take_purposes, .target = offsetof(pds_use_rule, accepted) },
    { "refuse", take_purposes, .target = offsetof(pds_use_rule, refused) },
    { "required", take_bool, .target = offsetof(pds_use_rule, purpose_needed) },
    { "alone", take_bool, .target = offsetof(pds_use_rule, purpose_alone) },
    { .key = NULL },
};

static const key_row PARTY[] = {
    { "key_usage", take_set, .target = offsetof(pds_use_rule, key_usage),
      .words = pds_policy_key_usages },
    { "extended_key_usage", take_extended, .inner = EXTENDED },
    { .key = NULL },
};

static const key_row POLICY[] = {
    { "name", take_text, .target = offsetof(pds_policy, name) },
    { "description", take_nothing, .target = 0 },
    { "digests", take_set, .target = offsetof(pds_policy, limits.digests),
      .words = pds_policy_digests },
    { "curves", take_set, .target = offsetof(pds_policy, limits.curves),
      .words = pds_policy_curves },
    { "ed25519", take_bool, .target = offsetof(pds_policy, limits.ed25519) },
    { "rsa_bits", take_int, .target = offsetof(pds_policy, limits.rsa_bits_min), .min = 1024,
      .max = 16384 },
    { "rsa_exponent", take_uint32, .target = offsetof(pds_policy, limits.rsa_exponent_min),
      .min = 3, .max = UINT32_MAX },
    { "signer", take_object, .target = offsetof(pds_policy, document), .inner = PARTY },
    { "timestamp", take_object, .target = offsetof(pds_policy, timestamp), .inner = PARTY },
    { "certificate_policies", take_oids, .target = offsetof(pds_policy, path.policies) },
    { "path_length", take_size, .target = offsetof(pds_policy, path.length_max), .min = 1,
      .max = PDS_PATH_MAX },
    { "revocation", take_revocation, .target = offsetof(pds_policy, revocation),
      .said = offsetof(pds_policy, revocation_set), .words = pds_policy_revocations },
    { "revocation_needed", take_bool, .target = offsetof(pds_policy, revocation_needed),
      .said = offsetof(pds_policy, revocation_needed_set) },
    { "evidence_age", take_duration, .target = offsetof(pds_policy, evidence_age), .min = 1,
      .max = INT64_MAX },
    { "clock_skew", take_duration, .target = offsetof(pds_policy, clock_skew), .max = DAY },
    { "level", take_level, .target = offsetof(pds_policy, level), .words = pds_policy_levels },
    { .key = NULL },
};

static const key_row *find_row(const key_row *rows, const char *key)
{
    for (; rows->key != NULL; rows++) {
        if (strcmp(rows->key, key) == 0) {
            return rows;
        }
    }
    return NULL;
}

static pds_code take_key(reading *r, const key_row *rows, const pds_json *object, const char *key,
                         void *base)
{
    const size_t len = strlen(r->key);
    const key_row *row = find_row(rows, key);
    if (row == NULL) {
        return refuse_key(r, rows, key);
    }
    (void)snprintf(r->key + len, sizeof r->key - len, "%s%s", len == 0 ? "" : ".", key);
    PDS_TRY(row->take(r, row, object, (char *)base + row->target));
    r->key[len] = '\0';
    if (row->said != 0) {
        *(bool *)((char *)base + row->said) = true;
    }
    return PDS_OK;
}

static pds_code read_object(reading *r, const key_row *rows, const pds_json *object, void *base)
{
    if (pds_json_kind_of(object) != PDS_JSON_OBJECT) {
        return refuse(r, object, "{ … }");
    }
    for (const char *key = NULL; (key = pds_json_key_after(object, key)) != NULL;) {
        PDS_TRY(take_key(r, rows, object, key, base));
    }
    return PDS_OK;
}

pds_code pds_policy_apply(pds_policy_owner *owner, const pds_json *object, pds_policy *out,
                          pds_err *e)
{
    reading r = { .owner = owner, .e = e };
    if (pds_json_kind_of(object) != PDS_JSON_OBJECT) {
        PDS_FAIL(e, PDS_E_USAGE, "a policy is one JSON object, { … }");
    }
    return read_object(&r, POLICY, object, out);
}
