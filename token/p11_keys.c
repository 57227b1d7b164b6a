#include "base/own.h"
#include "cms/evp.h"
#include "token/p11_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Certificates, and private keys that belong to them by CKA_ID; before the login the public halves
 * tell of keys that are hidden. */

typedef struct gathering {
    const pds_p11 *p;
    pds_device_keys *out;
    bool sees_private; /* some private key shows itself */
    bool sees_half;    /* a public one that no certificate is of */
    pds_err *e;
} gathering;

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

static pds_code add(const gathering *g, const pds_device_key *key)
{
    pds_device_key *const grown =
        realloc(g->out->items, (g->out->count + 1) * sizeof *g->out->items);
    if (grown == NULL) {
        PDS_FAIL(g->e, PDS_E_NO_MEMORY, "out of memory");
    }
    g->out->items = grown;
    grown[g->out->count++] = *key;
    return PDS_OK;
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
    pds_code code = read_id(g, object, &key);
    code = code == PDS_OK ? add(g, &key) : code;
    if (code != PDS_OK) {
        pds_cert_drop(&key.cert);
        EVP_PKEY_free(key.public_half);
    }
    return code;
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

/* ---- private keys ---- */

static void describe_private(const gathering *g, CK_OBJECT_HANDLE object, pds_device_key *key)
{
    const pds_p11 *const p = g->p;
    key->has_key = true;
    key->handle = object;
    key->signs = pds_p11_flag(p, p->main, object, CKA_SIGN, true);
    key->decrypts = pds_p11_flag(p, p->main, object, CKA_DECRYPT, false) ||
                    pds_p11_flag(p, p->main, object, CKA_DERIVE, false);
    key->asks_always = pds_p11_flag(p, p->main, object, CKA_ALWAYS_AUTHENTICATE, false);
}

/* Of the private key, else of a public one with its CKA_ID. */
static pds_code find_half(const gathering *g, CK_OBJECT_HANDLE object, pds_device_key *key)
{
    pds_p11_objects found = { .count = 0 };
    PDS_TRY(pds_p11_public_half(g->p, object, &key->public_half, g->e));
    if (key->public_half != NULL || key->id[0] == '\0') {
        return PDS_OK;
    }
    PDS_TRY(find_class(g, CKO_PUBLIC_KEY, &found));
    for (size_t i = 0; i < found.count && key->public_half == NULL; i++) {
        pds_device_key one = { .id = "" };
        PDS_TRY(read_id(g, found.items[i], &one));
        if (strcmp(one.id, key->id) == 0) {
            PDS_TRY(pds_p11_public_half(g->p, found.items[i], &key->public_half, g->e));
        }
    }
    return PDS_OK;
}

/* All certificates of that CKA_ID are the key's; without one it stands for itself. */
static pds_code add_private(const gathering *g, CK_OBJECT_HANDLE object)
{
    pds_device_key key = { .id = "" };
    bool found = false;
    PDS_TRY(read_id(g, object, &key));
    for (size_t i = 0; i < g->out->count; i++) {
        pds_device_key *const one = &g->out->items[i];
        if (key.id[0] != '\0' && !one->has_key && strcmp(one->id, key.id) == 0) {
            describe_private(g, object, one);
            found = true;
        }
    }
    if (found) {
        return PDS_OK;
    }
    describe_private(g, object, &key);
    PDS_TRY(find_half(g, object, &key));
    const pds_code code = add(g, &key);
    if (code != PDS_OK) {
        EVP_PKEY_free(key.public_half);
    }
    return code;
}

static pds_code add_privates(gathering *g)
{
    pds_p11_objects found = { .count = 0 };
    PDS_TRY(find_class(g, CKO_PRIVATE_KEY, &found));
    g->sees_private = found.count > 0;
    for (size_t i = 0; i < found.count; i++) {
        PDS_TRY(add_private(g, found.items[i]));
    }
    return PDS_OK;
}

/* Private keys that hide until the login have left their public halves to be seen. */
static pds_code add_hidden(gathering *g)
{
    pds_p11_objects found = { .count = 0 };
    PDS_TRY(find_class(g, CKO_PUBLIC_KEY, &found));
    for (size_t i = 0; i < found.count; i++) {
        pds_device_key key = { .id = "" };
        bool known = false;
        PDS_TRY(read_id(g, found.items[i], &key));
        for (size_t k = 0; k < g->out->count && key.id[0] != '\0'; k++) {
            pds_device_key *const one = &g->out->items[k];
            if (strcmp(one->id, key.id) == 0) {
                known = true;
                one->has_key = one->signs = true;
                one->decrypts = pds_p11_flag(g->p, g->p->main, found.items[i], CKA_ENCRYPT, false);
            }
        }
        g->sees_half = g->sees_half || !known;
    }
    return PDS_OK;
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

/* Keys that the URI does not name are certificates alone: they may be issuers. */
static pds_code keep_meant(const char *rest, pds_device_keys *keys, pds_err *e)
{
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    const pds_p11_kit *kit = NULL;
    PDS_TRY(pds_p11_uri_parse(rest, &uri, e));
    PDS_TRY(pds_p11_kit_load(&kit, e));
    for (size_t i = 0; i < keys->count; i++) {
        keys->items[i].has_key = keys->items[i].has_key && is_meant(kit, uri, &keys->items[i]);
    }
    return PDS_OK;
}

/* Tokens that show a key with its certificate show all that have one. */
static bool hides(const gathering *g)
{
    for (size_t i = 0; i < g->out->count; i++) {
        const pds_device_key *const key = &g->out->items[i];
        if (key->has_key && key->cert != NULL) {
            return g->sees_half;
        }
    }
    return true;
}

pds_code pds_p11_keys(void *self, const char *rest, pds_device_keys *out, pds_err *e)
{
    gathering g = { .p = self, .out = out, .e = e };
    PDS_TRY(add_certs(&g));
    PDS_TRY(add_privates(&g));
    if (!g.sees_private) {
        PDS_TRY(add_hidden(&g));
    }
    PDS_TRY(keep_meant(rest, out, e));
    out->hides = hides(&g);
    return PDS_OK;
}
