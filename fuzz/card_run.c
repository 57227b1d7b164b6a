#include "fuzz/card_run.h"

#include "base/locked.h"
#include "base/own.h"
#include "token/device.h"
#include "token/pcsc_lite.h"

#include <assert.h>
#include <reader.h>
#include <stdlib.h>

#include <arpa/inet.h>

static const char READER[] = "Fuzz 00 00";
enum { PAD = 0x42330006, PAD_CHANGES = 0x42330007, OBJECTS = 16 };

static const card_reader *now;

/* ---- in the place of PCSC-lite ---- */

static LONG establish_context(DWORD scope, LPCVOID one, LPCVOID two, LPSCARDCONTEXT out)
{
    (void)scope;
    (void)one;
    (void)two;
    *out = 1;
    return SCARD_S_SUCCESS;
}

static LONG release_context(SCARDCONTEXT context)
{
    (void)context;
    return SCARD_S_SUCCESS;
}

static LONG list_readers(SCARDCONTEXT context, LPCSTR groups, LPSTR out, LPDWORD len)
{
    (void)context;
    (void)groups;
    assert(*len > sizeof READER);
    memcpy(out, READER, sizeof READER);
    out[sizeof READER] = '\0';
    *len = sizeof READER + 1;
    return SCARD_S_SUCCESS;
}

static LONG get_status_change(SCARDCONTEXT context, DWORD ms, SCARD_READERSTATE *states,
                              DWORD count)
{
    (void)context;
    (void)ms;
    for (DWORD i = 0; i < count; i++) {
        states[i].dwEventState = SCARD_STATE_PRESENT;
    }
    return SCARD_S_SUCCESS;
}

static LONG put_atr(LPBYTE atr, LPDWORD len)
{
    assert(*len >= now->atr.len);
    memcpy(atr, now->atr.ptr, now->atr.len);
    *len = now->atr.len;
    return SCARD_S_SUCCESS;
}

static LONG connect_card(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD wanted,
                         LPSCARDHANDLE out, LPDWORD protocol)
{
    (void)context;
    (void)reader;
    (void)share;
    (void)wanted;
    *out = 1;
    *protocol = SCARD_PROTOCOL_T1;
    return SCARD_S_SUCCESS;
}

static LONG end(SCARDHANDLE card, DWORD how)
{
    (void)card;
    (void)how;
    return SCARD_S_SUCCESS;
}

static LONG begin_transaction(SCARDHANDLE card)
{
    (void)card;
    return SCARD_S_SUCCESS;
}

static LONG status(SCARDHANDLE card, LPSTR reader, LPDWORD reader_len, LPDWORD state,
                   LPDWORD protocol, LPBYTE atr, LPDWORD atr_len)
{
    (void)card;
    (void)reader;
    (void)reader_len;
    *state = SCARD_PRESENT;
    *protocol = SCARD_PROTOCOL_T1;
    return put_atr(atr, atr_len);
}

static LONG transmit(SCARDHANDLE card, const SCARD_IO_REQUEST *how, LPCBYTE command, DWORD len,
                     SCARD_IO_REQUEST *back, LPBYTE out, LPDWORD out_len)
{
    size_t room = *out_len;
    (void)card;
    (void)how;
    (void)back;
    if (!now->answer(now->ctx, pds_span_of(command, len), out, &room)) {
        return SCARD_W_REMOVED_CARD;
    }
    *out_len = room;
    return SCARD_S_SUCCESS;
}

/* The pad's own features; what was typed there is the card's answer. */
static LONG control(SCARDHANDLE card, DWORD code, LPCVOID in, DWORD in_len, LPVOID out, DWORD room,
                    LPDWORD len)
{
    const uint32_t codes[] = { htonl(PAD), htonl(PAD_CHANGES) };
    uint8_t features[] = { FEATURE_VERIFY_PIN_DIRECT, 4, 0, 0, 0, 0,
                           FEATURE_MODIFY_PIN_DIRECT, 4, 0, 0, 0, 0 };
    (void)card;
    if (!now->pad) {
        return SCARD_E_UNSUPPORTED_FEATURE;
    }
    if (code == CM_IOCTL_GET_FEATURE_REQUEST) {
        assert(room >= sizeof features);
        memcpy(features + 2, &codes[0], sizeof codes[0]);
        memcpy(features + 8, &codes[1], sizeof codes[1]);
        memcpy(out, features, sizeof features);
        *len = sizeof features;
        return SCARD_S_SUCCESS;
    }
    size_t got = room;
    if (!now->answer(now->ctx, pds_span_of(in, in_len), out, &got)) {
        return SCARD_W_REMOVED_CARD;
    }
    *len = got;
    return SCARD_S_SUCCESS;
}

static const pds_pcsc_lite LITE = { .establish_context = establish_context,
                                    .release_context = release_context,
                                    .list_readers = list_readers,
                                    .get_status_change = get_status_change,
                                    .connect = connect_card,
                                    .disconnect = end,
                                    .begin_transaction = begin_transaction,
                                    .end_transaction = end,
                                    .transmit = transmit,
                                    .control = control,
                                    .status = status };

/* These three keep pcsc_lite.c out of the program. */
pds_code pds_pcsc_lite_load(const pds_pcsc_lite **out, pds_err *e)
{
    (void)e;
    *out = &LITE;
    return PDS_OK;
}

pds_code pds_pcsc_check(LONG rv, const char *what, pds_err *e)
{
    if (rv == SCARD_S_SUCCESS) {
        return PDS_OK;
    }
    PDS_FAIL(e, rv == SCARD_W_REMOVED_CARD ? PDS_E_TOKEN_REMOVED : PDS_E_TOKEN_FAILED, "%s: %ld",
             what, (long)rv);
}

LONG pds_pcsc_begin(SCARDCONTEXT *out)
{
    return establish_context(SCARD_SCOPE_SYSTEM, NULL, NULL, out);
}

/* ---- what is done with it ---- */

static pds_secret *secret_of(const char *text)
{
    pds_secret *s = NULL;
    if (pds_secret_new(&s, NULL) != PDS_OK ||
        pds_secret_set(s, pds_span_text(text), NULL) != PDS_OK) {
        abort();
    }
    return s;
}

/* A key whose certificate the card did not give. */
static pds_device_key made(const char *kind, unsigned size)
{
    pds_device_key key = { .id = "9a", .has_key = true, .signs = true, .decrypts = true };
    key.public_half = kind[0] == 'R' ? EVP_PKEY_Q_keygen(NULL, NULL, kind, (size_t)size)
                                     : EVP_PKEY_Q_keygen(NULL, NULL, kind, "P-256");
    if (key.public_half == NULL) {
        abort();
    }
    return key;
}

static const pds_device_key *known(bool rsa)
{
    static pds_device_key keys[2];
    if (keys[0].public_half == NULL) {
        keys[0] = made("EC", 0);
        keys[1] = made("RSA", 2048);
    }
    return &keys[rsa ? 1 : 0];
}

static void sign(void *self, const pds_device_key *key, const pds_secret *pin)
{
    static const pds_algorithm ways[] = { { PDS_SCHEME_ECDSA, PDS_SHA256 },
                                          { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 },
                                          { PDS_SCHEME_RSA_PSS, PDS_SHA384 } };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
        pds_err e;
        const bool rsa = key->public_half != NULL && EVP_PKEY_is_a(key->public_half, "RSA");
        if (rsa != (ways[i].scheme != PDS_SCHEME_ECDSA)) {
            continue;
        }
        const pds_code code =
            pds_device_pcsc.sign(self, key, ways[i], pds_span_text("message"), pin, &signature, &e);
        assert(code != PDS_OK || signature.len > 0);
    }
}

static void decrypt(void *self, const pds_device_key *key, const pds_secret *pin)
{
    static const uint8_t zeros[256];
    const bool rsa = key->public_half != NULL && EVP_PKEY_is_a(key->public_half, "RSA");
    const pds_decryption ways[] = {
        { .scheme = PDS_DECRYPT_ECDH, .peer = known(false)->public_half },
        { .scheme = PDS_DECRYPT_PKCS1, .ciphertext = pds_span_of(zeros, sizeof zeros) },
        { .scheme = PDS_DECRYPT_OAEP, .ciphertext = pds_span_of(zeros, sizeof zeros) },
    };
    for (size_t i = rsa ? 1 : 0; i < (rsa ? 3U : 1U); i++) {
        PDS_OWN(pds_locked_drop) pds_buf plain = { 0 };
        if (pds_locked_new(4096, &plain, NULL) != PDS_OK) {
            abort();
        }
        (void)!pds_device_pcsc.decrypt(self, key, &ways[i], pin, &plain, NULL);
    }
}

static void look_at_keys(void *self, const pds_device_info *info, const pds_secret *pin, bool use)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    char uri[PDS_DEVICE_URI];
    (void)!pds_device_pcsc.keys(self, "", &keys, NULL);
    for (size_t i = 0; i < keys.count; i++) {
        assert(pds_device_pcsc.key_uri(info, &keys.items[i], uri, NULL) == PDS_OK);
        if (use && keys.items[i].signs) {
            sign(self, &keys.items[i], pin);
        }
        if (use && keys.items[i].decrypts) {
            decrypt(self, &keys.items[i], pin);
        }
    }
}

static void use_pins(void *self, const pds_secret *pin, const pds_secret *another)
{
    pds_pin_state state;
    pds_err e;
    if (pds_device_pcsc.pin_state(self, &state, &e) == PDS_OK) {
        assert(state.tries >= -1 && state.tries <= 15);
        pin = state.pad ? NULL : pin;
        another = state.pad ? NULL : another;
    }
    (void)!pds_device_pcsc.login(self, pin, &e);
    (void)!pds_device_pcsc.change_pin(self, pin, another, &e);
    (void)!pds_device_pcsc.unblock(self, another, pin, &e);
}

static void read_objects(void *self)
{
    for (unsigned i = 0; i < OBJECTS; i++) {
        PDS_OWN(pds_buf_drop) pds_buf object = { .max = 1 << 20 };
        pds_err e;
        (void)!pds_device_pcsc.read_object(self, i, &object, &e);
    }
}

static void write_object(void *self, const char *management)
{
    static const uint8_t bytes[600] = { 1 };
    PDS_OWN(pds_secret_drop) pds_secret *key = secret_of(management);
    (void)!pds_device_pcsc.write_object(self, 1, pds_span_of(bytes, sizeof bytes), key, NULL);
}

static void use(void *self, const pds_device_info *info, unsigned what)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("123456");
    PDS_OWN(pds_secret_drop) pds_secret *another = secret_of("12345678");
    const bool all = what == 0;
    if (all || what == 1) {
        look_at_keys(self, info, pin, false);
    }
    if (all || what == 2) {
        use_pins(self, pin, another);
    }
    if (what == 3) {
        sign(self, known(false), NULL);
        sign(self, known(true), NULL);
    }
    if (what == 4) {
        decrypt(self, known(false), NULL);
        decrypt(self, known(true), NULL);
    }
    if (all || what == 5) {
        read_objects(self);
    }
    if (all || what == 6) {
        write_object(self, "010203040506070801020304050607080102030405060708");
        write_object(self, "01020304050607080102030405060708");
    }
    if (all) {
        look_at_keys(self, info, pin, true);
    }
}

void card_run(const card_reader *reader, unsigned what)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .items = NULL };
    void *self = NULL;
    pds_device_info info = { .uri = "pcsc:Fuzz" };
    now = reader;
    memcpy(info.reader, READER, sizeof READER);
    if (what == 0) {
        if (pds_device_pcsc.look(READER, "", &list, NULL) != PDS_OK || list.count == 0) {
            return;
        }
        info = list.items[0];
    }
    if (pds_device_pcsc.open(&info, &self, NULL) == PDS_OK) {
        use(self, &info, what);
        pds_device_pcsc.close(self);
    }
}
