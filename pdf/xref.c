#include "pdf/xref.h"

#include "base/grow.h"
#include "base/own.h"
#include "pdf/history.h"
#include "pdf/lex.h"
#include "pdf/xref_log.h"

#include <stdlib.h>

enum {
    SECTIONS_MAX = 4096,
    ENTRIES_MAX = 1 << 25, /* in all sections: old ones may repeat what newer ones say */
    TAIL = 1024,           /* where startxref must stand (Annex H.3, note 18) */
    TAIL_MAX = 1 << 16     /* with white space behind the end */
};

static const pds_place NO_PLACE;

const pds_place *pds_xref_find(const pds_xref *x, uint32_t num)
{
    const uint32_t chunk = num / PDS_PLACES_PER_CHUNK;
    if (x->history != NULL) {
        return pds_history_find(x->history, num, x->revision);
    }
    if (chunk >= x->chunk_count || x->chunks[chunk].places == NULL) {
        return &NO_PLACE;
    }
    return &x->chunks[chunk].places[num % PDS_PLACES_PER_CHUNK];
}

static pds_code no_memory(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the cross-reference table");
}

static bool grow_directory(pds_xref *x, uint32_t need)
{
    const uint32_t count = need < 2 * x->chunk_count ? 2 * x->chunk_count : need;
    pds_chunk *const chunks = realloc(x->chunks, count * sizeof *chunks);
    if (chunks == NULL) {
        return false;
    }
    memset(chunks + x->chunk_count, 0, (count - x->chunk_count) * sizeof *chunks);
    x->chunks = chunks;
    x->chunk_count = count;
    return true;
}

/* The entry of num, to be written to; NULL: no memory. */
static pds_place *entry_of(pds_xref *x, uint32_t num)
{
    const uint32_t chunk = num / PDS_PLACES_PER_CHUNK;
    if (chunk >= x->chunk_count && !grow_directory(x, chunk + 1)) {
        return NULL;
    }
    pds_chunk *const c = &x->chunks[chunk];
    if (c->places == NULL) {
        c->places = calloc(PDS_PLACES_PER_CHUNK, sizeof *c->places);
    }
    return c->places == NULL ? NULL : &c->places[num % PDS_PLACES_PER_CHUNK];
}

static pds_code check_place(const pds_section *s, uint32_t num, const pds_place *place, pds_err *e)
{
    pds_code code = PDS_OK;
    if (place->kind == PDS_PLACE_FILE && place->at >= s->file->size) {
        code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                        "object %u should stand at %llu, beyond the end of the file", (unsigned)num,
                        (unsigned long long)place->at);
    } else if (place->kind == PDS_PLACE_FILE && place->gen > PDS_GENERATION_MAX) {
        code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                        "object %u has generation %u, at most %d is allowed", (unsigned)num,
                        (unsigned)place->gen, (int)PDS_GENERATION_MAX);
    } else if (place->kind == PDS_PLACE_PACKED && (place->at == 0 || place->at > PDS_OBJECT_MAX)) {
        code =
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "object %u should stand in object stream %llu",
                     (unsigned)num, (unsigned long long)place->at);
    }
    return pds_err_object(pds_err_at(code, e, (int64_t)s->at), e, num);
}

static bool same_place(const pds_place *a, const pds_place *b)
{
    return a->kind == b->kind && a->at == b->at && a->gen == b->gen;
}

/* An entry whose object has one already: newer sections, and the table of a hybrid file, win. */
static pds_code check_second(const pds_section *s, uint32_t num, const pds_place *old,
                             const pds_place *place, pds_err *e)
{
    if (old->section != s->number || s->hybrid || num == 0 || same_place(old, place)) {
        return PDS_OK;
    }
    const pds_code code =
        pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                 "object %u stands twice in one cross-reference section", (unsigned)num);
    return pds_err_object(pds_err_at(code, e, (int64_t)s->at), e, num);
}

static pds_code count_entry(pds_section *s, uint32_t num, pds_err *e)
{
    if (num > PDS_OBJECT_MAX) {
        PDS_FAIL_AT(e, PDS_E_PDF_LIMIT, s->at, "entry for object %u, at most %d is allowed",
                    (unsigned)num, (int)PDS_OBJECT_MAX);
    }
    if (++s->xref->entries > ENTRIES_MAX) {
        PDS_FAIL_AT(e, PDS_E_PDF_LIMIT, s->at, "more than %d cross-reference entries",
                    (int)ENTRIES_MAX);
    }
    return PDS_OK;
}

static void note_used(pds_xref *x, const pds_section *s, uint32_t num)
{
    if (num > x->last_used) {
        x->last_used = num;
        x->last_used_at = s->at;
    }
}

pds_code pds_section_set(pds_section *s, uint32_t num, const pds_place *place, pds_err *e)
{
    PDS_TRY(count_entry(s, num, e));
    if (s->xref->log != NULL) {
        PDS_TRY(place->kind == PDS_PLACE_PACKED ? check_place(s, num, place, e) : PDS_OK);
        return pds_xref_log_row(s->xref->log, num, place, e);
    }
    pds_place *const entry = entry_of(s->xref, num);
    if (entry == NULL) {
        return no_memory(e);
    }
    const bool filled = s->hybrid && entry->kind == PDS_PLACE_FREE && entry->section == s->number;
    if (entry->kind != PDS_PLACE_NONE && !filled) {
        return check_second(s, num, entry, place, e);
    }
    *entry = *place;
    entry->section = s->number;
    s->xref->last = num > s->xref->last ? num : s->xref->last;
    if (place->kind == PDS_PLACE_FREE || num == 0) {
        entry->kind = PDS_PLACE_FREE; /* object 0 heads the free list, whatever its entry says */
        return PDS_OK;
    }
    note_used(s->xref, s, num);
    return check_place(s, num, place, e);
}

void pds_xref_drop(pds_xref *x)
{
    for (uint32_t i = 0; i < x->chunk_count; i++) {
        free(x->chunks[i].places);
    }
    free(x->chunks);
    free(x->sections);
    pds_buf_drop(&x->trailer_text);
    *x = (pds_xref){ 0 };
}

/* ---- the end of the file ---- */

/* An offset that the file gives for a section, and where it does so. */
typedef struct section_ref {
    uint64_t at, said_at;
} section_ref;

typedef struct tail {
    uint8_t *bytes; /* owned */
    size_t len;
    uint64_t start; /* offset of the first */
} tail;

static void tail_drop(tail *t)
{
    free(t->bytes);
}

static pds_code read_tail(const pds_file *file, size_t len, tail *t, pds_err *e)
{
    uint8_t *const bytes = realloc(t->bytes, len);
    if (bytes == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the end of the file");
    }
    t->bytes = bytes;
    t->len = len;
    t->start = file->size - len;
    return pds_file_read(file, t->start, bytes, len, e);
}

/* Bytes without the white space behind them; NUL is white space, as padding often is. */
static size_t trimmed_len(const uint8_t *bytes, size_t len)
{
    while (len > 0 && lex_is_space(bytes[len - 1])) {
        len--;
    }
    return len;
}

/* Behind the last occurrence of word in text, 0 if there is none. */
static size_t find_last(const uint8_t *text, size_t len, const char *word)
{
    const size_t n = strlen(word);
    for (size_t at = len; at >= n; at--) {
        if (text[at - 1] == (uint8_t)word[n - 1] && memcmp(text + at - n, word, n) == 0) {
            return at;
        }
    }
    return 0;
}

/* The file's last bytes, down to its final %%EOF: t->len ends behind that. */
static pds_code find_end(const pds_file *file, tail *t, pds_err *e)
{
    size_t len = 0;
    for (size_t want = TAIL; want <= TAIL_MAX; want *= 8) {
        PDS_TRY(read_tail(file, want < file->size ? want : (size_t)file->size, t, e));
        len = trimmed_len(t->bytes, t->len);
        if (t->len - len < want / 2 || t->len == file->size) {
            break;
        }
    }
    const size_t end = find_last(t->bytes, len, "%%EOF");
    if (end == 0) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, file->size, "no %%%%EOF at the end of the file");
    }
    if (end != len) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, t->start + end, "%zu bytes behind %%%%EOF", len - end);
    }
    t->len = end;
    return PDS_OK;
}

/* startxref, a number, %%EOF (7.5.5). */
static pds_code find_start(const pds_file *file, section_ref *out, pds_err *e)
{
    PDS_OWN(tail_drop) tail t = { 0 };
    PDS_TRY(find_end(file, &t, e));
    const uint8_t *const end = t.bytes + t.len - 5;
    const size_t behind = find_last(t.bytes, t.len - 5, "startxref");
    if (behind == 0) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, t.start + t.len,
                    "no startxref before the end of the file");
    }
    const uint8_t *p = t.bytes + behind;
    out->said_at = t.start + behind;
    while (p < end && lex_is_space(*p)) {
        p++;
    }
    const bool number = lex_uint(&p, end, INT64_MAX, &out->at);
    if (!number || trimmed_len(p, (size_t)(end - p)) != 0) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, t.start + behind,
                    "startxref is not followed by a number and %%%%EOF");
    }
    return PDS_OK;
}

/* ---- the chain of sections ---- */

static bool is_known(const pds_xref *x, uint64_t at)
{
    for (uint32_t i = 0; i < x->section_count; i++) {
        if (x->sections[i] == at) {
            return true;
        }
    }
    return false;
}

static pds_code note_section(pds_xref *x, uint64_t at, pds_err *e)
{
    if (x->section_count == SECTIONS_MAX) {
        PDS_FAIL_AT(e, PDS_E_PDF_LIMIT, at, "more than %d cross-reference sections",
                    (int)SECTIONS_MAX);
    }
    uint64_t *const sections = pds_grow(x->sections, x->section_count, sizeof *sections);
    if (sections == NULL) {
        return no_memory(e);
    }
    x->sections = sections;
    x->sections[x->section_count++] = at;
    return PDS_OK;
}

static pds_code fail_section(const section_ref *r, pds_span found, pds_err *e)
{
    char shown[LEX_SHOW];
    pds_lex_show(pds_span_of(found.ptr, found.len < 10 ? found.len : 10), shown);
    const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                                   "no cross-reference section where one should stand");
    return pds_err_expected(pds_err_at(code, e, (int64_t)r->at), e,
                            "xref or a cross-reference stream", shown);
}

/* Moves r->at behind white space, to the section itself. */
static pds_code find_section(const pds_file *file, section_ref *r, bool *table, pds_err *e)
{
    uint8_t bytes[64];
    if (r->at >= file->size) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, r->said_at,
                    "a cross-reference section should stand at %llu, beyond the end of the file",
                    (unsigned long long)r->at);
    }
    const size_t len =
        file->size - r->at < sizeof bytes ? (size_t)(file->size - r->at) : sizeof bytes;
    PDS_TRY(pds_file_read(file, r->at, bytes, len, e));
    size_t skip = 0;
    while (skip < len && lex_is_space(bytes[skip])) {
        skip++;
    }
    const pds_span found = pds_span_of(bytes + skip, len - skip);
    *table = found.len >= 4 && memcmp(found.ptr, "xref", 4) == 0;
    if (!*table && (found.len == 0 || !lex_is_digit(found.ptr[0]))) {
        return fail_section(r, found, e);
    }
    r->at += skip;
    return PDS_OK;
}

/* An offset in a trailer. *found says whether the key is there. */
static pds_code take_offset(const pds_section *s, const char *key, uint64_t *out, bool *found,
                            pds_err *e)
{
    pds_span value = { 0 };
    int64_t offset = 0;
    *found = pds_dict_get(s->trailer, key, &value);
    if (*found && (!pds_value_int(value, &offset) || offset < 0)) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, s->at, "/%s of a trailer is not an offset", key);
    }
    *out = (uint64_t)offset;
    return PDS_OK;
}

/* The stream that a hybrid file's table names (7.5.8.4). A tool may have copied the entry from an
 * older trailer; the stream has been read then. */
static pds_code load_hybrid(pds_section *table, pds_err *e)
{
    pds_section s = {
        .file = table->file, .xref = table->xref, .number = table->number, .hybrid = true
    };
    section_ref r = { .said_at = table->at };
    bool found = false, is_table = false;
    PDS_TRY(take_offset(table, "XRefStm", &r.at, &found, e));
    if (!found) {
        return PDS_OK;
    }
    PDS_TRY(find_section(s.file, &r, &is_table, e));
    s.at = r.at;
    if (is_table) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, s.at, "/XRefStm leads to a table, not to a stream");
    }
    if (is_known(s.xref, s.at)) {
        return PDS_OK;
    }
    PDS_TRY(note_section(s.xref, s.at, e));
    pds_code code = pds_section_stream(&s, e);
    code = code == PDS_OK ? pds_xref_log_section(s.xref->log, &s, e) : code;
    pds_buf_drop(&s.text);
    return code;
}

/* The newest trailer counts for all that is not about its own section. */
static pds_code keep_trailer(pds_section *s, pds_err *e)
{
    pds_xref *const x = s->xref;
    int64_t size = 0;
    pds_span value = { 0 };
    if (!pds_dict_get(s->trailer, "Size", &value) || !pds_value_int(value, &size) || size < 1) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, s->at, "the trailer has no /Size");
    }
    x->size = size > PDS_OBJECT_MAX ? PDS_OBJECT_MAX + 1 : (uint32_t)size;
    x->trailer = s->trailer;
    x->trailer_text = pds_buf_take(&s->text);
    return PDS_OK;
}

/* One section; *r becomes the place of the one before it, *more whether there is one. */
static pds_code load_section(pds_section *s, section_ref *r, bool *more, pds_err *e)
{
    bool table = false;
    PDS_TRY(find_section(s->file, r, &table, e));
    s->at = r->said_at = r->at;
    if (is_known(s->xref, s->at)) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, s->at, "cross-reference sections loop");
    }
    s->number = (uint16_t)s->xref->section_count;
    const bool newest = s->xref->section_count == 0;
    PDS_TRY(note_section(s->xref, s->at, e));
    PDS_TRY(table ? pds_section_table(s, e) : pds_section_stream(s, e));
    PDS_TRY(pds_xref_log_section(s->xref->log, s, e));
    if (table) {
        PDS_TRY(load_hybrid(s, e));
    }
    PDS_TRY(take_offset(s, "Prev", &r->at, more, e));
    if (newest) {
        s->xref->stream = !table;
        PDS_TRY(keep_trailer(s, e));
    }
    return PDS_OK;
}

static pds_code load_sections(pds_xref *x, const pds_file *file, section_ref r, pds_err *e)
{
    bool more = true;
    while (more) {
        pds_section s = { .file = file, .xref = x };
        const pds_code code = load_section(&s, &r, &more, e);
        pds_buf_drop(&s.text);
        PDS_TRY(code);
    }
    return PDS_OK;
}

/* Readers are to ignore an object beyond /Size, but many don't: two readings of one file. */
static pds_code check_size(const pds_xref *x, pds_err *e)
{
    if (x->last_used < x->size) {
        return PDS_OK;
    }
    const pds_code code =
        pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "/Size %u but entry for object %u",
                 (unsigned)x->size, (unsigned)x->last_used);
    return pds_err_object(pds_err_at(code, e, (int64_t)x->last_used_at), e, x->last_used);
}

pds_code pds_xref_load(pds_xref *x, const pds_file *file, pds_err *e)
{
    section_ref newest = { 0 };
    if (x->log != NULL && x->log->eof > 0) {
        newest = (section_ref){ x->log->start, x->log->startxref + strlen("startxref") };
    } else {
        PDS_TRY(find_start(file, &newest, e));
    }
    x->start = newest.at;
    PDS_TRY(load_sections(x, file, newest, e));
    return x->log != NULL ? PDS_OK : check_size(x, e);
}
