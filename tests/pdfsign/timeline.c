#include "tests/pdfsign/timeline.h"

#include "base/own.h"
#include "pdfsign/fetch.h"
#include "pdfsign/signatures.h"
#include "tests/cms/cms_make.h"
#include "tests/pdf/chain.h"
#include "tests/pdfsign/timeline_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { DSS = 7, DAMAGED = 13, FIRST_CERT, FIRST_ITEM = 21, REVISIONS = 9 };

static const who STORED[] = { AUTHORITY,   OLD_AUTHORITY, FIRST_AUTHORITY, AUTHORITY_1,
                              AUTHORITY_2, AUTHORITY_3,   AUTHORITY_4 };
enum { STORED_COUNT = sizeof STORED / sizeof STORED[0] };

/* ---- the file ---- */

static bool stands_in(const timeline_row *row, size_t i, int revision)
{
    const int where = row->lists[i].where;
    return where == revision || (where == IN_VRI && revision == IN_DSS);
}

/* References to the lists or responses so far that are in a list of the DSS. */
static void put_references(const timeline_row *row, int revision, bool ocsp, bool vri, pds_buf *out)
{
    for (size_t i = 0; i < TIMELINE_LISTS; i++) {
        bool is_there = false;
        for (int before = IN_DSS; before <= revision; before += 2) {
            is_there = is_there || stands_in(row, i, before);
        }
        if (is_there && (row->lists[i].good != ROOT) == ocsp &&
            (row->lists[i].where == IN_VRI) == vri) {
            pds_buf_printf(out, "%u 0 R ", (unsigned)(FIRST_ITEM + i));
        }
    }
}

static void put_store(const timeline_row *row, int revision, pds_buf *out)
{
    pds_buf_text(out, "<</Certs[14 0 R 15 0 R 16 0 R 17 0 R 18 0 R 19 0 R 20 0 R]/CRLs[");
    put_references(row, revision, false, false, out);
    pds_buf_text(out, "]/OCSPs[");
    put_references(row, revision, true, false, out);
    pds_buf_text(out, "]/VRI<</AB<</CRL[");
    put_references(row, revision, false, true, out);
    pds_buf_text(out, "]/OCSP[");
    put_references(row, revision, true, true, out);
    pds_buf_text(out, "]>>>>>>");
}

/* A revision with a DSS. */
static void make_store(make *m, const timeline_row *row, int revision)
{
    uint32_t numbers[32] = { 1, DSS, DAMAGED };
    size_t count = 3;
    const char *const other = revision == IN_DSS        ? row->store
                              : revision == IN_LATE_DSS ? row->later
                                                        : NULL;
    PDS_OWN(pds_buf_drop) pds_buf dss = { 0 };
    for (uint32_t i = 0; i < TIMELINE_LISTS; i++) {
        if (stands_in(row, i, revision)) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            timeline_list(&row->lists[i], &der);
            make_stream(m, FIRST_ITEM + i, "", row->garbage ? BYTES("0") : pds_buf_span(&der));
            numbers[count++] = FIRST_ITEM + i;
        }
    }
    put_store(row, revision, &dss);
    make_stream(m, DAMAGED, "/Filter/FlateDecode", BYTES("damaged"));
    for (uint32_t i = 0; i < STORED_COUNT; i++) {
        make_stream(m, FIRST_CERT + i, "", pki_cert_der(timeline_who[STORED[i]]));
        numbers[count++] = FIRST_CERT + i;
    }
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R/DSS 7 0 R>>");
    make_object(m, DSS, other != NULL ? other : pds_buf_cstr(&dss));
    chain_table(m, numbers, "/Size 40");
}

static bool has_store(const timeline_row *row, int revision)
{
    if ((revision == IN_DSS && row->store != NULL) ||
        (revision == IN_LATE_DSS && row->later != NULL)) {
        return true;
    }
    for (size_t i = 0; i < TIMELINE_LISTS; i++) {
        if (stands_in(row, i, revision)) {
            return true;
        }
    }
    return false;
}

static void make_bytes(make *m, const timeline_row *row)
{
    make_pdf(m, MAKE_TABLE);
    for (int revision = 2; revision <= REVISIONS; revision++) {
        if (has_store(row, revision)) {
            make_store(m, row, revision);
        } else {
            make_object(m, 4, "<</Type/Page/Parent 2 0 R>>");
            chain_table(m, (const uint32_t[]){ 4, 0 }, "/Size 40");
        }
    }
}

/* ---- as it is read ---- */

static pds_code digest_of_document(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    return pds_md_hash_of(md, pds_span_text(TIMELINE_DOCUMENT), out, e);
}

static void add_judged(timeline *t, pds_container container, uint32_t revision,
                       const pds_buf *token)
{
    static const uint64_t range[4] = { 0, 4, 4, 4 };
    pds_judged *const s = &t->v.signatures[t->v.count++];
    s->supported = true;
    s->container = container;
    s->range.revision = revision;
    memcpy(s->range.range, range, sizeof range);
    s->range.sound = true;
    pds_buf_text(&s->dict, "<</M(D:20260101000000Z)>>");
    const pds_signed_data_input in = { .contents = pds_buf_span(token),
                                       .container = container,
                                       .source = { digest_of_document, NULL },
                                       .trust = t->verifier.trust };
    assert_int_equal(pds_signed_data_read(&in, &s->cms, NULL), PDS_OK);
    assert_int_equal(pds_findings_move(&s->findings, &s->cms.findings, NULL), PDS_OK);
}

static void add_signature(timeline *t, const timeline_row *row, uint32_t revision)
{
    timeline_sign(row, &t->tokens[0]);
    add_judged(t, row->container, revision, &t->tokens[0]);
    if (row->dict != NULL) {
        pds_buf *const dict = &t->v.signatures[t->signature].dict;
        pds_buf_clear(dict);
        pds_buf_text(dict, row->dict);
    }
}

static void read_signatures(timeline *t, const timeline_row *row)
{
    const timeline_row strange = { .signer = STRANGE_TSA };
    t->v.signatures = calloc(row->strangers + 5, sizeof *t->v.signatures);
    timeline_sign(&strange, &t->tokens[5]);
    for (size_t i = 0; i < row->strangers; i++) {
        add_judged(t, PDS_CONTAINER_CADES, 1, &t->tokens[5]);
    }
    t->signature = row->strangers;
    for (uint32_t revision = 1; revision <= REVISIONS; revision++) {
        const size_t document = revision / 2 - (revision > 1);
        if (revision == (row->revision == 0 ? 1 : row->revision)) {
            t->signature = t->v.count;
            add_signature(t, row, revision);
        }
        if (revision >= 3 && revision % 2 == 1 && row->documents[document].by != ROOT) {
            pds_buf *const token = &t->tokens[revision / 2];
            timeline_document(row, document, token);
            add_judged(t, PDS_CONTAINER_RFC3161, revision, token);
        }
    }
}

static void make_verifier(timeline *t, const timeline_row *row)
{
    static const char *const policies[] = { "1.2.3.4", NULL };
    pds_verifier *const v = &t->verifier;
    assert_int_equal(pds_trust_new(&v->trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(v->trust, pki_cert(timeline_who[ROOT]), NULL), PDS_OK);
    assert_int_equal(pds_policy_read(NULL, &v->policy, NULL), PDS_OK);
    assert_int_equal(pds_certs_add(&v->chains, pki_cert(timeline_who[SECOND]), NULL), PDS_OK);
    v->revocation = row->mode_default ? PDS_REVOCATION_EMBEDDED : row->mode;
    v->options.revocation_set = !row->mode_default;
    v->policy.path.policies = row->policies ? policies : NULL;
    v->now = time(NULL);
    v->at_given = row->at != 0;
    v->at = v->now + row->at;
    assert_int_equal(pds_evidence_new(&v->evidence, NULL), PDS_OK);
    for (size_t i = 0; i < TIMELINE_LISTS; i++) {
        if (row->lists[i].where == GIVEN) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            timeline_list(&row->lists[i], &der);
            assert_int_equal(
                pds_evidence_add_crl(v->evidence, pds_buf_span(&der), &t->v.findings, NULL),
                PDS_OK);
        }
    }
}

void timeline_make(timeline *t, const timeline_row *row)
{
    make m = { .find = NULL };
    *t = (timeline){ .now = time(NULL) };
    make_verifier(t, row);
    t->v.verifier = &t->verifier;
    t->verifier.fetcher = (pds_fetcher *)(uintptr_t)row;
    make_bytes(&m, row);
    t->v.file = make_file(&m.file);
    pds_buf_drop(&m.file);
    assert_int_equal(pds_revisions_open(&t->v.file, NULL, &t->v.findings, &t->v.revisions, NULL),
                     PDS_OK);
    assert_int_equal(pds_revisions_count(t->v.revisions), REVISIONS);
    assert_int_equal(pds_revisions_doc(t->v.revisions, REVISIONS, &t->v.doc, NULL), PDS_OK);
    read_signatures(t, row);
}

void timeline_drop(timeline *t)
{
    for (size_t i = 0; i < t->v.count; i++) {
        pds_judged_drop(&t->v.signatures[i]);
    }
    for (size_t i = 0; i < sizeof t->tokens / sizeof t->tokens[0]; i++) {
        pds_buf_drop(&t->tokens[i]);
    }
    free(t->v.signatures);
    pds_findings_drop(&t->v.findings);
    pds_doc_drop(&t->v.doc);
    pds_revisions_drop(&t->v.revisions);
    pds_file_close(&t->v.file);
    pds_evidence_drop(&t->verifier.evidence);
    pds_certs_drop(&t->verifier.chains);
    pds_trust_drop(&t->verifier.trust);
    pds_policy_drop(&t->verifier.policy);
}

pds_judged *timeline_signature(timeline *t)
{
    return &t->v.signatures[t->signature];
}

/* ---- what comes from the network: lists of the row that are ONLINE, and the authority ---- */

pds_code pds_fetch_revocation(pds_fetcher *fetcher, const pds_path *path, time_t at, time_t since,
                              pds_evidence *out, pds_findings *notes, pds_err *e)
{
    const timeline_row *const row = (const timeline_row *)(uintptr_t)fetcher;
    (void)path;
    (void)at;
    (void)since;
    for (size_t i = 0; i < TIMELINE_LISTS; i++) {
        if (row->lists[i].where == ONLINE) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            timeline_list(&row->lists[i], &der);
            PDS_TRY(pds_evidence_add_crl(out, pds_buf_span(&der), notes, e));
        }
    }
    return PDS_OK;
}

pds_code pds_fetch_issuers(pds_fetcher *fetcher, const pds_cert *cert, pds_certs *pool,
                           pds_findings *notes, pds_err *e)
{
    (void)fetcher;
    (void)cert;
    (void)notes;
    return pds_certs_add(pool, pki_cert(timeline_who[AUTHORITY]), e);
}
