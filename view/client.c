#include "view/client.h"

#include "base/own.h"
#include "base/utf8.h"
#include "view/exchange.h"
#include "view/pool.h"

#include <stdlib.h>

/* One call: a helper borrowed for it, and what was asked. */
typedef struct work {
    pds_reader *reader;
    pds_helper helper;
    pds_exchange exchange;
    pds_view_request request;
} work;

static void work_drop(work *w)
{
    if (w->helper.control >= 0) {
        pds_pool_return(w->reader, &w->helper, w->exchange.ended);
    }
    pds_exchange_drop(&w->exchange);
}

#define WORK(reader_, what_, page_ms_)                                     \
    {                                                                      \
        .reader = (reader_), .helper = PDS_HELPER_NONE,                    \
        .exchange = { .answers = -1, .page_ms = (page_ms_) }, .request = { \
            .what = (what_)                                                \
        }                                                                  \
    }

static pds_code begin(work *w, const pds_view *view, pds_err *e)
{
    PDS_TRY(pds_pool_borrow(w->reader, &w->helper, e));
    w->exchange.ends = pds_deadline_in(pds_pool_patience(w->reader));
    return pds_exchange_begin(&w->exchange, &w->helper, view, &w->request, e);
}

/* ---- finding ---- */

void pds_finds_drop(pds_finds *f)
{
    free(f->items);
    *f = (pds_finds){ .items = NULL };
}

static pds_code set_text(work *w, const char *text, pds_err *e)
{
    size_t len = strlen(text);

    if (len == 0 || len > PDS_VIEW_TEXT_MAX || !pds_utf8_valid(text)) {
        PDS_FAIL(e, PDS_E_USAGE, "a text of 1 to %d bytes of UTF-8 is looked for",
                 PDS_VIEW_TEXT_MAX);
    }
    memcpy(w->request.text, text, len + 1);
    return PDS_OK;
}

static pds_code add_found(const pds_exchange *x, pds_finds *out, size_t *room, pds_err *e)
{
    const pds_view_answer *a = &x->answer;
    uint32_t before = out->count == 0 ? 1 : out->items[out->count - 1].page;

    if (a->number < before || a->number > x->pages || out->count == PDS_VIEW_FINDS_MAX) {
        return pds_exchange_nonsense(e);
    }
    if (out->count == *room) {
        size_t more = *room == 0 ? 16 : 2 * *room;
        pds_found *grown = realloc(out->items, more * sizeof *grown);
        if (grown == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
        }
        out->items = grown;
        *room = more;
    }
    out->items[out->count].page = a->number;
    memcpy(out->items[out->count++].box, a->box, sizeof a->box);
    return PDS_OK;
}

static pds_code take_nearest(const pds_view_answer *a, pds_finds *out, pds_err *e)
{
    if (a->len >= sizeof out->nearest) {
        return pds_exchange_nonsense(e);
    }
    memcpy(out->nearest, a->bytes, a->len);
    out->nearest[a->len] = '\0';
    return strlen(out->nearest) == a->len && pds_utf8_valid(out->nearest)
               ? PDS_OK
               : pds_exchange_nonsense(e);
}

static pds_code take_finds(pds_exchange *x, pds_finds *out, pds_err *e)
{
    size_t room = 0;

    for (;;) {
        PDS_TRY(pds_exchange_next(x, e));
        switch (x->answer.kind) {
        case PDS_VIEW_FOUND:
            PDS_TRY(add_found(x, out, &room, e));
            break;
        case PDS_VIEW_NEAREST:
            PDS_TRY(take_nearest(&x->answer, out, e));
            break;
        case PDS_VIEW_DONE:
            return PDS_OK;
        default:
            return pds_exchange_nonsense(e);
        }
    }
}

pds_code pds_reader_find(pds_reader *reader, const pds_view *view, const char *text, pds_finds *out,
                         pds_err *e)
{
    PDS_OWN(work_drop) work w = WORK(reader, PDS_VIEW_FIND, PDS_VIEW_WORDS_MS);

    *out = (pds_finds){ .items = NULL };
    PDS_TRY(set_text(&w, text, e));
    PDS_TRY(begin(&w, view, e));
    pds_code code = take_finds(&w.exchange, out, e);
    if (code != PDS_OK) {
        pds_finds_drop(out);
    }
    return code;
}

/* ---- pictures ---- */

/* Who gets the pictures, and the one that is coming in. */
typedef struct receiver {
    pds_picture_fn fn;
    void *ctx;
    uint32_t page; /* 0: none yet */
    pds_buf png;
} receiver;

static void receiver_drop(receiver *r)
{
    pds_buf_drop(&r->png);
}

/* All parts of a picture have come. */
static pds_code hand_on(receiver *r, pds_err *e)
{
    static const uint8_t begins[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };

    if (r->page == 0) {
        return PDS_OK;
    }
    if (r->png.len < sizeof begins || memcmp(r->png.ptr, begins, sizeof begins) != 0) {
        return pds_exchange_nonsense(e);
    }
    PDS_TRY(r->fn(r->ctx, r->page, pds_buf_span(&r->png), e));
    pds_buf_clear(&r->png);
    return PDS_OK;
}

static pds_code begin_picture(receiver *r, const pds_exchange *x, pds_err *e)
{
    PDS_TRY(hand_on(r, e));
    if (x->answer.number != r->page + 1 || x->answer.number > x->pages) {
        return pds_exchange_nonsense(e);
    }
    r->page = x->answer.number;
    return PDS_OK;
}

static pds_code take_part(receiver *r, const pds_view_answer *a, pds_err *e)
{
    if (r->page == 0) {
        return pds_exchange_nonsense(e);
    }
    pds_buf_put(&r->png, pds_span_of(a->bytes, a->len));
    return pds_buf_end(&r->png, e);
}

static pds_code end_pictures(receiver *r, const pds_exchange *x, pds_err *e)
{
    PDS_TRY(hand_on(r, e));
    return r->page == x->pages ? PDS_OK : pds_exchange_nonsense(e);
}

static pds_code take_pictures(pds_exchange *x, receiver *r, pds_err *e)
{
    for (;;) {
        PDS_TRY(pds_exchange_next(x, e));
        switch (x->answer.kind) {
        case PDS_VIEW_PICTURE:
            PDS_TRY(begin_picture(r, x, e));
            break;
        case PDS_VIEW_PART:
            PDS_TRY(take_part(r, &x->answer, e));
            break;
        case PDS_VIEW_DONE:
            return end_pictures(r, x, e);
        default:
            return pds_exchange_nonsense(e);
        }
    }
}

pds_code pds_reader_pictures(pds_reader *reader, const pds_view *view, double dpi,
                             pds_picture_fn fn, void *ctx, pds_err *e)
{
    PDS_OWN(work_drop) work w = WORK(reader, PDS_VIEW_PICTURES, PDS_VIEW_PICTURE_MS);
    PDS_OWN(receiver_drop)
    receiver r = { .fn = fn, .ctx = ctx, .png = { .max = PDS_VIEW_PICTURE_MAX } };

    if (!(dpi >= PDS_VIEW_DPI_MIN && dpi <= PDS_VIEW_DPI_MAX)) {
        PDS_FAIL(e, PDS_E_USAGE, "pictures have %d to %d dots per inch", PDS_VIEW_DPI_MIN,
                 PDS_VIEW_DPI_MAX);
    }
    w.request.dpi = dpi;
    PDS_TRY(begin(&w, view, e));
    return take_pictures(&w.exchange, &r, e);
}
