#include "tests/pdfsign/easel.h"

#include "base/flate.h"
#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { KEPT = 16 };

void easel_ok(pds_code code, const pds_err *e)
{
    if (code != PDS_OK) {
        fail_msg("%s: %s", pds_code_name(code), e->text);
    }
}

/* ---- the file ---- */

static void open_bytes(easel *s)
{
    pds_err e = { 0 };
    s->in.original = make_file(&s->bytes);
    easel_ok(pds_doc_open(&s->in.original, NULL, &s->in.doc, &e), &e);
    easel_ok(pds_update_new(s->in.doc, &s->u, &e), &e);
    easel_ok(pds_ink_new(&s->in, s->u, NULL, &s->ink, &e), &e);
}

static void close_bytes(easel *s)
{
    pds_ink_drop(&s->ink);
    pds_update_drop(&s->u);
    pds_doc_drop(&s->in.doc);
    pds_file_close(&s->in.original);
}

void easel_open(easel *s, const easel_object *objects)
{
    make m = { 0 };
    uint32_t size = 1;
    char entries[64];
    make_piece(&m, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    for (; objects->num != 0; objects++) {
        if (objects->data != NULL) {
            make_stream(&m, objects->num, objects->text, pds_span_text(objects->data));
        } else {
            make_object(&m, objects->num, objects->text);
        }
        size = objects->num >= size ? objects->num + 1 : size;
    }
    (void)snprintf(entries, sizeof entries, "/Size %u", (unsigned)size);
    make_table(&m, size, entries);
    s->bytes = pds_buf_take(&m.file);
    s->layout = (pds_layout){ .drawings = s->drawings, .marks = s->marks };
    open_bytes(s);
}

void easel_drop(easel *s)
{
    close_bytes(s);
    for (size_t i = 0; i < s->layout.drawing_count; i++) {
        pds_drawing_drop(&s->drawings[i].drawing);
        pds_buf_drop(&s->drawings[i].piece);
    }
    pds_buf_drop(&s->bytes);
}

static void write_update(easel *s, pds_buf *out)
{
    pds_err e = { 0 };
    easel_ok(pds_ink_end(s->ink, &e), &e);
    easel_ok(pds_update_write(s->u, out, NULL, &e), &e);
}

void easel_write(easel *s)
{
    PDS_OWN(pds_buf_drop) pds_buf more = { 0 };
    write_update(s, &more);
    pds_buf_put(&s->bytes, pds_buf_span(&more));
    assert_int_equal(s->bytes.bad, PDS_OK);
    close_bytes(s);
    open_bytes(s);
}

size_t easel_growth(easel *s)
{
    PDS_OWN(pds_buf_drop) pds_buf more = { 0 };
    write_update(s, &more);
    return more.len;
}

/* ---- what is drawn ---- */

static void deflate_into(pds_buf *out, const char *bytes, size_t len)
{
    pds_err e = { 0 };
    easel_ok(pds_deflate(pds_span_of(bytes, len), out, &e), &e);
}

pds_image *easel_image(void)
{
    static pds_image image = { .width = 2, .height = 2, .size = { 20, 20 }, .components = 3 };
    if (image.samples.len == 0) {
        deflate_into(&image.samples, "\0\1\2\3\4\5\6\0\1\2\3\4\5\6", 14);
        deflate_into(&image.alpha, "\0\1\2\0\3\4", 6);
        deflate_into(&image.stencil, "\x40\x80", 2);
    }
    return &image;
}

size_t easel_drawing(easel *s, double width, double height, const char *content)
{
    pds_drawing *d = &s->drawings[s->layout.drawing_count].drawing;
    assert_true(s->layout.drawing_count < sizeof s->drawings / sizeof s->drawings[0]);
    *d = (pds_drawing){ .size = { width, height }, .image = easel_image(), .opacity = 1 };
    pds_buf_text(&d->content, content);
    return s->layout.drawing_count++;
}

pds_mark *easel_mark(easel *s, pds_mark_kind kind, uint32_t number, const double rect[4])
{
    pds_err e = { 0 };
    pds_mark *m = &s->marks[s->layout.mark_count++];
    assert_true(s->layout.mark_count <= sizeof s->marks / sizeof s->marks[0]);
    *m = (pds_mark){ .kind = kind };
    easel_ok(pds_page_find(s->in.doc, number, &m->page, &e), &e);
    memcpy(m->rect, rect, sizeof m->rect);
    return m;
}

/* ---- looking ---- */

static bool step(easel *s, pds_object *at, const char *name)
{
    pds_err e = { 0 };
    pds_object next = { 0 };
    pds_span key;
    pds_span value = pds_span_of(NULL, 0);
    if (pds_value_kind(at->value) == PDS_KIND_ARRAY) {
        pds_iter it = pds_iter_of(at->value);
        for (long i = strtol(name, NULL, 10); i >= 0; i--) {
            if (!pds_iter_next(&it, &key, &value)) {
                return false;
            }
        }
    } else if (!pds_dict_get(at->value, name, &value)) {
        return false;
    }
    /* a direct value is lent by the object it stands in, whose text goes on */
    easel_ok(pds_doc_resolve(s->in.doc, value, &next, &e), &e);
    if (next.ref.num == 0) {
        next.text = at->text;
        at->text = (pds_buf){ 0 };
    }
    pds_object_drop(at);
    *at = next;
    return true;
}

static bool is_end(const char *name)
{
    return strcmp(name, "data") == 0 || strcmp(name, "ref") == 0 || strcmp(name, "text") == 0;
}

static void put_end(easel *s, const pds_object *at, const char *last, pds_buf *out)
{
    pds_err e = { 0 };
    if (strcmp(last, "data") == 0) {
        assert_true(at->stream);
        easel_ok(pds_doc_stream(s->in.doc, at, 1 << 20, out, &e), &e);
    } else if (strcmp(last, "text") == 0) {
        assert_true(pds_value_utf8(at->value, out));
    } else if (strcmp(last, "ref") == 0) {
        pds_buf_printf(out, "%u", (unsigned)at->ref.num);
    } else {
        pds_buf_put(out, at->value);
    }
}

const char *easel_at(easel *s, const char *path)
{
    static pds_buf kept[KEPT];
    static unsigned next;
    PDS_OWN(pds_object_drop) pds_object at = { .value = pds_doc_trailer(s->in.doc) };
    pds_buf *out = &kept[next++ % KEPT];
    char names[256];
    char *rest = NULL;
    const char *name = NULL;
    (void)snprintf(names, sizeof names, "%s", path);
    pds_buf_clear(out);
    for (name = strtok_r(names, "/", &rest); name != NULL; name = strtok_r(NULL, "/", &rest)) {
        if (is_end(name)) {
            break;
        }
        if (!step(s, &at, name)) {
            return "nothing";
        }
    }
    put_end(s, &at, name == NULL ? "" : name, out);
    return pds_buf_cstr(out);
}
