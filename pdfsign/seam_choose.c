#include "pdfsign/seam_choose.h"

#include "base/own.h"

#include <math.h>
#include <string.h>

/* Modes of a seam (docs/seams.md): what a file allows, and which of its fields fit. */

static const double SIZE_OFF = 72.0 / 25.4 / 2.0; /* points that a seal's size may differ */
static const double MM = 25.4 / 72.0;

enum { MULTI_MAX = 50 }; /* signatures of one seam */

/* Why a set of fields does not serve; the later ones have come closer to serving. */
typedef enum misfit { FITS_NOT, OTHER_KIND, OTHER_TERMS, OTHER_SIZE, FILLED, FITS } misfit;

static bool same(double a, double b)
{
    return fabs(a - b) < 1e-4;
}

/* Is what the signer says of the seam, if anything, what the fields were made for? */
static bool same_terms(const pds_seam *asked, const pds_seam *made)
{
    const bool at =
        !asked->at_given || (same(asked->at, made->at) && fabs(asked->shift - made->shift) < 0.1);
    return at && (asked->pages[0] == '\0' || strcmp(asked->pages, made->pages) == 0) &&
           (asked->max == PDS_SEAM_MAX_DEFAULT || asked->max == made->max) &&
           (asked->first <= 0.0 || same(asked->first, made->first)) &&
           (!asked->facing || made->facing);
}

static bool is_used(const pds_seam_wish *w, const pds_seam_set *set)
{
    for (size_t i = 0; i < w->layout_count; i++) {
        for (size_t k = 0; k < w->layouts[i].mark_count; k++) {
            if (w->layouts[i].marks[k].field.num == set->fields[0].ref.num) {
                return true;
            }
        }
    }
    return false;
}

static misfit misfit_of(const pds_seam_wish *w, const pds_seam_set *set, bool signatures)
{
    if (set->seam.edge != w->seam->edge) {
        return FITS_NOT;
    }
    if (set->signatures != signatures) {
        return OTHER_KIND;
    }
    if (!same_terms(w->seam, &set->seam)) {
        return OTHER_TERMS;
    }
    if (fabs(set->size[0] - w->size[0]) > SIZE_OFF || fabs(set->size[1] - w->size[1]) > SIZE_OFF) {
        return OTHER_SIZE;
    }
    return set->filled || is_used(w, set) ? FILLED : FITS;
}

/* The first that fits, else the one that comes closest, and why it does not. */
static misfit find_set(const pds_seam_wish *w, bool signatures, const pds_seam_set **out)
{
    misfit best = FITS_NOT;
    *out = NULL;
    for (size_t i = 0; i < w->file->set_count && best != FITS; i++) {
        const misfit is = misfit_of(w, &w->file->sets[i], signatures);
        if (is > best) {
            best = is;
            *out = &w->file->sets[i];
        }
    }
    return best;
}

/* ---- refusing ---- */

static pds_code refuse_kind(const pds_seam_set *set, pds_err *e)
{
    if (set->signatures) {
        return pds_err_hint(pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                     "the fields of '%s' are signature fields", set->name),
                            e, "fill them with --seam-mode multi or shared");
    }
    return pds_err_hint(
        pds_fail(e, PDS_E_SEAM_REFUSED, __func__, "the fields of '%s' are push-buttons", set->name),
        e, "fill them with --seam-mode fields");
}

static pds_code refuse_terms(const pds_seam_set *set, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf made = { 0 };
    pds_seam_put(&set->seam, &made);
    return pds_err_expected(pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                     "the fields of '%s' were made for another seam", set->name),
                            e, pds_buf_cstr(&made), NULL);
}

static pds_code refuse_size(const pds_seam_wish *w, const pds_seam_set *set, pds_err *e)
{
    return pds_err_hint(
        pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                 "the fields of '%s' were made for a seal of %.1f x %.1f mm, this one has %.1f x "
                 "%.1f mm",
                 set->name, set->size[0] * MM, set->size[1] * MM, w->size[0] * MM, w->size[1] * MM),
        e, "give the seal that size with --size");
}

static pds_code refuse_missing(const pds_seam_wish *w, pds_err *e)
{
    return pds_err_hint(pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                 "the file has no fields for a seam over its %s edge",
                                 pds_edge_name(w->seam->edge)),
                        e, "make them before the first signature: `pdfsign fields add --seam`");
}

static pds_code refuse(const pds_seam_wish *w, misfit why, const pds_seam_set *set, pds_err *e)
{
    switch (why) {
    case OTHER_KIND:
        return refuse_kind(set, e);
    case OTHER_TERMS:
        return refuse_terms(set, e);
    case OTHER_SIZE:
        return refuse_size(w, set, e);
    case FILLED:
        return pds_err_hint(pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                     "the fields of '%s' are filled already", set->name),
                            e,
                            "each party needs fields of its own, made by `pdfsign fields add "
                            "--seam` before the first signature");
    default:
        return refuse_missing(w, e);
    }
}

/* ---- modes ---- */

pds_code pds_seam_check_multi(size_t pages, pds_err *e)
{
    if (pages <= MULTI_MAX) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                 "a seam of %zu pages, each with a signature of its own: at "
                                 "most %d are signed that way",
                                 pages, (int)MULTI_MAX),
                        e, "choose fewer pages with pages=, or another --seam-mode");
}

static pds_code choose_content(const pds_seam_wish *w, pds_seam_choice *out, pds_err *e)
{
    out->kind = PDS_MARK_CONTENT;
    if (!pds_form_has_signatures(w->form)) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                 "the file carries a signature: a seam in its pages' content would "
                                 "break that"),
                        e, "see --seam-mode fields, multi and shared");
}

static pds_code choose_fields(const pds_seam_wish *w, pds_seam_choice *out, pds_err *e)
{
    const misfit is = find_set(w, false, &out->set);
    out->kind = PDS_MARK_FIELD;
    return is == FITS ? PDS_OK : refuse(w, is, out->set, e);
}

/* Into fields made for it, else into new ones; what earlier signatures say to that is looked at
 * when the whole job is known. */
static pds_code choose_signatures(const pds_seam_wish *w, pds_seam_choice *out, pds_err *e)
{
    const misfit is = find_set(w, true, &out->set);
    out->kind = w->mode == PDS_SEAM_MULTI ? PDS_MARK_MULTI : PDS_MARK_SHARED;
    if (is == OTHER_TERMS || is == OTHER_SIZE) {
        return refuse(w, is, out->set, e);
    }
    out->set = is == FITS ? out->set : NULL;
    return PDS_OK;
}

pds_code pds_seam_choose(const pds_seam_wish *wish, pds_seam_choice *out, pds_err *e)
{
    const bool has_signatures = pds_form_has_signatures(wish->form);
    *out = (pds_seam_choice){ .set = NULL };
    switch (wish->mode) {
    case PDS_SEAM_CONTENT:
        return choose_content(wish, out, e);
    case PDS_SEAM_FIELDS:
        return choose_fields(wish, out, e);
    case PDS_SEAM_MULTI:
    case PDS_SEAM_SHARED:
        return choose_signatures(wish, out, e);
    case PDS_SEAM_AUTO:
        break;
    }
    return has_signatures ? choose_fields(wish, out, e) : choose_content(wish, out, e);
}
