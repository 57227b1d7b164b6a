#include "seal/seam.h"

#include <math.h>

/* Which page carries which part of a seal, and where. */

static const double MM = 25.4 / 72.0;

/* ---- dividing ---- */

/* Pages that are looked at from one side when they are fanned: all of them, or with facing=yes the
 * odd and the even ones (docs/seams.md). */
typedef struct side {
    const pds_seam *seam;
    size_t pages, groups;
} side;

static bool is_on(const pds_seam *seam, uint32_t page, uint32_t side_number)
{
    return !seam->facing || page % 2 == side_number;
}

static size_t count_side(const pds_seam *seam, const uint32_t *pages, size_t count, uint32_t number)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += is_on(seam, pages[i], number) ? 1 : 0;
    }
    return n;
}

/* Full groups, and one for the rest; a single page of rest goes to the group before. */
static side side_of(const pds_seam *seam, size_t pages)
{
    size_t groups = pages / seam->max + (pages % seam->max > 1 ? 1 : 0);
    return (side){ .seam = seam, .pages = pages, .groups = groups > 0 ? groups : 1 };
}

/* Where part `index` of `count` begins. */
static double bound(const pds_seam *seam, size_t index, size_t count)
{
    const double first = seam->first > 0.0 ? seam->first : 1.0 / (double)count;
    if (index == 0) {
        return 0.0;
    }
    return index == count ? 1.0 : first + (1.0 - first) * (double)(index - 1) / (double)(count - 1);
}

static pds_edge opposite(pds_edge edge)
{
    static const pds_edge of[] = { PDS_EDGE_LEFT, PDS_EDGE_RIGHT, PDS_EDGE_BOTTOM, PDS_EDGE_TOP };
    return of[edge];
}

/* The slice of the page that is number `at` of its side. Pages are fanned towards the edge: what
 * lies further down the stack sticks out further to the right or left, up or down. */
static pds_slice slice_of(const side *s, size_t at, uint32_t page)
{
    const pds_seam *seam = s->seam;
    size_t group = at / seam->max;
    group = group < s->groups ? group : s->groups - 1;
    const size_t start = group * seam->max;
    const size_t count = group + 1 == s->groups ? s->pages - start : seam->max;
    const double low = bound(seam, at - start, count);
    const double high = bound(seam, at - start + 1, count);
    const bool mirrored = seam->edge == PDS_EDGE_LEFT || seam->edge == PDS_EDGE_TOP;
    return (pds_slice){
        .page = page,
        .index = (uint32_t)(at - start),
        .count = (uint32_t)count,
        .from = mirrored ? 1.0 - high : low,
        .to = mirrored ? 1.0 - low : high,
        .edge = seam->facing && page % 2 == 0 ? opposite(seam->edge) : seam->edge,
    };
}

static pds_code refuse_single(const pds_seam *seam, uint32_t page, pds_err *e)
{
    const pds_code code =
        seam->facing ? pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                "page %u is the only one of its side, so that its slice joins none",
                                (unsigned)page)
                     : pds_fail(e, PDS_E_SEAM_REFUSED, __func__,
                                "a seam seal needs two pages or more, here is one");
    return pds_err_page(pds_err_hint(code, e, "with single=skip it is left without a slice"), e,
                        page);
}

/* Slices of one side, each at its page's index in out; a page left out has count 0. */
static pds_code divide(const pds_seam *seam, uint32_t number, const uint32_t *pages, size_t count,
                       pds_slice *out, pds_err *e)
{
    const side s = side_of(seam, count_side(seam, pages, count, number));
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_on(seam, pages[i], number)) {
            continue;
        }
        if (s.pages == 1 && !seam->skip_single) {
            return refuse_single(seam, pages[i], e);
        }
        if (s.pages == 1) {
            out[i] = (pds_slice){ .page = pages[i] };
        } else {
            out[i] = slice_of(&s, at++, pages[i]);
        }
    }
    return PDS_OK;
}

pds_code pds_seam_slices(const pds_seam *seam, const uint32_t *pages, size_t count, pds_slice *out,
                         size_t *used, pds_err *e)
{
    *used = 0;
    if (count == 0) {
        PDS_FAIL(e, PDS_E_SEAM_REFUSED, "the seam's page range leaves no page");
    }
    PDS_TRY(divide(seam, 1, pages, count, out, e));
    PDS_TRY(seam->facing ? divide(seam, 0, pages, count, out, e) : PDS_OK);
    for (size_t i = 0; i < count; i++) {
        if (out[i].count != 0) {
            out[(*used)++] = out[i];
        }
    }
    return PDS_OK;
}

/* ---- placing ---- */

/* Is the seal cut from top to bottom, its slices standing side by side? */
static bool upright(const pds_slice *slice)
{
    return slice->edge == PDS_EDGE_RIGHT || slice->edge == PDS_EDGE_LEFT;
}

/* Width and height of a slice of a seal of this size. */
static void slice_size(const pds_slice *slice, const double seal[2], double out[2])
{
    const double share = slice->to - slice->from;
    out[0] = upright(slice) ? seal[0] * share : seal[0];
    out[1] = upright(slice) ? seal[1] : seal[1] * share;
}

static pds_code off_page(const pds_slice *slice, const double page[2], double length, double middle,
                         pds_err *e)
{
    const double edge = upright(slice) ? page[1] : page[0];
    const pds_code code =
        length > edge
            ? pds_fail(e, PDS_E_PLACE_REFUSED, __func__,
                       "the seal of %.1f mm is longer than the %s edge of the page, which is "
                       "%.1f x %.1f mm",
                       length * MM, pds_edge_name(slice->edge), page[0] * MM, page[1] * MM)
            : pds_fail(e, PDS_E_PLACE_REFUSED, __func__,
                       "the seal of %.1f mm with its middle at %.1f mm of the %s edge lies off "
                       "the page, which is %.1f x %.1f mm",
                       length * MM, middle * MM, pds_edge_name(slice->edge), page[0] * MM,
                       page[1] * MM);
    return pds_err_page(code, e, slice->page);
}

static pds_code too_broad(const pds_slice *slice, const double page[2], double breadth, pds_err *e)
{
    const pds_code code =
        pds_fail(e, PDS_E_PLACE_REFUSED, __func__,
                 "a slice of %.1f mm is broader than the page, which is %.1f x %.1f mm",
                 breadth * MM, page[0] * MM, page[1] * MM);
    return pds_err_page(pds_err_hint(code, e, "choose a smaller seal, or more pages to a seal"), e,
                        slice->page);
}

/* The page as it is shown, in points. */
static void shown_size(const pds_sheet *sheet, double page[2])
{
    const bool turned = sheet->rotate % 180 != 0;
    const double width = (sheet->crop[2] - sheet->crop[0]) * sheet->user_unit;
    const double height = (sheet->crop[3] - sheet->crop[1]) * sheet->user_unit;
    page[0] = turned ? height : width;
    page[1] = turned ? width : height;
}

pds_code pds_slice_rect(const pds_seam *seam, const pds_slice *slice, const pds_sheet *sheet,
                        const double size[2], double rect[4], pds_err *e)
{
    static const double tolerance = 0.01; /* points: rounding of millimetres */
    const int along = upright(slice) ? 1 : 0;
    const bool far = slice->edge == PDS_EDGE_RIGHT || slice->edge == PDS_EDGE_TOP;
    pds_place place = { .kind = PDS_PLACE_RECT };
    double page[2];
    double part[2];
    shown_size(sheet, page);
    slice_size(slice, size, part);

    const double middle = seam->at * page[along] + seam->shift;
    double *const low = place.rect;
    double *const high = place.rect + 2;
    low[along] = middle - part[along] / 2.0;
    high[along] = middle + part[along] / 2.0;
    if (low[along] < -tolerance || high[along] > page[along] + tolerance) {
        return off_page(slice, page, part[along], middle, e);
    }
    if (part[1 - along] > page[1 - along] + tolerance) {
        return too_broad(slice, page, part[1 - along], e);
    }
    low[1 - along] = far ? page[1 - along] - part[1 - along] : 0.0;
    high[1 - along] = low[1 - along] + part[1 - along];
    return pds_err_page(pds_place_rect(&place, sheet, NULL, rect, e), e, slice->page);
}

/* ---- drawing ---- */

static void put_matrix(pds_buf *out, const double size[2], double x, double y)
{
    const double numbers[] = { size[0], 0.0, 0.0, size[1], x, y };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        pds_draw_number(out, numbers[i]);
        pds_buf_text(out, " ");
    }
    pds_buf_text(out, "cm");
}

/* What lies outside is cut off by the box of the drawing: a second clip along the same line would
 * thin the edge twice where it is smoothed. */
pds_code pds_slice_draw(const pds_seam *seam, const pds_slice *slice, const pds_image *image,
                        bool multiply, pds_drawing *out, pds_err *e)
{
    const bool across = upright(slice);
    *out = (pds_drawing){ .image = image, .multiply = multiply, .opacity = seam->opacity };
    slice_size(slice, image->size, out->size);
    pds_buf_text(&out->content, "q ");
    if (multiply || seam->opacity < 1.0) {
        pds_buf_text(&out->content, "/Gs0 gs ");
    }
    put_matrix(&out->content, image->size, across ? -slice->from * image->size[0] : 0.0,
               across ? 0.0 : -(1.0 - slice->to) * image->size[1]);
    pds_buf_text(&out->content, " /Im0 Do Q\n");
    return pds_buf_end(&out->content, e);
}
