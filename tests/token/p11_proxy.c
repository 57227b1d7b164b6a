#include "tests/token/p11_proxy.h"

#include <dlfcn.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

__attribute__((visibility("default"))) p11_proxy p11_proxy_state;

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST mine;
static bool was_removed;
static CK_ULONG shown; /* slots that there were when somebody last asked how many (5.5) */
static CK_MECHANISM_TYPE signs_by;
static pid_t process; /* that began it: a child has to begin it anew */

/* ---- what goes wrong ---- */

static void hang(const p11_point point)
{
    enum { NAP = 5000000 };
    const struct timespec nap = { .tv_nsec = NAP };
    while (__atomic_load_n(&p11_proxy_state.at[point].hangs, __ATOMIC_RELAXED)) {
        (void)nanosleep(&nap, NULL);
    }
}

/* With all its sessions the login goes. */
static void close_all(void)
{
    CK_SLOT_ID slots[16];
    CK_ULONG count = sizeof slots / sizeof slots[0];
    if (real->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK) {
        for (CK_ULONG i = 0; i < count; i++) {
            (void)real->C_CloseAllSessions(slots[i]);
        }
    }
}

static bool is_removed(void)
{
    const bool removed = __atomic_load_n(&p11_proxy_state.removed, __ATOMIC_RELAXED);
    if (removed && !__atomic_exchange_n(&was_removed, true, __ATOMIC_RELAXED)) {
        close_all();
    }
    if (!removed) {
        __atomic_store_n(&was_removed, false, __ATOMIC_RELAXED);
    }
    return removed;
}

static CK_RV fault(p11_point point)
{
    p11_proxy *const s = &p11_proxy_state;
    const unsigned before = __atomic_fetch_add(&s->at[point].calls, 1, __ATOMIC_RELAXED);
    hang(point);
    if (process != getpid()) {
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    }
    if (is_removed()) {
        return CKR_DEVICE_REMOVED;
    }
    if (__atomic_exchange_n(&s->closes, false, __ATOMIC_RELAXED)) {
        close_all();
    }
    return before >= s->at[point].sound ? s->at[point].rv : CKR_OK;
}

#define FAULT_AT(point)                 \
    do {                                \
        const CK_RV bad = fault(point); \
        if (bad != CKR_OK) {            \
            return bad;                 \
        }                               \
    } while (0)

/* ---- functions ---- */

static CK_RV initialize(void *args)
{
    process = getpid();
    FAULT_AT(P11_AT_BEGIN);
    const CK_RV rv = real->C_Initialize(args);
    (void)real->C_GetSlotList(CK_TRUE, NULL, &shown);
    return rv == CKR_CRYPTOKI_ALREADY_INITIALIZED ? CKR_OK : rv;
}

static CK_RV get_slots(CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *count)
{
    if (is_removed() && present) {
        __atomic_store_n(&shown, 0, __ATOMIC_RELAXED);
        *count = 0;
        return CKR_OK;
    }
    FAULT_AT(P11_AT_SLOTS);
    const CK_RV rv = real->C_GetSlotList(present, slots, count);
    if (slots == NULL) {
        __atomic_store_n(&shown, *count, __ATOMIC_RELAXED);
    }
    const CK_ULONG most = __atomic_load_n(&shown, __ATOMIC_RELAXED);
    *count = *count < most ? *count : most;
    *count = p11_proxy_state.slots != 0 ? p11_proxy_state.slots : *count;
    return rv;
}

static CK_RV get_slot(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
    const CK_RV rv = real->C_GetSlotInfo(slot, info);
    info->flags &= p11_proxy_state.unseated ? ~CKF_TOKEN_PRESENT : ~0UL;
    return rv;
}

static CK_RV get_token(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
    FAULT_AT(P11_AT_TOKEN);
    const CK_RV rv = real->C_GetTokenInfo(slot, info);
    info->flags = (info->flags | p11_proxy_state.set) & ~p11_proxy_state.clear;
    return rv;
}

static CK_RV get_mechanism(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
    bool offered = p11_proxy_state.only[0] == 0;
    for (size_t i = 0; i < P11_ONLY_MAX; i++) {
        offered = offered || p11_proxy_state.only[i] == type;
    }
    /* SoftHSM can do all that it is not known for */
    return offered ? real->C_GetMechanismInfo(slot, type, info) : CKR_MECHANISM_INVALID;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *ctx, CK_NOTIFY notify,
                          CK_SESSION_HANDLE *out)
{
    FAULT_AT(P11_AT_OPEN);
    return real->C_OpenSession(slot, flags, ctx, notify, out);
}

static CK_RV close_session(CK_SESSION_HANDLE session)
{
    FAULT_AT(P11_AT_CLOSE);
    return real->C_CloseSession(session);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE who, CK_UTF8CHAR *pin, CK_ULONG len)
{
    const char *const typed = p11_proxy_state.pad_pin;
    FAULT_AT(P11_AT_LOGIN);
    return pin == NULL && typed != NULL
               ? real->C_Login(session, who, (CK_UTF8CHAR *)typed, strlen(typed))
               : real->C_Login(session, who, pin, len);
}

static bool is_in(CK_SESSION_HANDLE session)
{
    CK_SESSION_INFO info;
    return real->C_GetSessionInfo(session, &info) == CKR_OK &&
           (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
}

static CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *wanted, CK_ULONG count)
{
    FAULT_AT(P11_AT_FIND);
    if (p11_proxy_state.shy && !is_in(session)) {
        return CKR_USER_NOT_LOGGED_IN;
    }
    return real->C_FindObjectsInit(session, wanted, count);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    FAULT_AT(P11_AT_SIGN_INIT);
    __atomic_store_n(&signs_by, mechanism->mechanism, __ATOMIC_RELAXED);
    return real->C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature,
                  CK_ULONG *len)
{
    FAULT_AT(P11_AT_SIGN);
    const CK_ULONG longest = p11_proxy_state.longest;
    CK_RV rv = real->C_Sign(session, data, data_len, signature, len);
    if (rv == CKR_OK && longest != 0 && data_len > longest) {
        rv = CKR_DATA_LEN_RANGE;
    }
    if (rv == CKR_OK && __atomic_load_n(&signs_by, __ATOMIC_RELAXED) == p11_proxy_state.refused) {
        rv = p11_proxy_state.refusal;
    }
    if (rv == CKR_OK && p11_proxy_state.signature != P11_AS_IT_IS) {
        *len = p11_proxy_state.signature == P11_EMPTY     ? 0
               : p11_proxy_state.signature == P11_SHORTER ? *len - 1
                                                          : *len;
        signature[4] ^= p11_proxy_state.signature == P11_CHANGED ? 1 : 0;
    }
    return rv;
}

static CK_RV decrypt(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *plain,
                     CK_ULONG *len)
{
    const CK_RV rv = real->C_Decrypt(session, data, data_len, plain, len);
    *len = p11_proxy_state.plain != 0 ? p11_proxy_state.plain : *len;
    return rv;
}

static CK_RV derive(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key,
                    CK_ATTRIBUTE *wanted, CK_ULONG count, CK_OBJECT_HANDLE *out)
{
    const CK_ECDH1_DERIVE_PARAMS *const params = mechanism->pParameter;
    const CK_BYTE *const point = params->pPublicData;
    const CK_ULONG len = params->ulPublicDataLen;
    const bool wrapped = point[0] == 0x04 && (point[1] == len - 2 || point[2] == len - 3);
    return wrapped || p11_proxy_state.raw_refusal == CKR_OK
               ? real->C_DeriveKey(session, mechanism, key, wanted, count, out)
               : p11_proxy_state.raw_refusal;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    void *const library = dlopen(SOFTHSM_MODULE, RTLD_NOW);
    CK_C_GetFunctionList get = NULL;
    if (library != NULL) {
        void *const found = dlsym(library, "C_GetFunctionList");
        memcpy(&get, &found, sizeof get);
    }
    if (get == NULL || get(&real) != CKR_OK) {
        return CKR_GENERAL_ERROR;
    }
    mine = *real;
    mine.C_GetFunctionList = C_GetFunctionList;
    mine.C_Initialize = initialize;
    mine.C_GetSlotList = get_slots;
    mine.C_GetSlotInfo = get_slot;
    mine.C_GetTokenInfo = get_token;
    mine.C_GetMechanismInfo = get_mechanism;
    mine.C_OpenSession = open_session;
    mine.C_CloseSession = close_session;
    mine.C_Login = login;
    mine.C_FindObjectsInit = find_init;
    mine.C_SignInit = sign_init;
    mine.C_Sign = sign;
    mine.C_Decrypt = decrypt;
    mine.C_DeriveKey = derive;
    *list = &mine;
    return CKR_OK;
}
