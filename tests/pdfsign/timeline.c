#include "tests/pdfsign/timeline.h"

#include "base/own.h"
#include "pdfsign/fetch.h"
#include "pdfsign/signatures.h"
#include "tests/cms/cms_make.h"
#include "tests/pdf/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { STAMPS = 2, LISTS = 5, DSS = 7, FIRST_ITEM = 8, DAMAGED = 13 };

static const char DOCUMENT[] = "%PDF-1.7"; /* the bytes that are signed */
static pki *people[WHO_COUNT];
static pki *strange_root;

/* ---- certificates ---- */

static pki *issue(const pki *by, const char *name, long begins, long ends)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .key_usage = "critical,digitalSignature,nonRepudiation",
                                   .begins = begins,
                                   .ends = ends,
                                   .issuer = by });
}

static pki_profile authority(const pki *by, const char *name, long begins, long ends)
{
    return (pki_profile){ .key = PKI_P256,
                          .name = name,
                          .constraints = "critical,CA:TRUE",
                          .key_usage = "critical,keyCertSign,cRLSign",
                          .begins = begins,
                          .ends = ends,
                          .issuer = by };
}

static pki *stamper(const pki *by, const char *name, long begins, long ends)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .key_usage = "critical,digitalSignature",
                                   .purposes = "critical,timeStamping",
                                   .begins = begins,
                                   .ends = ends,
                                   .issuer = by });
}

void timeline_people(void)
{
    pki_profile p = authority(NULL, "Root", -20 * YEAR, 20 * YEAR);
    people[ROOT] = pki_new(&p);
    p.name = "Stranger";
    strange_root = pki_new(&p);
    p = authority(people[ROOT], "Authority", -10 * YEAR, 10 * YEAR);
    people[AUTHORITY] = pki_new(&p);
    p = authority(people[ROOT], "Authority", -30L * DAY, 10 * YEAR);
    people[RENEWED] = pki_renew(people[AUTHORITY], &p);
    p = authority(people[ROOT], "Old", -6 * YEAR, -YEAR);
    people[OLD_AUTHORITY] = pki_new(&p);
    people[PERSON] = issue(people[AUTHORITY], "Person", -2 * YEAR, YEAR);
    people[EXPIRED] = issue(people[AUTHORITY], "Expired", -3 * YEAR, -YEAR);
    people[YOUNG] = issue(people[AUTHORITY], "Young", -30L * DAY, YEAR);
    people[OLD_PERSON] = issue(people[OLD_AUTHORITY], "Old person", -5 * YEAR, -2 * YEAR);
    people[TSA] = stamper(people[AUTHORITY], "TSA", -9 * YEAR, 5 * YEAR);
    people[LONG_TSA] = stamper(people[AUTHORITY], "Long TSA", -9 * YEAR, 8 * YEAR);
    people[SHORT_TSA] = stamper(people[AUTHORITY], "Short TSA", -3 * YEAR, -YEAR / 2);
    people[YOUNG_TSA] = stamper(people[AUTHORITY], "Young TSA", -30L * DAY, 5 * YEAR);
    people[STRANGE_TSA] = stamper(strange_root, "Strange TSA", -9 * YEAR, 5 * YEAR);
    p = authority(people[ROOT], "Second", -10 * YEAR, 10 * YEAR);
    people[SECOND] = pki_new(&p);
    people[SECOND_TSA] = stamper(people[SECOND], "Second TSA", -9 * YEAR, 5 * YEAR);
    people[WRONG_TSA] = issue(people[AUTHORITY], "Wrong TSA", -9 * YEAR, 5 * YEAR);
}

void timeline_people_drop(void)
{
    for (size_t i = 0; i < WHO_COUNT; i++) {
        pki_drop(&people[i]);
    }
    pki_drop(&strange_root);
}

/* ---- timestamps ---- */

static pds_span tst_info(pds_span imprinted, time_t at)
{
    char text[32];
    struct tm tm;
    (void)gmtime_r(&at, &tm);
    (void)strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
    const pds_span imprint = DER(PDS_DER_SEQUENCE, cms_algorithm(PDS_MD_SHA256),
                                 DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, imprinted)));
    return DER(PDS_DER_SEQUENCE, cms_uint(1), OID_DER("\x2a\x03\x04"), imprint, cms_uint(7),
               DER(PDS_DER_GENERALIZED_TIME, pds_span_text(text)));
}

static void set_digest(cms_parts *p, pds_span of)
{
    const pds_span digest = DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, of));
    cms_remove(p, OID_PKCS9("\x04"));
    cms_add(p, cms_attribute(OID_PKCS9("\x04"), digest));
}

/* A token behind `out`. */
static void make_token(const stamp_row *row, pds_span imprinted, pds_buf *out)
{
    cms_parts p;
    cms_new(&p, PDS_CONTAINER_RFC3161, people[row->by], PDS_MD_SHA256, false);
    p.content = tst_info(row->other ? BYTES("other bytes") : imprinted, time(NULL) + row->at);
    set_digest(&p, p.content);
    cms_sign(&p);
    if (row->broken) {
        p.signed_attributes = cms_keep(p.signed_attributes);
        ((uint8_t *)(uintptr_t)p.signature.ptr)[p.signature.len - 1] ^= 1;
    }
    cms_close(&p);
    pds_buf_put(out, p.whole);
}

/* ---- the signature ---- */

static void make_list(const list_row *row, pds_buf *out)
{
    if (row->good != ROOT) {
        pki_make_ocsp(&(pki_ocsp){ .cert = people[row->good],
                                   .issuer = people[row->issuer],
                                   .begins = row->begins,
                                   .ends = row->ends,
                                   .only_basic = row->where == IN_VALUES },
                      out);
        return;
    }
    pki_crl crl = { .issuer = people[row->issuer], .begins = row->begins, .ends = row->ends };
    if (row->revoked != ROOT) {
        crl.entries[0] = (pki_entry){ .cert = people[row->revoked], .revoked = row->revoked_at };
    }
    pki_make_crl(&crl, out);
}

static const pki *signer_of(const timeline_row *row)
{
    return people[row->signer == ROOT ? PERSON : row->signer];
}

/* All that the row puts there, one behind the other. */
static pds_span lists_in(const timeline_row *row, int where)
{
    pds_span all = { 0 };
    for (size_t i = 0; i < LISTS; i++) {
        if (row->lists[i].where == where) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            make_list(&row->lists[i], &der);
            all = CAT(all, pds_buf_span(&der));
        }
    }
    return all;
}

/* SEQUENCE { [1] SEQUENCE OF a response }, as two attributes have it. */
static pds_span responses(pds_span all)
{
    return DER(PDS_DER_SEQUENCE, DER(PDS_DER_CONTEXT_1, DER(PDS_DER_SEQUENCE, all)));
}

static void add_attributes(cms_parts *p, const timeline_row *row, const pds_buf *content_token)
{
    const pds_span archived = lists_in(row, IN_ADBE);
    if (content_token->len > 0) {
        cms_add(p, cms_attribute(OID_SMIME_AA("\x14"), pds_buf_span(content_token)));
    }
    if (row->legacy_time) {
        cms_add(p, cms_attribute(OID_PKCS9("\x05"), DER(PDS_DER_UTC_TIME, BYTES("260101000000Z"))));
    }
    if (archived.len > 0) {
        cms_add(
            p, cms_attribute(OID_DER("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08"), responses(archived)));
    }
}

/* All but the signature value and what is not signed. */
static void begin_signature(cms_parts *p, const timeline_row *row, const pds_buf *content_token)
{
    const who issuer = row->signer == OLD_PERSON ? OLD_AUTHORITY
                       : row->renewed            ? RENEWED
                                                 : AUTHORITY;
    cms_new(p, row->container, signer_of(row), PDS_MD_SHA256, false);
    set_digest(p, pds_span_text(DOCUMENT));
    if (!row->chain_away) {
        p->certificates = CAT(p->certificates, pki_cert_der(people[issuer]));
    }
    p->crls = lists_in(row, IN_CMS);
    add_attributes(p, row, content_token);
}

static void add_unsigned(cms_parts *p, pds_span attribute)
{
    p->unsigned_attributes = CAT(p->unsigned_attributes, attribute);
}

static void close_signature(cms_parts *p, const timeline_row *row, const pds_buf *tokens,
                            const pds_buf *archive)
{
    const pds_span values = lists_in(row, IN_VALUES);
    if (tokens->len > 0) {
        add_unsigned(p, cms_attribute(OID_SMIME_AA("\x0e"), pds_buf_span(tokens)));
    }
    if (values.len > 0) {
        add_unsigned(p, cms_attribute(OID_SMIME_AA("\x18"), responses(values)));
    }
    if (archive->len > 0) {
        add_unsigned(p, cms_attribute(OID_SMIME_AA("\x30"), pds_buf_span(archive)));
    }
    cms_close(p);
    if (row->ber) {
        pds_span in = p->whole;
        pds_der whole;
        assert_true(pds_der_take(&in, &whole));
        p->whole = cms_indefinite(PDS_DER_SEQUENCE, whole.body);
    }
}

static void make_stamps(const timeline_row *row, pds_span value, pds_buf *tokens)
{
    const size_t count = row->many_stamps != 0 ? row->many_stamps : STAMPS;
    for (size_t i = 0; i < count; i++) {
        const stamp_row *const stamp = &row->stamps[row->many_stamps != 0 ? 0 : i];
        if (stamp->by != ROOT) {
            make_token(stamp, value, tokens);
        }
    }
}

/* Parts are made twice, because tokens are made where they stand. */
static void make_signature(const timeline_row *row, pds_buf *out)
{
    cms_parts p;
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf tokens = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf archive = { 0 };
    if (row->content.by != ROOT) {
        make_token(&row->content, pds_span_text(DOCUMENT), &content);
    }
    begin_signature(&p, row, &content);
    cms_sign(&p);
    pds_buf_put(&attributes, p.signed_attributes);
    pds_buf_put(&value, p.signature);
    make_stamps(row, pds_buf_span(&value), &tokens);
    if (row->archive.by != ROOT) {
        make_token(&row->archive, pds_buf_span(&value), &archive);
    }
    begin_signature(&p, row, &content);
    p.signed_attributes = cms_keep(pds_buf_span(&attributes));
    p.signature = cms_keep(pds_buf_span(&value));
    close_signature(&p, row, &tokens, &archive);
    pds_buf_put(out, p.whole);
}

/* ---- the file ---- */

static bool stands_in(const timeline_row *row, size_t i, int revision)
{
    const int where = row->lists[i].where;
    return where == revision || (where == IN_VRI && revision == IN_DSS);
}

/* References to the lists or responses so far that are in a list of the DSS. */
static void put_references(const timeline_row *row, int revision, bool ocsp, bool vri, pds_buf *out)
{
    for (size_t i = 0; i < LISTS; i++) {
        const bool is_there = stands_in(row, i, revision) || stands_in(row, i, IN_DSS);
        if (is_there && (row->lists[i].good != ROOT) == ocsp &&
            (row->lists[i].where == IN_VRI) == vri) {
            pds_buf_printf(out, "%u 0 R ", (unsigned)(FIRST_ITEM + i));
        }
    }
}

static void put_store(const timeline_row *row, int revision, pds_buf *out)
{
    pds_buf_text(out, "<</Certs[14 0 R 15 0 R]/CRLs[");
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
    uint32_t numbers[16] = { 1, DSS, DAMAGED, 14, 15 };
    size_t count = 5;
    PDS_OWN(pds_buf_drop) pds_buf dss = { 0 };
    for (uint32_t i = 0; i < LISTS; i++) {
        if (stands_in(row, i, revision)) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            make_list(&row->lists[i], &der);
            make_stream(m, FIRST_ITEM + i, "", row->garbage ? BYTES("0") : pds_buf_span(&der));
            numbers[count++] = FIRST_ITEM + i;
        }
    }
    put_store(row, revision, &dss);
    make_stream(m, DAMAGED, "/Filter/FlateDecode", BYTES("damaged"));
    make_stream(m, 14, "", pki_cert_der(people[AUTHORITY]));
    make_stream(m, 15, "", pki_cert_der(people[OLD_AUTHORITY]));
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R/DSS 7 0 R>>");
    make_object(m, DSS, row->store != NULL ? row->store : pds_buf_cstr(&dss));
    chain_table(m, numbers, "/Size 16");
}

static bool has_store(const timeline_row *row, int revision)
{
    if (revision == IN_DSS && row->store != NULL) {
        return true;
    }
    for (size_t i = 0; i < LISTS; i++) {
        if (stands_in(row, i, revision)) {
            return true;
        }
    }
    return false;
}

static void make_bytes(make *m, const timeline_row *row)
{
    make_pdf(m, MAKE_TABLE);
    for (int revision = 2; revision <= 5; revision++) {
        if (has_store(row, revision)) {
            make_store(m, row, revision);
        } else {
            make_object(m, 4, "<</Type/Page/Parent 2 0 R>>");
            chain_table(m, (const uint32_t[]){ 4, 0 }, "/Size 16");
        }
    }
}

/* ---- as it is read ---- */

static pds_code digest_of_document(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    return pds_md_hash_of(md, pds_span_text(DOCUMENT), out, e);
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
    make_signature(row, &t->tokens[0]);
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
    t->v.signatures = calloc(row->strangers + 3, sizeof *t->v.signatures);
    make_signature(&strange, &t->tokens[3]);
    for (size_t i = 0; i < row->strangers; i++) {
        add_judged(t, PDS_CONTAINER_CADES, 1, &t->tokens[3]);
    }
    t->signature = row->strangers;
    for (uint32_t revision = 1; revision <= 5; revision++) {
        const stamp_row *const stamp = &row->documents[revision / 2 - (revision > 1)];
        if (revision == (row->revision == 0 ? 1 : row->revision)) {
            t->signature = t->v.count;
            add_signature(t, row, revision);
        }
        if (revision >= 3 && revision % 2 == 1 && stamp->by != ROOT) {
            pds_buf *const token = &t->tokens[revision / 2];
            make_token(stamp, pds_span_text(DOCUMENT), token);
            add_judged(t, PDS_CONTAINER_RFC3161, revision, token);
        }
    }
}

static void make_verifier(timeline *t, const timeline_row *row)
{
    static const char *const policies[] = { "1.2.3.4", NULL };
    pds_verifier *const v = &t->verifier;
    assert_int_equal(pds_trust_new(&v->trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(v->trust, pki_cert(people[ROOT]), NULL), PDS_OK);
    assert_int_equal(pds_policy_read(NULL, &v->policy, NULL), PDS_OK);
    assert_int_equal(pds_certs_add(&v->chains, pki_cert(people[SECOND]), NULL), PDS_OK);
    v->revocation = row->mode_default ? PDS_REVOCATION_EMBEDDED : row->mode;
    v->options.revocation_set = !row->mode_default;
    v->policy.path.policies = row->policies ? policies : NULL;
    v->now = time(NULL);
    v->at_given = row->at != 0;
    v->at = v->now + row->at;
    assert_int_equal(pds_evidence_new(&v->evidence, NULL), PDS_OK);
    for (size_t i = 0; i < LISTS; i++) {
        if (row->lists[i].where == GIVEN) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            make_list(&row->lists[i], &der);
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
    assert_int_equal(pds_revisions_count(t->v.revisions), 5);
    assert_int_equal(pds_revisions_doc(t->v.revisions, 5, &t->v.doc, NULL), PDS_OK);
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

pds_code pds_fetch_revocation(pds_fetcher *fetcher, const pds_path *path, time_t at,
                              pds_evidence *out, pds_findings *notes, pds_err *e)
{
    const timeline_row *const row = (const timeline_row *)(uintptr_t)fetcher;
    (void)path;
    (void)at;
    for (size_t i = 0; i < LISTS; i++) {
        if (row->lists[i].where == ONLINE) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            make_list(&row->lists[i], &der);
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
    return pds_certs_add(pool, pki_cert(people[AUTHORITY]), e);
}
