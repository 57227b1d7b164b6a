#include "pdf/doc.h"

#include "base/own.h"
#include "pdf/filter.h"
#include "pdf/lex.h"
#include "pdf/object.h"

#include <stdlib.h>

enum { CHAIN_MAX = 32, HEADER_ROOM = 1024, RESOLVED_MAX = 1 << 20 };

/* ---- opening ---- */

static bool is_header(const uint8_t *p)
{
    return memcmp(p, "%PDF-", 5) == 0 && (p[5] == '1' || p[5] == '2') && p[6] == '.' &&
           lex_is_digit(p[7]);
}

pds_code pds_header_check(const pds_file *file, pds_err *e)
{
    uint8_t bytes[HEADER_ROOM];
    const size_t len = file->size < sizeof bytes ? (size_t)file->size : sizeof bytes;
    if (len == 0) {
        PDS_FAIL(e, PDS_E_NOT_PDF, "the file is empty");
    }
    PDS_TRY(pds_file_read(file, 0, bytes, len, e));
    for (size_t at = 0; at + 8 <= len; at++) {
        if (bytes[at] != '%' || !is_header(bytes + at)) {
            continue;
        }
        if (at > 0) {
            PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, 0, "%zu bytes before the header", at);
        }
        return PDS_OK;
    }
    PDS_FAIL(e, PDS_E_NOT_PDF, "no %%PDF- header");
}

static pds_code read_catalog(pds_doc *doc, pds_err *e)
{
    pds_span root = { 0 }, pages = { 0 };
    pds_ref ref = { 0 };
    (void)pds_dict_get(doc->xref.trailer, "Root", &root);
    if (!pds_value_ref(root, &ref)) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, doc->xref.sections[0],
                    "/Root of the trailer is not a reference");
    }
    PDS_TRY(pds_doc_resolve(doc, root, &doc->catalog, e));
    if (pds_value_kind(doc->catalog.value) != PDS_KIND_DICT || doc->catalog.stream ||
        !pds_dict_get(doc->catalog.value, "Pages", &pages)) {
        const pds_code code =
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                     "object %u, the /Root, is not a document catalog", (unsigned)ref.num);
        return pds_err_object(pds_err_at(code, e, doc->catalog.offset), e, ref.num);
    }
    return PDS_OK;
}

/* Puts value with every reference in it replaced by what it leads to, `levels` deep. */
static pds_code put_resolved(pds_doc *doc, pds_span value, int levels, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    pds_span key = { 0 }, item = { 0 };
    PDS_TRY(pds_doc_resolve(doc, value, &o, e));
    const pds_kind kind = pds_value_kind(o.value);
    if ((kind != PDS_KIND_DICT && kind != PDS_KIND_ARRAY) || levels == 0) {
        pds_buf_put(out, o.value);
        return pds_buf_end(out, e);
    }
    pds_iter it = pds_iter_of(o.value);
    pds_buf_text(out, it.dict ? "<<" : "[");
    while (pds_iter_next(&it, &key, &item)) {
        pds_buf_put(out, key);
        pds_buf_byte(out, ' ');
        PDS_TRY(put_resolved(doc, item, levels - 1, out, e));
    }
    pds_buf_text(out, it.dict ? ">>" : "]");
    return pds_buf_end(out, e);
}

static bool has_reference(pds_span value)
{
    return memchr(value.ptr, 'R', value.len) != NULL; /* may say yes for a name: no harm */
}

/* The first string of /ID; a part of the file key. */
static pds_code read_id(pds_doc *doc, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object id = { 0 };
    pds_span key = { 0 }, first = { 0 };
    PDS_TRY(pds_doc_get(doc, doc->xref.trailer, "ID", &id, e));
    pds_iter it = pds_iter_of(id.value);
    if (pds_iter_next(&it, &key, &first)) {
        PDS_OWN(pds_buf_drop) pds_buf text = { .max = RESOLVED_MAX };
        PDS_TRY(put_resolved(doc, first, 0, &text, e));
        (void)pds_value_bytes(pds_buf_span(&text), out);
    }
    return pds_buf_end(out, e);
}

static pds_code open_crypt(pds_doc *doc, const pds_secret *password, pds_err *e)
{
    pds_span encrypt = { 0 };
    pds_ref ref = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf dict = { .max = RESOLVED_MAX };
    PDS_OWN(pds_buf_drop) pds_buf id = { .max = RESOLVED_MAX };
    if (!pds_dict_get(doc->xref.trailer, "Encrypt", &encrypt) ||
        pds_value_kind(encrypt) == PDS_KIND_NULL) {
        return PDS_OK;
    }
    doc->encrypt = pds_value_ref(encrypt, &ref) ? ref.num : 0;
    PDS_TRY(put_resolved(doc, encrypt, 3, &dict, e));
    PDS_TRY(read_id(doc, &id, e));
    pds_code code = PDS_OK;
    if (pds_value_kind(pds_buf_span(&dict)) != PDS_KIND_DICT) {
        code =
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "/Encrypt of the trailer is not a dictionary");
    } else {
        code = pds_crypt_open(pds_buf_span(&dict), pds_buf_span(&id), password, &doc->crypt, e);
    }
    return pds_err_object(code, e, doc->encrypt);
}

/* What the file key depends on. */
static pds_code name_key(const pds_doc *doc, pds_buf *out, pds_err *e)
{
    pds_span encrypt = { 0 }, id = { 0 };
    pds_ref ref = { 0 };
    (void)pds_dict_get(doc->xref.trailer, "Encrypt", &encrypt);
    (void)pds_dict_get(doc->xref.trailer, "ID", &id);
    pds_iter it = pds_iter_of(id);
    pds_span key = { 0 }, first = id; /* all of it, where it is a reference */
    (void)pds_iter_next(&it, &key, &first);
    const uint32_t num = pds_value_ref(encrypt, &ref) ? ref.num : 0;
    const pds_place *const place = pds_xref_find(&doc->xref, num);
    pds_buf_put(out, encrypt);
    pds_buf_printf(out, " %llu %u %u ", (unsigned long long)place->at, (unsigned)place->gen,
                   (unsigned)place->kind);
    pds_buf_put(out, first);
    return pds_buf_end(out, e);
}

/* The keys of another revision, where these depend on the same; deriving some takes long. */
static pds_code share_crypt(pds_doc *doc, pds_doc_shared *shared, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf name = { .max = RESOLVED_MAX };
    pds_span encrypt = { 0 };
    pds_ref ref = { 0 };
    if (!pds_dict_get(doc->xref.trailer, "Encrypt", &encrypt)) {
        return PDS_OK;
    }
    PDS_TRY(name_key(doc, &name, e));
    if (shared->crypt == NULL || !pds_span_eq(pds_buf_span(&name), pds_buf_span(&shared->name))) {
        PDS_TRY(open_crypt(doc, shared->password, e));
        if (shared->crypt != NULL || doc->crypt == NULL) {
            return PDS_OK;
        }
        shared->crypt = doc->crypt;
        shared->name = pds_buf_take(&name);
    }
    doc->encrypt = pds_value_ref(encrypt, &ref) ? ref.num : 0;
    doc->crypt = shared->crypt;
    return PDS_OK;
}

void pds_doc_shared_drop(pds_doc_shared *shared)
{
    pds_crypt_drop(&shared->crypt);
    pds_buf_drop(&shared->name);
}

static pds_code open_doc(pds_doc *doc, const pds_secret *password, pds_err *e)
{
    PDS_TRY(pds_header_check(doc->file, e));
    PDS_TRY(pds_xref_load(&doc->xref, doc->file, e));
    PDS_TRY(open_crypt(doc, password, e));
    return read_catalog(doc, e);
}

static pds_code new_doc(const pds_file *file, pds_doc **out, pds_err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a document");
    }
    (*out)->file = file;
    return PDS_OK;
}

static pds_code end_open(pds_code code, pds_doc **out, pds_err *e)
{
    const char *const path = (*out)->file->path;
    if (code != PDS_OK) {
        pds_doc_drop(out);
    }
    return pds_err_file(code, e, path);
}

pds_code pds_doc_open(const pds_file *file, const pds_secret *password, pds_doc **out, pds_err *e)
{
    PDS_TRY(new_doc(file, out, e));
    return end_open(open_doc(*out, password, e), out, e);
}

pds_code pds_doc_open_as_of(const pds_file *file, pds_xref *xref, pds_doc_shared *shared,
                            pds_doc **out, pds_err *e)
{
    PDS_TRY(new_doc(file, out, e));
    (*out)->xref = *xref;
    *xref = (pds_xref){ 0 };
    (*out)->shared = shared;
    (*out)->decoded = shared->decoded;
    (*out)->scanned = shared->scanned;
    return end_open(share_crypt(*out, shared, e), out, e);
}

void pds_doc_drop(pds_doc **doc)
{
    if (*doc == NULL) {
        return;
    }
    for (size_t i = 0; i < PDS_PACKED_KEPT; i++) {
        pds_packed_drop(&(*doc)->packed[i]);
    }
    pds_object_drop(&(*doc)->catalog);
    pds_doc_shared *const shared = (*doc)->shared;
    if (shared != NULL) {
        shared->decoded = (*doc)->decoded > shared->decoded ? (*doc)->decoded : shared->decoded;
        shared->scanned = (*doc)->scanned > shared->scanned ? (*doc)->scanned : shared->scanned;
    }
    if (shared == NULL || shared->crypt != (*doc)->crypt) {
        pds_crypt_drop(&(*doc)->crypt);
    }
    pds_xref_drop(&(*doc)->xref);
    free(*doc);
    *doc = NULL;
}

/* ---- what is known ---- */

const pds_file *pds_doc_file(const pds_doc *doc)
{
    return doc->file;
}

pds_span pds_doc_trailer(const pds_doc *doc)
{
    return doc->xref.trailer;
}

uint64_t pds_doc_startxref(const pds_doc *doc)
{
    return doc->xref.start;
}

bool pds_doc_has_xref_stream(const pds_doc *doc)
{
    return doc->xref.stream;
}

bool pds_doc_encrypted(const pds_doc *doc)
{
    return doc->crypt != NULL;
}

pds_crypt *pds_doc_crypt(const pds_doc *doc)
{
    return doc->crypt;
}

/* Not less than /Size, so that a reference to nothing is not brought to life by a new object. */
uint32_t pds_doc_size(const pds_doc *doc)
{
    const uint32_t behind = doc->xref.last + 1;
    return doc->xref.size > behind && doc->xref.size <= PDS_OBJECT_MAX ? doc->xref.size : behind;
}

/* ---- values ---- */

static void lend(pds_object *out, pds_span value)
{
    const uint8_t *const text = out->text.ptr;
    if (text == NULL || value.ptr < text || value.ptr >= text + out->text.len) {
        pds_buf_clear(&out->text);
    }
    out->value = value;
    out->ref = (pds_ref){ 0 };
    out->offset = -1;
    out->stream = false;
    out->data = out->data_len = 0;
    out->begin = out->end = 0;
}

pds_code pds_doc_resolve(pds_doc *doc, pds_span value, pds_object *out, pds_err *e)
{
    pds_ref ref = { 0 };
    if (!pds_value_ref(value, &ref)) {
        lend(out, value);
        return PDS_OK;
    }
    for (int i = 0; i < CHAIN_MAX; i++) {
        PDS_TRY(pds_doc_read(doc, ref, out, e));
        if (!pds_value_ref(out->value, &ref)) {
            return PDS_OK;
        }
    }
    const pds_code code =
        pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "object %u is a reference that leads on and on",
                 (unsigned)ref.num);
    return pds_err_object(code, e, ref.num);
}

pds_code pds_doc_get(pds_doc *doc, pds_span dict, const char *key, pds_object *out, pds_err *e)
{
    pds_span value = { 0 };
    (void)pds_dict_get(dict, key, &value);
    return pds_doc_resolve(doc, value, out, e);
}

pds_code pds_doc_catalog(pds_doc *doc, pds_object *out, pds_err *e)
{
    if (doc->catalog.value.len == 0) {
        PDS_TRY(read_catalog(doc, e));
    }
    lend(out, doc->catalog.value);
    out->ref = doc->catalog.ref;
    out->offset = doc->catalog.offset;
    return PDS_OK;
}

/* ---- streams ---- */

/* The entries of a stream's dictionary that tell how to read its data, without references. */
static pds_code resolve_filters(pds_doc *doc, pds_span dict, pds_buf *out, pds_err *e)
{
    static const char *const Keys[] = { "Type", "Filter", "DecodeParms" };
    pds_span value = { 0 };
    pds_buf_text(out, "<<");
    for (size_t i = 0; i < 3; i++) {
        if (pds_dict_get(dict, Keys[i], &value)) {
            pds_buf_printf(out, "/%s ", Keys[i]);
            PDS_TRY(put_resolved(doc, value, 2, out, e));
        }
    }
    pds_buf_text(out, ">>");
    return pds_buf_end(out, e);
}

static pds_code read_encoded(pds_doc *doc, const pds_object *o, pds_buf *out, pds_err *e)
{
    if (o->data_len > PDS_ENCODED_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "a stream of more than %d bytes", (int)PDS_ENCODED_MAX);
    }
    uint8_t *const to = pds_buf_grow(out, (size_t)o->data_len);
    PDS_TRY(pds_buf_end(out, e));
    return pds_file_read(doc->file, o->data, to, (size_t)o->data_len, e);
}

static pds_code decode(pds_doc *doc, const pds_object *o, size_t max, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { .max = RESOLVED_MAX };
    PDS_OWN(pds_buf_drop) pds_buf data = { .max = PDS_ENCODED_MAX };
    pds_span how = o->value;
    if (has_reference(how)) {
        PDS_TRY(resolve_filters(doc, o->value, &dict, e));
        how = pds_buf_span(&dict);
    }
    PDS_TRY(read_encoded(doc, o, &data, e));
    if (doc->crypt != NULL) {
        const pds_crypt_use use = { doc->crypt, o->ref, PDS_DECRYPT };
        PDS_OWN(pds_buf_drop) pds_buf clear = { .max = PDS_ENCODED_MAX };
        PDS_TRY(pds_crypt_stream(&use, how, pds_buf_span(&data), &clear, e));
        pds_buf_drop(&data);
        data = pds_buf_take(&clear);
    }
    return pds_filter_decode(how, pds_buf_span(&data), max, out, e);
}

pds_code pds_doc_stream(pds_doc *doc, const pds_object *o, size_t max, pds_buf *out, pds_err *e)
{
    if (!o->stream) {
        PDS_FAIL(e, PDS_E_INTERNAL, "object %u is not a stream", (unsigned)o->ref.num);
    }
    const pds_code code = decode(doc, o, max, out, e);
    return pds_err_object(pds_err_at(code, e, (int64_t)o->data), e, o->ref.num);
}
