#include "pdfsign/seam_lay.h"

#include "base/own.h"
#include "pdfsign/layout_spot.h"
#include "pdfsign/overlap.h"
#include "pdfsign/seam_choose.h"
#include "pdfsign/seam_piece.h"
#include "pdfsign/seam_spot.h"
#include "seal/page_range.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One drawing serves the slices of all groups that show the same part of the seal. */
typedef struct drawn {
    uint32_t index, count;
    size_t drawing;
} drawn;

/* One seam of one signing. */
typedef struct laying {
    pds_scene *scene;
    size_t index, number; /* of the signing, of the seam in it */
    const pds_look *look;
    const pds_image *image;
    pds_seam_file *file;
    pds_layout *out;
    pds_seam seam;
    pds_seam_choice choice;
    char name[64];     /* of new fields */
    uint32_t *numbers; /* pages that take part; owned, as the next three */
    pds_slice *slices;
    double (*rects)[4];
    drawn *drawings;
    size_t count, drawing_count, drawing_room;
    pds_seam_piece piece;
} laying;

static void laying_drop(laying *l)
{
    free(l->numbers);
    free(l->slices);
    free(l->rects);
    free(l->drawings);
}

/* ---- which pages carry what ---- */

static pds_code make_room(laying *l, size_t count, pds_err *e)
{
    l->numbers = calloc(count + 1, sizeof *l->numbers);
    l->slices = calloc(count + 1, sizeof *l->slices);
    l->rects = calloc(count + 1, sizeof *l->rects);
    if (l->numbers == NULL || l->slices == NULL || l->rects == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a seam over %zu pages", count);
    }
    return PDS_OK;
}

static pds_code divide(laying *l, size_t count, pds_err *e)
{
    PDS_TRY(pds_seam_slices(&l->seam, l->numbers, count, l->slices, &l->count, e));
    return l->choice.kind == PDS_MARK_MULTI ? pds_seam_check_multi(l->count, e) : PDS_OK;
}

static pds_code divide_pages(laying *l, pds_err *e)
{
    size_t count = 0;
    PDS_TRY(make_room(l, l->file->page_count, e));
    PDS_TRY(
        pds_page_range_select(l->seam.pages, (uint32_t)l->file->page_count, l->numbers, &count, e));
    return divide(l, count, e);
}

/* ---- new places ---- */

/* Where other seams are: fields made for them, and those of this job. */
static pds_code find_taken(const laying *l, pds_seam_takens *out, pds_err *e)
{
    PDS_TRY(pds_seam_take_fields(out, l->file, e));
    for (size_t i = 0; i <= l->index; i++) {
        const pds_layout *layout = &l->scene->layouts[i];
        for (size_t k = 0; k < layout->mark_count; k++) {
            const pds_mark *mark = &layout->marks[k];
            if (layout->drawings[mark->drawing].piece.len > 0) {
                PDS_TRY(pds_seam_take(out, mark->page.number, mark->rect, e));
            }
        }
    }
    return PDS_OK;
}

/* Nothing else may stand there either. */
static pds_code claim_places(const laying *l, pds_err *e)
{
    for (size_t i = 0; i < l->count; i++) {
        const pds_claim claim = { .signing = l->index,
                                  .page = &l->file->pages[l->slices[i].page - 1],
                                  .rect = l->rects[i] };
        PDS_TRY(pds_scene_claim(l->scene, &claim, e));
    }
    return PDS_OK;
}

static pds_code place_pages(laying *l, pds_err *e)
{
    PDS_TRY(divide_pages(l, e));
    pds_seam_spot spot = { .pages = l->file->pages,
                           .slices = l->slices,
                           .slice_count = l->count,
                           .size = { l->image->size[0], l->image->size[1] },
                           .overlap = l->look->allow_overlap };
    pds_code code = find_taken(l, &spot.taken, e);
    if (code == PDS_OK) {
        code = pds_seam_place(&spot, &l->seam, l->rects, e);
    }
    pds_seam_takens_drop(&spot.taken);
    PDS_TRY(code);
    return claim_places(l, e);
}

/* ---- fields that stand already ---- */

/* A field that was moved would show its slice where it joins no other. */
static pds_code check_field(const pds_seam_set *set, const pds_seam_field *field,
                            const pds_slice *slice, pds_err *e)
{
    static const double off = 1.0; /* points */
    double rect[4];
    if (field->page.number == 0) {
        PDS_FAIL(e, PDS_E_SEAM_REFUSED, "the seam field '%s.p%u' stands on no page", set->name,
                 (unsigned)field->number);
    }
    const pds_sheet sheet = pds_page_sheet(&field->page);
    const pds_code code = pds_slice_rect(&set->seam, slice, &sheet, set->size, rect, NULL);
    for (int i = 0; i < 4; i++) {
        if (code != PDS_OK || fabs(rect[i] - field->rect[i]) * field->page.user_unit > off) {
            PDS_FAIL(e, PDS_E_SEAM_REFUSED,
                     "the seam field '%s.p%u' is not where its seam needs it any more", set->name,
                     (unsigned)field->number);
        }
    }
    return PDS_OK;
}

static pds_code place_fields(laying *l, pds_err *e)
{
    const pds_seam_set *set = l->choice.set;
    PDS_TRY(make_room(l, set->count, e));
    for (size_t i = 0; i < set->count; i++) {
        l->numbers[i] = set->fields[i].number;
        memcpy(l->rects[i], set->fields[i].rect, sizeof l->rects[i]);
    }
    PDS_TRY(divide(l, set->count, e));
    if (l->count != set->count) {
        PDS_FAIL(e, PDS_E_SEAM_REFUSED, "the fields of '%s' are not those of its seam any more",
                 set->name);
    }
    for (size_t i = 0; i < set->count; i++) {
        PDS_TRY(check_field(set, &set->fields[i], &l->slices[i], e));
    }
    return PDS_OK;
}

/* ---- drawings ---- */

static pds_code keep_drawn(laying *l, const pds_slice *slice, size_t drawing, pds_err *e)
{
    if (l->drawing_count == l->drawing_room) {
        const size_t room = l->drawing_room * 2 + 32;
        drawn *grown = realloc(l->drawings, room * sizeof *grown);
        if (grown == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu slices", room);
        }
        l->drawings = grown;
        l->drawing_room = room;
    }
    l->drawings[l->drawing_count++] = (drawn){ slice->index, slice->count, drawing };
    return PDS_OK;
}

static pds_code draw(laying *l, const pds_slice *slice, size_t *drawing, pds_err *e)
{
    pds_laid_drawing made = { 0 };
    for (size_t i = 0; i < l->drawing_count; i++) {
        if (l->drawings[i].index == slice->index && l->drawings[i].count == slice->count) {
            *drawing = l->drawings[i].drawing;
            return PDS_OK;
        }
    }
    pds_seam_piece_put(&l->piece, slice, &made.piece);
    const pds_code code =
        pds_slice_draw(&l->seam, slice, l->image, !l->look->plain, &made.drawing, e);
    if (code != PDS_OK || pds_buf_end(&made.piece, e) != PDS_OK) {
        pds_drawing_drop(&made.drawing);
        pds_buf_drop(&made.piece);
        return code != PDS_OK ? code : PDS_E_NO_MEMORY;
    }
    PDS_TRY(pds_layout_add_drawing(l->out, &made, drawing, e));
    return keep_drawn(l, slice, *drawing, e);
}

/* ---- marks ---- */

static void name_mark(const laying *l, size_t i, pds_mark *mark)
{
    const pds_seam_set *set = l->choice.set;
    const unsigned page = l->slices[i].page;
    if (set != NULL) {
        mark->field = set->fields[i].ref;
        (void)snprintf(mark->name, sizeof mark->name, "%s.p%u", set->name, page);
    } else if (mark->kind != PDS_MARK_CONTENT) {
        (void)snprintf(mark->name, sizeof mark->name, "%s-p%u", l->name, page);
    }
}

static pds_code mark_page(laying *l, size_t i, pds_err *e)
{
    const pds_seam_set *set = l->choice.set;
    pds_mark mark = { .kind = l->choice.kind,
                      .page = set != NULL ? set->fields[i].page
                                          : l->file->pages[l->slices[i].page - 1] };
    memcpy(mark.rect, l->rects[i], sizeof mark.rect);
    name_mark(l, i, &mark);
    PDS_TRY(draw(l, &l->slices[i], &mark.drawing, e));
    return pds_layout_add_mark(l->out, &mark, e);
}

static pds_code name_piece(laying *l, pds_err *e)
{
    const double *size = l->choice.set != NULL ? l->choice.set->size : l->image->size;
    const pds_seam_origin origin = { .file_bytes = pds_input_file(l->scene->in)->size,
                                     .signing = l->index,
                                     .number = l->number };
    l->piece =
        (pds_seam_piece){ .seam = &l->seam, .size = { size[0], size[1] }, .when = l->scene->when };
    return pds_seam_piece_name(&l->piece, l->image, &origin, e);
}

/* ---- the whole ---- */

static pds_code lay_seam(laying *l, const char *text, pds_err *e)
{
    const pds_seam_wish wish = { .file = l->file,
                                 .form = &l->scene->in->form,
                                 .layouts = l->scene->layouts,
                                 .layout_count = l->index + 1,
                                 .mode = l->look->seam_mode,
                                 .seam = &l->seam,
                                 .size = { l->image->size[0], l->image->size[1] } };
    PDS_TRY(pds_seam_parse(text, &l->seam, e));
    PDS_TRY(pds_seam_choose(&wish, &l->choice, e));
    if (l->choice.set != NULL) {
        const double opacity = l->seam.opacity;
        l->seam = l->choice.set->seam;
        l->seam.opacity = opacity;
    }
    PDS_TRY(l->choice.set != NULL ? place_fields(l, e) : place_pages(l, e));
    if (l->choice.set == NULL && l->choice.kind != PDS_MARK_CONTENT) {
        pds_seam_file_name(l->file, wish.form, l->name);
    }
    PDS_TRY(name_piece(l, e));
    for (size_t i = 0; i < l->count; i++) {
        PDS_TRY(mark_page(l, i, e));
    }
    return PDS_OK;
}

static pds_code need_seal(const pds_look *look, pds_err *e)
{
    if (look->seal == NULL) {
        return pds_err_hint(pds_fail(e, PDS_E_USAGE, __func__, "a seam needs a seal to be cut"), e,
                            "give --seal FILE.png");
    }
    return PDS_OK;
}

pds_code pds_seam_lay(pds_scene *s, size_t index, pds_err *e)
{
    const pds_look *look = &s->job->signings[index].signature.look;
    if (look->seam_count == 0) {
        return PDS_OK;
    }
    PDS_TRY(need_seal(look, e));
    if (s->seams == NULL) {
        PDS_TRY(pds_seam_file_read(s->in->doc, &s->in->form, &s->seams, e));
    }
    for (size_t i = 0; i < look->seam_count; i++) {
        PDS_OWN(laying_drop)
        laying l = { .scene = s,
                     .index = index,
                     .number = i,
                     .look = look,
                     .image = pds_seal_image(look->seal),
                     .file = s->seams,
                     .out = &s->layouts[index] };
        PDS_TRY(lay_seam(&l, look->seams[i], e));
    }
    return PDS_OK;
}
