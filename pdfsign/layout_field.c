/* What goes into form fields that stand already: a date into a text field, a seal onto a
 * push-button. Both count as filling in a form, which most signatures allow. */
#include "base/own.h"
#include "pdfsign/form_field.h"
#include "pdfsign/layout_lay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PADDING = 2.0; /* points, as viewers have it in text fields */

static pds_code refuse(const char *name, const char *hint, pds_err *e, const char *what)
{
    pds_code code =
        pds_fail(e, PDS_E_PLACE_REFUSED, __func__, "the field '%s' %s", name, pds_translated(what));
    return pds_err_hint(pds_err_field(code, e, name), e, hint);
}

static const char *kind_name(pds_form_field_kind kind)
{
    static const char *const names[] = { N_("is a text field"), N_("is a push-button"),
                                         N_("is a signature field"),
                                         N_("is neither a text field nor a push-button") };
    return names[kind];
}

/* Do the signatures before this one allow the field to be filled? */
static pds_code check_permissions(const pds_laying *l, const char *name, pds_err *e)
{
    pds_intent intent = { .field = name, .fills = true };
    return pds_permissions_check(&l->scene->in->permissions, &intent, e);
}

/* One field shows one thing, whichever signer it comes from. */
static pds_code check_unused(const pds_laying *l, const char *name, pds_err *e)
{
    for (size_t i = 0; i <= l->index; i++) {
        const pds_layout *layout = &l->scene->layouts[i];
        for (size_t k = 0; k < layout->mark_count; k++) {
            const pds_mark *mark = &layout->marks[k];
            if (mark->kind == PDS_MARK_FIELD && strcmp(mark->name, name) == 0) {
                return pds_err_hint(
                    pds_err_field(pds_fail(e, PDS_E_PLACE_TAKEN, __func__,
                                           "the field '%s' would be filled twice: by signer %zu "
                                           "and signer %zu",
                                           name, i + 1, l->index + 1),
                                  e, name),
                    e, N_("choose another field"));
            }
        }
    }
    return PDS_OK;
}

static pds_code find_field(pds_laying *l, const char *name, pds_form_field_kind kind,
                           pds_form_field *out, pds_err *e)
{
    pds_doc *doc = l->scene->in->doc;
    PDS_TRY(pds_form_field_find(doc, &l->scene->in->form, name, out, e));
    if (out->kind != kind) {
        return refuse(name,
                      kind == PDS_FORM_TEXT ? N_("--date field:NAME needs a text field")
                                            : N_("a further --at field:NAME needs a push-button; "
                                                 "each signature signs one field"),
                      e, kind_name(out->kind));
    }
    if ((out->flags & PDS_FIELD_READ_ONLY) != 0) {
        return refuse(name, N_("choose a field that may be filled in"), e, N_("is read-only"));
    }
    PDS_TRY(check_permissions(l, name, e));
    PDS_TRY(check_unused(l, name, e));
    return pds_form_field_pages(doc, out, e);
}

static bool is_seen(const pds_form_widget *widget)
{
    return widget->page.number != 0 && widget->rect[2] > widget->rect[0] &&
           widget->rect[3] > widget->rect[1];
}

static pds_mark mark_of(const pds_form_widget *widget, const char *name)
{
    pds_mark mark = { .kind = PDS_MARK_FIELD, .page = widget->page, .field = widget->ref };
    memcpy(mark.rect, widget->rect, sizeof mark.rect);
    (void)snprintf(mark.name, sizeof mark.name, "%s", name);
    return mark;
}

/* ---- a seal on a push-button ---- */

static pds_code put_on_button(pds_laying *l, const char *name, const pds_form_widget *widget,
                              pds_sight sight, pds_err *e)
{
    pds_mark mark = mark_of(widget, name);
    double room[2];
    pds_rect_size(&widget->page, widget->rect, room);
    PDS_TRY(pds_laying_draw(l, sight, room, &mark.drawing, e));
    return pds_layout_add_mark(l->out, &mark, e);
}

pds_code pds_lay_button(pds_laying *l, const char *name, bool last, pds_err *e)
{
    PDS_OWN(pds_form_field_drop) pds_form_field field = { 0 };
    pds_sight sight = last && l->dated ? PDS_SIGHT_DATED : PDS_SIGHT_SEAL;
    size_t before = l->out->mark_count;
    PDS_TRY(find_field(l, name, PDS_FORM_PUSH_BUTTON, &field, e));
    if (!l->parts.seal && sight == PDS_SIGHT_SEAL) {
        return refuse(name, N_("give --seal or --text"), e, N_("has nothing to show"));
    }
    for (size_t i = 0; i < field.widget_count; i++) {
        if (is_seen(&field.widgets[i])) {
            PDS_TRY(pds_err_field(put_on_button(l, name, &field.widgets[i], sight, e), e, name));
        }
    }
    return l->out->mark_count > before
               ? PDS_OK
               : refuse(name, N_("choose a field that has a place"), e, N_("is on no page"));
}

/* ---- a date in a text field ---- */

/* Characters of UTF-8. */
static int64_t length_of(const pds_buf *text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text->len; i++) {
        n += (text->ptr[i] & 0xc0) != 0x80 ? 1 : 0;
    }
    return n;
}

static pds_code check_text_field(const pds_laying *l, const char *name, const pds_form_field *field,
                                 pds_err *e)
{
    if ((field->flags & PDS_FIELD_PASSWORD) != 0) {
        return refuse(name, N_("choose another field for the date"), e, N_("is for passwords"));
    }
    if (field->max_length > 0 && length_of(&l->parts.written) > field->max_length) {
        return refuse(name, N_("choose a shorter --date-format"), e,
                      N_("has no room for as many characters as the date has"));
    }
    if (field->filled && pds_form_has_signatures(&l->scene->in->form)) {
        return refuse(name, N_("what was signed is not replaced: choose an empty field"), e,
                      N_("is filled in already, on a signed file"));
    }
    return PDS_OK;
}

static bool fits(const pds_block *block, const double room[2])
{
    return block->size[0] <= room[0] && block->size[1] <= room[1];
}

/* In the size asked for, else in that of the field if it fits, else as fits. */
static pds_code set_date(pds_laying *l, const pds_form_field *field, const double room[2],
                         pds_block *out, pds_err *e)
{
    pds_typesetter *t = NULL;
    pds_text text = { .utf8 = pds_buf_cstr(&l->parts.written), .size = l->parts.date_size };
    memcpy(text.color, l->parts.date_color, sizeof text.color);
    PDS_TRY(pds_scene_typesetter(l->scene, l->look, &t, e));
    if (text.size == 0.0 && field->font_size > 0.0) {
        text.size = field->font_size;
        PDS_TRY(pds_typeset(t, &text, out, e));
        if (fits(out, room)) {
            return PDS_OK;
        }
        pds_block_drop(out);
        text.size = 0.0;
    }
    memcpy(text.room, room, sizeof text.room);
    return pds_typeset(t, &text, out, e);
}

/* Where /Q of the field has it. */
static void draw_block(const pds_block *block, const pds_form_field *field, pds_drawing *out)
{
    double free_x = out->size[0] - block->size[0];
    double x = field->quadding == 1   ? free_x / 2.0
               : field->quadding == 2 ? free_x - PADDING
                                      : PADDING;
    pds_buf_text(&out->content, "1 0 0 1 ");
    pds_draw_number(&out->content, x > 0.0 ? x : 0.0);
    pds_buf_byte(&out->content, ' ');
    pds_draw_number(&out->content, (out->size[1] - block->size[1]) / 2.0);
    pds_buf_text(&out->content, " cm\n");
    pds_buf_put(&out->content, pds_buf_span(&block->content));
    out->faces = block->faces;
}

static pds_code draw_date(pds_laying *l, const pds_form_field *field, const double size[2],
                          size_t *drawing, pds_err *e)
{
    PDS_OWN(pds_block_drop) pds_block block = { 0 };
    pds_laid_drawing made = { .drawing = { .size = { size[0], size[1] }, .opacity = 1.0 } };
    double room[2] = { size[0] - 2.0 * PADDING, size[1] };
    if (room[0] <= 0.0) {
        PDS_FAIL(e, PDS_E_PLACE_REFUSED, "the field is too small for a date");
    }
    PDS_TRY(set_date(l, field, room, &block, e));
    draw_block(&block, field, &made.drawing);
    pds_code code = pds_buf_end(&made.drawing.content, e);
    if (code != PDS_OK) {
        pds_drawing_drop(&made.drawing);
        return code;
    }
    return pds_layout_add_drawing(l->out, &made, drawing, e);
}

static pds_code put_date(pds_laying *l, const char *name, const pds_form_field *field,
                         const pds_form_widget *widget, pds_err *e)
{
    pds_mark mark = mark_of(widget, name);
    double size[2];
    pds_rect_size(&widget->page, widget->rect, size);
    PDS_TRY(draw_date(l, field, size, &mark.drawing, e));
    mark.value = strdup(pds_buf_cstr(&l->parts.written));
    if (mark.value == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a date");
    }
    return pds_layout_add_mark(l->out, &mark, e);
}

pds_code pds_lay_text_field(pds_laying *l, const char *name, pds_err *e)
{
    PDS_OWN(pds_form_field_drop) pds_form_field field = { 0 };
    size_t before = l->out->mark_count;
    PDS_TRY(find_field(l, name, PDS_FORM_TEXT, &field, e));
    PDS_TRY(check_text_field(l, name, &field, e));
    for (size_t i = 0; i < field.widget_count; i++) {
        if (is_seen(&field.widgets[i])) {
            PDS_TRY(pds_err_field(put_date(l, name, &field, &field.widgets[i], e), e, name));
        }
    }
    return l->out->mark_count > before
               ? PDS_OK
               : refuse(name, N_("choose a field that has a place"), e, N_("is on no page"));
}
