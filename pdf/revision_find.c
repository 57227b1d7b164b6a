#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/revision_internal.h"

#include <stdlib.h>

/* Where the revisions begin and end. */

enum {
    TAIL_MIN = 1 << 10, /* where the file's end is looked for */
    TAIL_MAX = 64 << 10,
    END_ROOM = 1024, /* for startxref and %%EOF behind a section, with comments before them */
    REST_ROOM = 1024 /* white space behind %%EOF */
};

/* What stands behind a section. */
typedef struct ending {
    uint64_t startxref, start, eof;
    bool found;
} ending;

/* One section of the chain; the stream of a hybrid file counts to its table. */
typedef struct link {
    size_t log;   /* its index there */
    bool head;    /* a revision begins here, going back */
    bool two;     /* … with the next one: a linearized file */
    ending end;   /* of that revision */
    uint64_t low; /* the lowest place of this section and all newer ones */
} link;

static bool take_word(const uint8_t **p, const uint8_t *end, const char *word)
{
    const size_t len = strlen(word);
    if ((size_t)(end - *p) < len || memcmp(*p, word, len) != 0) {
        return false;
    }
    *p += len;
    return true;
}

static const uint8_t *skip_spaces(const uint8_t *p, const uint8_t *end)
{
    while (p < end && lex_is_space(*p)) {
        p++;
    }
    return p;
}

/* startxref, a number and %%EOF (7.5.5). */
static void parse_ending(const uint8_t *bytes, size_t len, uint64_t at, ending *out)
{
    const uint8_t *const end = bytes + len, *p = lex_space(bytes, end);
    out->startxref = at + (uint64_t)(p - bytes);
    if (!take_word(&p, end, "startxref")) {
        return;
    }
    p = skip_spaces(p, end);
    if (!lex_uint(&p, end, INT64_MAX, &out->start)) {
        return;
    }
    p = skip_spaces(p, end);
    out->found = take_word(&p, end, "%%EOF");
    out->eof = at + (uint64_t)(p - bytes);
}

const uint8_t *pds_ending_skip(const uint8_t *p, const uint8_t *end)
{
    ending found = { .found = false };
    parse_ending(p, (size_t)(end - p), 0, &found);
    return found.found ? lex_space(p + found.eof, end) : p;
}

static pds_code read_ending(const pds_file *file, uint64_t at, ending *out, pds_err *e)
{
    uint8_t bytes[END_ROOM];
    const uint64_t left = at < file->size ? file->size - at : 0;
    const size_t len = left < sizeof bytes ? (size_t)left : sizeof bytes;
    *out = (ending){ .found = false };
    PDS_TRY(pds_file_read(file, at, bytes, len, e));
    parse_ending(bytes, len, at, out);
    return PDS_OK;
}

/* ---- the end of the file ---- */

/* The last startxref that begins so; the end of the bytes where there is none. */
static const uint8_t *find_keyword(const uint8_t *bytes, size_t len)
{
    static const char Word[] = "startxref";
    for (size_t at = len; at-- > 0;) {
        if (bytes[at] == 's' && len - at >= sizeof Word - 1 &&
            memcmp(bytes + at, Word, sizeof Word - 1) == 0) {
            return bytes + at;
        }
    }
    return bytes + len;
}

static pds_code look_for_end(pds_revisions *r, size_t want, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    const size_t len = want < r->file->size ? want : (size_t)r->file->size;
    const uint64_t at = r->file->size - len;
    ending found = { .found = false };
    uint8_t *const to = pds_buf_grow(&bytes, len);
    PDS_TRY(pds_buf_end(&bytes, e));
    PDS_TRY(pds_file_read(r->file, at, to, len, e));
    const uint8_t *const keyword = find_keyword(to, len);
    parse_ending(keyword, (size_t)(to + len - keyword), at + (uint64_t)(keyword - to), &found);
    if (found.found) {
        const uint8_t *const rest = to + (found.eof - at);
        r->log.startxref = found.startxref;
        r->log.start = found.start;
        r->log.eof = found.eof;
        r->log.more = skip_spaces(rest, to + len) != to + len;
    }
    return PDS_OK;
}

pds_code pds_revisions_find_end(pds_revisions *r, pds_err *e)
{
    for (size_t want = TAIL_MIN; want <= TAIL_MAX && r->log.eof == 0; want *= 8) {
        PDS_TRY(look_for_end(r, want, e));
    }
    return PDS_OK;
}

/* ---- sections ---- */

/* Does this offset lead to the section, perhaps over white space? */
static pds_code leads_to(const pds_file *file, uint64_t offset, const pds_section_log *s, bool *out,
                         pds_err *e)
{
    uint8_t bytes[64];
    *out = offset <= s->at && s->at - offset < sizeof bytes;
    if (*out) {
        const size_t len = (size_t)(s->at - offset);
        PDS_TRY(pds_file_read(file, offset, bytes, len, e));
        *out = skip_spaces(bytes, bytes + len) == bytes + len;
    }
    return PDS_OK;
}

/* Is links[k] the end of a revision, or the main section of a linearized file, whose end names the
 * section before it in the chain (Annex F.3.5)? */
static pds_code judge_link(const pds_revisions *r, link *links, size_t k, pds_err *e)
{
    const pds_section_log *const sections = r->log.sections;
    const uint64_t limit = k == 0 ? r->file->size : links[k - 1].low;
    ending end = { .found = false };
    bool own = false, other = false;
    PDS_TRY(read_ending(r->file, sections[links[k].log].end, &end, e));
    if (!end.found) {
        return PDS_OK;
    }
    PDS_TRY(leads_to(r->file, end.start, &sections[links[k].log], &own, e));
    if (own && end.eof <= limit) {
        links[k].head = true;
        links[k].end = end;
        return PDS_OK;
    }
    const uint64_t before = k < 2 ? r->file->size : links[k - 2].low;
    if (k == 0 || links[k - 1].head || end.eof > before) {
        return PDS_OK;
    }
    PDS_TRY(leads_to(r->file, end.start, &sections[links[k - 1].log], &other, e));
    if (other) {
        links[k - 1].head = links[k - 1].two = true;
        links[k - 1].end = end;
    }
    return PDS_OK;
}

static pds_code judge_links(const pds_revisions *r, link *links, size_t count, pds_err *e)
{
    for (size_t k = 0; k < count; k++) {
        const uint64_t at = r->log.sections[links[k].log].at;
        links[k].low = k > 0 && links[k - 1].low < at ? links[k - 1].low : at;
        PDS_TRY(judge_link(r, links, k, e));
    }
    if (!links[0].head) { /* the file's end names it, from further on */
        links[0].head = true;
        links[0].end = (ending){ r->log.startxref, r->log.start, r->log.eof, true };
    }
    return PDS_OK;
}

/* The revisions, newest first, into r->items; returns how many. */
static uint32_t gather(pds_revisions *r, const link *links, size_t count)
{
    uint32_t n = 0;
    for (size_t k = 0; k < count; k++) {
        if (links[k].head) {
            r->items[n++] = (pds_revision_item){
                .bounds = { .eof = links[k].end.eof,
                            .startxref = links[k].end.startxref,
                            .start = links[k].end.start,
                            .linearized = links[k].two },
                .head = links[k].log,
            };
        }
        r->items[n - 1].bounds.section_count++;
        r->items[n - 1].behind =
            k + 1 < count ? links[k + 1].log : r->log.section_count; /* a hybrid's stream too */
    }
    return n;
}

static void reverse(pds_revision_item *items, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        const pds_revision_item item = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = item;
    }
}

static uint64_t end_of_sections(const pds_revisions *r, const pds_revision_item *item)
{
    uint64_t end = 0;
    for (size_t i = item->head; i < item->behind; i++) {
        end = r->log.sections[i].end > end ? r->log.sections[i].end : end;
    }
    return end;
}

/* A revision with a section behind its own end is none: the file cut there could not be read. Its
 * sections go to the next one. */
static pds_code merge(pds_revisions *r, pds_err *e)
{
    uint64_t end = 0;
    uint32_t n = 0, carried = 0;
    size_t behind = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        pds_revision_item item = r->items[i];
        const uint64_t own = end_of_sections(r, &item);
        item.behind = carried > 0 ? behind : item.behind;
        item.bounds.section_count += carried;
        end = own > end ? own : end;
        carried = end > item.bounds.eof ? item.bounds.section_count : 0;
        behind = item.behind;
        if (carried == 0) {
            r->items[n++] = item;
        }
    }
    r->count = n;
    if (carried > 0) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, end,
                    "a cross-reference section behind the end of its file");
    }
    return PDS_OK;
}

static void add_rest(pds_revisions *r, uint64_t startxref, uint64_t eof)
{
    const size_t head = r->items[r->count - 1].head;
    r->items[r->count++] = (pds_revision_item){
        .bounds = { .eof = eof, .startxref = startxref, .start = r->log.start },
        .head = head,
        .behind = head
    };
}

/* What the file's end names may end long before it, and more may follow. */
static void add_rests(pds_revisions *r)
{
    if (r->items[r->count - 1].bounds.eof < r->log.eof) {
        add_rest(r, r->log.startxref, r->log.eof);
    }
    if (r->log.more) {
        add_rest(r, r->file->size, r->file->size);
    }
}

/* Behind the line end, and all white space, behind %%EOF. */
static pds_code read_rest(const pds_file *file, pds_revision *v, pds_err *e)
{
    uint8_t bytes[REST_ROOM];
    const uint64_t left = file->size - v->eof;
    const size_t len = left < sizeof bytes ? (size_t)left : sizeof bytes;
    PDS_TRY(pds_file_read(file, v->eof, bytes, len, e));
    const bool cr = len > 0 && bytes[0] == '\r';
    const bool lf = len > cr && bytes[cr] == '\n';
    v->end = v->eof + cr + lf;
    v->rest = v->eof + (uint64_t)(skip_spaces(bytes, bytes + len) - bytes);
    return PDS_OK;
}

static pds_code set_bounds(pds_revisions *r, pds_err *e)
{
    uint64_t begin = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        pds_revision_item *const item = &r->items[i];
        PDS_TRY(read_rest(r->file, &item->bounds, e));
        if (i + 1 == r->count) {
            item->bounds.end = item->bounds.rest = r->file->size;
        }
        item->bounds.begin = begin;
        item->file = pds_file_prefix(r->file, item->bounds.end);
        begin = item->bounds.end;
    }
    return PDS_OK;
}

static size_t list_links(const pds_xref_log *log, link *links)
{
    size_t count = 0;
    for (size_t i = 0; i < log->section_count; i++) {
        if (log->sections[i].kind != PDS_SECTION_HYBRID) {
            links[count++] = (link){ .log = i };
        }
    }
    return count;
}

pds_code pds_revisions_find(pds_revisions *r, pds_err *e)
{
    link *const links = calloc(r->log.section_count, sizeof *links);
    r->items = calloc(r->log.section_count + 2, sizeof *r->items);
    if (links == NULL || r->items == NULL) {
        free(links);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the revisions of the file");
    }
    const size_t count = list_links(&r->log, links);
    const pds_code code = judge_links(r, links, count, e);
    r->count = code == PDS_OK ? gather(r, links, count) : 0;
    free(links);
    PDS_TRY(code);
    reverse(r->items, r->count);
    PDS_TRY(merge(r, e));
    add_rests(r);
    return set_bounds(r, e);
}
