/* Judges of the catalog, the form, and what belongs to these. */
#include "base/own.h"
#include "pdfsign/edits_internal.h"

#include <string.h>

enum { VERSION_MAX = 20, LOOK_SIZE_MIN = 4, LOOK_SIZE_MAX = 36 };

/* ---- the catalog ---- */

/* "1.7" as 17; 0: no version. */
static int version_of(pds_span text)
{
    const uint8_t *const p = text.ptr;
    const bool sound =
        text.len == 3 && p[0] >= '1' && p[0] <= '9' && p[1] == '.' && p[2] >= '0' && p[2] <= '9';
    return sound ? (p[0] - '0') * 10 + (p[2] - '0') : 0;
}

static int version_named(pds_span name)
{
    return name.len == 4 && name.ptr[0] == '/' ? version_of(pds_span_of(name.ptr + 1, 3)) : 0;
}

/* Of header and catalog the later one counts (7.5.2). */
static pds_code judge_version(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    uint8_t header[8] = { 0 };
    PDS_TRY(pds_file_read(pds_doc_file(s->now), 0, header, sizeof header, e));
    const int of_header = version_of(pds_span_of(header + 5, 3));
    const int was = version_named(c->was), now = version_named(c->now);
    return now >= was && now >= of_header && now <= VERSION_MAX ? PDS_OK : pds_judge_kind(s, c, e);
}

static pds_code judge_dss(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object dss = { 0 };
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &dss, e));
    const bool dict = pds_value_kind(dss.value) == PDS_KIND_DICT && !dss.stream;
    return pds_step_edit(s, dict ? PDS_EDIT_DSS : PDS_EDIT_CATALOG, c->num, dict ? NULL : "/DSS",
                         e);
}

/* /Names, /OpenAction: scripts, or only places. */
static pds_code judge_running(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    bool runs = false;
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &value, e));
    PDS_TRY(pds_step_runs(s, s->now, value.value, &runs, e));
    const pds_entry_rule rule = { c->key, NULL, runs ? PDS_EDIT_ACTION : PDS_EDIT_CATALOG };
    pds_entry_change told = *c;
    told.ctx = &rule;
    return pds_judge_kind(s, &told, e);
}

static const pds_entry_rule CATALOG_RULES[] = {
    { "AcroForm", pds_compare_form, PDS_EDIT_FORM },
    { "DSS", judge_dss, PDS_EDIT_DSS },
    { "Extensions", pds_compare_extensions, PDS_EDIT_CATALOG },
    { "Version", judge_version, PDS_EDIT_CATALOG },
    { "Metadata", pds_judge_kind, PDS_EDIT_METADATA },
    { "Perms", pds_judge_kind, PDS_EDIT_PERMISSIONS },
    { "Pages", pds_judge_kind, PDS_EDIT_PAGE },
    { "OpenAction", judge_running, PDS_EDIT_ACTION },
    { "AA", pds_judge_kind, PDS_EDIT_ACTION },
    { "URI", pds_judge_kind, PDS_EDIT_ACTION },
    { "Names", judge_running, PDS_EDIT_ACTION },
    { NULL, pds_judge_kind, PDS_EDIT_CATALOG },
};

pds_code pds_judge_catalog(pds_step *s, const pds_changed *c, pds_err *e)
{
    return pds_step_entries(s, c->num, c->was.value, c->now.value, CATALOG_RULES, e);
}

/* ---- extensions ---- */

/* Names, numbers and strings alone, nothing that leads anywhere (7.12). */
static bool is_plain(pds_span value, int depth)
{
    pds_iter it = pds_iter_of(value);
    pds_span key = { 0 }, item = { 0 };
    bool plain = pds_value_kind(value) != PDS_KIND_REF && depth < 4;
    while (plain && pds_iter_next(&it, &key, &item)) {
        plain = is_plain(item, depth + 1);
    }
    return plain;
}

/* Registered developers whose extensions only say what a file uses: Adobe, ETSI, ISO. */
static pds_code judge_extension(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    static const char *const Developers[] = { "Type", "ADBE", "ESIC", "ISO_" };
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    bool known = false;
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &value, e));
    for (size_t i = 0; i < sizeof Developers / sizeof Developers[0]; i++) {
        known = known || strcmp(c->key, Developers[i]) == 0;
    }
    known = known && value.value.len > 0 && is_plain(value.value, 0);
    return pds_step_edit(s, known ? PDS_EDIT_DSS : PDS_EDIT_CATALOG, c->num, "/Extensions", e);
}

static const pds_entry_rule EXTENSION_RULES[] = { { NULL, judge_extension, PDS_EDIT_CATALOG } };

pds_code pds_compare_extensions(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    return pds_step_entries(s, c->num, was.value, now.value, EXTENSION_RULES, e);
}

/* The dictionary, or one developer's. */
pds_code pds_judge_extensions(pds_step *s, const pds_changed *c, pds_err *e)
{
    pds_span base = { 0 };
    if (pds_dict_get(c->now.value, "BaseVersion", &base) ||
        pds_value_kind(c->now.value) != PDS_KIND_DICT) {
        return pds_step_edit(s, PDS_EDIT_CATALOG, c->num, "/Extensions", e);
    }
    return pds_step_entries(s, c->num, c->was.value, c->now.value, EXTENSION_RULES, e);
}

/* ---- default resources ---- */

/* What readers take for these names where they are missing: forms often lack them, and programs
 * that sign add them. */
static pds_code is_usual_font(pds_step *s, const pds_entry_change *c, bool *out, pds_err *e)
{
    static const char *const Fonts[][2] = { { "Helv", "Helvetica" }, { "ZaDb", "ZapfDingbats" } };
    static const char *const Keys[] = { "Type", "Subtype", "BaseFont", "Encoding", "Name" };
    PDS_OWN(pds_object_drop) pds_object font = { 0 };
    pds_span key = { 0 }, value = { 0 };
    size_t usual = 0, count = 0;
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &font, e));
    pds_iter it = pds_iter_of(font.value);
    for (; pds_iter_next(&it, &key, &value); count++) {
        for (size_t i = 0; i < sizeof Keys / sizeof Keys[0]; i++) {
            usual += pds_value_is_name(key, Keys[i]) && pds_value_kind(value) == PDS_KIND_NAME;
        }
    }
    *out = false;
    for (size_t i = 0; i < sizeof Fonts / sizeof Fonts[0]; i++) {
        *out = *out || (strcmp(c->key, Fonts[i][0]) == 0 && usual == count && !font.stream &&
                        pds_dict_get(font.value, "BaseFont", &value) &&
                        pds_value_is_name(value, Fonts[i][1]));
    }
    return PDS_OK;
}

/* More of them come with filling, or with a signature's look; but where readers have missed it, it
 * changes what they draw. */
static pds_code judge_resource(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    bool awaited = true, usual = false;
    PDS_TRY(c->was.len == 0 ? pds_step_awaits(s, c->key, &awaited, e) : PDS_OK);
    PDS_TRY(awaited && c->was.len == 0 ? is_usual_font(s, c, &usual, e) : PDS_OK);
    awaited = awaited && !usual;
    return pds_step_edit(s, awaited ? PDS_EDIT_FORM : PDS_EDIT_FILLED, c->num, "/DR", e);
}

static const pds_entry_rule RESOURCE_RULES[] = { { NULL, judge_resource, PDS_EDIT_FORM } };

static bool is_dict(pds_span value)
{
    return pds_value_kind(value) == PDS_KIND_DICT;
}

/* One category of resources: more of them may come. */
static pds_code judge_category(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    /* which does nothing; no default look draws a picture, but PDFBox names a signature's there */
    if (strcmp(c->key, "ProcSet") == 0 || strcmp(c->key, "XObject") == 0) {
        return pds_step_edit(s, PDS_EDIT_FILLED, c->num, "/DR", e);
    }
    if ((c->was.len > 0 && !is_dict(was.value)) || !is_dict(now.value)) {
        return pds_step_edit(s, PDS_EDIT_FORM, c->num, "/DR", e);
    }
    return pds_step_entries(s, c->num, was.value, now.value, RESOURCE_RULES, e);
}

static const pds_entry_rule CATEGORY_RULES[] = { { NULL, judge_category, PDS_EDIT_FORM } };

pds_code pds_judge_resources(pds_step *s, const pds_changed *c, pds_err *e)
{
    if ((c->role.flags & PDS_ROLE_SHARED) != 0) {
        return pds_step_edit(s, PDS_EDIT_FORM, c->num, "/DR", e);
    }
    return pds_step_entries(s, c->num, c->was.value, c->now.value,
                            c->role.role == PDS_ROLE_RESOURCES ? CATEGORY_RULES : RESOURCE_RULES,
                            e);
}

/* ---- the form ---- */

static pds_code judge_default_resources(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    return pds_step_entries(s, c->num, was.value, now.value, CATEGORY_RULES, e);
}

/* Bits may be set. */
static pds_code judge_flags(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    int64_t was = 0, now = 0;
    (void)pds_value_int(c->was, &was);
    const bool more = pds_value_int(c->now, &now) && (now & was) == was && (now & ~INT64_C(3)) == 0;
    return more ? PDS_OK : pds_judge_kind(s, c, e);
}

/* "/Helv 0 Tf 0 g": a font in a size that can be read, in black. */
static bool is_plain_look(pds_span value)
{
    static const char *const Behind[] = { "Tf", "0", "g" };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    char *rest = NULL;
    double size = -1.0;
    if (pds_value_kind(value) != PDS_KIND_STRING || !pds_value_bytes(value, &text) ||
        pds_buf_end(&text, NULL) != PDS_OK || memchr(text.ptr, '\0', text.len) != NULL) {
        return false;
    }
    pds_buf_byte(&text, '\0');
    const char *word =
        pds_buf_end(&text, NULL) == PDS_OK ? strtok_r((char *)text.ptr, " ", &rest) : NULL;
    const bool font = word != NULL && word[0] == '/' && strcspn(word, "()<>[]{}%") == strlen(word);
    word = strtok_r(NULL, " ", &rest);
    if (!font || word == NULL || !pds_value_real(pds_span_text(word), &size) || size < 0.0 ||
        (size > 0.0 && size < LOOK_SIZE_MIN) || size > LOOK_SIZE_MAX) {
        return false;
    }
    size_t n = 0;
    while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
        if (n == sizeof Behind / sizeof Behind[0] || strcmp(word, Behind[n++]) != 0) {
            return false;
        }
    }
    return n == 1 || n == 3;
}

/* What readers draw where no default was before is plain, too. */
static pds_code judge_default_look(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    return c->was.len == 0 && is_plain_look(c->now) ? PDS_OK : pds_judge_kind(s, c, e);
}

/* Not to be told any more is to show appearances that nobody saw while readers drew anew. */
static pds_code judge_need(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    const bool had = c->was.len > 0 && !pds_span_is(c->was, "false");
    const bool has = c->now.len > 0 && !pds_span_is(c->now, "false");
    return had || has ? pds_judge_kind(s, c, e) : PDS_OK;
}

static const pds_entry_rule FORM_RULES[] = {
    { "Fields", pds_compare_fields, PDS_EDIT_FORM },  { "SigFlags", judge_flags, PDS_EDIT_FORM },
    { "DR", judge_default_resources, PDS_EDIT_FORM }, { "DA", judge_default_look, PDS_EDIT_FORM },
    { "NeedAppearances", judge_need, PDS_EDIT_FORM }, { NULL, pds_judge_kind, PDS_EDIT_FORM },
};

pds_code pds_judge_form(pds_step *s, const pds_changed *c, pds_err *e)
{
    if ((c->role.flags & PDS_ROLE_SHARED) != 0 || !is_dict(c->now.value)) {
        return pds_step_edit(s, PDS_EDIT_FORM, c->num, NULL, e);
    }
    return pds_step_entries(s, c->num, c->was.value, c->now.value, FORM_RULES, e);
}

pds_code pds_compare_form(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    if (!is_dict(now.value) || now.stream) {
        return pds_step_edit(s, PDS_EDIT_FORM, c->num, "/AcroForm", e);
    }
    return pds_step_entries(s, c->num, was.value, now.value, FORM_RULES, e);
}

/* ---- the fields ---- */

static pds_code field_gone(pds_step *s, uint32_t num, pds_span element, pds_err *e)
{
    pds_ref ref = { 0 };
    (void)pds_value_ref(element, &ref);
    const pds_edit_kind kind =
        ref.num != 0 && pds_step_is_signed(s, ref.num) ? PDS_EDIT_SIGNATURE : PDS_EDIT_FORM;
    return ref.num == 0 ? pds_step_edit(s, kind, num, "/Fields", e)
                        : pds_step_field_edit(s, kind, ref.num, NULL, e);
}

/* A new one is judged when its role is known. */
static pds_code field_came(pds_step *s, uint32_t num, pds_span element, pds_err *e)
{
    pds_ref ref = { 0 };
    return pds_step_is_new_ref(s, element, &ref)
               ? PDS_OK
               : pds_step_edit(s, PDS_EDIT_FORM, ref.num != 0 ? ref.num : num, "/Fields", e);
}

pds_code pds_judge_fields(pds_step *s, const pds_changed *c, pds_err *e)
{
    const bool kids = c->role.role == PDS_ROLE_KIDS;
    const uint16_t above = pds_step_role(s, c->role.owner)->flags;
    if ((c->role.flags & PDS_ROLE_SHARED) != 0 || (kids && (above & PDS_ROLE_INNER) == 0)) {
        return pds_step_edit(s, PDS_EDIT_FORM, c->num, kids ? "/Kids" : "/Fields", e);
    }
    return pds_step_elements(s, c->num, c->was.value, c->now.value, field_gone, field_came, e);
}

/* Of the form, or the kids of a field. */
pds_code pds_compare_fields(pds_step *s, const pds_entry_change *c, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object was = { 0 };
    PDS_OWN(pds_object_drop) pds_object now = { 0 };
    PDS_TRY(pds_step_resolve(s, s->was, c->was, &was, e));
    PDS_TRY(pds_step_resolve(s, s->now, c->now, &now, e));
    return pds_step_elements(s, c->num, was.value, now.value, field_gone, field_came, e);
}
