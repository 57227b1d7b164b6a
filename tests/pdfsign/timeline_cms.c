#include "base/own.h"
#include "tests/cms/cms_make.h"
#include "tests/pdfsign/timeline_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

pki *timeline_who[WHO_COUNT];
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

static void make_generations(void)
{
    static const struct {
        who authority, tsa;
        long begins, ends, tsa_ends; /* years */
        const char *names[2];
    } rows[] = {
        { AUTHORITY_1, TSA_1, -32, -22, -24, { "Authority 1", "TSA 1" } },
        { AUTHORITY_2, TSA_2, -26, -14, -16, { "Authority 2", "TSA 2" } },
        { AUTHORITY_3, TSA_3, -18, -6, -8, { "Authority 3", "TSA 3" } },
        { AUTHORITY_4, TSA_4, -10, 5, 3, { "Authority 4", "TSA 4" } },
    };
    pki_profile p = authority(timeline_who[ROOT], "First", -32 * YEAR, -26 * YEAR);
    timeline_who[FIRST_AUTHORITY] = pki_new(&p);
    timeline_who[FIRST_PERSON] =
        issue(timeline_who[FIRST_AUTHORITY], "First person", -31 * YEAR, -28 * YEAR);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const long begins = rows[i].begins * YEAR;
        p = authority(timeline_who[ROOT], rows[i].names[0], begins, rows[i].ends * YEAR);
        timeline_who[rows[i].authority] = pki_new(&p);
        timeline_who[rows[i].tsa] = stamper(timeline_who[rows[i].authority], rows[i].names[1],
                                            begins, rows[i].tsa_ends * YEAR);
    }
}

void timeline_people(void)
{
    pki_profile p = authority(NULL, "Root", -35 * YEAR, 20 * YEAR);
    timeline_who[ROOT] = pki_new(&p);
    p.name = "Stranger";
    strange_root = pki_new(&p);
    p = authority(timeline_who[ROOT], "Authority", -10 * YEAR, 10 * YEAR);
    timeline_who[AUTHORITY] = pki_new(&p);
    p = authority(timeline_who[ROOT], "Authority", -30L * DAY, 10 * YEAR);
    timeline_who[RENEWED] = pki_renew(timeline_who[AUTHORITY], &p);
    p = authority(timeline_who[ROOT], "Old", -6 * YEAR, -YEAR);
    timeline_who[OLD_AUTHORITY] = pki_new(&p);
    timeline_who[PERSON] = issue(timeline_who[AUTHORITY], "Person", -2 * YEAR, YEAR);
    timeline_who[EXPIRED] = issue(timeline_who[AUTHORITY], "Expired", -3 * YEAR, -YEAR);
    timeline_who[YOUNG] = issue(timeline_who[AUTHORITY], "Young", -30L * DAY, YEAR);
    timeline_who[OLD_PERSON] =
        issue(timeline_who[OLD_AUTHORITY], "Old person", -5 * YEAR, -2 * YEAR);
    timeline_who[TSA] = stamper(timeline_who[AUTHORITY], "TSA", -9 * YEAR, 5 * YEAR);
    timeline_who[LONG_TSA] = stamper(timeline_who[AUTHORITY], "Long TSA", -9 * YEAR, 8 * YEAR);
    timeline_who[SHORT_TSA] = stamper(timeline_who[AUTHORITY], "Short TSA", -3 * YEAR, -YEAR / 2);
    timeline_who[YOUNG_TSA] = stamper(timeline_who[AUTHORITY], "Young TSA", -30L * DAY, 5 * YEAR);
    timeline_who[STRANGE_TSA] = stamper(strange_root, "Strange TSA", -9 * YEAR, 5 * YEAR);
    p = authority(timeline_who[ROOT], "Second", -10 * YEAR, 10 * YEAR);
    timeline_who[SECOND] = pki_new(&p);
    timeline_who[SECOND_TSA] = stamper(timeline_who[SECOND], "Second TSA", -9 * YEAR, 5 * YEAR);
    timeline_who[SOFT_TSA] = pki_new(&(pki_profile){ .key = PKI_P256,
                                                     .name = "Soft TSA",
                                                     .key_usage = "critical,digitalSignature",
                                                     .purposes = "timeStamping",
                                                     .begins = -9 * YEAR,
                                                     .ends = 5 * YEAR,
                                                     .issuer = timeline_who[AUTHORITY] });
    timeline_who[RESPONDER] =
        pki_new(&(pki_profile){ .key = PKI_P256,
                                .name = "Responder",
                                .key_usage = "critical,digitalSignature",
                                .purposes = "OCSPSigning",
                                .begins = -4 * YEAR,
                                .ends = -5 * YEAR / 2,
                                .more = (const char *const[]){ "noCheck", "ignored", NULL },
                                .issuer = timeline_who[OLD_AUTHORITY] });
    make_generations();
    timeline_who[FOURTH_PERSON] =
        issue(timeline_who[AUTHORITY_4], "Fourth person", -2 * YEAR, YEAR);
    timeline_who[WRONG_TSA] = issue(timeline_who[AUTHORITY], "Wrong TSA", -9 * YEAR, 5 * YEAR);
}

void timeline_people_drop(void)
{
    for (size_t i = 0; i < WHO_COUNT; i++) {
        pki_drop(&timeline_who[i]);
    }
    pki_drop(&strange_root);
}

/* ---- evidence ---- */

void timeline_list(const list_row *row, pds_buf *out)
{
    if (row->good != ROOT) {
        pki_make_ocsp(&(pki_ocsp){ .cert = timeline_who[row->good],
                                   .issuer = timeline_who[row->issuer],
                                   .signer = row->by == ROOT ? NULL : timeline_who[row->by],
                                   .begins = row->begins,
                                   .ends = row->ends,
                                   .only_basic = row->where == IN_VALUES },
                      out);
        return;
    }
    pki_crl crl = { .issuer = timeline_who[row->issuer], .begins = row->begins, .ends = row->ends };
    if (row->revoked != ROOT) {
        crl.entries[0] = (pki_entry){ .cert = timeline_who[row->revoked],
                                      .revoked = row->revoked_at,
                                      .reason = row->reason };
    }
    pki_make_crl(&crl, out);
}

/* All that the row puts there, one behind the other. */
static pds_span lists_in(const timeline_row *row, int where)
{
    pds_span all = { 0 };
    for (size_t i = 0; i < TIMELINE_LISTS; i++) {
        if (row->lists[i].where == where) {
            PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
            timeline_list(&row->lists[i], &der);
            all = CAT(all, pds_buf_span(&der));
        }
    }
    return all;
}

/* ---- timestamps ---- */

static pds_span tst_info(pds_span imprinted, pds_md md, time_t at)
{
    char text[32];
    struct tm tm;
    (void)gmtime_r(&at, &tm);
    (void)strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
    const pds_span imprint =
        DER(PDS_DER_SEQUENCE, cms_algorithm(md), DER(PDS_DER_OCTETS, cms_digest(md, imprinted)));
    return DER(PDS_DER_SEQUENCE, cms_uint(1), OID_DER("\x2a\x03\x04"), imprint, cms_uint(7),
               DER(PDS_DER_GENERALIZED_TIME, pds_span_text(text)));
}

static void set_digest(cms_parts *p, pds_span of)
{
    const pds_span digest = DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, of));
    cms_remove(p, OID_PKCS9("\x04"));
    cms_add(p, cms_attribute(OID_PKCS9("\x04"), digest));
}

/* holder: whose lists stand in it; NULL: none do */
static void make_token(const stamp_row *row, pds_span imprinted, const timeline_row *holder,
                       pds_buf *out)
{
    cms_parts p;
    const pds_md md = row->weak ? PDS_MD_SHA1 : PDS_MD_SHA256;
    cms_new(&p, PDS_CONTAINER_RFC3161, timeline_who[row->by], PDS_MD_SHA256, false);
    p.crls = holder != NULL ? lists_in(holder, IN_STAMP) : (pds_span){ 0 };
    p.content = tst_info(row->other ? BYTES("other bytes") : imprinted, md, time(NULL) + row->at);
    set_digest(&p, p.content);
    cms_sign(&p);
    if (row->broken) {
        p.signed_attributes = cms_keep(p.signed_attributes);
        ((uint8_t *)(uintptr_t)p.signature.ptr)[p.signature.len - 1] ^= 1;
    }
    cms_close(&p);
    pds_buf_put(out, p.whole);
}

/* A token behind `out`. */
void timeline_token(const stamp_row *row, pds_span imprinted, pds_buf *out)
{
    make_token(row, imprinted, NULL, out);
}

void timeline_document(const timeline_row *row, size_t index, pds_buf *out)
{
    make_token(&row->documents[index], pds_span_text(TIMELINE_DOCUMENT), index == 0 ? row : NULL,
               out);
}

/* ---- the signature ---- */

static const pki *signer_of(const timeline_row *row)
{
    return timeline_who[row->signer == ROOT ? PERSON : row->signer];
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
    const who issuer = row->signer == OLD_PERSON     ? OLD_AUTHORITY
                       : row->signer == FIRST_PERSON ? FIRST_AUTHORITY
                       : row->renewed                ? RENEWED
                                                     : AUTHORITY;
    cms_new(p, row->container, signer_of(row), PDS_MD_SHA256, false);
    set_digest(p, pds_span_text(TIMELINE_DOCUMENT));
    if (!row->chain_away) {
        p->certificates = CAT(p->certificates, pki_cert_der(timeline_who[issuer]));
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
    const size_t count = row->many_stamps != 0 ? row->many_stamps : TIMELINE_STAMPS;
    for (size_t i = 0; i < count; i++) {
        const stamp_row *const stamp = &row->stamps[row->many_stamps != 0 ? 0 : i];
        if (stamp->by != ROOT) {
            timeline_token(stamp, value, tokens);
        }
    }
}

/* Parts are made twice, because tokens are made where they stand. */
void timeline_sign(const timeline_row *row, pds_buf *out)
{
    cms_parts p;
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf tokens = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf archive = { 0 };
    if (row->content.by != ROOT) {
        timeline_token(&row->content, pds_span_text(TIMELINE_DOCUMENT), &content);
    }
    begin_signature(&p, row, &content);
    cms_sign(&p);
    pds_buf_put(&attributes, p.signed_attributes);
    pds_buf_put(&value, p.signature);
    make_stamps(row, pds_buf_span(&value), &tokens);
    if (row->archive.by != ROOT) {
        timeline_token(&row->archive, pds_buf_span(&value), &archive);
    }
    begin_signature(&p, row, &content);
    p.signed_attributes = cms_keep(pds_buf_span(&attributes));
    p.signature = cms_keep(pds_buf_span(&value));
    close_signature(&p, row, &tokens, &archive);
    pds_buf_put(out, p.whole);
}
