#include "pdfsign/seed.h"

#include "base/own.h"
#include "pdfsign/signature_dict.h"

#include <stdio.h>

/* Bits of /Ff: this constraint is required, not a wish. */
enum {
    REQUIRE_FILTER = 1 << 0,
    REQUIRE_SUBFILTER = 1 << 1,
    REQUIRE_VERSION = 1 << 2,
    REQUIRE_REASONS = 1 << 3,
    REQUIRE_ATTESTATION = 1 << 4,
    REQUIRE_REVOCATION = 1 << 5,
    REQUIRE_DIGEST = 1 << 6,
    REQUIRE_LOCK_DOCUMENT = 1 << 7,
    REQUIRE_APPEARANCE = 1 << 8
};

static const double VERSION_MAX = 3.0; /* /V of PDF 2.0 */

/* One constraint: where it stands, its bit in /Ff, and what to do with its value. */
typedef struct seed_row {
    const char *key;
    int64_t bit;      /* 0: binding by its presence */
    const char *word; /* in lists */
    pds_code (*apply)(pds_seed_signer *signer, pds_span value, bool required, pds_err *e);
} seed_row;

/* Is the UTF-8 text among the strings or names of an array (or equal to a single one)? */
static pds_code holds(pds_doc *doc, pds_span list, const char *text, bool *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf item = { 0 };
    pds_iter it = pds_iter_of(list);
    pds_span key;
    pds_span value;
    *out = pds_value_is_name(list, text);
    while (!*out && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object o = { 0 };
        PDS_TRY(pds_doc_resolve(doc, value, &o, e));
        pds_buf_clear(&item);
        *out = pds_value_utf8(o.value, &item) && pds_span_is(pds_buf_span(&item), text);
    }
    return pds_buf_end(&item, e);
}

static pds_code refuse(pds_err *e, const char *what, const char *hint)
{
    return pds_err_hint(pds_fail(e, PDS_E_SEED_VALUE_FORBIDS, __func__,
                                 "the field's seed value demands %s", pds_translated(what)),
                        e, hint);
}

static pds_code apply_filter(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    (void)s;
    return required && !pds_value_is_name(value, PDS_FILTER)
               ? refuse(e, N_("another signature handler (/Filter)"), N_("sign another field"))
               : PDS_OK;
}

static pds_code apply_subfilter(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    bool found = false;
    PDS_TRY(holds(s->doc, value, PDS_SUB_FILTER, &found, e));
    return required && !found ? refuse(e, N_("another signature format (/SubFilter) than PAdES"),
                                       N_("sign another field"))
                              : PDS_OK;
}

static pds_code apply_version(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    double version = 0.0;
    (void)s;
    return required && (!pds_value_real(value, &version) || version > VERSION_MAX)
               ? refuse(e, N_("a newer version of seed values (/V)"), N_("sign another field"))
               : PDS_OK;
}

/* The only reason of a list, or none. An empty list or "." forbids a reason. */
static pds_code reasons_left(pds_doc *doc, pds_span list, pds_buf *only, size_t *count, pds_err *e)
{
    pds_iter it = pds_iter_of(list);
    pds_span key;
    pds_span value;
    *count = 0;
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object o = { 0 };
        PDS_TRY(pds_doc_resolve(doc, value, &o, e));
        pds_buf_clear(only);
        (void)pds_value_utf8(o.value, only);
        ++*count;
    }
    if (*count == 1 && pds_span_is(pds_buf_span(only), ".")) {
        *count = 0;
    }
    return pds_buf_end(only, e);
}

static pds_code apply_reasons(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf only = { .max = sizeof s->reason - 1 };
    const char *given = s->options->reason;
    size_t count = 0;
    bool found = false;
    if (!required) {
        return PDS_OK;
    }
    PDS_TRY(reasons_left(s->doc, value, &only, &count, e));
    if (count == 0) {
        return given != NULL ? refuse(e, N_("that no reason is given"), N_("leave out --reason"))
                             : PDS_OK;
    }
    if (given == NULL && count == 1) {
        (void)snprintf(s->reason, sizeof s->reason, "%s", pds_buf_cstr(&only));
        s->options->reason = s->reason;
        return PDS_OK;
    }
    if (given != NULL) {
        PDS_TRY(holds(s->doc, value, given, &found, e));
    }
    return found ? PDS_OK
                 : refuse(e, N_("one of its own reasons"),
                          N_("`pdfsign fields list` shows them; choose one with --reason"));
}

static pds_code apply_attestation(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    (void)value;
    return required && s->options->certify != 0
               ? refuse(e, N_("a legal attestation (/LegalAttestation)"),
                        N_("sign without --certify"))
               : PDS_OK;
}

static pds_code apply_revocation(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    bool wanted = false;
    (void)s;
    return required && pds_value_bool(value, &wanted) && wanted
               ? refuse(e, N_("revocation data inside the signature (/AddRevInfo)"),
                        N_("sign another field; PAdES keeps them in the document"))
               : PDS_OK;
}

static bool key_takes(const pds_seed_signer *s, pds_digest digest)
{
    pds_algorithm algorithm;
    return s->cert == NULL ||
           pds_cert_algorithm(s->cert, digest, s->options->pss, &algorithm, NULL) == PDS_OK;
}

/* Is it the digest asked for, or, where none is, one that the key can sign with? */
static bool is_wanted(const pds_seed_signer *s, pds_digest digest)
{
    return s->options->digest == PDS_DIGEST_DEFAULT ? key_takes(s, digest)
                                                    : s->options->digest == digest;
}

/* The first wanted digest of the list, DEFAULT where it has none. */
static pds_code first_digest(const pds_seed_signer *s, pds_span list, pds_digest *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf name = { 0 };
    pds_iter it = pds_iter_of(list);
    pds_span key;
    pds_span value;
    *out = PDS_DIGEST_DEFAULT;
    while (*out == PDS_DIGEST_DEFAULT && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object o = { 0 };
        pds_digest listed = PDS_DIGEST_DEFAULT;
        PDS_TRY(pds_doc_resolve(s->doc, value, &o, e));
        pds_buf_clear(&name);
        if (pds_value_utf8(o.value, &name) &&
            pds_digest_from_name(pds_buf_cstr(&name), &listed, NULL) == PDS_OK &&
            is_wanted(s, listed)) {
            *out = listed;
        }
    }
    return pds_buf_end(&name, e);
}

static pds_code apply_digest(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    pds_digest found = PDS_DIGEST_DEFAULT;
    PDS_TRY(first_digest(s, value, &found, e));
    if (found != PDS_DIGEST_DEFAULT) {
        s->options->digest = found;
    }
    return required && found == PDS_DIGEST_DEFAULT
               ? refuse(e, N_("another digest (/DigestMethod)"),
                        N_("`pdfsign fields list` shows them; choose one with --digest"))
               : PDS_OK;
}

static pds_code apply_lock_document(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    bool locks = s->lock != NULL && s->lock->action == PDS_LOCK_ALL;
    return required && pds_value_is_name(value, "true") && !locks && s->options->certify != 1
               ? refuse(e, N_("that the document is locked (/LockDocument)"), N_("add --lock all"))
               : PDS_OK;
}

static pds_code apply_appearance(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    (void)s;
    (void)value;
    return required
               ? refuse(e, N_("a named appearance (/AppearanceFilter)"), N_("sign another field"))
               : PDS_OK;
}

/* /MDP: approval (P 0) or a certification with that permission. Never chosen silently. */
static pds_code apply_mdp(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    static const char *const hints[] = { N_("sign without --certify"), N_("add --certify 1"),
                                         N_("add --certify 2"), N_("add --certify 3") };
    PDS_OWN(pds_object_drop) pds_object level = { 0 };
    int64_t wanted = 0;
    (void)required;
    PDS_TRY(pds_doc_get(s->doc, value, "P", &level, e));
    if (!pds_value_int(level.value, &wanted) || wanted < 0 || wanted > 3 ||
        wanted == s->options->certify) {
        return PDS_OK;
    }
    return refuse(e,
                  wanted == 0 ? N_("an approval, not a certification (/MDP)")
                              : N_("a certification (/MDP)"),
                  hints[wanted]);
}

static pds_code apply_timestamp(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object flag = { 0 };
    int64_t bits = 0;
    (void)required;
    PDS_TRY(pds_doc_get(s->doc, value, "Ff", &flag, e));
    return pds_value_int(flag.value, &bits) && (bits & 1) != 0
               ? refuse(e, N_("a timestamp (/TimeStamp)"), N_("sign another field"))
               : PDS_OK;
}

static pds_code apply_cert(pds_seed_signer *s, pds_span value, bool required, pds_err *e)
{
    (void)required;
    return s->cert == NULL ? PDS_OK : pds_seed_check_cert(s, value, e);
}

static const seed_row ROWS[] = {
    { "Filter", REQUIRE_FILTER, "filter", apply_filter },
    { "SubFilter", REQUIRE_SUBFILTER, "subfilter", apply_subfilter },
    { "V", REQUIRE_VERSION, "version", apply_version },
    { "Reasons", REQUIRE_REASONS, "reason", apply_reasons },
    { "LegalAttestation", REQUIRE_ATTESTATION, "attestation", apply_attestation },
    { "AddRevInfo", REQUIRE_REVOCATION, "revocation", apply_revocation },
    { "DigestMethod", REQUIRE_DIGEST, "digest", apply_digest },
    { "LockDocument", REQUIRE_LOCK_DOCUMENT, "lock-document", apply_lock_document },
    { "AppearanceFilter", REQUIRE_APPEARANCE, "appearance", apply_appearance },
    { "MDP", 0, "mdp", apply_mdp },
    { "TimeStamp", 0, "timestamp", apply_timestamp },
    { "Cert", 0, "cert", apply_cert },
};
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

static pds_code read_flags(pds_doc *doc, pds_span seed, int64_t *flags, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    *flags = 0;
    PDS_TRY(pds_doc_get(doc, seed, "Ff", &value, e));
    (void)pds_value_int(value.value, flags);
    return PDS_OK;
}

pds_code pds_seed_apply(pds_seed_signer *signer, pds_span seed, pds_err *e)
{
    int64_t flags = 0;
    PDS_TRY(read_flags(signer->doc, seed, &flags, e));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        PDS_OWN(pds_object_drop) pds_object value = { 0 };
        PDS_TRY(pds_doc_get(signer->doc, seed, ROWS[i].key, &value, e));
        if (value.value.len != 0) {
            PDS_TRY(ROWS[i].apply(signer, value.value, (flags & ROWS[i].bit) != 0, e));
        }
    }
    return PDS_OK;
}

/* A value in words: "a,b" for arrays, P for /MDP, the text of anything else. */
static pds_code describe_value(pds_doc *doc, pds_span value, pds_buf *out, pds_err *e)
{
    pds_iter it = pds_iter_of(value);
    const char *between = "";
    pds_span key;
    pds_span item;
    if (pds_value_kind(value) == PDS_KIND_DICT) {
        PDS_OWN(pds_object_drop) pds_object level = { 0 };
        PDS_TRY(pds_doc_get(doc, value, "P", &level, e));
        if (level.value.len != 0) {
            pds_buf_put(out, level.value);
        } else {
            pds_buf_text(out, "given");
        }
        return PDS_OK;
    }
    if (pds_value_kind(value) != PDS_KIND_ARRAY) {
        if (!pds_value_utf8(value, out)) {
            pds_buf_put(out, value);
        }
        return PDS_OK;
    }
    while (pds_iter_next(&it, &key, &item)) {
        PDS_OWN(pds_object_drop) pds_object o = { 0 };
        PDS_TRY(pds_doc_resolve(doc, item, &o, e));
        pds_buf_text(out, between);
        (void)pds_value_utf8(o.value, out);
        between = ",";
    }
    return PDS_OK;
}

pds_code pds_seed_describe(pds_doc *doc, pds_span seed, pds_buf *out, pds_err *e)
{
    int64_t flags = 0;
    const char *between = "";
    PDS_TRY(read_flags(doc, seed, &flags, e));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        PDS_OWN(pds_object_drop) pds_object value = { 0 };
        PDS_TRY(pds_doc_get(doc, seed, ROWS[i].key, &value, e));
        if (value.value.len == 0) {
            continue;
        }
        pds_buf_printf(out, "%s%s=", between, ROWS[i].word);
        PDS_TRY(describe_value(doc, value.value, out, e));
        pds_buf_text(out, (flags & ROWS[i].bit) != 0 ? "!" : "");
        between = ";";
    }
    return pds_buf_end(out, e);
}
