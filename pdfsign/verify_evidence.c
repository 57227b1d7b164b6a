#include "pdfsign/verify_evidence.h"

#include "base/interrupt.h"
#include "base/own.h"

#include <stdlib.h>

enum {
    ITEM_MAX = 16 << 20,  /* bytes of one list, response or certificate */
    TOTAL_MAX = 24 << 20, /* of all: OpenSSL takes several times as much to hold a list */
    FAULT_COST = 4 << 20, /* what a damaged one counts for: nobody knows how far it was decoded */
    ITEMS_MAX = 2048,     /* streams of all stores */
    LOOKS_MAX = 1 << 17,  /* references to them: most name again what is known already */
    VRI_MAX = 1024,       /* signatures that it names */
    POOL_MAX = 1024       /* certificates of the file */
};

void pds_file_evidence_drop(pds_file_evidence *f)
{
    for (size_t i = 0; i < f->group_count; i++) {
        pds_evidence_drop(&f->groups[i].evidence);
    }
    pds_certs_drop(&f->pool);
    pds_certs_drop(&f->dss);
    *f = (pds_file_evidence){ .group_count = 0 };
}

/* ---- groups ---- */

static void add_group(pds_file_evidence *f, uint32_t revision)
{
    size_t at = f->group_count;
    while (at > 0 && f->groups[at - 1].revision > revision) {
        at--;
    }
    if (at > 0 && f->groups[at - 1].revision == revision) {
        return;
    }
    if (f->group_count == PDS_GROUPS_MAX) {
        /* the oldest gives way: what it held counts as proven by the one behind it, later */
        if (at == 0) {
            return;
        }
        memmove(f->groups, f->groups + 1, (at - 1) * sizeof *f->groups);
        f->groups[at - 1] = (pds_evidence_group){ .revision = revision };
        return;
    }
    memmove(f->groups + at + 1, f->groups + at, (f->group_count - at) * sizeof *f->groups);
    f->groups[at] = (pds_evidence_group){ .revision = revision };
    f->group_count++;
}

static void make_groups(const pds_verifying *v, pds_file_evidence *f)
{
    add_group(f, UINT32_MAX);
    for (size_t i = 0; i < v->count; i++) {
        const pds_judged *const s = &v->signatures[i];
        if (s->supported && s->container == PDS_CONTAINER_RFC3161 && s->range.revision != 0) {
            add_group(f, s->range.revision);
        }
    }
}

static pds_evidence_group *group_of(pds_file_evidence *f, uint32_t revision)
{
    size_t at = 0;
    if (revision == 0) {
        return &f->groups[f->group_count - 1];
    }
    while (f->groups[at].revision < revision) {
        at++;
    }
    return &f->groups[at];
}

void pds_file_evidence_prove(pds_file_evidence *f, uint32_t revision, time_t time)
{
    for (size_t i = 0; i < f->group_count && f->groups[i].revision <= revision; i++) {
        pds_evidence_group *const g = &f->groups[i];
        g->existed = g->existed == 0 || time < g->existed ? time : g->existed;
    }
}

/* ---- items ---- */

/* Where an item goes. */
typedef struct sink {
    pds_verifying *v;
    pds_file_evidence *file;
    bool dss;
} sink;

/* An object as of the revision that put it there. */
typedef struct placed {
    uint32_t object, revision;
} placed;

/* Faults of what a file holds, as against those of this program or machine. */
static bool is_of_the_file(pds_code code)
{
    return code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_LIMIT || code == PDS_E_PDF_UNSUPPORTED ||
           code == PDS_E_LIMIT || code == PDS_E_CERT_UNREADABLE;
}

static pds_code evidence_of(sink *s, uint32_t revision, pds_evidence **out, pds_err *e)
{
    pds_evidence_group *const g = group_of(s->file, revision);
    if (g->evidence == NULL) {
        PDS_TRY(pds_evidence_new(&g->evidence, e));
    }
    *out = g->evidence;
    return PDS_OK;
}

static pds_code add_cert(sink *s, pds_span der, uint32_t revision, pds_err *e)
{
    pds_cert *cert = NULL;
    (void)revision;
    if (s->file->pool.count >= s->v->verifier->chains.count + POOL_MAX) {
        return PDS_OK;
    }
    PDS_TRY(pds_trust_cert(s->v->verifier->trust, der, &cert, e));
    if (s->dss) {
        PDS_TRY(pds_certs_add(&s->file->dss, pds_cert_share(cert), e));
    }
    return pds_certs_add(&s->file->pool, cert, e);
}

static pds_code add_crl(sink *s, pds_span der, uint32_t revision, pds_err *e)
{
    pds_evidence *evidence = NULL;
    PDS_TRY(evidence_of(s, revision, &evidence, e));
    return pds_evidence_add_crl(evidence, der, &s->v->findings, e);
}

static pds_code add_ocsp(sink *s, pds_span der, uint32_t revision, pds_err *e)
{
    pds_evidence *evidence = NULL;
    PDS_TRY(evidence_of(s, revision, &evidence, e));
    return pds_evidence_add_ocsp(evidence, s->v->verifier->trust, der, &s->v->findings, e);
}

typedef pds_code (*add_fn)(sink *s, pds_span der, uint32_t revision, pds_err *e);

/* ---- the document security store ---- */

typedef struct store {
    sink to;
    pds_doc *doc; /* borrowed: the file as of … */
    uint32_t revision;
    placed seen[ITEMS_MAX]; /* the VRI names again what the lists hold, a store what others hold */
    size_t seen_count;
    size_t looks;
    size_t bytes;
    bool full;
    pds_err *e;
} store;

static pds_code refuse(store *s, uint32_t object, const char *why)
{
    pds_findings *const notes = &s->to.v->findings;
    PDS_TRY(pds_finding_add(notes, PDS_F_REVOCATION_EVIDENCE_REFUSED, s->e,
                            "a part of the document security store was not used: %s",
                            pds_translated(why)));
    return pds_finding_place(PDS_OK, notes, object, -1, 0);
}

/* Passes a fault on, unless it is one of the file: that is a note. */
static pds_code forgive(store *s, pds_code code, uint32_t object)
{
    return is_of_the_file(code) ? refuse(s, object, N_("it can't be read, or is too large")) : code;
}

static uint32_t revision_of(const store *s, uint32_t object)
{
    const pds_place *const place = pds_revisions_place(s->to.v->revisions, s->revision, object);
    return place == NULL ? 0 : place->section;
}

static bool is_new(store *s, uint32_t object)
{
    const placed at = { object, revision_of(s, object) };
    for (size_t i = 0; i < s->seen_count; i++) {
        if (s->seen[i].object == object && s->seen[i].revision == at.revision) {
            return false;
        }
    }
    s->seen[s->seen_count++] = at;
    return true;
}

static void spend(store *s, size_t bytes)
{
    s->bytes = TOTAL_MAX - s->bytes > bytes ? s->bytes + bytes : TOTAL_MAX;
}

static pds_code read_stream(store *s, pds_ref ref, add_fn add)
{
    pds_doc *const doc = s->doc;
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    PDS_TRY(pds_doc_read(doc, ref, &object, s->e));
    if (!object.stream) {
        return refuse(s, ref.num, N_("it is no stream"));
    }
    const size_t room = TOTAL_MAX - s->bytes < ITEM_MAX ? TOTAL_MAX - s->bytes : ITEM_MAX;
    const pds_code code = pds_doc_stream(doc, &object, room, &data, s->e);
    spend(s, code == PDS_OK ? data.len : code == PDS_E_PDF_LIMIT ? room : FAULT_COST);
    PDS_TRY(code);
    return add(&s->to, pds_buf_span(&data), revision_of(s, ref.num), s->e);
}

static pds_code read_item(store *s, pds_span value, add_fn add)
{
    pds_ref ref = { 0 };
    PDS_TRY(pds_interrupt_check(s->e));
    if (!pds_value_ref(value, &ref)) {
        return refuse(s, 0, N_("it is no stream"));
    }
    s->full = ++s->looks > LOOKS_MAX;
    if (!s->full && !is_new(s, ref.num)) {
        return PDS_OK;
    }
    s->full = s->full || s->seen_count == ITEMS_MAX || s->bytes == TOTAL_MAX;
    return s->full ? refuse(s, 0, N_("it holds more than any file needs"))
                   : forgive(s, read_stream(s, ref, add), ref.num);
}

static pds_code read_list(store *s, pds_span dict, const char *key, add_fn add)
{
    PDS_OWN(pds_object_drop) pds_object list = { 0 };
    pds_span name = { 0 };
    pds_span item = { 0 };
    PDS_TRY(pds_doc_get(s->doc, dict, key, &list, s->e));
    pds_iter it = pds_iter_of(list.value);
    while (!s->full && pds_value_kind(list.value) == PDS_KIND_ARRAY &&
           pds_iter_next(&it, &name, &item)) {
        PDS_TRY(read_item(s, item, add));
    }
    return PDS_OK;
}

/* Of the whole store, and of one signature in its /VRI. */
static const struct {
    const char *key, *vri;
    add_fn add;
} LISTS[] = {
    { "Certs", "Cert", add_cert },
    { "CRLs", "CRL", add_crl },
    { "OCSPs", "OCSP", add_ocsp },
};

static pds_code read_lists(store *s, pds_span dict, bool vri)
{
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        PDS_TRY(forgive(s, read_list(s, dict, vri ? LISTS[i].vri : LISTS[i].key, LISTS[i].add), 0));
    }
    return PDS_OK;
}

static pds_code read_vri(store *s, pds_span dict)
{
    PDS_OWN(pds_object_drop) pds_object all = { 0 };
    pds_span key = { 0 };
    pds_span value = { 0 };
    size_t left = VRI_MAX;
    PDS_TRY(pds_doc_get(s->doc, dict, "VRI", &all, s->e));
    pds_iter it = pds_iter_of(all.value);
    while (left-- > 0 && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object one = { 0 };
        PDS_TRY(pds_doc_resolve(s->doc, value, &one, s->e));
        PDS_TRY(read_lists(s, one.value, true));
    }
    return PDS_OK;
}

static void store_free(store **s)
{
    free(*s);
}

static pds_code read_store(store *s, pds_span dict)
{
    PDS_TRY(read_lists(s, dict, false));
    return forgive(s, read_vri(s, dict), 0);
}

/* As of the document that is set. */
static pds_code find_store(store *s)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object dss = { 0 };
    PDS_TRY(pds_doc_catalog(s->doc, &catalog, s->e));
    PDS_TRY(pds_doc_get(s->doc, catalog.value, "DSS", &dss, s->e));
    return pds_value_kind(dss.value) == PDS_KIND_DICT ? read_store(s, dss.value) : PDS_OK;
}

static pds_code find_older(store *s, uint32_t revision)
{
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    PDS_TRY(pds_revisions_doc(s->to.v->revisions, revision, &doc, s->e));
    s->doc = doc;
    s->revision = revision;
    return find_store(s);
}

/* What document timestamps cover counts however the store was changed behind them, and first: what
 * comes later may be anybody's. */
static pds_code find_stores(pds_verifying *v, pds_file_evidence *out, pds_err *e)
{
    const uint32_t newest = pds_revisions_count(v->revisions);
    PDS_OWN(store_free) store *s = calloc(1, sizeof *s);
    if (s == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    s->to = (sink){ .v = v, .file = out, .dss = true };
    s->e = e;
    for (size_t i = 0; i < out->group_count && out->groups[i].revision < newest; i++) {
        PDS_TRY(forgive(s, find_older(s, out->groups[i].revision), 0));
    }
    s->doc = v->doc;
    s->revision = newest;
    return find_store(s);
}

/* They are no two the same: pds_certs_add would compare each with all, for each file. */
static pds_code take_chains(const pds_certs *chains, pds_certs *pool, pds_err *e)
{
    if (chains->count == 0) {
        return PDS_OK;
    }
    pool->items = calloc(chains->count, sizeof(pds_cert *));
    if (pool->items == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < chains->count; i++) {
        pool->items[pool->count++] = pds_cert_share(chains->items[i]);
    }
    return PDS_OK;
}

pds_code pds_file_evidence_read(pds_verifying *v, pds_file_evidence *out, pds_err *e)
{
    make_groups(v, out);
    PDS_TRY(take_chains(&v->verifier->chains, &out->pool, e));
    const pds_code code = find_stores(v, out, e);
    if (!is_of_the_file(code)) {
        return code;
    }
    return pds_finding_add(&v->findings, PDS_F_REVOCATION_EVIDENCE_REFUSED, e,
                           "the document security store of the file can't be read");
}

/* ---- a CMS structure ---- */

static pds_code add_all(sink *s, const pds_spans *list, uint32_t revision, add_fn add, pds_err *e)
{
    for (size_t i = 0; i < list->count; i++) {
        const pds_code code = add(s, list->items[i], revision, e);
        if (code != PDS_OK && !is_of_the_file(code)) {
            return code;
        }
    }
    return PDS_OK;
}

/* Nothing that covers the bytes of that revision covers what was then put into it. */
pds_code pds_file_evidence_add(pds_verifying *v, const pds_signed_data_found *cms,
                               uint32_t revision, pds_file_evidence *out, pds_err *e)
{
    sink s = { .v = v, .file = out };
    const uint32_t behind = revision == 0 ? 0 : revision + 1;
    PDS_TRY(add_all(&s, &cms->certificates, behind, add_cert, e));
    PDS_TRY(add_all(&s, &cms->crls, behind, add_crl, e));
    PDS_TRY(add_all(&s, &cms->ocsps, behind, add_ocsp, e));
    return add_all(&s, &cms->basic_ocsps, behind, add_ocsp, e);
}
