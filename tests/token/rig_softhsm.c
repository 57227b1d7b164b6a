#include "tests/token/device_rig.h"
#include "tests/token/softhsm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MODULE "?module-path=" P11_PROXY

static const char PIN[] = "271828";
static const char SO_PIN[] = "31415926";

/* clang-format off */
static const device_rig_key KEYS[] = {
    { "RSA-2048", { { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 }, { PDS_SCHEME_RSA_PSS, PDS_SHA384 },
                    { PDS_SCHEME_RSA_PKCS1, PDS_SHA512 } } },
    { "P-256", { { PDS_SCHEME_ECDSA, PDS_SHA256 }, { PDS_SCHEME_ECDSA, PDS_SHA512 } } },
    { "P-384", { { PDS_SCHEME_ECDSA, PDS_SHA384 }, { PDS_SCHEME_ECDSA, PDS_SHA256 } } },
    { "Ed25519", { { PDS_SCHEME_ED25519, PDS_SHA512 } } },
    { NULL, { { PDS_SCHEME_ECDSA, PDS_DIGEST_DEFAULT } } },
};
/* clang-format on */

static const pki_key KINDS[] = { PKI_RSA_2048, PKI_P256, PKI_P384, PKI_ED25519 };

static scratch folder;

static pki *issue(pki_key kind, const char *name, const char *constraints, const pki *issuer)
{
    return pki_new(&(pki_profile){ .key = kind,
                                   .name = name,
                                   .constraints = constraints,
                                   .key_usage = constraints == NULL ? "digitalSignature" : NULL,
                                   .issuer = issuer });
}

static void make_first(const pki *issuer, const pki *root)
{
    const CK_SLOT_ID slot = softhsm_token("first", PIN, SO_PIN);
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        pki *key = issue(KINDS[i], KEYS[i].identity, NULL, issuer);
        softhsm_add_key(
            slot, PIN,
            &(softhsm_key){ .key = key, .label = KEYS[i].identity, .id = (uint8_t)(i + 1) });
        pki_drop(&key);
    }
    softhsm_add_cert(slot, PIN, issuer, "issuer");
    softhsm_add_cert(slot, PIN, root, "root");
}

static void make_one(const char *token, const char *name, bool always, const pki *issuer)
{
    const CK_SLOT_ID slot = softhsm_token(token, PIN, SO_PIN);
    pki *key = issue(PKI_P256, name, NULL, issuer);
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = key, .label = name, .id = 0x51, .asks_always = always });
    pki_drop(&key);
}

static bool start(void)
{
    if (access(SOFTHSM_MODULE, R_OK) != 0) {
        return false;
    }
    pki *root = issue(PKI_P256, "Root", "critical,CA:TRUE", NULL);
    pki *issuer = issue(PKI_P256, "Issuer", "critical,CA:TRUE", root);
    scratch_open(&folder);
    softhsm_begin(&folder);
    make_first(issuer, root);
    make_one("second", "Second", false, issuer);
    make_one("always", "Always", true, issuer);
    softhsm_end();
    pki_drop(&root);
    pki_drop(&issuer);
    return true;
}

static void stop(void)
{
    softhsm_reset();
    scratch_close(&folder);
}

static unsigned tries(void)
{
    return softhsm_proxy()->at[P11_AT_LOGIN].calls;
}

static void leave_last_try(void)
{
    softhsm_proxy()->set = CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW;
}

static void block(void)
{
    softhsm_proxy()->set = CKF_USER_PIN_LOCKED;
}

static void remove_all(bool removed)
{
    __atomic_store_n(&softhsm_proxy()->removed, removed, __ATOMIC_RELAXED);
}

static void hang(bool hangs)
{
    __atomic_store_n(&softhsm_proxy()->at[P11_AT_SIGN].hangs, hangs, __ATOMIC_RELAXED);
}

static void hold(bool held)
{
    softhsm_proxy()->at[P11_AT_OPEN].rv = held ? CKR_SESSION_COUNT : CKR_OK;
}

static void break_sign(void)
{
    softhsm_proxy()->at[P11_AT_SIGN].rv = CKR_DEVICE_ERROR;
}

const device_rig pds_rig_softhsm = {
    .name = "SoftHSM",
    .start = start,
    .stop = stop,
    .uri = "pkcs11:token=first" MODULE,
    .second = "pkcs11:token=second" MODULE,
    .both = "pkcs11:model=SoftHSM%20v2" MODULE,
    .always = "pkcs11:token=always" MODULE,
    .pin = PIN,
    .wrong_pin = "000000",
    .keys = KEYS,
    .issuers = 2,
    .reset = softhsm_reset,
    .tries = tries,
    .leave_last_try = leave_last_try,
    .block = block,
    .remove = remove_all,
    .hang = hang,
    .hold = hold,
    .break_sign = break_sign,
};
