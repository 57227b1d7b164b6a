#include "tests/pdfsign/archive.h"

#include "base/own.h"
#include "tests/cms/cms_make.h"
#include "tests/pdf/sample.h"
#include "tests/token/token_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSWORD "user"

archive_people archive_of;

const char *archive_name(archive_file file)
{
    static const char *const names[ARCHIVE_FILES] = { "table",   "stream",  "hybrid",
                                                      "AES-128", "AES-256", "PDF 2.0" };
    return names[file];
}

static void ok(pds_code code, const pds_err *e)
{
    if (code != PDS_OK) {
        fail_msg("%s", e->text);
    }
}

/* ---- people ---- */

/* As other validators want certificates to be. */
static const char *const LINKED[] = { "authorityKeyIdentifier", "keyid", "crlDistributionPoints",
                                      "URI:http://lists.invalid/list.crl", NULL };

static pki *authority(const pki *by, const char *name)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = "critical,CA:TRUE",
                                   .key_usage = "critical,keyCertSign,cRLSign",
                                   .key_identifier = true,
                                   .more = by != NULL ? LINKED : NULL,
                                   .issuer = by });
}

static pki *person(const pki *by, const char *name, const char *purposes)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .key_usage = "critical,digitalSignature,nonRepudiation",
                                   .purposes = purposes,
                                   .key_identifier = true,
                                   .more = LINKED,
                                   .issuer = by });
}

int archive_begin(void **state)
{
    archive_people *const of = &archive_of;
    (void)state;
    of->root = authority(NULL, "Archive root");
    of->authority = authority(of->root, "Archive authority");
    of->signer = person(of->authority, "Signer", NULL);
    of->second = person(of->authority, "Second", NULL);
    of->stamper = person(of->authority, "Stamper", "critical,timeStamping");
    pki_make_crl(&(pki_crl){ .issuer = of->root }, &of->root_list);
    pki_make_crl(&(pki_crl){ .issuer = of->authority }, &of->authority_list);
    pki_make_ocsp(&(pki_ocsp){ .cert = of->signer, .issuer = of->authority }, &of->response);
    const pki *const whose[ARCHIVE_CERTS] = { of->authority, of->root, of->signer, of->stamper };
    for (size_t i = 0; i < ARCHIVE_CERTS; i++) {
        of->certs[i] = pki_cert_der(whose[i]);
    }
    of->lists[0] = pds_buf_span(&of->root_list);
    of->lists[1] = pds_buf_span(&of->authority_list);
    of->responses[0] = pds_buf_span(&of->response);
    (void)snprintf(of->trust, sizeof of->trust, "%s", sample_path("root.pem"));
    (void)snprintf(of->chain, sizeof of->chain, "%s", sample_path("chain.pem"));
    pki_append_cert_pem(of->root, of->trust);
    pki_append_cert_pem(of->authority, of->chain);
    return 0;
}

int archive_end(void **state)
{
    archive_people *const of = &archive_of;
    (void)state;
    pki_drop(&of->root);
    pki_drop(&of->authority);
    pki_drop(&of->signer);
    pki_drop(&of->second);
    pki_drop(&of->stamper);
    pds_buf_drop(&of->root_list);
    pds_buf_drop(&of->authority_list);
    pds_buf_drop(&of->response);
    sample_clean();
    return 0;
}

pds_dss_items archive_content(void)
{
    archive_people *const of = &archive_of;
    return (pds_dss_items){ .of = { [PDS_DSS_CERT] = { of->certs, ARCHIVE_CERTS },
                                    [PDS_DSS_CRL] = { of->lists, 2 },
                                    [PDS_DSS_OCSP] = { of->responses, 1 } } };
}

/* ---- tokens ---- */

static pds_span tst_info(pds_md md, pds_span imprint, size_t padding)
{
    char text[32];
    struct tm tm;
    const time_t now = time(NULL);
    PDS_OWN(pds_buf_drop) pds_buf zeros = { 0 };
    pds_buf_fill(&zeros, 1, padding + 1); /* a large serial number */
    (void)gmtime_r(&now, &tm);
    (void)strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
    return DER(PDS_DER_SEQUENCE, cms_uint(1), OID_DER("\x2a\x03\x04"),
               DER(PDS_DER_SEQUENCE, cms_algorithm(md), DER(PDS_DER_OCTETS, imprint)),
               DER(PDS_DER_INTEGER, pds_buf_span(&zeros)),
               DER(PDS_DER_GENERALIZED_TIME, pds_span_text(text)));
}

static pds_code make_token(void *self, pds_span imprint, pds_buf *token, pds_err *e)
{
    archive *const a = self;
    cms_parts p;
    (void)e;
    cms_new(&p, PDS_CONTAINER_RFC3161, archive_of.stamper, PDS_MD_SHA256, false);
    p.content = tst_info(PDS_MD_SHA256, imprint, a->token_min);
    cms_remove(&p, OID_PKCS9("\x04"));
    cms_add(&p, cms_attribute(OID_PKCS9("\x04"),
                              DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, p.content))));
    cms_sign(&p);
    cms_close(&p);
    pds_buf_put(token, p.whole);
    a->stamped++;
    return PDS_OK;
}

/* ---- files ---- */

static void encrypt(const char *bits, const char *aes, const char *from, const char *to)
{
    const char *arguments[] = { "qpdf",
                                "--allow-weak-crypto",
                                "--encrypt",
                                PASSWORD,
                                "owner",
                                bits,
                                aes != NULL ? aes : "--",
                                aes != NULL ? "--" : from,
                                aes != NULL ? from : to,
                                aes != NULL ? to : NULL,
                                NULL };
    assert_int_equal(sample_run(arguments), 0);
}

static void as_pdf_2(const char *path)
{
    pds_buf bytes = sample_read(path);
    memcpy(bytes.ptr, "%PDF-2.0", 8);
    sample_write(path, pds_buf_span(&bytes));
    pds_buf_drop(&bytes);
}

static void make_input(archive_file file, const char *to)
{
    static const sample_kind Kinds[ARCHIVE_FILES] = {
        [ARCHIVE_STREAM] = SAMPLE_STREAM, [ARCHIVE_HYBRID] = SAMPLE_HYBRID
    };
    const char *const plain = sample_path("plain.pdf");
    const sample kind = { .kind = Kinds[file] };
    const bool encrypted = file == ARCHIVE_AES_128 || file == ARCHIVE_AES_256;
    sample_make(&kind, encrypted ? plain : to);
    if (encrypted) {
        encrypt(file == ARCHIVE_AES_128 ? "128" : "256",
                file == ARCHIVE_AES_128 ? "--use-aes=y" : NULL, plain, to);
    }
    if (file == ARCHIVE_PDF_2) {
        as_pdf_2(to);
    }
}

static pds_secret *secret_of(const char *password)
{
    pds_secret *secret = NULL;
    if (password != NULL) {
        assert_int_equal(pds_secret_new(&secret, NULL), PDS_OK);
        assert_int_equal(pds_secret_set(secret, pds_span_text(password), NULL), PDS_OK);
    }
    return secret;
}

void archive_open(archive *a, const char *path, const char *password)
{
    pds_err e = { 0 };
    pds_secret *const secret = secret_of(password);
    const archive asked = { .token_min = a->token_min, .chain_known = a->chain_known };
    archive_drop(a);
    *a = asked;
    a->path = path;
    a->password = secret;
    ok(pds_file_open(path, &a->file, &e), &e);
    a->base = (pds_append_base){ .file = &a->file, .password = a->password };
    a->stamper = (pds_stamp_source){ .stamp = make_token, .self = a, .digest = PDS_SHA256 };
    ok(pds_digests_want(&a->digests, PDS_SHA256, &e), &e);
    ok(pds_copy_file(&a->file, NULL, &a->digests, &e), &e);
}

void archive_drop(archive *a)
{
    pds_digests_drop(&a->digests);
    pds_buf_drop(&a->updates);
    pds_file_close(&a->file);
    pds_secret_drop(&a->password);
}

void archive_sign(archive *a, const archive_row *row)
{
    const pki *const whose[] = { archive_of.signer, archive_of.second };
    const bool encrypted = row->file == ARCHIVE_AES_128 || row->file == ARCHIVE_AES_256;
    PDS_OWN(pds_secret_drop) pds_secret *password = secret_of(encrypted ? PASSWORD : NULL);
    token_fake fakes[2];
    pds_signing signings[2] = { { .key = NULL } };
    pds_sign_result results[2];
    pds_err e = { 0 };
    make_input(row->file, sample_path("in.pdf"));
    (void)unlink(sample_path("out.pdf"));
    for (size_t i = 0; i < row->signings; i++) {
        fakes[i] = (token_fake){ .identity = whose[i] };
        signings[i].key = token_fake_key(&fakes[i], NULL);
        signings[i].signature.certify = i == 0 ? row->certify : 0;
        signings[i].signature.lock = i + 1 == row->signings ? row->lock : NULL;
    }
    const pds_sign_job job = { .input = sample_path("in.pdf"),
                               .output = { .path = sample_path("out.pdf") },
                               .password = password,
                               .signings = signings,
                               .signing_count = row->signings };
    ok(pds_sign(&job, results, &e), &e);
    for (size_t i = 0; i < row->signings; i++) {
        pds_key_drop(&signings[i].key);
    }
    archive_open(a, sample_path("out.pdf"), encrypted ? PASSWORD : NULL);
}

/* ---- updates ---- */

static void digest_from(archive *a, size_t start)
{
    pds_err e = { 0 };
    const pds_span more = pds_span_of(a->updates.ptr + start, a->updates.len - start);
    ok(pds_digests_put(&a->digests, more, &e), &e);
}

bool archive_store(archive *a, const pds_dss_items *content)
{
    PDS_OWN(pds_append_drop) pds_append update = { .doc = NULL };
    pds_err e = { 0 };
    bool changed = false;
    const size_t start = a->updates.len;
    ok(pds_append_open(&a->base, &a->updates, &update, &e), &e);
    ok(pds_dss_stage(update.update, content, &changed, &e), &e);
    if (changed) {
        ok(pds_append_write(&update, &a->updates, NULL, &e), &e);
        digest_from(a, start);
    } else { /* nor is anything staged */
        assert_int_equal(pds_update_ref(update.update).num, pds_doc_size(update.doc));
    }
    return changed;
}

void archive_stamp(archive *a, pds_document_timestamp *out)
{
    pds_err e = { 0 };
    size_t room = 0;
    const size_t start = a->updates.len;
    a->stamper.self = a;
    ok(pds_document_timestamp_append(&a->base, &a->stamper, &a->digests, &room, &a->updates, out,
                                     &e),
       &e);
    digest_from(a, start);
}

void archive_write(archive *a)
{
    const char *const password = a->password != NULL ? PASSWORD : NULL;
    sample_append(a->path, pds_buf_span(&a->updates));
    archive_open(a, a->path, password);
}

/* ---- judged ---- */

static void tell(const char *of, const pds_verify_findings *all)
{
    for (size_t i = 0; i < all->count; i++) {
        print_message("%s: %s: %s\n", of, all->items[i].code, all->items[i].text);
    }
}

void archive_verify(const archive *a, pds_verification *out)
{
    const char *const trust[] = { archive_of.trust };
    const char *const chains[] = { archive_of.chain };
    const pds_verify_options options = {
        .trust = trust, .trust_count = 1, .chains = chains, .chain_count = a->chain_known ? 1 : 0
    };
    PDS_OWN(pds_verifier_drop) pds_verifier *verifier = NULL;
    pds_err e = { 0 };
    ok(pds_verifier_new(&options, &verifier, &e), &e);
    ok(pds_verify(verifier, a->path, a->password, out, &e), &e);
    if (out->indication != PDS_PASSED) {
        tell("file", &out->findings);
        for (size_t i = 0; i < out->signature_count; i++) {
            tell(out->signatures[i].kind, &out->signatures[i].findings);
        }
    }
    assert_int_equal(out->indication, PDS_PASSED);
}

void archive_expect(const archive *a, size_t signatures, size_t index, pds_level level)
{
    PDS_OWN(pds_verification_drop) pds_verification v;
    archive_verify(a, &v);
    assert_int_equal(v.signature_count, signatures);
    assert_string_equal(pds_level_name(v.signatures[index].level), pds_level_name(level));
}

void archive_check(const archive *a)
{
    const char *const upw = a->password != NULL ? PASSWORD : "";
    const char *const pdfsig[] = { "pdfsig", "-nocert", "-upw", upw, a->path, NULL };
    sample_check(a->path, a->password != NULL ? PASSWORD : NULL);
    assert_int_equal(sample_run(pdfsig), 0);
    pds_buf said = sample_read(sample_path("said"));
    assert_non_null(memmem(said.ptr, said.len, "Signature is Valid", 18));
    assert_null(memmem(said.ptr, said.len, "nvalid", 6));
    pds_buf_drop(&said);
}
