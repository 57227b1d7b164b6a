#include "base/own.h"
#include "pdf/byte_range.h"
#include "pdfsign/form.h"
#include "pdfsign/write.h"

#include <pds/verify.h>

/* ---- where a revision ends ---- */

/* The signature in a field, if its range ends with this revision. */
static pds_code end_of_field(pds_revisions *r, uint32_t number, const pds_sig_field *field,
                             uint64_t *end, pds_err *e)
{
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = { .sound = false };
    PDS_OWN(pds_findings_drop) pds_findings ignored = { 0 };
    pds_ref ref = field->ref;
    const bool direct = !pds_value_ref(pds_buf_span(&field->value), &ref);
    const pds_signature_place place = { .num = ref.num,
                                        .key = direct ? "V" : NULL,
                                        .revision = number };
    PDS_TRY(pds_byte_range_read(r, &place, &range, &ignored, e));
    if (range.revision == number) {
        *end = range.range[2] + range.range[3];
    }
    return PDS_OK;
}

static pds_code end_of_signature(pds_revisions *r, uint32_t number, uint64_t *end, pds_err *e)
{
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    PDS_OWN(pds_form_drop) pds_form form = { .count = 0 };
    PDS_TRY(pds_revisions_doc(r, number, &doc, e));
    PDS_TRY(pds_form_read(doc, &form, e));
    for (size_t i = 0; i < form.count; i++) {
        if (form.fields[i].is_signed) {
            PDS_TRY(end_of_field(r, number, &form.fields[i], end, e));
        }
    }
    return PDS_OK;
}

/* White space behind %%EOF belongs to a signature or does not: its range knows. Where there is
 * none, or it can't be read without a password, the line end there is taken along. */
static pds_code end_of_revision(pds_revisions *r, uint32_t number, uint64_t *end, pds_err *e)
{
    *end = pds_revisions_at(r, number)->end;
    const pds_code code = end_of_signature(r, number, end, e);
    return code == PDS_E_NO_MEMORY || code == PDS_E_INTERRUPTED ? code : PDS_OK;
}

/* ---- writing it ---- */

static pds_code check_number(const pds_revisions *r, uint32_t number, pds_err *e)
{
    const uint32_t count = pds_revisions_count(r);
    if (number < 1 || number > count) {
        PDS_FAIL(e, PDS_E_USAGE, "there is no revision %u: the file has %u, and 1 is the oldest",
                 (unsigned)number, (unsigned)count);
    }
    return PDS_OK;
}

/* The last byte for itself: a hole needs one behind it. */
static pds_code copy(const pds_file *file, uint64_t end, pds_publish *out, pds_err *e)
{
    uint8_t last = 0;
    const pds_file before = pds_file_prefix(file, end - 1);
    PDS_TRY(pds_file_read(file, end - 1, &last, 1, e));
    PDS_TRY(pds_copy_file(&before, out, NULL, e));
    return pds_write_update(out, pds_span_of(&last, 1), file, e);
}

static pds_code extract(const pds_file *file, uint32_t number, const pds_output *output, pds_err *e)
{
    PDS_OWN(pds_findings_drop) pds_findings ignored = { 0 };
    PDS_OWN(pds_revisions_drop) pds_revisions *revisions = NULL;
    PDS_OWN(pds_publish_drop) pds_publish *out = NULL;
    uint64_t end = 0;
    PDS_TRY(pds_revisions_open(file, NULL, &ignored, &revisions, e));
    PDS_TRY(check_number(revisions, number, e));
    PDS_TRY(end_of_revision(revisions, number, &end, e));
    PDS_TRY(pds_publish_open(output, file, &out, e));
    return copy(file, end, out, e);
}

pds_code pds_extract_revision(const char *input, uint32_t number, const pds_output *output,
                              pds_err *e)
{
    PDS_OWN(pds_file_close) pds_file file = PDS_FILE_NONE;
    PDS_TRY(pds_err_file(pds_file_open(input, &file, e), e, input));
    return pds_err_file(extract(&file, number, output, e), e, input);
}
