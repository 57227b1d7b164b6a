#include "seal/place.h"

#include "seal/measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const double OFF_PAGE_TOLERANCE = 0.01; /* points: rounding of mm to points */

typedef struct corner_row {
    const char *name;
    int column, row;
} corner_row;

static const corner_row CORNERS[] = {
    { "tl", 0, 2 }, { "tr", 2, 2 }, { "bl", 0, 0 }, { "br", 2, 0 }, { "c", 1, 1 }
};

static bool take_rect(const char **at, double rect[4])
{
    for (int i = 0; i < 4; i++) {
        if ((i > 0 && !pds_take_text(at, ",")) || !pds_take_length(at, &rect[i])) {
            return false;
        }
    }
    return true;
}

static bool take_corner(const char **at, pds_place *out)
{
    for (size_t i = 0; i < sizeof CORNERS / sizeof CORNERS[0]; i++) {
        if (pds_take_text(at, CORNERS[i].name)) {
            out->column = CORNERS[i].column;
            out->row = CORNERS[i].row;
            return true;
        }
    }
    return false;
}

/* [+DX,DY][:WxH] */
static bool take_offset_and_size(const char **at, pds_place *out)
{
    if ((**at == '+' || **at == '-') && !(pds_take_length(at, &out->dx) && pds_take_text(at, ",") &&
                                          pds_take_length(at, &out->dy))) {
        return false;
    }
    if (!pds_take_text(at, ":")) {
        return true;
    }
    return pds_take_length(at, &out->size[0]) && pds_take_text(at, "x") &&
           pds_take_length(at, &out->size[1]) && out->size[0] > 0.0 && out->size[1] > 0.0;
}

static bool parse_on_page(const char *at, pds_place *out)
{
    if (!pds_take_page(&at, &out->page)) {
        return false;
    }
    if (pds_take_text(&at, "/")) {
        out->kind = PDS_PLACE_RECT;
        return take_rect(&at, out->rect) && *at == '\0';
    }
    out->kind = PDS_PLACE_CORNER;
    return pds_take_text(&at, "@") && take_corner(&at, out) && take_offset_and_size(&at, out) &&
           *at == '\0';
}

pds_code pds_place_parse(const char *text, pds_place *out, pds_err *e)
{
    const char *at = text;
    *out = (pds_place){ .page = 0 };
    if (pds_take_text(&at, "field:")) {
        out->kind = PDS_PLACE_FIELD;
        if (*at == '\0' || strlen(at) >= sizeof out->field) {
            PDS_FAIL(e, PDS_E_USAGE, "place '%s': a field name of 1 to %zu bytes is expected", text,
                     sizeof out->field - 1);
        }
        (void)snprintf(out->field, sizeof out->field, "%s", at);
        return PDS_OK;
    }
    if (!parse_on_page(text, out)) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "place '%s' is not understood", text), e,
            "PAGE/X1,Y1,X2,Y2 or PAGE@tl|tr|bl|br|c[+DX,DY][:WxH] or field:NAME", NULL);
    }
    return PDS_OK;
}

pds_code pds_size_parse(const char *text, double size[2], pds_err *e)
{
    const char *at = text;
    bool taken = pds_take_length(&at, &size[0]) && pds_take_text(&at, "x") &&
                 pds_take_length(&at, &size[1]) && *at == '\0';
    if (!taken || !(size[0] > 0.0 && size[1] > 0.0)) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "size '%s' is not understood", text), e,
            "WxH, such as 42mmx42mm", NULL);
    }
    return PDS_OK;
}

/* Width and height of the page as shown, in points. */
static void shown_size(const pds_sheet *sheet, double size[2])
{
    bool turned = sheet->rotate == 90 || sheet->rotate == 270;
    double width = (sheet->crop[2] - sheet->crop[0]) * sheet->user_unit;
    double height = (sheet->crop[3] - sheet->crop[1]) * sheet->user_unit;
    size[0] = turned ? height : width;
    size[1] = turned ? width : height;
}

/* Lower left corner, in one direction, of something of this size at a corner or the centre. */
static double anchored(int position, double page, double size, double offset)
{
    static const double share[] = { 0.0, 0.5, 1.0 };
    static const double sign[] = { 1.0, 1.0, -1.0 };
    return (page - size) * share[position] + offset * sign[position];
}

static void corner_rect(const pds_place *place, const double page[2], const double size[2],
                        double shown[4])
{
    shown[0] = anchored(place->column, page[0], size[0], place->dx);
    shown[1] = anchored(place->row, page[1], size[1], place->dy);
    shown[2] = shown[0] + size[0];
    shown[3] = shown[1] + size[1];
}

/* A point of the page as shown, in default user space. */
static void to_user_space(const pds_sheet *sheet, double x, double y, double out[2])
{
    double width = sheet->crop[2] - sheet->crop[0];
    double height = sheet->crop[3] - sheet->crop[1];
    double sx = x / sheet->user_unit;
    double sy = y / sheet->user_unit;
    double ux = sx;
    double uy = sy;
    if (sheet->rotate == 90) {
        ux = width - sy;
        uy = sx;
    } else if (sheet->rotate == 180) {
        ux = width - sx;
        uy = height - sy;
    } else if (sheet->rotate == 270) {
        ux = sy;
        uy = height - sx;
    }
    out[0] = sheet->crop[0] + ux;
    out[1] = sheet->crop[1] + uy;
}

static pds_code check_on_page(const double shown[4], const double page[2], pds_err *e)
{
    if (shown[2] - shown[0] <= 0.0 || shown[3] - shown[1] <= 0.0) {
        PDS_FAIL(e, PDS_E_PLACE_REFUSED, "the place is empty");
    }
    for (int i = 0; i < 2; i++) {
        if (shown[i] < -OFF_PAGE_TOLERANCE || shown[i + 2] > page[i] + OFF_PAGE_TOLERANCE) {
            PDS_FAIL(e, PDS_E_PLACE_REFUSED,
                     "the place %.2f,%.2f,%.2f,%.2f lies off the page, which is %.2f x %.2f points",
                     shown[0], shown[1], shown[2], shown[3], page[0], page[1]);
        }
    }
    return PDS_OK;
}

pds_code pds_place_rect(const pds_place *place, const pds_sheet *sheet, const double size[2],
                        double rect[4], pds_err *e)
{
    double page[2];
    double shown[4];
    double a[2];
    double b[2];
    const double *wanted = place->size[0] > 0.0 ? place->size : size;

    shown_size(sheet, page);
    if (place->kind == PDS_PLACE_CORNER && wanted == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "the place needs a size, as in 1@br+20mm,20mm:40mmx20mm");
    }
    if (place->kind == PDS_PLACE_CORNER) {
        corner_rect(place, page, wanted, shown);
    } else {
        shown[0] = fmin(place->rect[0], place->rect[2]);
        shown[1] = fmin(place->rect[1], place->rect[3]);
        shown[2] = fmax(place->rect[0], place->rect[2]);
        shown[3] = fmax(place->rect[1], place->rect[3]);
    }
    PDS_TRY(check_on_page(shown, page, e));
    to_user_space(sheet, shown[0], shown[1], a);
    to_user_space(sheet, shown[2], shown[3], b);
    rect[0] = fmin(a[0], b[0]);
    rect[1] = fmin(a[1], b[1]);
    rect[2] = fmax(a[0], b[0]);
    rect[3] = fmax(a[1], b[1]);
    return PDS_OK;
}
