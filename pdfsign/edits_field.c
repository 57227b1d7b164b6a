/* Judges of fields that stand already, and of what belongs to them. */
#include "base/grow.h"
#include "base/own.h"
#include "pdfsign/edits_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIELD_DEPTH_MAX = 64,
    FLAG_READ_ONLY = 1,              /* table 228 */
    FLAGS_OF_SIGNING = 4 | 128 | 512 /* Print, Locked, LockedContents: table 167 */
};

/* ---- which field, and what happened to it ---- */

pds_code pds_step_judge_fill(pds_step *s, uint32_t num, pds_err *e)
{
    uint32_t *const more = pds_grow(s->filled, s->filled_count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the changes of a document");
    }
    s->filled = more;
    s->filled[s->filled_count++] = num;
    pds_roles_flag(&s->roles, num, PDS_ROLE_FILLED, true);
    return PDS_OK;
}

uint32_t pds_step_field_of(const pds_step *s, uint32_t num)
{
    uint32_t at = num;
    for (int i = 0; i < FIELD_DEPTH_MAX; i++) {
        const pds_role_entry *const role = pds_step_role(s, at);
        if (role->role != PDS_ROLE_FIELD || (role->flags & PDS_ROLE_NAMED) != 0) {
            return role->role == PDS_ROLE_FIELD ? at : num;
        }
        at = role->owner;
    }
    return num;
}

static bool has_flag(const pds_step *s, uint32_t num, unsigned flag)
{
    return (pds_step_role(s, num)->flags & flag) != 0;
}

bool pds_step_is_signed(const pds_step *s, uint32_t num)
{
    return has_flag(s, num, PDS_ROLE_SIGNED) ||
           has_flag(s, pds_step_field_of(s, num), PDS_ROLE_SIGNED);
}

bool pds_step_is_filled(const pds_step *s, uint32_t num)
{
    return has_flag(s, pds_step_field_of(s, num), PDS_ROLE_FILLED);
}

/* May a look go with a value of this type? */
static bool look_follows(const pds_step *s, uint32_t num)
{
    const uint8_t type = pds_step_role(s, num)->type;
    return pds_step_is_filled(s, num) &&
           !has_flag(s, pds_step_field_of(s, num), PDS_ROLE_STAMPED) &&
           (type == PDS_FIELD_TEXT || type == PDS_FIELD_CHOICE || type == PDS_FIELD_SIGNATURE);
}

/* ---- values ---- */

static pds_code judge_signature_value(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    pds_new_value value = { 0 };
    bool invisible = false;
    PDS_TRY(pds_step_new_value(s, c->num, c->now, &value, e));
    PDS_TRY(pds_step_invisible(s, c->dict, &invisible, e));
    if (!value.signature) {
        return pds_step_field_edit(s, PDS_EDIT_SIGNATURE, c->num, "/V", e);
    }
    const bool stamp = value.timestamp && invisible;
    s->signs = s->signs || !value.timestamp;
    return pds_step_field_edit(s, stamp ? PDS_EDIT_TIMESTAMP : PDS_EDIT_SIGNED, c->num, NULL, e);
}

/* Is the value's own object new, or the field's alone? A direct one is. */
static bool is_own_value(const pds_step *s, uint32_t num, pds_span value)
{
    pds_ref ref = { 0 };
    if (!pds_value_ref(value, &ref) || pds_step_is_new_ref(s, value, &ref)) {
        return true;
    }
    const pds_role_entry *const role = pds_step_role(s, ref.num);
    return role->role == PDS_ROLE_VALUE && role->owner == num &&
           (role->flags & PDS_ROLE_SHARED) == 0;
}

/* Is it a value that a field of this type may have? None at all, too: it was cleared. */
static bool fits_type(uint8_t type, const pds_object *value)
{
    const pds_kind kind = pds_value_kind(value->value);
    const bool nothing = kind == PDS_KIND_NONE || kind == PDS_KIND_NULL;
    switch (type) {
    case PDS_FIELD_TEXT:
        return nothing || value->stream || kind == PDS_KIND_STRING;
    case PDS_FIELD_CHOICE:
        return nothing || kind == PDS_KIND_STRING || kind == PDS_KIND_ARRAY;
    case PDS_FIELD_CHECK:
        return nothing || kind == PDS_KIND_NAME;
    default:
        return false;
    }
}

static pds_code judge_field_value(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const pds_role_entry *const role = pds_step_role(s, c->num);
    const bool terminal =
        (role->flags & PDS_ROLE_NAMED) != 0 && (role->flags & PDS_ROLE_INNER) == 0;
    if (terminal && role->type == PDS_FIELD_SIGNATURE) {
        return judge_signature_value(s, c, e);
    }
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &value, e));
    const bool own = terminal && fits_type(role->type, &value) && is_own_value(s, c->num, c->now);
    return pds_step_field_edit(s, own ? PDS_EDIT_FILLED : PDS_EDIT_FORM, c->num, own ? NULL : "/V",
                               e);
}

/* The object that is a field's value. */
pds_code pds_judge_value(pds_step *s, const pds_changed *c, pds_err *e)
{
    const bool alone = (c->role.flags & PDS_ROLE_SHARED) == 0;
    return pds_step_field_edit(s, alone ? PDS_EDIT_FILLED : PDS_EDIT_FORM, c->role.owner, NULL, e);
}

/* What goes with a value, and says nothing alone. */
static pds_code judge_with_value(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const bool filled = pds_step_is_filled(s, c->num) && is_own_value(s, c->num, c->now);
    return filled ? PDS_OK : pds_judge_field_kind(s, c, e);
}

/* ---- looks ---- */

/* A push-button that shows nothing may get a picture, once, from who signs: a slice of a seam, a
 * further place of his seal. */
static pds_code judge_button(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    bool blank = false, own = false;
    PDS_TRY(pds_step_blank(s, s->was, c->was, &blank, e));
    PDS_TRY(pds_step_own_look(s, c->num, c->now, &own, e));
    if (!blank || !own) {
        return pds_step_field_edit(s, PDS_EDIT_WIDGET, c->num, "/AP", e);
    }
    uint32_t *const more = pds_grow(s->slices, s->slice_count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the changes of a document");
    }
    s->slices = more;
    s->slices[s->slice_count++] = c->num;
    return PDS_OK;
}

pds_code pds_step_judge_slices(pds_step *s, pds_err *e)
{
    for (size_t i = 0; i < s->slice_count; i++) {
        PDS_TRY(pds_step_field_edit(s, s->signs ? PDS_EDIT_FILLED : PDS_EDIT_WIDGET, s->slices[i],
                                    s->signs ? NULL : "/AP", e));
    }
    s->slice_count = 0;
    s->signs = false;
    return PDS_OK;
}

/* A document timestamp may stand in a field that shows, but must not look like anything there. */
static pds_code judge_stamp(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    bool invisible = false, blank = false;
    PDS_TRY(pds_step_invisible(s, c->dict, &invisible, e));
    PDS_TRY(pds_step_blank(s, s->now, c->now, &blank, e));
    return invisible || blank ? PDS_OK : pds_step_field_edit(s, PDS_EDIT_WIDGET, c->num, "/AP", e);
}

static pds_code judge_appearance(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    bool own = false;
    if (pds_step_role(s, c->num)->type == PDS_FIELD_PUSH) {
        return judge_button(s, c, e);
    }
    if (has_flag(s, c->num, PDS_ROLE_STAMPED)) {
        return judge_stamp(s, c, e);
    }
    if (look_follows(s, c->num)) {
        PDS_TRY(pds_step_own_look(s, c->num, c->now, &own, e));
    }
    return own ? PDS_OK : pds_step_field_edit(s, PDS_EDIT_WIDGET, c->num, "/AP", e);
}

/* The state of a box follows its value. */
static pds_code judge_state(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const bool follows = pds_step_is_filled(s, c->num) &&
                         pds_step_role(s, c->num)->type == PDS_FIELD_CHECK &&
                         pds_value_kind(c->now) == PDS_KIND_NAME;
    return follows ? PDS_OK : pds_judge_field_kind(s, c, e);
}

/* A stream or a dictionary of a widget's appearance. */
pds_code pds_judge_look(pds_step *s, const pds_changed *c, pds_err *e)
{
    const uint32_t owner = c->role.owner;
    if (pds_step_is_signed(s, owner)) {
        return pds_step_field_edit(s, PDS_EDIT_SIGNATURE, owner, "/AP", e);
    }
    const bool alone = (c->role.flags & PDS_ROLE_SHARED) == 0;
    return alone && look_follows(s, owner)
               ? PDS_OK
               : pds_step_field_edit(s, PDS_EDIT_WIDGET, owner, "/AP", e);
}

/* ---- the other entries ---- */

/* Is it a signature field that is being signed? */
static bool is_signing(const pds_step *s, uint32_t num)
{
    return pds_step_is_filled(s, num) && pds_step_role(s, num)->type == PDS_FIELD_SIGNATURE;
}

static pds_code judge_visibility(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    int64_t was = 0, now = 0;
    (void)pds_value_int(c->was, &was);
    const bool number = pds_value_int(c->now, &now);
    const bool signing = number && (now & was) == was && ((now ^ was) & ~FLAGS_OF_SIGNING) == 0 &&
                         is_signing(s, c->num);
    return signing ? PDS_OK : pds_judge_field_kind(s, c, e);
}

/* A field that nobody may fill any more, as a lock's signer leaves it. */
static pds_code judge_flags(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    int64_t was = 0, now = 0;
    (void)pds_value_int(c->was, &was);
    const bool number = pds_value_int(c->now, &now);
    return number && now == (was | FLAG_READ_ONLY)
               ? pds_step_field_edit(s, PDS_EDIT_FILLED, c->num, "/Ff", e)
               : pds_judge_field_kind(s, c, e);
}

/* A signer may lock more with his own field, and say what was not said: its page. */
static pds_code judge_added(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const bool own = c->was.len == 0 && is_signing(s, c->num);
    return own ? PDS_OK : pds_judge_field_kind(s, c, e);
}

/* How a look is made; the signer brings one of his own. */
static pds_code judge_style(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const bool stamp = has_flag(s, pds_step_field_of(s, c->num), PDS_ROLE_STAMPED);
    return is_signing(s, c->num) && !stamp ? PDS_OK : pds_judge_field_kind(s, c, e);
}

/* How readers draw a value says no more than the look that comes with it. */
static pds_code judge_drawing(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    return look_follows(s, c->num) ? PDS_OK : judge_style(s, c, e);
}

/* Signature fields may come below a field that has fields below it; one with a value stays one. */
static pds_code judge_kids(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    return has_flag(s, c->num, PDS_ROLE_INNER) ? pds_compare_fields(s, c, e)
                                               : pds_judge_field_kind(s, c, e);
}

static const pds_entry_rule FIELD_RULES[] = {
    { "V", judge_field_value, PDS_EDIT_FORM },
    { "RV", judge_with_value, PDS_EDIT_FORM },
    { "I", judge_with_value, PDS_EDIT_FORM },
    { "AP", judge_appearance, PDS_EDIT_WIDGET },
    { "AS", judge_state, PDS_EDIT_WIDGET },
    { "TI", judge_with_value, PDS_EDIT_FORM },
    { "M", judge_with_value, PDS_EDIT_FORM },
    { "F", judge_visibility, PDS_EDIT_WIDGET },
    { "Ff", judge_flags, PDS_EDIT_FORM },
    { "Kids", judge_kids, PDS_EDIT_FORM },
    { "Rect", pds_judge_field_kind, PDS_EDIT_WIDGET },
    { "MK", judge_style, PDS_EDIT_WIDGET },
    { "BS", judge_style, PDS_EDIT_WIDGET },
    { "Border", judge_style, PDS_EDIT_WIDGET },
    { "C", pds_judge_field_kind, PDS_EDIT_WIDGET },
    { "H", pds_judge_field_kind, PDS_EDIT_WIDGET },
    { "OC", pds_judge_field_kind, PDS_EDIT_WIDGET },
    { "A", pds_judge_field_kind, PDS_EDIT_ACTION },
    { "AA", pds_judge_field_kind, PDS_EDIT_ACTION },
    { "PA", pds_judge_field_kind, PDS_EDIT_ACTION },
    { "Lock", judge_added, PDS_EDIT_PERMISSIONS },
    { "P", judge_added, PDS_EDIT_FORM },
    { "DA", judge_drawing, PDS_EDIT_FORM },
    { "SV", pds_judge_field_kind, PDS_EDIT_PERMISSIONS },
    { NULL, pds_judge_field_kind, PDS_EDIT_FORM },
};

pds_code pds_judge_field(pds_step *s, const pds_changed *c, pds_err *e)
{
    if (pds_step_is_signed(s, c->num)) {
        return pds_step_field_edit(s, PDS_EDIT_SIGNATURE, c->num, NULL, e);
    }
    const bool sound = (c->role.flags & PDS_ROLE_SHARED) == 0 && !c->now.stream &&
                       pds_value_kind(c->was.value) == PDS_KIND_DICT &&
                       pds_value_kind(c->now.value) == PDS_KIND_DICT;
    return sound ? pds_step_entries(s, c->num, c->was.value, c->now.value, FIELD_RULES, e)
                 : pds_step_field_edit(s, PDS_EDIT_FORM, c->num, NULL, e);
}
