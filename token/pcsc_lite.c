#include "token/pcsc_lite.h"

#include "base/load.h"

#include <stddef.h>

static pds_pcsc_lite lite;

static const pds_symbol SYMBOLS[] = {
    { "SCardEstablishContext", offsetof(pds_pcsc_lite, establish_context) },
    { "SCardReleaseContext", offsetof(pds_pcsc_lite, release_context) },
    { "SCardListReaders", offsetof(pds_pcsc_lite, list_readers) },
    { "SCardGetStatusChange", offsetof(pds_pcsc_lite, get_status_change) },
    { "SCardConnect", offsetof(pds_pcsc_lite, connect) },
    { "SCardReconnect", offsetof(pds_pcsc_lite, reconnect) },
    { "SCardDisconnect", offsetof(pds_pcsc_lite, disconnect) },
    { "SCardBeginTransaction", offsetof(pds_pcsc_lite, begin_transaction) },
    { "SCardEndTransaction", offsetof(pds_pcsc_lite, end_transaction) },
    { "SCardTransmit", offsetof(pds_pcsc_lite, transmit) },
    { "SCardControl", offsetof(pds_pcsc_lite, control) },
    { "SCardStatus", offsetof(pds_pcsc_lite, status) },
    { "pcsc_stringify_error", offsetof(pds_pcsc_lite, stringify_error) },
};

static pds_library library = { .soname = "libpcsclite.so.1",
                               .package = "libpcsclite1",
                               .symbols = SYMBOLS,
                               .count = sizeof SYMBOLS / sizeof SYMBOLS[0],
                               .table = &lite };

pds_code pds_pcsc_lite_load(const pds_pcsc_lite **out, pds_err *e)
{
    PDS_TRY(pds_library_load(&library, e));
    *out = &lite;
    return PDS_OK;
}

/* Others are TOKEN_FAILED. */
static const struct {
    uint32_t rv;
    pds_code code;
} MEANINGS[] = {
    { (uint32_t)SCARD_E_NO_SMARTCARD, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_W_REMOVED_CARD, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_W_UNPOWERED_CARD, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_W_RESET_CARD, PDS_E_TOKEN_RESET },
    { (uint32_t)SCARD_E_READER_UNAVAILABLE, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_UNKNOWN_READER, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_NO_READERS_AVAILABLE, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_NO_SERVICE, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_SERVICE_STOPPED, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_INVALID_HANDLE, PDS_E_TOKEN_REMOVED }, /* of a service that began anew */
    { (uint32_t)SCARD_F_COMM_ERROR, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_COMM_DATA_LOST, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_NOT_TRANSACTED, PDS_E_TOKEN_REMOVED },
    { (uint32_t)SCARD_E_SHARING_VIOLATION, PDS_E_TOKEN_BUSY },
    { (uint32_t)SCARD_E_SERVER_TOO_BUSY, PDS_E_TOKEN_BUSY },
    { (uint32_t)SCARD_E_TIMEOUT, PDS_E_TOKEN_HUNG },
    { (uint32_t)SCARD_E_NO_MEMORY, PDS_E_NO_MEMORY },
};

pds_code pds_pcsc_check(LONG rv, const char *what, pds_err *e)
{
    pds_code code = PDS_E_TOKEN_FAILED;
    if (rv == SCARD_S_SUCCESS) {
        return PDS_OK;
    }
    for (size_t i = 0; i < sizeof MEANINGS / sizeof MEANINGS[0]; i++) {
        code = MEANINGS[i].rv == (uint32_t)rv ? MEANINGS[i].code : code;
    }
    code = pds_fail(e, code, __func__, "the card reader did not %s: %s", pds_translated(what),
                    lite.stringify_error(rv));
    return rv != SCARD_W_SECURITY_VIOLATION
               ? code
               : pds_err_hint(code, e, "polkit says who may use cards (org.debian.pcsc-lite)");
}

/* A service that ends meanwhile is told as one that refuses; asked once more it is not there. */
LONG pds_pcsc_begin(SCARDCONTEXT *out)
{
    const LONG rv = lite.establish_context(SCARD_SCOPE_SYSTEM, NULL, NULL, out);
    return rv != SCARD_W_SECURITY_VIOLATION
               ? rv
               : lite.establish_context(SCARD_SCOPE_SYSTEM, NULL, NULL, out);
}
