#include "seal/place.h"

#include "seal/measure.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const double OFF_PAGE_TOLERANCE = 0.01; /* points: rounding of mm to points */
static const double SIZE_MAX_POINTS = 2000.0 * 72.0 / 25.4 + 0.01; /* 2 m */

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

/* A length, and whether it has a unit. */
static bool take_side(const char **at, double *points, bool *unit)
{
    if (!pds_take_length(at, points)) {
        return false;
    }
    *unit = isalpha((unsigned char)(*at)[-1]) != 0;
    return *points > 0.0;
}

/* WxH. A unit behind one of the two only is a slip: nobody means 40 points by 20 mm. */
static bool take_size(const char **at, double size[2])
{
    bool units[2] = { false, false };
    return take_side(at, &size[0], &units[0]) && pds_take_text(at, "x") &&
           take_side(at, &size[1], &units[1]) && units[0] == units[1];
}

/* [+DX,DY][:WxH] */
static bool take_offset_and_size(const char **at, pds_place *out)
{
    if ((**at == '+' || **at == '-') && !(pds_take_length(at, &out->dx) && pds_take_text(at, ",") &&
                                          pds_take_length(at, &out->dy))) {
        return false;
    }
    return !pds_take_text(at, ":") || take_size(at, out->size);
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

static bool parse_field(const char *at, pds_place *out)
{
    out->kind = PDS_PLACE_FIELD;
    return *at != '\0' &&
           snprintf(out->field, sizeof out->field, "%s", at) < (int)sizeof out->field;
}

/* ---- by a keyword ---- */

typedef struct word_row {
    const char *name;
    int value;
} word_row;

static const word_row MATCHES[] = { { "first", PDS_MATCH_FIRST },
                                    { "last", PDS_MATCH_LAST },
                                    { "all", PDS_MATCH_ALL } };

static const word_row SIDES[] = { { "over", PDS_SIDE_OVER },
                                  { "right", PDS_SIDE_RIGHT },
                                  { "left", PDS_SIDE_LEFT },
                                  { "above", PDS_SIDE_ABOVE },
                                  { "below", PDS_SIDE_BELOW } };

static bool take_word(const char **at, const word_row *rows, size_t count, int *value)
{
    for (size_t i = 0; i < count; i++) {
        if (pds_take_text(at, rows[i].name)) {
            *value = rows[i].value;
            return true;
        }
    }
    return false;
}

/* The second pair is what Chinese keyboards and word processors put. */
static bool take_opening(const char **at, const char **closing)
{
    if (pds_take_text(at, "\"")) {
        *closing = "\"";
        return true;
    }
    *closing = "\xE2\x80\x9D";
    return pds_take_text(at, "\xE2\x80\x9C");
}

/* A backslash stands before a quote or a backslash that is meant. */
static bool take_quoted(const char **at, char *out, size_t room)
{
    const char *closing = NULL;
    size_t len = 0;
    if (!take_opening(at, &closing)) {
        return false;
    }
    while (!pds_take_text(at, closing)) {
        bool escaped = pds_take_text(at, "\\");
        if (**at == '\0' || (escaped && **at != '"' && **at != '\\') || len + 1 == room) {
            return false;
        }
        out[len++] = *(*at)++;
    }
    out[len] = '\0';
    return true;
}

/* White space does not count where a text is looked for. */
static bool is_blank(const char *text)
{
    while (*text == ' ' || *text == '\t' || strncmp(text, "\xE3\x80\x80", 3) == 0) {
        text += *text == '\xE3' ? 3 : 1;
    }
    return *text == '\0';
}

/* [#first|#last|#all|#N] */
static bool take_match(const char **at, int *match)
{
    int64_t number = 0;
    *match = PDS_MATCH_FIRST;
    if (!pds_take_text(at, "#") ||
        take_word(at, MATCHES, sizeof MATCHES / sizeof MATCHES[0], match)) {
        return true;
    }
    if (isdigit((unsigned char)**at) == 0 || !pds_take_page(at, &number)) {
        return false;
    }
    *match = (int)number;
    return true;
}

static bool parse_text(const char *at, pds_place *out)
{
    int side = PDS_SIDE_OVER;
    out->kind = PDS_PLACE_TEXT;
    if (!take_quoted(&at, out->text, sizeof out->text) || is_blank(out->text) ||
        !take_match(&at, &out->match)) {
        return false;
    }
    if (pds_take_text(&at, "@") && !take_word(&at, SIDES, sizeof SIDES / sizeof SIDES[0], &side)) {
        return false;
    }
    out->side = (pds_side)side;
    return take_offset_and_size(&at, out) && *at == '\0';
}

static bool parse_last(const char *at, pds_place *out)
{
    out->kind = PDS_PLACE_LAST;
    return *at == '\0';
}

/* ---- forms ---- */

typedef struct form_row {
    const char *begins;
    bool (*parse)(const char *at, pds_place *out);
    const char *expected, *hint;
} form_row;

/* clang-format off */
static const form_row FORMS[] = {
    { "field:", parse_field, N_("field:NAME with a name of 1 to 255 bytes"), NULL },
    { "text:", parse_text,
      N_("text:\"KEYWORD\"[#first|#last|#all|#N][@over|@right|@left|@above|@below][+DX,DY][:WxH]"),
      N_("the quotes are part of the place: in a shell, 'text:\"KEYWORD\"'") },
    { "@last", parse_last, N_("@last alone"), NULL },
    { "", parse_on_page,
      N_("PAGE/X1,Y1,X2,Y2, PAGE@tl|tr|bl|br|c[+DX,DY][:WxH], text:\"KEYWORD\", field:NAME or @last"),
      NULL },
};
/* clang-format on */

pds_code pds_place_parse(const char *text, pds_place *out, pds_err *e)
{
    const char *at = text;
    const form_row *form = FORMS;
    *out = (pds_place){ .page = 0 };
    while (!pds_take_text(&at, form->begins)) { /* the last begins every text */
        form++;
    }
    if (form->parse(at, out)) {
        return PDS_OK;
    }
    const pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "place '%s' is not understood", text);
    return pds_err_hint(pds_err_expected(code, e, form->expected, NULL), e, form->hint);
}

pds_code pds_size_parse(const char *text, double size[2], pds_err *e)
{
    const char *at = text;
    if (take_size(&at, size) && *at == '\0' && size[0] <= SIZE_MAX_POINTS &&
        size[1] <= SIZE_MAX_POINTS) {
        return PDS_OK;
    }
    return pds_err_expected(pds_fail(e, PDS_E_USAGE, __func__, "size '%s' is not understood", text),
                            e, N_("WxH such as 42mmx42mm, each with its unit and at most 2000mm"),
                            NULL);
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

/* What is known of the page as shown, in default user space. */
static pds_code finish(const double shown[4], const pds_sheet *sheet, double rect[4], pds_err *e)
{
    double page[2];
    double a[2];
    double b[2];

    shown_size(sheet, page);
    PDS_TRY(check_on_page(shown, page, e));
    to_user_space(sheet, shown[0], shown[1], a);
    to_user_space(sheet, shown[2], shown[3], b);
    rect[0] = fmin(a[0], b[0]);
    rect[1] = fmin(a[1], b[1]);
    rect[2] = fmax(a[0], b[0]);
    rect[3] = fmax(a[1], b[1]);
    return PDS_OK;
}

static pds_code choose_size(const pds_place *place, const double size[2], const double **out,
                            pds_err *e)
{
    *out = place->size[0] > 0.0 ? place->size : size;
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "the place needs a size, as in 1@br+20mm,20mm:40mmx20mm");
    }
    return PDS_OK;
}

pds_code pds_place_rect(const pds_place *place, const pds_sheet *sheet, const double size[2],
                        double rect[4], pds_err *e)
{
    double page[2];
    double shown[4];
    const double *wanted = NULL;

    if (place->kind == PDS_PLACE_CORNER) {
        PDS_TRY(choose_size(place, size, &wanted, e));
        shown_size(sheet, page);
        corner_rect(place, page, wanted, shown);
    } else if (place->kind == PDS_PLACE_RECT) {
        shown[0] = fmin(place->rect[0], place->rect[2]);
        shown[1] = fmin(place->rect[1], place->rect[3]);
        shown[2] = fmax(place->rect[0], place->rect[2]);
        shown[3] = fmax(place->rect[1], place->rect[3]);
    } else {
        PDS_FAIL(e, PDS_E_INTERNAL, "the place is not on a page of its own");
    }
    return finish(shown, sheet, rect, e);
}

/* Lower left corner, in one direction, of something of this size at a found box: behind it, before
 * it, or with the same middle. */
static double beside(int direction, double low, double high, double size)
{
    if (direction == 0) {
        return (low + high - size) / 2.0;
    }
    return direction > 0 ? high : low - size;
}

pds_code pds_place_beside(const pds_place *place, const double found[4], const pds_sheet *sheet,
                          const double size[2], double rect[4], pds_err *e)
{
    static const int directions[][2] = { [PDS_SIDE_OVER] = { 0, 0 },
                                         [PDS_SIDE_RIGHT] = { 1, 0 },
                                         [PDS_SIDE_LEFT] = { -1, 0 },
                                         [PDS_SIDE_ABOVE] = { 0, 1 },
                                         [PDS_SIDE_BELOW] = { 0, -1 } };
    const double offset[2] = { place->dx, place->dy };
    const double *wanted = NULL;
    double shown[4];

    if (place->kind != PDS_PLACE_TEXT) {
        PDS_FAIL(e, PDS_E_INTERNAL, "the place is not beside a text");
    }
    PDS_TRY(choose_size(place, size, &wanted, e));
    for (int i = 0; i < 2; i++) {
        double low = found[i] * sheet->user_unit;
        double high = found[i + 2] * sheet->user_unit;
        shown[i] = beside(directions[place->side][i], low, high, wanted[i]) + offset[i];
        shown[i + 2] = shown[i] + wanted[i];
    }
    return finish(shown, sheet, rect, e);
}
