#include "pdfsign/permission.h"

#include "base/own.h"

#include <stdlib.h>

enum { LEVEL_NO_CHANGES = 1, LEVEL_FILL_FORMS = 2, LEVEL_MAX = 3 };

static void keep_strictest(pds_permission *p, int level)
{
    if (level != 0 && (p->level == 0 || level < p->level)) {
        p->level = level;
    }
}

static pds_code read_docmdp(pds_doc *doc, pds_span params, pds_permission *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object level = { 0 };
    int64_t number = LEVEL_FILL_FORMS; /* the default of /P */
    PDS_TRY(pds_doc_get(doc, params, "P", &level, e));
    const bool known = level.value.len == 0 || (pds_value_int(level.value, &number) &&
                                                number >= LEVEL_NO_CHANGES && number <= LEVEL_MAX);
    out->unclear = out->unclear || !known || (out->certification && out->level != number);
    keep_strictest(out, known ? (int)number : LEVEL_NO_CHANGES);
    out->certification = true;
    return PDS_OK;
}

/* Two locks of a kind that cannot be written as one: all fields, which no sound file means. */
static void merge_locks(pds_lock *to, const pds_lock *more)
{
    const pds_span names = pds_buf_span(&more->names);
    if (to->action == more->action && pds_span_eq(pds_buf_span(&to->names), names)) {
        return;
    }
    if (to->action == PDS_LOCK_INCLUDE && more->action == PDS_LOCK_INCLUDE) {
        pds_buf_put(&to->names, names);
        return;
    }
    pds_buf_clear(&to->names);
    to->action = PDS_LOCK_ALL;
}

pds_code pds_permission_add_lock(pds_doc *doc, pds_span dict, pds_permission *p, pds_err *e)
{
    PDS_OWN(pds_lock_drop) pds_lock lock = { .action = PDS_LOCK_NONE };
    PDS_TRY(pds_lock_read(doc, dict, &lock, e));
    keep_strictest(p, lock.permission);
    if (p->lock.action == PDS_LOCK_NONE) {
        p->lock = lock;
        lock = (pds_lock){ .action = PDS_LOCK_NONE };
        return PDS_OK;
    }
    merge_locks(&p->lock, &lock);
    return pds_buf_end(&p->lock.names, e);
}

/* One entry of /Reference (12.8.1, signature reference dictionary). */
static pds_code read_reference(pds_doc *doc, pds_span reference, pds_permission *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object method = { 0 };
    PDS_OWN(pds_object_drop) pds_object params = { 0 };
    PDS_TRY(pds_doc_get(doc, reference, "TransformMethod", &method, e));
    PDS_TRY(pds_doc_get(doc, reference, "TransformParams", &params, e));
    if (pds_value_is_name(method.value, "DocMDP")) {
        return read_docmdp(doc, params.value, out, e);
    }
    if (pds_value_is_name(method.value, "FieldMDP")) {
        return pds_permission_add_lock(doc, params.value, out, e);
    }
    return PDS_OK;
}

pds_code pds_permission_read(pds_doc *doc, pds_span signature, pds_permission *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object references = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(doc, signature, "Reference", &references, e));
    pds_iter it = pds_iter_of(references.value);
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object reference = { 0 };
        PDS_TRY(pds_doc_resolve(doc, value, &reference, e));
        PDS_TRY(read_reference(doc, reference.value, out, e));
    }
    return PDS_OK;
}

/* Its /Lock counts, too: not every program repeats that in the signature. */
static pds_code read_signature(pds_doc *doc, const pds_sig_field *field, pds_permission *out,
                               pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object signature = { 0 };
    out->field = field->name;
    PDS_TRY(pds_doc_resolve(doc, pds_buf_span(&field->value), &signature, e));
    PDS_TRY(pds_permission_read(doc, signature.value, out, e));
    return field->lock.len == 0 ? PDS_OK
                                : pds_permission_add_lock(doc, pds_buf_span(&field->lock), out, e);
}

pds_code pds_permissions_read(pds_doc *doc, const pds_form *form, pds_permissions *out, pds_err *e)
{
    *out = (pds_permissions){ .items = calloc(form->count + 1, sizeof *out->items) };
    if (out->items == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu permissions", form->count);
    }
    for (size_t i = 0; i < form->count; i++) {
        if (form->fields[i].is_signed) {
            pds_permission *item = &out->items[out->count++];
            PDS_TRY(pds_err_field(read_signature(doc, &form->fields[i], item, e), e,
                                  form->fields[i].name));
            if (item->certification) {
                out->certification = item->level;
            }
        }
    }
    return PDS_OK;
}

void pds_permissions_drop(pds_permissions *p)
{
    for (size_t i = 0; i < p->count; i++) {
        pds_lock_drop(&p->items[i].lock);
    }
    free(p->items);
    *p = (pds_permissions){ 0 };
}

static const char *kind_of(const pds_permission *p)
{
    return pds_translated(p->certification ? N_("certification") : N_("signature"));
}

static pds_code check_planned_level(const pds_permission *p, pds_err *e)
{
    if (p->level != LEVEL_NO_CHANGES) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_DOCMDP_FORBIDS, __func__,
                                 "the %s of signer %zu allows no further change (P=1), but others "
                                 "sign after it",
                                 kind_of(p), p->signer),
                        e, "certify with 2, so that others may still sign");
}

static pds_code check_level(const pds_permission *p, const pds_intent *intent, pds_err *e)
{
    if (p->level == LEVEL_NO_CHANGES) {
        return pds_err_hint(pds_fail(e, PDS_E_DOCMDP_FORBIDS, __func__,
                                     "the %s in field '%s' allows no further change (P=1)",
                                     kind_of(p), p->field),
                            e, "ask for a copy made before that signature, or certified with P=2");
    }
    if (p->level != 0 && intent->new_field && !intent->fills) {
        return pds_err_hint(pds_fail(e, PDS_E_DOCMDP_FORBIDS, __func__,
                                     "the %s in field '%s' allows no new empty field (P=%d)",
                                     kind_of(p), p->field, p->level),
                            e, "make fields before the document is certified");
    }
    if (p->level != 0 && intent->new_field && intent->visible) {
        return pds_err_hint(pds_fail(e, PDS_E_DOCMDP_FORBIDS, __func__,
                                     "the %s in field '%s' allows no new field on a page (P=%d)",
                                     kind_of(p), p->field, p->level),
                            e, "sign a field that existed then, or sign without a place");
    }
    return PDS_OK;
}

static pds_code check_lock(const pds_permission *p, const pds_intent *intent, pds_err *e)
{
    if (!pds_lock_covers(&p->lock, intent->field)) {
        return PDS_OK;
    }
    if (p->signer != 0) {
        return pds_err_hint(pds_fail(e, PDS_E_FIELDMDP_FORBIDS, __func__,
                                     "signer %zu would lock the field '%s', which is signed after "
                                     "that",
                                     p->signer, intent->field),
                            e, "lock with exclude:FIELD, or let that signer be the last");
    }
    return pds_err_hint(pds_fail(e, PDS_E_FIELDMDP_FORBIDS, __func__,
                                 "the %s in field '%s' locks the field '%s'", kind_of(p), p->field,
                                 intent->field),
                        e, "`pdfsign fields list` shows which fields are locked by whom");
}

static pds_code check_one(const pds_permission *p, const pds_intent *intent, pds_err *e)
{
    if (p->signer != 0) {
        PDS_TRY(check_planned_level(p, e));
    }
    PDS_TRY(check_level(p, intent, e));
    return check_lock(p, intent, e);
}

pds_code pds_permission_check(const pds_permission *p, const pds_intent *intent, pds_err *e)
{
    return pds_err_field(check_one(p, intent, e), e, intent->field);
}

pds_code pds_permissions_check(const pds_permissions *p, const pds_intent *intent, pds_err *e)
{
    for (size_t i = 0; i < p->count; i++) {
        PDS_TRY(pds_permission_check(&p->items[i], intent, e));
    }
    return PDS_OK;
}

const char *pds_permissions_locker(const pds_permissions *p, const char *field)
{
    for (size_t i = 0; i < p->count; i++) {
        if (pds_lock_covers(&p->items[i].lock, field)) {
            return p->items[i].field;
        }
    }
    return NULL;
}
