/* URIs of keys, as they are typed: which driver, the parts of pcsc: and of pkcs11:. */

#include "base/own.h"
#include "token/p11_kit.h"
#include "token/pcsc_lite.h"
#include "token/token.h"

#include <assert.h>
#include <stdlib.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What names a card names the same one when it is written anew. */
static void read_pcsc(const char *rest)
{
    pds_pcsc_uri uri, again;
    char text[PDS_DEVICE_URI];
    pds_err e;
    if (pds_pcsc_uri_parse(rest, &uri, &e) != PDS_OK ||
        pds_pcsc_uri_put(uri.reader, "", "", text, &e) != PDS_OK) {
        return;
    }
    assert(strncmp(text, "pcsc:", 5) == 0);
    assert(pds_pcsc_uri_parse(text + 5, &again, &e) == PDS_OK);
    assert(strcmp(uri.reader, again.reader) == 0);
}

static void read_pkcs11(const char *rest)
{
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    char text[PDS_DEVICE_URI];
    const CK_TOKEN_INFO token = { .label = "label" };
    pds_err e;
    if (pds_p11_uri_parse(rest, &uri, &e) == PDS_OK) {
        (void)!pds_p11_uri_of_token(uri, &token, text, &e);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const pds_token_ops *driver = NULL;
    const char *rest = NULL;
    char *const text = malloc(size + 1);
    pds_err e;
    if (text == NULL) {
        abort();
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    if (pds_uri_split(text, &driver, &rest, &e) == PDS_OK) {
        assert(rest > text && rest <= text + strlen(text));
        if (strcmp(driver->scheme, "pcsc") == 0) {
            read_pcsc(rest);
        }
        if (strcmp(driver->scheme, "pkcs11") == 0) {
            read_pkcs11(rest);
        }
    }
    free(text);
    return 0;
}
