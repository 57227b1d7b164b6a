#include "base/own.h"
#include "seal/clean.h"

/* Patches by runs of pixels: a run belongs to those of the row above that it touches. */
typedef struct run {
    uint32_t from, to, y; /* pixels [from, to) */
    uint32_t parent;      /* index of a run of the same patch; itself: the patch's first */
    uint32_t area;        /* of the patch, in its first run; as is `strong` */
    bool strong;
} run;

typedef struct patches {
    pds_buf runs; /* run */
    uint32_t count;
    uint32_t above; /* first run of the row above */
    uint32_t here;
} patches;

static void patches_drop(patches *p)
{
    pds_buf_drop(&p->runs);
}

static run *run_at(const patches *p, uint32_t index)
{
    return (run *)(void *)p->runs.ptr + index;
}

static uint32_t first_of(const patches *p, uint32_t index)
{
    while (run_at(p, index)->parent != index) {
        run *r = run_at(p, index);
        r->parent = run_at(p, r->parent)->parent; /* halves the way for the next one */
        index = r->parent;
    }
    return index;
}

static void join(const patches *p, uint32_t a, uint32_t b)
{
    a = first_of(p, a);
    b = first_of(p, b);
    if (a != b) {
        run *keep = run_at(p, a < b ? a : b);
        run *give = run_at(p, a < b ? b : a);
        give->parent = a < b ? a : b;
        keep->area += give->area;
        keep->strong = keep->strong || give->strong;
    }
}

/* Runs of both rows are in order: none is looked at twice. */
static void join_with_above(const patches *p)
{
    uint32_t above = p->above;
    for (uint32_t i = p->here; i < p->count; i++) {
        const run *r = run_at(p, i);
        while (above < p->here && run_at(p, above)->to < r->from) {
            above++;
        }
        for (uint32_t k = above; k < p->here && run_at(p, k)->from <= r->to; k++) {
            join(p, k, i);
        }
    }
}

static void add_runs(patches *p, const uint8_t *row, uint32_t width, uint32_t y,
                     const pds_patch_rule *rule)
{
    for (uint32_t x = 0; x < width;) {
        if (row[x] < rule->begin) {
            x++;
            continue;
        }
        run r = { .from = x, .y = y, .parent = p->count };
        for (; x < width && row[x] >= rule->begin; x++) {
            r.strong = r.strong || row[x] >= rule->strong;
        }
        r.to = x;
        r.area = r.to - r.from;
        pds_buf_put(&p->runs, pds_span_of(&r, sizeof r));
        p->count++;
    }
}

static void wipe(pds_picture *p, const run *r)
{
    uint8_t *row = p->pixels + (size_t)4 * p->width * r->y;
    for (uint32_t x = r->from; x < r->to; x++) {
        row[(size_t)4 * x + 3] = 0;
    }
}

pds_code pds_clean_specks(pds_picture *p, const uint8_t *distances, const pds_patch_rule *rule,
                          pds_err *e)
{
    PDS_OWN(patches_drop) patches all = { .runs = { .max = PDS_BUF_MAX } };
    for (uint32_t y = 0; y < p->height; y++) {
        all.above = all.here;
        all.here = all.count;
        add_runs(&all, distances + (size_t)p->width * y, p->width, y, rule);
        if (all.runs.bad == PDS_E_LIMIT) {
            PDS_FAIL(e, PDS_E_PICTURE_LIMIT, "the picture has too many specks to be cleaned");
        }
        PDS_TRY(pds_buf_end(&all.runs, e));
        join_with_above(&all);
    }
    for (uint32_t i = 0; i < all.count; i++) {
        const run *first = run_at(&all, first_of(&all, i));
        if (!first->strong || first->area < rule->least) {
            wipe(p, run_at(&all, i));
        }
    }
    return PDS_OK;
}
