#include "token/alias.h"
#include "token/pcsc_lite.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- reading ---- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Up to `len` characters, percent-decoded. */
static pds_code decode(const char *text, size_t len, char *out, size_t room, pds_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%' && i + 2 < len && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
            const char hex[3] = { text[i + 1], text[i + 2], '\0' };
            c = (char)strtol(hex, NULL, 16);
            i += 2;
        }
        if (n + 1 >= room || c == '\0') {
            PDS_FAIL(e, PDS_E_USAGE, "a part of the pcsc: URI is too long");
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return PDS_OK;
}

typedef struct part {
    const char *name;
    char *to;
    size_t room;
} part;

static pds_code take_part(const char *text, size_t len, pds_pcsc_uri *out, pds_err *e)
{
    const part parts[] = {
        { "reader=", out->reader, sizeof out->reader },
        { "serial=", out->serial, sizeof out->serial },
        { "slot=", out->slot, sizeof out->slot },
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const size_t name = strlen(parts[i].name);
        if (len > name && strncmp(text, parts[i].name, name) == 0) {
            return decode(text + name, len - name, parts[i].to, parts[i].room, e);
        }
    }
    /* which is not repeated: whoever wrote a PIN into it has it shown to nobody */
    return pds_err_expected(
        pds_fail(e, PDS_E_USAGE, __func__, "the pcsc: URI has a part that is not known"), e,
        "[READER][;serial=HEX][;slot=9c]", NULL);
}

/* Two hexadecimal digits, or none. */
static pds_code check_slot(const char *slot, pds_err *e)
{
    if (slot[0] != '\0' && (!is_hex(slot[0]) || !is_hex(slot[1]) || slot[2] != '\0')) {
        const pds_code code =
            pds_fail(e, PDS_E_USAGE, __func__, "the pcsc: URI names a slot that can't be");
        return pds_err_expected(code, e, "9a, 9c, 9d, 82 to 95", slot);
    }
    return PDS_OK;
}

/* named: by a word of its own, which may be an alias. */
static pds_code parse(const char *rest, pds_pcsc_uri *out, bool *named, pds_err *e)
{
    size_t len = strcspn(rest, ";");
    *out = (pds_pcsc_uri){ .reader = "*" };
    if (len > 0 && memchr(rest, '=', len) == NULL) {
        PDS_TRY(decode(rest, len, out->reader, sizeof out->reader, e));
        rest += len;
        *named = true;
    }
    while (*rest != '\0') {
        rest += *rest == ';' ? 1 : 0;
        len = strcspn(rest, ";");
        if (len > 0) {
            PDS_TRY(take_part(rest, len, out, e));
        }
        rest += len;
    }
    return check_slot(out->slot, e);
}

/* The reader of the alias, and its card where the alias names one; its slot where no other one is
 * wanted. */
static pds_code follow(const char *uri, pds_pcsc_uri *out, pds_err *e)
{
    pds_pcsc_uri of;
    bool named = false;
    PDS_TRY(parse(strchr(uri, ':') + 1, &of, &named, e));
    memcpy(out->reader, of.reader, sizeof out->reader);
    memcpy(out->bound, of.serial, sizeof out->bound);
    if (out->slot[0] == '\0') {
        memcpy(out->slot, of.slot, sizeof out->slot);
    }
    return PDS_OK;
}

pds_code pds_pcsc_uri_parse(const char *rest, pds_pcsc_uri *out, pds_err *e)
{
    char uri[PDS_DEVICE_URI];
    bool named = false;
    PDS_TRY(parse(rest, out, &named, e));
    return named && pds_alias_get(out->reader, uri) ? follow(uri, out, e) : PDS_OK;
}

/* ---- what is meant ---- */

static bool is_serial(const char *wanted, const char *serial)
{
    return wanted[0] == '\0' || strcasecmp(wanted, serial) == 0;
}

bool pds_pcsc_uri_fits(const pds_pcsc_uri *uri, const char *reader, const char *serial)
{
    return (strcmp(uri->reader, reader) == 0 || fnmatch(uri->reader, reader, FNM_CASEFOLD) == 0) &&
           is_serial(uri->serial, serial) && is_serial(uri->bound, serial);
}

typedef struct place {
    const char *reader, *serial;
} place;

static bool alias_fits(void *ctx, const char *uri)
{
    const place *const p = ctx;
    pds_pcsc_uri parts;
    bool named = false;
    return parse(strchr(uri, ':') + 1, &parts, &named, NULL) == PDS_OK &&
           pds_pcsc_uri_fits(&parts, p->reader, p->serial);
}

void pds_pcsc_alias(const char *reader, const char *serial, char name[PDS_ALIAS_NAME])
{
    place p = { reader, serial };
    pds_alias_of(alias_fits, &p, name);
}

/* ---- writing ---- */

/* Reader names hold blanks and brackets; patterns are theirs to write who need them. */
static bool put_encoded(const char *text, char *out, size_t room)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t n = 0;
    out[0] = '\0';
    for (; *text != '\0' && n + 4 < room; text++) {
        const bool as_it_is = strchr(plain, *text) != NULL;
        n += (size_t)snprintf(out + n, room - n, as_it_is ? "%c" : "%%%02X", (uint8_t)*text);
    }
    return *text == '\0';
}

pds_code pds_pcsc_uri_put(const char *reader, const char *serial, const char *slot,
                          char out[PDS_DEVICE_URI], pds_err *e)
{
    char encoded[PDS_DEVICE_URI / 2];
    const bool whole = put_encoded(reader, encoded, sizeof encoded);
    const int len = snprintf(out, PDS_DEVICE_URI, "pcsc:%s%s%s%s%s", encoded,
                             serial[0] != '\0' ? ";serial=" : "", serial,
                             slot[0] != '\0' ? ";slot=" : "", slot);
    if (!whole || len < 0 || len >= PDS_DEVICE_URI) {
        PDS_FAIL(e, PDS_E_LIMIT, "a card's URI is longer than %d bytes", PDS_DEVICE_URI);
    }
    return PDS_OK;
}
