/* raw_sign MODULE PIN TOKEN COUNT: so many times C_SignInit and C_Sign of a PKCS#11 module, with
 * the only private key of the token of this label, and nothing else: what a signature takes at
 * least. */

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 64, DIGEST = 32, DIGEST_INFO = 51, SIGNATURE = 512 };

/* P-256 signs a SHA-256 digest, RSA the same with what PKCS#1 has before it. */
static const struct {
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism;
    CK_ULONG input;
} WAYS[] = { { CKK_EC, CKM_ECDSA, DIGEST }, { CKK_RSA, CKM_RSA_PKCS, DIGEST_INFO } };

static void need(bool good, const char *what)
{
    if (!good) {
        (void)fprintf(stderr, "raw_sign: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static CK_FUNCTION_LIST *load(const char *path)
{
    CK_FUNCTION_LIST *module = NULL;
    CK_C_GetFunctionList get = NULL;
    void *const library = dlopen(path, RTLD_NOW);
    need(library != NULL, path);
    void *const found = dlsym(library, "C_GetFunctionList");
    memcpy(&get, &found, sizeof get);
    need(get != NULL && get(&module) == CKR_OK && module->C_Initialize(NULL) == CKR_OK,
         "C_Initialize");
    return module;
}

static CK_SLOT_ID find_token(const CK_FUNCTION_LIST *module, const char *label)
{
    CK_SLOT_ID slots[SLOTS];
    CK_ULONG count = SLOTS;
    CK_TOKEN_INFO info;
    need(module->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK, "C_GetSlotList");
    for (CK_ULONG i = 0; i < count; i++) {
        if (module->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
            memcmp(info.label, label, strlen(label)) == 0) {
            return slots[i];
        }
    }
    need(false, "no such token");
    return 0;
}

static CK_OBJECT_HANDLE find_key(const CK_FUNCTION_LIST *module, CK_SESSION_HANDLE session)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted = { CKA_CLASS, &class, sizeof class };
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    CK_ULONG count = 0;
    need(module->C_FindObjectsInit(session, &wanted, 1) == CKR_OK &&
             module->C_FindObjects(session, &key, 1, &count) == CKR_OK && count == 1 &&
             module->C_FindObjectsFinal(session) == CKR_OK,
         "no key");
    return key;
}

static size_t way_of(const CK_FUNCTION_LIST *module, CK_SESSION_HANDLE session,
                     CK_OBJECT_HANDLE key)
{
    CK_KEY_TYPE type = 0;
    CK_ATTRIBUTE wanted = { CKA_KEY_TYPE, &type, sizeof type };
    need(module->C_GetAttributeValue(session, key, &wanted, 1) == CKR_OK, "C_GetAttributeValue");
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        if (WAYS[i].type == type) {
            return i;
        }
    }
    need(false, "the key is neither EC nor RSA");
    return 0;
}

int main(int argc, char **argv)
{
    need(argc == 5, "MODULE PIN TOKEN COUNT");
    CK_FUNCTION_LIST *const module = load(argv[1]);
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    const CK_SLOT_ID slot = find_token(module, argv[3]);
    need(module->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session) == CKR_OK &&
             module->C_Login(session, CKU_USER, (CK_UTF8CHAR *)argv[2], strlen(argv[2])) == CKR_OK,
         "C_Login");
    const CK_OBJECT_HANDLE key = find_key(module, session);
    const size_t way = way_of(module, session, key);
    CK_MECHANISM mechanism = { WAYS[way].mechanism, NULL, 0 };
    for (long i = strtol(argv[4], NULL, 10); i > 0; i--) {
        CK_BYTE input[DIGEST_INFO] = { (CK_BYTE)i };
        CK_BYTE value[SIGNATURE];
        CK_ULONG len = sizeof value;
        need(module->C_SignInit(session, &mechanism, key) == CKR_OK &&
                 module->C_Sign(session, input, WAYS[way].input, value, &len) == CKR_OK,
             "C_Sign");
    }
    return EXIT_SUCCESS;
}
