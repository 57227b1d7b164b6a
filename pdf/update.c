#include "pdf/update.h"

#include "base/flate.h"
#include "base/own.h"
#include "pdf/update_internal.h"

#include <stdlib.h>

/* Staging of objects; update_write.c writes them. */

enum { REF_CHAIN_MAX = 32 };

/* Fewer bytes do not get shorter with "/Filter/FlateDecode" beside them. */
enum { DEFLATE_MIN = 48 };

static void staged_drop(pds_staged *s)
{
    pds_buf_drop(&s->text);
    pds_buf_drop(&s->data);
}

pds_code pds_update_new(pds_doc *doc, pds_update **out, pds_err *e)
{
    pds_span encrypt;

    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (pds_dict_get(pds_doc_trailer(doc), "Encrypt", &encrypt)) {
        (void)pds_value_ref(encrypt, &(*out)->handler);
    }
    (*out)->doc = doc;
    (*out)->next = pds_doc_size(doc) == 0 ? 1 : pds_doc_size(doc);
    return PDS_OK;
}

void pds_update_drop(pds_update **u)
{
    if (*u == NULL) {
        return;
    }
    for (size_t i = 0; i < (*u)->count; i++) {
        staged_drop(&(*u)->staged[i]);
    }
    free((*u)->staged);
    free(*u);
    *u = NULL;
}

pds_doc *pds_update_doc(pds_update *u)
{
    return u->doc;
}

pds_ref pds_update_ref(pds_update *u)
{
    if (u->next > PDS_OBJECT_MAX) {
        return (pds_ref){ .num = 0 };
    }
    return (pds_ref){ .num = u->next++ };
}

/* ---- the table ---- */

/* Place of the object, or where it would go. */
static size_t place_of(const pds_update *u, uint32_t num)
{
    size_t low = 0;
    size_t high = u->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (u->staged[mid].ref.num < num) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static pds_staged *find(const pds_update *u, uint32_t num)
{
    size_t at = place_of(u, num);

    return at < u->count && u->staged[at].ref.num == num ? &u->staged[at] : NULL;
}

static pds_code room_for_one(pds_update *u, pds_err *e)
{
    size_t room = u->room == 0 ? 16 : u->room * 2;

    if (u->count < u->room) {
        return PDS_OK;
    }
    pds_staged *more = realloc(u->staged, room * sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    u->staged = more;
    u->room = room;
    return PDS_OK;
}

static pds_code check_ref(const pds_update *u, pds_ref ref, pds_err *e)
{
    if (ref.num == 0 || ref.num > PDS_OBJECT_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the file has no room for more objects");
    }
    if (ref.num == u->handler.num) {
        return pds_err_object(
            pds_fail(e, PDS_E_INTERNAL, __func__, "the encryption dictionary cannot be changed"), e,
            ref.num);
    }
    return PDS_OK;
}

/* Puts `fresh` in place of what was staged for its number, and leaves it empty. */
static pds_code stage(pds_update *u, pds_staged *fresh, pds_err *e)
{
    PDS_TRY(check_ref(u, fresh->ref, e));
    PDS_TRY(pds_buf_end(&fresh->text, e));
    PDS_TRY(pds_buf_end(&fresh->data, e));
    PDS_TRY(room_for_one(u, e));

    size_t at = place_of(u, fresh->ref.num);
    if (at < u->count && u->staged[at].ref.num == fresh->ref.num) {
        if (u->staged[at].kind == PDS_STAGED_SIGNATURE && fresh->kind != PDS_STAGED_SIGNATURE) {
            u->hole = 0;
        }
        staged_drop(&u->staged[at]);
    } else {
        memmove(u->staged + at + 1, u->staged + at, (u->count - at) * sizeof *u->staged);
        u->count++;
    }
    u->staged[at] = *fresh;
    memset(fresh, 0, sizeof *fresh);
    if (u->staged[at].ref.num >= u->next) {
        u->next = u->staged[at].ref.num + 1;
    }
    return PDS_OK;
}

/* One whole value and nothing else: what is written must be readable again. A fault in it is not
 * the file's, so its offset would mislead. */
static pds_code check_text(pds_span text, pds_span *value, pds_err *e)
{
    pds_code rc = pds_value_scan(&text, value, NULL);

    pds_space_skip(&text);
    if (rc == PDS_E_PDF_LIMIT) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "arrays and dictionaries too deep in each other");
    }
    if (rc != PDS_OK || text.len != 0 || pds_value_kind(*value) == PDS_KIND_WORD) {
        PDS_FAIL(e, PDS_E_INTERNAL, "an object's text is not one value");
    }
    return PDS_OK;
}

static pds_code check_dict(pds_span text, pds_span *dict, pds_err *e)
{
    PDS_TRY(check_text(text, dict, e));
    if (pds_value_kind(*dict) != PDS_KIND_DICT) {
        PDS_FAIL(e, PDS_E_INTERNAL, "an object's text is not a dictionary");
    }
    return PDS_OK;
}

/* ---- reading ---- */

static bool is_stream(const pds_staged *s)
{
    return s->kind == PDS_STAGED_STREAM || s->kind == PDS_STAGED_STREAM_RAW;
}

pds_code pds_update_read(pds_update *u, pds_ref ref, pds_object *out, pds_err *e)
{
    const pds_staged *s = find(u, ref.num);

    if (s == NULL) {
        return pds_doc_read(u->doc, ref, out, e);
    }
    pds_buf text = out->text; /* a copy: the caller may stage anew while it looks */
    pds_buf_clear(&text);
    pds_buf_put(&text, s->ref.gen == ref.gen ? pds_buf_span(&s->text) : pds_span_text("null"));
    memset(out, 0, sizeof *out);
    out->text = text;
    PDS_TRY(pds_buf_end(&out->text, e));
    out->value = pds_buf_span(&out->text);
    out->ref = ref;
    out->offset = -1;
    out->stream = s->ref.gen == ref.gen && is_stream(s);
    return PDS_OK;
}

static pds_code resolve(pds_update *u, pds_ref ref, pds_object *out, pds_err *e)
{
    for (int i = 0; i < REF_CHAIN_MAX; i++) {
        PDS_TRY(pds_update_read(u, ref, out, e));
        if (!pds_value_ref(out->value, &ref)) {
            return PDS_OK;
        }
    }
    return pds_err_object(
        pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "references lead to references without end"), e,
        ref.num);
}

pds_code pds_update_get(pds_update *u, pds_span dict, const char *key, pds_object *out, pds_err *e)
{
    pds_span value;
    pds_ref ref;

    if (pds_dict_get(dict, key, &value) && pds_value_ref(value, &ref)) {
        return resolve(u, ref, out, e);
    }
    out->value = value; /* lent; perhaps by out->text, which therefore stays */
    out->ref = (pds_ref){ .num = 0 };
    out->offset = -1;
    out->stream = false;
    return PDS_OK;
}

/* ---- staging ---- */

pds_code pds_update_put(pds_update *u, pds_ref ref, pds_span text, pds_err *e)
{
    PDS_OWN(staged_drop) pds_staged fresh = { .ref = ref };
    pds_span value;

    PDS_TRY(pds_err_object(check_text(text, &value, e), e, ref.num));
    pds_buf_put(&fresh.text, value);
    return stage(u, &fresh, e);
}

/* Data in whichever form takes fewer bytes; a caller's own /Filter means that they are encoded. */
static pds_code encode(pds_span dict, pds_span data, pds_staged *fresh, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf flat = { 0 };
    const pds_entry filter = { "Filter", pds_span_text("/FlateDecode") };
    pds_span own;
    bool shorter = false;

    if (data.len >= DEFLATE_MIN && !pds_dict_get(dict, "Filter", &own)) {
        PDS_TRY(pds_deflate(data, &flat, e));
        shorter = flat.len + strlen("/Filter/FlateDecode") < data.len;
    }
    pds_dict_put(&fresh->text, dict, &filter, shorter ? 1 : 0);
    if (shorter) {
        fresh->data = pds_buf_take(&flat);
    } else {
        pds_buf_put(&fresh->data, data);
    }
    return PDS_OK;
}

pds_code pds_update_put_stream(pds_update *u, pds_ref ref, pds_span dict, pds_span data, pds_err *e)
{
    PDS_OWN(staged_drop) pds_staged fresh = { .ref = ref, .kind = PDS_STAGED_STREAM };
    pds_span checked;

    PDS_TRY(pds_err_object(check_dict(dict, &checked, e), e, ref.num));
    PDS_TRY(encode(checked, data, &fresh, e));
    return stage(u, &fresh, e);
}

/* The data of a stream in the file, as they stand: they depend on the object's number, which stays.
 */
static pds_code raw_data(pds_update *u, const pds_object *o, pds_buf *out, pds_err *e)
{
    if (o->data_len > PDS_BUF_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "a stream of %llu bytes", (unsigned long long)o->data_len);
    }
    uint8_t *room = pds_buf_grow(out, (size_t)o->data_len);
    PDS_TRY(pds_buf_end(out, e));
    return o->data_len == 0
               ? PDS_OK
               : pds_file_read(pds_doc_file(u->doc), o->data, room, (size_t)o->data_len, e);
}

/* What is staged stays, but for its text. */
static pds_code edit_staged(pds_staged *s, const pds_entry *entries, size_t count, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_span dict;

    PDS_TRY(check_dict(pds_buf_span(&s->text), &dict, e));
    pds_dict_put(&text, dict, entries, count);
    PDS_TRY(pds_buf_end(&text, e));
    PDS_TRY(check_dict(pds_buf_span(&text), &dict, e));
    pds_buf_drop(&s->text);
    s->text = pds_buf_take(&text);
    return PDS_OK;
}

pds_code pds_update_edit(pds_update *u, pds_ref ref, const pds_entry *entries, size_t count,
                         pds_err *e)
{
    PDS_OWN(staged_drop) pds_staged fresh = { .ref = ref };
    PDS_OWN(pds_object_drop) pds_object old = { .offset = -1 };
    pds_staged *staged = find(u, ref.num);
    pds_span dict;

    if (staged != NULL) {
        return pds_err_object(edit_staged(staged, entries, count, e), e, ref.num);
    }
    PDS_TRY(pds_doc_read(u->doc, ref, &old, e));
    if (pds_value_kind(old.value) != PDS_KIND_DICT) {
        return pds_err_object(
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "a dictionary is missing where one belongs"),
            e, ref.num);
    }
    pds_dict_put(&fresh.text, old.value, entries, count);
    PDS_TRY(pds_buf_end(&fresh.text, e));
    PDS_TRY(pds_err_object(check_dict(pds_buf_span(&fresh.text), &dict, e), e, ref.num));
    if (old.stream) {
        fresh.kind = PDS_STAGED_STREAM_RAW;
        PDS_TRY(pds_err_object(raw_data(u, &old, &fresh.data, e), e, ref.num));
    }
    return stage(u, &fresh, e);
}

pds_code pds_update_put_signature(pds_update *u, pds_ref ref, pds_span entries, size_t room,
                                  pds_err *e)
{
    PDS_OWN(staged_drop) pds_staged fresh = { .ref = ref, .kind = PDS_STAGED_SIGNATURE };
    const pds_staged *old = find(u, ref.num);
    pds_span dict;
    pds_span value;

    if (u->hole != 0 && (old == NULL || old->kind != PDS_STAGED_SIGNATURE)) {
        PDS_FAIL(e, PDS_E_INTERNAL, "an update holds one signature only");
    }
    pds_buf_text(&fresh.text, "<<");
    pds_buf_put(&fresh.text, entries);
    pds_buf_text(&fresh.text, ">>");
    PDS_TRY(pds_err_object(check_dict(pds_buf_span(&fresh.text), &dict, e), e, ref.num));
    if (room == 0 || pds_dict_get(dict, "ByteRange", &value) ||
        pds_dict_get(dict, "Contents", &value)) {
        PDS_FAIL(e, PDS_E_INTERNAL, "a signature's ByteRange and Contents are not its entries");
    }
    PDS_TRY(stage(u, &fresh, e));
    u->hole = room;
    return PDS_OK;
}
