#include "pdf/value.h"

#include "pdf/lex.h"

/* Walking text that pds_value_scan has checked. Text that was not is still never read past its end.
 */

static lex_token next_of(pds_span text)
{
    if (text.len == 0) {
        return (lex_token){ NULL, NULL, LEX_END };
    }
    return pds_lex_next(text.ptr, text.ptr + text.len);
}

static pds_span token_span(const lex_token *t)
{
    return pds_span_of(t->ptr, (size_t)(t->end - t->ptr));
}

static void drop_front(pds_span *text, const uint8_t *to)
{
    text->len -= (size_t)(to - text->ptr);
    text->ptr = to;
}

bool pds_token_take(pds_span *text, pds_span *token)
{
    const lex_token t = next_of(*text);
    if (t.kind == LEX_END || t.kind == LEX_BAD) {
        return false;
    }
    *token = token_span(&t);
    drop_front(text, t.end);
    return true;
}

void pds_space_skip(pds_span *text)
{
    if (text->len > 0) {
        drop_front(text, lex_space(text->ptr, text->ptr + text->len));
    }
}

static pds_kind word_kind(pds_span word)
{
    if (pds_span_is(word, "null")) {
        return PDS_KIND_NULL;
    }
    if (pds_span_is(word, "true") || pds_span_is(word, "false")) {
        return PDS_KIND_BOOL;
    }
    return PDS_KIND_WORD;
}

static pds_kind number_kind(pds_span value)
{
    if (value.ptr[value.len - 1] == 'R') {
        return PDS_KIND_REF;
    }
    return memchr(value.ptr, '.', value.len) != NULL ? PDS_KIND_REAL : PDS_KIND_INT;
}

pds_kind pds_value_kind(pds_span value)
{
    if (value.len == 0) {
        return PDS_KIND_NONE;
    }
    switch (PDS_LEX_CLASS[value.ptr[0]]) {
    case LEX_NUMERIC:
        return number_kind(value);
    case LEX_SLASH:
        return PDS_KIND_NAME;
    case LEX_PAREN:
        return PDS_KIND_STRING;
    case LEX_LESS:
        return value.len > 1 && value.ptr[1] == '<' ? PDS_KIND_DICT : PDS_KIND_STRING;
    case LEX_BRACKET_OPEN:
        return PDS_KIND_ARRAY;
    default:
        return word_kind(value);
    }
}

bool pds_value_int(pds_span value, int64_t *out)
{
    if (value.len == 0) {
        return false;
    }
    const bool negative = value.ptr[0] == '-';
    const uint8_t *p = value.ptr + (negative || value.ptr[0] == '+');
    const uint8_t *const end = value.ptr + value.len;
    uint64_t n = 0;
    if (!lex_uint(&p, end, INT64_MAX, &n) || p != end) {
        return false;
    }
    *out = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

/* Without the C library, whose decimal point depends on the locale. */
bool pds_value_real(pds_span value, double *out)
{
    if (value.len == 0) {
        return false;
    }
    const uint8_t *p = value.ptr, *const end = p + value.len;
    const bool negative = *p == '-';
    double n = 0, unit = 1;
    size_t digits = 0;
    bool fraction = false;
    p += negative || *p == '+';
    for (; p < end && (lex_is_digit(*p) || (*p == '.' && !fraction)); p++) {
        if (*p == '.') {
            fraction = true;
        } else {
            digits++;
            n = unit < 1e15 ? n * 10 + (*p - '0') : n; /* a double tells no more apart */
            unit *= fraction && unit < 1e15 ? 10 : 1;
        }
    }
    if (digits == 0 || p != end) {
        return false;
    }
    *out = negative ? -(n / unit) : n / unit;
    return true;
}

bool pds_value_bool(pds_span value, bool *out)
{
    if (word_kind(value) != PDS_KIND_BOOL) {
        return false;
    }
    *out = value.ptr[0] == 't';
    return true;
}

bool pds_value_ref(pds_span value, pds_ref *out)
{
    if (value.len < 5 || value.ptr[value.len - 1] != 'R') {
        return false;
    }
    const uint8_t *p = value.ptr, *const end = p + value.len;
    uint64_t num = 0, gen = 0;
    if (!lex_uint(&p, end, UINT32_MAX, &num)) {
        return false;
    }
    const uint8_t *q = lex_space(p, end);
    if (q == p || !lex_uint(&q, end, UINT32_MAX, &gen) || lex_space(q, end) != end - 1) {
        return false;
    }
    *out = (pds_ref){ (uint32_t)num, (uint32_t)gen };
    return true;
}

/* Most names differ in their first letter. */
static bool name_equals(pds_span name, const char *want)
{
    const uint8_t *p = name.ptr + 1, *const end = name.ptr + name.len;
    for (; p < end && *want != '\0'; want++) {
        if (lex_name_byte(&p, end) != (uint8_t)*want) {
            return false;
        }
    }
    return p == end && *want == '\0';
}

bool pds_value_is_name(pds_span value, const char *name)
{
    return value.len > 0 && value.ptr[0] == '/' && name_equals(value, name);
}

/* p stands at a character that neither begins nor ends a container: behind what it begins. */
static const uint8_t *skip_token(const uint8_t *p, const uint8_t *end)
{
    const lex_token t = pds_lex_next(p, end);
    return t.end > p ? t.end : end;
}

/* p stands behind the opening token of a container: behind its closing one. The text is known to be
 * sound, so that only brackets count, and what may hide them. */
static const uint8_t *skip_container(const uint8_t *p, const uint8_t *end)
{
    size_t depth = 1;
    while (p < end && depth > 0) {
        const uint8_t class = PDS_LEX_CLASS[*p];
        const bool twice = p + 1 < end && p[1] == *p;
        if (class <= LEX_SPACE) {
            p++;
        } else if (class == LEX_BRACKET_OPEN || (class == LEX_LESS && twice)) {
            p += class == LEX_LESS ? 2 : 1;
            depth++;
        } else if (class == LEX_BRACKET_CLOSE || (class == LEX_GREATER && twice)) {
            p += class == LEX_GREATER ? 2 : 1;
            depth--;
        } else {
            p = class == LEX_PERCENT ? lex_space(p, end) : skip_token(p, end);
        }
    }
    return p;
}

/* The next value in a container; empty at its end. */
static pds_span next_value(const uint8_t *p, const uint8_t *end)
{
    lex_token t = pds_lex_next(p, end);
    const uint8_t *behind = NULL;
    switch (t.kind) {
    case LEX_INT:
        behind = pds_lex_ref_rest(t.end, end);
        t.end = behind != NULL ? behind : t.end;
        break;
    case LEX_ARRAY_OPEN:
    case LEX_DICT_OPEN:
        t.end = skip_container(t.end, end);
        break;
    case LEX_END:
    case LEX_BAD:
    case LEX_ARRAY_CLOSE:
    case LEX_DICT_CLOSE:
        return pds_span_of(NULL, 0);
    default:
        break;
    }
    return token_span(&t);
}

pds_iter pds_iter_of(pds_span container)
{
    const pds_kind kind = pds_value_kind(container);
    const size_t frame = kind == PDS_KIND_DICT ? 2 : 1;
    if ((kind != PDS_KIND_DICT && kind != PDS_KIND_ARRAY) || container.len < 2 * frame) {
        return (pds_iter){ 0 };
    }
    return (pds_iter){ pds_span_of(container.ptr + frame, container.len - 2 * frame),
                       kind == PDS_KIND_DICT };
}

bool pds_iter_next(pds_iter *it, pds_span *key, pds_span *value)
{
    if (it->rest.len == 0) {
        return false;
    }
    const uint8_t *p = it->rest.ptr, *const end = p + it->rest.len;
    *key = pds_span_of(NULL, 0);
    if (it->dict) {
        const lex_token t = pds_lex_next(p, end);
        if (t.kind != LEX_NAME) {
            it->rest.len = 0;
            return false;
        }
        *key = token_span(&t);
        p = t.end;
    }
    *value = next_value(p, end);
    if (value->len == 0) {
        it->rest.len = 0;
        return false;
    }
    drop_front(&it->rest, value->ptr + value->len);
    return true;
}

bool pds_dict_get(pds_span dict, const char *key, pds_span *value)
{
    pds_iter it = pds_iter_of(dict);
    pds_span name = { 0 };
    *value = pds_span_of(NULL, 0);
    if (!it.dict) {
        return false;
    }
    while (pds_iter_next(&it, &name, value)) {
        if (name_equals(name, key)) {
            return true;
        }
    }
    *value = pds_span_of(NULL, 0);
    return false;
}
