#include "cms/trust.h"

#include "base/own.h"
#include "cms/digest.h"
#include "cms/evidence_known.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/x509.h>

enum { SHA256_SIZE = 32, SETS = 128, WAYS = 8 };

/* Whether one was signed by the other. */
typedef struct link_slot {
    uint8_t signed_one[SHA256_SIZE], signer[SHA256_SIZE];
    bool used, signed_by;
} link_slot;

/* What was learnt under one value of a digest's first bytes. The newest takes the place of the
 * oldest, so the tables never grow. */
typedef struct link_set {
    link_slot slots[WAYS];
    size_t next;
} link_set;

typedef struct cert_set {
    pds_cert *certs[WAYS];
    size_t next;
} cert_set;

struct pds_trust {
    pds_certs anchors;
    pthread_mutex_t lock; /* of the tables */
    link_set links[SETS];
    cert_set certs[SETS];
    pds_evidence_known *responses;
    atomic_size_t checked;
};

pds_code pds_trust_new(pds_trust **out, pds_err *e)
{
    pds_trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL || pthread_mutex_init(&trust->lock, NULL) != 0) {
        free(trust);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    atomic_init(&trust->checked, 0);
    const pds_code code = pds_evidence_known_new(&trust->responses, e);
    if (code != PDS_OK) {
        pds_trust_drop(&trust);
        return code;
    }
    *out = trust;
    return PDS_OK;
}

static void cert_set_drop(cert_set *set)
{
    for (size_t i = 0; i < WAYS; i++) {
        pds_cert_drop(&set->certs[i]);
    }
}

void pds_trust_drop(pds_trust **trust)
{
    if (trust == NULL || *trust == NULL) {
        return;
    }
    pds_certs_drop(&(*trust)->anchors);
    for (size_t i = 0; i < SETS; i++) {
        cert_set_drop(&(*trust)->certs[i]);
    }
    pds_evidence_known_drop(&(*trust)->responses);
    (void)pthread_mutex_destroy(&(*trust)->lock);
    free(*trust);
    *trust = NULL;
}

/* ---- anchors ---- */

pds_code pds_trust_load(pds_trust *trust, const char *path, pds_err *e)
{
    return pds_certs_load(&trust->anchors, path, e);
}

pds_code pds_trust_add(pds_trust *trust, pds_cert *shared, pds_err *e)
{
    return pds_certs_add(&trust->anchors, shared, e);
}

/* A system without the file, the folder, or with an empty one, is a usual one. */
static pds_code load_if_any(pds_trust *trust, const char *path, pds_err *e)
{
    pds_code code = pds_certs_load(&trust->anchors, path, e);
    bool none = code == PDS_E_INPUT_UNREADABLE || code == PDS_E_CERT_UNREADABLE;
    return none ? PDS_OK : code;
}

/* Folders with colons between them. */
static pds_code load_folders(pds_trust *trust, const char *list, pds_err *e)
{
    char path[PATH_MAX];
    for (const char *at = list; *at != '\0';) {
        size_t len = strcspn(at, ":");
        if (len > 0 && len < sizeof path) {
            memcpy(path, at, len);
            path[len] = '\0';
            PDS_TRY(load_if_any(trust, path, e));
        }
        at += len + (at[len] == ':' ? 1 : 0);
    }
    return PDS_OK;
}

static const char *or_usual(const char *variable, const char *usual)
{
    const char *value = secure_getenv(variable);
    return value == NULL || *value == '\0' ? usual : value;
}

pds_code pds_trust_load_system(pds_trust *trust, pds_err *e)
{
    const char *file = or_usual(X509_get_default_cert_file_env(), X509_get_default_cert_file());
    const char *folders = or_usual(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
    const size_t before = trust->anchors.count;
    PDS_TRY(load_if_any(trust, file, e));
    PDS_TRY(load_folders(trust, folders, e));
    if (trust->anchors.count == before) {
        pds_code code =
            pds_fail(e, PDS_E_CERT_UNREADABLE, __func__, "the system's store holds no certificate");
        return pds_err_expected(code, e, file, folders);
    }
    return PDS_OK;
}

const pds_certs *pds_trust_anchors(const pds_trust *trust)
{
    return &trust->anchors;
}

bool pds_trust_is_anchor(const pds_trust *trust, const pds_cert *c)
{
    for (size_t i = 0; i < trust->anchors.count; i++) {
        if (pds_span_eq(pds_cert_der(trust->anchors.items[i]), pds_cert_der(c))) {
            return true;
        }
    }
    return false;
}

/* ---- what was learnt ---- */

static size_t set_of(const uint8_t *digest)
{
    return digest[0] % SETS;
}

/* One share more; NULL: not there. */
static pds_cert *known(pds_trust *trust, pds_span der, cert_set *set)
{
    pds_cert *found = NULL;
    (void)pthread_mutex_lock(&trust->lock);
    for (size_t i = 0; i < WAYS && found == NULL; i++) {
        if (set->certs[i] != NULL && pds_span_eq(pds_cert_der(set->certs[i]), der)) {
            found = pds_cert_share(set->certs[i]);
        }
    }
    (void)pthread_mutex_unlock(&trust->lock);
    return found;
}

static void keep(pds_trust *trust, pds_cert *cert, cert_set *set)
{
    (void)pthread_mutex_lock(&trust->lock);
    pds_cert_drop(&set->certs[set->next]);
    set->certs[set->next] = pds_cert_share(cert);
    set->next = (set->next + 1) % WAYS;
    (void)pthread_mutex_unlock(&trust->lock);
}

static pds_cert *anchor_of(const pds_trust *trust, pds_span der)
{
    for (size_t i = 0; i < trust->anchors.count; i++) {
        if (pds_span_eq(pds_cert_der(trust->anchors.items[i]), der)) {
            return pds_cert_share(trust->anchors.items[i]);
        }
    }
    return NULL;
}

pds_code pds_trust_cert(pds_trust *trust, pds_span der, pds_cert **out, pds_err *e)
{
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(pds_hash_of(PDS_SHA256, der, digest, e));
    cert_set *set = &trust->certs[set_of(digest)];
    pds_cert *found = anchor_of(trust, der);
    if (found == NULL) {
        found = known(trust, der, set);
    }
    if (found == NULL) {
        PDS_TRY(pds_cert_new(der, &found, e));
        keep(trust, found, set);
    }
    *out = found;
    return PDS_OK;
}

static link_set *links_of(pds_trust *trust, const uint8_t signed_one[], const uint8_t signer[])
{
    return &trust->links[set_of(signed_one) ^ set_of(signer)];
}

static bool same_link(const link_slot *slot, const uint8_t signed_one[], const uint8_t signer[])
{
    return slot->used && memcmp(slot->signed_one, signed_one, SHA256_SIZE) == 0 &&
           memcmp(slot->signer, signer, SHA256_SIZE) == 0;
}

bool pds_trust_recall(pds_trust *trust, const uint8_t signed_one[32], const uint8_t signer[32],
                      bool *signed_by)
{
    const link_set *set = links_of(trust, signed_one, signer);
    bool remembered = false;
    (void)pthread_mutex_lock(&trust->lock);
    for (size_t i = 0; i < WAYS && !remembered; i++) {
        remembered = same_link(&set->slots[i], signed_one, signer);
        *signed_by = remembered && set->slots[i].signed_by;
    }
    (void)pthread_mutex_unlock(&trust->lock);
    return remembered;
}

void pds_trust_remember(pds_trust *trust, const uint8_t signed_one[32], const uint8_t signer[32],
                        bool signed_by)
{
    link_set *set = links_of(trust, signed_one, signer);
    link_slot made = { .used = true, .signed_by = signed_by };
    memcpy(made.signed_one, signed_one, SHA256_SIZE);
    memcpy(made.signer, signer, SHA256_SIZE);
    atomic_fetch_add(&trust->checked, 1);
    (void)pthread_mutex_lock(&trust->lock);
    set->slots[set->next] = made;
    set->next = (set->next + 1) % WAYS;
    (void)pthread_mutex_unlock(&trust->lock);
}

bool pds_trust_issued_by(pds_trust *trust, const pds_cert *c, const pds_cert *issuer)
{
    uint8_t cert_sha[SHA256_SIZE];
    uint8_t issuer_sha[SHA256_SIZE];
    bool signed_by = false;
    pds_cert_sha256(c, cert_sha);
    pds_cert_sha256(issuer, issuer_sha);
    if (!pds_trust_recall(trust, cert_sha, issuer_sha, &signed_by)) {
        signed_by = pds_cert_issued_by(c, issuer);
        pds_trust_remember(trust, cert_sha, issuer_sha, signed_by);
    }
    return signed_by;
}

pds_evidence_known *pds_trust_responses(pds_trust *trust)
{
    return trust->responses;
}

size_t pds_trust_checked(const pds_trust *trust)
{
    return atomic_load(&trust->checked);
}
