#include "tests/token/softhsm.h"

#include "tests/cms/pki_private.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <sys/stat.h>

static CK_FUNCTION_LIST *module;

static void need_ok(CK_RV rv, const char *what, int line)
{
    if (rv != CKR_OK) {
        (void)fprintf(stderr, "softhsm.c:%d: %s: 0x%lx\n", line, what, rv);
        abort();
    }
}
#define NEED_OK(call) need_ok((call), #call, __LINE__)

void softhsm_begin(const scratch *folder)
{
    char conf[512];
    const char *const tokens = scratch_path(folder, "tokens");
    CK_C_GetFunctionList get = NULL;
    NEED(mkdir(tokens, 0700) == 0);
    (void)snprintf(conf, sizeof conf,
                   "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n",
                   tokens);
    NEED(setenv("SOFTHSM2_CONF", scratch_file(folder, "softhsm2.conf", conf), 1) == 0);
    void *const library = dlopen(SOFTHSM_MODULE, RTLD_NOW);
    NEED(library != NULL);
    void *const found = dlsym(library, "C_GetFunctionList");
    memcpy(&get, &found, sizeof get);
    NEED_OK(get(&module));
    NEED_OK(module->C_Initialize(NULL));
}

void softhsm_end(void)
{
    NEED_OK(module->C_Finalize(NULL));
}

/* ---- tokens ---- */

enum { SLOTS_MAX = 16 };

/* A slot for another token comes when somebody asks how many there are. */
static CK_ULONG list_slots(CK_SLOT_ID slots[SLOTS_MAX])
{
    CK_ULONG count = 0;
    NEED_OK(module->C_GetSlotList(CK_TRUE, NULL, &count));
    count = SLOTS_MAX;
    NEED_OK(module->C_GetSlotList(CK_TRUE, slots, &count));
    return count;
}

/* SoftHSM keeps one slot with an empty token behind the others. */
static CK_SLOT_ID empty_slot(void)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    const CK_ULONG count = list_slots(slots);
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        NEED_OK(module->C_GetTokenInfo(slots[i], &info));
        if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) {
            return slots[i];
        }
    }
    abort();
}

/* A slot gets another number when its token is made. */
static CK_SLOT_ID slot_of(const CK_UTF8CHAR label[32])
{
    CK_SLOT_ID slots[SLOTS_MAX];
    const CK_ULONG count = list_slots(slots);
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        NEED_OK(module->C_GetTokenInfo(slots[i], &info));
        if (memcmp(info.label, label, sizeof info.label) == 0) {
            return slots[i];
        }
    }
    abort();
}

static CK_SESSION_HANDLE log_in(CK_SLOT_ID slot, CK_USER_TYPE who, const char *pin)
{
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    NEED_OK(module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
    NEED_OK(module->C_Login(session, who, (CK_UTF8CHAR *)pin, strlen(pin)));
    return session;
}

static void log_out(CK_SESSION_HANDLE session)
{
    NEED_OK(module->C_Logout(session));
    NEED_OK(module->C_CloseSession(session));
}

CK_SLOT_ID softhsm_token(const char *label, const char *pin, const char *so_pin)
{
    CK_UTF8CHAR name[32];
    for (size_t i = 0; i < sizeof name; i++) {
        name[i] = (CK_UTF8CHAR)(i < strlen(label) ? label[i] : ' ');
    }
    NEED_OK(module->C_InitToken(empty_slot(), (CK_UTF8CHAR *)so_pin, strlen(so_pin), name));
    const CK_SLOT_ID slot = slot_of(name);
    const CK_SESSION_HANDLE session = log_in(slot, CKU_SO, so_pin);
    NEED_OK(module->C_InitPIN(session, (CK_UTF8CHAR *)pin, strlen(pin)));
    log_out(session);
    return slot;
}

/* ---- objects ---- */

static CK_BBOOL yes = CK_TRUE;
static CK_BBOOL no = CK_FALSE;

/* An object that is being put together; values are copied. */
typedef struct object {
    CK_ATTRIBUTE items[32];
    CK_ULONG count;
    uint8_t room[8192];
    size_t used;
} object;

static void put(object *o, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
    NEED(o->used + len <= sizeof o->room);
    memcpy(o->room + o->used, value, len);
    o->items[o->count++] = (CK_ATTRIBUTE){ type, o->room + o->used, len };
    o->used += len;
}

static void put_flag(object *o, CK_ATTRIBUTE_TYPE type, bool flag)
{
    put(o, type, flag ? &yes : &no, sizeof yes);
}

static void put_head(object *o, CK_OBJECT_CLASS class, const char *label, uint8_t id, bool hidden)
{
    put(o, CKA_CLASS, &class, sizeof class);
    put(o, CKA_LABEL, label, strlen(label));
    put(o, CKA_ID, &id, 1);
    put_flag(o, CKA_TOKEN, true);
    put_flag(o, CKA_PRIVATE, hidden);
}

static void put_number(object *o, CK_ATTRIBUTE_TYPE type, const EVP_PKEY *key, const char *name,
                       int size)
{
    uint8_t bytes[512];
    BIGNUM *number = NULL;
    NEED(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    const int len = size == 0 ? BN_num_bytes(number) : size;
    NEED(BN_bn2binpad(number, bytes, len) == len);
    put(o, type, bytes, (size_t)len);
    BN_clear_free(number);
}

static void create(CK_SESSION_HANDLE session, object *o)
{
    CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
    NEED_OK(module->C_CreateObject(session, o->items, o->count, &made));
}

/* ---- kinds of keys ---- */

static void put_rsa(object *o, const EVP_PKEY *key, bool private)
{
    static const struct {
        CK_ATTRIBUTE_TYPE type;
        const char *name;
    } parts[] = {
        { CKA_MODULUS, OSSL_PKEY_PARAM_RSA_N },
        { CKA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E },
        { CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D },
        { CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1 },
        { CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2 },
        { CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1 },
        { CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2 },
        { CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
    };
    CK_KEY_TYPE type = CKK_RSA;
    put(o, CKA_KEY_TYPE, &type, sizeof type);
    for (size_t i = 0; i < (private ? sizeof parts / sizeof parts[0] : 2); i++) {
        put_number(o, parts[i].type, key, parts[i].name, 0);
    }
}

static const struct {
    const char *group;
    int bytes;
    size_t len;
    uint8_t oid[10];
} CURVES[] = {
    { "prime256v1", 32, 10, { 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 } },
    { "secp384r1", 48, 7, { 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22 } },
    { "secp521r1", 66, 7, { 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23 } },
};

static void put_point(object *o, const uint8_t *point, size_t len)
{
    const size_t head = len < 0x80 ? 2 : 3;
    uint8_t der[256] = { 0x04, 0x81 };
    der[head - 1] = (uint8_t)len;
    memcpy(der + head, point, len);
    put(o, CKA_EC_POINT, der, len + head);
}

static void put_ec(object *o, const EVP_PKEY *key, bool private)
{
    char group[64];
    uint8_t point[200];
    size_t len = 0;
    size_t i = 0;
    CK_KEY_TYPE type = CKK_EC;
    NEED(EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                        NULL) == 1);
    while (strcmp(group, CURVES[i].group) != 0) {
        i++;
        NEED(i < sizeof CURVES / sizeof CURVES[0]);
    }
    put(o, CKA_KEY_TYPE, &type, sizeof type);
    put(o, CKA_EC_PARAMS, CURVES[i].oid, CURVES[i].len);
    if (private) {
        put_number(o, CKA_VALUE, key, OSSL_PKEY_PARAM_PRIV_KEY, CURVES[i].bytes);
        return;
    }
    NEED(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) ==
         1);
    put_point(o, point, len);
}

static void put_ed25519(object *o, const EVP_PKEY *key, bool private)
{
    static const uint8_t oid[] = { 0x06, 0x03, 0x2B, 0x65, 0x70 };
    uint8_t value[32];
    size_t len = sizeof value;
    CK_KEY_TYPE type = CKK_EC_EDWARDS;
    put(o, CKA_KEY_TYPE, &type, sizeof type);
    put(o, CKA_EC_PARAMS, oid, sizeof oid);
    if (private) {
        NEED(EVP_PKEY_get_raw_private_key(key, value, &len) == 1);
        put(o, CKA_VALUE, value, len);
        return;
    }
    NEED(EVP_PKEY_get_raw_public_key(key, value, &len) == 1);
    put_point(o, value, len);
}

static void put_key(object *o, const EVP_PKEY *key, bool private)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        put_rsa(o, key, private);
        break;
    case EVP_PKEY_EC:
        put_ec(o, key, private);
        break;
    default:
        put_ed25519(o, key, private);
    }
}

static void put_info(object *o, const EVP_PKEY *key)
{
    unsigned char info[1024];
    unsigned char *at = info;
    const int len = i2d_PUBKEY(key, &at);
    NEED(len > 0 && (size_t)len <= sizeof info);
    put(o, CKA_PUBLIC_KEY_INFO, info, (size_t)len);
}

static void add_private(CK_SESSION_HANDLE session, const softhsm_key *k)
{
    const int kind = EVP_PKEY_get_base_id(k->key->key);
    object o = { .count = 0 };
    put_head(&o, CKO_PRIVATE_KEY, k->label, k->id, !k->open);
    put_flag(&o, CKA_SIGN, true);
    put_flag(&o, CKA_DECRYPT, kind == EVP_PKEY_RSA);
    put_flag(&o, CKA_DERIVE, kind == EVP_PKEY_EC);
    put_flag(&o, CKA_SENSITIVE, true);
    put_flag(&o, CKA_ALWAYS_AUTHENTICATE, k->asks_always);
    put_key(&o, k->key->key, true);
    if (k->info) {
        put_info(&o, k->key->key);
    }
    create(session, &o);
}

static void add_public(CK_SESSION_HANDLE session, const softhsm_key *k)
{
    object o = { .count = 0 };
    put_head(&o, CKO_PUBLIC_KEY, k->label, k->id, false);
    put_flag(&o, CKA_VERIFY, true);
    put_flag(&o, CKA_ENCRYPT, EVP_PKEY_get_base_id(k->key->key) == EVP_PKEY_RSA);
    put_key(&o, k->key->key, false);
    create(session, &o);
}

static void add_cert(CK_SESSION_HANDLE session, const pki *cert, const char *label, uint8_t id)
{
    object o = { .count = 0 };
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    unsigned char subject[1024];
    unsigned char *at = subject;
    const int len = i2d_X509_NAME(X509_get_subject_name(cert->cert), &at);
    put_head(&o, CKO_CERTIFICATE, label, id, false);
    put(&o, CKA_CERTIFICATE_TYPE, &type, sizeof type);
    put(&o, CKA_SUBJECT, subject, (size_t)len);
    put(&o, CKA_VALUE, cert->der, (size_t)cert->der_len);
    create(session, &o);
}

void softhsm_add_key(CK_SLOT_ID slot, const char *pin, const softhsm_key *key)
{
    const CK_SESSION_HANDLE session = log_in(slot, CKU_USER, pin);
    add_private(session, key);
    if (!key->no_public) {
        add_public(session, key);
    }
    if (!key->no_cert) {
        add_cert(session, key->key, key->label, key->id);
    }
    log_out(session);
}

void softhsm_add_cert(CK_SLOT_ID slot, const char *pin, const pki *cert, const char *label)
{
    const CK_SESSION_HANDLE session = log_in(slot, CKU_USER, pin);
    add_cert(session, cert, label, 0xCA);
    log_out(session);
}

/* ---- faults ---- */

p11_proxy *softhsm_proxy(void)
{
    static p11_proxy *state;
    if (state == NULL) {
        void *const library = dlopen(P11_PROXY, RTLD_NOW);
        NEED(library != NULL);
        state = dlsym(library, "p11_proxy_state");
        NEED(state != NULL);
    }
    return state;
}

void softhsm_reset(void)
{
    *softhsm_proxy() = (p11_proxy){ .removed = false };
}
