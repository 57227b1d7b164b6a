/* How long commands and answers may be: what the card says, what its reader says, and who is at
 * fault. */

#include "base/own.h"
#include "tests/token/plug.h"
#include "token/pcsc_lite.h"

#include <reader.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

/* ---- a reader before the virtual one ---- */

enum { PROPERTIES = 0x42330012, NAMED_FIRST = 0x42330006 };

typedef struct reader_row {
    const char *name;
    bool has_properties;
    uint8_t properties[16];
    size_t len;
    bool short_only; /* refuses what is longer */
    bool tells_late; /* and does not say so before */
    const char *fault;
    long exchanges; /* of a signature by RSA-2048 */
} reader_row;

/* clang-format off */
static reader_row rows[] = {
    { "a reader that tells nothing", .exchanges = 1 },
    { "a reader that tells of 65536", true, { 11, 2, 7, 7, 10, 4, 0, 0, 1, 0 }, 10, .exchanges = 1 },
    { "a reader that tells of 65535", true, { 10, 4, 0xFF, 0xFF, 0, 0 }, 6, .exchanges = 1 },
    { "a reader that tells of other things", true, { 11, 2, 7, 7 }, 4, .exchanges = 1 },
    { "a reader whose answer is cut short", true, { 10, 4, 0 }, 3, .exchanges = 1 },
    { "a reader for short commands", true, { 11, 2, 7, 7, 10, 4, 0, 0, 0, 0 }, 10, .short_only = true, .exchanges = 3 },
    { "a reader that tells of 261", true, { 10, 4, 5, 1, 0, 0 }, 6, .short_only = true, .exchanges = 3 },
    { "a reader for short commands that tells nothing", .short_only = true, .tells_late = true, .exchanges = 3 },
    { "a card that takes none but short ones", .fault = "fault status 6700 ins=cb", .exchanges = 3 },
};
/* clang-format on */

static const reader_row *now;
static long refused; /* atomic */
static pds_pcsc_lite real;

static LONG control(SCARDHANDLE card, DWORD code, LPCVOID in, DWORD in_len, LPVOID out, DWORD room,
                    LPDWORD len)
{
    const uint32_t codes[] = { htonl(NAMED_FIRST), htonl(PROPERTIES) };
    uint8_t features[] = { FEATURE_IFD_PIN_PROPERTIES, 4, 0, 0, 0, 0,
                           FEATURE_GET_TLV_PROPERTIES, 4, 0, 0, 0, 0 };
    (void)card;
    (void)in;
    (void)in_len;
    memcpy(features + 2, &codes[0], sizeof codes[0]);
    memcpy(features + 8, &codes[1], sizeof codes[1]);
    const bool asks = code == CM_IOCTL_GET_FEATURE_REQUEST;
    if (!now->has_properties || !(asks || code == PROPERTIES)) {
        return SCARD_E_UNSUPPORTED_FEATURE;
    }
    *len = asks ? sizeof features : now->len;
    assert_true(*len <= room);
    memcpy(out, asks ? features : now->properties, *len);
    return SCARD_S_SUCCESS;
}

/* As libccid does, whatever the card would have said. */
static LONG transmit(SCARDHANDLE card, const SCARD_IO_REQUEST *how, LPCBYTE command, DWORD len,
                     SCARD_IO_REQUEST *back, LPBYTE out, LPDWORD out_len)
{
    if (now->short_only && len >= 7 && command[4] == 0) {
        (void)__atomic_add_fetch(&refused, 1, __ATOMIC_SEQ_CST);
        return SCARD_E_NOT_TRANSACTED;
    }
    return real.transmit(card, how, command, len, back, out, out_len);
}

static int put_before(void **state)
{
    const pds_pcsc_lite *lite = NULL;
    now = *state;
    refused = 0;
    assert_int_equal(pds_pcsc_lite_load(&lite, NULL), PDS_OK);
    real = *lite;
    pds_pcsc_lite *const door = (pds_pcsc_lite *)lite;
    door->control = control;
    door->transmit = transmit;
    return 0;
}

static int take_away(void **state)
{
    const pds_pcsc_lite *lite = NULL;
    (void)state;
    assert_int_equal(pds_pcsc_lite_load(&lite, NULL), PDS_OK);
    *(pds_pcsc_lite *)lite = real;
    return 0;
}

/* ---- one card for all ---- */

static plug card;

static int card_in(void **state)
{
    (void)state;
    plug_in(&card, 0, "--extended --key 9a=rsa2048");
    return 0;
}

static int card_out(void **state)
{
    (void)state;
    plug_out(&card);
    return 0;
}

static void sign(pds_guarded *device, const pds_device_key *key)
{
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    pds_err e = { 0 };
    const pds_algorithm algorithm = { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 };
    const pds_span message = pds_span_text("what is signed");
    const pds_code code = pds_guard_sign(device, key, algorithm, message, NULL, &signature, &e);
    if (code != PDS_OK) {
        print_error("%s: %s\n", pds_code_name(code), e.text);
    }
    assert_int_equal(code, PDS_OK);
    assert_int_equal(pds_cert_verify(key->cert, algorithm, message, pds_buf_span(&signature), NULL),
                     PDS_OK);
}

/* A certificate of more than 256 bytes is read, and a command of more than 255 sent. */
static void nothing_is_too_long(void **state)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    PDS_OWN(pds_guard_close) pds_guarded *device = plug_open(&card);
    (void)state;
    if (now->fault != NULL) {
        (void)plug_tell(&card, now->fault);
    }
    const pds_device_key *const key = plug_key(device, "9a", &keys);
    assert_non_null(key->cert);
    assert_int_equal(plug_login(device, "123456", NULL), PDS_OK);
    const long before = __atomic_load_n(&refused, __ATOMIC_SEQ_CST);
    (void)plug_tell(&card, "zero");
    sign(device, key);
    assert_int_equal(plug_count(&card, "exchanges"), now->exchanges);
    assert_int_equal(__atomic_load_n(&refused, __ATOMIC_SEQ_CST), before);
    assert_true(before == 0 || now->tells_late);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, nothing_is_too_long, put_before, take_away,
                                        &rows[i] };
    }
    pds_secret_init();
    return _cmocka_run_group_tests("lengths", tests, sizeof tests / sizeof tests[0], card_in,
                                   card_out);
}
