#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/value.h"

#include <stdlib.h>

/*
 * The one place where the syntax of a value is checked. Open arrays and dictionaries stand on a
 * stack of their own, as do the keys of the open dictionaries: no recursion, linear in the text.
 */

/* A key of an open dictionary; its hash is of the decoded name. */
typedef struct seen_key {
    uint32_t hash;
    uint32_t len; /* with the slash */
    const uint8_t *ptr;
} seen_key;

enum {
    KEYS_INLINE = 64,
    KEYS_SEARCHED = 32,    /* dictionaries with more keys are sorted when they close */
    KEYS_MAX = 1000 * 1000 /* in all open dictionaries */
};

typedef struct frame {
    uint64_t mask;  /* one bit for the hash of each key: most keys are seen to be new at once */
    uint32_t first; /* of its keys */
    bool dict, value_due;
} frame;

typedef struct scanner {
    const uint8_t *start, *end;
    size_t depth;
    frame frames[PDS_DEPTH_MAX];
    seen_key *keys; /* inline_keys, or owned */
    uint32_t key_count, key_room;
    seen_key inline_keys[KEYS_INLINE];
    bool cut; /* the fault is that the text ends */
    pds_err *e;
} scanner;

static void scanner_drop(scanner *s)
{
    if (s->keys != s->inline_keys) {
        free(s->keys);
    }
}

/* The fault where the text ends, or might go on: a caller with more of the file reads on. */
static pds_code fail_end(scanner *s)
{
    s->cut = true;
    const pds_code code =
        pds_fail(s->e, PDS_E_PDF_DAMAGED, __func__, "the text ends within a value");
    return pds_err_expected(pds_err_at(code, s->e, s->end - s->start), s->e, "the rest of a value",
                            "end");
}

static pds_code fail_token(scanner *s, const lex_token *t, const char *expected)
{
    char shown[LEX_SHOW];
    if (t->end == s->end) {
        return fail_end(s);
    }
    pds_lex_show(pds_span_of(t->ptr, (size_t)(t->end - t->ptr)), shown);
    const pds_code code = pds_fail(s->e, PDS_E_PDF_DAMAGED, __func__, "'%s' is not %s", shown,
                                   pds_translated(expected));
    return pds_err_expected(pds_err_at(code, s->e, t->ptr - s->start), s->e, expected, shown);
}

static int compare_names(const seen_key *a, const seen_key *b)
{
    const uint8_t *p = a->ptr, *q = b->ptr;
    const uint8_t *const p_end = p + a->len, *const q_end = q + b->len;
    while (p < p_end && q < q_end) {
        const int difference = lex_name_byte(&p, p_end) - lex_name_byte(&q, q_end);
        if (difference != 0) {
            return difference;
        }
    }
    return (p < p_end) - (q < q_end);
}

static int compare_keys(const void *a, const void *b)
{
    const seen_key *x = a, *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return compare_names(x, y);
}

static pds_code fail_twice(scanner *s, const seen_key *key)
{
    char shown[LEX_SHOW];
    pds_lex_show(pds_span_of(key->ptr, key->len), shown);
    PDS_FAIL_AT(s->e, PDS_E_PDF_DAMAGED, key->ptr - s->start,
                "key %s stands twice in one dictionary", shown);
}

/* Many keys: sorted once, equal ones are neighbours. */
static pds_code check_many(scanner *s, const frame *f)
{
    seen_key *const keys = s->keys + f->first;
    const size_t count = s->key_count - f->first;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (compare_keys(&keys[i - 1], &keys[i]) == 0) {
            return fail_twice(s, keys[i].ptr > keys[i - 1].ptr ? &keys[i] : &keys[i - 1]);
        }
    }
    return PDS_OK;
}

static pds_code check_few(scanner *s, const frame *f, const seen_key *key)
{
    for (uint32_t i = f->first; i < s->key_count; i++) {
        if (compare_keys(&s->keys[i], key) == 0) {
            return fail_twice(s, key);
        }
    }
    return PDS_OK;
}

static pds_code grow_keys(scanner *s)
{
    const uint32_t room = s->key_room * 2;
    if (s->key_count >= KEYS_MAX) {
        PDS_FAIL(s->e, PDS_E_PDF_LIMIT, "more than %d keys in one dictionary", (int)KEYS_MAX);
    }
    seen_key *const keys = realloc(s->keys == s->inline_keys ? NULL : s->keys, room * sizeof *keys);
    if (keys == NULL) {
        PDS_FAIL(s->e, PDS_E_NO_MEMORY, "no memory for %u keys of a dictionary", (unsigned)room);
    }
    if (s->keys == s->inline_keys) {
        memcpy(keys, s->inline_keys, sizeof s->inline_keys);
    }
    s->keys = keys;
    s->key_room = room;
    return PDS_OK;
}

/* FNV-1a of the decoded name; a NUL in a name is forbidden (7.3.5). */
static bool hash_name(const lex_token *t, uint32_t *out)
{
    uint32_t hash = 2166136261U;
    for (const uint8_t *p = t->ptr + 1; p < t->end;) {
        const uint8_t byte = lex_name_byte(&p, t->end);
        if (byte == 0) {
            return false;
        }
        hash = (hash ^ byte) * 16777619U;
    }
    *out = hash;
    return true;
}

static pds_code add_key(scanner *s, frame *f, const lex_token *t)
{
    seen_key key = { .ptr = t->ptr, .len = (uint32_t)(t->end - t->ptr) };
    if (!hash_name(t, &key.hash) || t->end - t->ptr > UINT16_MAX) {
        return fail_token(s, t, N_("a name"));
    }
    const uint64_t bit = UINT64_C(1) << (key.hash >> 26);
    if ((f->mask & bit) != 0 && s->key_count - f->first <= KEYS_SEARCHED) {
        PDS_TRY(check_few(s, f, &key));
    }
    f->mask |= bit;
    if (s->key_count == s->key_room) {
        PDS_TRY(grow_keys(s));
    }
    s->keys[s->key_count++] = key;
    f->value_due = true;
    return PDS_OK;
}

static pds_code open_container(scanner *s, const lex_token *t)
{
    if (s->depth == PDS_DEPTH_MAX) {
        PDS_FAIL_AT(s->e, PDS_E_PDF_LIMIT, t->ptr - s->start,
                    "more than %d arrays and dictionaries within each other", (int)PDS_DEPTH_MAX);
    }
    s->frames[s->depth++] = (frame){ .first = s->key_count, .dict = t->kind == LEX_DICT_OPEN };
    return PDS_OK;
}

static pds_code close_container(scanner *s, const lex_token *t)
{
    frame *const f = s->depth == 0 ? NULL : &s->frames[s->depth - 1];
    if (f == NULL || f->dict != (t->kind == LEX_DICT_CLOSE)) {
        return fail_token(s, t,
                          f == NULL ? N_("a value")
                          : f->dict ? N_("a key or >>")
                                    : N_("a value or ]"));
    }
    if (f->value_due) {
        return fail_token(s, t, N_("the value of a key"));
    }
    if (s->key_count - f->first > KEYS_SEARCHED) {
        PDS_TRY(check_many(s, f));
    }
    s->key_count = f->first;
    s->depth--;
    return PDS_OK;
}

static bool is_constant(const lex_token *t)
{
    const pds_span word = pds_span_of(t->ptr, (size_t)(t->end - t->ptr));
    return pds_span_is(word, "null") || pds_span_is(word, "true") || pds_span_is(word, "false");
}

/* One token that is a value by itself, or begins a reference. */
static pds_code take_scalar(scanner *s, lex_token *t)
{
    const uint8_t *behind = NULL;
    uint32_t unused = 0;
    switch (t->kind) {
    case LEX_INT:
        behind = lex_is_digit(*t->ptr) ? pds_lex_ref_rest(t->end, s->end) : NULL;
        t->end = behind != NULL ? behind : t->end;
        return PDS_OK;
    case LEX_REAL:
    case LEX_STRING:
        return PDS_OK;
    case LEX_NAME:
        return hash_name(t, &unused) ? PDS_OK : fail_token(s, t, N_("a name"));
    case LEX_WORD:
        return is_constant(t) ? PDS_OK : fail_token(s, t, N_("a value"));
    case LEX_END:
        return fail_end(s);
    default:
        return fail_token(s, t, N_("a value"));
    }
}

/* Is there no token, or a generation number whose R may follow? */
static bool ends_open(const scanner *s, const lex_token *t)
{
    return t->kind == LEX_END || (t->kind == LEX_INT && lex_space(t->end, s->end) == s->end);
}

static pds_code take_token(scanner *s, lex_token *t)
{
    frame *const f = s->depth == 0 ? NULL : &s->frames[s->depth - 1];
    if (t->kind == LEX_ARRAY_CLOSE || t->kind == LEX_DICT_CLOSE) {
        return close_container(s, t);
    }
    if (f != NULL && f->dict && !f->value_due) {
        if (t->kind == LEX_NAME) {
            return add_key(s, f, t);
        }
        return ends_open(s, t) ? fail_end(s) : fail_token(s, t, N_("a key or >>"));
    }
    if (f != NULL) {
        f->value_due = false;
    }
    if (t->kind == LEX_ARRAY_OPEN || t->kind == LEX_DICT_OPEN) {
        return open_container(s, t);
    }
    return take_scalar(s, t);
}

pds_code pds_value_scan(pds_span *text, pds_span *value, pds_err *e)
{
    PDS_OWN(scanner_drop) scanner s;
    s.start = text->len == 0 ? (const uint8_t *)"" : text->ptr;
    s.end = s.start + text->len;
    s.depth = s.key_count = 0;
    s.key_room = KEYS_INLINE;
    s.keys = s.inline_keys;
    s.cut = false;
    s.e = e;

    const uint8_t *first = NULL, *p = s.start;
    do {
        lex_token t = pds_lex_next(p, s.end);
        const pds_code code = take_token(&s, &t);
        if (code != PDS_OK) {
            *text = s.cut ? pds_span_of(s.end, 0) : *text;
            return code;
        }
        first = first == NULL ? t.ptr : first;
        p = t.end;
    } while (s.depth > 0);
    *value = pds_span_of(first, (size_t)(p - first));
    *text = pds_span_of(p, (size_t)(s.end - p));
    return PDS_OK;
}
