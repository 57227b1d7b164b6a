#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/object.h"
#include "pdf/xref.h"

/* Cross-reference tables (ISO 32000-2, 7.5.4). Entries are 20 bytes, to the byte: whoever guesses
 * otherwise may see other objects than the next reader. */

enum { ENTRY = 20, BLOCK_FIRST = 2 << 10, BLOCK_MAX = 64 << 10, TOKENS = 64, SPACE_MAX = 1 << 20 };

/* The file from one place on, a block at a time. */
typedef struct reader {
    const pds_file *file;
    pds_buf block; /* owns */
    size_t at;     /* of what comes next, in block */
    uint64_t end;  /* offset of the byte behind block */
    size_t next;   /* bytes to read next time */
} reader;

static void reader_drop(reader *r)
{
    pds_buf_drop(&r->block);
}

static size_t reader_left(const reader *r)
{
    return r->block.len - r->at;
}

static uint64_t reader_offset(const reader *r)
{
    return r->end - reader_left(r);
}

static pds_span reader_rest(const reader *r)
{
    return pds_span_of(r->block.ptr + r->at, reader_left(r));
}

/* At least `need` bytes, fewer only at the end of the file. */
static pds_code reader_fill(reader *r, size_t need, pds_err *e)
{
    if (reader_left(r) >= need || r->end == r->file->size) {
        return PDS_OK;
    }
    const uint64_t left = r->file->size - r->end;
    const size_t more = left < r->next ? (size_t)left : r->next;
    pds_buf_replace(&r->block, 0, r->at, pds_span_of(NULL, 0));
    r->at = 0;
    uint8_t *const to = pds_buf_grow(&r->block, more);
    PDS_TRY(pds_buf_end(&r->block, e));
    PDS_TRY(pds_file_read(r->file, r->end, to, more, e));
    r->end += more;
    r->next = BLOCK_MAX;
    return PDS_OK;
}

/* White space and comments. */
static pds_code reader_space(reader *r, pds_err *e)
{
    for (size_t need = TOKENS; need <= SPACE_MAX; need += BLOCK_MAX) {
        PDS_TRY(reader_fill(r, need, e));
        pds_span rest = reader_rest(r);
        const size_t before = rest.len;
        pds_space_skip(&rest);
        if (rest.len > 0 || r->end == r->file->size) {
            r->at += before - rest.len;
            return PDS_OK;
        }
    }
    PDS_FAIL_AT(e, PDS_E_PDF_LIMIT, reader_offset(r),
                "white space without end in a cross-reference table");
}

static pds_code fail_header(const reader *r, pds_err *e)
{
    char shown[LEX_SHOW];
    const pds_span rest = reader_rest(r);
    pds_lex_show(pds_span_of(rest.ptr, rest.len < 16 ? rest.len : 16), shown);
    const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "broken cross-reference table");
    return pds_err_expected(pds_err_at(code, e, (int64_t)reader_offset(r)), e,
                            "a subsection or trailer", shown);
}

/* The keyword, with no regular character behind it. */
static bool reader_keyword(reader *r, const char *word)
{
    const size_t len = strlen(word);
    const pds_span rest = reader_rest(r);
    if (rest.len <= len || memcmp(rest.ptr, word, len) != 0 || lex_is_regular(rest.ptr[len])) {
        return false;
    }
    r->at += len;
    return true;
}

static bool take_number(pds_span *text, uint64_t *out)
{
    const uint8_t *p = text->ptr, *const end = p + text->len;
    if (!lex_uint(&p, end, UINT32_MAX, out) || (p < end && !lex_is_space(*p))) {
        return false;
    }
    *text = pds_span_of(p, (size_t)(end - p));
    return true;
}

/* "first count", with the white space behind it. */
static pds_code take_header(reader *r, uint32_t *first, uint32_t *count, pds_err *e)
{
    uint64_t numbers[2] = { 0 };
    pds_span rest = reader_rest(r);
    const size_t before = rest.len;
    bool sound = take_number(&rest, &numbers[0]);
    pds_space_skip(&rest);
    sound = sound && take_number(&rest, &numbers[1]);
    if (!sound) {
        return fail_header(r, e);
    }
    *first = (uint32_t)numbers[0];
    *count = (uint32_t)numbers[1];
    r->at += before - rest.len;
    return reader_space(r, e);
}

static bool take_digits(const uint8_t *p, int count, uint64_t *out)
{
    uint64_t n = 0;
    unsigned bad = 0;
    for (int i = 0; i < count; i++) {
        const unsigned digit = (unsigned)p[i] - '0';
        bad |= digit > 9;
        n = n * 10 + digit;
    }
    *out = n;
    return bad == 0;
}

/* Does the entry end in one of the three line ends of two bytes? */
static bool ends_line(const uint8_t *p)
{
    return (p[0] == ' ' && (p[1] == '\n' || p[1] == '\r')) || (p[0] == '\r' && p[1] == '\n');
}

static bool parse_entry(const uint8_t *p, pds_place *out)
{
    uint64_t gen = 0;
    if (!take_digits(p, 10, &out->at) || p[10] != ' ' || !take_digits(p + 11, 5, &gen) ||
        p[16] != ' ' || (p[17] != 'n' && p[17] != 'f') || !ends_line(p + 18)) {
        return false;
    }
    out->gen = (uint32_t)gen;
    out->kind = p[17] == 'n' && out->at != 0 ? PDS_PLACE_FILE : PDS_PLACE_FREE;
    return true;
}

static pds_code fail_entry(const reader *r, uint32_t num, pds_err *e)
{
    char shown[LEX_SHOW];
    const pds_span rest = reader_rest(r);
    pds_lex_show(pds_span_of(rest.ptr, rest.len < ENTRY ? rest.len : ENTRY), shown);
    pds_code code = pds_fail(
        e, PDS_E_PDF_DAMAGED, __func__,
        "the cross-reference entry of object %u is broken or not 20 bytes long", (unsigned)num);
    code = pds_err_at(code, e, (int64_t)reader_offset(r));
    return pds_err_object(pds_err_expected(code, e, "nnnnnnnnnn ggggg n", shown), e, num);
}

static pds_code take_entries(pds_section *s, reader *r, uint32_t first, uint32_t count, pds_err *e)
{
    if (first > UINT32_MAX - count) {
        return fail_header(r, e);
    }
    for (uint32_t i = 0; i < count; i++) {
        pds_place place = { 0 };
        if (reader_left(r) < ENTRY) {
            PDS_TRY(reader_fill(r, ENTRY, e));
        }
        if (reader_left(r) < ENTRY || !parse_entry(r->block.ptr + r->at, &place)) {
            return fail_entry(r, first + i, e);
        }
        PDS_TRY(pds_section_set(s, first + i, &place, e));
        r->at += ENTRY;
    }
    return PDS_OK;
}

static pds_code take_subsections(pds_section *s, reader *r, pds_err *e)
{
    PDS_TRY(reader_space(r, e));
    while (reader_left(r) > 0 && lex_is_digit(r->block.ptr[r->at])) {
        uint32_t first = 0, count = 0;
        PDS_TRY(take_header(r, &first, &count, e));
        PDS_TRY(take_entries(s, r, first, count, e));
        PDS_TRY(reader_space(r, e));
    }
    return reader_keyword(r, "trailer") ? PDS_OK : fail_header(r, e);
}

static pds_code parse_trailer(void *ctx, pds_span bytes, bool *cut, pds_err *e)
{
    pds_span *const trailer = ctx;
    const pds_code code = pds_value_scan(&bytes, trailer, e);
    *cut = code != PDS_OK && bytes.len == 0;
    PDS_TRY(code);
    if (pds_value_kind(*trailer) != PDS_KIND_DICT) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, 0, "the trailer is not a dictionary");
    }
    return PDS_OK;
}

pds_code pds_section_table(pds_section *s, pds_err *e)
{
    PDS_OWN(reader_drop) reader r = { .file = s->file, .end = s->at, .next = BLOCK_FIRST };
    PDS_TRY(reader_fill(&r, TOKENS, e));
    if (!reader_keyword(&r, "xref")) {
        return fail_header(&r, e);
    }
    PDS_TRY(take_subsections(s, &r, e));
    const uint64_t from = reader_offset(&r);
    PDS_TRY(pds_read_growing(s->file, from, &s->text, parse_trailer, &s->trailer, e));
    s->end = from + (uint64_t)(s->trailer.ptr - s->text.ptr) + s->trailer.len;
    return PDS_OK;
}
