#include "cms/evidence_known.h"

#include "cms/evidence_share.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 64, SHA256_SIZE = 32 };

typedef struct slot {
    uint8_t sha256[SHA256_SIZE];
    pds_evidence *held; /* NULL: nothing */
} slot;

struct pds_evidence_known {
    pthread_mutex_t lock;
    slot slots[SLOTS];
    size_t next;
};

pds_code pds_evidence_known_new(pds_evidence_known **out, pds_err *e)
{
    pds_evidence_known *made = calloc(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *out = made;
    return PDS_OK;
}

void pds_evidence_known_drop(pds_evidence_known **known)
{
    if (*known == NULL) {
        return;
    }
    for (size_t i = 0; i < SLOTS; i++) {
        pds_evidence_drop(&(*known)->slots[i].held);
    }
    (void)pthread_mutex_destroy(&(*known)->lock);
    free(*known);
    *known = NULL;
}

pds_code pds_evidence_known_share(pds_evidence_known *known, const uint8_t sha256[32],
                                  pds_evidence *to, bool *found, pds_err *e)
{
    pds_code code = PDS_OK;
    *found = false;
    (void)pthread_mutex_lock(&known->lock);
    for (size_t i = 0; i < SLOTS && !*found; i++) {
        const slot *const s = &known->slots[i];
        if (s->held != NULL && memcmp(s->sha256, sha256, SHA256_SIZE) == 0) {
            *found = true;
            code = pds_evidence_share(to, s->held, e);
        }
    }
    (void)pthread_mutex_unlock(&known->lock);
    return pds_fault(code);
}

void pds_evidence_known_keep(pds_evidence_known *known, const uint8_t sha256[32],
                             pds_evidence **evidence)
{
    (void)pthread_mutex_lock(&known->lock);
    slot *const s = &known->slots[known->next];
    pds_evidence *const old = s->held;
    memcpy(s->sha256, sha256, SHA256_SIZE);
    s->held = *evidence;
    *evidence = old;
    known->next = (known->next + 1) % SLOTS;
    (void)pthread_mutex_unlock(&known->lock);
    pds_evidence_drop(evidence);
}
