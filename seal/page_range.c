#include "seal/page_range.h"

#include "base/own.h"
#include "seal/measure.h"

#include <stdlib.h>

/* One part between commas. */
typedef struct part {
    const char *text; /* where it begins, for faults */
    bool exclude;
    int64_t from, to; /* as pds_take_page has them */
} part;

/* What is left to read of a range, and which half of its pages is kept. */
typedef struct range {
    const char *rest;
    bool first; /* no part read yet */
    int keep;   /* 0 all, 1 odd, 2 even places; known when the last part is read */
} range;

static bool at_end(const char **at, int *keep)
{
    if (pds_take_text(at, ":odd")) {
        *keep = 1;
    } else if (pds_take_text(at, ":even")) {
        *keep = 2;
    }
    return **at == '\0';
}

static bool take_part(range *r, part *out)
{
    const char **at = &r->rest;
    *out = (part){ .text = *at, .exclude = pds_take_text(at, "x") };
    if (!pds_take_page(at, &out->from)) {
        return false;
    }
    out->to = out->from;
    if (pds_take_text(at, "-") && !pds_take_page(at, &out->to)) {
        return false;
    }
    if (out->exclude && r->first) {
        return false; /* from nothing, nothing can be taken */
    }
    r->first = false;
    return pds_take_text(at, ",") ? **at != '\0' : at_end(at, &r->keep);
}

/* The next part; *more false: there is none. */
static pds_code next_part(range *r, part *out, bool *more, pds_err *e)
{
    *more = *r->rest != '\0';
    if (*more && !take_part(r, out)) {
        return pds_err_expected(pds_fail(e, PDS_E_USAGE, __func__,
                                         "the page range is not understood from '%s'", out->text),
                                e, "parts as in 1,3-5,r1,z,x4 and then :odd or :even", NULL);
    }
    return PDS_OK;
}

pds_code pds_page_range_check(const char *text, pds_err *e)
{
    range r = { .rest = text, .first = true };
    part p;
    bool more = false;
    if (*text == '\0') {
        return pds_err_expected(pds_fail(e, PDS_E_USAGE, __func__, "the page range is empty"), e,
                                "parts as in 1,3-5,r1,z,x4 and then :odd or :even", NULL);
    }
    do {
        PDS_TRY(next_part(&r, &p, &more, e));
    } while (more);
    return PDS_OK;
}

/* ---- choosing ---- */

typedef struct selection {
    uint32_t pages;
    uint8_t *chosen; /* one a page; owned */
    uint32_t *out;
    size_t count, last; /* last: where the pages of the last part begin */
} selection;

static void selection_drop(selection *s)
{
    free(s->chosen);
}

static pds_code page_of(const selection *s, int64_t number, uint32_t *out, pds_err *e)
{
    const int64_t page = number < 0 ? number + 1 + s->pages : number;
    if (page < 1 || page > s->pages) {
        PDS_FAIL(e, PDS_E_PLACE_REFUSED, "there is no page %s%lld, the document has %u",
                 number < 0 ? "r" : "", (long long)(number < 0 ? -number : number),
                 (unsigned)s->pages);
    }
    *out = (uint32_t)page;
    return PDS_OK;
}

static void include(selection *s, uint32_t from, uint32_t to)
{
    const bool up = from <= to;
    const uint32_t steps = up ? to - from : from - to;
    s->last = s->count;
    for (uint32_t i = 0; i <= steps; i++) {
        const uint32_t page = up ? from + i : from - i;
        if (s->chosen[page - 1] == 0) {
            s->chosen[page - 1] = 1;
            s->out[s->count++] = page;
        }
    }
}

static void exclude(selection *s, uint32_t from, uint32_t to)
{
    const uint32_t low = from < to ? from : to;
    const uint32_t high = from < to ? to : from;
    size_t kept = s->last;
    for (size_t i = s->last; i < s->count; i++) {
        const uint32_t page = s->out[i];
        if (page >= low && page <= high) {
            s->chosen[page - 1] = 0;
        } else {
            s->out[kept++] = page;
        }
    }
    s->count = kept;
}

static void keep_half(selection *s, int keep)
{
    size_t kept = 0;
    for (size_t i = (size_t)keep - 1; i < s->count; i += 2) {
        s->out[kept++] = s->out[i];
    }
    s->count = kept;
}

static int ascending(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static pds_code select_part(selection *s, const part *p, pds_err *e)
{
    uint32_t from = 0;
    uint32_t to = 0;
    PDS_TRY(page_of(s, p->from, &from, e));
    PDS_TRY(page_of(s, p->to, &to, e));
    if (p->exclude) {
        exclude(s, from, to);
    } else {
        include(s, from, to);
    }
    return PDS_OK;
}

pds_code pds_page_range_select(const char *text, uint32_t pages, uint32_t *out, size_t *count,
                               pds_err *e)
{
    PDS_OWN(selection_drop)
    selection s = { .pages = pages, .chosen = calloc((size_t)pages + 1, 1), .out = out };
    range r = { .rest = *text == '\0' ? "1-z" : text, .first = true };
    part p;
    bool more = pages > 0;
    *count = 0;
    if (s.chosen == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %u pages", (unsigned)pages);
    }
    while (more) {
        PDS_TRY(next_part(&r, &p, &more, e));
        PDS_TRY(more ? select_part(&s, &p, e) : PDS_OK);
    }
    if (r.keep != 0) {
        keep_half(&s, r.keep);
    }
    qsort(out, s.count, sizeof *out, ascending);
    *count = s.count;
    return PDS_OK;
}
