/* `p12:` — PKCS#12 (RFC 7292): keys and certificates behind one password. */

#include "base/locked.h"
#include "base/own.h"
#include "cms/der.h"
#include "cms/evp.h"
#include "cms/x509.h"
#include "token/pbe.h"
#include "token/softkey.h"

#include <openssl/objects.h>
#include <openssl/pkcs12.h>

typedef struct p12 {
    const char *path;
    const pds_key_options *options;
    PKCS12 *pfx;
    pds_secret *secret;
    const char *password; /* in force; NULL: none at all */
    pds_softkey *keys;
} p12;

typedef STACK_OF(PKCS7) safe_list;
typedef STACK_OF(PKCS12_SAFEBAG) bag_list;

static void pfx_drop(PKCS12 **pfx)
{
    PKCS12_free(*pfx);
}

static void safes_drop(safe_list **safes)
{
    sk_PKCS7_pop_free(*safes, PKCS7_free);
}

static void bags_drop(bag_list **bags)
{
    sk_PKCS12_SAFEBAG_pop_free(*bags, PKCS12_SAFEBAG_free);
}

static pds_code broken(pds_err *e)
{
    PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "not a sound PKCS#12 file: %s", pds_evp_reason());
}

/* ---- password ---- */

static bool opens(const p12 *p, const char *password)
{
    int len = password == NULL ? 0 : (int)strlen(password);
    bool right = PKCS12_verify_mac(p->pfx, password, len) == 1;
    pds_evp_forget();
    return right;
}

/* RFC 7292, 4: a digest is named; a MAC that is not HMAC over one (RFC 9579) is not known. */
static pds_code check_mac(const p12 *p, pds_err *e)
{
    const X509_ALGOR *algorithm = NULL;
    const ASN1_INTEGER *iterations = NULL;
    PKCS12_get0_mac(NULL, &algorithm, NULL, &iterations, p->pfx);
    if (EVP_get_digestbyobj(algorithm->algorithm) == NULL) {
        char name[80] = "";
        (void)OBJ_obj2txt(name, sizeof name, algorithm->algorithm, 0);
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED,
                 "the integrity check of the PKCS#12 file (%s) is not supported", name);
    }
    return pds_pbe_check_iterations(iterations, e);
}

/* An empty password is tried first: no counter runs down on a file, and files without a password
 * need no prompt. Where nobody gives one, the form without any password is the last to be tried. */
static pds_code unlock(p12 *p, pds_err *e)
{
    bool has_mac = PKCS12_mac_present(p->pfx) == 1;
    p->password = "";
    if (has_mac) {
        PDS_TRY(check_mac(p, e));
        if (opens(p, "")) {
            return PDS_OK;
        }
    }
    pds_code code = pds_pin_ask(p->options, p->path, -1, &p->secret, e);
    if (code == PDS_E_PIN_NEEDED && (!has_mac || opens(p, NULL))) {
        p->password = NULL;
        return PDS_OK;
    }
    PDS_TRY(code);
    p->password = pds_secret_text(p->secret);
    if (has_mac && !opens(p, p->password)) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "the password does not open the PKCS#12 file");
    }
    return PDS_OK;
}

/* ---- contents ---- */

static pds_code add_shrouded(p12 *p, const PKCS12_SAFEBAG *bag, pds_err *e)
{
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OCTET_STRING *data = NULL;
    PDS_OWN(pds_locked_drop) pds_buf plain = { 0 };
    X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, &data);
    PDS_TRY(pds_pbe_decrypt(algorithm, data, p->password, &plain, e));
    return pds_softkey_add(p->keys, pds_buf_span(&plain), e);
}

static pds_code add_plain(p12 *p, const PKCS12_SAFEBAG *bag, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf plain = { 0 };
    const PKCS8_PRIV_KEY_INFO *info = PKCS12_SAFEBAG_get0_p8inf(bag);
    int len = i2d_PKCS8_PRIV_KEY_INFO(info, NULL);
    if (len <= 0) {
        return broken(e);
    }
    PDS_TRY(pds_locked_new((size_t)len, &plain, e));
    uint8_t *room = pds_buf_grow(&plain, (size_t)len);
    if (i2d_PKCS8_PRIV_KEY_INFO(info, &room) != len) {
        return broken(e);
    }
    return pds_softkey_add(p->keys, pds_buf_span(&plain), e);
}

/* A certificate of another kind than X.509 is passed over. */
static pds_code add_cert(p12 *p, const PKCS12_SAFEBAG *bag, pds_err *e)
{
    X509 *x509 = PKCS12_SAFEBAG_get1_cert(bag);
    pds_cert *cert = NULL;
    pds_evp_forget();
    if (x509 == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_cert_take(x509, &cert, e));
    return pds_certs_add(&p->keys->certs, cert, e);
}

static pds_code add_bags(p12 *p, const bag_list *bags, int depth, pds_err *e);

static pds_code add_bag(p12 *p, const PKCS12_SAFEBAG *bag, int depth, pds_err *e)
{
    enum { DEPTH_MAX = 8 };
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_keyBag:
        return add_plain(p, bag, e);
    case NID_pkcs8ShroudedKeyBag:
        return add_shrouded(p, bag, e);
    case NID_certBag:
        return add_cert(p, bag, e);
    case NID_safeContentsBag:
        return depth < DEPTH_MAX ? add_bags(p, PKCS12_SAFEBAG_get0_safes(bag), depth + 1, e)
                                 : broken(e);
    default:
        return PDS_OK; /* CRLs, secrets */
    }
}

static pds_code add_bags(p12 *p, const bag_list *bags, int depth, pds_err *e)
{
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        PDS_TRY(add_bag(p, sk_PKCS12_SAFEBAG_value(bags, i), depth, e));
    }
    return PDS_OK;
}

static pds_code decrypt_bags(const p12 *p, const PKCS7 *safe, bag_list **out, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf plain = { 0 };
    const PKCS7_ENC_CONTENT *content = safe->d.encrypted->enc_data;
    if (content->enc_data == NULL) {
        return broken(e);
    }
    PDS_TRY(pds_pbe_decrypt(content->algorithm, content->enc_data, p->password, &plain, e));
    const unsigned char *at = plain.ptr;
    *out = (bag_list *)ASN1_item_d2i(NULL, &at, (long)plain.len, ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
    return PDS_OK;
}

static pds_code add_safe(p12 *p, PKCS7 *safe, pds_err *e)
{
    PDS_OWN(bags_drop) bag_list *bags = NULL;
    switch (OBJ_obj2nid(safe->type)) {
    case NID_pkcs7_data:
        bags = PKCS12_unpack_p7data(safe);
        break;
    case NID_pkcs7_encrypted:
        PDS_TRY(decrypt_bags(p, safe, &bags, e));
        break;
    default:
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "a PKCS#12 file for a public key is not supported");
    }
    return bags == NULL ? broken(e) : add_bags(p, bags, 0, e);
}

static pds_code read_pfx(p12 *p, pds_err *e)
{
    PDS_OWN(safes_drop) safe_list *safes = PKCS12_unpack_authsafes(p->pfx);
    if (safes == NULL) {
        return broken(e);
    }
    for (int i = 0; i < sk_PKCS7_num(safes); i++) {
        PDS_TRY(add_safe(p, sk_PKCS7_value(safes, i), e));
    }
    if (p->keys->count == 0) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the PKCS#12 file holds no private key");
    }
    return pds_softkey_choose(p->keys, p->options, e);
}

static pds_code read_file(p12 *p, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf file = { 0 };
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;
    PDS_OWN(pfx_drop) PKCS12 *pfx = NULL;
    PDS_TRY(pds_softkey_slurp(p->path, &file, e));
    const unsigned char *at = file.ptr;
    pfx = d2i_PKCS12(NULL, &at, (long)file.len);
    if (pfx == NULL) {
        return broken(e);
    }
    p->pfx = pfx;
    pds_code code = unlock(p, e);
    secret = p->secret;
    PDS_TRY(code);
    return read_pfx(p, e);
}

static pds_code p12_open(const char *path, const pds_key_options *options, void **self, pds_err *e)
{
    PDS_OWN(pds_softkey_drop) pds_softkey *keys = NULL;
    PDS_TRY(pds_softkey_new(&keys, e));
    p12 p = { .path = path, .options = options, .keys = keys };
    PDS_TRY(pds_err_file(read_file(&p, e), e, path));
    *self = keys;
    keys = NULL;
    return PDS_OK;
}

const pds_token_ops pds_token_p12 = {
    .scheme = "p12",
    .open = p12_open,
    .certs = pds_softkey_certs,
    .matches = pds_softkey_matches,
    .sign = pds_softkey_sign,
    .decrypt = pds_softkey_decrypt,
    .close = pds_softkey_close,
};
