#include "pdfsign/verify_tell.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/own.h"

#include <stdlib.h>

pds_code pds_tell_findings(const pds_findings *from, pds_verify_findings *to, pds_verification *out,
                           pds_err *e)
{
    pds_verify_finding *items = NULL;
    PDS_TRY(pds_result_room(out, from->count, sizeof *items, &items, e));
    *to = (pds_verify_findings){ .items = items, .count = from->count, .left_out = from->left_out };
    for (size_t i = 0; i < from->count; i++) {
        const pds_finding *const f = &from->items[i];
        items[i] = (pds_verify_finding){ .code = pds_finding_name(f->code),
                                         .indication = pds_finding_indication(f->code),
                                         .sub = pds_finding_sub(f->code),
                                         .offset = f->offset,
                                         .object = f->object,
                                         .revision = f->revision };
        PDS_TRY(pds_result_text(out, f->text, &items[i].text, e));
    }
    return PDS_OK;
}

/* ---- certificates ---- */

static pds_code tell_hex(pds_verification *out, pds_span bytes, const char **to, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_hex_put(&text, bytes);
    PDS_TRY(pds_buf_end(&text, e));
    return pds_result_text(out, pds_buf_cstr(&text), to, e);
}

/* The number behind tag and length of an INTEGER, which is shorter than 128 bytes. */
static pds_span number_of(pds_span integer)
{
    return integer.len > 2 ? pds_span_of(integer.ptr + 2, integer.len - 2) : integer;
}

static pds_code tell_issuer(const pds_cert *c, pds_verification *out, const char **to, pds_err *e)
{
    char *const text = pds_cert_issuer(c);
    if (text == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    const pds_code code = pds_result_text(out, text, to, e);
    free(text);
    return code;
}

static pds_code tell_key(const pds_cert *c, pds_verification *out, const char **to, pds_err *e)
{
    static const char *const Kinds[] = { [PDS_KEY_RSA] = "RSA",
                                         [PDS_KEY_RSA_PSS] = "RSASSA-PSS",
                                         [PDS_KEY_EC] = "EC",
                                         [PDS_KEY_ED25519] = "Ed25519",
                                         [PDS_KEY_OTHER] = "?" };
    const pds_key_kind kind = pds_cert_kind(c);
    if (kind == PDS_KEY_ED25519 || kind == PDS_KEY_OTHER) {
        return pds_result_text(out, Kinds[kind], to, e);
    }
    return pds_result_printf(out, to, e, "%s %d", Kinds[kind], pds_cert_bits(c));
}

static void tell_status(const pds_revocation *from, pds_verify_cert *to)
{
    static const char *const Statuses[] = {
        [PDS_STATUS_UNKNOWN] = "unknown",       [PDS_STATUS_GOOD] = "good",
        [PDS_STATUS_REVOKED] = "revoked",       [PDS_STATUS_ON_HOLD] = "on hold",
        [PDS_STATUS_NOT_NEEDED] = "not needed",
    };
    static const char *const Sources[] = {
        [PDS_BY_NOTHING] = NULL, [PDS_BY_CRL] = "crl", [PDS_BY_OCSP] = "ocsp"
    };
    to->status = from == NULL ? "not asked" : Statuses[from->status];
    if (from != NULL) {
        to->status_source = Sources[from->source];
        to->revoked_at = from->status == PDS_STATUS_REVOKED ? from->revoked_at : 0;
        to->this_update = from->this_update;
        to->next_update = from->next_update;
    }
}

static pds_code tell_cert(const pds_cert *c, pds_verify_cert *to, pds_verification *out, pds_err *e)
{
    uint8_t sha256[32];
    pds_cert_sha256(c, sha256);
    to->not_before = pds_cert_not_before(c);
    to->not_after = pds_cert_not_after(c);
    PDS_TRY(pds_result_text(out, pds_cert_subject(c), &to->subject, e));
    PDS_TRY(pds_result_text(out, pds_cert_label(c), &to->label, e));
    PDS_TRY(tell_issuer(c, out, &to->issuer, e));
    PDS_TRY(tell_hex(out, number_of(pds_cert_serial_der(c)), &to->serial, e));
    PDS_TRY(tell_hex(out, pds_span_of(sha256, sizeof sha256), &to->sha256, e));
    return tell_key(c, out, &to->key, e);
}

static pds_code tell_path(const pds_path *path, const pds_revocation *revocation,
                          const pds_verify_cert **to, pds_verification *out, pds_err *e)
{
    pds_verify_cert *items = NULL;
    PDS_TRY(pds_result_room(out, path->certs.count, sizeof *items, &items, e));
    *to = items;
    for (size_t i = 0; i < path->certs.count; i++) {
        PDS_TRY(tell_cert(path->certs.items[i], &items[i], out, e));
        tell_status(revocation == NULL ? NULL : &revocation[i], &items[i]);
    }
    return PDS_OK;
}

/* ---- timestamps ---- */

static pds_code tell_stamp(const pds_stamp *from, pds_verify_timestamp *to, pds_verification *out,
                           pds_err *e)
{
    to->kind = from->kind;
    to->time = from->cms.tst.time;
    to->digest = pds_md_name(from->cms.tst.imprint_md);
    to->indication = pds_findings_worst(&from->findings, &to->sub);
    to->path_count = from->path.certs.count;
    to->anchored = from->path.anchored;
    PDS_TRY(tell_path(&from->path, from->revocation, &to->path, out, e));
    return pds_tell_findings(&from->findings, &to->findings, out, e);
}

static pds_code tell_stamps(const pds_judged *from, pds_verify_signature *to, pds_verification *out,
                            pds_err *e)
{
    pds_verify_timestamp *items = NULL;
    to->timestamp_count = from->stamp_count;
    PDS_TRY(pds_result_room(out, from->stamp_count, sizeof *items, &items, e));
    to->timestamps = items;
    for (size_t i = 0; i < from->stamp_count; i++) {
        PDS_TRY(tell_stamp(&from->stamps[i], &items[i], out, e));
    }
    return PDS_OK;
}

/* ---- the dictionary ---- */

static pds_code tell_entry(const pds_verifying *v, pds_span dict, const char *key,
                           pds_verification *out, const char **to, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_span direct = { 0 };
    if (!pds_dict_get(dict, key, &direct)) {
        return PDS_OK;
    }
    const pds_code code = pds_doc_resolve(v->doc, direct, &value, e);
    if (code != PDS_OK || pds_value_kind(value.value) != PDS_KIND_STRING) {
        return code == PDS_E_PDF_DAMAGED ? PDS_OK : code;
    }
    (void)pds_value_utf8(value.value, &text);
    PDS_TRY(pds_buf_end(&text, e));
    return pds_result_text(out, pds_buf_cstr(&text), to, e);
}

static pds_code tell_entries(const pds_verifying *v, pds_span dict, pds_verify_signature *to,
                             pds_verification *out, pds_err *e)
{
    char iso[32];
    PDS_TRY(tell_entry(v, dict, "Name", out, &to->name, e));
    PDS_TRY(tell_entry(v, dict, "Reason", out, &to->reason, e));
    PDS_TRY(tell_entry(v, dict, "Location", out, &to->location, e));
    PDS_TRY(tell_entry(v, dict, "ContactInfo", out, &to->contact, e));
    PDS_TRY(tell_entry(v, dict, "M", out, &to->claimed_time, e));
    if (to->claimed_time != NULL && pds_clock_iso_of_pdf(to->claimed_time, iso)) {
        PDS_TRY(pds_result_text(out, iso, &to->claimed_time, e));
    }
    return PDS_OK;
}

/* ---- signatures ---- */

static pds_code tell_fields(const pds_judged *from, pds_verify_signature *to, pds_verification *out,
                            pds_err *e)
{
    const char **names = NULL;
    to->field_count = from->name_count;
    PDS_TRY(pds_result_room(out, from->name_count, sizeof *names, (void *)&names, e));
    to->fields = names;
    for (size_t i = 0; i < from->name_count; i++) {
        PDS_TRY(pds_result_text(out, pds_buf_cstr(&from->names[i]), &names[i], e));
    }
    return PDS_OK;
}

static pds_code tell_permission(const pds_judged *from, pds_verify_signature *to,
                                pds_verification *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf lock = { 0 };
    const bool stamp = from->supported && from->container == PDS_CONTAINER_RFC3161;
    to->certification = from->permission.certification ? from->permission.level : 0;
    to->kind = stamp ? "timestamp" : from->permission.certification ? "certification" : "approval";
    if (from->permission.lock.action == PDS_LOCK_NONE) {
        return PDS_OK;
    }
    pds_lock_describe(&from->permission.lock, &lock);
    PDS_TRY(pds_buf_end(&lock, e));
    return pds_result_text(out, pds_buf_cstr(&lock), &to->lock, e);
}

static pds_code tell_value(const pds_judged *from, pds_verify_signature *to, pds_verification *out,
                           pds_err *e)
{
    const pds_signed_data_found *const cms = &from->cms;
    if (cms->length == 0) {
        return PDS_OK;
    }
    to->digest = pds_md_name(cms->digest);
    to->algorithm = cms->algorithm_known ? pds_signature_scheme_name(cms->algorithm.scheme) : NULL;
    to->digest_fits = cms->digest_fits;
    to->value_fits = cms->signature_fits;
    to->signing_time = cms->has_signing_time ? cms->signing_time : 0;
    if (from->container == PDS_CONTAINER_RFC3161) {
        to->signing_time = cms->tst.time;
    }
    if (cms->signer != NULL) {
        PDS_TRY(pds_result_text(out, pds_cert_label(cms->signer), &to->signer, e));
    }
    return cms->policy[0] == '\0' ? PDS_OK : pds_result_text(out, cms->policy, &to->policy, e);
}

static void tell_cover(const pds_verifying *v, const pds_judged *from, pds_verify_signature *to)
{
    memcpy(to->byte_range, from->range.range, sizeof to->byte_range);
    to->revision = from->range.revision;
    to->covers_all = to->revision != 0 && to->revision == pds_revisions_count(v->revisions);
    to->object = from->place.num;
    to->page = from->page;
}

static void tell_times(const pds_judged *from, pds_verify_signature *to)
{
    to->proven_by = from->proven_by;
    to->proven_time = from->proven_by != NULL ? from->when.at : 0;
    to->judged_at = from->when.at;
    to->expires = from->expires;
}

pds_code pds_tell_signature(const pds_verifying *v, const pds_judged *from,
                            pds_verify_signature *to, pds_verification *out, pds_err *e)
{
    to->indication = pds_findings_worst(&from->findings, &to->sub);
    to->level = from->level;
    to->path_count = from->path.certs.count;
    to->anchored = from->path.anchored;
    tell_cover(v, from, to);
    tell_times(from, to);
    PDS_TRY(pds_result_text(out, from->sub_filter, &to->sub_filter, e));
    PDS_TRY(tell_fields(from, to, out, e));
    PDS_TRY(tell_permission(from, to, out, e));
    PDS_TRY(tell_value(from, to, out, e));
    PDS_TRY(tell_entries(v, pds_buf_span(&from->dict), to, out, e));
    PDS_TRY(tell_path(&from->path, from->revocation, &to->path, out, e));
    PDS_TRY(tell_stamps(from, to, out, e));
    return pds_tell_findings(&from->findings, &to->findings, out, e);
}
