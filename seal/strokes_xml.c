#include "seal/strokes_xml.h"

static const char BLANKS[] = " \t\r\n";

static bool is_blank(uint8_t byte)
{
    return byte != '\0' && strchr(BLANKS, byte) != NULL;
}

/* Moves *in behind the next `mark`; *before is what stands before it. */
static bool take_until(pds_span *in, const char *mark, pds_span *before)
{
    size_t len = strlen(mark);
    const uint8_t *hit = in->len == 0 ? NULL : memmem(in->ptr, in->len, mark, len);
    pds_span dropped;
    return hit != NULL && pds_span_take(in, (size_t)(hit - in->ptr), before) &&
           pds_span_take(in, len, &dropped);
}

static bool begins(pds_span in, const char *text)
{
    size_t len = strlen(text);
    return in.len >= len && memcmp(in.ptr, text, len) == 0;
}

/* Comments, instructions, a plain DOCTYPE, CDATA: each ends with its own mark. */
static pds_code pass_over(pds_span *in, bool *passed, pds_err *e)
{
    static const struct {
        const char *begin, *end;
    } kinds[] = { { "!--", "-->" }, { "?", "?>" }, { "![CDATA[", "]]>" }, { "!DOCTYPE", ">" } };
    *passed = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !*passed; i++) {
        pds_span body = { .len = 0 };
        if (!begins(*in, kinds[i].begin)) {
            continue;
        }
        *passed = take_until(in, kinds[i].end, &body);
        bool declares = i == 3 && body.len > 0 && memchr(body.ptr, '[', body.len) != NULL;
        if (!*passed || declares) {
            PDS_FAIL(e, PDS_E_USAGE, "the SVG is cut short or declares entities");
        }
    }
    return PDS_OK;
}

/* The end of a tag: a '>' that stands in no value. */
static bool take_tag_body(pds_span *in, pds_span *body)
{
    uint8_t quote = 0;
    for (size_t i = 0; i < in->len; i++) {
        uint8_t byte = in->ptr[i];
        if (quote != 0) {
            quote = byte == quote ? 0 : quote;
        } else if (byte == '"' || byte == '\'') {
            quote = byte;
        } else if (byte == '>') {
            pds_span dropped;
            return pds_span_take(in, i, body) && pds_span_take(in, 1, &dropped);
        }
    }
    return false;
}

static void split_tag(pds_span body, pds_tag *out)
{
    size_t end = 0, begin = 0;
    pds_span dropped;
    out->kind = PDS_TAG_OPEN;
    if (begins(body, "/")) {
        out->kind = PDS_TAG_CLOSE;
        (void)pds_span_take(&body, 1, &dropped);
    } else if (body.len > 0 && body.ptr[body.len - 1] == '/') {
        out->kind = PDS_TAG_EMPTY;
        body.len--;
    }
    while (end < body.len && !is_blank(body.ptr[end])) {
        end++;
        begin = body.ptr[end - 1] == ':' ? end : begin;
    }
    out->name = pds_span_of(body.ptr + begin, end - begin);
    out->attributes = pds_span_of(body.ptr + end, body.len - end);
}

pds_code pds_tag_take(pds_span *in, pds_tag *out, pds_err *e)
{
    pds_span text, body;
    bool passed = true;
    *out = (pds_tag){ .kind = PDS_TAG_END };
    while (passed) {
        if (!take_until(in, "<", &text)) {
            return PDS_OK;
        }
        PDS_TRY(pass_over(in, &passed, e));
    }
    if (!take_tag_body(in, &body)) {
        PDS_FAIL(e, PDS_E_USAGE, "the SVG is cut short");
    }
    split_tag(body, out);
    if (out->name.len == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "the SVG has a tag without a name");
    }
    return PDS_OK;
}

static void skip_blanks(pds_span *in)
{
    pds_span one;
    while (in->len > 0 && is_blank(in->ptr[0])) {
        (void)pds_span_take(in, 1, &one);
    }
}

/* name = "value" */
static bool take_attribute(pds_span *in, pds_span *name, pds_span *value)
{
    pds_span quote;
    skip_blanks(in);
    if (!take_until(in, "=", name)) {
        return false;
    }
    while (name->len > 0 && is_blank(name->ptr[name->len - 1])) {
        name->len--;
    }
    skip_blanks(in);
    if (!pds_span_take(in, 1, &quote) || (quote.ptr[0] != '"' && quote.ptr[0] != '\'')) {
        return false;
    }
    return take_until(in, quote.ptr[0] == '"' ? "\"" : "'", value);
}

pds_code pds_tag_attribute(const pds_tag *tag, const char *name, pds_span *out, pds_err *e)
{
    pds_span in = tag->attributes;
    *out = pds_span_of(NULL, 0);
    for (skip_blanks(&in); in.len > 0; skip_blanks(&in)) {
        pds_span key, value;
        if (!take_attribute(&in, &key, &value)) {
            PDS_FAIL(e, PDS_E_USAGE, "the SVG has an attribute that is not name=\"value\"");
        }
        if (pds_span_is(key, name)) {
            *out = value;
        }
    }
    if (out->len > 0 && memchr(out->ptr, '&', out->len) != NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "the SVG's attribute %s holds a reference (&)", name);
    }
    return PDS_OK;
}
