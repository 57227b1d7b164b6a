#include "seal/compose.h"

#include "base/own.h"

#include <math.h>

/* Between parts: points, but not more than a share of a small box. */
static const double GAP = 3.0;
static const double GAP_SHARE = 0.04;
/* Of a box with a picture: how much of it text and date may take. */
static const double TEXT_BELOW_SHARE = 0.4;
static const double IMAGE_BESIDE_SHARE = 0.5;
static const double DATE_SHARE = 0.25;

/* Something to be drawn: its size, and its lower left corner. */
typedef struct part {
    bool used;
    double size[2], at[2];
    pds_block block; /* of text */
} part;

typedef struct layout {
    const pds_composition *c;
    double gap;
    double room[2]; /* of picture and text: without the date; 0: as large as they are */
    double size[2];
    part image, text, date;
} layout;

static void layout_drop(layout *l)
{
    pds_block_drop(&l->text.block);
    pds_block_drop(&l->date.block);
}

static bool is_bounded(const layout *l)
{
    return l->c->room[0] > 0 && l->c->room[1] > 0;
}

static pds_code set_block(pds_typesetter *t, const pds_text *text, part *out, pds_err *e)
{
    PDS_TRY(pds_typeset(t, text, &out->block, e));
    out->used = true;
    out->size[0] = out->block.size[0];
    out->size[1] = out->block.size[1];
    return PDS_OK;
}

static bool is_alone(const pds_composition *c)
{
    return c->image == NULL && c->text == NULL;
}

/* The date comes first: one line, which leaves the rest of the box to the others. */
static pds_code set_date(layout *l, pds_typesetter *t, pds_err *e)
{
    const pds_composition *c = l->c;
    pds_text text = {
        .utf8 = c->date, .size = c->date_size, .whole = true, .align = PDS_ALIGN_CENTER
    };
    memcpy(text.color, c->date_color, sizeof text.color);
    if (is_bounded(l)) {
        bool shares = c->date_size <= 0 && !is_alone(c);
        text.room[0] = c->room[0];
        text.room[1] = c->room[1] * (shares ? DATE_SHARE : 1.0);
    }
    PDS_TRY(set_block(t, &text, &l->date, e));
    if (is_bounded(l) && !is_alone(c) && c->text_place != PDS_TEXT_OVER) {
        l->room[1] = fmax(l->room[1] - l->date.size[1] - l->gap, 0);
    }
    return PDS_OK;
}

/* Beside a picture that takes its share of the width, if it is as wide as that. */
static double width_beside(const layout *l)
{
    const double *image = l->c->image_size;
    double whole = l->room[1] * image[0] / image[1];
    return l->room[0] - fmin(whole, l->room[0] * IMAGE_BESIDE_SHARE) - l->gap;
}

static void text_room(const layout *l, double room[2])
{
    const pds_composition *c = l->c;
    bool shares = c->image != NULL;
    room[0] = l->room[0];
    room[1] = l->room[1];
    if (shares && c->text_place == PDS_TEXT_BELOW) {
        room[1] *= c->text_size > 0 ? 1.0 : TEXT_BELOW_SHARE;
    } else if (shares && c->text_place == PDS_TEXT_RIGHT) {
        room[0] = width_beside(l);
    }
}

static pds_code refuse_room(const layout *l, pds_err *e)
{
    PDS_FAIL(e, PDS_E_PLACE_REFUSED,
             "the place of %.1f x %.1f points is too small for what is to be drawn", l->c->room[0],
             l->c->room[1]);
}

static pds_code set_text(layout *l, pds_typesetter *t, pds_err *e)
{
    const pds_composition *c = l->c;
    bool beside = c->image == NULL || c->text_place == PDS_TEXT_RIGHT;
    pds_text text = { .utf8 = c->text,
                      .size = c->text_size,
                      .vertical = c->vertical,
                      .whole = c->whole,
                      .align = beside ? PDS_ALIGN_LEFT : PDS_ALIGN_CENTER };
    memcpy(text.color, c->text_color, sizeof text.color);
    if (is_bounded(l)) {
        text_room(l, text.room);
        if (text.room[0] <= 0 || text.room[1] <= 0) {
            return refuse_room(l, e);
        }
    }
    return set_block(t, &text, &l->text, e);
}

/* The picture takes what the text leaves, in its own proportions. */
static pds_code set_image(layout *l, pds_err *e)
{
    const double *own = l->c->image_size;
    double room[2] = { l->room[0], l->room[1] };
    double scale = 1.0;
    if (l->text.used && l->c->text_place == PDS_TEXT_BELOW) {
        room[1] -= l->text.size[1] + l->gap;
    } else if (l->text.used && l->c->text_place == PDS_TEXT_RIGHT) {
        room[0] -= l->text.size[0] + l->gap;
    }
    if (is_bounded(l)) {
        scale = fmin(room[0] / own[0], room[1] / own[1]);
    }
    if (scale <= 0) {
        return refuse_room(l, e);
    }
    l->image.used = true;
    l->image.size[0] = own[0] * scale;
    l->image.size[1] = own[1] * scale;
    return PDS_OK;
}

/* Puts `part` at the middle of a box of this size. */
static void center(part *p, const double box[2])
{
    for (int i = 0; i < 2; i++) {
        p->at[i] = (box[i] - p->size[i]) / 2;
    }
}

static void cover(double size[2], const part *p)
{
    size[0] = fmax(size[0], p->size[0]);
    size[1] = fmax(size[1], p->size[1]);
}

/* Picture and text as one group. */
static void arrange_group(layout *l, double group[2])
{
    bool both = l->image.used && l->text.used;
    cover(group, &l->image);
    cover(group, &l->text);
    if (both && l->c->text_place == PDS_TEXT_BELOW) {
        group[1] = l->image.size[1] + l->gap + l->text.size[1];
    } else if (both && l->c->text_place == PDS_TEXT_RIGHT) {
        group[0] = l->image.size[0] + l->gap + l->text.size[0];
    }
    center(&l->image, group);
    center(&l->text, group);
    if (both && l->c->text_place == PDS_TEXT_BELOW) {
        l->image.at[1] = group[1] - l->image.size[1];
        l->text.at[1] = 0;
    } else if (both && l->c->text_place == PDS_TEXT_RIGHT) {
        l->image.at[0] = 0;
        l->text.at[0] = group[0] - l->text.size[0];
    }
}

static void shift(part *p, double dx, double dy)
{
    p->at[0] += dx;
    p->at[1] += dy;
}

/* The date stands below the group, or over its lower end where text stands over the picture. */
static void arrange(layout *l)
{
    double group[2] = { 0, 0 };
    double all[2];
    double below = 0;
    arrange_group(l, group);
    if (l->date.used && !is_alone(l->c) && l->c->text_place != PDS_TEXT_OVER) {
        below = l->date.size[1] + l->gap;
    }
    all[0] = fmax(group[0], l->date.size[0]);
    all[1] = fmax(group[1] + below, l->date.size[1]);
    memcpy(l->size, is_bounded(l) ? l->c->room : all, sizeof l->size);
    double left = (l->size[0] - all[0]) / 2;
    double bottom = (l->size[1] - all[1]) / 2;
    shift(&l->image, left + (all[0] - group[0]) / 2, bottom + below);
    shift(&l->text, left + (all[0] - group[0]) / 2, bottom + below);
    shift(&l->date, left + (all[0] - l->date.size[0]) / 2, bottom);
}

static pds_code lay_out(const pds_composition *c, pds_typesetter *t, layout *l, pds_err *e)
{
    *l = (layout){ .c = c, .gap = GAP, .room = { c->room[0], c->room[1] } };
    if (is_bounded(l)) {
        l->gap = fmin(GAP, c->room[1] * GAP_SHARE);
    }
    if (c->date != NULL) {
        PDS_TRY(set_date(l, t, e));
    }
    if (c->text != NULL) {
        PDS_TRY(set_text(l, t, e));
    }
    if (c->image != NULL) {
        PDS_TRY(set_image(l, e));
    }
    arrange(l);
    return PDS_OK;
}

static void put_numbers(pds_buf *b, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pds_draw_number(b, numbers[i]);
        pds_buf_byte(b, ' ');
    }
}

static void draw_image(const part *p, bool multiply, pds_drawing *out)
{
    const double matrix[] = { p->size[0], 0, 0, p->size[1], p->at[0], p->at[1] };
    if (p->used) {
        pds_buf_text(&out->content, multiply ? "q /Gs0 gs " : "q ");
        put_numbers(&out->content, matrix, 6);
        pds_buf_text(&out->content, "cm /Im0 Do Q\n");
    }
}

static void draw_block(const part *p, pds_drawing *out)
{
    if (p->used) {
        pds_buf_text(&out->content, "q 1 0 0 1 ");
        put_numbers(&out->content, p->at, 2);
        pds_buf_text(&out->content, "cm\n");
        pds_buf_put(&out->content, pds_buf_span(&p->block.content));
        pds_buf_text(&out->content, "Q\n");
        out->faces |= p->block.faces;
    }
}

static pds_code lay_out_naturally(const pds_composition *c, pds_typesetter *t, layout *l,
                                  pds_err *e)
{
    pds_composition natural = *c;
    natural.room[0] = natural.room[1] = 0;
    PDS_TRY(lay_out(&natural, t, l, e));
    l->c = c;
    return PDS_OK;
}

static bool is_room(const layout *l)
{
    static const double tolerance = 0.02;
    return fabs(l->size[0] - l->c->room[0]) < tolerance &&
           fabs(l->size[1] - l->c->room[1]) < tolerance;
}

/* A box of the size that the parts take by themselves holds them just so: sharing it out anew could
 * come to something else. */
static pds_code lay_out_in_room(const pds_composition *c, pds_typesetter *t, layout *l, pds_err *e)
{
    if (c->room[0] > 0 && c->text != NULL && c->image != NULL) {
        PDS_TRY(lay_out_naturally(c, t, l, e));
        if (is_room(l)) {
            return PDS_OK;
        }
        layout_drop(l);
    }
    return lay_out(c, t, l, e);
}

pds_code pds_compose_size(const pds_composition *c, pds_typesetter *t, double size[2], pds_err *e)
{
    PDS_OWN(layout_drop) layout l = { .gap = 0 };
    PDS_TRY(lay_out_naturally(c, t, &l, e));
    size[0] = l.size[0];
    size[1] = l.size[1];
    return PDS_OK;
}

pds_code pds_compose(const pds_composition *c, pds_typesetter *t, pds_drawing *out, pds_err *e)
{
    PDS_OWN(layout_drop) layout l = { .gap = 0 };
    *out = (pds_drawing){ .opacity = 1.0 };
    PDS_TRY(lay_out_in_room(c, t, &l, e));
    memcpy(out->size, l.size, sizeof out->size);
    out->image = c->image;
    out->multiply = c->image != NULL && !c->plain;
    draw_image(&l.image, out->multiply, out);
    draw_block(&l.text, out);
    draw_block(&l.date, out);
    pds_code code = pds_buf_end(&out->content, e);
    if (code != PDS_OK) {
        pds_drawing_drop(out);
    }
    return code;
}
