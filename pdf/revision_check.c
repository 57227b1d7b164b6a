#include "base/own.h"
#include "pdf/revision_pieces.h"
#include "pdf/revision_walk.h"

#include <stdlib.h>

/* Gate 2: does every byte and every object have one reading only? */

/* Damage is a finding; what hinders the verifier is not. */
static bool is_damage(pds_code code)
{
    return code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_UNSUPPORTED;
}

/* ---- the pieces ---- */

static pds_code fail_object(pds_walk *w, const pds_piece *p, const pds_err *why, pds_err *e)
{
    return pds_walk_found(w, p->num, why->offset >= 0 ? why->offset : (int64_t)p->begin,
                          pds_finding_add(w->findings, PDS_F_OBJECT_BROKEN, e,
                                          "object %u cannot be read where its entry leads: %s",
                                          (unsigned)p->num, why->text));
}

/* An object that a later one has replaced: what it was counts no more, only how far it goes. */
static pds_code scan_old(pds_walk *w, const pds_piece *p, pds_object *o, pds_err *e)
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
static pds_code check_object_stream(pds_walk *w, const pds_piece *p, pds_err *e)
{
    const pds_packed *packed = NULL;
    pds_err why = { .offset = -1 };
    const pds_code code = pds_packed_list(w->doc, p->num, &packed, &why);
    if (is_damage(code)) {
        return fail_object(w, p, &why, e);
    }
    PDS_TRY(pds_err_pass(code, e, &why));
    for (uint32_t i = 0; i < packed->count; i++) {
        const uint32_t num = packed->pairs[2 * (size_t)i];
        const pds_place want = { .at = p->num, .gen = i, .kind = PDS_PLACE_PACKED };
        if (!pds_place_same(pds_revisions_place(w->r, w->revision, num), &want)) {
            return pds_walk_found(
                w, p->num, (int64_t)p->begin,
                pds_finding_add(w->findings, PDS_F_OBJECT_STREAM_WRONG, e,
                                "object stream %u holds object %u, which no entry puts there",
                                (unsigned)p->num, (unsigned)num));
        }
    }
    return PDS_OK;
}

/* Its text without the data of a stream; decrypted, it begins and ends with the value. */
static pds_span text_of(const pds_walk *w, const pds_object *o)
{
    const uint64_t end = o->stream ? o->data : o->end;
    const uint64_t len = end - (uint64_t)o->offset;
    const bool raw = !pds_doc_encrypted(w->doc) && len <= o->text.len;
    return raw ? pds_span_of(o->text.ptr, (size_t)len) : o->value;
}

/* Where the object ends; 0: that is not known. */
static pds_code read_object(pds_walk *w, const pds_piece *p, uint64_t *end, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    pds_err why = { .offset = -1 };
    const pds_code code = p->old ? scan_old(w, p, &o, &why)
                                 : pds_doc_read(w->doc, (pds_ref){ p->num, p->gen }, &o, &why);
    *end = 0;
    if (code == PDS_OK) {
        *end = o.end;
        PDS_TRY(w->strict ? pds_walk_comments(w, text_of(w, &o), p->begin, e) : PDS_OK);
        return w->strict && is_object_stream(&o) ? check_object_stream(w, p, e) : PDS_OK;
    }
    if (!is_damage(code)) {
        return pds_fault(pds_err_pass(code, e, &why));
    }
    w->stop = w->strict; /* what follows may be of it */
    return p->old ? PDS_OK : fail_object(w, p, &why, e);
}

static pds_code fail_overlap(pds_walk *w, const pds_piece *p, pds_err *e)
{
    w->stop = true;
    return pds_walk_found(
        w, p->num, (int64_t)p->begin,
        pds_finding_add(w->findings, PDS_F_OBJECTS_OVERLAP, e,
                        p->num == 0
                            ? N_("a cross-reference section or the end of a revision stands within "
                                 "what comes before it")
                            : N_("an object stands within what comes before it")));
}

static pds_code pass_piece(pds_walk *w, const pds_piece *p, pds_err *e)
{
    uint64_t end = p->end;
    if (p->old && (p->begin < w->cursor || p->begin >= w->end)) {
        return PDS_OK; /* of no account, and reading it might take long */
    }
    if (p->begin >= w->end) {
        return pds_walk_found(
            w, p->num, (int64_t)p->begin,
            pds_finding_add(w->findings, PDS_F_OBJECT_BROKEN, e,
                            "object %u should stand at %llu, beyond the end of the revision",
                            (unsigned)p->num, (unsigned long long)p->begin));
    }
    if (p->begin < w->current) {
        return fail_overlap(w, p, e);
    }
    PDS_TRY(pds_walk_gap(w, p->begin, e));
    if (end == 0) {
        PDS_TRY(read_object(w, p, &end, e));
    }
    w->cursor = end > w->cursor ? end : w->cursor;
    w->current = end > w->current && !p->old ? end : w->current;
    return PDS_OK;
}

static pds_code pass_pieces(pds_walk *w, const pds_pieces *p, pds_err *e)
{
    for (size_t i = 0; i < p->count && !w->stop; i++) {
        PDS_TRY(pass_piece(w, &p->items[i], e));
    }
    return w->stop ? PDS_OK : pds_walk_gap(w, w->end, e);
}

/* ---- object streams ---- */

static pds_code fail_member(pds_walk *w, const pds_member *m, pds_err *e)
{
    return pds_walk_found(
        w, m->num, -1,
        pds_finding_add(w->findings, PDS_F_OBJECT_STREAM_WRONG, e,
                        "object %u is not where its entry puts it, at index %u of object stream %u",
                        (unsigned)m->num, (unsigned)m->index, (unsigned)m->container));
}

/* The members of one object stream, of which there are `count`. */
static pds_code check_container(pds_walk *w, const pds_member *m, size_t count, pds_err *e)
{
    const pds_packed *packed = NULL;
    pds_err why = { .offset = -1 };
    const pds_code code = pds_packed_list(w->doc, m->container, &packed, &why);
    if (is_damage(code)) {
        const pds_piece piece = { .num = m->container };
        return fail_object(w, &piece, &why, e);
    }
    PDS_TRY(pds_err_pass(code, e, &why));
    for (size_t i = 0; i < count; i++) {
        if (m[i].index >= packed->count || packed->pairs[2 * (size_t)m[i].index] != m[i].num) {
            return fail_member(w, &m[i], e);
        }
    }
    return PDS_OK;
}

static pds_code check_members(pds_walk *w, const pds_pieces *p, pds_err *e)
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
static pds_code open_doc(pds_walk *w, pds_err *e)
{
    pds_err why = { .offset = -1 };
    const pds_code code = pds_revisions_doc(w->r, w->revision, &w->doc, &why);
    if (is_damage(code)) {
        w->stop = true;
        return pds_walk_found(w, why.object, why.offset,
                              pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                                              "the document cannot be read as of this revision: %s",
                                              why.text));
    }
    return pds_err_pass(code, e, &why);
}

static pds_code check_base(pds_walk *w, pds_err *e)
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
        PDS_TRY(pds_walk_found(
            w, 0, (int64_t)w->first,
            pds_finding_add(w->findings, PDS_F_UNREFERENCED_BYTES, e,
                            "%llu bytes up to the first signature belong to no object",
                            (unsigned long long)w->unreferenced)));
    }
    return PDS_OK;
}

/* /Index and /Size of a section (7.5.8.2). */
static pds_code check_section(pds_walk *w, const pds_section_log *s, pds_err *e)
{
    pds_span value = { 0 };
    int64_t size = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < s->row_count; i++) {
        const uint32_t num = w->r->log.rows[s->first_row + i].num;
        last = num > last ? num : last;
    }
    PDS_TRY(pds_walk_comments(w, s->trailer, s->at, e));
    (void)pds_dict_get(s->trailer, "Size", &value);
    if (!pds_value_int(value, &size) || size <= (int64_t)last) {
        PDS_TRY(pds_walk_found(
            w, last, (int64_t)s->at,
            pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                            "/Size of a cross-reference section does not reach to its object %u",
                            (unsigned)last)));
    }
    if (s->surplus) {
        PDS_TRY(pds_walk_found(
            w, s->ref.num, (int64_t)s->at,
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

/* Some readers take what the trailer of an update lacks from an older one. */
static pds_code check_root(const pds_walk *w, const pds_section_log *s, pds_err *e)
{
    pds_span root = { 0 };
    pds_ref ref = { 0 };
    (void)pds_dict_get(s->trailer, "Root", &root);
    if (pds_value_ref(root, &ref)) {
        return PDS_OK;
    }
    return pds_walk_found(w, 0, (int64_t)s->at,
                          pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                                          "/Root of an update's trailer is not a reference"));
}

/* What an update may not change: the file key hangs on it (7.5.5, 14.4). */
static pds_code check_trailer(pds_walk *w, pds_err *e)
{
    const pds_revision_item *const item = &w->r->items[w->revision - 1];
    const pds_span now = w->r->log.sections[item->head].trailer;
    const pds_span was = w->r->log.sections[(item - 1)->head].trailer;
    pds_span one = { 0 }, two = { 0 };
    PDS_TRY(check_root(w, &w->r->log.sections[item->head], e));
    if (pds_dict_get(was, "Encrypt", &one) != pds_dict_get(now, "Encrypt", &two) ||
        !pds_span_eq(one, two)) {
        w->stop = true;
        return pds_walk_found(w, 0, (int64_t)w->r->log.sections[item->head].at,
                              pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                                              "an update changes /Encrypt of the trailer"));
    }
    const bool both = pds_dict_get(was, "ID", &one) && pds_dict_get(now, "ID", &two);
    const bool same = both && same_text(first_of(one), first_of(two));
    if (both && !same) {
        return pds_walk_found(
            w, 0, (int64_t)w->r->log.sections[item->head].at,
            pds_finding_add(w->findings, PDS_F_XREF_WRONG, e,
                            "an update changes the first part of /ID of the trailer"));
    }
    return PDS_OK;
}

static pds_code check_sections(pds_walk *w, pds_err *e)
{
    const pds_revision_item *const item = &w->r->items[w->revision - 1];
    if (item->bounds.section_count != 1) {
        PDS_TRY(pds_walk_found(
            w, 0, (int64_t)item->bounds.begin,
            pds_finding_add(w->findings, PDS_F_REVISION_WITHOUT_END, e,
                            "an update has %u cross-reference sections, one is allowed",
                            (unsigned)item->bounds.section_count)));
    }
    if (item->replaced != 0) {
        PDS_TRY(pds_walk_found(
            w, item->replaced, (int64_t)item->bounds.begin,
            pds_finding_add(w->findings, PDS_F_OBJECT_STREAM_REPLACED, e,
                            "an update replaces object stream %u while objects stay in it",
                            (unsigned)item->replaced)));
    }
    for (size_t i = item->head; i < item->behind; i++) {
        PDS_TRY(check_section(w, &w->r->log.sections[i], e));
    }
    return check_trailer(w, e);
}

static pds_code check_update(pds_walk *w, pds_err *e)
{
    PDS_OWN(pds_pieces_drop) pds_pieces p = { 0 };
    const pds_revision *const v = &w->r->items[w->revision - 1].bounds;
    if (v->section_count == 0) {
        return pds_walk_fail_bytes(w, v->begin, e);
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
    pds_walk w = { .r = r,
                   .revision = revision,
                   .strict = strict,
                   .end = r->items[revision - 1].bounds.end,
                   .findings = findings };
    const pds_code code = strict ? check_update(&w, e) : check_base(&w, e);
    pds_doc_drop(&w.doc);
    return code;
}

pds_code pds_revisions_check(pds_revisions *r, uint32_t signed_revision, pds_findings *findings,
                             pds_err *e)
{
    const pds_revision *const last = &r->items[r->count - 1].bounds;
    const uint32_t base = signed_revision == 0 ? r->count : signed_revision;
    if (signed_revision == 0 && last->section_count == 0) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, last->begin, "%zu bytes behind %%%%EOF",
                    (size_t)(last->end - last->begin));
    }
    pds_code code = check_one(r, base, false, findings, e);
    for (uint32_t i = base + 1; code == PDS_OK && i <= r->count; i++) {
        code = check_one(r, i, true, findings, e);
    }
    return pds_err_file(code, e, r->file->path);
}
