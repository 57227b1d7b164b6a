#include "base/own.h"
#include "tests/cms/pki_private.h"
#include "tests/timestamp/tsa_fault.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

/* ---- paths ---- */

typedef struct fault_row {
    const char *name;
    size_t at; /* of a long in tsa_fault */
} fault_row;

static const fault_row FAULTS[] = {
    { "slow", offsetof(tsa_fault, slow) },
    { "status", offsetof(tsa_fault, status) },
    { "hangup", offsetof(tsa_fault, hangup) },
    { "cut", offsetof(tsa_fault, cut) },
    { "loop", offsetof(tsa_fault, loop) },
    { "type", offsetof(tsa_fault, type) },
    { "garbage", offsetof(tsa_fault, garbage) },
    { "endless", offsetof(tsa_fault, endless) },
    { "rejected", offsetof(tsa_fault, rejected) },
    { "nonce", offsetof(tsa_fault, nonce) },
    { "imprint", offsetof(tsa_fault, imprint) },
    { "policy", offsetof(tsa_fault, policy) },
    { "forged", offsetof(tsa_fault, forged) },
    { "bare", offsetof(tsa_fault, bare) },
    { "huge", offsetof(tsa_fault, huge) },
    { "ahead", offsetof(tsa_fault, ahead) },
    { "times", offsetof(tsa_fault, times) },
    { "retry-after", offsetof(tsa_fault, retry_after) },
};

static const fault_row *row_of(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++) {
        if (strlen(FAULTS[i].name) == len && strncmp(FAULTS[i].name, name, len) == 0) {
            return &FAULTS[i];
        }
    }
    return NULL;
}

static void set_fault(tsa_fault *fault, const char *part)
{
    const size_t name = strcspn(part, "/=");
    const long value = part[name] == '=' ? strtol(part + name + 1, NULL, 10) : 1;
    const fault_row *const row = row_of(part, name);
    if (row == NULL) {
        pki_need(false, part, __LINE__);
        return;
    }
    memcpy((char *)fault + row->at, &value, sizeof value);
}

tsa_fault tsa_fault_of(const char *path)
{
    tsa_fault fault = { .slow = 0 };
    while (*path != '\0') {
        const size_t len = strcspn(path, "/");
        if (len > 0) {
            set_fault(&fault, path);
        }
        path += len + (path[len] == '/' ? 1 : 0);
    }
    return fault;
}

/* ---- TSTInfo ---- */

static void request_drop(TS_REQ **request)
{
    TS_REQ_free(*request);
}

static void info_drop(TS_TST_INFO **info)
{
    TS_TST_INFO_free(*info);
}

static void integer_drop(ASN1_INTEGER **integer)
{
    ASN1_INTEGER_free(*integer);
}

static void object_drop(ASN1_OBJECT **object)
{
    ASN1_OBJECT_free(*object);
}

static void time_drop(ASN1_GENERALIZEDTIME **at)
{
    ASN1_GENERALIZEDTIME_free(*at);
}

static void set_imprint(const tsa_fault *fault, TS_REQ *request, TS_TST_INFO *info)
{
    TS_MSG_IMPRINT *const imprint = TS_REQ_get_msg_imprint(request);
    if (fault->imprint != 0) {
        ASN1_OCTET_STRING *const digest = TS_MSG_IMPRINT_get_msg(imprint);
        uint8_t other[64] = { 1 };
        NEED(ASN1_OCTET_STRING_set(digest, other, ASN1_STRING_length(digest)) == 1);
    }
    NEED(TS_TST_INFO_set_msg_imprint(info, imprint) == 1);
}

static void set_nonce(const tsa_fault *fault, const TS_REQ *request, TS_TST_INFO *info)
{
    const ASN1_INTEGER *const nonce = TS_REQ_get_nonce(request);
    PDS_OWN(integer_drop) ASN1_INTEGER *other = ASN1_INTEGER_new();
    NEED(other != NULL && ASN1_INTEGER_set(other, 4711) == 1);
    if (nonce != NULL) {
        NEED(TS_TST_INFO_set_nonce(info, fault->nonce != 0 ? other : nonce) == 1);
    }
}

static void set_policy(const tsa_fault *fault, TS_REQ *request, TS_TST_INFO *info)
{
    PDS_OWN(object_drop) ASN1_OBJECT *usual = OBJ_txt2obj("1.3.6.1.4.1.32473.1", 1);
    PDS_OWN(object_drop) ASN1_OBJECT *other = OBJ_txt2obj("1.3.6.1.4.1.32473.9", 1);
    ASN1_OBJECT *const asked = TS_REQ_get_policy_id(request);
    NEED(TS_TST_INFO_set_policy_id(info, fault->policy != 0 ? other
                                         : asked != NULL    ? asked
                                                            : usual) == 1);
}

static TS_TST_INFO *make_info(const tsa_fault *fault, TS_REQ *request, long serial)
{
    TS_TST_INFO *const info = TS_TST_INFO_new();
    PDS_OWN(integer_drop) ASN1_INTEGER *number = ASN1_INTEGER_new();
    PDS_OWN(time_drop)
    ASN1_GENERALIZEDTIME *at = ASN1_GENERALIZEDTIME_set(NULL, time(NULL) + fault->ahead);
    NEED(info != NULL && number != NULL && at != NULL && ASN1_INTEGER_set(number, serial) == 1);
    NEED(TS_TST_INFO_set_version(info, 1) == 1 && TS_TST_INFO_set_serial(info, number) == 1 &&
         TS_TST_INFO_set_time(info, at) == 1);
    set_policy(fault, request, info);
    set_imprint(fault, request, info);
    set_nonce(fault, request, info);
    return info;
}

/* ---- the token ---- */

static void cms_drop(CMS_ContentInfo **cms)
{
    CMS_ContentInfo_free(*cms);
}

static void bio_drop(BIO **bio)
{
    (void)BIO_free(*bio);
}

static void cert_drop(X509 **cert)
{
    X509_free(*cert);
}

static void extension_drop(X509_EXTENSION **extension)
{
    X509_EXTENSION_free(*extension);
}

/* A certificate with much to say. */
static void add_ballast(const pki *signer, CMS_ContentInfo *cms)
{
    enum { WORDS = 128 << 10 /* two for a byte */ };
    PDS_OWN(pds_buf_drop) pds_buf words = { 0 };
    PDS_OWN(cert_drop) X509 *cert = X509_dup(signer->cert);
    pds_buf_text(&words, "DER:0C830");
    pds_buf_printf(&words, "%05X", WORDS / 2);
    pds_buf_fill(&words, '4', WORDS);
    PDS_OWN(extension_drop)
    X509_EXTENSION *comment =
        X509V3_EXT_conf_nid(NULL, NULL, NID_netscape_comment, pds_buf_cstr(&words));
    NEED(cert != NULL && comment != NULL && X509_add_ext(cert, comment, -1) == 1);
    NEED(X509_sign(cert, signer->key, EVP_sha256()) > 0 && CMS_add1_cert(cms, cert) == 1);
}

static void add_certs(const tsa_options *options, const tsa_fault *fault, CMS_ContentInfo *cms)
{
    for (size_t i = 0; i < TSA_CHAIN_MAX && options->chain[i] != NULL; i++) {
        NEED(CMS_add1_cert(cms, options->chain[i]->cert) == 1);
    }
    if (fault->huge != 0) {
        add_ballast(options->signer, cms);
    }
}

/* CMS and not TS signs, because TS refuses certificates that are not for it. */
static void put_token(const tsa_options *options, const tsa_fault *fault, bool bare, BIO *content,
                      pds_buf *out)
{
    const unsigned flags = CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES | CMS_PARTIAL;
    const pki *const s = options->signer;
    PDS_OWN(cms_drop) CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
    uint8_t *der = NULL;
    NEED(cms != NULL && CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1);
    NEED(CMS_add1_signer(cms, s->cert, s->key, EVP_sha256(), flags | (bare ? CMS_NOCERTS : 0)) !=
         NULL);
    if (!bare) {
        add_certs(options, fault, cms);
    }
    NEED(CMS_final(cms, content, NULL, flags) == 1);
    const int len = i2d_CMS_ContentInfo(cms, &der);
    NEED(len > 0);
    pds_buf_put(out, pds_span_of(der, (size_t)len));
    OPENSSL_free(der);
}

/* ---- the answer ---- */

static void put_granted(pds_span token, pds_buf *out)
{
    static const uint8_t status[] = { 0x30, 3, 2, 1, 0 };
    uint8_t head[16];
    uint8_t *end = head;
    ASN1_put_object(&end, 1, (int)(sizeof status + token.len), V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    pds_buf_put(out, pds_span_of(head, (size_t)(end - head)));
    pds_buf_put(out, pds_span_of(status, sizeof status));
    pds_buf_put(out, token);
}

bool tsa_answer(const tsa_options *options, const tsa_fault *fault, pds_span request, long serial,
                pds_buf *out)
{
    static const uint8_t rejected[] = { 0x30, 9, 0x30, 7, 2, 1, 2, 3, 2, 7, 0x80 };
    const unsigned char *at = request.ptr;
    PDS_OWN(request_drop) TS_REQ *asked = d2i_TS_REQ(NULL, &at, (long)request.len);
    PDS_OWN(pds_buf_drop) pds_buf token = { 0 };
    uint8_t *content = NULL;
    if (asked == NULL || fault->rejected != 0) {
        pds_buf_put(out, pds_span_of(rejected, sizeof rejected));
        return asked != NULL;
    }
    PDS_OWN(info_drop) TS_TST_INFO *info = make_info(fault, asked, serial);
    const int len = i2d_TS_TST_INFO(info, &content);
    PDS_OWN(bio_drop) BIO *bio = BIO_new_mem_buf(content, len);
    NEED(len > 0 && bio != NULL);
    put_token(options, fault, fault->bare != 0 || TS_REQ_get_cert_req(asked) == 0, bio, &token);
    OPENSSL_free(content);
    if (fault->forged != 0) {
        token.ptr[token.len - 1] ^= 1;
    }
    put_granted(pds_buf_span(&token), out);
    return true;
}
