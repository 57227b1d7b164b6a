#include "pdfsign/finish_cms.h"

#include "base/base64.h"
#include "base/own.h"
#include "cms/signed_data_read.h"
#include "cms/unsigned_attribute.h"

#include <string.h>

enum { ANSWER_MAX_BYTES = 1 << 20 };

/* ---- what came ---- */

/* Takes "-----BEGIN …-----" and its end away, so that base64 is left. */
static pds_span without_armour(pds_span text)
{
    static const char dashes[] = "-----";
    const uint8_t *begin = memmem(text.ptr, text.len, dashes, 5);
    const uint8_t *end = text.ptr + text.len;
    if (begin == NULL) {
        return text;
    }
    begin = memmem(begin + 5, (size_t)(end - begin - 5), dashes, 5);
    if (begin == NULL) {
        return text;
    }
    begin += 5;
    const uint8_t *close = memmem(begin, (size_t)(end - begin), dashes, 5);
    return close == NULL ? text : pds_span_of(begin, (size_t)(close - begin));
}

/* A file's bytes, or what its base64 text stands for. */
static pds_code read_answer(const char *path, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf decoded = { .max = ANSWER_MAX_BYTES };
    out->max = ANSWER_MAX_BYTES;
    PDS_TRY(pds_file_slurp(path, ANSWER_MAX_BYTES, out, e));
    if (pds_base64_take(without_armour(pds_buf_span(out)), &decoded) && decoded.len > 0) {
        pds_buf_drop(out);
        *out = pds_buf_take(&decoded);
    }
    return pds_buf_end(out, e);
}

/* ---- the room ---- */

/* It was settled when the job was prepared: nobody can sign the same bytes with more of it. */
static const char *hint_of_room(const pds_finish_parts *p)
{
    if (p->up.level < PDS_LEVEL_T) {
        return N_("prepare without --cert for a CMS that brings more, such as a timestamp");
    }
    return p->state->level < PDS_LEVEL_T ? N_("prepare it again with --level and --tsa, so that "
                                              "there is room for a timestamp")
                                         : N_("prepare it again, with the same --tsa as here");
}

static pds_code check_room(const pds_finish_parts *p, pds_span cms, pds_err *e)
{
    const size_t room = pds_state_room(p->state);
    if (cms.len <= room) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                                 "the CMS has %zu bytes, the prepared room is %zu", cms.len, room),
                        e, hint_of_room(p));
}

/* ---- a value ---- */

static pds_code check_value(const pds_finish_parts *p, const pds_signer *signer,
                            const pds_signed_value *value, pds_err *e)
{
    return pds_err_file(
        pds_cert_verify(signer->cert, signer->algorithm, value->attributes, value->signature, e), e,
        p->job->signature);
}

static pds_code build(const pds_finish_parts *p, const pds_signer *signer,
                      const pds_signed_value *value, pds_buf *out, pds_err *e)
{
    pds_buf_clear(out);
    PDS_TRY(pds_signed_data(signer, value, out, e));
    return check_room(p, pds_buf_span(out), e);
}

static pds_code from_value(const pds_finish_parts *p, pds_sign_result *result, pds_buf *out,
                           pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .time = 0 };
    const pds_signer signer = pds_state_signer(p->state);

    if (signer.cert == NULL) {
        return pds_err_hint(pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                                     "the job was prepared without a certificate"),
                            e, "finish it with --cms, or prepare it again with --cert");
    }
    PDS_TRY(read_answer(p->job->signature, &signature, e));
    PDS_TRY(pds_signed_attributes(&signer, pds_state_digest(p->state), &attributes, e));
    pds_signed_value value = { .attributes = pds_buf_span(&attributes),
                               .signature = pds_buf_span(&signature) };
    PDS_TRY(check_value(p, &signer, &value, e));
    PDS_TRY(build(p, &signer, &value, out, e));
    if (p->up.level < PDS_LEVEL_T) {
        return PDS_OK;
    }
    PDS_TRY(pds_raise_stamp(&p->up, value.signature, result, &stamp, e));
    value.timestamp = pds_buf_span(&stamp.token);
    return build(p, &signer, &value, out, e);
}

/* ---- a foreign CMS ---- */

static pds_code check_signer(const pds_finish_parts *p, const pds_cert *signer, pds_err *e)
{
    const pds_cert *const wanted = p->state->cert;
    if (wanted == NULL || pds_span_eq(pds_cert_der(signer), pds_cert_der(wanted))) {
        return PDS_OK;
    }
    return pds_err_expected(pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                                     "the CMS is by another signer than the prepared one"),
                            e, pds_cert_label(wanted), pds_cert_label(signer));
}

/* Those that it brings have to hold: they stay in the file. The first is told of. */
static pds_code check_stamps(const pds_finish_parts *p, const pds_signed_data_found *found,
                             pds_sign_result *result, pds_err *e)
{
    for (size_t i = 0; i < found->timestamps.count; i++) {
        PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .time = 0 };
        PDS_TRY(pds_err_file(pds_stamper_check(p->up.stamper, found->signature,
                                               found->timestamps.items[i], &stamp, e),
                             e, p->job->cms));
        if (i == 0) {
            PDS_TRY(pds_raise_stamped(&p->up, &stamp, result, e));
        }
    }
    return PDS_OK;
}

static pds_code add_stamp(const pds_finish_parts *p, const pds_signed_data_found *found,
                          pds_sign_result *result, pds_buf *cms, pds_err *e)
{
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .time = 0 };
    PDS_OWN(pds_buf_drop) pds_buf stamped = { 0 };
    PDS_TRY(pds_raise_stamp(&p->up, found->signature, result, &stamp, e));
    if (stamp.token.len == 0) {
        return PDS_OK;
    }
    PDS_TRY(
        pds_signature_timestamp_add(pds_buf_span(cms), pds_buf_span(&stamp.token), &stamped, e));
    PDS_TRY(check_room(p, pds_buf_span(&stamped), e));
    pds_buf_drop(cms);
    *cms = pds_buf_take(&stamped);
    return PDS_OK;
}

static pds_code from_cms(const pds_finish_parts *p, pds_sign_result *result, pds_buf *out,
                         pds_err *e)
{
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    PDS_TRY(read_answer(p->job->cms, out, e));
    PDS_TRY(pds_signed_data_accept(pds_buf_span(out), pds_state_digest(p->state), p->state->digest,
                                   &found, e));
    PDS_TRY(check_signer(p, found.signer, e));
    PDS_TRY(check_room(p, pds_buf_span(out), e));
    if (p->up.level < PDS_LEVEL_T) {
        return PDS_OK;
    }
    return found.timestamps.count > 0 ? check_stamps(p, &found, result, e)
                                      : add_stamp(p, &found, result, out, e);
}

pds_code pds_finish_cms(const pds_finish_parts *parts, pds_sign_result *result, pds_buf *out,
                        pds_err *e)
{
    return parts->job->cms != NULL ? from_cms(parts, result, out, e)
                                   : from_value(parts, result, out, e);
}
