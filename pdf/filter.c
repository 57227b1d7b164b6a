#include "pdf/filter.h"

#include "base/flate.h"
#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/predictor.h"

enum { FILTERS_MAX = 8 };

typedef pds_code (*decode_fn)(pds_span in, pds_span parms, pds_buf *out, pds_err *e);

static pds_code decode_flate(pds_span in, pds_span parms, pds_buf *out, pds_err *e)
{
    PDS_TRY(pds_inflate(in, out, e));
    return pds_predictor_undo(parms, out, e);
}

static pds_code decode_hexadecimal(pds_span in, pds_span parms, pds_buf *out, pds_err *e)
{
    unsigned digits = 0, byte = 0;
    (void)parms;
    for (size_t i = 0; i < in.len && in.ptr[i] != '>'; i++) {
        const unsigned digit = lex_hex(in.ptr[i]);
        if (digit < 16) {
            byte = byte << 4 | digit;
            if (++digits % 2 == 0) {
                pds_buf_byte(out, (uint8_t)byte);
            }
        } else if (!lex_is_space(in.ptr[i])) {
            PDS_FAIL(e, PDS_E_PDF_DAMAGED, "a byte in ASCIIHexDecode data that is no digit");
        }
    }
    if (digits % 2 != 0) {
        pds_buf_byte(out, (uint8_t)(byte << 4));
    }
    return pds_buf_end(out, e);
}

/* The last group may be short: of n digits come n - 1 bytes. */
static bool put_group(pds_buf *out, const uint8_t digits[5], unsigned count)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < 5; i++) {
        n = n * 85 + (i < count ? digits[i] : 84);
    }
    for (unsigned i = 0; i + 1 < count; i++) {
        pds_buf_byte(out, (uint8_t)(n >> (24 - 8 * i)));
    }
    return n <= UINT32_MAX && count != 1;
}

static pds_code decode_ascii85(pds_span in, pds_span parms, pds_buf *out, pds_err *e)
{
    uint8_t digits[5];
    unsigned count = 0;
    bool sound = true;
    (void)parms;
    for (size_t i = 0; sound && i < in.len && in.ptr[i] != '~'; i++) {
        const uint8_t c = in.ptr[i];
        if (c == 'z' && count == 0) {
            pds_buf_fill(out, 0, 4);
        } else if (c >= '!' && c <= 'u') {
            digits[count++] = (uint8_t)(c - '!');
        } else {
            sound = lex_is_space(c);
        }
        if (count == 5) {
            sound = put_group(out, digits, count);
            count = 0;
        }
    }
    if (!sound || (count > 0 && !put_group(out, digits, count))) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "broken ASCII85Decode data");
    }
    return pds_buf_end(out, e);
}

static pds_code decode_nothing(pds_span in, pds_span parms, pds_buf *out, pds_err *e)
{
    (void)parms;
    pds_buf_put(out, in);
    return pds_buf_end(out, e);
}

static const struct filter_row {
    const char *name;
    decode_fn decode;
} FILTERS[] = {
    /* the short names are for inline images; some writers use them elsewhere */
    { "FlateDecode", decode_flate },     { "ASCIIHexDecode", decode_hexadecimal },
    { "ASCII85Decode", decode_ascii85 }, { "Fl", decode_flate },
    { "AHx", decode_hexadecimal },       { "A85", decode_ascii85 },
    { "Crypt", decode_nothing },
};

/* NULL: no such filter. */
static decode_fn find_filter(pds_span name)
{
    for (size_t i = 0; i < sizeof FILTERS / sizeof FILTERS[0]; i++) {
        if (pds_value_is_name(name, FILTERS[i].name)) {
            return FILTERS[i].decode;
        }
    }
    return NULL;
}

static pds_code fail_filter(pds_span name, pds_err *e)
{
    char shown[LEX_SHOW];
    if (pds_value_kind(name) != PDS_KIND_NAME) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the /Filter of a stream is not a name");
    }
    PDS_FAIL(e, PDS_E_PDF_UNSUPPORTED, "a stream with filter %s", pds_lex_show(name, shown));
}

/* Element i of an array, or the value itself as the only element; empty where there is none. */
static pds_span element(pds_span value, size_t i)
{
    pds_span key = { 0 }, found = { 0 };
    if (pds_value_kind(value) != PDS_KIND_ARRAY) {
        return i == 0 && pds_value_kind(value) != PDS_KIND_NULL ? value : pds_span_of(NULL, 0);
    }
    pds_iter it = pds_iter_of(value);
    for (size_t at = 0; pds_iter_next(&it, &key, &found); at++) {
        if (at == i) {
            return found;
        }
    }
    return pds_span_of(NULL, 0);
}

/* A fault of a buffer that is full is a limit of the PDF here. */
static pds_code as_pdf_limit(pds_code code, size_t max, pds_err *e)
{
    if (code != PDS_E_LIMIT) {
        return code;
    }
    PDS_FAIL(e, PDS_E_PDF_LIMIT, "a stream grows to more than %zu bytes", max);
}

pds_code pds_filter_decode(pds_span dict, pds_span data, size_t max, pds_buf *out, pds_err *e)
{
    pds_span filters = { 0 }, parms = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf now = { 0 };
    (void)pds_dict_get(dict, "Filter", &filters);
    (void)pds_dict_get(dict, "DecodeParms", &parms);
    size_t i = 0;
    for (pds_span name = element(filters, 0); name.len > 0; name = element(filters, ++i)) {
        const decode_fn decode = find_filter(name);
        PDS_OWN(pds_buf_drop) pds_buf next = { .max = max };
        if (i == FILTERS_MAX) {
            PDS_FAIL(e, PDS_E_PDF_LIMIT, "a stream with more than %d filters", (int)FILTERS_MAX);
        }
        if (decode == NULL) {
            return fail_filter(name, e);
        }
        PDS_TRY(as_pdf_limit(decode(data, element(parms, i), &next, e), max, e));
        pds_buf_drop(&now);
        now = pds_buf_take(&next);
        data = pds_buf_span(&now);
    }
    if (i == 0) {
        now.max = max;
        PDS_TRY(as_pdf_limit(decode_nothing(data, parms, &now, e), max, e));
    }
    pds_buf_drop(out);
    now.max = out->max;
    *out = pds_buf_take(&now);
    return PDS_OK;
}
