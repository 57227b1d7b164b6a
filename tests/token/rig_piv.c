#include "base/own.h"
#include "tests/cms/pki.h"
#include "tests/token/device_rig.h"
#include "tests/token/plug.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two PIV cards in readers 0 and 1. */

static const char PIN[] = "123456";

/* clang-format off */
static const device_rig_key KEYS[] = {
    { "P-256", { { PDS_SCHEME_ECDSA, PDS_SHA256 }, { PDS_SCHEME_ECDSA, PDS_SHA512 } } },
    { "Always", { { PDS_SCHEME_ECDSA, PDS_SHA384 } } },
    { "RSA-2048", { { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 }, { PDS_SCHEME_RSA_PSS, PDS_SHA384 },
                    { PDS_SCHEME_RSA_PKCS1, PDS_SHA512 } } },
    { NULL, { { PDS_SCHEME_ECDSA, PDS_DIGEST_DEFAULT } } },
};
/* clang-format on */

static const pki_key KINDS[] = { PKI_P256, PKI_P384, PKI_RSA_2048 };
static const char *const SLOTS[] = { "9a", "9c", "82" };

static scratch folder;
static plug first, second;
static char options[1024];
static char options_of_second[256] = "--guid 00000000000000000000000000000002";
static char options_of_sealing[256];
static bool spoilt; /* the PIN is */
static bool out;

/* A key and its certificate in files for --load. */
static void put_key(char *to, size_t room, const char *slot, pki_key kind, const char *name)
{
    char file[64];
    pki *made =
        pki_new(&(pki_profile){ .key = kind, .name = name, .key_usage = "digitalSignature" });
    (void)snprintf(file, sizeof file, "%s.pem", name);
    const char *const path = scratch_path(&folder, file);
    (void)snprintf(file, sizeof file, "%s.cert.pem", name);
    const char *const cert = scratch_path(&folder, file);
    const size_t len = strlen(to);
    pki_write_key(made, PKI_PKCS8_PEM, NULL, NULL, path);
    (void)scratch_file(&folder, file, "");
    pki_append_cert_pem(made, cert);
    (void)snprintf(to + len, room - len, " --load %s=%s,%s", slot, path, cert);
    pki_drop(&made);
}

static bool start(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
    if (getenv("PDS_READERS") == NULL) {
        return false;
    }
    scratch_open(&folder);
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        put_key(options, sizeof options, SLOTS[i], KINDS[i], KEYS[i].identity);
    }
    put_key(options_of_second, sizeof options_of_second, "9a", PKI_P256, "Second");
    put_key(options_of_sealing, sizeof options_of_sealing, "9d", PKI_P256, "Sealing");
    plug_in(&first, 0, options);
    plug_in(&second, 1, options_of_second);
    return true;
}

static void stop(void)
{
    plug_out(&first);
    plug_out(&second);
    scratch_close(&folder);
}

static void remove_it(bool removed)
{
    out = removed;
    (void)plug_tell(&first, removed ? "pull" : "insert");
    plug_wait(&first, !removed);
}

static void change_card(const char *more)
{
    char all[1200];
    plug_out(&first);
    (void)snprintf(all, sizeof all, "%s %s", options, more);
    plug_in(&first, 0, all);
    spoilt = more[0] != '\0';
}

/* The right PIN sets the counter back. */
static void give_pin(void)
{
    pds_guarded *device = plug_open(&first);
    assert_int_equal(plug_login(device, PIN, NULL), PDS_OK);
    pds_guard_close(&device);
}

static void reset(void)
{
    (void)plug_tell(&first, "fault none");
    if (out) {
        remove_it(false);
    }
    if (spoilt) {
        change_card("");
    } else if (plug_count(&first, "pin_left") < 3) {
        give_pin();
    }
}

static unsigned tries(void)
{
    return (unsigned)plug_count(&first, "pin_tries");
}

static void leave_last_try(void)
{
    change_card("--tries 1");
}

static void block(void)
{
    pds_guarded *device = NULL;
    change_card("--tries 1");
    device = plug_open(&first);
    assert_int_not_equal(plug_login(device, "000001", NULL), PDS_OK);
    pds_guard_close(&device);
}

static void hang(bool hangs)
{
    (void)plug_tell(&first, hangs ? "fault hang 0 ins=87" : "fault none");
}

static void seal_only(void)
{
    plug_out(&first);
    plug_in(&first, 0, options_of_sealing);
    spoilt = true;
}

static void break_sign(void)
{
    (void)plug_tell(&first, "fault status 6f00 ins=87");
}

const device_rig pds_rig_piv = {
    .name = "PIV",
    .start = start,
    .stop = stop,
    .uri = "pcsc:*00",
    .second = "pcsc:*01",
    .both = "pcsc:*",
    .always = "pcsc:*00;slot=9c",
    .pin = PIN,
    .wrong_pin = "000000",
    .keys = KEYS,
    .issuers = 0,
    .reset = reset,
    .tries = tries,
    .leave_last_try = leave_last_try,
    .block = block,
    .remove = remove_it,
    .hang = hang,
    .break_sign = break_sign,
    .seal_only = seal_only,
};
