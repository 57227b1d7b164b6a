#include "pdfsign/document_timestamp.h"

#include "base/own.h"
#include "cms/md.h"
#include "pdf/page.h"
#include "pdfsign/choose.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/pdfa.h"
#include "pdfsign/signature_dict.h"

#include <stdio.h>

#define STEM "Timestamp"

enum {
    ROOM_USUAL = 8 << 10, /* a token with its authority's certificates takes 2 to 7 KiB */
    ROOM_MAX = 1 << 20,
    ROOM_SPARE = 128, /* tokens of one authority differ by some bytes */
    TRIES = 3
};

/* ---- the update ---- */

static pds_code name_field(pds_doc *doc, char out[32], pds_err *e)
{
    PDS_OWN(pds_form_drop) pds_form form = { .count = 0 };
    PDS_TRY(pds_form_read(doc, &form, e));
    (void)snprintf(out, 32, STEM "%lu", pds_form_last_number(&form, STEM) + 1);
    return PDS_OK;
}

static pds_code stage_value(pds_update *u, size_t room, pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf entries = { 0 };
    *out = pds_update_ref(u);
    pds_signature_dict_put_stamp(&entries);
    PDS_TRY(pds_buf_end(&entries, e));
    return pds_update_put_signature(u, *out, pds_buf_span(&entries), room, e);
}

/* An appearance is something new that others would hold against a lock or a certification; PDF/A-1
 * alone wants one of each field (ISO 19005-1, 6.9). */
static pds_code stage_field(const pds_append *a, const char *name, pds_ref value, pds_err *e)
{
    pds_page page;
    pds_pdfa pdfa;
    PDS_TRY(pds_page_find(a->doc, 1, &page, e));
    PDS_TRY(pds_pdfa_read(a->doc, &pdfa, e));
    const pds_new_field field = {
        .name = name, .page = page.ref, .signature = value, .bare = pdfa.part != 1
    };
    return pds_form_add_field(a->update, &field, e);
}

static pds_code stage(const pds_append *a, size_t room, pds_document_timestamp *out, pds_err *e)
{
    pds_ref value;
    PDS_TRY(pds_choose_may_add(a->doc, e));
    PDS_TRY(name_field(a->doc, out->field, e));
    PDS_TRY(stage_value(a->update, room, &value, e));
    return stage_field(a, out->field, value, e);
}

static pds_code draft(const pds_append_base *base, size_t room, pds_buf *updates,
                      pds_document_timestamp *out, pds_err *e)
{
    PDS_OWN(pds_append_drop) pds_append a = { .doc = NULL };
    PDS_TRY(pds_append_open(base, updates, &a, e));
    PDS_TRY(stage(&a, room, out, e));
    return pds_append_write(&a, updates, &out->hole, e);
}

/* ---- the token ---- */

/* Of all that stands before the update, and of the update but its hole. */
static pds_code stamp(const pds_stamp_source *source, const pds_digests *before,
                      const pds_buf *updates, const pds_document_timestamp *made, pds_buf *token,
                      pds_err *e)
{
    uint8_t digest[PDS_DIGEST_MAX];
    const pds_span update = pds_span_of(updates->ptr + made->start, updates->len - made->start);
    PDS_TRY(pds_digests_end(before, source->digest, update, &made->hole, digest, e));
    const pds_span imprint = pds_span_of(digest, pds_md_size(pds_md_of(source->digest)));
    PDS_TRY(source->stamp(source->self, imprint, token, e));
    return pds_buf_end(token, e);
}

typedef struct attempt {
    const pds_append_base *base;
    const pds_stamp_source *source;
    const pds_digests *before;
    size_t room;
    pds_buf token;
} attempt;

static void attempt_drop(attempt *a)
{
    pds_buf_drop(&a->token);
}

static pds_code try_room(attempt *a, pds_buf *updates, pds_document_timestamp *out, pds_err *e)
{
    pds_buf_clear(&a->token);
    PDS_TRY(draft(a->base, a->room, updates, out, e));
    return stamp(a->source, a->before, updates, out, &a->token, e);
}

/* Where the token is too large, the update was in vain: what it is over has changed with the room.
 */
static pds_code try_rooms(attempt *a, pds_buf *updates, pds_document_timestamp *out, pds_err *e)
{
    for (int i = 0; i < TRIES; i++) {
        PDS_TRY(try_room(a, updates, out, e));
        const bool fits = a->token.len <= a->room;
        a->room = fits ? a->room : a->token.len + ROOM_SPARE;
        if (fits) {
            out->token = a->token.len;
            return pds_append_fill(updates, out->start, &out->hole, pds_buf_span(&a->token), e);
        }
        if (a->room > ROOM_MAX) {
            PDS_FAIL(e, PDS_E_LIMIT, "the timestamp has %zu bytes: more than any document needs",
                     a->token.len);
        }
        updates->len = out->start;
    }
    PDS_FAIL(e, PDS_E_LIMIT, "the timestamp is larger each time it is asked for");
}

pds_code pds_document_timestamp_append(const pds_append_base *base, const pds_stamp_source *source,
                                       const pds_digests *before, size_t *room, pds_buf *updates,
                                       pds_document_timestamp *out, pds_err *e)
{
    PDS_OWN(attempt_drop)
    attempt a = {
        .base = base, .source = source, .before = before, .room = *room != 0 ? *room : ROOM_USUAL
    };
    *out = (pds_document_timestamp){ .start = updates->len };
    const pds_code code = try_rooms(&a, updates, out, e);
    if (code != PDS_OK) {
        updates->len = out->start;
        return code;
    }
    *room = a.token.len + ROOM_SPARE;
    return PDS_OK;
}
