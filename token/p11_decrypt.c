#include "base/locked.h"
#include "base/own.h"
#include "token/emsa.h"
#include "token/p11_kit.h"

#include <openssl/evp.h>

enum { PLAIN_MAX = 2048 };

/* ---- RSA ---- */

static CK_MECHANISM mechanism_of(const pds_decryption *how, CK_RSA_PKCS_OAEP_PARAMS *params)
{
    if (how->scheme == PDS_DECRYPT_PKCS1) {
        return (CK_MECHANISM){ CKM_RSA_PKCS, NULL, 0 };
    }
    *params = (CK_RSA_PKCS_OAEP_PARAMS){ .hashAlg = pds_p11_hash_of(how->digest)->hash,
                                         .mgf = pds_p11_hash_of(how->mgf)->mgf,
                                         .source = CKZ_DATA_SPECIFIED };
    return (CK_MECHANISM){ CKM_RSA_PKCS_OAEP, params, sizeof *params };
}

typedef struct undoing {
    pds_p11 *p;
    CK_SESSION_HANDLE session;
    const pds_device_key *key;
    const pds_secret *pin;
    pds_err *e;
} undoing;

static pds_code decrypt_rsa(const undoing *u, const pds_decryption *how, pds_buf *locked)
{
    CK_RSA_PKCS_OAEP_PARAMS params;
    CK_ULONG len = PLAIN_MAX;
    const CK_FUNCTION_LIST *const module = u->p->module;
    CK_MECHANISM mechanism = mechanism_of(how, &params);
    CK_BYTE *const room = pds_buf_grow(locked, PLAIN_MAX);
    PDS_TRY(pds_buf_end(locked, u->e));
    PDS_TRY(pds_p11_check(u->p, module->C_DecryptInit(u->session, &mechanism, u->key->handle),
                          "decrypt", u->e));
    if (u->key->asks_always) {
        PDS_TRY(pds_p11_login_again(u->p, u->session, u->pin, u->e));
    }
    PDS_TRY(pds_p11_check(u->p,
                          module->C_Decrypt(u->session, (CK_BYTE *)how->ciphertext.ptr,
                                            how->ciphertext.len, room, &len),
                          "decrypt", u->e));
    if (len > PLAIN_MAX) {
        PDS_FAIL(u->e, PDS_E_TOKEN_FAILED, "the token's answer has %lu bytes", len);
    }
    locked->len -= PLAIN_MAX - len;
    return PDS_OK;
}

/* ---- ECDH ---- */

static pds_code derive(const undoing *u, const CK_BYTE *point, size_t len, CK_OBJECT_HANDLE *out)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_ULONG size = ((CK_ULONG)EVP_PKEY_get_bits(u->key->public_half) + 7) / 8;
    CK_ATTRIBUTE template[] = {
        { CKA_CLASS, &class, sizeof class },   { CKA_KEY_TYPE, &type, sizeof type },
        { CKA_TOKEN, &no, sizeof no },         { CKA_SENSITIVE, &no, sizeof no },
        { CKA_EXTRACTABLE, &yes, sizeof yes }, { CKA_VALUE_LEN, &size, sizeof size },
    };
    CK_ECDH1_DERIVE_PARAMS params = { .kdf = CKD_NULL,
                                      .ulPublicDataLen = len,
                                      .pPublicData = (CK_BYTE *)point };
    CK_MECHANISM mechanism = { CKM_ECDH1_DERIVE, &params, sizeof params };
    return pds_p11_check(u->p,
                         u->p->module->C_DeriveKey(u->session, &mechanism, u->key->handle, template,
                                                   sizeof template / sizeof template[0], out),
                         "agree on a key", u->e);
}

enum { SHORT_HEAD = 2, LONG_HEAD = 3, SHORT_MAX = 0x7F };

/* Puts an OCTET STRING's head before the point, which has room there. */
static CK_BYTE *wrap(CK_BYTE *point, size_t len)
{
    CK_BYTE *const whole = point - (len > SHORT_MAX ? LONG_HEAD : SHORT_HEAD);
    whole[1] = 0x81;
    point[-1] = (CK_BYTE)len;
    whole[0] = 0x04;
    return whole;
}

/* Tokens that want the peer's point as an OCTET STRING get that at the second try. */
static pds_code decrypt_ecdh(const undoing *u, const pds_decryption *how, pds_buf *locked)
{
    CK_BYTE room[LONG_HEAD + PDS_POINT_MAX];
    CK_BYTE *const point = room + LONG_HEAD;
    size_t len = 0;
    bool has = false;
    CK_OBJECT_HANDLE secret = CK_INVALID_HANDLE;
    PDS_TRY(pds_ecdh_point(how->peer, point, &len, u->e));
    pds_code code = derive(u, point, len, &secret);
    if (code == PDS_E_TOKEN_FAILED || code == PDS_E_KEY_UNSUPPORTED) {
        const CK_BYTE *const whole = wrap(point, len);
        code = derive(u, whole, len + (size_t)(point - whole), &secret);
    }
    PDS_TRY(code);
    code = pds_p11_attribute(u->p, u->session, secret, CKA_VALUE, locked, &has, u->e);
    (void)u->p->module->C_DestroyObject(u->session, secret);
    if (code == PDS_OK && !has) {
        code = pds_fail(u->e, PDS_E_KEY_UNSUPPORTED, __func__,
                        "the token keeps what keys were agreed on");
    }
    return code;
}

pds_code pds_p11_decrypt(void *self, const pds_device_key *key, const pds_decryption *how,
                         const pds_secret *pin, pds_buf *locked, pds_err *e)
{
    undoing u = { .p = self, .key = key, .pin = pin, .e = e };
    PDS_TRY(pds_p11_take(u.p, &u.session, e));
    const pds_code code = how->scheme == PDS_DECRYPT_ECDH ? decrypt_ecdh(&u, how, locked)
                                                          : decrypt_rsa(&u, how, locked);
    pds_p11_give(u.p, u.session, code == PDS_OK);
    return code;
}
