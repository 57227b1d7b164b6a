#include "seal/subset_keep.h"

#include "base/own.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_MAX = 8, KEPT_BYTES_MAX = 256 << 10 };

/* What a subset was made of, and the subset; no rows: the place is free. */
typedef struct kept {
    bool vertical;
    pds_buf rows, texts;
    pds_face_subset subset;
} kept;

struct pds_subset_keep {
    pthread_mutex_t lock; /* of what follows */
    kept items[KEPT_MAX];
    size_t next; /* that is given up for a new one */
};

static void kept_drop(kept *k)
{
    pds_buf_drop(&k->rows);
    pds_buf_drop(&k->texts);
    pds_face_subset_drop(&k->subset);
}

pds_code pds_subset_keep_new(pds_subset_keep **out, pds_err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a font");
    }
    (void)pthread_mutex_init(&(*out)->lock, NULL);
    return PDS_OK;
}

void pds_subset_keep_drop(pds_subset_keep **keep)
{
    if (*keep == NULL) {
        return;
    }
    for (size_t i = 0; i < KEPT_MAX; i++) {
        kept_drop(&(*keep)->items[i]);
    }
    (void)pthread_mutex_destroy(&(*keep)->lock);
    free(*keep);
    *keep = NULL;
}

static pds_code copy_bytes(const pds_buf *from, pds_buf *to, pds_err *e)
{
    *to = (pds_buf){ 0 };
    pds_buf_put(to, pds_buf_span(from));
    return pds_buf_end(to, e);
}

static pds_code copy_buffers(const pds_face_subset *from, pds_face_subset *to, pds_err *e)
{
    PDS_TRY(copy_bytes(&from->program, &to->program, e));
    PDS_TRY(copy_bytes(&from->widths, &to->widths, e));
    PDS_TRY(copy_bytes(&from->widths_v, &to->widths_v, e));
    return copy_bytes(&from->to_unicode, &to->to_unicode, e);
}

static pds_code copy_subset(const pds_face_subset *from, pds_face_subset *to, pds_err *e)
{
    static const pds_buf none = { 0 };
    *to = *from;
    to->program = to->widths = to->widths_v = to->to_unicode = none;
    pds_code code = copy_buffers(from, to, e);
    if (code != PDS_OK) {
        pds_face_subset_drop(to);
    }
    return code;
}

static bool is_of(const kept *k, const pds_slot *slot)
{
    return k->rows.len > 0 && k->vertical == slot->vertical &&
           pds_span_eq(pds_buf_span(&k->rows), pds_buf_span(&slot->rows)) &&
           pds_span_eq(pds_buf_span(&k->texts), pds_buf_span(&slot->texts));
}

pds_code pds_subset_keep_find(pds_subset_keep *keep, const pds_slot *slot, pds_face_subset *out,
                              bool *found, pds_err *e)
{
    pds_code code = PDS_OK;
    *found = false;
    (void)pthread_mutex_lock(&keep->lock);
    for (size_t i = 0; i < KEPT_MAX && !*found; i++) {
        if (is_of(&keep->items[i], slot)) {
            *found = true;
            code = copy_subset(&keep->items[i].subset, out, e);
        }
    }
    (void)pthread_mutex_unlock(&keep->lock);
    return code;
}

static pds_code make_kept(const pds_slot *slot, const pds_face_subset *made, kept *out)
{
    out->vertical = slot->vertical;
    PDS_TRY(copy_bytes(&slot->rows, &out->rows, NULL));
    PDS_TRY(copy_bytes(&slot->texts, &out->texts, NULL));
    return copy_subset(made, &out->subset, NULL);
}

void pds_subset_keep_put(pds_subset_keep *keep, const pds_slot *slot, const pds_face_subset *made)
{
    kept k = { .vertical = false };
    if (made->program.len + made->to_unicode.len > KEPT_BYTES_MAX) {
        return;
    }
    if (make_kept(slot, made, &k) == PDS_OK) {
        (void)pthread_mutex_lock(&keep->lock);
        kept old = keep->items[keep->next];
        keep->items[keep->next] = k;
        keep->next = (keep->next + 1) % KEPT_MAX;
        (void)pthread_mutex_unlock(&keep->lock);
        k = old;
    }
    kept_drop(&k);
}
