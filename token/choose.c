#include "base/base64.h"
#include "base/own.h"
#include "cms/cert_query.h"
#include "cms/evp.h"
#include "token/hardkey.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- patterns ---- */

enum { PATTERN_MAX = 512, HEX_MAX = 128 };

/* fnmatch takes a time that grows with the text by more than its length; no name needs more. */
static bool fits(const char *pattern, const char *text)
{
    return strnlen(text, PATTERN_MAX + 1) <= PATTERN_MAX &&
           fnmatch(pattern, text, FNM_CASEFOLD) == 0;
}

/* Numbers are often shown with colons or blanks between. */
static bool fits_number(const char *pattern, pds_span bytes)
{
    char plain[PATTERN_MAX];
    PDS_OWN(pds_buf_drop) pds_buf hex = { .max = HEX_MAX };
    size_t len = 0;
    for (const char *at = pattern; *at != '\0' && len + 1 < sizeof plain; at++) {
        if (*at != ':' && *at != ' ') {
            plain[len++] = *at;
        }
    }
    plain[len] = '\0';
    pds_hex_put(&hex, bytes);
    pds_buf_byte(&hex, '\0');
    return pds_buf_end(&hex, NULL) == PDS_OK && fits(plain, (const char *)hex.ptr);
}

static bool fits_fingerprint(const char *pattern, const pds_cert *cert, const EVP_MD *md)
{
    uint8_t value[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const pds_span der = pds_cert_der(cert);
    return EVP_Digest(der.ptr, der.len, value, &len, md, NULL) == 1 &&
           fits_number(pattern, pds_span_of(value, len));
}

bool pds_identity_fits(const char *pattern, const pds_cert *cert, const char *label)
{
    if (fits(pattern, label)) {
        return true;
    }
    return cert != NULL &&
           (fits(pattern, pds_cert_label(cert)) || fits(pattern, pds_cert_subject(cert)) ||
            fits_number(pattern, pds_cert_serial(cert)) ||
            fits_fingerprint(pattern, cert, EVP_sha256()) ||
            fits_fingerprint(pattern, cert, EVP_sha1()));
}

/* ---- one of several ---- */

static bool is_same_key(const pds_device_key *key, const pds_cert *cert)
{
    const EVP_PKEY *const wanted = pds_cert_key(cert);
    return wanted != NULL && key->public_half != NULL && EVP_PKEY_eq(wanted, key->public_half) == 1;
}

static bool is_same_cert(const pds_cert *a, const pds_cert *b)
{
    return a != NULL && b != NULL && pds_span_eq(pds_cert_der(a), pds_cert_der(b));
}

static bool may(const pds_device_key *key, const pds_key_options *options)
{
    if (options->decrypts) {
        return key->decrypts && (key->cert == NULL || pds_cert_is_for_encryption(key->cert));
    }
    return key->signs &&
           (key->cert == NULL ||
            pds_cert_may_sign(key->cert, time(NULL), options->allow_expired, NULL) == PDS_OK);
}

/* What is meant, and how surely. */
typedef struct meaning {
    const pds_key_options *options;
    const pds_cert *cert;
    bool certain; /* some key's public half is that of the certificate */
    bool exact;   /* … and has that very certificate */
    bool alone;   /* there is one key only */
} meaning;

/* Who names a key gets it, or is told why it can't sign, as of one that is alone; else the one that
 * can is meant. */
static bool is_candidate(const pds_device_key *key, const meaning *m)
{
    if (!key->has_key) {
        return false;
    }
    const char *const identity = m->options->identity;
    if (m->cert != NULL) {
        return (m->certain ? is_same_key(key, m->cert) : key->public_half == NULL) &&
               (!m->exact || is_same_cert(key->cert, m->cert)) &&
               (identity == NULL || pds_identity_fits(identity, m->cert, key->label));
    }
    if (identity != NULL) {
        return pds_identity_fits(identity, key->cert, key->label);
    }
    return m->options->decrypts ? key->decrypts : may(key, m->options) || (m->alone && key->signs);
}

static meaning meaning_of(const pds_device_keys *keys, const pds_key_options *options,
                          const pds_cert *cert)
{
    meaning m = { .options = options, .cert = cert };
    size_t count = 0;
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const key = &keys->items[i];
        count += key->has_key ? 1 : 0;
        m.certain = m.certain || (cert != NULL && key->has_key && is_same_key(key, cert));
    }
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const key = &keys->items[i];
        m.exact = m.exact || (is_same_cert(key->cert, cert) && is_candidate(key, &m));
    }
    m.alone = count == 1;
    return m;
}

/* Shown by another place of the list: one certificate can be in a token twice. */
static bool is_repeated(const pds_device_keys *keys, size_t index)
{
    const pds_device_key *const key = &keys->items[index];
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const one = &keys->items[i];
        const bool before = one->retired == key->retired ? i < index : key->retired;
        if (before && one->has_key && one->handle == key->handle &&
            is_same_cert(one->cert, key->cert)) {
            return true;
        }
    }
    return false;
}

static void put_name(const pds_device_key *key, char *out, size_t room)
{
    const size_t len = strlen(out);
    const char *const name = key->cert != NULL ? pds_cert_label(key->cert) : key->label;
    (void)snprintf(out + len, room - len, "%s%s (%s)", len == 0 ? "" : ", ", name, key->id);
}

/* Behind the login of a token that shows others nothing tells of it. */
static pds_code fail_hidden(pds_code code, const pds_key_options *options, pds_err *e)
{
    const bool may_hide = options->uri != NULL && strncmp(options->uri, "pkcs11:", 7) == 0 &&
                          strstr(options->uri, "serial=") == NULL;
    return may_hide ? pds_err_hint(code, e,
                                   "name the token and the key in the URI (serial=…;id=…) where it "
                                   "hides until the login")
                    : code;
}

static pds_code none_fits(const pds_device_keys *keys, const pds_key_options *options, pds_err *e)
{
    char there[200] = "";
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->items[i].has_key) {
            put_name(&keys->items[i], there, sizeof there);
        }
    }
    if (there[0] == '\0') {
        return fail_hidden(
            pds_fail(e, PDS_E_KEY_UNREADABLE, __func__, "the token holds no key that is meant"),
            options, e);
    }
    PDS_FAIL(e, PDS_E_KEY_UNREADABLE,
             options->decrypts ? N_("none of the token's keys is one to decrypt with: %s")
                               : N_("none of the token's keys is the one to sign with: %s"),
             there);
}

pds_code pds_device_choose(const pds_device_keys *keys, const pds_key_options *options,
                           const pds_cert *cert, size_t *out, pds_err *e)
{
    char fit[200] = "";
    const meaning m = meaning_of(keys, options, cert);
    size_t count = 0;
    size_t able = 0;
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const key = &keys->items[i];
        if (!is_candidate(key, &m) || is_repeated(keys, i)) {
            continue;
        }
        const bool better = may(key, options) && !key->retired;
        *out = count == 0 || (better && able == 0) ? i : *out;
        able += better ? 1 : 0;
        count++;
        put_name(key, fit, sizeof fit);
    }
    if (count == 0 && cert != NULL && !m.certain) {
        return fail_hidden(pds_fail(e, PDS_E_KEY_MISMATCH, __func__,
                                    "no key of the token belongs to the certificate of '%s'",
                                    pds_cert_label(cert)),
                           options, e);
    }
    if (count == 0) {
        return none_fits(keys, options, e);
    }
    if (count > 1 && able != 1) {
        return pds_err_hint(
            pds_fail(e, PDS_E_KEY_AMBIGUOUS, __func__, "several keys of the token fit: %s", fit), e,
            "name one with --identity, or by its URI as in `pdfsign token list`");
    }
    return PDS_OK;
}

/* ---- one that is not shown ---- */

/* Who names none means whatever there is, but for issuers; why it can't be used is told of the key
 * itself. */
static bool may_be_meant(const pds_device_key *key, const char *identity, const pds_cert *cert)
{
    if (cert != NULL) {
        return EVP_PKEY_eq(pds_cert_key(key->cert), pds_cert_key(cert)) == 1;
    }
    return identity == NULL ? !pds_cert_is_authority(key->cert)
                            : pds_identity_fits(identity, key->cert, key->label);
}

bool pds_device_may_hide(const pds_device_keys *keys, const pds_key_options *options,
                         const pds_cert *cert)
{
    bool may_hide = keys->hides;
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const key = &keys->items[i];
        may_hide = may_hide || (key->hides_key && may_be_meant(key, options->identity, cert));
    }
    return may_hide;
}

/* ---- one of several certificates ---- */

static bool is_cert_meant(const pds_device_key *key, const char *identity)
{
    return key->cert != NULL &&
           (identity == NULL || pds_identity_fits(identity, key->cert, key->label));
}

pds_code pds_device_choose_cert(const pds_device_keys *keys, const char *identity, size_t *out,
                                pds_err *e)
{
    char fit[200] = "";
    size_t count = 0;
    size_t with_key = 0;
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const key = &keys->items[i];
        if (!is_cert_meant(key, identity)) {
            continue;
        }
        *out = count == 0 || (key->has_key && with_key == 0) ? i : *out;
        with_key += key->has_key ? 1 : 0;
        count++;
        put_name(key, fit, sizeof fit);
    }
    if (count == 0) {
        return pds_err_hint(pds_fail(e, PDS_E_CERT_MISSING, __func__,
                                     "the token shows no certificate that is meant"),
                            e, "`pdfsign token list` shows them");
    }
    if (count > 1 && with_key != 1) {
        return pds_err_hint(pds_fail(e, PDS_E_KEY_AMBIGUOUS, __func__,
                                     "several certificates of the token fit: %s", fit),
                            e,
                            "name one with --identity, or by its URI as in `pdfsign token list`");
    }
    return PDS_OK;
}
