/* What judges ask: what an object was for, what it holds, and what differs. */
#include "base/own.h"
#include "pdf/xref.h"
#include "pdfsign/edits_internal.h"

#include <stdio.h>

enum { ACTION_DEPTH_MAX = 8, ACTIONS_MAX = 64, READS_MAX = 200000, COMPARING = 16 };

bool pds_step_is_new(const pds_step *s, uint32_t num)
{
    return pds_revisions_place(s->revisions, s->revision - 1, num)->kind <= PDS_PLACE_FREE;
}

bool pds_step_is_new_ref(const pds_step *s, pds_span value, pds_ref *ref)
{
    return pds_value_ref(value, ref) && pds_step_is_new(s, ref->num) &&
           pds_revisions_place(s->revisions, s->revision, ref->num)->kind > PDS_PLACE_FREE &&
           pds_ref_fits(s->revisions, s->revision, *ref) &&
           (pds_step_role(s, ref->num)->flags & PDS_ROLE_DANGLING) == 0;
}

const pds_role_entry *pds_step_role(const pds_step *s, uint32_t num)
{
    return pds_roles_find(&s->roles, num);
}

/* What cannot be read is an edit, what hinders the verifier is not. */
static pds_code pass(pds_step *s, pds_code code, uint32_t num, const pds_err *why, pds_object *out,
                     pds_err *e)
{
    if (code == PDS_OK) {
        return PDS_OK;
    }
    pds_object_drop(out);
    if (code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_UNSUPPORTED) {
        return pds_step_edit(s, PDS_EDIT_OBJECT, num, why->text, e);
    }
    return pds_fault(pds_err_pass(code, e, why));
}

pds_code pds_step_read(pds_step *s, pds_doc *doc, uint32_t num, pds_object *out, pds_err *e)
{
    const uint32_t revision = doc == s->now ? s->revision : s->revision - 1;
    const pds_place *const place = pds_revisions_place(s->revisions, revision, num);
    const pds_ref ref = { num, place->kind == PDS_PLACE_FILE ? place->gen : 0 };
    pds_err why = { .offset = -1 };
    const pds_code code = pds_doc_read(doc, ref, out, &why);
    return pass(s, code, num, &why, out, e);
}

pds_code pds_step_resolve(pds_step *s, pds_doc *doc, pds_span value, pds_object *out, pds_err *e)
{
    pds_ref ref = { 0 };
    pds_err why = { .offset = -1 };
    (void)pds_value_ref(value, &ref);
    const pds_code code = pds_doc_resolve(doc, value, out, &why);
    return pass(s, code, ref.num, &why, out, e);
}

bool pds_step_may_read(pds_step *s)
{
    return ++s->reads < READS_MAX;
}

/* ---- actions ---- */

/* Those that only lead to a place (12.6.4), and what else than actions has an /S: borders, groups.
 */
static bool leads_only(pds_span kind)
{
    static const char *const Kinds[] = { "GoTo", "URI", "Named", "Thread", "GoTo3DView",  "S", "D",
                                         "B",    "I",   "U",     "C",      "Transparency" };
    for (size_t i = 0; i < sizeof Kinds / sizeof Kinds[0]; i++) {
        if (pds_value_is_name(kind, Kinds[i])) {
            return true;
        }
    }
    return false;
}

typedef struct action_search {
    pds_step *s;
    pds_doc *doc;
    size_t seen;
    bool found;
} action_search;

static pds_code search_value(action_search *a, pds_span value, unsigned depth, pds_err *e);

/* An action, and those that come next. */
static pds_code search_action(action_search *a, pds_span value, unsigned depth, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object action = { 0 };
    pds_span kind = { 0 };
    a->found = ++a->seen > ACTIONS_MAX || !pds_step_may_read(a->s);
    PDS_TRY(a->found ? PDS_OK : pds_step_resolve(a->s, a->doc, value, &action, e));
    if (pds_dict_get(action.value, "S", &kind) && !leads_only(kind)) {
        a->found = true;
        return PDS_OK;
    }
    return search_value(a, action.value, depth + 1, e);
}

static pds_code search_entry(action_search *a, pds_span key, pds_span value, unsigned depth,
                             pds_err *e)
{
    if (pds_value_is_name(key, "AA") || pds_value_is_name(key, "PA") ||
        pds_value_is_name(key, "JS") || pds_value_is_name(key, "JavaScript")) {
        a->found = true;
        return PDS_OK;
    }
    if (pds_value_is_name(key, "A") || pds_value_is_name(key, "Next")) {
        return search_action(a, value, depth, e);
    }
    const pds_kind kind = pds_value_kind(value);
    return kind == PDS_KIND_DICT || kind == PDS_KIND_ARRAY ? search_value(a, value, depth + 1, e)
                                                           : PDS_OK;
}

/* What nests deeper than actions do is taken for one. */
static pds_code search_value(action_search *a, pds_span value, unsigned depth, pds_err *e)
{
    pds_iter it = pds_iter_of(value);
    pds_span key = { 0 }, item = { 0 };
    a->found = a->found || depth > ACTION_DEPTH_MAX;
    while (!a->found && pds_iter_next(&it, &key, &item)) {
        const bool listed = !it.dict && pds_value_kind(item) == PDS_KIND_REF && depth > 0;
        PDS_TRY(listed ? search_action(a, item, depth, e) : search_entry(a, key, item, depth, e));
    }
    return PDS_OK;
}

pds_code pds_step_runs(pds_step *s, pds_doc *doc, pds_span value, bool *out, pds_err *e)
{
    static const char *const Players[] = { "Movie", "Screen", "RichMedia", "3D", "Sound" };
    action_search a = { .s = s, .doc = doc };
    pds_span kind = { 0 };
    if (pds_dict_get(value, "S", &kind) && pds_value_kind(kind) == PDS_KIND_NAME) {
        PDS_TRY(search_action(&a, value, 0, e));
    }
    if (pds_dict_get(value, "Subtype", &kind)) {
        for (size_t i = 0; i < sizeof Players / sizeof Players[0]; i++) {
            a.found = a.found || pds_value_is_name(kind, Players[i]);
        }
    }
    PDS_TRY(search_value(&a, value, 0, e));
    *out = a.found;
    return PDS_OK;
}

/* ---- entry by entry ---- */

static const pds_entry_rule *rule_of(const pds_entry_rule *rules, const char *key)
{
    while (rules->key != NULL && strcmp(rules->key, key) != 0) {
        rules++;
    }
    return rules;
}

static pds_code judge_entry(pds_step *s, const pds_entry_rule *rules, pds_entry_change *c,
                            pds_err *e)
{
    const pds_entry_rule *const rule = rule_of(rules, c->key);
    c->ctx = rule;
    return rule->judge(s, c, e);
}

/* Entries of `now` that `was` has not, or has otherwise. */
static pds_code judge_present(pds_step *s, uint32_t num, pds_span was, pds_span now,
                              const pds_entry_rule *rules, pds_err *e)
{
    pds_iter it = pds_iter_of(now), beside = pds_iter_of(was);
    pds_span key = { 0 }, other = { 0 }, value = { 0 }, old = { 0 };
    char text[PDS_KEY_ROOM];
    while (pds_iter_next(&it, &key, &value)) {
        old = (pds_span){ 0 };
        const bool same_key = pds_iter_next(&beside, &other, &old) && pds_span_eq(key, other);
        (void)pds_key_text(key, text);
        if (!same_key) {
            old = (pds_span){ 0 };
            (void)pds_dict_get_counted(was, text, &old, &s->work);
        }
        pds_entry_change c = { num, text, old, value, now, NULL };
        if (!pds_value_same(old, value, &s->work) &&
            !(pds_is_nothing(old) && pds_is_nothing(value))) {
            PDS_TRY(judge_entry(s, rules, &c, e));
        }
    }
    return PDS_OK;
}

/* Entries of `was` that are gone. */
static pds_code judge_gone(pds_step *s, uint32_t num, pds_span was, pds_span now,
                           const pds_entry_rule *rules, pds_err *e)
{
    pds_iter it = pds_iter_of(was), beside = pds_iter_of(now);
    pds_span key = { 0 }, other = { 0 }, value = { 0 }, found = { 0 };
    char text[PDS_KEY_ROOM];
    while (pds_iter_next(&it, &key, &value)) {
        if (pds_iter_next(&beside, &other, &found) && pds_span_eq(key, other)) {
            continue;
        }
        (void)pds_key_text(key, text);
        if (!pds_dict_get_counted(now, text, &found, &s->work) && !pds_is_nothing(value)) {
            pds_entry_change c = { num, text, value, { 0 }, now, NULL };
            PDS_TRY(judge_entry(s, rules, &c, e));
        }
    }
    return PDS_OK;
}

pds_code pds_step_entries(pds_step *s, uint32_t num, pds_span was, pds_span now,
                          const pds_entry_rule *rules, pds_err *e)
{
    PDS_TRY(judge_present(s, num, was, now, rules, e));
    return judge_gone(s, num, was, now, rules, e);
}

pds_code pds_judge_kind(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const pds_entry_rule *const rule = c->ctx;
    char detail[PDS_KEY_ROOM + 1];
    (void)snprintf(detail, sizeof detail, "/%s", c->key);
    return pds_step_edit(s, rule->kind, c->num, detail, e);
}

pds_code pds_judge_field_kind(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const pds_entry_rule *const rule = c->ctx;
    char detail[PDS_KEY_ROOM + 1];
    (void)snprintf(detail, sizeof detail, "/%s", c->key);
    return pds_step_field_edit(s, rule->kind, c->num, detail, e);
}

pds_code pds_judge_free(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    (void)s;
    (void)c;
    (void)e;
    return PDS_OK;
}

/* ---- element by element ---- */

/* Does it come later in the array? `rest` and `old` are copies. */
static bool comes_later(pds_step *s, pds_iter rest, pds_span old, pds_span value)
{
    pds_span key = { 0 };
    bool more = true;
    while (more && s->work < PDS_SAME_WORK) {
        s->work += value.len + COMPARING;
        if (pds_value_same(old, value, &s->work)) {
            return true;
        }
        more = pds_iter_next(&rest, &key, &old);
    }
    return false;
}

/* Those of `was` up to the one that is meant are gone. */
static pds_code skip_gone(pds_step *s, uint32_t num, pds_iter *was, pds_span *old, pds_span value,
                          pds_element_fn gone, pds_err *e)
{
    pds_span key = { 0 };
    while (!pds_value_same(*old, value, &s->work)) {
        PDS_TRY(gone(s, num, *old, e));
        if (!pds_iter_next(was, &key, old)) {
            return PDS_OK;
        }
    }
    return PDS_OK;
}

pds_code pds_step_elements(pds_step *s, uint32_t num, pds_span was, pds_span now,
                           pds_element_fn gone, pds_element_fn came, pds_err *e)
{
    pds_iter it = pds_iter_of(now), before = pds_iter_of(was);
    pds_span key = { 0 }, value = { 0 }, old = { 0 };
    pds_ref ref;
    bool more = pds_iter_next(&before, &key, &old);
    while (pds_iter_next(&it, &key, &value)) {
        if (!more || pds_step_is_new_ref(s, value, &ref) || !comes_later(s, before, old, value)) {
            PDS_TRY(came(s, num, value, e));
            continue;
        }
        PDS_TRY(skip_gone(s, num, &before, &old, value, gone, e));
        more = pds_iter_next(&before, &key, &old);
    }
    while (more) {
        PDS_TRY(gone(s, num, old, e));
        more = pds_iter_next(&before, &key, &old);
    }
    return PDS_OK;
}
