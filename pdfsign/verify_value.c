#include "pdfsign/verify_value.h"

#include "base/grow.h"
#include "base/own.h"

#include <stdio.h>

/* ---- the dictionary ---- */

/* Opens the document as of a revision; the newest one is open already. */
static pds_code open_as_of(pds_verifying *v, uint32_t revision, pds_doc **owned, pds_doc **out,
                           pds_err *e)
{
    *out = v->doc;
    if (revision == 0 || revision == pds_revisions_count(v->revisions)) {
        return PDS_OK;
    }
    PDS_TRY(pds_revisions_doc(v->revisions, revision, owned, e));
    *out = *owned;
    return PDS_OK;
}

/* As it stands in its object; empty where that can't be read, for which gate 1 has a finding. */
static pds_code read_dict(pds_doc *doc, pds_judged *s, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    pds_err why = { .offset = -1 };
    const pds_ref ref = { s->place.num, s->range.ref.gen };
    const pds_code code = pds_doc_read(doc, ref, &object, &why);
    pds_span dict = object.value;
    if (code == PDS_E_PDF_DAMAGED) {
        return PDS_OK;
    }
    PDS_TRY(pds_err_pass(code, e, &why));
    if (s->place.key != NULL && !pds_dict_get(object.value, s->place.key, &dict)) {
        return PDS_OK;
    }
    if (pds_value_kind(dict) == PDS_KIND_DICT) {
        pds_buf_put(&s->dict, dict);
    }
    return pds_buf_end(&s->dict, e);
}

pds_code pds_judged_place(pds_judged *s, pds_code code)
{
    return pds_finding_place(code, &s->findings, s->place.num, -1, s->range.revision);
}

/* A name's text behind its slash; "" where it is no name. */
static pds_code name_of(pds_doc *doc, pds_span dict, const char *key, char *out, size_t room,
                        pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    out[0] = '\0';
    PDS_TRY(pds_doc_get(doc, dict, key, &value, e));
    if (pds_value_kind(value.value) == PDS_KIND_NAME) {
        (void)pds_value_utf8(value.value, &text);
        PDS_TRY(pds_buf_end(&text, e));
        (void)snprintf(out, room, "%s", pds_buf_cstr(&text));
    }
    return PDS_OK;
}

/* The handlers that formats of ISO 32000-2, table 260, were written by: any reader may judge them.
 */
static bool known_filter(const char *name)
{
    static const char *const Filters[] = { "Adobe.PPKLite", "Adobe.PPKMS", "Entrust.PPKEF",
                                           "CICI.SignIt", "VeriSign.PPKVS" };
    for (size_t i = 0; i < sizeof Filters / sizeof Filters[0]; i++) {
        if (strcmp(name, Filters[i]) == 0) {
            return true;
        }
    }
    return false;
}

static pds_code check_type(pds_doc *doc, pds_judged *s, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    PDS_TRY(pds_doc_get(doc, pds_buf_span(&s->dict), "Type", &value, e));
    const pds_kind kind = pds_value_kind(value.value);
    const bool right = kind == PDS_KIND_NONE || pds_value_is_name(value.value, "Sig") ||
                       pds_value_is_name(value.value, "DocTimeStamp");
    if (right) {
        return PDS_OK;
    }
    return pds_judged_place(s,
                            pds_finding_add(&s->findings, PDS_F_SIGNATURE_ENTRY_WRONG, e,
                                            "/Type of the signature dictionary is neither /Sig nor "
                                            "/DocTimeStamp"));
}

static pds_code read_format(pds_doc *doc, pds_judged *s, pds_err *e)
{
    const pds_span dict = pds_buf_span(&s->dict);
    char filter[64];
    PDS_TRY(check_type(doc, s, e));
    PDS_TRY(name_of(doc, dict, "SubFilter", s->sub_filter, sizeof s->sub_filter, e));
    PDS_TRY(name_of(doc, dict, "Filter", filter, sizeof filter, e));
    s->supported = pds_container_from_name(pds_span_text(s->sub_filter), &s->container);
    if (!s->supported) {
        return pds_judged_place(
            s, pds_finding_add(&s->findings, PDS_F_SUBFILTER_UNSUPPORTED, e,
                               "the format of the signature is not known: /SubFilter /%s",
                               s->sub_filter));
    }
    if (!known_filter(filter)) {
        return pds_judged_place(
            s, pds_finding_add(&s->findings, PDS_F_FILTER_UNKNOWN, e,
                               "the handler of the signature is not known: /Filter /%s", filter));
    }
    return PDS_OK;
}

/* ---- /Lock of the fields ---- */

static pds_code add_lock(pds_judged *s, pds_span lock, pds_err *e)
{
    pds_buf *grown = pds_grow(s->locks, s->lock_count, sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    s->locks = grown;
    grown[s->lock_count] = (pds_buf){ .len = 0 };
    pds_buf_put(&grown[s->lock_count], lock);
    return pds_buf_end(&grown[s->lock_count++], e);
}

/* Of all fields that hold it, as of the revision that it covers. A field that held it then and does
 * not now is what gate 3 finds. */
static pds_code read_locks(pds_doc *doc, pds_judged *s, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object field = { 0 };
    pds_span lock = { 0 };
    for (size_t i = 0; i < s->name_count; i++) {
        PDS_TRY(pds_doc_read(doc, s->holders[i], &field, e));
        if (pds_dict_get(field.value, "Lock", &lock) && pds_value_kind(lock) != PDS_KIND_NULL) {
            PDS_TRY(add_lock(s, lock, e));
        }
    }
    return PDS_OK;
}

static pds_code check_gone(pds_judged *s, pds_err *e)
{
    if (!s->gone) {
        return PDS_OK;
    }
    return pds_judged_place(s,
                            pds_finding_add(&s->findings, PDS_F_SIGNATURE_CHANGED, e,
                                            "a later revision took the signature out of the form"));
}

/* What a signature allows is asked only where something stands behind it. */
static pds_code read_permission(pds_verifying *v, pds_doc *doc, pds_judged *s, pds_err *e)
{
    if (s->range.revision != 0 && s->range.revision < pds_revisions_count(v->revisions)) {
        PDS_TRY(read_locks(doc, s, e));
    }
    return pds_ladder_read(doc, pds_buf_span(&s->dict), s->locks, s->lock_count, &s->permission,
                           &s->findings, e);
}

pds_code pds_verify_dict(pds_verifying *v, pds_judged *s, pds_err *e)
{
    PDS_OWN(pds_doc_drop) pds_doc *owned = NULL;
    pds_doc *doc = NULL;
    PDS_TRY(pds_byte_range_read(v->revisions, &s->place, &s->range, &s->findings, e));
    PDS_TRY(check_gone(s, e));
    const uint32_t revision = s->range.revision != 0 ? s->range.revision : s->place.revision;
    PDS_TRY(open_as_of(v, revision, &owned, &doc, e));
    PDS_TRY(read_dict(doc, s, e));
    if (s->dict.len == 0) {
        return PDS_OK;
    }
    PDS_TRY(read_format(doc, s, e));
    return read_permission(v, doc, s, e);
}

/* ---- /Contents ---- */

typedef struct range_source {
    pds_digester *digester;
    const uint64_t *range;
} range_source;

static pds_code digest_of_range(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    const range_source *const from = self;
    return pds_digest_range(from->digester, md, from->range, out, e);
}

enum { CERTS_MAX = 32 };

/* /Cert of adbe.x509.rsa_sha1: a string, or an array of them, the signer's first. */
typedef struct cert_list {
    pds_buf items[CERTS_MAX];
    pds_span spans[CERTS_MAX];
    size_t count;
} cert_list;

static void cert_list_drop(cert_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        pds_buf_drop(&l->items[i]);
    }
}

static pds_code add_cert(cert_list *l, pds_span value, pds_err *e)
{
    if (l->count == CERTS_MAX) {
        return PDS_OK;
    }
    pds_buf *const item = &l->items[l->count++];
    (void)pds_value_bytes(value, item);
    l->spans[l->count - 1] = pds_buf_span(item);
    return pds_buf_end(item, e);
}

static pds_code read_certs(pds_doc *doc, pds_span dict, cert_list *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    PDS_TRY(pds_doc_get(doc, dict, "Cert", &value, e));
    if (pds_value_kind(value.value) == PDS_KIND_STRING) {
        return add_cert(out, value.value, e);
    }
    pds_iter it = pds_iter_of(value.value);
    pds_span key = { 0 };
    pds_span item = { 0 };
    while (pds_iter_next(&it, &key, &item)) {
        if (pds_value_kind(item) == PDS_KIND_STRING) {
            PDS_TRY(add_cert(out, item, e));
        }
    }
    return PDS_OK;
}

/* What the reader of the structure found has no place in the file. */
static pds_code take_findings(pds_judged *s, pds_err *e)
{
    for (size_t i = 0; i < s->cms.findings.count; i++) {
        s->cms.findings.items[i].object = s->place.num;
        s->cms.findings.items[i].offset = (int64_t)s->range.open;
        s->cms.findings.items[i].revision = s->range.revision;
    }
    return pds_findings_move(&s->findings, &s->cms.findings, e);
}

pds_code pds_verify_value(pds_verifying *v, pds_digester *d, pds_judged *s, pds_err *e)
{
    PDS_OWN(cert_list_drop) cert_list certs = { .count = 0 };
    range_source source = { .digester = d, .range = s->range.range };
    if (!s->supported || !s->range.sound || s->range.revision == 0) {
        return PDS_OK;
    }
    if (s->container == PDS_CONTAINER_X509_RSA_SHA1) {
        PDS_TRY(read_certs(v->doc, pds_buf_span(&s->dict), &certs, e));
    }
    const pds_signed_data_input in = {
        .contents = pds_buf_span(&s->range.contents),
        .container = s->container,
        .source = { digest_of_range, &source },
        .limits = &v->verifier->policy.limits,
        .trust = v->verifier->trust,
        .known = &v->verifier->chains,
        .certs = certs.spans,
        .cert_count = certs.count,
    };
    PDS_TRY(pds_signed_data_read(&in, &s->cms, e));
    return take_findings(s, e);
}
