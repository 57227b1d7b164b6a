#include "pdfsign/verify_seam_trace.h"

#include "base/grow.h"
#include "base/own.h"

#include <math.h>
#include <stdlib.h>

enum { OPERANDS = 6, SAVED_MAX = 4096, MARKED_MAX = 1 << 20, TEXT_CLIPS = 4 };

const pds_trace_state PDS_TRACE_START = {
    .ctm = { 1, 0, 0, 1, 0, 0 },
    .clip = { -HUGE_VAL, -HUGE_VAL, HUGE_VAL, HUGE_VAL },
    .alpha = 1,
};

/* The path being made, in the space of the outermost stream. */
typedef struct path {
    double box[4];
    bool empty, rectangle; /* rectangle: one, and nothing else */
    double rect[4];        /* that one, as given */
} path;

typedef struct tracer {
    pds_span rest;
    pds_span operands[OPERANDS]; /* the last ones, operand n at n % OPERANDS */
    size_t operand_count;
    pds_span tag; /* the first operand */
    pds_trace_state now, *saved;
    size_t saved_count;
    path path;
    bool clip_due, text_cut;
    unsigned marked, optional; /* marked content open; how deep the first that is optional lies */
    const pds_trace_fns *fns;
    void *ctx;
    bool sound;
    pds_code code;
    pds_err *e;
} tracer;

static void tracer_drop(tracer *t)
{
    free(t->saved);
}

static void give_up(tracer *t)
{
    t->sound = false;
}

static void path_clear(path *p)
{
    *p = (path){ .empty = true };
}

/* ---- operands ---- */

static pds_span operand(const tracer *t, size_t from_last)
{
    return t->operands[(t->operand_count - 1 - from_last) % OPERANDS];
}

/* Exactly so many numbers. */
static bool numbers(tracer *t, size_t count, double *out)
{
    bool good = t->operand_count == count;
    for (size_t i = 0; good && i < count; i++) {
        good = pds_value_real(operand(t, count - 1 - i), &out[i]);
    }
    t->sound = t->sound && good;
    return good;
}

static bool name_of(tracer *t, pds_span *out)
{
    const bool good = t->operand_count == 1 && pds_value_kind(operand(t, 0)) == PDS_KIND_NAME;
    *out = good ? operand(t, 0) : pds_span_of(NULL, 0);
    t->sound = t->sound && good;
    return good;
}

/* ---- graphics state ---- */

static void save(tracer *t)
{
    pds_trace_state *grown = NULL;
    if (t->saved_count == SAVED_MAX) {
        give_up(t);
        return;
    }
    grown = pds_grow(t->saved, t->saved_count, sizeof *grown);
    if (grown == NULL) {
        t->code = pds_fail(t->e, PDS_E_NO_MEMORY, __func__, "no memory to follow a page's content");
        return;
    }
    t->saved = grown;
    t->saved[t->saved_count++] = t->now;
}

/* One too many changes nothing: so readers have it. */
static void restore(tracer *t)
{
    if (t->saved_count > 0) {
        t->now = t->saved[--t->saved_count];
    }
}

static void concatenate(tracer *t)
{
    double matrix[6];
    if (numbers(t, 6, matrix)) {
        pds_trace_join(matrix, t->now.ctm, t->now.ctm);
    }
}

static void set_state(tracer *t)
{
    pds_span name;
    if (name_of(t, &name)) {
        t->code = t->fns->set(t->ctx, name, &t->now, t->e);
    }
}

static void draw(tracer *t)
{
    pds_span name;
    if (name_of(t, &name)) {
        pds_trace_state state = t->now;
        state.optional = state.optional || t->optional != 0;
        t->code = t->fns->draw(t->ctx, name, &state, t->e);
    }
}

/* ---- paths ---- */

static void reach(tracer *t, double x, double y)
{
    path *p = &t->path;
    double at[2];
    pds_trace_apply(t->now.ctm, x, y, at);
    for (int i = 0; i < 2; i++) {
        p->box[i] = p->empty ? at[i] : fmin(p->box[i], at[i]);
        p->box[i + 2] = p->empty ? at[i] : fmax(p->box[i + 2], at[i]);
    }
    p->empty = false;
}

static void line(tracer *t, size_t points)
{
    double at[6];
    if (numbers(t, 2 * points, at)) {
        for (size_t i = 0; i < points; i++) {
            reach(t, at[2 * i], at[2 * i + 1]);
        }
        t->path.rectangle = false;
    }
}

static void line_1(tracer *t)
{
    line(t, 1);
}

static void line_2(tracer *t)
{
    line(t, 2);
}

static void line_3(tracer *t)
{
    line(t, 3);
}

static void rectangle(tracer *t)
{
    double at[4];
    if (numbers(t, 4, at)) {
        const double x = at[0] + at[2];
        const double y = at[1] + at[3];
        const double rect[] = { fmin(at[0], x), fmin(at[1], y), fmax(at[0], x), fmax(at[1], y) };
        t->path.rectangle = t->path.empty;
        memcpy(t->path.rect, rect, sizeof rect);
        reach(t, at[0], at[1]);
        reach(t, x, at[1]);
        reach(t, x, y);
        reach(t, at[0], y);
    }
}

static void clip(tracer *t)
{
    t->clip_due = true;
}

/* The matrix may have changed since the path was made (8.2 forbids it, readers allow it). */
static void end_path(tracer *t)
{
    if (t->clip_due && t->path.rectangle) {
        pds_trace_clip(&t->now, t->path.rect);
    } else if (t->clip_due) {
        t->now.cut = true;
    }
    t->clip_due = false;
    path_clear(&t->path);
}

static void paint_box(tracer *t, const double box[4])
{
    double seen[4];
    for (int i = 0; i < 2; i++) {
        seen[i] = fmax(box[i], t->now.clip[i]);
        seen[i + 2] = fmin(box[i + 2], t->now.clip[i + 2]);
    }
    t->code = t->fns->paint(t->ctx, seen, t->e);
}

static void fill(tracer *t)
{
    if (!t->path.empty) {
        paint_box(t, t->path.box);
    }
    end_path(t);
}

static void paint_somewhere(tracer *t)
{
    static const double nowhere[4] = { 0 };
    t->code = t->fns->paint(t->ctx, nowhere, t->e);
}

static void stroke(tracer *t)
{
    paint_somewhere(t);
    end_path(t);
}

static void shade(tracer *t)
{
    paint_box(t, t->now.clip);
}

/* ---- text ---- */

static void set_text_mode(tracer *t)
{
    t->sound = t->sound && t->operand_count == 1 && pds_value_int(operand(t, 0), &t->now.text_mode);
}

static void show_text(tracer *t)
{
    t->text_cut = t->text_cut || t->now.text_mode >= TEXT_CLIPS;
    paint_somewhere(t);
}

static void end_text(tracer *t)
{
    t->now.cut = t->now.cut || t->text_cut;
    t->text_cut = false;
}

/* ---- marked content ---- */

static void begin_marked(tracer *t)
{
    if (t->marked == MARKED_MAX) {
        give_up(t);
        return;
    }
    t->marked++;
    if (t->optional == 0 && pds_value_is_name(t->tag, "OC")) {
        t->optional = t->marked;
    }
}

static void end_marked(tracer *t)
{
    if (t->marked == 0) {
        return;
    }
    t->optional = t->optional == t->marked ? 0 : t->optional;
    t->marked--;
}

/* ---- inline images ---- */

static bool is_space(uint8_t c)
{
    return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

/* Does content go on here, rather than the data of an image? */
static bool reads_as_text(pds_span rest)
{
    enum { LOOKED = 16 };
    for (size_t i = 0; i < rest.len && i < LOOKED; i++) {
        if (!is_space(rest.ptr[i]) && (rest.ptr[i] < ' ' || rest.ptr[i] > '~')) {
            return false;
        }
    }
    return true;
}

/* Its data end with EI; how long they are is said nowhere (8.9.7). */
static void skip_image(tracer *t)
{
    static const double unit[] = { 0, 0, 1, 1 };
    const uint8_t *p = t->rest.ptr;
    double box[4];
    bool upright = false;
    for (size_t i = 0; i + 3 < t->rest.len; i++) {
        const pds_span rest = pds_span_of(p + i + 3, t->rest.len - i - 3);
        if (is_space(p[i]) && p[i + 1] == 'E' && p[i + 2] == 'I' && is_space(p[i + 3]) &&
            reads_as_text(rest)) {
            t->rest = rest;
            pds_trace_box(t->now.ctm, unit, box, &upright);
            paint_box(t, box);
            return;
        }
    }
    give_up(t);
}

/* ---- operators ---- */

typedef struct op_row {
    const char *name;
    void (*run)(tracer *t);
} op_row;

static const op_row OPERATORS[] = {
    { "q", save },           { "Q", restore },     { "cm", concatenate },   { "gs", set_state },
    { "Do", draw },          { "re", rectangle },  { "m", line_1 },         { "l", line_1 },
    { "c", line_3 },         { "v", line_2 },      { "y", line_2 },         { "W", clip },
    { "W*", clip },          { "n", end_path },    { "f", fill },           { "F", fill },
    { "f*", fill },          { "B", fill },        { "B*", fill },          { "b", fill },
    { "b*", fill },          { "S", stroke },      { "s", stroke },         { "sh", shade },
    { "Tj", show_text },     { "TJ", show_text },  { "'", show_text },      { "\"", show_text },
    { "Tr", set_text_mode }, { "ET", end_text },   { "BMC", begin_marked }, { "BDC", begin_marked },
    { "EMC", end_marked },   { "ID", skip_image },
};

static void run(tracer *t, pds_span word)
{
    for (size_t i = 0; i < sizeof OPERATORS / sizeof OPERATORS[0]; i++) {
        if (word.ptr[0] == (uint8_t)OPERATORS[i].name[0] && pds_span_is(word, OPERATORS[i].name)) {
            OPERATORS[i].run(t);
            break;
        }
    }
    t->operand_count = 0;
}

static void take(tracer *t, pds_span token)
{
    if (pds_value_kind(token) == PDS_KIND_WORD && token.ptr[0] != ']' && token.ptr[0] != '>') {
        run(t, token);
        return;
    }
    if (t->operand_count == 0) {
        t->tag = token;
    }
    t->operands[t->operand_count++ % OPERANDS] = token;
}

pds_code pds_trace(pds_span content, const pds_trace_state *start, const pds_trace_fns *fns,
                   void *ctx, bool *sound, pds_err *e)
{
    PDS_OWN(tracer_drop)
    tracer t = { .rest = content, .now = *start, .fns = fns, .ctx = ctx, .sound = true, .e = e };
    pds_span token;
    path_clear(&t.path);
    while (t.sound && t.code == PDS_OK && pds_token_take(&t.rest, &token)) {
        take(&t, token);
    }
    pds_space_skip(&t.rest);
    *sound = t.sound && (t.rest.len == 0 || t.code != PDS_OK);
    return t.code;
}
