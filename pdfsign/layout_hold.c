/* What a layout and a scene hold, and how it goes away. */
#include "base/grow.h"
#include "pdfsign/layout_spot.h"
#include "pdfsign/overlap.h"
#include "pdfsign/seam_file.h"

#include <stdlib.h>

static void layout_drop(pds_layout *l)
{
    for (size_t i = 0; i < l->drawing_count; i++) {
        pds_drawing_drop(&l->drawings[i].drawing);
        pds_buf_drop(&l->drawings[i].piece);
    }
    for (size_t i = 0; i < l->mark_count; i++) {
        free(l->marks[i].value);
    }
    free(l->drawings);
    free(l->marks);
    *l = (pds_layout){ 0 };
}

static pds_code make_room(void **items, size_t count, size_t size, pds_err *e)
{
    void *grown = pds_grow(*items, count, size);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the layout of the pages");
    }
    *items = grown;
    return PDS_OK;
}

pds_code pds_layout_add_drawing(pds_layout *l, pds_laid_drawing *drawing, size_t *index, pds_err *e)
{
    pds_code code = make_room((void **)&l->drawings, l->drawing_count, sizeof *l->drawings, e);
    if (code != PDS_OK) {
        pds_drawing_drop(&drawing->drawing);
        pds_buf_drop(&drawing->piece);
        return code;
    }
    *index = l->drawing_count++;
    l->drawings[*index] = *drawing;
    *drawing = (pds_laid_drawing){ 0 };
    return PDS_OK;
}

pds_code pds_layout_add_mark(pds_layout *l, pds_mark *mark, pds_err *e)
{
    pds_code code = make_room((void **)&l->marks, l->mark_count, sizeof *l->marks, e);
    if (code != PDS_OK) {
        free(mark->value);
        mark->value = NULL;
        return code;
    }
    l->marks[l->mark_count++] = *mark;
    mark->value = NULL;
    return PDS_OK;
}

static pds_code fonts_of(pds_scene *s, const pds_look *look, pds_fonts **out, pds_err *e)
{
    if (look->fonts == NULL && s->fonts == NULL) {
        PDS_TRY(pds_fonts_open(NULL, &s->fonts, e));
    }
    *out = look->fonts != NULL ? look->fonts : s->fonts;
    return PDS_OK;
}

pds_code pds_scene_typesetter(pds_scene *s, const pds_look *look, pds_typesetter **out, pds_err *e)
{
    pds_fonts *fonts = NULL;
    PDS_TRY(fonts_of(s, look, &fonts, e));
    if (s->typesetter == NULL) {
        PDS_TRY(pds_typesetter_new(fonts, &s->typesetter, e));
    }
    pds_typesetter_use(s->typesetter, fonts); /* each signer may have fonts of its own */
    *out = s->typesetter;
    return PDS_OK;
}

void pds_scene_drop(pds_scene *s)
{
    for (size_t i = 0; i < PDS_SIGNINGS_MAX; i++) {
        layout_drop(&s->layouts[i]);
    }
    for (size_t i = 0; i < s->keyword_count; i++) {
        pds_finds_drop(&s->keywords[i].finds);
    }
    free(s->keywords);
    pds_ground_drop(&s->ground);
    pds_seam_file_drop(&s->seams);
    pds_typesetter_drop(&s->typesetter);
    pds_fonts_drop(&s->fonts);
    pds_reader_drop(&s->reader);
    *s = (pds_scene){ 0 };
}
