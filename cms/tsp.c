#include "cms/tsp.h"

#include "base/own.h"
#include "base/utf8.h"
#include "cms/der.h"
#include "cms/evp.h"
#include "cms/oid.h"

#include <stdio.h>

#include <openssl/objects.h>
#include <openssl/ts.h>

/* ---- the request ---- */

static void request_drop(TS_REQ **request)
{
    TS_REQ_free(*request);
}

static void imprint_drop(TS_MSG_IMPRINT **imprint)
{
    TS_MSG_IMPRINT_free(*imprint);
}

static void algorithm_drop(X509_ALGOR **algorithm)
{
    X509_ALGOR_free(*algorithm);
}

static void object_drop(ASN1_OBJECT **object)
{
    ASN1_OBJECT_free(*object);
}

static void integer_drop(ASN1_INTEGER **integer)
{
    ASN1_INTEGER_free(*integer);
}

/* RFC 5754, 2 wants no parameters; common authorities are used to NULL, which it allows too. */
static bool set_imprint(TS_REQ *to, const pds_tsp_request *from)
{
    const EVP_MD *const md = pds_evp_md_get(from->md);
    PDS_OWN(imprint_drop) TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    PDS_OWN(algorithm_drop) X509_ALGOR *algorithm = X509_ALGOR_new();
    uint8_t digest[PDS_DIGEST_MAX];
    const int length = (int)pds_md_size(from->md);
    if (imprint == NULL || algorithm == NULL || md == NULL) {
        return false;
    }
    memcpy(digest, from->imprint, (size_t)length);
    return X509_ALGOR_set0(algorithm, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL, NULL) == 1 &&
           TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
           TS_MSG_IMPRINT_set_msg(imprint, digest, length) == 1 &&
           TS_REQ_set_msg_imprint(to, imprint) == 1;
}

static bool set_nonce(TS_REQ *to, uint64_t nonce)
{
    PDS_OWN(integer_drop) ASN1_INTEGER *number = ASN1_INTEGER_new();
    return nonce == 0 || (number != NULL && ASN1_INTEGER_set_uint64(number, nonce) == 1 &&
                          TS_REQ_set_nonce(to, number) == 1);
}

static pds_code set_policy(TS_REQ *to, const char *dotted, pds_err *e)
{
    PDS_OWN(object_drop) ASN1_OBJECT *policy = dotted == NULL ? NULL : OBJ_txt2obj(dotted, 1);
    if (dotted == NULL) {
        return PDS_OK;
    }
    pds_evp_forget();
    if (policy == NULL || TS_REQ_set_policy_id(to, policy) != 1) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "the timestamp policy is no object identifier"), e,
            "1.2.3", dotted);
    }
    return PDS_OK;
}

static bool encode(TS_REQ *request, pds_buf *der)
{
    unsigned char *bytes = NULL;
    const int length = i2d_TS_REQ(request, &bytes);
    if (length > 0) {
        pds_buf_put(der, pds_span_of(bytes, (size_t)length));
    }
    OPENSSL_free(bytes);
    return length > 0;
}

pds_code pds_tsp_request_put(const pds_tsp_request *request, pds_buf *der, pds_err *e)
{
    PDS_OWN(request_drop) TS_REQ *made = TS_REQ_new();
    if (made == NULL || TS_REQ_set_version(made, 1) != 1 || !set_imprint(made, request) ||
        !set_nonce(made, request->nonce) ||
        TS_REQ_set_cert_req(made, request->certificates ? 1 : 0) != 1) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(set_policy(made, request->policy, e));
    if (!encode(made, der)) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return pds_buf_end(der, e);
}

/* ---- the answer ---- */

enum { GRANTED, GRANTED_WITH_MODS, STATUS_COUNT = 6, FAILURE_BITS = 32 };

static const char *const STATUSES[STATUS_COUNT] = {
    [GRANTED] = N_("granted"),
    [GRANTED_WITH_MODS] = N_("granted, with modifications"),
    [2] = N_("rejected"),
    [3] = N_("waiting"),
    [4] = N_("its revocation is near"),
    [5] = N_("it was revoked"),
};

/* PKIFailureInfo (2.4.2). */
static const char *const FAILURES[FAILURE_BITS] = {
    [0] = N_("the digest algorithm is not accepted"),
    [2] = N_("such a request is not permitted"),
    [5] = N_("the request is of a wrong form"),
    [14] = N_("its clock is not available"),
    [15] = N_("the policy is not accepted"),
    [16] = N_("an extension is not accepted"),
    [17] = N_("more information than it has is asked for"),
    [25] = N_("it has an internal error"),
};

/* The first bit that is set and known; NULL: none. */
static const char *failure_of(pds_span bits)
{
    for (size_t i = 0; i < FAILURE_BITS && i / 8 + 1 < bits.len; i++) {
        if ((bits.ptr[1 + i / 8] >> (7 - i % 8) & 1) != 0 && FAILURES[i] != NULL) {
            return FAILURES[i];
        }
    }
    return NULL;
}

/* The first of PKIFreeText, where it is text. */
static void put_words(pds_span words, char *text, size_t room)
{
    pds_der first;
    const size_t length = strlen(text);
    if (!pds_der_take(&words, &first) || first.body.len == 0) {
        return;
    }
    (void)snprintf(text + length, room - length, ": %.*s",
                   (int)(first.body.len < room ? first.body.len : room),
                   (const char *)first.body.ptr);
    if (!pds_utf8_valid(text)) {
        text[length] = '\0';
    }
}

static bool read_status(pds_span in, pds_tsp_answer *out)
{
    pds_der status, words = { 0 }, failure = { 0 };
    uint32_t number = 0;
    if (!pds_der_expect(&in, PDS_DER_INTEGER, &status) || !pds_der_uint(status.body, &number) ||
        number >= STATUS_COUNT) {
        return false;
    }
    (void)pds_der_expect(&in, PDS_DER_SEQUENCE, &words);
    (void)pds_der_expect(&in, PDS_DER_BITS, &failure);
    const char *const why = failure_of(failure.body);
    out->granted = number <= GRANTED_WITH_MODS;
    (void)snprintf(out->text, sizeof out->text, "%s",
                   pds_translated(why != NULL ? why : STATUSES[number]));
    put_words(words.body, out->text, sizeof out->text);
    return in.len == 0;
}

bool pds_tsp_answer_read(pds_span der, pds_tsp_answer *out)
{
    pds_der answer, status, token = { 0 };
    *out = (pds_tsp_answer){ .granted = false };
    if (!pds_der_expect(&der, PDS_DER_SEQUENCE, &answer) || der.len != 0 ||
        !pds_der_expect(&answer.body, PDS_DER_SEQUENCE, &status) ||
        !read_status(status.body, out)) {
        return false;
    }
    const bool has = pds_der_expect(&answer.body, PDS_DER_SEQUENCE, &token);
    out->token = out->granted ? token.whole : pds_span_of(NULL, 0);
    return answer.body.len == 0 && has == out->granted;
}

/* ---- do they fit? ---- */

static bool nonce_fits(uint64_t nonce, pds_span integer)
{
    pds_der element;
    uint64_t value = 0;
    if (nonce == 0) {
        return true;
    }
    if (!pds_der_expect(&integer, PDS_DER_INTEGER, &element) || element.body.len > 9) {
        return false;
    }
    for (size_t i = 0; i < element.body.len; i++) {
        value = value << 8 | element.body.ptr[i];
    }
    return value == nonce && (element.body.len < 9 || element.body.ptr[0] == 0);
}

const char *pds_tsp_misfit(const pds_tsp_request *request, const pds_tst_info *info)
{
    char policy[PDS_OID_TEXT];
    pds_oid_text(info->policy, policy);
    if (info->imprint_md != request->md || info->imprint.len != pds_md_size(request->md) ||
        memcmp(info->imprint.ptr, request->imprint, info->imprint.len) != 0) {
        return N_("the timestamp is of something else");
    }
    if (!nonce_fits(request->nonce, info->nonce)) {
        return N_("the timestamp is the answer to another request");
    }
    if (request->policy != NULL && strcmp(request->policy, policy) != 0) {
        return N_("the timestamp is of another policy");
    }
    return NULL;
}
