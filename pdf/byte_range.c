#include "pdf/byte_range.h"

#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/revision_internal.h"

#include <stdlib.h>

void pds_byte_range_drop(pds_byte_range *b)
{
    pds_buf_drop(&b->contents);
    *b = (pds_byte_range){ .sound = false };
}

/* One signature being looked at. */
typedef struct look {
    const pds_revisions *r;
    const pds_signature_place *where;
    const pds_place *place;
    pds_byte_range *out;
    pds_object object; /* as it stands, nothing decrypted */
    pds_span dict;
    pds_findings *findings;
} look;

static void look_drop(look *l)
{
    pds_object_drop(&l->object);
}

/* Byte of the file. */
static uint64_t offset_of(const look *l, pds_span value)
{
    return l->place->at + (uint64_t)(value.ptr - l->object.text.ptr);
}

/* A finding that fails, at this byte; UINT64_MAX: at none. */
static pds_code failed(look *l, uint64_t at, pds_code code)
{
    l->out->sound = false;
    return pds_finding_place(code, l->findings, l->where->num, (int64_t)at, l->place->section);
}

/* ---- the dictionary ---- */

static pds_code fail_unreadable(look *l, const char *why, pds_err *e)
{
    return failed(l, l->place->kind == PDS_PLACE_FILE ? l->place->at : UINT64_MAX,
                  pds_finding_add(l->findings, PDS_F_SIGNATURE_UNREADABLE, e,
                                  "signature dictionary in object %u: %s", (unsigned)l->where->num,
                                  pds_translated(why)));
}

static pds_code take_dict(look *l, pds_err *e)
{
    const bool of_place = l->object.ref.num == l->where->num && l->object.ref.gen == l->place->gen;
    if (!of_place) {
        return fail_unreadable(l, N_("another object stands at its place"), e);
    }
    l->dict = l->object.value;
    if (l->where->key != NULL) {
        (void)pds_dict_get(l->object.value, l->where->key, &l->dict);
    }
    if (l->object.stream || pds_value_kind(l->dict) != PDS_KIND_DICT) {
        return fail_unreadable(l, N_("it is not a dictionary"), e);
    }
    return PDS_OK;
}

static pds_code read_dict(look *l, pds_err *e)
{
    pds_err why = { .offset = -1 };
    if (l->place->kind == PDS_PLACE_PACKED) {
        return fail_unreadable(l, N_("it lies in an object stream"), e);
    }
    if (l->place->kind != PDS_PLACE_FILE) {
        return fail_unreadable(l, N_("it is not there"), e);
    }
    const pds_code code = pds_object_scan(l->r->file, l->place->at, &l->object, &why);
    if (code == PDS_E_PDF_DAMAGED) {
        return fail_unreadable(l, why.text, e);
    }
    PDS_TRY(pds_err_pass(code, e, &why));
    l->out->ref = l->object.ref;
    return take_dict(l, e);
}

/* A reader that does not decode names sees another dictionary. */
static pds_code check_keys(look *l, pds_err *e)
{
    static const char *const Keys[] = { "ByteRange", "Contents", "Type",      "Filter",
                                        "SubFilter", "Cert",     "Reference", "M" };
    pds_span key = { 0 }, value = { 0 };
    pds_iter it = pds_iter_of(l->dict);
    while (pds_iter_next(&it, &key, &value)) {
        const bool escaped = memchr(key.ptr, '#', key.len) != NULL;
        for (size_t i = 0; escaped && i < sizeof Keys / sizeof Keys[0]; i++) {
            if (pds_value_is_name(key, Keys[i])) {
                PDS_TRY(failed(
                    l, offset_of(l, key),
                    pds_finding_add(l->findings, PDS_F_SIGNATURE_KEY_ESCAPED, e,
                                    "key /%s of the signature dictionary is spelt with escapes",
                                    Keys[i])));
            }
        }
    }
    return PDS_OK;
}

/* ---- /Contents ---- */

/* Where a BER element ends (X.690, 8.1); an indefinite one at the end-of-contents octets of its
 * own. 0: not within the bytes. */
static size_t element_length(pds_span bytes)
{
    size_t at = 0, open = 0;
    do {
        size_t length = 0;
        if (bytes.len - at < 2 || (bytes.ptr[at] & 0x1F) == 0x1F) {
            return 0;
        }
        const uint8_t tag = bytes.ptr[at], first = bytes.ptr[at + 1];
        const size_t octets = first > 0x80 ? first - 0x80U : 0;
        at += 2;
        if (octets > 4 || octets > bytes.len - at) {
            return 0;
        }
        for (size_t i = 0; i < octets; i++) {
            length = length << 8 | bytes.ptr[at++];
        }
        length = first < 0x80 ? first : length;
        if (length > bytes.len - at) {
            return 0;
        }
        at += length;
        if (first == 0x80) {
            open++;
        } else if (open > 0 && tag == 0 && length == 0) {
            open--;
        }
    } while (open > 0);
    return at;
}

static bool is_zero(pds_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != 0) {
            return false;
        }
    }
    return true;
}

static pds_code check_element(look *l, uint64_t at, pds_err *e)
{
    const pds_span all = pds_buf_span(&l->out->contents);
    const size_t len = is_zero(all) ? 0 : element_length(all);
    if (len == 0) {
        return failed(l, at,
                      pds_finding_add(l->findings, PDS_F_CONTENTS_WRONG, e,
                                      is_zero(all)
                                          ? N_("/Contents holds no signature, only zeros")
                                          : N_("/Contents does not hold one whole DER element")));
    }
    if (!is_zero(pds_span_of(all.ptr + len, all.len - len))) {
        PDS_TRY(failed(
            l, at + 1 + 2 * len,
            pds_finding_add(l->findings, PDS_F_CONTENTS_PADDING, e,
                            "behind the signature, /Contents holds other bytes than zeros")));
    }
    l->out->contents.len = len;
    return PDS_OK;
}

/* Two digits a byte and nothing else: white space and odd digits would be places to hide in. */
static pds_code decode_digits(look *l, pds_span digits, uint64_t at, pds_err *e)
{
    uint8_t *const to = pds_buf_grow(&l->out->contents, digits.len / 2);
    PDS_TRY(pds_buf_end(&l->out->contents, e));
    for (size_t i = 0; i < digits.len; i++) {
        const unsigned digit = lex_hex(digits.ptr[i]);
        if (digit > 15) {
            pds_buf_clear(&l->out->contents);
            return failed(l, at + i,
                          pds_finding_add(l->findings, PDS_F_CONTENTS_WRONG, e,
                                          "/Contents holds a byte that is no hexadecimal digit"));
        }
        if (i / 2 < digits.len / 2) {
            to[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : to[i / 2] | digit);
        }
    }
    if (digits.len % 2 != 0) {
        pds_buf_clear(&l->out->contents);
        return failed(l, at,
                      pds_finding_add(l->findings, PDS_F_CONTENTS_WRONG, e,
                                      "/Contents has an odd number of hexadecimal digits"));
    }
    return check_element(l, at - 1, e);
}

static pds_code read_contents(look *l, pds_err *e)
{
    pds_span value = { 0 };
    pds_ref ref = { 0 };
    (void)pds_dict_get(l->dict, "Contents", &value);
    if (pds_value_ref(value, &ref)) {
        return failed(l, offset_of(l, value),
                      pds_finding_add(l->findings, PDS_F_SIGNATURE_VALUE_INDIRECT, e,
                                      "/Contents of the signature is a reference"));
    }
    if (pds_value_kind(value) != PDS_KIND_STRING || value.ptr[0] != '<') {
        return failed(l, value.len > 0 ? offset_of(l, value) : offset_of(l, l->dict),
                      pds_finding_add(l->findings, PDS_F_CONTENTS_WRONG, e,
                                      "/Contents of the signature is not a hexadecimal string"));
    }
    l->out->open = offset_of(l, value);
    l->out->close = l->out->open + value.len;
    return decode_digits(l, pds_span_of(value.ptr + 1, value.len - 2), l->out->open + 1, e);
}

/* ---- /ByteRange ---- */

static pds_code fail_range(look *l, pds_span value, const char *why, pds_err *e)
{
    return failed(l, value.len > 0 ? offset_of(l, value) : offset_of(l, l->dict),
                  pds_finding_add(l->findings, PDS_F_BYTE_RANGE_WRONG, e, "/ByteRange %s",
                                  pds_translated(why)));
}

/* How many plain numbers the array holds; 0: something else is in it, or more than four. */
static size_t take_numbers(look *l, pds_span array, bool *reference)
{
    pds_span key = { 0 }, item = { 0 };
    size_t n = 0;
    pds_iter it = pds_iter_of(array);
    while (pds_iter_next(&it, &key, &item)) {
        int64_t number = 0;
        pds_ref ref = { 0 };
        *reference = *reference || pds_value_ref(item, &ref);
        if (n == 4 || !lex_is_digit(item.ptr[0]) || !pds_value_int(item, &number)) {
            return 0;
        }
        l->out->range[n++] = (uint64_t)number;
    }
    return n;
}

static bool reaches_beyond(const pds_byte_range *b, uint64_t size)
{
    return b->range[1] > size || b->range[2] > size || b->range[3] > size - b->range[2];
}

/* The first part from 0 to the token, the second from there to the end of a revision. */
static pds_code check_bounds(look *l, pds_span value, pds_err *e)
{
    pds_byte_range *const b = l->out;
    if (b->range[0] != 0) {
        return fail_range(l, value, N_("does not begin at the file's first byte"), e);
    }
    if (reaches_beyond(b, l->r->file->size)) {
        return fail_range(l, value, N_("reaches beyond the end of the file"), e);
    }
    if (b->close > 0 && (b->range[1] != b->open || b->range[2] != b->close)) {
        PDS_TRY(
            failed(l, offset_of(l, value),
                   pds_finding_add(
                       l->findings, PDS_F_BYTE_RANGE_GAP, e,
                       "/ByteRange leaves out bytes %llu to %llu, but /Contents is %llu to %llu",
                       (unsigned long long)b->range[1], (unsigned long long)b->range[2],
                       (unsigned long long)b->open, (unsigned long long)b->close)));
    }
    const uint64_t end = b->range[2] + b->range[3];
    b->revision = pds_revisions_ending(l->r, end);
    if (b->revision == 0) {
        PDS_TRY(failed(
            l, offset_of(l, value),
            pds_finding_add(l->findings, PDS_F_BYTE_RANGE_END, e,
                            "/ByteRange ends at byte %llu, where no revision of the file ends",
                            (unsigned long long)end)));
    } else if (!pds_place_same(l->place, pds_revisions_place(l->r, b->revision, l->where->num))) {
        PDS_TRY(
            failed(l, l->place->at,
                   pds_finding_add(l->findings, PDS_F_SIGNATURE_REPLACED, e,
                                   "revision %u, which the signature covers, has another object %u",
                                   (unsigned)b->revision, (unsigned)l->where->num)));
    }
    return PDS_OK;
}

static pds_code read_range(look *l, pds_err *e)
{
    pds_span value = { 0 };
    pds_ref ref = { 0 };
    (void)pds_dict_get(l->dict, "ByteRange", &value);
    bool reference = pds_value_ref(value, &ref);
    const bool array = pds_value_kind(value) == PDS_KIND_ARRAY;
    const size_t count = array ? take_numbers(l, value, &reference) : 0;
    if (reference) {
        return failed(l, offset_of(l, value),
                      pds_finding_add(l->findings, PDS_F_SIGNATURE_VALUE_INDIRECT, e,
                                      "/ByteRange of the signature holds or is a reference"));
    }
    if (count != 4) {
        return fail_range(l, value,
                          value.len == 0 ? N_("is missing") : N_("is not four plain integers"), e);
    }
    return check_bounds(l, value, e);
}

pds_code pds_byte_range_read(const pds_revisions *r, const pds_signature_place *place,
                             pds_byte_range *out, pds_findings *findings, pds_err *e)
{
    PDS_OWN(look_drop)
    look l = { .r = r,
               .where = place,
               .place = pds_revisions_place(r, place->revision, place->num),
               .out = out,
               .findings = findings };
    pds_buf_clear(&out->contents);
    *out = (pds_byte_range){ .sound = true, .contents = out->contents };
    PDS_TRY(read_dict(&l, e));
    if (!out->sound) {
        return PDS_OK;
    }
    PDS_TRY(check_keys(&l, e));
    PDS_TRY(read_contents(&l, e));
    return read_range(&l, e);
}

/* ---- several ---- */

static int compare_holes(const void *a, const void *b)
{
    const pds_byte_range *const *x = a;
    const pds_byte_range *const *y = b;
    return ((*x)->open > (*y)->open) - ((*x)->open < (*y)->open);
}

static pds_code check_sorted(const pds_byte_range *const *sorted, size_t count,
                             pds_findings *findings, pds_err *e)
{
    for (size_t i = 1; i < count; i++) {
        const pds_byte_range *const a = sorted[i - 1], *const b = sorted[i];
        if (b->open < a->close && a->ref.num != b->ref.num) {
            PDS_TRY(pds_finding_place(
                pds_finding_add(findings, PDS_F_CONTENTS_SHARED, e,
                                "the signatures of objects %u and %u have one /Contents",
                                (unsigned)a->ref.num, (unsigned)b->ref.num),
                findings, b->ref.num, (int64_t)b->open, b->revision));
        }
    }
    return PDS_OK;
}

pds_code pds_byte_ranges_check(const pds_byte_range *ranges, size_t count, pds_findings *findings,
                               pds_err *e)
{
    const pds_byte_range **const sorted = calloc(count + 1, sizeof *sorted);
    if (sorted == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu signatures", count);
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &ranges[i];
    }
    qsort(sorted, count, sizeof *sorted, compare_holes);
    const pds_code code = check_sorted(sorted, count, findings, e);
    free(sorted);
    return code;
}
