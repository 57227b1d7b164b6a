/* What a signature by a key in SoftHSM costs: "measure_sign raw|token|file COUNT". For callgrind
 * and the processor's clock; a test of speed compares the three. */

#include "base/own.h"
#include "tests/cms/pki_private.h"
#include "tests/token/softhsm.h"
#include "token/token.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char PIN[] = "271828";

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries_left;
    return pds_secret_set(into, pds_span_text(PIN), e);
}

static double now(void)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void told(double begun, long count)
{
    (void)printf("%.2f us\n", (now() - begun) * 1e6 / (double)count);
}

static void by_key(const char *uri, long count)
{
    static const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    const pds_key_options options = { .uri = uri, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e;
    if (pds_key_open(&options, &key, &e) != PDS_OK) {
        (void)fprintf(stderr, "%s\n", e.text);
        abort();
    }
    const double begun = now();
    for (long i = 0; i < count; i++) {
        PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
        NEED(pds_key_sign(key, algorithm, pds_span_text("signed attributes"), &signature, NULL) ==
             PDS_OK);
    }
    told(begun, count);
}

static CK_FUNCTION_LIST *begin_module(void)
{
    CK_FUNCTION_LIST *module = NULL;
    CK_C_GetFunctionList get = NULL;
    void *const library = dlopen(SOFTHSM_MODULE, RTLD_NOW);
    NEED(library != NULL);
    void *const found = dlsym(library, "C_GetFunctionList");
    memcpy(&get, &found, sizeof get);
    NEED(get(&module) == CKR_OK && module->C_Initialize(NULL) == CKR_OK);
    return module;
}

static CK_OBJECT_HANDLE find_key(CK_FUNCTION_LIST *module, CK_SESSION_HANDLE session)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted = { CKA_CLASS, &class, sizeof class };
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    CK_ULONG count = 0;
    NEED(module->C_FindObjectsInit(session, &wanted, 1) == CKR_OK);
    NEED(module->C_FindObjects(session, &key, 1, &count) == CKR_OK && count == 1);
    NEED(module->C_FindObjectsFinal(session) == CKR_OK);
    return key;
}

static void raw(long count)
{
    CK_FUNCTION_LIST *const module = begin_module();
    CK_SLOT_ID slots[2]; /* the token, and one that is empty */
    CK_ULONG slot_count = 2;
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
    CK_BYTE digest[32] = { 1 };
    NEED(module->C_GetSlotList(CK_TRUE, slots, &slot_count) == CKR_OK);
    NEED(module->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &session) == CKR_OK);
    NEED(module->C_Login(session, CKU_USER, (CK_UTF8CHAR *)PIN, strlen(PIN)) == CKR_OK);
    const CK_OBJECT_HANDLE key = find_key(module, session);
    const double begun = now();
    for (long i = 0; i < count; i++) {
        CK_BYTE value[128];
        CK_ULONG len = sizeof value;
        NEED(module->C_SignInit(session, &mechanism, key) == CKR_OK);
        NEED(module->C_Sign(session, digest, sizeof digest, value, &len) == CKR_OK);
    }
    told(begun, count);
}

static void measure(const scratch *folder, const char *what, long count)
{
    char file[512];
    pki *made = pki_new(&(pki_profile){ .key = PKI_P256 });
    softhsm_begin(folder);
    const CK_SLOT_ID slot = softhsm_token("speed", PIN, "31415926");
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = made, .label = "speed", .id = 1 });
    softhsm_end();
    if (strcmp(what, "raw") == 0) {
        raw(count);
    } else if (strcmp(what, "token") == 0) {
        by_key("pkcs11:token=speed?module-path=" SOFTHSM_MODULE, count);
    } else {
        const char *const path = scratch_path(folder, "key.pem");
        pki_write_key(made, PKI_PKCS8_PEM, NULL, NULL, path);
        pki_append_cert_pem(made, path);
        (void)snprintf(file, sizeof file, "file:%s", path);
        by_key(file, count);
    }
    pki_drop(&made);
}

int main(int argc, char **argv)
{
    scratch folder;
    if (argc != 3) {
        return 2;
    }
    scratch_open(&folder);
    measure(&folder, argv[1], strtol(argv[2], NULL, 10));
    scratch_close(&folder);
    return 0;
}
