#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/revision_pieces.h"

#include <stdlib.h>

/* Gate 2: does every byte and every object have one reading only? */

enum {
    GAP_MAX = 64 << 10, /* white space and comments between two pieces of an update */
    GAP_LOOK = 1 << 10, /* … in the base: what is read of it */
    COMMENT_MAX = 128
};

/* One stretch of the file being gone through. */
typedef struct walk {
    pds_revisions *r;
    pds_doc *doc; /* as of the revision */
    uint32_t revision;
    bool strict;           /* an update; else all up to the first signed revision */
    uint64_t cursor;       /* behind all pieces so far */
    uint64_t current;      /* … that still count */
    uint64_t end;          /* of the stretch */
    uint64_t unreferenced; /* bytes in the base */
    uint64_t first;        /* of these */
    bool stop;             /* nothing more can be told */
    pds_findings *findings;
} walk;

/* Damage is a finding; what hinders the verifier is not. */
static bool is_damage(pds_code code)
{
    return code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_UNSUPPORTED;
}

static pds_code pass_on(pds_code code, const pds_err *why, pds_err *e)
{
    if (e != NULL) {
        *e = *why;
    }
    return pds_fault(code);
}

static pds_code found(walk *w, uint32_t num, int64_t at, pds_code code)
{
    return pds_finding_place(code, w->findings, num, at, w->revision);
}

/* ---- what stands between the pieces ---- */

static bool is_binary_mark(pds_span line)
{
    size_t i = 1;
    while (i < line.len && line.ptr[i] >= 0x80) {
        i++;
    }
    return i == line.len && line.len <= 9;
}

/* What begins and ends a file. */
static bool is_usual_comment(pds_span line)
{
    const bool version = line.len == 8 && memcmp(line.ptr, "%PDF-", 5) == 0;
    return version || pds_span_is(line, "%%EOF") || is_binary_mark(line);
}

/* May somebody who searches take it for a part of the file? */
static bool is_misleading(pds_span line)
{
    static const char *const Words[] = { "obj", "xref", "trailer", "stream", "%EOF", "%PDF" };
    if (line.len > COMMENT_MAX) {
        return true;
    }
    for (size_t i = 0; i < sizeof Words / sizeof Words[0]; i++) {
        if (memmem(line.ptr, line.len, Words[i], strlen(Words[i])) != NULL) {
            return true;
        }
    }
    return false;
}

static pds_code fail_bytes(walk *w, uint64_t at, pds_err *e)
{
    return found(
        w, 0, (int64_t)(at),
        pds_finding_add(
            w->findings, PDS_F_UPDATE_BYTES_UNREFERENCED, e,
            "bytes of an update belong to nothing that its cross-reference section names"));
}

static pds_span take_line(pds_span *text)
{
    size_t len = 0;
    while (len < text->len && text->ptr[len] != '\n' && text->ptr[len] != '\r') {
        len++;
    }
    const pds_span line = pds_span_of(text->ptr, len);
    *text = pds_span_of(text->ptr + len, text->len - len);
    return line;
}

/* A comment, which ends with its line. */
static pds_code judge_comment(walk *w, pds_span line, bool cut, uint64_t at, pds_err *e)
{
    if (is_usual_comment(line)) {
        return PDS_OK;
    }
    if (cut || is_misleading(line)) {
        return fail_bytes(w, at, e);
    }
    return found(
        w, 0, (int64_t)at,
        pds_finding_add(w->findings, PDS_F_UPDATE_COMMENT, e, "an update holds a comment"));
}

/* Comments within a value. */
static pds_code judge_value(walk *w, pds_span value, uint64_t at, pds_err *e)
{
    if (value.len == 0 || memchr(value.ptr, '%', value.len) == NULL) {
        return PDS_OK;
    }
    const uint8_t *p = value.ptr, *const end = p + value.len;
    while (p < end) {
        if (*p == '%') {
            pds_span rest = pds_span_of(p, (size_t)(end - p));
            const pds_span line = take_line(&rest);
            PDS_TRY(judge_comment(w, line, false, at, e));
            p = line.ptr + line.len;
        } else if (lex_is_space(*p)) {
            p++;
        } else {
            p = pds_lex_next(p, end).end;
        }
    }
    return PDS_OK;
}

/* White space, and comments. */
static pds_code judge_gap(walk *w, pds_span text, uint64_t at, pds_err *e)
{
    const uint8_t *const start = text.ptr;
    const size_t gap = text.len;
    while (text.len > 0) {
        const uint64_t here = at + (uint64_t)(text.ptr - start);
        if (lex_is_space(text.ptr[0])) {
            text = pds_span_of(text.ptr + 1, text.len - 1);
            continue;
        }
        if (text.ptr[0] != '%') {
            return fail_bytes(w, here, e);
        }
        const pds_span line = take_line(&text);
        PDS_TRY(judge_comment(w, line, text.len == 0 && at + gap < w->end, here, e));
    }
    return PDS_OK;
}

static pds_code check_gap(walk *w, uint64_t begin, uint64_t end, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    if (end - begin > GAP_MAX) {
        return fail_bytes(w, begin, e);
    }
    uint8_t *const to = pds_buf_grow(&bytes, (size_t)(end - begin));
    PDS_TRY(pds_buf_end(&bytes, e));
    PDS_TRY(pds_file_read(w->r->file, begin, to, bytes.len, e));
    return judge_gap(w, pds_buf_span(&bytes), begin, e);
}

/* In the base: they are only counted, a long gap from its first kilobyte. */
static pds_code count_gap(walk *w, uint64_t begin, uint64_t end, pds_err *e)
{
    uint8_t bytes[GAP_LOOK];
    const size_t len = end - begin < sizeof bytes ? (size_t)(end - begin) : sizeof bytes;
    PDS_TRY(pds_file_read(w->r->file, begin, bytes, len, e));
    const uint8_t *const other = pds_ending_skip(lex_space(bytes, bytes + len), bytes + len);
    if (other == bytes + len && end - begin == len) {
        return PDS_OK;
    }
    w->first = w->unreferenced == 0 ? begin + (uint64_t)(other - bytes) : w->first;
    w->unreferenced += end - begin - (uint64_t)(other - bytes);
    return PDS_OK;
}

static pds_code pass_gap(walk *w, uint64_t to, pds_err *e)
{
    if (to <= w->cursor) {
        return PDS_OK;
    }
    return w->strict ? check_gap(w, w->cursor, to, e) : count_gap(w, w->cursor, to, e);
}

/* ---- the pieces ---- */

static pds_code fail_object(walk *w, const pds_piece *p, const pds_err *why, pds_err *e)
{
    return found(w, p->num, (int64_t)(why->offset >= 0 ? why->offset : (int64_t)p->begin),
                 pds_finding_add(w->findings, PDS_F_OBJECT_BROKEN, e,
                                 "object %u cannot be read where its entry leads: %s",
                                 (unsigned)p->num, why->text));
}

/* An object that a later one has replaced: what it was counts no more, only how far it goes. */
static pds_code scan_old(walk *w, const pds_piece *p, pds_object *o, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object length = { 0 };
    int64_t n = 0;
    PDS_TRY(pds_object_scan(pds_doc_file(w->doc), p->begin, o, e));
    if (!o->stream) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_get(w->doc, o->value, "Length", &length, e));
    if (!pds_value_int(length.value, &n)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "/Length of a stream is not an integer");
    }
    return pds_object_set_length(pds_doc_file(w->doc), o, n, e);
}

static bool is_object_stream(const pds_object *o)
{
    pds_span type = { 0 };
    return o->stream && pds_dict_get(o->value, "Type", &type) && pds_value_is_name(type, "ObjStm");
}

/* Whatever an object stream of an update holds, an entry names it. */
static pds_code check_object_stream(walk *w, const pds_piece *p, pds_err *e)
{
    const pds_packed *packed = NULL;
    pds_err why = { .offset = -1 };
    const pds_code code = pds_packed_list(w->doc, p->num, &packed, &why);
    if (is_damage(code)) {
        return fail_object(w, p, &why, e);
    }
    if (code != PDS_OK) {
        return pass_on(code, &why, e);
    }
    for (uint32_t i = 0; i < packed->count; i++) {
        const uint32_t num = packed->pairs[2 * (size_t)i];
        const pds_place want = { .at = p->num, .gen = i, .kind = PDS_PLACE_PACKED };
        if (!pds_place_same(pds_revisions_place(w->r, w->revision, num), &want)) {
            return found(
                w, p->num, (int64_t)(p->begin),
                pds_finding_add(w->findings, PDS_F_OBJECT_STREAM_WRONG, e,
                                "object stream %u holds object %u, which no entry puts there",
                                (unsigned)p->num, (unsigned)num));
        }
    }
    return PDS_OK;
}

/* Where the object ends; 0: that is not known. */
static pds_code read_object(walk *w, const pds_piece *p, uint64_t *end, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    pds_err why = { .offset = -1 };
    const pds_code code = p->old ? scan_old(w, p, &o, &why)
                                 : pds_doc_read(w->doc, (pds_ref){ p->num, p->gen }, &o, &why);
    *end = 0;
    if (code == PDS_OK) {
        *end = o.end;
        PDS_TRY(w->strict ? judge_value(w, o.value, p->begin, e) : PDS_OK);
        return w->strict && is_object_stream(&o) ? check_object_stream(w, p, e) : PDS_OK;
    }
    if (!is_damage(code)) {
        return pass_on(code, &why, e);
    }
    w->stop = w->strict; /* what follows may be of it */
    return p->old ? PDS_OK : fail_object(w, p, &why, e);
}

static pds_code fail_overlap(walk *w, const pds_piece *p, pds_err *e)
{
    w->stop = true;
    return found(
        w, p->num, (int64_t)(p->begin),
        pds_finding_add(w->findings, PDS_F_OBJECTS_OVERLAP, e,
                        p->num == 0
                            ? N_("a cross-reference section or the end of a revision stands within "
                                 "what comes before it")
                            : N_("an object stands within what comes before it")));
}

static pds_code pass_piece(walk *w, const pds_piece *p, pds_err *e)
{
    uint64_t end = p->end;
    if (p->old && (p->begin < w->cursor || p->begin >= w->end)) {
        return PDS_OK; /* of no account, and reading it might take long */
    }
    if (p->begin >= w->end) {
        return found(
            w, p->num, (int64_t)(p->begin),
            pds_finding_add(w->findings, PDS_F_OBJECT_BROKEN, e,
                            "object %u should stand at %llu, beyond the end of the revision",
                            (unsigned)p->num, (unsigned long long)p->begin));
    }
    if (p->begin < w->current) {
        return fail_overlap(w, p, e);
    }
    PDS_TRY(pass_gap(w, p->begin, e));
    if (end == 0) {
        PDS_TRY(read_object(w, p, &end, e));
    }
    w->cursor = end > w->cursor ? end : w->cursor;
    w->current = end > w->current && !p->old ? end : w->current;
    return PDS_OK;
}

static pds_code pass_pieces(walk *w, const pds_pieces *p, pds_err *e)
{
    for (size_t i = 0; i < p->count && !w->stop; i++) {
        PDS_TRY(pass_piece(w, &p->items[i], e));
    }
    return w->stop ? PDS_OK : pass_gap(w, w->end, e);
}

/* ---- object streams ---- */

static pds_code fail_member(walk *w, const pds_member *m, pds_err *e)
{
    return found(
        w, m->num, (int64_t)(-1),
        pds_finding_add(w->findings, PDS_F_OBJECT_STREAM_WRONG, e,
                        "object %u is not where its entry puts it, at index %u of object stream %u",
                        (unsigned)m->num, (unsigned)m->index, (unsigned)m->container));
}

/* The members of one object stream, of which there are `count`. */
static pds_code check_container(walk *w, const pds_member *m, size_t count, pds_err *e)
{
    const pds_packed *packed = NULL;
    pds_err why = { .offset = -1 };
    const pds_code code = pds_packed_list(w->doc, m->container, &packed, &why);
    if (is_damage(code)) {
        const pds_piece piece = { .num = m->container };
        return fail_object(w, &piece, &why, e);
    }
    if (code != PDS_OK) {
        return pass_on(code, &why, e);
    }
    for (size_t i = 0; i < count; i++) {
        if (m[i].index >= packed->count || packed->pairs[2 * (size_t)m[i].index] != m[i].num) {
            return fail_member(w, &m[i], e);
        }
    }
    return PDS_OK;
}

static pds_code check_members(walk *w, const pds_pieces *p, pds_err *e)
{
    for (size_t at = 0, n = 0; at < p->member_count && !w->stop; at += n) {
        for (n = 1; at + n < p->member_count &&
                    p->members[at + n].container == p->members[at].container;) {
            n++;
        }
        PDS_TRY(check_container(w, &p->members[at], n, e));
    }
    return PDS_OK;
}

/* ---- a stretch of the file ---- */

/* False: the document cannot be opened as of that revision, which is a finding. */
static pds_code open_doc(walk *w, pds_err *e)
{
    pds_err why = { .offset = -1 };
    const pds_code code = pds_revisions_doc(w->r, w->revision, &w->doc, &why);
    if (is_damage(code)) {
        w->stop = true;
        return found(w, why.object, (int64_t)(why.offset),
                     pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                                     "the document cannot be read as of this revision: %s",
                                     why.text));
    }
    return code == PDS_OK ? code : pass_on(code, &why, e);
}

static pds_code check_base(walk *w, pds_err *e)
{
    PDS_OWN(pds_pieces_drop) pds_pieces p = { 0 };
    PDS_TRY(open_doc(w, e));
    if (w->stop) {
        return PDS_OK;
    }
    PDS_TRY(pds_pieces_of_base(w->r, w->revision, &p, e));
    PDS_TRY(pass_pieces(w, &p, e));
    PDS_TRY(check_members(w, &p, e));
    if (w->unreferenced > 0) {
        PDS_TRY(found(w, 0, (int64_t)(w->first),
                      pds_finding_add(w->findings, PDS_F_UNREFERENCED_BYTES, e,
                                      "%llu bytes up to the first signature belong to no object",
                                      (unsigned long long)w->unreferenced)));
    }
    return PDS_OK;
}

/* /Index and /Size of a section (7.5.8.2). */
static pds_code check_section(walk *w, const pds_section_log *s, pds_err *e)
{
    pds_span value = { 0 };
    int64_t size = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < s->row_count; i++) {
        const uint32_t num = w->r->log.rows[s->first_row + i].num;
        last = num > last ? num : last;
    }
    PDS_TRY(judge_value(w, s->trailer, s->at, e));
    (void)pds_dict_get(s->trailer, "Size", &value);
    if (!pds_value_int(value, &size) || size <= (int64_t)last) {
        PDS_TRY(found(
            w, last, (int64_t)(s->at),
            pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                            "/Size of a cross-reference section does not reach to its object %u",
                            (unsigned)last)));
    }
    if (s->surplus) {
        PDS_TRY(found(
            w, s->ref.num, (int64_t)(s->at),
            pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                            "a cross-reference stream holds more entries than its /Index tells")));
    }
    return PDS_OK;
}

static bool same_text(pds_span a, pds_span b)
{
    PDS_OWN(pds_buf_drop) pds_buf x = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf y = { 0 };
    if (pds_value_bytes(a, &x) && pds_value_bytes(b, &y)) {
        return pds_span_eq(pds_buf_span(&x), pds_buf_span(&y));
    }
    return pds_span_eq(a, b);
}

static pds_span first_of(pds_span array)
{
    pds_span key = { 0 }, first = { 0 };
    pds_iter it = pds_iter_of(array);
    (void)pds_iter_next(&it, &key, &first);
    return first;
}

/* What an update may not change: the file key hangs on it (7.5.5, 14.4). */
static pds_code check_trailer(walk *w, pds_err *e)
{
    const pds_revision_item *const item = &w->r->items[w->revision - 1];
    const pds_span now = w->r->log.sections[item->head].trailer;
    const pds_span was = w->r->log.sections[(item - 1)->head].trailer;
    pds_span one = { 0 }, two = { 0 };
    if (pds_dict_get(was, "Encrypt", &one) != pds_dict_get(now, "Encrypt", &two) ||
        !pds_span_eq(one, two)) {
        w->stop = true;
        return found(w, 0, (int64_t)w->r->log.sections[item->head].at,
                     pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                                     "an update changes /Encrypt of the trailer"));
    }
    const bool both = pds_dict_get(was, "ID", &one) && pds_dict_get(now, "ID", &two);
    const bool same = both && same_text(first_of(one), first_of(two));
    if (both && !same) {
        return found(w, 0, (int64_t)w->r->log.sections[item->head].at,
                     pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                                     "an update changes the first part of /ID of the trailer"));
    }
    return PDS_OK;
}

static pds_code check_sections(walk *w, pds_err *e)
{
    const pds_revision_item *const item = &w->r->items[w->revision - 1];
    if (item->public.section_count != 1) {
        PDS_TRY(found(w, 0, (int64_t)(item->public.begin),
                      pds_finding_add(w->findings, PDS_F_REVISION_WITHOUT_END, e,
                                      "an update has %u cross-reference sections, one is allowed",
                                      (unsigned)item->public.section_count)));
    }
    if (item->replaced != 0) {
        PDS_TRY(
            found(w, item->replaced, (int64_t)(item->public.begin),
                  pds_finding_add(w->findings, PDS_F_OBJECT_STREAM_REPLACED, e,
                                  "an update replaces object stream %u while objects stay in it",
                                  (unsigned)item->replaced)));
    }
    for (size_t i = item->head; i < item->behind; i++) {
        PDS_TRY(check_section(w, &w->r->log.sections[i], e));
    }
    return check_trailer(w, e);
}

static pds_code check_update(walk *w, pds_err *e)
{
    PDS_OWN(pds_pieces_drop) pds_pieces p = { 0 };
    const pds_revision *const v = &w->r->items[w->revision - 1].public;
    if (v->section_count == 0) {
        return fail_bytes(w, v->begin, e);
    }
    w->cursor = w->current = v->begin;
    PDS_TRY(check_sections(w, e));
    PDS_TRY(w->stop ? PDS_OK : open_doc(w, e));
    if (w->stop) {
        return PDS_OK;
    }
    PDS_TRY(pds_pieces_of_update(w->r, w->revision, &p, w->findings, e));
    PDS_TRY(pass_pieces(w, &p, e));
    return check_members(w, &p, e);
}

static pds_code check_one(pds_revisions *r, uint32_t revision, bool strict, pds_findings *findings,
                          pds_err *e)
{
    walk w = { .r = r,
               .revision = revision,
               .strict = strict,
               .end = r->items[revision - 1].public.end,
               .findings = findings };
    const pds_code code = strict ? check_update(&w, e) : check_base(&w, e);
    pds_doc_drop(&w.doc);
    return code;
}

pds_code pds_revisions_check(pds_revisions *r, uint32_t signed_revision, pds_findings *findings,
                             pds_err *e)
{
    const uint32_t base = signed_revision == 0 ? r->count : signed_revision;
    pds_code code = check_one(r, base, false, findings, e);
    for (uint32_t i = base + 1; code == PDS_OK && i <= r->count; i++) {
        code = check_one(r, i, true, findings, e);
    }
    return pds_err_file(code, e, r->file->path);
}
