/* New signatures: their values, their fields, their looks. */
#include "base/own.h"
#include "pdfsign/edits_internal.h"
#include "pdfsign/seam_key.h"

#include <stdio.h>
#include <string.h>

enum {
    BLANK_MAX = 4096,
    LOOK_DEPTH_MAX = 3,
    HIDDEN = 2, /* table 167 */
    PRINT = 4,
    NO_VIEW = 32,
    TOGGLE_NO_VIEW = 256
};

/* ---- values ---- */

static bool has_kind(pds_span dict, const char *key, pds_kind kind)
{
    pds_span value = { 0 };
    return pds_dict_get(dict, key, &value) && pds_value_kind(value) == kind;
}

/* Does a later signature say what the others allow, as only the first one may (12.8.2.2.1)? */
static pds_code judge_references(pds_step *s, uint32_t num, pds_span signature, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object list = { 0 };
    pds_span references = { 0 }, key = { 0 }, value = { 0 };
    (void)pds_dict_get(signature, "Reference", &references);
    PDS_TRY(pds_step_resolve(s, s->now, references, &list, e));
    pds_iter it = pds_iter_of(list.value);
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object reference = { 0 };
        PDS_OWN(pds_object_drop) pds_object method = { 0 };
        pds_span name = { 0 };
        if (!pds_step_may_read(s)) {
            return pds_step_field_edit(s, PDS_EDIT_PERMISSIONS, num, "/Reference", e);
        }
        PDS_TRY(pds_step_resolve(s, s->now, value, &reference, e));
        (void)pds_dict_get(reference.value, "TransformMethod", &name);
        PDS_TRY(pds_step_resolve(s, s->now, name, &method, e));
        if (!pds_value_is_name(method.value, "FieldMDP")) {
            PDS_TRY(pds_step_field_edit(s, PDS_EDIT_PERMISSIONS, num, "/Reference", e));
        }
    }
    return PDS_OK;
}

pds_code pds_step_new_value(pds_step *s, uint32_t num, pds_span value, pds_new_value *out,
                            pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object dict = { 0 };
    pds_ref ref = { 0 };
    *out = (pds_new_value){ .signature = false };
    if (!pds_step_is_new_ref(s, value, &ref) && pds_value_kind(value) != PDS_KIND_DICT) {
        return PDS_OK;
    }
    PDS_TRY(pds_step_resolve(s, s->now, value, &dict, e));
    out->signature = !dict.stream && has_kind(dict.value, "ByteRange", PDS_KIND_ARRAY) &&
                     has_kind(dict.value, "Contents", PDS_KIND_STRING);
    PDS_TRY(pds_step_is_stamp(s, dict.value, &out->timestamp, e));
    out->timestamp = out->timestamp && out->signature;
    return out->signature ? judge_references(s, num, dict.value, e) : PDS_OK;
}

pds_code pds_step_is_stamp(pds_step *s, pds_span value, bool *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object dict = { 0 };
    PDS_OWN(pds_object_drop) pds_object filter = { 0 };
    pds_span name = { 0 };
    PDS_TRY(pds_step_resolve(s, s->now, value, &dict, e));
    (void)pds_dict_get(dict.value, "SubFilter", &name);
    PDS_TRY(pds_step_resolve(s, s->now, name, &filter, e));
    *out = pds_value_is_name(filter.value, "ETSI.RFC3161");
    return PDS_OK;
}

pds_code pds_step_invisible(pds_step *s, pds_span widget, bool *out, pds_err *e)
{
    pds_span value = { 0 };
    int64_t flags = 0;
    double rect[4] = { 0.0 };
    (void)pds_dict_get(widget, "F", &value);
    (void)pds_value_int(value, &flags);
    value = (pds_span){ 0 };
    if (pds_dict_get(widget, "Kids", &value)) {
        *out = false; /* what shows where takes a closer look than a timestamp needs */
        return PDS_OK;
    }
    (void)pds_dict_get(widget, "Rect", &value);
    PDS_OWN(pds_object_drop) pds_object box = { 0 };
    PDS_TRY(pds_step_resolve(s, s->now, value, &box, e));
    pds_iter it = pds_iter_of(box.value);
    pds_span key = { 0 }, number = { 0 };
    for (int i = 0; i < 4 && pds_iter_next(&it, &key, &number); i++) {
        *out = pds_value_real(number, &rect[i]);
        rect[i] = *out ? rect[i] : i; /* whatever else stands there may show */
    }
    const bool empty =
        !(rect[0] < rect[2] || rect[0] > rect[2]) || !(rect[1] < rect[3] || rect[1] > rect[3]);
    const bool unseen = (flags & NO_VIEW) != 0 && (flags & (PRINT | TOGGLE_NO_VIEW)) == 0;
    *out = empty || unseen || (flags & HIDDEN) != 0;
    return PDS_OK;
}

/* ---- looks ---- */

/* Called for each stream of an appearance: /N, /R, /D, or a state of these. */
typedef struct look_walk {
    pds_step *s;
    pds_doc *doc;
    uint32_t num; /* of the widget */
    pds_code (*stream)(struct look_walk *w, pds_span value, const pds_object *o, pds_err *e);
    bool holds;
} look_walk;

static bool is_new_or_own(const pds_step *s, uint32_t num, pds_span value)
{
    pds_ref ref = { 0 };
    if (!pds_value_ref(value, &ref) || pds_step_is_new_ref(s, value, &ref)) {
        return true;
    }
    const pds_role_entry *const role = pds_step_role(s, ref.num);
    return role->role == PDS_ROLE_LOOK && role->owner == num &&
           (role->flags & PDS_ROLE_SHARED) == 0;
}

static pds_code walk_look(look_walk *w, pds_span value, int depth, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    pds_span key = { 0 }, item = { 0 };
    w->holds = w->holds && pds_step_may_read(w->s);
    PDS_TRY(w->holds ? pds_step_resolve(w->s, w->doc, value, &o, e) : PDS_OK);
    if (o.stream) {
        return w->stream(w, value, &o, e);
    }
    const pds_kind kind = pds_value_kind(o.value);
    const bool nothing = kind == PDS_KIND_NONE || kind == PDS_KIND_NULL;
    w->holds = w->holds && (nothing || kind == PDS_KIND_DICT) && depth < LOOK_DEPTH_MAX;
    w->holds = w->holds && (w->doc == w->s->was || is_new_or_own(w->s, w->num, value));
    pds_iter it = pds_iter_of(o.value);
    while (w->holds && pds_iter_next(&it, &key, &item)) {
        PDS_TRY(walk_look(w, item, depth + 1, e));
    }
    return PDS_OK;
}

static bool is_space(const pds_buf *data)
{
    for (size_t i = 0; i < data->len; i++) {
        if (data->ptr[i] != ' ' && data->ptr[i] != '\n' && data->ptr[i] != '\r' &&
            data->ptr[i] != '\t') {
            return false;
        }
    }
    return true;
}

static pds_code check_blank(look_walk *w, pds_span value, const pds_object *o, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    (void)value;
    (void)e;
    w->holds = w->holds && o->data_len <= BLANK_MAX &&
               pds_doc_stream(w->doc, o, BLANK_MAX, &data, NULL) == PDS_OK && is_space(&data);
    return PDS_OK;
}

pds_code pds_step_blank(pds_step *s, pds_doc *doc, pds_span appearance, bool *out, pds_err *e)
{
    look_walk w = { .s = s, .doc = doc, .stream = check_blank, .holds = true };
    /* whose it is does not matter here */
    PDS_TRY(walk_look(&w, appearance, 0, e));
    *out = w.holds;
    return PDS_OK;
}

static pds_code check_own(look_walk *w, pds_span value, const pds_object *o, pds_err *e)
{
    (void)o;
    (void)e;
    w->holds = w->holds && is_new_or_own(w->s, w->num, value);
    return PDS_OK;
}

pds_code pds_step_own_look(pds_step *s, uint32_t num, pds_span appearance, bool *out, pds_err *e)
{
    look_walk w = { .s = s, .doc = s->now, .num = num, .stream = check_own, .holds = true };
    PDS_TRY(walk_look(&w, appearance, 0, e));
    *out = w.holds;
    return PDS_OK;
}

/* ---- new fields ---- */

/* Entries that a new signature field may have; the others are more than a signature needs. */
static const char *const KNOWN[] = { "Type",    "Subtype", "FT",   "T",  "TU",     "V",
                                     "F",       "Ff",      "Rect", "P",  "AP",     "M",
                                     "NM",      "MK",      "Lock", "SV", "BS",     "Border",
                                     "DA",      "DR",      "H",    "Q",  "Parent", "StructParent",
                                     "Contents" };

static bool is_known(const char *key)
{
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        if (strcmp(KNOWN[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* The first entry that a new signature field must not have, without its slash; "": none. */
static const char *odd_entry(pds_span dict, char text[PDS_KEY_ROOM])
{
    pds_iter it = pds_iter_of(dict);
    pds_span key = { 0 }, value = { 0 };
    while (pds_iter_next(&it, &key, &value)) {
        if (!is_known(pds_key_text(key, text))) {
            return *text == '\0' ? "?" : text;
        }
    }
    text[0] = '\0';
    return text;
}

static bool parent_fits(const pds_step *s, uint32_t num, pds_span dict)
{
    pds_span value = { 0 };
    pds_ref ref = { 0 };
    const bool has = pds_dict_get(dict, "Parent", &value) && pds_value_ref(value, &ref);
    return ref.num == pds_step_role(s, num)->owner && has == (ref.num != 0);
}

static pds_code judge_form_of(pds_step *s, uint32_t num, pds_span dict, pds_err *e, bool *sound)
{
    char text[PDS_KEY_ROOM];
    char detail[PDS_KEY_ROOM + 1];
    const char *const odd = odd_entry(dict, text);
    const bool runs = strcmp(odd, "A") == 0 || strcmp(odd, "AA") == 0;
    *sound = *odd == '\0' && pds_step_role(s, num)->type == PDS_FIELD_SIGNATURE &&
             has_kind(dict, "FT", PDS_KIND_NAME) && has_kind(dict, "T", PDS_KIND_STRING) &&
             parent_fits(s, num, dict) && (pds_step_role(s, num)->flags & PDS_ROLE_SHARED) == 0;
    if (*sound) {
        return PDS_OK;
    }
    (void)snprintf(detail, sizeof detail, "/%s", odd);
    return pds_step_field_edit(s, runs ? PDS_EDIT_ACTION : PDS_EDIT_FORM, num,
                               *odd == '\0' ? NULL : detail, e);
}

/* A field that nobody has signed yet shows nothing. */
static pds_code judge_empty(pds_step *s, uint32_t num, pds_span dict, pds_err *e)
{
    pds_span look = { 0 }, style = { 0 };
    bool blank = false;
    (void)pds_dict_get(dict, "AP", &look);
    PDS_TRY(pds_step_blank(s, s->now, look, &blank, e));
    blank = blank && (!pds_dict_get(dict, "MK", &style) || pds_span_is(style, "<<>>"));
    return pds_step_field_edit(s, blank ? PDS_EDIT_SIGNATURE_FIELD : PDS_EDIT_WIDGET, num,
                               blank ? NULL : "/AP", e);
}

static pds_code judge_signed(pds_step *s, uint32_t num, pds_span dict, pds_err *e)
{
    pds_new_value value = { 0 };
    pds_span token = { 0 }, look = { 0 };
    bool invisible = false, own = false, blank = false;
    (void)pds_dict_get(dict, "V", &token);
    (void)pds_dict_get(dict, "AP", &look);
    PDS_TRY(pds_step_new_value(s, num, token, &value, e));
    PDS_TRY(pds_step_invisible(s, dict, &invisible, e));
    PDS_TRY(pds_step_own_look(s, num, look, &own, e));
    PDS_TRY(pds_step_blank(s, s->now, look, &blank, e));
    own = own && (invisible || blank || !value.timestamp); /* which anybody can have */
    s->signs = s->signs || !value.timestamp;
    pds_edit_kind kind = invisible ? PDS_EDIT_SIGNATURE_UNSEEN : PDS_EDIT_SIGNATURE_FIELD;
    kind = value.timestamp && invisible ? PDS_EDIT_TIMESTAMP : kind;
    kind = own ? kind : PDS_EDIT_WIDGET;
    kind = value.signature ? kind : PDS_EDIT_SIGNATURE;
    return pds_step_field_edit(s, kind, num, NULL, e);
}

/* A field that only holds new ones together, those of a seam. */
static bool is_group(const pds_step *s, uint32_t num, pds_span dict)
{
    static const char *const Entries[] = { "T", "Kids", PDS_SEAM_KEY };
    pds_iter it = pds_iter_of(dict);
    pds_span key = { 0 }, value = { 0 };
    pds_ref ref;
    size_t known = 0, count = 0;
    while (pds_iter_next(&it, &key, &value)) {
        for (size_t i = 0; i < sizeof Entries / sizeof Entries[0]; i++) {
            known += pds_value_is_name(key, Entries[i]) ? 1 : 0;
        }
        count++;
    }
    value = (pds_span){ 0 };
    (void)pds_dict_get(dict, "Kids", &value);
    bool sound = pds_value_kind(value) == PDS_KIND_ARRAY && known == count &&
                 has_kind(dict, "T", PDS_KIND_STRING) && pds_step_role(s, num)->owner == 0 &&
                 (pds_step_role(s, num)->flags & PDS_ROLE_SHARED) == 0;
    it = pds_iter_of(value);
    while (sound && pds_iter_next(&it, &key, &value)) {
        sound = pds_step_is_new_ref(s, value, &ref);
    }
    return sound;
}

pds_code pds_judge_new_field(pds_step *s, uint32_t num, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object field = { 0 };
    pds_span value = { 0 };
    bool sound = false;
    PDS_TRY(pds_step_read(s, s->now, num, &field, e));
    if (is_group(s, num, field.value)) {
        return pds_step_field_edit(s, PDS_EDIT_SIGNATURE_FIELD, num, NULL, e);
    }
    PDS_TRY(judge_form_of(s, num, field.value, e, &sound));
    if (!sound) {
        return PDS_OK;
    }
    const bool empty =
        !pds_dict_get(field.value, "V", &value) || pds_value_kind(value) == PDS_KIND_NULL;
    return empty ? judge_empty(s, num, field.value, e) : judge_signed(s, num, field.value, e);
}
