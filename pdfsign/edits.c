#include "pdfsign/edits.h"

#include "base/grow.h"
#include "base/own.h"
#include "pdf/xref.h"
#include "pdfsign/edits_internal.h"

#include <stdlib.h>

static pds_code judge_part(pds_step *s, const pds_changed *c, pds_err *e);
static pds_code judge_running_part(pds_step *s, const pds_changed *c, pds_err *e);

/* When judges look: first at what fills fields, since looks follow values; then new objects get
 * their roles; then at pages, whose annotations may be new fields. */
typedef enum phase { PHASE_FIRST, PHASE_BEHIND } phase;

typedef struct role_row {
    pds_code (*judge)(pds_step *s, const pds_changed *c, pds_err *e);
    phase phase;
    pds_edit_kind kind; /* for judge_part */
} role_row;

static const role_row ROLES[PDS_ROLE_COUNT] = {
    [PDS_ROLE_DSS] = { judge_part, PHASE_FIRST, PDS_EDIT_DSS },
    [PDS_ROLE_METADATA] = { judge_part, PHASE_FIRST, PDS_EDIT_METADATA },
    [PDS_ROLE_VALUE] = { pds_judge_value, PHASE_FIRST, PDS_EDIT_FILLED },
    [PDS_ROLE_LOOK] = { pds_judge_look, PHASE_FIRST, PDS_EDIT_WIDGET },
    [PDS_ROLE_ANNOTATION_PART] = { judge_running_part, PHASE_FIRST, PDS_EDIT_ANNOTATION },
    [PDS_ROLE_FIELD_PART] = { judge_running_part, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_FORM_PART] = { judge_part, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_SIGNATURE] = { judge_part, PHASE_FIRST, PDS_EDIT_SIGNATURE },
    [PDS_ROLE_PERMISSIONS] = { judge_part, PHASE_FIRST, PDS_EDIT_PERMISSIONS },
    [PDS_ROLE_CATALOG_PART] = { judge_running_part, PHASE_FIRST, PDS_EDIT_CATALOG },
    [PDS_ROLE_PAGE_PART] = { judge_part, PHASE_FIRST, PDS_EDIT_PAGE },
    [PDS_ROLE_RESOURCE_LIST] = { pds_judge_resources, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_RESOURCES] = { pds_judge_resources, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_EXTENSIONS] = { pds_judge_extensions, PHASE_FIRST, PDS_EDIT_CATALOG },
    [PDS_ROLE_ANNOTATION] = { pds_judge_annotation, PHASE_FIRST, PDS_EDIT_ANNOTATION },
    [PDS_ROLE_ANNOTS] = { pds_judge_annots, PHASE_BEHIND, PDS_EDIT_ANNOTATION },
    [PDS_ROLE_PAGE] = { pds_judge_page, PHASE_BEHIND, PDS_EDIT_PAGE },
    [PDS_ROLE_NODE_KIDS] = { judge_part, PHASE_FIRST, PDS_EDIT_PAGE },
    [PDS_ROLE_NODE] = { judge_part, PHASE_FIRST, PDS_EDIT_PAGE },
    [PDS_ROLE_KIDS] = { pds_judge_fields, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_FIELD] = { pds_judge_field, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_FIELDS] = { pds_judge_fields, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_FORM] = { pds_judge_form, PHASE_FIRST, PDS_EDIT_FORM },
    [PDS_ROLE_CATALOG] = { pds_judge_catalog, PHASE_FIRST, PDS_EDIT_CATALOG },
};

static pds_code judge_part(pds_step *s, const pds_changed *c, pds_err *e)
{
    return pds_step_edit(s, ROLES[c->role.role].kind, c->num, NULL, e);
}

/* An element of the structure has an /S too, which is no action's. */
static bool is_structure(const pds_changed *c)
{
    pds_span type = { 0 };
    return c->role.role == PDS_ROLE_CATALOG_PART && pds_dict_get(c->was.value, "Type", &type) &&
           pds_value_is_name(type, "StructElem");
}

static pds_code judge_running_part(pds_step *s, const pds_changed *c, pds_err *e)
{
    bool runs = false;
    if (is_structure(c)) {
        return judge_part(s, c, e);
    }
    PDS_TRY(pds_step_runs(s, s->now, c->now.value, &runs, e));
    if (runs) {
        return pds_step_edit(s, PDS_EDIT_ACTION, c->num, NULL, e);
    }
    if (c->role.role == PDS_ROLE_FIELD_PART && pds_step_is_signed(s, c->role.owner)) {
        return pds_step_field_edit(s, PDS_EDIT_SIGNATURE, c->role.owner, NULL, e);
    }
    return judge_part(s, c, e);
}

/* ---- one object ---- */

static void changed_drop(pds_changed *c)
{
    pds_object_drop(&c->was);
    pds_object_drop(&c->now);
}

static pds_code read_changed(pds_step *s, uint32_t num, pds_changed *out, pds_err *e)
{
    out->num = num;
    out->role = *pds_step_role(s, num);
    PDS_TRY(pds_step_read(s, s->was, num, &out->was, e));
    return pds_step_read(s, s->now, num, &out->now, e);
}

static bool other_generation(const pds_change *c)
{
    return c->was.kind == PDS_PLACE_FILE && c->now.kind == PDS_PLACE_FILE &&
           c->was.gen != c->now.gen;
}

static pds_code judge_object(pds_step *s, const pds_change *change, pds_err *e)
{
    PDS_OWN(changed_drop) pds_changed c = { 0 };
    bool same = false;
    if (other_generation(change)) {
        return pds_step_edit(s, PDS_EDIT_OBJECT, change->num, NULL, e);
    }
    PDS_TRY(read_changed(s, change->num, &c, e));
    PDS_TRY(pds_object_same(pds_doc_file(s->now), &c.was, &c.now, &s->work, &same, e));
    return same && c.role.role != PDS_ROLE_SIGNATURE ? PDS_OK : ROLES[c.role.role].judge(s, &c, e);
}

/* ---- phases ---- */

typedef pds_code (*change_fn)(pds_step *s, const pds_change *c, pds_err *e);

static pds_code each_change(pds_step *s, change_fn fn, pds_err *e)
{
    size_t at = 0;
    pds_change c;
    while (pds_revisions_change(s->revisions, s->revision, &at, &c)) {
        PDS_TRY(fn(s, &c, e));
    }
    return PDS_OK;
}

static bool was_there(const pds_change *c)
{
    return c->was.kind > PDS_PLACE_FREE;
}

static pds_code note_field(pds_step *s, uint32_t num, const pds_changed *o, pds_err *e)
{
    pds_span was = { 0 }, now = { 0 };
    bool stamp = false;
    (void)pds_dict_get(o->was.value, "V", &was);
    (void)pds_dict_get(o->now.value, "V", &now);
    if (pds_value_same(was, now, &s->work) || (pds_is_nothing(was) && pds_is_nothing(now))) {
        return PDS_OK;
    }
    if (pds_step_role(s, num)->type == PDS_FIELD_SIGNATURE) {
        PDS_TRY(pds_step_is_stamp(s, now, &stamp, e));
        pds_roles_flag(&s->roles, num, PDS_ROLE_STAMPED, stamp);
    }
    return pds_step_judge_fill(s, num, e);
}

/* Notes which fields get another value, which objects something has been waiting for, and to which
 * nothing has led. */
static pds_code note_fill(pds_step *s, const pds_change *c, pds_err *e)
{
    const pds_role_entry *const role = pds_step_role(s, c->num);
    PDS_OWN(changed_drop) pds_changed o = { 0 };
    bool same = false;
    if (role->role == PDS_ROLE_NONE) {
        return was_there(c) ? pds_roles_mark(&s->roles, c->num, PDS_ROLE_STRAY, e) : PDS_OK;
    }
    if (!was_there(c)) {
        pds_roles_flag(&s->roles, c->num, PDS_ROLE_DANGLING, true);
    }
    if (role->role != PDS_ROLE_FIELD && role->role != PDS_ROLE_VALUE) {
        return PDS_OK;
    }
    PDS_TRY(read_changed(s, c->num, &o, e));
    if (role->role == PDS_ROLE_FIELD) {
        return note_field(s, c->num, &o, e);
    }
    PDS_TRY(pds_object_same(pds_doc_file(s->now), &o.was, &o.now, &s->work, &same, e));
    return same ? PDS_OK : pds_step_judge_fill(s, role->owner, e);
}

static pds_code note_container(pds_step *s, const pds_change *c, pds_err *e)
{
    const bool packed = c->now.kind == PDS_PLACE_PACKED && c->now.at <= PDS_OBJECT_MAX;
    return packed ? pds_roles_mark(&s->roles, (uint32_t)c->now.at, PDS_ROLE_CONTAINER, e) : PDS_OK;
}

static pds_code forget(pds_step *s, const pds_change *c, pds_err *e)
{
    (void)e;
    pds_roles_flag(&s->roles, c->num, PDS_ROLE_STRAY, false);
    if (c->now.kind == PDS_PLACE_PACKED) {
        pds_roles_flag(&s->roles, (uint32_t)c->now.at, PDS_ROLE_CONTAINER, false);
    }
    return PDS_OK;
}

static pds_code judge_first(pds_step *s, const pds_change *c, pds_err *e)
{
    const uint8_t role = pds_step_role(s, c->num)->role;
    const bool due = role != PDS_ROLE_NONE && ROLES[role].phase == PHASE_FIRST;
    return due ? judge_object(s, c, e) : PDS_OK;
}

static pds_code walk_again(pds_step *s, const pds_change *c, pds_err *e)
{
    return pds_roles_again(&s->roles, c->num, e);
}

/* What an object stream or a cross-reference stream is there for is known. */
static bool is_container(const pds_step *s, const pds_change *change)
{
    pds_span hybrid = { 0 };
    int64_t place = 0;
    if (change->now.kind != PDS_PLACE_FILE) {
        return false;
    }
    if (pds_dict_get(pds_doc_trailer(s->now), "XRefStm", &hybrid) &&
        pds_value_int(hybrid, &place) && change->now.at == (uint64_t)place) {
        return true;
    }
    return change->now.at == pds_revisions_at(s->revisions, s->revision)->start ||
           (pds_step_role(s, change->num)->flags & PDS_ROLE_CONTAINER) != 0;
}

static pds_code keep_orphan(pds_step *s, uint32_t num, pds_err *e)
{
    uint32_t *const more = pds_grow(s->orphans, s->orphan_count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the changes of a document");
    }
    s->orphans = more;
    s->orphans[s->orphan_count++] = num;
    return PDS_OK;
}

/* Programs leave behind what they made and did not need, beside what they did. */
static pds_code judge_orphans(pds_step *s, pds_err *e)
{
    const bool alone = s->out->count == s->first;
    for (size_t i = 0; i < s->orphan_count && alone; i++) {
        PDS_TRY(pds_step_edit(s, PDS_EDIT_OBJECT, s->orphans[i], NULL, e));
    }
    s->orphan_count = 0;
    return PDS_OK;
}

/* An object that nothing leads to. */
static pds_code judge_unreached(pds_step *s, const pds_change *change, pds_err *e)
{
    PDS_OWN(changed_drop) pds_changed c = { 0 };
    bool known = change->now.kind <= PDS_PLACE_FREE || is_container(s, change);
    if (!known && was_there(change) && !other_generation(change)) {
        PDS_TRY(read_changed(s, change->num, &c, e));
        PDS_TRY(pds_object_same(pds_doc_file(s->now), &c.was, &c.now, &s->work, &known, e));
    }
    if (!known && !was_there(change)) {
        return keep_orphan(s, change->num, e);
    }
    return known ? PDS_OK : pds_step_edit(s, PDS_EDIT_OBJECT, change->num, NULL, e);
}

/* A new part of an annotation is allowed with it, an action is not. */
static pds_code judge_new_part(pds_step *s, uint32_t num, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object part = { 0 };
    bool runs = false;
    PDS_TRY(pds_step_read(s, s->now, num, &part, e));
    PDS_TRY(pds_step_runs(s, s->now, part.value, &runs, e));
    return runs ? pds_step_edit(s, PDS_EDIT_ACTION, num, NULL, e) : PDS_OK;
}

static pds_code judge_new_annotation(pds_step *s, uint32_t num, pds_err *e)
{
    pds_changed c = { .num = num, .role = *pds_step_role(s, num) };
    PDS_TRY(pds_step_read(s, s->now, num, &c.now, e));
    const pds_code code = pds_judge_annotation(s, &c, e);
    pds_object_drop(&c.now);
    return code;
}

static pds_code judge_behind(pds_step *s, const pds_change *c, pds_err *e)
{
    const pds_role_entry *const role = pds_step_role(s, c->num);
    if (role->role == PDS_ROLE_NONE || (role->flags & PDS_ROLE_STRAY) != 0) {
        return judge_unreached(s, c, e);
    }
    if (was_there(c) || (role->flags & PDS_ROLE_DANGLING) != 0) {
        return ROLES[role->role].phase == PHASE_BEHIND ? judge_object(s, c, e) : PDS_OK;
    }
    switch (role->role) {
    case PDS_ROLE_FIELD:
        return pds_judge_new_field(s, c->num, e);
    case PDS_ROLE_ANNOTATION:
        return judge_new_annotation(s, c->num, e);
    case PDS_ROLE_ANNOTATION_PART:
        return judge_new_part(s, c->num, e);
    default:
        return PDS_OK; /* what leads to it has been judged */
    }
}

/* ---- the trailer ---- */

/* What an encrypted file's key is made of stays; else it only names the file. */
static pds_code judge_id(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    pds_span key = { 0 }, old = { 0 }, first = { 0 };
    if (!pds_doc_encrypted(s->was)) {
        return PDS_OK;
    }
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    pds_iter before = pds_iter_of(was.value), after = pds_iter_of(now.value);
    const bool had = pds_iter_next(&before, &key, &old);
    const bool has = pds_iter_next(&after, &key, &first);
    const bool same = !had || (has && pds_value_same(old, first, &s->work));
    return same ? PDS_OK : pds_step_edit(s, PDS_EDIT_OBJECT, 0, "/ID", e);
}

static pds_code judge_trailer(pds_step *s, pds_err *e)
{
    static const pds_entry_rule Rules[] = {
        { "Root", pds_judge_kind, PDS_EDIT_CATALOG },
        { "Encrypt", pds_judge_kind, PDS_EDIT_CATALOG },
        { "Info", pds_judge_kind, PDS_EDIT_METADATA },
        { "ID", judge_id, PDS_EDIT_OBJECT },
        { NULL, pds_judge_free, PDS_EDIT_OBJECT },
    };
    return pds_step_entries(s, 0, pds_doc_trailer(s->was), pds_doc_trailer(s->now), Rules, e);
}

/* ---- the steps ---- */

static void end_fills(pds_step *s)
{
    for (size_t i = 0; i < s->filled_count; i++) {
        pds_roles_flag(&s->roles, s->filled[i], PDS_ROLE_FILLED, false);
        pds_roles_flag(&s->roles, s->filled[i], PDS_ROLE_STAMPED, false);
    }
    free(s->filled);
    s->filled = NULL;
    s->filled_count = 0;
}

static pds_code compare(pds_step *s, pds_err *e)
{
    s->roles.doc = s->now;
    s->roles.revision = s->revision;
    PDS_TRY(each_change(s, note_container, e));
    PDS_TRY(each_change(s, note_fill, e));
    PDS_TRY(judge_trailer(s, e));
    PDS_TRY(each_change(s, judge_first, e));
    PDS_TRY(each_change(s, walk_again, e));
    PDS_TRY(pds_roles_trailer(&s->roles, e));
    PDS_TRY(pds_roles_run(&s->roles, e));
    PDS_TRY(each_change(s, judge_behind, e));
    PDS_TRY(pds_step_judge_slices(s, e));
    PDS_TRY(judge_orphans(s, e));
    PDS_TRY(each_change(s, forget, e));
    end_fills(s);
    return PDS_OK;
}

static bool is_damage(pds_code code)
{
    return code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_UNSUPPORTED || code == PDS_E_NOT_PDF;
}

/* A revision that cannot be read changes who knows what; the next is compared with the one before
 * it. */
static pds_code open_revision(pds_step *s, pds_err *e)
{
    pds_err why = { .offset = -1 };
    const pds_code code = pds_revisions_doc(s->revisions, s->revision, &s->now, &why);
    if (is_damage(code)) {
        return pds_step_edit(s, PDS_EDIT_OBJECT, 0, why.text, e);
    }
    return pds_err_pass(code, e, &why);
}

static pds_code take_step(pds_step *s, pds_err *e)
{
    memset(s->kept, 0, sizeof s->kept);
    s->above = 0;
    s->first = s->out->count;
    s->looks_known = false;
    PDS_TRY(open_revision(s, e));
    if (s->now == NULL) {
        return PDS_OK;
    }
    PDS_TRY(compare(s, e));
    pds_doc_drop(&s->was);
    s->was = s->now;
    s->now = NULL;
    return PDS_OK;
}

static pds_code note_unread(void *ctx, uint32_t num, pds_err *e)
{
    return pds_step_edit(ctx, PDS_EDIT_OBJECT, num, NULL, e);
}

static void step_drop(pds_step *s)
{
    pds_doc_drop(&s->was);
    pds_doc_drop(&s->now);
    pds_roles_drop(&s->roles);
    pds_buf_drop(&s->above_name);
    pds_buf_drop(&s->looks);
    free(s->filled);
    free(s->slices);
    free(s->orphans);
}

pds_code pds_edits_find(pds_revisions *r, uint32_t from, pds_edits *out, pds_err *e)
{
    PDS_OWN(step_drop) pds_step s = { .revisions = r, .out = out, .revision = from + 1 };
    if (from >= pds_revisions_count(r)) {
        return PDS_OK;
    }
    PDS_TRY(pds_revisions_doc(r, from, &s.was, e));
    s.roles = (pds_roles){
        .unread = note_unread, .ctx = &s, .revisions = r, .doc = s.was, .revision = from
    };
    PDS_TRY(pds_roles_walk(&s.roles, e));
    for (; s.revision <= pds_revisions_count(r); s.revision++) {
        PDS_TRY(take_step(&s, e));
    }
    return PDS_OK;
}
