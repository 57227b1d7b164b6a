/* Names of resources that readers look for when they draw fields themselves (12.7.4.3). */
#include "base/own.h"
#include "pdfsign/edits_internal.h"

#include <string.h>

enum { READS_MAX = 300000, LOOKS_MAX = 16 << 20 };

/* Some readers take # as it stands. */
static pds_code keep_look(pds_step *s, pds_span dict, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object look = { 0 };
    pds_span value = { 0 };
    if (!pds_dict_get(dict, "DA", &value)) {
        return PDS_OK;
    }
    PDS_TRY(pds_step_resolve(s, s->was, value, &look, e));
    const size_t from = s->looks.len;
    if (pds_value_kind(look.value) == PDS_KIND_STRING) {
        (void)pds_value_bytes(look.value, &s->looks);
        pds_buf_byte(&s->looks, ' ');
        PDS_TRY(pds_buf_end(&s->looks, e));
        s->looks_odd = s->looks_odd || s->looks.len > LOOKS_MAX ||
                       memchr(s->looks.ptr + from, '#', s->looks.len - from) != NULL;
    }
    return PDS_OK;
}

static pds_code keep_form_look(pds_step *s, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object form = { 0 };
    pds_span value = { 0 };
    PDS_TRY(pds_doc_catalog(s->was, &catalog, e));
    (void)pds_dict_get(catalog.value, "AcroForm", &value);
    PDS_TRY(pds_step_resolve(s, s->was, value, &form, e));
    return keep_look(s, form.value, e);
}

/* Those of all fields, and of annotations, which have them from the form too. */
static pds_code gather(pds_step *s, pds_err *e)
{
    const pds_role_entry *role = NULL;
    uint32_t num = 0;
    pds_buf_clear(&s->looks);
    s->looks_known = true;
    PDS_TRY(keep_form_look(s, e));
    while (!s->looks_odd && pds_roles_next(&s->roles, &num, &role)) {
        PDS_OWN(pds_object_drop) pds_object o = { 0 };
        if ((role->role != PDS_ROLE_FIELD && role->role != PDS_ROLE_ANNOTATION) ||
            pds_step_is_new(s, num)) {
            continue;
        }
        s->looks_odd = ++s->look_reads > READS_MAX;
        PDS_TRY(pds_step_read(s, s->was, num, &o, e));
        PDS_TRY(keep_look(s, o.value, e));
    }
    return PDS_OK;
}

static bool ends_name(uint8_t c)
{
    return c == '\0' || strchr(" \t\r\n\f()<>[]{}/%", c) != NULL;
}

static bool is_named(pds_span looks, const char *key)
{
    const size_t len = strlen(key);
    const uint8_t *at = looks.ptr, *const end = looks.ptr + looks.len;
    while (at != NULL && at < end && (at = memmem(at, (size_t)(end - at), key, len)) != NULL) {
        const bool begins = at > looks.ptr && at[-1] == '/';
        if (begins && (at + len == end || ends_name(at[len]))) {
            return true;
        }
        at++;
    }
    return false;
}

pds_code pds_step_awaits(pds_step *s, const char *key, bool *out, pds_err *e)
{
    PDS_TRY(s->looks_known ? PDS_OK : gather(s, e));
    *out = s->looks_odd || *key == '\0' || is_named(pds_buf_span(&s->looks), key);
    return PDS_OK;
}
