#include "base/own.h"
#include "cms/cert_query.h"
#include "cms/evp.h"
#include "token/p11_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Certificates, and private keys that belong to them by their public halves, else by CKA_ID; before
 * the login public keys tell of private ones that are hidden. */

typedef struct gathering {
    const pds_p11 *p;
    pds_device_keys *out;
    pds_device_keys privates, publics; /* owned */
    bool in;                           /* all that there is can be seen */
    pds_err *e;
} gathering;

static void gathering_drop(gathering *g)
{
    pds_device_keys_drop(&g->privates);
    pds_device_keys_drop(&g->publics);
}

static pds_code find_class(const gathering *g, CK_OBJECT_CLASS class, pds_p11_objects *out)
{
    const CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class } };
    return pds_p11_objects_find(g->p, g->p->main, template, 1, out, g->e);
}

static pds_code read_id(const gathering *g, CK_OBJECT_HANDLE object, pds_device_key *key)
{
    PDS_OWN(pds_buf_drop) pds_buf id = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf label = { 0 };
    bool has = false;
    PDS_TRY(pds_p11_attribute(g->p, g->p->main, object, CKA_ID, &id, &has, g->e));
    PDS_TRY(pds_p11_attribute(g->p, g->p->main, object, CKA_LABEL, &label, &has, g->e));
    for (size_t i = 0; i < id.len && i < PDS_DEVICE_ID; i++) {
        (void)snprintf(key->id + 2 * i, 3, "%02x", id.ptr[i]);
    }
    if (label.len > 0) {
        pds_p11_text(label.ptr, label.len, key->label, sizeof key->label);
    }
    return PDS_OK;
}

/* Takes the key, also if it fails. */
static pds_code add(pds_device_keys *to, pds_device_key *key, pds_err *e)
{
    pds_device_key *const grown = realloc(to->items, (to->count + 1) * sizeof *to->items);
    if (grown == NULL) {
        pds_cert_drop(&key->cert);
        EVP_PKEY_free(key->public_half);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    to->items = grown;
    grown[to->count++] = *key;
    *key = (pds_device_key){ .handle = 0 };
    return PDS_OK;
}

static pds_code add_named(const gathering *g, CK_OBJECT_HANDLE object, pds_device_key *key,
                          pds_device_keys *to)
{
    const pds_code code = read_id(g, object, key);
    if (code != PDS_OK) {
        pds_cert_drop(&key->cert);
        EVP_PKEY_free(key->public_half);
        return code;
    }
    return add(to, key, g->e);
}

/* ---- certificates ---- */

static pds_code add_cert(const gathering *g, CK_OBJECT_HANDLE object)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pds_device_key key = { .id = "", .handle = object };
    bool has = false;
    PDS_TRY(pds_p11_attribute(g->p, g->p->main, object, CKA_VALUE, &der, &has, g->e));
    if (!has || pds_cert_new(pds_buf_span(&der), &key.cert, NULL) != PDS_OK) {
        return PDS_OK; /* of another kind */
    }
    key.public_half = pds_cert_key(key.cert);
    if (key.public_half != NULL) {
        (void)EVP_PKEY_up_ref(key.public_half);
    }
    return add_named(g, object, &key, g->out);
}

static pds_code add_certs(const gathering *g)
{
    pds_p11_objects found = { .count = 0 };
    PDS_TRY(find_class(g, CKO_CERTIFICATE, &found));
    for (size_t i = 0; i < found.count; i++) {
        PDS_TRY(add_cert(g, found.items[i]));
    }
    return PDS_OK;
}

/* ---- keys ---- */

/* Some tokens can't tell, and say so by any fault. */
static pds_code read_half(const gathering *g, pds_device_key *key)
{
    const pds_code code = pds_p11_public_half(g->p, key->handle, &key->public_half, g->e);
    return code == PDS_E_TOKEN_FAILED || code == PDS_E_KEY_UNSUPPORTED ? PDS_OK : code;
}

static pds_code read_private(gathering *g, CK_OBJECT_HANDLE object)
{
    const pds_p11 *const p = g->p;
    pds_device_key key = {
        .has_key = true,
        .handle = object,
        .signs = pds_p11_flag(p, p->main, object, CKA_SIGN, true),
        .decrypts = pds_p11_flag(p, p->main, object, CKA_DECRYPT, false) ||
                    pds_p11_flag(p, p->main, object, CKA_DERIVE, false),
        .asks_always = pds_p11_flag(p, p->main, object, CKA_ALWAYS_AUTHENTICATE, false),
    };
    PDS_TRY(read_half(g, &key));
    return add_named(g, object, &key, &g->privates);
}

static bool is_ec(const gathering *g, CK_OBJECT_HANDLE object)
{
    CK_KEY_TYPE type = CKK_VENDOR_DEFINED;
    CK_ATTRIBUTE wanted = { CKA_KEY_TYPE, &type, sizeof type };
    return g->p->module->C_GetAttributeValue(g->p->main, object, &wanted, 1) == CKR_OK &&
           type == CKK_EC;
}

/* Of a key on a curve the public half says nothing of agreements, or need not. */
static bool may_encrypt(const gathering *g, CK_OBJECT_HANDLE object)
{
    static const CK_ATTRIBUTE_TYPE uses[] = { CKA_ENCRYPT, CKA_WRAP, CKA_DERIVE };
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        if (pds_p11_flag(g->p, g->p->main, object, uses[i], false)) {
            return true;
        }
    }
    return is_ec(g, object);
}

static pds_code read_public(gathering *g, CK_OBJECT_HANDLE object)
{
    pds_device_key key = {
        .has_key = true,
        .handle = object,
        .signs = true,
        .decrypts = may_encrypt(g, object),
    };
    PDS_TRY(read_half(g, &key));
    return add_named(g, object, &key, &g->publics);
}

static pds_code read_keys(gathering *g, CK_OBJECT_CLASS class,
                          pds_code (*read)(gathering *g, CK_OBJECT_HANDLE object))
{
    pds_p11_objects found = { .count = 0 };
    PDS_TRY(find_class(g, class, &found));
    for (size_t i = 0; i < found.count; i++) {
        PDS_TRY(read(g, found.items[i]));
    }
    return PDS_OK;
}

/* ---- halves of private keys that tell none ---- */

/* Public keys are read where they are needed: with some tokens that takes its time. */
static bool tell_halves(const pds_device_keys *privates)
{
    for (size_t i = 0; i < privates->count; i++) {
        if (privates->items[i].public_half == NULL) {
            return false;
        }
    }
    return privates->count > 0;
}

static bool is_same_half(const pds_device_key *a, const pds_device_key *b)
{
    return a->public_half != NULL && b->public_half != NULL &&
           EVP_PKEY_eq(a->public_half, b->public_half) == 1;
}

static bool is_same_id(const pds_device_key *a, const pds_device_key *b)
{
    return a->id[0] != '\0' && strcmp(a->id, b->id) == 0;
}

static bool is_same_name(const pds_device_key *a, const pds_device_key *b)
{
    return is_same_id(a, b) && a->label[0] != '\0' && strcmp(a->label, b->label) == 0;
}

static bool is_anothers(const gathering *g, const pds_device_key *public)
{
    for (size_t i = 0; i < g->privates.count; i++) {
        if (is_same_half(&g->privates.items[i], public)) {
            return true;
        }
    }
    return false;
}

/* The only public key that is called so, of those that are no other's. */
static const pds_device_key *only_public(const gathering *g, const pds_device_key *key,
                                         bool (*fits)(const pds_device_key *a,
                                                      const pds_device_key *b))
{
    const pds_device_key *found = NULL;
    for (size_t i = 0; i < g->publics.count; i++) {
        const pds_device_key *const one = &g->publics.items[i];
        if (one->public_half == NULL || !fits(key, one) || is_anothers(g, one)) {
            continue;
        }
        if (found != NULL) {
            return NULL;
        }
        found = one;
    }
    return found;
}

static void find_halves(gathering *g)
{
    for (size_t i = 0; i < g->privates.count; i++) {
        pds_device_key *const key = &g->privates.items[i];
        if (key->public_half != NULL) {
            continue;
        }
        const pds_device_key *found = only_public(g, key, is_same_name);
        found = found != NULL ? found : only_public(g, key, is_same_id);
        if (found != NULL && EVP_PKEY_up_ref(found->public_half) == 1) {
            key->public_half = found->public_half;
        }
    }
}

/* ---- which certificate is whose ---- */

/* One of RSA and one of RSA-PSS can't be compared. */
static bool may_be_same_half(const pds_device_key *key, const pds_device_key *cert)
{
    const EVP_PKEY *const a = key->public_half;
    const EVP_PKEY *const b = cert->public_half;
    return a == NULL || b == NULL ||
           (EVP_PKEY_eq(a, b) < 0 && EVP_PKEY_get_bits(a) == EVP_PKEY_get_bits(b));
}

static bool may_be_by_name(const pds_device_key *key, const pds_device_key *cert)
{
    return is_same_name(key, cert) && may_be_same_half(key, cert);
}

static bool may_be_by_id(const pds_device_key *key, const pds_device_key *cert)
{
    return is_same_id(key, cert) && may_be_same_half(key, cert);
}

static void put_key(pds_device_key *cert, const pds_device_key *key)
{
    cert->has_key = true;
    cert->signs = key->signs;
    cert->decrypts = key->decrypts;
    cert->asks_always = key->asks_always;
    cert->handle = key->handle;
    if (key->id[0] != '\0') {
        memcpy(cert->id, key->id, sizeof cert->id);
    }
    if (cert->label[0] == '\0') {
        memcpy(cert->label, key->label, sizeof cert->label);
    }
}

static bool has_own(const gathering *g, const pds_device_key *key)
{
    for (size_t i = 0; i < g->out->count; i++) {
        if (is_same_half(key, &g->out->items[i]) && is_same_id(key, &g->out->items[i])) {
            return true;
        }
    }
    return false;
}

/* Where a key has several certificates, that of its CKA_ID is the one, and others are taken by
 * name.
 */
static void mark_others(const gathering *g, const pds_device_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        const pds_device_key *const key = &keys->items[i];
        const bool has = has_own(g, key);
        for (size_t k = 0; has && k < g->out->count; k++) {
            pds_device_key *const cert = &g->out->items[k];
            cert->retired = cert->retired || (is_same_half(key, cert) && !is_same_id(key, cert));
        }
    }
}

/* What is certain goes first. A key may have several certificates. */
static void give_certs(const gathering *g, const pds_device_keys *keys)
{
    static bool (*const ways[])(const pds_device_key *key,
                                const pds_device_key *cert) = { is_same_half, may_be_by_name,
                                                                may_be_by_id };
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
        for (size_t i = 0; i < keys->count; i++) {
            for (size_t k = 0; k < g->out->count; k++) {
                pds_device_key *const cert = &g->out->items[k];
                if (!cert->has_key && ways[way](&keys->items[i], cert)) {
                    put_key(cert, &keys->items[i]);
                }
            }
        }
    }
}

static bool has_cert(const gathering *g, const pds_device_key *key)
{
    for (size_t i = 0; i < g->out->count; i++) {
        if (g->out->items[i].has_key && g->out->items[i].handle == key->handle) {
            return true;
        }
    }
    return false;
}

/* Without a certificate it stands for itself. */
static pds_code add_bare(gathering *g)
{
    for (size_t i = 0; i < g->privates.count; i++) {
        if (!has_cert(g, &g->privates.items[i])) {
            PDS_TRY(add(g->out, &g->privates.items[i], g->e));
        }
    }
    return PDS_OK;
}

static pds_code add_keys(gathering *g)
{
    PDS_TRY(read_keys(g, CKO_PRIVATE_KEY, read_private));
    if (!g->in || !tell_halves(&g->privates)) {
        PDS_TRY(read_keys(g, CKO_PUBLIC_KEY, read_public));
        find_halves(g);
    }
    const pds_device_keys *const keys = g->privates.count > 0 ? &g->privates : &g->publics;
    mark_others(g, keys);
    give_certs(g, keys);
    return add_bare(g);
}

static void mark_shared(const pds_device_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        for (size_t k = 0; k < keys->count; k++) {
            if (i != k && is_same_id(&keys->items[i], &keys->items[k])) {
                keys->items[i].shares_id = true;
            }
        }
    }
}

/* ---- those that are meant ---- */

static bool fits(const pds_p11_kit *kit, P11KitUri *uri, CK_ATTRIBUTE_TYPE type, const void *value,
                 size_t len)
{
    const CK_ATTRIBUTE *const wanted = kit->uri_get_attribute(uri, type);
    return wanted == NULL ||
           (wanted->ulValueLen == len && (len == 0 || memcmp(wanted->pValue, value, len) == 0));
}

static bool is_meant(const pds_p11_kit *kit, P11KitUri *uri, const pds_device_key *key)
{
    PDS_OWN(pds_buf_drop) pds_buf id = { .max = PDS_DEVICE_ID };
    return pds_p11_id(key, &id, NULL) == PDS_OK && fits(kit, uri, CKA_ID, id.ptr, id.len) &&
           fits(kit, uri, CKA_LABEL, key->label, strlen(key->label));
}

/* The token, and the key in it: whoever wrote that knows of one that is not shown. Labels of tokens
 * are makers' defaults, that others' tokens have as well. */
static bool names_both(const pds_p11_kit *kit, P11KitUri *uri)
{
    return kit->uri_get_token_info(uri)->serialNumber[0] != '\0' &&
           (kit->uri_get_attribute(uri, CKA_ID) != NULL ||
            kit->uri_get_attribute(uri, CKA_LABEL) != NULL);
}

/* Keys that the URI does not name are certificates alone: they may be issuers. */
static pds_code keep_meant(const char *rest, pds_device_keys *keys, pds_err *e)
{
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    const pds_p11_kit *kit = NULL;
    bool any = false;
    PDS_TRY(pds_p11_uri_parse(rest, &uri, e));
    PDS_TRY(pds_p11_kit_load(&kit, e));
    for (size_t i = 0; i < keys->count; i++) {
        pds_device_key *const one = &keys->items[i];
        const bool meant = is_meant(kit, uri, one);
        one->has_key = one->has_key && meant;
        one->hides_key = one->hides_key && meant;
        any = any || meant;
    }
    keys->hides = keys->hides || (!any && names_both(kit, uri));
    return PDS_OK;
}

/* ---- what a login may show ---- */

/* By a key, or by a certificate that may have one. */
static bool is_shown(const gathering *g, const pds_device_key *public)
{
    for (size_t i = 0; i < g->out->count; i++) {
        const pds_device_key *const one = &g->out->items[i];
        if ((one->has_key && one->handle == public->handle) || is_same_half(one, public) ||
            may_be_by_id(public, one)) {
            return true;
        }
    }
    return false;
}

/* Before the login a certificate alone may have its key behind it, a public key its private one,
 * whatever else is shown; who shows nothing may have anything there. */
static void mark_hidden(gathering *g)
{
    bool shows = false;
    for (size_t i = 0; i < g->out->count; i++) {
        pds_device_key *const one = &g->out->items[i];
        one->hides_key = !one->has_key && !g->in;
        shows = shows || one->has_key || (one->hides_key && !pds_cert_is_authority(one->cert));
    }
    g->out->hides = !shows;
    for (size_t i = 0; i < g->publics.count && !g->in; i++) {
        g->out->hides = g->out->hides || !is_shown(g, &g->publics.items[i]);
    }
}

/* Another key of this process may have logged in, too. */
static bool is_in(const pds_p11 *p)
{
    CK_SESSION_INFO session = { .state = CKS_RO_PUBLIC_SESSION };
    return p->in ||
           (p->module->C_GetSessionInfo(p->main, &session) == CKR_OK &&
            (session.state == CKS_RO_USER_FUNCTIONS || session.state == CKS_RW_USER_FUNCTIONS));
}

pds_code pds_p11_keys(void *self, const char *rest, pds_device_keys *out, pds_err *e)
{
    PDS_OWN(gathering_drop) gathering g = { .p = self, .out = out, .in = is_in(self), .e = e };
    PDS_TRY(add_certs(&g));
    PDS_TRY(add_keys(&g));
    mark_shared(out);
    mark_hidden(&g);
    return keep_meant(rest, out, e);
}
