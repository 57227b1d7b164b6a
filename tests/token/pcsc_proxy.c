/* PCSC-lite with readers that have a pin pad (PC/SC, part 10), which the virtual reader lacks: a
 * library of its soname, found by LD_LIBRARY_PATH, that passes everything on to the real one. The
 * features are those that PDS_PAD_FEATURES names ("verify", "modify"); what the person at the pad
 * does stands in the file PDS_PAD, a line for each time that the reader asks:
 *
 *     123456                 types it, and the key that confirms
 *     123456 654321 654321   the old one, and the new one twice
 *     cancel | late          as a reader says it, by a status; with "call": by an error of the call
 *     hang                   the reader never answers
 *
 * The line is taken away; PDS_PAD.asked gets one that tells what was asked for. */

#include <dlfcn.h>
#include <reader.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

#include <arpa/inet.h>

#define EXPORT __attribute__((visibility("default")))

enum { VERIFY = 0x42330006, MODIFY = 0x42330007, LINE = 128, HEAD = 5 };

/* ---- the real one ---- */

static void *real(const char *name)
{
    static void *library;
    if (library == NULL) {
        library = dlopen(REAL_PCSCLITE, RTLD_NOW | RTLD_LOCAL);
    }
    void *const found = library == NULL ? NULL : dlsym(library, name);
    if (found == NULL) {
        (void)fprintf(stderr, "pcsc_proxy: no %s in %s\n", name, REAL_PCSCLITE);
        abort();
    }
    return found;
}

/* Passes a call on. */
#define PASS(name, parameters, ...)                       \
    EXPORT LONG name parameters                           \
    {                                                     \
        __typeof__(name) *next = NULL;                    \
        void *const found = real(#name);                  \
        memcpy(&next, (const void *)&found, sizeof next); \
        return next(__VA_ARGS__);                         \
    }

/* Their parameters have the header's names, as clang-tidy wants it. */
PASS(SCardEstablishContext,
     (DWORD dwScope, LPCVOID pvReserved1, LPCVOID pvReserved2, LPSCARDCONTEXT phContext), dwScope,
     pvReserved1, pvReserved2, phContext)
PASS(SCardReleaseContext, (SCARDCONTEXT hContext), hContext)
PASS(SCardListReaders,
     (SCARDCONTEXT hContext, LPCSTR mszGroups, LPSTR mszReaders, LPDWORD pcchReaders), hContext,
     mszGroups, mszReaders, pcchReaders)
PASS(SCardGetStatusChange,
     (SCARDCONTEXT hContext, DWORD dwTimeout, SCARD_READERSTATE *rgReaderStates, DWORD cReaders),
     hContext, dwTimeout, rgReaderStates, cReaders)
PASS(SCardCancel, (SCARDCONTEXT hContext), hContext)
PASS(SCardConnect,
     (SCARDCONTEXT hContext, LPCSTR szReader, DWORD dwShareMode, DWORD dwPreferredProtocols,
      LPSCARDHANDLE phCard, LPDWORD pdwActiveProtocol),
     hContext, szReader, dwShareMode, dwPreferredProtocols, phCard, pdwActiveProtocol)
PASS(SCardReconnect,
     (SCARDHANDLE hCard, DWORD dwShareMode, DWORD dwPreferredProtocols, DWORD dwInitialization,
      LPDWORD pdwActiveProtocol),
     hCard, dwShareMode, dwPreferredProtocols, dwInitialization, pdwActiveProtocol)
PASS(SCardDisconnect, (SCARDHANDLE hCard, DWORD dwDisposition), hCard, dwDisposition)
PASS(SCardBeginTransaction, (SCARDHANDLE hCard), hCard)
PASS(SCardEndTransaction, (SCARDHANDLE hCard, DWORD dwDisposition), hCard, dwDisposition)
PASS(SCardTransmit,
     (SCARDHANDLE hCard, const SCARD_IO_REQUEST *pioSendPci, LPCBYTE pbSendBuffer,
      DWORD cbSendLength, SCARD_IO_REQUEST *pioRecvPci, LPBYTE pbRecvBuffer, LPDWORD pcbRecvLength),
     hCard, pioSendPci, pbSendBuffer, cbSendLength, pioRecvPci, pbRecvBuffer, pcbRecvLength)
PASS(SCardStatus,
     (SCARDHANDLE hCard, LPSTR mszReaderName, LPDWORD pcchReaderLen, LPDWORD pdwState,
      LPDWORD pdwProtocol, LPBYTE pbAtr, LPDWORD pcbAtrLen),
     hCard, mszReaderName, pcchReaderLen, pdwState, pdwProtocol, pbAtr, pcbAtrLen)

EXPORT const char *pcsc_stringify_error(const LONG code)
{
    __typeof__(pcsc_stringify_error) *next = NULL;
    void *const found = real("pcsc_stringify_error");
    memcpy(&next, (const void *)&found, sizeof next);
    return next(code);
}

/* ---- the person ---- */

/* The first line of the script, which loses it; "" where there is none. */
static void take_line(char out[LINE])
{
    char rest[4096] = "";
    const char *const path = getenv("PDS_PAD");
    FILE *f = path == NULL ? NULL : fopen(path, "r");
    out[0] = '\0';
    if (f == NULL || fgets(out, LINE, f) == NULL) {
        abort(); /* nobody is at the pad that was asked for */
    }
    out[strcspn(out, "\n")] = '\0';
    const size_t len = fread(rest, 1, sizeof rest, f);
    (void)fclose(f);
    f = fopen(path, "w");
    (void)fwrite(rest, 1, len, f);
    (void)fclose(f);
}

static void note(const char *what, const uint8_t *command, unsigned least, unsigned most)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s.asked", getenv("PDS_PAD"));
    FILE *const f = fopen(path, "a");
    (void)fprintf(f, "%s ins=%02x reference=%02x digits=%u-%u\n", what, command[1], command[3],
                  least, most);
    (void)fclose(f);
}

/* ---- the reader ---- */

/* A request as the reader understands it, whichever of the two. */
typedef struct asked {
    uint8_t format, block;
    uint16_t digits;
    uint32_t len;
    uint8_t command[64];
    uint8_t places[3]; /* of each PIN that is typed, in the command's data */
    size_t count;
} asked;

static bool take_command(asked *a, const uint8_t *data, size_t there)
{
    if (a->len > sizeof a->command || a->len != there || a->len < HEAD) {
        return false;
    }
    memcpy(a->command, data, a->len);
    return a->command[4] == a->len - HEAD;
}

static bool read_verify(const uint8_t *in, size_t len, asked *out)
{
    PIN_VERIFY_STRUCTURE s;
    const size_t head = offsetof(PIN_VERIFY_STRUCTURE, abData);
    if (len < head) {
        return false;
    }
    memcpy(&s, in, head);
    *out = (asked){ s.bmFormatString, s.bmPINBlockString, s.wPINMaxExtraDigit, s.ulDataLength,
                    .count = 1 };
    return s.bEntryValidationCondition == 2 && s.bNumberMessage <= 3 && s.bMsgIndex == 0 &&
           s.bmPINLengthFormat == 0 && take_command(out, in + head, len - head);
}

static bool read_modify(const uint8_t *in, size_t len, asked *out)
{
    PIN_MODIFY_STRUCTURE s;
    const size_t head = offsetof(PIN_MODIFY_STRUCTURE, abData);
    if (len < head) {
        return false;
    }
    memcpy(&s, in, head);
    *out =
        (asked){ s.bmFormatString,
                 s.bmPINBlockString,
                 s.wPINMaxExtraDigit,
                 s.ulDataLength,
                 .places = { s.bInsertionOffsetOld, s.bInsertionOffsetNew, s.bInsertionOffsetNew },
                 .count = 3 };
    return s.bConfirmPIN == 3 && s.bEntryValidationCondition == 2 && s.bNumberMessage == 3 &&
           take_command(out, in + head, len - head);
}

/* Puts what was typed where the request says; false: it is too short or too long. */
static bool put_pin(asked *a, size_t index, const char *pin)
{
    const size_t len = strlen(pin);
    const size_t at = HEAD + a->places[index] + (size_t)(a->format >> 3 & 0x0F);
    const bool ascii_left_bytes = (a->format & 0x87) == 0x82;
    if (len < (size_t)(a->digits >> 8) || len > (size_t)(a->digits & 0xFF) || len > a->block) {
        return false;
    }
    if (!ascii_left_bytes || at + a->block > a->len) {
        abort();
    }
    memcpy(a->command + at, pin, len);
    return true;
}

static LONG say(unsigned status, LPBYTE out, LPDWORD len)
{
    out[0] = (uint8_t)(status >> 8);
    out[1] = (uint8_t)status;
    *len = 2;
    return SCARD_S_SUCCESS;
}

/* Without a PIN; false: he types one. */
static bool goes_away(const char *line, LPBYTE out, LPDWORD len, LONG *rv)
{
    static const struct {
        const char *line;
        unsigned status;
        LONG rv;
    } ends[] = {
        { "late", 0x6400, SCARD_S_SUCCESS },
        { "cancel", 0x6401, SCARD_S_SUCCESS },
        { "late call", 0, SCARD_E_TIMEOUT },
        { "cancel call", 0, SCARD_W_CANCELLED_BY_USER },
    };
    while (strcmp(line, "hang") == 0) {
        (void)pause();
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (strcmp(line, ends[i].line) == 0) {
            *rv = ends[i].status != 0 ? say(ends[i].status, out, len) : ends[i].rv;
            return true;
        }
    }
    return false;
}

static LONG ask(SCARDHANDLE card, asked *a, LPBYTE out, DWORD room, LPDWORD len)
{
    char line[LINE];
    char *rest = NULL;
    const char *typed[3] = { "", "", "" };
    LONG rv = SCARD_S_SUCCESS;
    take_line(line);
    if (goes_away(line, out, len, &rv)) {
        return rv;
    }
    typed[0] = strtok_r(line, " ", &rest);
    for (size_t i = 1; i < a->count; i++) {
        typed[i] = strtok_r(NULL, " ", &rest);
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!put_pin(a, i, typed[i])) {
            return say(0x6403, out, len);
        }
    }
    if (a->count == 3 && strcmp(typed[1], typed[2]) != 0) {
        return say(0x6402, out, len);
    }
    static const SCARD_IO_REQUEST T1 = { SCARD_PROTOCOL_T1, sizeof T1 };
    *len = room;
    return SCardTransmit(card, &T1, a->command, a->len, NULL, out, len);
}

static LONG tell_features(LPBYTE out, LPDWORD len)
{
    static const struct {
        const char *name;
        uint8_t tag;
        uint32_t code;
    } features[] = {
        { "verify", FEATURE_VERIFY_PIN_DIRECT, VERIFY },
        { "modify", FEATURE_MODIFY_PIN_DIRECT, MODIFY },
    };
    const char *const offered = getenv("PDS_PAD_FEATURES");
    *len = 0;
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        const uint32_t code = htonl(features[i].code);
        if (offered != NULL && strstr(offered, features[i].name) != NULL) {
            const uint8_t head[] = { features[i].tag, sizeof code };
            memcpy(out + *len, head, sizeof head);
            memcpy(out + *len + sizeof head, &code, sizeof code);
            *len += sizeof head + sizeof code;
        }
    }
    return SCARD_S_SUCCESS;
}

// NOLINTBEGIN(readability-identifier-naming): likewise
EXPORT LONG SCardControl(SCARDHANDLE hCard, DWORD dwControlCode, LPCVOID pbSendBuffer,
                         DWORD cbSendLength, LPVOID pbRecvBuffer, DWORD cbRecvLength,
                         LPDWORD lpBytesReturned)
{
    asked a;
    if (dwControlCode == CM_IOCTL_GET_FEATURE_REQUEST) {
        return tell_features(pbRecvBuffer, lpBytesReturned);
    }
    const bool verifies = dwControlCode == VERIFY && read_verify(pbSendBuffer, cbSendLength, &a);
    const bool changes = dwControlCode == MODIFY && read_modify(pbSendBuffer, cbSendLength, &a);
    if (!verifies && !changes) {
        return SCARD_E_INVALID_PARAMETER;
    }
    note(verifies ? "verify" : "change", a.command, a.digits >> 8, a.digits & 0xFF);
    return ask(hCard, &a, pbRecvBuffer, cbRecvLength, lpBytesReturned);
}
// NOLINTEND(readability-identifier-naming)
