#include "base/interrupt.h"
#include "base/own.h"
#include "pdf/page.h"
#include "pdfsign/signatures.h"
#include "pdfsign/verify_result.h"
#include "pdfsign/verify_value.h"

#include <stdlib.h>

void pds_verifying_drop(pds_verifying *v)
{
    for (size_t i = 0; i < v->count; i++) {
        pds_judged_drop(&v->signatures[i]);
    }
    free(v->signatures);
    pds_edits_drop(&v->edits);
    pds_findings_drop(&v->findings);
    pds_doc_drop(&v->doc);
    pds_revisions_drop(&v->revisions);
}

static void verifying_drop(pds_verifying *v)
{
    pds_verifying_drop(v);
    pds_file_close(&v->file);
}

static pds_code open_revisions(pds_verifying *v, const pds_secret *password, pds_err *e)
{
    PDS_TRY(pds_revisions_open(&v->file, password, &v->findings, &v->revisions, e));
    return pds_revisions_doc(v->revisions, pds_revisions_count(v->revisions), &v->doc, e);
}

static void free_ranges(pds_byte_range **ranges)
{
    free(*ranges);
}

/* Gate 1: which bytes each signature is about. */
static pds_code judge_ranges(pds_verifying *v, pds_err *e)
{
    PDS_OWN(free_ranges) pds_byte_range *ranges = calloc(v->count + 1, sizeof *ranges);
    if (ranges == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < v->count; i++) {
        PDS_TRY(pds_verify_dict(v, &v->signatures[i], e));
    }
    pds_signatures_sort(v);
    for (size_t i = 0; i < v->count; i++) {
        ranges[i] = v->signatures[i].range; /* lent */
    }
    return pds_byte_ranges_check(ranges, v->count, &v->findings, e);
}

/* The oldest revision that a signature covers, or else one that holds a signature. */
static uint32_t oldest_signed(const pds_verifying *v)
{
    uint32_t covered = 0;
    uint32_t held = 0;
    for (size_t i = 0; i < v->count; i++) {
        const pds_judged *const s = &v->signatures[i];
        const pds_place *const place =
            pds_revisions_place(v->revisions, s->place.revision, s->place.num);
        if (s->range.revision != 0 && (covered == 0 || s->range.revision < covered)) {
            covered = s->range.revision;
        }
        if (place != NULL && place->section != 0 && (held == 0 || place->section < held)) {
            held = place->section;
        }
    }
    return covered != 0 ? covered : held;
}

/* Where nothing is signed there is no verdict: what is wrong with the file makes it unsound. */
static pds_code refuse_unsound(const pds_verifying *v, pds_err *e)
{
    for (size_t i = 0; i < v->findings.count; i++) {
        const pds_finding *const f = &v->findings.items[i];
        if (pds_finding_indication(f->code) == PDS_FAILED) {
            const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "%s", f->text);
            return pds_err_object(pds_err_at(code, e, f->offset), e, f->object);
        }
    }
    return pds_doc_check_objects(v->doc, e);
}

/* Gate 2: nothing is hidden between what is read. */
static pds_code judge_chain(pds_verifying *v, pds_err *e)
{
    v->first_signed = oldest_signed(v);
    PDS_TRY(pds_revisions_check(v->revisions, v->first_signed, &v->findings, e));
    return v->count == 0 ? refuse_unsound(v, e) : PDS_OK;
}

/* Gate 3: what came after a signature is what it allows. Objects are compared by their places,
 * which say nothing where gate 2 failed. */
static pds_code judge_edits(pds_verifying *v, pds_err *e)
{
    const char *sub = NULL;
    if (v->first_signed == 0 || pds_findings_worst(&v->findings, &sub) == PDS_FAILED) {
        return PDS_OK;
    }
    PDS_TRY(pds_edits_find(v->revisions, v->first_signed, &v->edits, e));
    for (size_t i = 0; i < v->count; i++) {
        pds_judged *const s = &v->signatures[i];
        if (s->range.revision != 0) {
            PDS_TRY(
                pds_ladder_judge(&s->permission, s->range.revision, &v->edits, &s->findings, e));
        }
    }
    return PDS_OK;
}

static bool has_failed(const pds_verifying *v)
{
    const char *sub = NULL;
    bool failed = pds_findings_worst(&v->findings, &sub) == PDS_FAILED;
    for (size_t i = 0; i < v->count; i++) {
        failed = failed || pds_findings_worst(&v->signatures[i].findings, &sub) == PDS_FAILED;
    }
    return failed;
}

/* Which pages there are must be clear, unless the verdict is so already. */
static pds_code count_pages(pds_verifying *v, pds_err *e)
{
    pds_err why = { .offset = -1 };
    if (v->pages != 0) {
        return PDS_OK; /* a visible signature has had them walked */
    }
    const pds_code code = pds_page_count(v->doc, &v->pages, &why);
    if (code == PDS_OK || (code == PDS_E_PDF_DAMAGED && has_failed(v))) {
        return PDS_OK;
    }
    return pds_fault(pds_err_pass(code, e, &why));
}

/* Gate 4: the signature values, and whom to trust for them. */
static pds_code judge_values(pds_verifying *v, pds_err *e)
{
    PDS_OWN(pds_digester_drop) pds_digester digester = { .file = &v->file, .known = v->known };
    for (size_t i = 0; i < v->count; i++) {
        PDS_TRY(pds_verify_value(v, &digester, &v->signatures[i], e));
    }
    return pds_verify_time(v, e);
}

static pds_code tell(pds_verifying *v, pds_verification *out, pds_err *e)
{
    PDS_TRY(pds_verify_result(v, out, e));
    PDS_TRY(pds_verify_seams(v, out, e));
    return pds_verify_requirements(v, out, e);
}

pds_code pds_verify_gates(pds_verifying *v, const pds_secret *password, pds_err *e)
{
    PDS_TRY(open_revisions(v, password, e));
    PDS_TRY(pds_signatures_find(v, e));
    PDS_TRY(judge_ranges(v, e));
    PDS_TRY(judge_chain(v, e));
    PDS_TRY(judge_edits(v, e));
    PDS_TRY(count_pages(v, e));
    return judge_values(v, e);
}

static pds_code judge(pds_verifying *v, const pds_secret *password, pds_verification *out,
                      pds_err *e)
{
    PDS_TRY(pds_file_open(v->input, &v->file, e));
    PDS_TRY(pds_verify_gates(v, password, e));
    PDS_TRY(tell(v, out, e));
    PDS_TRY(pds_interrupt_check(e));
    return pds_file_unchanged(&v->file, e);
}

pds_code pds_verify(pds_verifier *verifier, const char *input, const pds_secret *password,
                    pds_verification *out, pds_err *e)
{
    PDS_OWN(verifying_drop)
    pds_verifying v = { .verifier = verifier, .input = input, .file = PDS_FILE_NONE };
    *out = (pds_verification){ .bytes = 0 };
    const pds_code code = pds_err_file(judge(&v, password, out, e), e, input);
    if (code != PDS_OK) {
        pds_verification_drop(out);
    }
    return code;
}
