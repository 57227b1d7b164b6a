#include "base/own.h"
#include "pdfsign/verify_result.h"
#include "pdfsign/verify_seam_judge.h"

/* --expect-seam */

static const char *const STATES[] = { "complete", "incomplete", "unknown" };
static const char *const CARRIERS[] = { "content", "fields", "signatures" };

/* The first signature that covers a revision and is valid; timestamps are nobody's. */
static size_t find_cover(const pds_verification *out, uint32_t revision)
{
    for (size_t i = 0; i < out->signature_count; i++) {
        const pds_verify_signature *s = &out->signatures[i];
        if (s->indication == PDS_PASSED && s->revision >= revision &&
            strcmp(s->kind, "timestamp") != 0) {
            return i + 1;
        }
    }
    return 0;
}

static pds_code put_text(const pds_seam_verdict *verdict, pds_verification *out, const char **text,
                         pds_err *e)
{
    if (verdict->page != 0) {
        return pds_result_printf(out, text, e, "page %u: %s", (unsigned)verdict->page,
                                 pds_translated(verdict->fault));
    }
    if (verdict->fault != NULL) {
        return pds_result_text(out, pds_translated(verdict->fault), text, e);
    }
    return pds_result_text(out, verdict->reason[0] == '\0' ? NULL : verdict->reason, text, e);
}

static pds_code judge_seam(const pds_seam_finds *f, size_t number, pds_verification *out,
                           pds_verify_seam *seam, pds_err *e)
{
    pds_seam_verdict verdict;
    PDS_TRY(pds_seam_judge(f, number, &verdict, e));
    *seam = (pds_verify_seam){ .state = STATES[verdict.state],
                               .carried_by = CARRIERS[verdict.carrier],
                               .pages = verdict.pages };
    if (verdict.state == PDS_SEAM_COMPLETE) {
        seam->signature = find_cover(out, verdict.newest);
        verdict.fault = seam->signature == 0 ? N_("no valid signature covers it") : NULL;
    }
    PDS_TRY(pds_result_text(out, f->terms[number].text, &seam->seam, e));
    return put_text(&verdict, out, &seam->text, e);
}

/* What the search as a whole could not make out; NULL: nothing. */
static const char *doubt_of(const pds_seam_finds *f)
{
    if (f->tired) {
        return N_("the file has more on its pages than is looked at");
    }
    if (f->unread_pages) {
        return N_("the pages cannot be read");
    }
    for (size_t i = 0; i < f->page_count; i++) {
        if (f->pages[i].broken > 0) {
            return N_("a form says that it is a slice, but not of what");
        }
    }
    return f->terms_count == 0 ? N_("no seam of this program was found; those of others are not "
                                    "known")
                               : NULL;
}

static pds_code put_seams(const pds_seam_finds *f, pds_verification *out, pds_err *e)
{
    const char *doubt = doubt_of(f);
    const bool whole = !f->tired && !f->unread_pages;
    const size_t count = (whole ? f->terms_count : 0) + (doubt != NULL ? 1 : 0);
    pds_verify_seam *seams = NULL;
    PDS_TRY(pds_result_room(out, count, sizeof *seams, &seams, e));
    for (size_t i = 0; whole && i < f->terms_count; i++) {
        PDS_TRY(judge_seam(f, i, out, &seams[i], e));
    }
    if (doubt != NULL) {
        pds_verify_seam *last = &seams[count - 1];
        *last = (pds_verify_seam){ .seam = "", .state = "unknown", .carried_by = CARRIERS[0] };
        PDS_TRY(pds_result_text(out, pds_translated(doubt), &last->text, e));
    }
    out->seams = seams;
    out->seam_count = count;
    return PDS_OK;
}

pds_code pds_verify_seams(pds_verifying *v, pds_verification *out, pds_err *e)
{
    PDS_OWN(pds_seam_finds_drop) pds_seam_finds finds = { .terms = NULL };
    if (!v->verifier->options.expect_seam) {
        return PDS_OK;
    }
    PDS_TRY(pds_seam_finds_read(v->doc, v->revisions, &finds, e));
    return put_seams(&finds, out, e);
}
