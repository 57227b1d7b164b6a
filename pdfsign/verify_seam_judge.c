#include "pdfsign/verify_seam_judge.h"

#include "base/own.h"
#include "pdfsign/layout_spot.h"
#include "seal/page_range.h"
#include "seal/seam.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Does every page show the slice that is due there? */

static const char *const FAULTS[PDS_SLICE_FAULTS] = {
    [PDS_SLICE_GOOD] = "",
    [PDS_SLICE_ABSENT] = N_("no slice of the seam is shown"),
    [PDS_SLICE_TWICE] = N_("more than one slice of the seam is shown"),
    [PDS_SLICE_UNDUE] = N_("a slice is shown where none is due"),
    [PDS_SLICE_OTHER] = N_("the slice is not the one that is due there"),
    [PDS_SLICE_TERMS] = N_("what the slice says of its seam contradicts the others"),
    [PDS_SLICE_MOVED] = N_("the slice is not where it belongs, or has another size"),
    [PDS_SLICE_HIDDEN] = N_("the slice is hidden"),
    [PDS_SLICE_CUT] = N_("the slice is cut off"),
    [PDS_SLICE_COVERED] = N_("something is drawn over the slice"),
    [PDS_SLICE_DRAWING] = N_("the slice draws something else than its part of the picture"),
    [PDS_SLICE_PICTURE] = N_("the slice draws another picture than those before"),
    [PDS_SLICE_DIGEST] = N_("the picture is not the one that the slice names"),
    [PDS_SLICE_CARRIER] = N_("the slice is carried in another way than those before"),
    [PDS_SLICE_UNREAD] = N_("what is shown there cannot be read"),
};

/* One seam being judged. */
typedef struct judging {
    const pds_seam_finds *f;
    const pds_seam_terms *terms;
    size_t number; /* of the terms */
    pds_seam seam;
    uint32_t *pages;
    pds_slice *slices;
    size_t count;
    size_t next;   /* in f->shown */
    pds_ref image; /* of the first slice; num 0: not met */
    pds_seam_carrier carrier;
    uint32_t newest;
    pds_slice_fault fault; /* the first … */
    uint32_t fault_page;   /* … and its page; 0: none */
} judging;

static void judging_drop(judging *j)
{
    free(j->pages);
    free(j->slices);
}

/* ---- one slice ---- */

/* Where the corners of the unit square go in a rectangle, upright on a page that is turned
 * clockwise by so many quarters when it is shown. */
static const double TURNED[4][6] = {
    { 1, 0, 0, 1, 0, 0 }, { 0, 1, -1, 0, 1, 0 }, { -1, 0, 0, -1, 1, 1 }, { 0, -1, 1, 0, 0, 1 }
};

static bool is_placed(const judging *j, const pds_slice *slice, const pds_seam_shown *shown)
{
    static const double half_mm = 0.5 * 72.0 / 25.4;
    const pds_page *page = &j->f->pages[slice->page - 1].page;
    const pds_sheet sheet = pds_page_sheet(page);
    const double *turned = TURNED[page->rotate / 90];
    const double *box = j->f->forms[shown->form].box;
    double rect[4];
    if (pds_slice_rect(&j->seam, slice, &sheet, j->terms->size, rect, NULL) != PDS_OK) {
        return false;
    }
    const double stretch[] = { rect[2] - rect[0], 0, 0, rect[3] - rect[1], rect[0], rect[1] };
    for (int i = 0; i < 3; i++) {
        double due[2];
        double is[2];
        pds_trace_apply(turned, i == 1 ? 1.0 : 0.0, i == 2 ? 1.0 : 0.0, due);
        pds_trace_apply(stretch, due[0], due[1], due);
        pds_trace_apply(shown->matrix, i == 1 ? box[2] : box[0], i == 2 ? box[3] : box[1], is);
        if (!(fabs(due[0] - is[0]) * page->user_unit <= half_mm &&
              fabs(due[1] - is[1]) * page->user_unit <= half_mm)) {
            return false;
        }
    }
    return true;
}

static bool same_part(const pds_slice *slice, const pds_seam_form *form)
{
    static const double slack = 1e-4; /* it is written with four decimals */
    return slice->index == form->index && slice->count == form->count &&
           fabs(slice->from - form->from) <= slack && fabs(slice->to - form->to) <= slack;
}

static pds_slice_fault compare(judging *j, const pds_slice *slice, const pds_seam_shown *shown)
{
    const pds_seam_form *form = &j->f->forms[shown->form];
    if (j->image.num == 0) {
        j->image = form->image;
        j->carrier = shown->carrier;
    }
    if (form->fault != PDS_SLICE_GOOD) {
        return form->fault;
    }
    if (!same_part(slice, form)) {
        return PDS_SLICE_OTHER;
    }
    if (shown->fault != PDS_SLICE_GOOD) {
        return shown->fault;
    }
    if (!is_placed(j, slice, shown)) {
        return PDS_SLICE_MOVED;
    }
    if (form->image.num != j->image.num || form->image.gen != j->image.gen) {
        return PDS_SLICE_PICTURE;
    }
    return shown->carrier == j->carrier ? PDS_SLICE_GOOD : PDS_SLICE_CARRIER;
}

/* ---- one page ---- */

/* slice: NULL: none is due. */
static pds_slice_fault judge_page(judging *j, const pds_seam_sheet *sheet, const pds_slice *slice)
{
    const pds_seam_finds *f = j->f;
    const pds_seam_shown *found = NULL;
    size_t count = 0;
    for (; j->next < f->shown_count && f->shown[j->next].page == sheet->page.number; j->next++) {
        if (f->forms[f->shown[j->next].form].terms == j->number) {
            found = &f->shown[j->next];
            j->newest = found->newest > j->newest ? found->newest : j->newest;
            count++;
        }
    }
    if (sheet->unread && (slice != NULL || count > 0)) {
        return PDS_SLICE_UNREAD;
    }
    if (slice == NULL) {
        return count == 0 ? PDS_SLICE_GOOD : PDS_SLICE_UNDUE;
    }
    if (count != 1) {
        return count == 0 ? PDS_SLICE_ABSENT : PDS_SLICE_TWICE;
    }
    return compare(j, slice, found);
}

static void judge_pages(judging *j)
{
    size_t next = 0;
    for (size_t i = 0; i < j->f->page_count; i++) {
        const pds_seam_sheet *sheet = &j->f->pages[i];
        const bool due = next < j->count && j->slices[next].page == sheet->page.number;
        const pds_slice_fault fault = judge_page(j, sheet, due ? &j->slices[next] : NULL);
        next += due ? 1 : 0;
        if (fault != PDS_SLICE_GOOD && j->fault_page == 0) {
            j->fault = fault;
            j->fault_page = sheet->page.number;
        }
    }
}

/* What the seam's own words make of the pages that there are. */
static pds_code divide(judging *j, pds_err *e)
{
    const size_t total = j->f->page_count;
    size_t count = 0;
    j->pages = calloc(total + 1, sizeof *j->pages);
    j->slices = calloc(total + 1, sizeof *j->slices);
    if (j->pages == NULL || j->slices == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a seam over %zu pages", total);
    }
    PDS_TRY(pds_page_range_select(j->seam.pages, (uint32_t)total, j->pages, &count, e));
    return pds_seam_slices(&j->seam, j->pages, count, j->slices, &j->count, e);
}

/* ---- the seam ---- */

static void tell(const judging *j, pds_seam_verdict *out)
{
    out->carrier = j->carrier;
    out->newest = j->newest;
    out->state = j->fault_page == 0 ? PDS_SEAM_COMPLETE : PDS_SEAM_INCOMPLETE;
    out->page = j->fault_page;
    out->fault = j->fault_page == 0 ? NULL : FAULTS[j->fault];
}

pds_code pds_seam_judge(const pds_seam_finds *f, size_t number, pds_seam_verdict *out, pds_err *e)
{
    PDS_OWN(judging_drop)
    judging j = { .f = f, .terms = &f->terms[number], .number = number };
    pds_err why = { .code = PDS_OK };
    *out = (pds_seam_verdict){ .state = PDS_SEAM_UNKNOWN };
    if (pds_seam_parse(j.terms->text, &j.seam, NULL) != PDS_OK) {
        out->fault = N_("what its slices say is not understood");
        return PDS_OK;
    }
    const pds_code code = divide(&j, &why);
    if (code == PDS_E_NO_MEMORY) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a seam over %zu pages", f->page_count);
    }
    out->pages = (uint32_t)j.count;
    if (code != PDS_OK) { /* the pages are not those that the seam was made for */
        out->state = PDS_SEAM_INCOMPLETE;
        (void)snprintf(out->reason, sizeof out->reason, "%s", why.text);
        return PDS_OK;
    }
    judge_pages(&j);
    tell(&j, out);
    return PDS_OK;
}
