#include "pdfsign/long_term.h"

#include "base/own.h"
#include "pdfsign/document_timestamp.h"
#include "pdfsign/validation_data.h"

/* ---- what there is to prove ---- */

static bool is_revoked(pds_finding_code code)
{
    return code == PDS_F_CERT_REVOKED || code == PDS_F_CERT_REVOKED_NO_POE ||
           code == PDS_F_CERT_REVOKED_LATER || code == PDS_F_CA_REVOKED_NO_POE ||
           code == PDS_F_CERT_ON_HOLD;
}

/* Data that prove nothing are not worth a file that looks as if they did. */
static pds_code check_one(const pds_validation_of *of, pds_err *e)
{
    if (is_revoked(of->worst)) {
        PDS_FAIL(e, PDS_E_CERT_REVOKED, "a signature can't be made to last: %s", of->why);
    }
    if (of->complete && of->unknown[0] == '\0') {
        return PDS_OK;
    }
    const char *const who = of->unknown[0] != '\0' ? of->unknown : of->why;
    return pds_err_hint(pds_fail(e, PDS_E_EVIDENCE_MISSING, __func__,
                                 "what proves a signature later is not to be had: %s", who),
                        e, "see --trust, --evidence, and whether the services can be reached");
}

static pds_code check_data(const pds_validation_data *data, pds_err *e)
{
    for (size_t i = 0; i < data->count; i++) {
        PDS_TRY(check_one(&data->of[i], e));
    }
    return PDS_OK;
}

/* ---- updates ---- */

static pds_code append_store(const pds_append_base *base, const pds_validation_data *data,
                             pds_buf *updates, pds_err *e)
{
    PDS_OWN(pds_append_drop) pds_append append = { .doc = NULL };
    const pds_dss_content content = { .items = data->lacking };
    bool changed = false;
    PDS_TRY(pds_append_open(base, updates, &append, e));
    PDS_TRY(pds_dss_stage(append.update, &content, &changed, e));
    return changed ? pds_append_write(&append, updates, NULL, e) : PDS_OK;
}

static pds_code stamp(void *self, pds_digest digest, pds_span imprint, pds_buf *token, pds_err *e)
{
    (void)digest; /* the stamper's own */
    PDS_OWN(pds_timestamp_drop) pds_timestamp made = { .time = 0 };
    pds_attempts attempts = { .count = 0 };
    PDS_TRY(pds_stamper_stamp_digest(self, imprint, &made, &attempts, e));
    pds_buf_put(token, pds_buf_span(&made.token));
    return pds_buf_end(token, e);
}

static pds_code append_timestamp(pds_stamper *stamper, const pds_append_base *base,
                                 const pds_digests *before, pds_buf *updates, pds_err *e)
{
    const pds_stamp_source source = { stamp, stamper, pds_stamper_digest(stamper) };
    pds_document_timestamp made;
    pds_attempts attempts = { .count = 0 };
    size_t room = 0;
    PDS_TRY(pds_stamper_room(stamper, &room, &attempts, e));
    return pds_document_timestamp_append(base, &source, before, &room, updates, &made, e);
}

pds_code pds_long_term_append(pds_stamper *stamper, pds_level level, const pds_append_base *base,
                              pds_digests *before, pds_buf *updates, pds_err *e)
{
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    const pds_file whole = pds_file_with_tail(base->file, pds_buf_span(updates));
    const size_t from = updates->len;
    PDS_TRY(
        pds_validation_data_find(pds_stamper_verifier(stamper), &whole, base->password, &data, e));
    PDS_TRY(check_data(&data, e));
    PDS_TRY(append_store(base, &data, updates, e));
    if (level < PDS_LEVEL_LTA) {
        return PDS_OK;
    }
    PDS_TRY(pds_digests_put(before, pds_span_of(updates->ptr + from, updates->len - from), e));
    return append_timestamp(stamper, base, before, updates, e);
}
