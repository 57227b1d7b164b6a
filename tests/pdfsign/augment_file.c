#include "tests/pdfsign/augment_file.h"

#include "base/own.h"
#include "fixtures/tsa/tsa.h"
#include "tests/pdf/sample.h"
#include "tests/token/token_fake.h"

#include <pds/augment.h>
#include <pds/fields.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/cms.h>

#include <cmocka.h>

#define PASSWORD "user"

enum { DAY = 86400 };

static struct people {
    pki *root, *signer, *second, *stranger, *authority, *brief, *between, *remote;
    tsa *good, *ending, *far;
} people;

static const char *const LISTS[LIST_COUNT] = { "none",      "good.crl",    "young.crl",
                                               "ahead.crl", "revoked.crl", "authority.crl" };

const char *augment_list_path(augment_list list)
{
    return sample_path(LISTS[list]);
}

const char *augment_authority(void)
{
    return tsa_origin(people.good);
}

/* ---- people ---- */

static pki *person(const char *name, const char *purposes, long days, const pki *issuer)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .key_usage = "critical,digitalSignature",
                                   .purposes = purposes,
                                   .begins = -DAY,
                                   .ends = days * DAY,
                                   .issuer = issuer });
}

static void write_list(augment_list list, const pki_crl *what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(what, &der);
    sample_write(augment_list_path(list), pds_buf_span(&der));
}

static void write_lists(void)
{
    const pki *const root = people.root;
    write_list(LIST_GOOD, &(pki_crl){ .issuer = root });
    write_list(LIST_YOUNG, &(pki_crl){ .issuer = root, .begins = -60, .ends = 2L * DAY });
    write_list(
        LIST_REVOKED,
        &(pki_crl){ .issuer = root, .entries = { { .cert = people.signer, .revoked = -3600 } } });
    write_list(LIST_NO_AUTHORITY,
               &(pki_crl){ .issuer = root,
                           .entries = { { .cert = people.authority, .revoked = -3600 } } });
}

int augment_begin(void **state)
{
    static const char purpose[] = "critical,timeStamping";
    static const pki_profile Root = { .key = PKI_P256,
                                      .name = "Root",
                                      .constraints = "critical,CA:TRUE",
                                      .key_usage = "critical,keyCertSign,cRLSign" };
    (void)state;
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    (void)unsetenv("ALL_PROXY");
    people.root = pki_new(&Root);
    people.signer = person("Signer", NULL, 400, people.root);
    people.second = person("Second", NULL, 400, people.root);
    people.stranger = person("Stranger", NULL, 400, NULL);
    people.authority = person("TSA", purpose, 300, people.root);
    people.brief = person("Brief TSA", purpose, 10, people.root);
    pki_profile between = Root;
    between.name = "Between";
    between.issuer = people.root;
    people.between = pki_new(&between);
    people.remote = person("Remote TSA", purpose, 300, people.between);
    people.far = tsa_start(&(tsa_options){ .signer = people.remote, .chain = { people.between } });
    people.good = tsa_start(&(tsa_options){ .signer = people.authority });
    people.ending = tsa_start(&(tsa_options){ .signer = people.brief });
    pki_append_cert_pem(people.root, sample_path("root.pem"));
    write_lists();
    return 0;
}

int augment_end(void **state)
{
    pki **const all[] = { &people.root,      &people.signer, &people.second,  &people.stranger,
                          &people.authority, &people.brief,  &people.between, &people.remote };
    (void)state;
    tsa_stop(&people.good);
    tsa_stop(&people.ending);
    tsa_stop(&people.far);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        pki_drop(all[i]);
    }
    sample_clean();
    return 0;
}

/* ---- bare files ---- */

const char *augment_password_text(const augment_file *file)
{
    return file->kind == FILE_ENCRYPTED ? PASSWORD : NULL;
}

pds_secret *augment_password(const augment_file *file)
{
    pds_secret *secret = NULL;
    if (file->kind == FILE_ENCRYPTED) {
        assert_int_equal(pds_secret_new(&secret, NULL), PDS_OK);
        assert_int_equal(pds_secret_set(secret, pds_span_text(PASSWORD), NULL), PDS_OK);
    }
    return secret;
}

static void make_bare(const augment_file *file, const char *path)
{
    static const sample_kind Kinds[] = { SAMPLE_TABLE, SAMPLE_STREAM, SAMPLE_HYBRID, SAMPLE_TABLE };
    const char *const plain = sample_path("plain.pdf");
    const sample kind = { .kind = Kinds[file->kind] };
    const char *const encrypt[] = { "qpdf", "--encrypt", PASSWORD, "owner", "256",
                                    "--",   plain,       path,     NULL };
    sample_make(&kind, file->kind == FILE_ENCRYPTED ? plain : path);
    if (file->kind == FILE_ENCRYPTED) {
        assert_int_equal(sample_run(encrypt), 0);
    }
}

/* ---- signatures and timestamps ---- */

static const tsa *authority_of(const augment_file *file, pds_level level)
{
    return file->brief                            ? people.ending
           : file->remote && level < PDS_LEVEL_LT ? people.far
                                                  : people.good;
}

static void new_stamper(const augment_file *file, pds_level level, pds_stamper **out)
{
    const char *const trust = sample_path("root.pem");
    const char *const list = augment_list_path(LIST_GOOD);
    const pds_tsa authority = { .url = tsa_origin(authority_of(file, level)) };
    const pds_stamper_options options = { .tsas = &authority,
                                          .tsa_count = 1,
                                          .trust = &trust,
                                          .trust_count = 1,
                                          .evidence = &list,
                                          .evidence_count = 1,
                                          .offline = true };
    assert_int_equal(pds_stamper_new(&options, out, NULL), PDS_OK);
}

static const pki *signer_of(const augment_file *file, bool first)
{
    return first ? people.signer : file->stranger ? people.stranger : people.second;
}

static void sign(const augment_file *file, bool first, const char *path)
{
    PDS_OWN(pds_stamper_drop) pds_stamper *stamper = NULL;
    PDS_OWN(pds_secret_drop) pds_secret *password = augment_password(file);
    token_fake fake = { .identity = signer_of(file, first) };
    pds_key *key = token_fake_key(&fake, NULL);
    pds_sign_result result;
    pds_err e = { .offset = -1 };
    const pds_level level = !first ? PDS_LEVEL_B : file->legacy ? PDS_LEVEL_T : file->level;
    const pds_signing signing = { .key = key,
                                  .signature = { .certify = first ? file->certify : 0,
                                                 .lock = first ? file->lock : NULL } };
    new_stamper(file, level, &stamper);
    const pds_sign_job job = { .input = path,
                               .output = { .path = path, .in_place = true },
                               .password = password,
                               .level = level == PDS_LEVEL_NONE ? PDS_LEVEL_B : level,
                               .stamper = stamper,
                               .signings = &signing,
                               .signing_count = 1 };
    if (pds_sign(&job, &result, &e) != PDS_OK) {
        fail_msg("%s", e.text);
    }
    pds_key_drop(&key);
}

static void add_field(const augment_file *file, const char *path)
{
    const char *const nowhere = NULL;
    const pds_fields_add_job job = { .input = path,
                                     .output = { .path = path, .in_place = true },
                                     .names = &file->field,
                                     .places = &nowhere,
                                     .count = 1 };
    assert_int_equal(pds_fields_add(&job, NULL), PDS_OK);
}

static void stamp(const augment_file *file, const char *path)
{
    PDS_OWN(pds_stamper_drop) pds_stamper *stamper = NULL;
    PDS_OWN(pds_secret_drop) pds_secret *password = augment_password(file);
    pds_augment_result result;
    new_stamper(file, PDS_LEVEL_T, &stamper);
    const pds_augment_job job = { .kind = PDS_AUGMENT_TIMESTAMP,
                                  .input = path,
                                  .output = { .path = path, .in_place = true },
                                  .password = password,
                                  .stamper = stamper };
    assert_int_equal(pds_augment(&job, &result, NULL), PDS_OK);
}

/* ---- what others made ---- */

static uint8_t *find(const pds_buf *bytes, const char *text)
{
    uint8_t *const at = memmem(bytes->ptr, bytes->len, text, strlen(text));
    assert_non_null(at);
    return at;
}

static void put_hex(pds_span cms, uint8_t *to, const uint8_t *end)
{
    static const char Digits[] = "0123456789abcdef";
    assert_true(2 * cms.len <= (size_t)(end - to));
    memset(to, '0', (size_t)(end - to));
    for (size_t i = 0; i < cms.len; i++) {
        to[2 * i] = (uint8_t)Digits[cms.ptr[i] >> 4];
        to[2 * i + 1] = (uint8_t)Digits[cms.ptr[i] & 0xf];
    }
}

/* The same places, with another name of the format and what OpenSSL makes by itself. */
static void make_legacy(const char *path)
{
    static const char before[] = "/Contents<";
    PDS_OWN(pds_buf_drop) pds_buf file = sample_read(path);
    PDS_OWN(pds_buf_drop) pds_buf covered = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    memcpy(find(&file, "ETSI.CAdES.detached"), "adbe.pkcs7.detached", 19);
    uint8_t *const open = find(&file, before) + sizeof before - 2;
    uint8_t *const close = memchr(open, '>', file.len - (size_t)(open - file.ptr));
    pds_buf_put(&covered, pds_span_of(file.ptr, (size_t)(open - file.ptr)));
    pds_buf_put(&covered, pds_span_of(close + 1, file.len - (size_t)(close + 1 - file.ptr)));
    pki_cms_sign(people.signer, pds_buf_span(&covered), CMS_DETACHED | CMS_BINARY, NULL, &cms);
    put_hex(pds_buf_span(&cms), open + 1, close);
    sample_write(path, pds_buf_span(&file));
}

static void break_byte(const char *path)
{
    PDS_OWN(pds_buf_drop) pds_buf file = sample_read(path);
    uint8_t *const at = find(&file, "/M(D:20") + 7;
    *at = *at == '9' ? '8' : '9';
    sample_write(path, pds_buf_span(&file));
}

void augment_make(const augment_file *file, const char *path)
{
    enum { AHEAD = 20 };
    write_list(LIST_AHEAD, &(pki_crl){ .issuer = people.root, .begins = AHEAD, .ends = DAY });
    (void)unlink(path);
    make_bare(file, path);
    if (file->field != NULL) {
        add_field(file, path);
    }
    for (size_t i = 0; i < file->signings; i++) {
        sign(file, i == 0, path);
        if (i == 0 && file->legacy) {
            make_legacy(path);
        }
    }
    for (size_t i = 0; i < file->stamps; i++) {
        stamp(file, path);
    }
    if (file->broken) {
        break_byte(path);
    }
}
