#include "pdfsign/signatures.h"

#include "base/grow.h"
#include "base/own.h"

#include <stdlib.h>

/* Revisions whose forms are looked into for signatures that are gone: the fewer, the larger the
 * file, and so a form, may be. */
enum { LOST_FORMS_MAX = 256, LOST_FORMS_MIN = 8, LOST_BYTES = 32 << 20 };

static void drop_bufs(pds_buf *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pds_buf_drop(&items[i]);
    }
    free(items);
}

static void stamp_drop(pds_stamp *s)
{
    pds_signed_data_found_drop(&s->cms);
    pds_path_drop(&s->path);
    free(s->revocation);
    pds_findings_drop(&s->findings);
}

void pds_judged_drop(pds_judged *s)
{
    drop_bufs(s->names, s->name_count);
    free(s->holders);
    drop_bufs(s->locks, s->lock_count);
    pds_buf_drop(&s->dict);
    pds_byte_range_drop(&s->range);
    pds_lock_drop(&s->permission.lock);
    pds_signed_data_found_drop(&s->cms);
    pds_path_drop(&s->path);
    free(s->revocation);
    for (size_t i = 0; i < s->stamp_count; i++) {
        stamp_drop(&s->stamps[i]);
    }
    free(s->stamps);
    pds_findings_drop(&s->findings);
    *s = (pds_judged){ .name_count = 0 };
}

static pds_judged *find(const pds_verifying *v, const pds_signature_place *place)
{
    for (size_t i = 0; i < v->count; i++) {
        if (v->signatures[i].place.num == place->num &&
            (v->signatures[i].place.key == NULL) == (place->key == NULL)) {
            return &v->signatures[i];
        }
    }
    return NULL;
}

static pds_code add(pds_verifying *v, const pds_signature_place *place, pds_judged **out,
                    pds_err *e)
{
    pds_judged *grown = pds_grow(v->signatures, v->count, sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    v->signatures = grown;
    if (v->count == PDS_SIGNATURES_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the file has more than %d signatures", PDS_SIGNATURES_MAX);
    }
    *out = &grown[v->count++];
    **out = (pds_judged){ .place = *place };
    return PDS_OK;
}

/* The object that holds /V itself: the field, or the one above it that it inherits from. */
static pds_code find_holder(pds_doc *doc, pds_ref field, uint32_t *out, pds_err *e)
{
    enum { DEPTH_MAX = 64 }; /* the form's reader has been up there */
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    pds_span value = { 0 };
    *out = field.num;
    for (int i = 0; i < DEPTH_MAX; i++) {
        PDS_TRY(pds_doc_read(doc, field, &o, e));
        if (pds_dict_get(o.value, "V", &value)) {
            *out = field.num;
            break;
        }
        if (!pds_dict_get(o.value, "Parent", &value) || !pds_value_ref(value, &field)) {
            break;
        }
    }
    return PDS_OK;
}

static pds_code place_of(pds_doc *doc, const pds_sig_field *field, uint32_t revision,
                         pds_signature_place *out, pds_err *e)
{
    pds_ref ref = { 0 };
    *out = (pds_signature_place){ .revision = revision };
    if (pds_value_ref(pds_buf_span(&field->value), &ref)) {
        out->num = ref.num;
        return PDS_OK;
    }
    out->key = "V";
    return find_holder(doc, field->ref, &out->num, e);
}

static pds_code make_room(pds_judged *s, pds_err *e)
{
    pds_buf *const names = pds_grow(s->names, s->name_count, sizeof *names);
    s->names = names != NULL ? names : s->names;
    pds_ref *const holders = pds_grow(s->holders, s->name_count, sizeof *holders);
    s->holders = holders != NULL ? holders : s->holders;
    if (names == NULL || holders == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

/* The dictionary and the field's /Lock are read as of the revision that the signature covers, which
 * is not known yet: here only who holds it. */
static pds_code add_field(pds_judged *s, const pds_sig_field *field, pds_err *e)
{
    PDS_TRY(make_room(s, e));
    pds_buf *const name = &s->names[s->name_count];
    *name = (pds_buf){ .len = 0 };
    s->holders[s->name_count++] = field->ref;
    pds_buf_text(name, field->name);
    s->page = s->page == 0 ? field->page : s->page;
    return pds_buf_end(name, e);
}

/* Where a widget is seen is found by walking all pages, so only where somebody will see a number.
 */
static bool any_visible(const pds_form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        if (form->fields[i].is_signed && pds_sig_field_visible(&form->fields[i])) {
            return true;
        }
    }
    return false;
}

/* Adds what the form of a revision holds. gone: that revision is not the newest, and what is known
 * already is passed over. */
static pds_code add_fields(pds_verifying *v, uint32_t revision, pds_doc *doc, const pds_form *form,
                           bool gone, pds_err *e)
{
    for (size_t i = 0; i < form->count; i++) {
        const pds_sig_field *const field = &form->fields[i];
        pds_signature_place place;
        if (!field->is_signed) {
            continue;
        }
        PDS_TRY(place_of(doc, field, revision, &place, e));
        pds_judged *s = find(v, &place);
        if (s != NULL && gone) {
            continue;
        }
        if (s == NULL) {
            PDS_TRY(add(v, &place, &s, e));
            s->gone = gone;
        }
        PDS_TRY(add_field(s, field, e));
    }
    return PDS_OK;
}

static pds_code find_newest(pds_verifying *v, pds_err *e)
{
    PDS_OWN(pds_form_drop) pds_form form = { .count = 0 };
    PDS_TRY(pds_form_read(v->doc, &form, e));
    if (any_visible(&form)) {
        PDS_TRY(pds_form_find_pages(v->doc, &form, &v->pages, e));
    }
    return add_fields(v, pds_revisions_count(v->revisions), v->doc, &form, false, e);
}

/* ---- signatures that are gone ---- */

static bool is_signature(pds_span dict)
{
    pds_span value = { 0 };
    return pds_dict_get(dict, "ByteRange", &value) && pds_dict_get(dict, "Contents", &value);
}

/* What is damaged can't be a signature that anybody relied on; other faults count. */
static pds_code unless_damaged(pds_code code, const pds_err *why, pds_err *e)
{
    return code == PDS_E_PDF_DAMAGED ? PDS_OK : pds_err_pass(code, e, why);
}

static pds_code find_in_form(pds_verifying *v, uint32_t revision, pds_doc *doc, pds_err *e)
{
    PDS_OWN(pds_form_drop) pds_form form = { .count = 0 };
    pds_err why = { .offset = -1 };
    const pds_code code = pds_form_read(doc, &form, &why);
    PDS_TRY(unless_damaged(code, &why, e));
    return code == PDS_OK ? add_fields(v, revision, doc, &form, true, e) : PDS_OK;
}

static bool holds_unknown(const pds_verifying *v, uint32_t num, pds_span object)
{
    const pds_signature_place whole = { .num = num };
    const pds_signature_place inside = { .num = num, .key = "V" };
    pds_span value = { 0 };
    return (is_signature(object) && find(v, &whole) == NULL) ||
           (pds_dict_get(object, "V", &value) && is_signature(value) && find(v, &inside) == NULL);
}

/* Does a revision bring a signature that isn't known yet? */
static pds_code brings_unknown(const pds_verifying *v, uint32_t revision, pds_doc *doc, bool *out,
                               pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    pds_change change;
    size_t at = 0;
    while (!*out && pds_revisions_change(v->revisions, revision, &at, &change)) {
        pds_err why = { .offset = -1 };
        const pds_ref ref = { change.num, change.now.kind == PDS_PLACE_FILE ? change.now.gen : 0 };
        if (change.now.kind != PDS_PLACE_FILE && change.now.kind != PDS_PLACE_PACKED) {
            continue;
        }
        const pds_code code = pds_doc_read(doc, ref, &o, &why);
        PDS_TRY(unless_damaged(code, &why, e));
        *out = code == PDS_OK && holds_unknown(v, change.num, o.value);
    }
    return PDS_OK;
}

static size_t most_forms(const pds_verifying *v)
{
    const uint64_t most = LOST_BYTES / (v->file.size + 1);
    return most > LOST_FORMS_MAX ? LOST_FORMS_MAX : most < LOST_FORMS_MIN ? LOST_FORMS_MIN : most;
}

static pds_code find_gone_of(pds_verifying *v, uint32_t revision, size_t *forms, pds_err *e)
{
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    pds_err why = { .offset = -1 };
    bool unknown = revision == 1;
    const pds_code code = pds_revisions_doc(v->revisions, revision, &doc, &why);
    PDS_TRY(unless_damaged(code, &why, e));
    if (code != PDS_OK) {
        return PDS_OK;
    }
    PDS_TRY(brings_unknown(v, revision, doc, &unknown, e));
    if (!unknown) {
        return PDS_OK;
    }
    if (++*forms > most_forms(v)) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "more than %d revisions hold signatures that are gone",
                 (int)most_forms(v));
    }
    return find_in_form(v, revision, doc, e);
}

static pds_code find_gone(pds_verifying *v, pds_err *e)
{
    size_t forms = 0;
    for (uint32_t k = 1; k < pds_revisions_count(v->revisions); k++) {
        PDS_TRY(find_gone_of(v, k, &forms, e));
    }
    return PDS_OK;
}

pds_code pds_signatures_find(pds_verifying *v, pds_err *e)
{
    PDS_TRY(find_newest(v, e));
    return find_gone(v, e);
}

/* ---- order ---- */

static int compare(const void *left, const void *right)
{
    const pds_judged *const a = left;
    const pds_judged *const b = right;
    const uint64_t ends[] = { a->range.range[2] + a->range.range[3],
                              b->range.range[2] + b->range.range[3] };
    if (ends[0] != ends[1]) {
        return ends[0] < ends[1] ? -1 : 1;
    }
    return (a->place.num > b->place.num) - (a->place.num < b->place.num);
}

void pds_signatures_sort(pds_verifying *v)
{
    if (v->count > 1) {
        qsort(v->signatures, v->count, sizeof *v->signatures, compare);
    }
}
