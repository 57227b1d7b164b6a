/* Public halves as modules tell of them. */

#include "base/own.h"
#include "token/p11_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <cmocka.h>

enum { POINT_MAX = 200 };

/* A module with one object, a key on a curve, or one of RSA. */
static CK_KEY_TYPE type = CKK_EC;
static size_t modulus_len, exponent_len;
static uint8_t point[POINT_MAX];
static size_t point_len;
static const uint8_t *params;
static size_t params_len;
static CK_RV refusal; /* for the curve */

static CK_RV give(CK_ATTRIBUTE *a, const void *value, size_t len)
{
    if (a->pValue != NULL && a->ulValueLen < len) {
        return CKR_BUFFER_TOO_SMALL;
    }
    if (a->pValue != NULL) {
        memcpy(a->pValue, value, len);
    }
    a->ulValueLen = len;
    return CKR_OK;
}

static CK_RV get_attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a,
                           CK_ULONG count)
{
    static const uint8_t modulus[256] = { 0xC5, [255] = 0x01 };
    static const uint8_t exponent[] = { 0x01, 0x00, 0x01 };
    (void)session;
    (void)object;
    assert_int_equal(count, 1);
    switch (a->type) {
    case CKA_KEY_TYPE:
        return give(a, &type, sizeof type);
    case CKA_MODULUS:
        return give(a, modulus, modulus_len);
    case CKA_PUBLIC_EXPONENT:
        return give(a, exponent, exponent_len);
    case CKA_EC_PARAMS:
        return refusal == CKR_OK ? give(a, params, params_len) : refusal;
    case CKA_EC_POINT:
        return give(a, point, point_len);
    default:
        a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
}

typedef struct row {
    const char *name;
    const char *curve;
    bool wrapped; /* in an OCTET STRING, as it has to be */
    int first;    /* octet of X; -1: any */
} row;

static row rows[] = {
    { "a point of P-256", "P-256", true, -1 },
    { "a raw point of P-256", "P-256", false, -1 },
    { "a raw point of P-256 that begins as an OCTET STRING", "P-256", false, 0x3F },
    { "a raw point of P-384", "P-384", false, -1 },
    { "a raw point of P-384 that begins as an OCTET STRING", "P-384", false, 0x5F },
    { "a raw point of P-521", "P-521", false, -1 },
};

/* One key in 256 has any octet that is wanted. */
static EVP_PKEY *make(const row *r, uint8_t *out, size_t *len)
{
    EVP_PKEY *key = NULL;
    do {
        EVP_PKEY_free(key);
        key = EVP_EC_gen(r->curve);
        assert_non_null(key);
        assert_int_equal(
            EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out, POINT_MAX, len), 1);
    } while (r->first >= 0 && out[1] != r->first);
    return key;
}

static void use_params(const char *curve)
{
    static const struct {
        const char *curve;
        uint8_t oid[10];
        size_t len;
    } curves[] = {
        { "P-256", { 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 }, 10 },
        { "P-384", { 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22 }, 7 },
        { "P-521", { 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23 }, 7 },
    };
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (strcmp(curves[i].curve, curve) == 0) {
            params = curves[i].oid;
            params_len = curves[i].len;
        }
    }
}

static void a_point_is_read(void **state)
{
    const row *const r = *state;
    CK_FUNCTION_LIST module = { .C_GetAttributeValue = get_attribute };
    const pds_p11 p = { .module = &module, .main = 1 };
    const size_t head = r->wrapped ? 2 : 0;
    EVP_PKEY *read = NULL;
    EVP_PKEY *const made = make(r, point + head, &point_len);
    if (r->wrapped) {
        point[0] = 0x04;
        point[1] = (uint8_t)point_len;
    }
    point_len += head;
    use_params(r->curve);
    assert_int_equal(pds_p11_public_half(&p, 1, &read, NULL), PDS_OK);
    assert_non_null(read);
    assert_int_equal(EVP_PKEY_eq(made, read), 1);
    EVP_PKEY_free(made);
    EVP_PKEY_free(read);
}

/* The key can be seen before the login, and tells no more. */
static void what_wants_a_login_is_not_told(void **state)
{
    CK_FUNCTION_LIST module = { .C_GetAttributeValue = get_attribute };
    pds_p11 p = { .module = &module, .main = 1 };
    EVP_PKEY *read = NULL;
    (void)state;
    refusal = CKR_USER_NOT_LOGGED_IN;
    assert_int_equal(pds_p11_public_half(&p, 1, &read, NULL), PDS_OK);
    assert_null(read);
    p.in = true; /* the login is lost */
    assert_int_equal(pds_p11_public_half(&p, 1, &read, NULL), PDS_E_TOKEN_REMOVED);
    refusal = CKR_OK;
}

/* A half that belongs to nothing would keep the key from its certificate. */
static void what_is_empty_is_not_told(void **state)
{
    static const struct {
        CK_KEY_TYPE type;
        size_t modulus, exponent;
        bool told;
    } cases[] = {
        { CKK_RSA, 256, 3, true },
        { CKK_RSA, 256, 0, false },
        { CKK_RSA, 0, 3, false },
        { CKK_EC, 0, 0, false }, /* its point */
    };
    CK_FUNCTION_LIST module = { .C_GetAttributeValue = get_attribute };
    const pds_p11 p = { .module = &module, .main = 1 };
    (void)state;
    use_params("P-256");
    point_len = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        EVP_PKEY *read = NULL;
        type = cases[i].type;
        modulus_len = cases[i].modulus;
        exponent_len = cases[i].exponent;
        assert_int_equal(pds_p11_public_half(&p, 1, &read, NULL), PDS_OK);
        if ((read != NULL) != cases[i].told) {
            fail_msg("case %zu", i);
        }
        EVP_PKEY_free(read);
    }
    type = CKK_EC;
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS + 2];
    for (size_t i = 0; i < ROWS; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, a_point_is_read, NULL, NULL, &rows[i] };
    }
    tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(what_wants_a_login_is_not_told);
    tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(what_is_empty_is_not_told);
    return cmocka_run_group_tests_name("pkcs11 public", tests, NULL, NULL);
}
