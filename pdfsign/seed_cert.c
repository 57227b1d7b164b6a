#include "base/own.h"
#include "cms/cert_query.h"
#include "pdfsign/seed.h"

/* Bits of /Ff in a certificate seed value dictionary (ISO 32000-2, table 238). /URL only informs.
 */
enum {
    REQUIRE_SUBJECT = 1 << 0,
    REQUIRE_ISSUER = 1 << 1,
    REQUIRE_POLICY = 1 << 2,
    REQUIRE_SUBJECT_DN = 1 << 3,
    REQUIRE_KEY_USAGE = 1 << 5
};

/* Does the signer meet one item of the constraint's array? */
typedef pds_code (*item_fn)(const pds_seed_signer *s, pds_span item, bool *met, pds_err *e);

typedef struct cert_row {
    const char *key;
    int64_t bit;
    const char *what;
    item_fn meets;
} cert_row;

static pds_code meets_subject(const pds_seed_signer *s, pds_span item, bool *met, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    *met = pds_value_bytes(item, &der) && pds_span_eq(pds_buf_span(&der), pds_cert_der(s->cert));
    return pds_buf_end(&der, e);
}

static pds_code meets_issuer(const pds_seed_signer *s, pds_span item, bool *met, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *issuer = NULL;
    *met = false;
    if (!pds_value_bytes(item, &der) || pds_cert_new(pds_buf_span(&der), &issuer, NULL) != PDS_OK) {
        return pds_buf_end(&der, e);
    }
    *met = pds_cert_issued_by(s->cert, issuer);
    for (size_t i = 0; !*met && s->chain != NULL && i < s->chain->count; i++) {
        *met = pds_span_eq(pds_cert_der(s->chain->items[i]), pds_cert_der(issuer)) ||
               pds_cert_issued_by(s->chain->items[i], issuer);
    }
    return PDS_OK;
}

static pds_code meets_policy(const pds_seed_signer *s, pds_span item, bool *met, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf oid = { 0 };
    *met = pds_value_bytes(item, &oid) && pds_cert_has_policy(s->cert, pds_buf_cstr(&oid));
    return pds_buf_end(&oid, e);
}

/* An item is a dictionary of attributes, all of which must fit. */
static pds_code meets_subject_dn(const pds_seed_signer *s, pds_span item, bool *met, pds_err *e)
{
    pds_iter it = pds_iter_of(item);
    pds_span key;
    pds_span value;
    *met = it.dict;
    while (*met && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object wanted = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf name = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
        PDS_TRY(pds_doc_resolve(s->doc, value, &wanted, e));
        *met = pds_value_bytes(key, &name) && pds_value_utf8(wanted.value, &text) &&
               pds_cert_subject_has(s->cert, pds_buf_cstr(&name), pds_buf_span(&text));
    }
    return PDS_OK;
}

/* An item is nine characters: 1 the bit is set, 0 it is not, X either. */
static pds_code meets_key_usage(const pds_seed_signer *s, pds_span item, bool *met, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf mask = { 0 };
    uint32_t usage = pds_cert_key_usage(s->cert);
    *met = pds_value_bytes(item, &mask);
    for (size_t i = 0; *met && i < mask.len && i < 9; i++) {
        bool set = (usage >> i & 1U) != 0;
        *met = (mask.ptr[i] != '1' || set) && (mask.ptr[i] != '0' || !set);
    }
    return pds_buf_end(&mask, e);
}

static const cert_row ROWS[] = {
    { "Subject", REQUIRE_SUBJECT, N_("another signer's certificate (/Subject)"), meets_subject },
    { "Issuer", REQUIRE_ISSUER, N_("a certificate of another issuer (/Issuer)"), meets_issuer },
    { "OID", REQUIRE_POLICY, N_("a certificate of another policy (/OID)"), meets_policy },
    { "SubjectDN", REQUIRE_SUBJECT_DN, N_("another subject name (/SubjectDN)"), meets_subject_dn },
    { "KeyUsage", REQUIRE_KEY_USAGE, N_("another key usage (/KeyUsage)"), meets_key_usage },
};

static pds_code check_row(const pds_seed_signer *s, const cert_row *row, pds_span list, pds_err *e)
{
    pds_iter it = pds_iter_of(list);
    pds_span key;
    pds_span value;
    bool met = false;
    while (!met && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object item = { 0 };
        PDS_TRY(pds_doc_resolve(s->doc, value, &item, e));
        PDS_TRY(row->meets(s, item.value, &met, e));
    }
    if (met) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_SEED_VALUE_FORBIDS, __func__,
                                 "the field's seed value demands %s", pds_translated(row->what)),
                        e, "sign with another key, or another field");
}

pds_code pds_seed_check_cert(const pds_seed_signer *signer, pds_span cert_dict, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object flags = { 0 };
    int64_t bits = 0;
    PDS_TRY(pds_doc_get(signer->doc, cert_dict, "Ff", &flags, e));
    (void)pds_value_int(flags.value, &bits);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        PDS_OWN(pds_object_drop) pds_object list = { 0 };
        PDS_TRY(pds_doc_get(signer->doc, cert_dict, ROWS[i].key, &list, e));
        if ((bits & ROWS[i].bit) != 0 && pds_value_kind(list.value) == PDS_KIND_ARRAY) {
            PDS_TRY(check_row(signer, &ROWS[i], list.value, e));
        }
    }
    return PDS_OK;
}
