/* Judges of pages and what is put onto them. */
#include "base/own.h"
#include "pdfsign/edits_internal.h"

static bool is_widget(pds_span annotation)
{
    pds_span subtype = { 0 };
    return pds_dict_get(annotation, "Subtype", &subtype) && pds_value_is_name(subtype, "Widget");
}

/* An object that is itself a reference, to a widget perhaps. */
static bool leads_on(pds_span annotation)
{
    return pds_value_kind(annotation) == PDS_KIND_REF;
}

/* One that came, changed or went. */
pds_code pds_judge_annotation(pds_step *s, const pds_changed *c, pds_err *e)
{
    bool runs = false;
    if (is_widget(c->was.value) || is_widget(c->now.value) || leads_on(c->was.value) ||
        leads_on(c->now.value)) {
        return pds_step_field_edit(s, PDS_EDIT_WIDGET, c->num, NULL, e);
    }
    if ((c->role.flags & PDS_ROLE_SHARED) != 0) {
        return pds_step_edit(s, PDS_EDIT_PAGE, c->num, NULL, e);
    }
    PDS_TRY(pds_step_runs(s, s->now, c->now.value, &runs, e));
    return pds_step_edit(s, runs ? PDS_EDIT_ACTION : PDS_EDIT_ANNOTATION, c->num, NULL, e);
}

static pds_code annotation_gone(pds_step *s, uint32_t num, pds_span element, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object annotation = { 0 };
    pds_ref ref = { 0 };
    PDS_TRY(pds_step_resolve(s, s->was, element, &annotation, e));
    const uint32_t what = pds_value_ref(element, &ref) && ref.num != 0 ? ref.num : num;
    if (pds_step_role(s, what)->role != PDS_ROLE_FIELD && !is_widget(annotation.value)) {
        return pds_step_edit(s, PDS_EDIT_ANNOTATION, what, NULL, e);
    }
    return pds_step_field_edit(
        s, pds_step_is_signed(s, what) ? PDS_EDIT_SIGNATURE : PDS_EDIT_WIDGET, what, NULL, e);
}

/* A widget says itself which page it is on, and stands on no other. */
static pds_code judge_placed(pds_step *s, uint32_t page, uint32_t num, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object widget = { 0 };
    pds_span value = { 0 };
    pds_ref ref = { 0 };
    PDS_TRY(pds_step_read(s, s->now, num, &widget, e));
    const bool placed = (pds_step_role(s, num)->flags & PDS_ROLE_PLACED) != 0;
    const bool other =
        pds_dict_get(widget.value, "P", &value) && (!pds_value_ref(value, &ref) || ref.num != page);
    pds_roles_flag(&s->roles, num, PDS_ROLE_PLACED, true);
    return placed || other ? pds_step_field_edit(s, PDS_EDIT_WIDGET, num, "/Annots", e) : PDS_OK;
}

/* num: the page, or its array of annotations. What is new, and no field, is judged on its own. */
static pds_code annotation_came(pds_step *s, uint32_t num, pds_span element, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object annotation = { 0 };
    pds_ref ref = { 0 };
    const bool is_new = pds_step_is_new_ref(s, element, &ref);
    const pds_role_entry *const list = pds_step_role(s, num);
    if (ref.num != 0 && pds_step_role(s, ref.num)->role == PDS_ROLE_FIELD) {
        return is_new ? judge_placed(s, list->role == PDS_ROLE_PAGE ? num : list->owner, ref.num, e)
                      : pds_step_field_edit(s, PDS_EDIT_WIDGET, ref.num, "/Annots", e);
    }
    if (is_new) {
        return PDS_OK;
    }
    pds_changed c = { .num = ref.num != 0 ? ref.num : num };
    PDS_TRY(pds_step_resolve(s, s->now, element, &annotation, e));
    c.now.value = annotation.value;
    return pds_judge_annotation(s, &c, e);
}

pds_code pds_judge_annots(pds_step *s, const pds_changed *c, pds_err *e)
{
    if ((c->role.flags & PDS_ROLE_SHARED) != 0) {
        return pds_step_edit(s, PDS_EDIT_WIDGET, c->num, "/Annots", e);
    }
    return pds_step_elements(s, c->num, c->was.value, c->now.value, annotation_gone,
                             annotation_came, e);
}

static pds_code compare_annots(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    if (s->work > PDS_SAME_WORK) {
        return pds_step_edit(s, PDS_EDIT_WIDGET, c->num, "/Annots", e);
    }
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    s->work += was.text.len + now.text.len; /* which many pages may share */
    return pds_step_elements(s, c->num, was.value, now.value, annotation_gone, annotation_came, e);
}

/* Some programs write a page's resources again, as another object that says the same. */
static pds_code compare_resources(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    const bool same = pds_value_kind(now.value) == PDS_KIND_DICT && !was.stream && !now.stream &&
                      pds_value_same(was.value, now.value, &s->work);
    return same ? PDS_OK : pds_judge_kind(s, c, e);
}

/* In which order the keyboard goes from one annotation to the next: programs that add a field say
 * so where nothing was said before (ISO 32000-2, 12.5.1). */
static pds_code compare_tabs(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    static const char *const orders[] = { "R", "C", "S" };
    bool known = false;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        known = known || pds_value_is_name(c->now, orders[i]);
    }
    return c->was.len == 0 && known ? PDS_OK : pds_judge_kind(s, c, e);
}

pds_code pds_judge_page(pds_step *s, const pds_changed *c, pds_err *e)
{
    static const pds_entry_rule Rules[] = {
        { "Annots", compare_annots, PDS_EDIT_ANNOTATION },
        { "AA", pds_judge_kind, PDS_EDIT_ACTION },
        { "Resources", compare_resources, PDS_EDIT_PAGE },
        { "Tabs", compare_tabs, PDS_EDIT_PAGE },
        { NULL, pds_judge_kind, PDS_EDIT_PAGE },
    };
    if ((c->role.flags & PDS_ROLE_SHARED) != 0 || pds_value_kind(c->now.value) != PDS_KIND_DICT) {
        return pds_step_edit(s, PDS_EDIT_PAGE, c->num, NULL, e);
    }
    return pds_step_entries(s, c->num, c->was.value, c->now.value, Rules, e);
}
