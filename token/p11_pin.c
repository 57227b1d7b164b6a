#include "token/p11_kit.h"
#include "token/worker.h"

#include <string.h>

static pds_code token_info(const pds_p11 *p, CK_TOKEN_INFO *out, pds_err *e)
{
    return pds_p11_check(p, p->module->C_GetTokenInfo(p->slot, out), "tell of itself", e);
}

/* PKCS#11 tells how many tries are left by three flags alone (4.3). */
pds_code pds_p11_pin_state(void *self, pds_pin_state *out, pds_err *e)
{
    CK_TOKEN_INFO info;
    CK_SESSION_INFO session = { .state = CKS_RO_PUBLIC_SESSION };
    const pds_p11 *const p = self;
    PDS_TRY(token_info(p, &info, e));
    const CK_RV rv = p->module->C_GetSessionInfo(p->main, &session);
    *out = (pds_pin_state){
        .tries = -1,
        .puk_tries = -1,
        .low = (info.flags & CKF_USER_PIN_COUNT_LOW) != 0,
        .last = (info.flags & CKF_USER_PIN_FINAL_TRY) != 0,
        .blocked = (info.flags & CKF_USER_PIN_LOCKED) != 0,
        .unset = (info.flags & CKF_USER_PIN_INITIALIZED) == 0,
        .open = (info.flags & CKF_LOGIN_REQUIRED) == 0,
        .puk_low = (info.flags & CKF_SO_PIN_COUNT_LOW) != 0,
        .pad = (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0,
        .pad_changes = (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0,
        .in = rv == CKR_OK &&
              (session.state == CKS_RO_USER_FUNCTIONS || session.state == CKS_RW_USER_FUNCTIONS),
    };
    out->tries = out->blocked ? 0 : out->last ? 1 : -1;
    if ((info.flags & (CKF_SO_PIN_LOCKED | CKF_SO_PIN_FINAL_TRY)) != 0) {
        out->puk_tries = (info.flags & CKF_SO_PIN_LOCKED) != 0 ? 0 : 1;
    }
    return PDS_OK;
}

static CK_UTF8CHAR *text_of(const pds_secret *pin)
{
    return pin == NULL ? NULL : (CK_UTF8CHAR *)pds_secret_text(pin);
}

static CK_ULONG len_of(const pds_secret *pin)
{
    return pin == NULL ? 0 : pds_secret_span(pin).len;
}

static CK_RV offer(const pds_p11 *p, CK_SESSION_HANDLE s, CK_USER_TYPE who, const pds_secret *pin)
{
    return p->module->C_Login(s, who, text_of(pin), len_of(pin));
}

/* All sessions of a process share the login. */
pds_code pds_p11_login(void *self, const pds_secret *pin, pds_err *e)
{
    pds_p11 *const p = self;
    const CK_RV rv = offer(p, p->main, CKU_USER, pin);
    p->in = rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN;
    return p->in ? PDS_OK : pds_p11_check(p, rv, "log in", e);
}

pds_code pds_p11_login_again(const pds_p11 *p, CK_SESSION_HANDLE s, const pds_secret *pin,
                             pds_err *e)
{
    PDS_TRY(pds_worker_wanted(e));
    return pds_p11_check(p, offer(p, s, CKU_CONTEXT_SPECIFIC, pin), "take the PIN once more", e);
}

pds_code pds_p11_change_pin(void *self, const pds_secret *old, const pds_secret *pin, pds_err *e)
{
    pds_p11 *const p = self;
    PDS_TRY(pds_p11_make_writable(p, e));
    PDS_TRY(pds_worker_wanted(e));
    return pds_p11_check(
        p, p->module->C_SetPIN(p->main, text_of(old), len_of(old), text_of(pin), len_of(pin)),
        "change the PIN", e);
}

/* The officer's login stands alone: no session that only reads may be open (5.6.1). */
pds_code pds_p11_unblock(void *self, const pds_secret *puk, const pds_secret *pin, pds_err *e)
{
    pds_p11 *const p = self;
    while (p->idle_count > 0) {
        (void)p->module->C_CloseSession(p->idle[--p->idle_count]);
    }
    PDS_TRY(pds_p11_make_writable(p, e));
    PDS_TRY(pds_worker_wanted(e));
    PDS_TRY(pds_p11_check(p, offer(p, p->main, CKU_SO, puk), "let its officer in", e));
    pds_code code = pds_worker_wanted(e);
    if (code == PDS_OK) {
        code = pds_p11_check(p, p->module->C_InitPIN(p->main, text_of(pin), len_of(pin)),
                             "set the PIN", e);
    }
    (void)p->module->C_Logout(p->main);
    return code;
}
