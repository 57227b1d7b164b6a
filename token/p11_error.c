#include "token/p11_kit.h"

/* What return values of PKCS#11 (2.40, 5.1) mean to people and scripts; others are TOKEN_FAILED. */
static const struct {
    CK_RV rv;
    pds_code code;
} MEANINGS[] = {
    { CKR_PIN_INCORRECT, PDS_E_PIN_WRONG },
    { CKR_PIN_INVALID, PDS_E_PIN_REFUSED },
    { CKR_PIN_LEN_RANGE, PDS_E_PIN_REFUSED },
    { CKR_PIN_TOO_WEAK, PDS_E_PIN_REFUSED },
    { CKR_PIN_EXPIRED, PDS_E_PIN_LOCKED },
    { CKR_PIN_LOCKED, PDS_E_PIN_LOCKED },
    { CKR_USER_PIN_NOT_INITIALIZED, PDS_E_PIN_LOCKED },
    { CKR_FUNCTION_CANCELED, PDS_E_PIN_NEEDED },
    { CKR_CANCEL, PDS_E_PIN_NEEDED },
    { CKR_FUNCTION_REJECTED, PDS_E_PIN_NEEDED },
    { CKR_DEVICE_REMOVED, PDS_E_TOKEN_REMOVED },
    { CKR_TOKEN_NOT_PRESENT, PDS_E_TOKEN_REMOVED },
    { CKR_TOKEN_NOT_RECOGNIZED, PDS_E_TOKEN_REMOVED },
    { CKR_SESSION_CLOSED, PDS_E_TOKEN_REMOVED },
    { CKR_SESSION_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { CKR_SLOT_ID_INVALID, PDS_E_TOKEN_REMOVED },
    { CKR_USER_NOT_LOGGED_IN, PDS_E_TOKEN_REMOVED }, /* it was away, and the login with it */
    { CKR_KEY_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { CKR_CRYPTOKI_NOT_INITIALIZED, PDS_E_TOKEN_REMOVED }, /* a child of fork() begins it anew */
    { CKR_SESSION_COUNT, PDS_E_TOKEN_BUSY },
    { CKR_SESSION_EXISTS, PDS_E_TOKEN_BUSY },
    { CKR_SESSION_READ_ONLY_EXISTS, PDS_E_TOKEN_BUSY },
    { CKR_USER_ANOTHER_ALREADY_LOGGED_IN, PDS_E_TOKEN_BUSY },
    { CKR_USER_TOO_MANY_TYPES, PDS_E_TOKEN_BUSY },
    { CKR_OPERATION_ACTIVE, PDS_E_TOKEN_BUSY },
    { CKR_DEVICE_MEMORY, PDS_E_TOKEN_FULL },
    { CKR_OBJECT_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { CKR_HOST_MEMORY, PDS_E_NO_MEMORY },
    { CKR_MECHANISM_INVALID, PDS_E_KEY_UNSUPPORTED },
    { CKR_MECHANISM_PARAM_INVALID, PDS_E_KEY_UNSUPPORTED },
    { CKR_FUNCTION_NOT_SUPPORTED, PDS_E_KEY_UNSUPPORTED },
    { CKR_DATA_LEN_RANGE, PDS_E_KEY_UNSUPPORTED }, /* it signs no digest of that length */
    { CKR_KEY_TYPE_INCONSISTENT, PDS_E_KEY_UNSUPPORTED },
    { CKR_KEY_FUNCTION_NOT_PERMITTED, PDS_E_KEY_UNSUPPORTED },
    { CKR_ENCRYPTED_DATA_INVALID, PDS_E_NOT_FOR_KEY },
    { CKR_ENCRYPTED_DATA_LEN_RANGE, PDS_E_NOT_FOR_KEY },
};

static pds_code meaning_of(CK_RV rv)
{
    pds_code code = rv == CKR_OK ? PDS_OK : PDS_E_TOKEN_FAILED;
    for (size_t i = 0; i < sizeof MEANINGS / sizeof MEANINGS[0]; i++) {
        code = MEANINGS[i].rv == rv ? MEANINGS[i].code : code;
    }
    return code;
}

/* Some modules know no other words for a token that was pulled out. */
static bool says_nothing(CK_RV rv)
{
    return rv == CKR_DEVICE_ERROR || rv == CKR_GENERAL_ERROR || rv == CKR_FUNCTION_FAILED;
}

static bool is_gone(const pds_p11 *p)
{
    CK_SLOT_INFO slot = { .flags = 0 };
    CK_SESSION_INFO session;
    const CK_RV rv = p->module->C_GetSlotInfo(p->slot, &slot);
    if (rv == CKR_OK ? (slot.flags & CKF_TOKEN_PRESENT) == 0
                     : meaning_of(rv) == PDS_E_TOKEN_REMOVED) {
        return true;
    }
    return p->main != CK_INVALID_HANDLE &&
           meaning_of(p->module->C_GetSessionInfo(p->main, &session)) == PDS_E_TOKEN_REMOVED;
}

pds_code pds_p11_check(const pds_p11 *p, CK_RV rv, const char *what, pds_err *e)
{
    const pds_p11_kit *kit = NULL;
    if (rv == CKR_OK) {
        return PDS_OK;
    }
    PDS_TRY(pds_p11_kit_load(&kit, e));
    const pds_code code = says_nothing(rv) && is_gone(p) ? PDS_E_TOKEN_REMOVED : meaning_of(rv);
    const pds_code failed = pds_fail(e, code, __func__, "the token did not %s: %s (0x%lx)",
                                     pds_translated(what), kit->strerror(rv), rv);
    return rv == CKR_PIN_EXPIRED
               ? pds_err_hint(failed, e, "`pdfsign token pin` sets a new PIN for the old one")
               : failed;
}
