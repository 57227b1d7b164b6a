#include "base/own.h"
#include "pdf/crypt_key.h"

#include <string.h>

/* Reads the encryption dictionary (ISO 32000-2, tables 20, 21, 25 and 27). */

enum { STRING_MAX = 4096 };

/* Which versions and revisions go together, and the file key's size: 0 says /Length. */
typedef struct version_row {
    int version, revision;
    size_t key_len;
} version_row;

static const version_row VERSIONS[] = { { 1, 2, 5 },  { 1, 3, 5 },  { 2, 2, 5 }, { 2, 3, 0 },
                                        { 4, 4, 16 }, { 5, 5, 32 }, { 5, 6, 32 } };

typedef struct method_row {
    const char *name;
    pds_crypt_method method;
} method_row;

static const method_row METHODS[] = { { "None", PDS_CRYPT_IDENTITY },
                                      { "V2", PDS_CRYPT_RC4 },
                                      { "AESV2", PDS_CRYPT_AESV2 },
                                      { "AESV3", PDS_CRYPT_AESV3 } };

/* A name as text; false where it is none or too long. */
static bool text_of(pds_span value, char *out, size_t size)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { .max = size - 1 };
    bool known = pds_value_utf8(value, &b) && b.bad == PDS_OK;

    memcpy(out, known && b.len != 0 ? b.ptr : (const uint8_t *)"", known ? b.len : 0);
    out[known ? b.len : 0] = '\0';
    return known;
}

static pds_code read_int(pds_span dict, const char *key, int64_t *out, pds_err *e)
{
    pds_span value;

    if (!pds_dict_get(dict, key, &value) || !pds_value_int(value, out)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the encryption dictionary has no number /%s", key);
    }
    return PDS_OK;
}

/* The first `size` bytes of a string that may be padded to more. */
static pds_code read_bytes(pds_span dict, const char *key, uint8_t *out, size_t size, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { .max = STRING_MAX };
    pds_span value;

    if (!pds_dict_get(dict, key, &value) || pds_value_kind(value) != PDS_KIND_STRING ||
        !pds_value_bytes(value, &b)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the encryption dictionary has no string /%s", key);
    }
    PDS_TRY(pds_buf_end(&b, e));
    if (b.len < size) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the string /%s of the encryption dictionary is too short",
                 key);
    }
    memcpy(out, b.ptr, size);
    return PDS_OK;
}

static pds_code read_filter(pds_span dict, pds_err *e)
{
    pds_span value;
    char found[128];

    if (!pds_dict_get(dict, "Filter", &value)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the encryption dictionary names no security handler");
    }
    if (pds_value_is_name(value, "Standard")) {
        return PDS_OK;
    }
    (void)text_of(value, found, sizeof found);
    return pds_err_expected(pds_fail(e, PDS_E_PDF_UNSUPPORTED, __func__,
                                     "the security handler of this file is not known"),
                            e, "Standard", found);
}

static pds_code read_key_len(pds_span dict, pds_crypt_dict *out, pds_err *e)
{
    int64_t bits = 40;
    pds_span value;

    if (pds_dict_get(dict, "Length", &value)) {
        PDS_TRY(read_int(dict, "Length", &bits, e));
    }
    if (bits < 40 || bits > 128 || bits % 8 != 0) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "an encryption key of %lld bits", (long long)bits);
    }
    out->key_len = (size_t)bits / 8;
    return PDS_OK;
}

static pds_code read_version(pds_span dict, pds_crypt_dict *out, pds_err *e)
{
    int64_t version = 0;
    int64_t revision = 0;

    PDS_TRY(read_int(dict, "V", &version, e));
    PDS_TRY(read_int(dict, "R", &revision, e));
    for (size_t i = 0; i < sizeof VERSIONS / sizeof VERSIONS[0]; i++) {
        const version_row *row = &VERSIONS[i];
        if (row->version == version && row->revision == revision) {
            out->version = row->version;
            out->revision = row->revision;
            out->key_len = row->key_len;
            return row->key_len == 0 ? read_key_len(dict, out, e) : PDS_OK;
        }
    }
    PDS_FAIL(e, PDS_E_PDF_UNSUPPORTED, "encryption version %lld, revision %lld is not known",
             (long long)version, (long long)revision);
}

static pds_code read_permissions(pds_span dict, pds_crypt_dict *out, pds_err *e)
{
    int64_t p = 0;

    PDS_TRY(read_int(dict, "P", &p, e));
    if (p < INT32_MIN || p > (int64_t)UINT32_MAX) { /* some write it unsigned */
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "permissions /P of %lld", (long long)p);
    }
    out->p = (uint32_t)p;
    return PDS_OK;
}

static pds_code read_strings(pds_span dict, pds_crypt_dict *out, pds_err *e)
{
    size_t size = out->version < 5 ? 32 : 48;

    PDS_TRY(read_bytes(dict, "O", out->o, size, e));
    PDS_TRY(read_bytes(dict, "U", out->u, size, e));
    if (out->version < 5) {
        return PDS_OK;
    }
    PDS_TRY(read_bytes(dict, "OE", out->oe, sizeof out->oe, e));
    PDS_TRY(read_bytes(dict, "UE", out->ue, sizeof out->ue, e));
    return read_bytes(dict, "Perms", out->perms, sizeof out->perms, e);
}

static pds_code method_of(pds_span filter, pds_crypt_method *out, pds_err *e)
{
    char found[128] = "";
    pds_span method;

    if (!pds_dict_get(filter, "CFM", &method)) {
        *out = PDS_CRYPT_IDENTITY; /* table 25: the default is None */
        return PDS_OK;
    }
    for (size_t i = 0; i < sizeof METHODS / sizeof METHODS[0]; i++) {
        if (pds_value_is_name(method, METHODS[i].name)) {
            *out = METHODS[i].method;
            return PDS_OK;
        }
    }
    (void)text_of(method, found, sizeof found);
    PDS_FAIL(e, PDS_E_PDF_UNSUPPORTED, "the encryption method %s is not known", found);
}

/* AES-256 needs the key of version 5, the other methods a shorter one. */
static pds_code check_fit(pds_crypt_method method, const pds_crypt_dict *d, pds_err *e)
{
    if (method != PDS_CRYPT_IDENTITY && (method == PDS_CRYPT_AESV3) != (d->version == 5)) {
        PDS_FAIL(e, PDS_E_PDF_UNSUPPORTED, "a crypt filter's method does not fit version %d",
                 d->version);
    }
    return PDS_OK;
}

pds_code pds_crypt_filter(pds_span encrypt, const pds_crypt_dict *d, pds_span name,
                          pds_crypt_method *out, pds_err *e)
{
    char key[128];
    pds_span filters;
    pds_span filter;

    if (pds_value_is_name(name, "Identity")) {
        *out = PDS_CRYPT_IDENTITY;
        return PDS_OK;
    }
    if (pds_value_kind(name) != PDS_KIND_NAME || !text_of(name, key, sizeof key) ||
        !pds_dict_get(encrypt, "CF", &filters) || !pds_dict_get(filters, key, &filter) ||
        pds_value_kind(filter) != PDS_KIND_DICT) {
        PDS_FAIL(e, PDS_E_PDF_UNSUPPORTED, "a crypt filter is used that is not in /CF");
    }
    PDS_TRY(method_of(filter, out, e));
    return check_fit(*out, d, e);
}

/* The filter that `key` names; *out stays without one. */
static pds_code read_method(pds_span dict, const char *key, const pds_crypt_dict *d,
                            pds_crypt_method *out, pds_err *e)
{
    pds_span name;

    return pds_dict_get(dict, key, &name) ? pds_crypt_filter(dict, d, name, out, e) : PDS_OK;
}

static pds_code read_methods(pds_span dict, pds_crypt_dict *out, pds_err *e)
{
    pds_span value;

    out->encrypt_metadata = true;
    if (out->version < 4) {
        out->strings = out->streams = out->embedded = PDS_CRYPT_RC4;
        return PDS_OK;
    }
    if (pds_dict_get(dict, "EncryptMetadata", &value) &&
        !pds_value_bool(value, &out->encrypt_metadata)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "/EncryptMetadata is not true or false");
    }
    PDS_TRY(read_method(dict, "StrF", out, &out->strings, e));
    PDS_TRY(read_method(dict, "StmF", out, &out->streams, e));
    out->embedded = out->streams;
    return read_method(dict, "EFF", out, &out->embedded, e);
}

pds_code pds_crypt_dict_read(pds_span encrypt, pds_span id0, pds_crypt_dict *out, pds_err *e)
{
    memset(out, 0, sizeof *out);
    if (pds_value_kind(encrypt) != PDS_KIND_DICT) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "/Encrypt is not a dictionary");
    }
    if (id0.len > PDS_CRYPT_ID_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "a file identifier of %zu bytes", id0.len);
    }
    if (id0.len != 0) {
        memcpy(out->id0, id0.ptr, id0.len);
        out->id0_len = id0.len;
    }
    PDS_TRY(read_filter(encrypt, e));
    PDS_TRY(read_version(encrypt, out, e));
    PDS_TRY(read_permissions(encrypt, out, e));
    PDS_TRY(read_strings(encrypt, out, e));
    return read_methods(encrypt, out, e);
}
