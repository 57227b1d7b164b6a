#include "seal/clean.h"

#include "base/own.h"

#include <math.h>
#include <stdlib.h>

/*
 * Seen through, ink of share a over paper: pixel = (1 - a) paper + a ink, in each channel. Divided
 * by the paper's colour at that place, light and white balance fall out of it. How far a pixel is
 * from its paper says where ink begins; along the line from paper to ink lies its alpha.
 */

static const float WEIGHTS[3] = { 2 / 9.0F, 4 / 9.0F, 3 / 9.0F }; /* of differences, as seen */

static const float SOLID = 0.95F;       /* alpha from here on is full: the rest is noise */
static const double BEGIN_LEAST = 0.04; /* distance: fainter is never ink by itself */
static const double CONTRAST_LEAST = 0.1;
static const double SPREADS = 4;             /* of the paper's texture, up to where ink begins */
static const double CLEAR_SHARE = 0.005;     /* of pixels: the picture is transparent already */
static const size_t PIXELS_A_SPECK = 400000; /* one pixel more of dust for so many of picture */

typedef struct cleaner {
    pds_picture *p;
    const pds_cleaning *how;
    pds_paper paper;
    uint8_t *distances; /* one a pixel, 255: as far as can be */
    float *row;         /* the paper's colours along a row */
    uint64_t counts[256];
    pds_patch_rule rule;
    float ink[3]; /* 1 - its colour, as a share of the paper's */
} cleaner;

static void cleaner_drop(cleaner *c)
{
    pds_paper_drop(&c->paper);
    free(c->distances);
    free(c->row);
}

/* 1 - pixel / paper in each channel: 0 paper, 1 black. */
static inline void missing_light(const uint8_t *pixel, const float *paper, float out[3])
{
    for (size_t k = 0; k < 3; k++) {
        out[k] = (paper[k] - (float)pixel[k]) / fmaxf(paper[k], 1.0F);
    }
}

static void measure(cleaner *c)
{
    uint8_t *to = c->distances;
    const uint8_t *from = c->p->pixels;
    memset(c->counts, 0, sizeof c->counts);
    for (uint32_t y = 0; y < c->p->height; y++) {
        pds_paper_row(&c->paper, y, c->p->width, c->row);
        for (uint32_t x = 0; x < c->p->width; x++, from += 4) {
            float light[3];
            float sum = 0;
            missing_light(from, c->row + (size_t)3 * x, light);
            for (size_t k = 0; k < 3; k++) {
                const float d = fmaxf(light[k], 0.0F);
                sum += WEIGHTS[k] * d * d;
            }
            *to = (uint8_t)(sqrtf(sum) * 255.0F + 0.5F);
            c->counts[*to++]++;
        }
    }
}

/* Otsu's: the cut between two classes that lie farthest apart. */
static unsigned cut_of(const uint64_t counts[256])
{
    double all = 0;
    double total = 0;
    double below = 0;
    double sum = 0;
    double best = -1;
    unsigned cut = 1;
    for (size_t i = 0; i < 256; i++) {
        all += (double)counts[i];
        total += (double)counts[i] * (double)i;
    }
    for (unsigned i = 0; i + 1 < 256; i++) {
        below += (double)counts[i];
        sum += (double)counts[i] * i;
        const double above = all - below;
        const double apart = below > 0 && above > 0 ? sum / below - (total - sum) / above : 0;
        if (below * above * apart * apart > best) {
            best = below * above * apart * apart;
            cut = i + 1;
        }
    }
    return cut;
}

/* The level that a share of those in [from, to) lies below. */
static unsigned level_at(const uint64_t counts[256], unsigned from, unsigned to, double share)
{
    double total = 0;
    double below = 0;
    unsigned level = from;
    for (unsigned i = from; i < to; i++) {
        total += (double)counts[i];
    }
    while (level + 1 < to && (below += (double)counts[level]) < share * total) {
        level++;
    }
    return level;
}

/* Where ink begins, by the texture of the paper. False: there is none. */
static bool find_rule(cleaner *c)
{
    const unsigned cut = cut_of(c->counts);
    const unsigned middle = level_at(c->counts, 0, cut, 0.5);
    const unsigned upper = level_at(c->counts, 0, cut, 0.84);
    const unsigned ink = level_at(c->counts, cut, 256, 0.5);
    const double begin = fmax(middle + SPREADS * (upper - middle + 0.5), BEGIN_LEAST * 255);
    c->rule.begin = (unsigned)fmin(begin, cut);
    c->rule.strong = (unsigned)fmax(fmin(1.5 * begin, cut), 0.6 * cut);
    const double contrast = (double)ink - middle;
    return contrast >= CONTRAST_LEAST * 255 && contrast >= SPREADS * (upper - middle);
}

static bool set_rule(cleaner *c)
{
    const size_t pixels = (size_t)c->p->width * c->p->height;
    bool found = find_rule(c);
    if (c->how->threshold > 0.0) {
        c->rule.begin = (unsigned)fmax(round(c->how->threshold * 255), 1);
        c->rule.strong = c->rule.begin;
        found = true;
    }
    c->rule.least = 4 + pixels / PIXELS_A_SPECK;
    return found;
}

/* What the full ink takes of the light: the mean of the farther half of what is ink. */
static void find_ink(cleaner *c)
{
    const unsigned from = level_at(c->counts, c->rule.strong, 256, 0.5);
    const uint8_t *distance = c->distances;
    const uint8_t *pixel = c->p->pixels;
    double sums[3] = { 0 };
    double n = 0;
    for (uint32_t y = 0; y < c->p->height; y++) {
        pds_paper_row(&c->paper, y, c->p->width, c->row);
        for (uint32_t x = 0; x < c->p->width; x++, pixel += 4) {
            if (*distance++ >= from) {
                float light[3];
                missing_light(pixel, c->row + (size_t)3 * x, light);
                for (size_t k = 0; k < 3; k++) {
                    sums[k] += (double)light[k];
                }
                n += 1;
            }
        }
    }
    for (size_t k = 0; k < 3; k++) {
        c->ink[k] = (float)(sums[k] / fmax(n, 1));
    }
}

static float share_of_ink(const float light[3], const float ink[3])
{
    float along = 0;
    float length = 1e-6F;
    for (size_t k = 0; k < 3; k++) {
        along += WEIGHTS[k] * light[k] * ink[k];
        length += WEIGHTS[k] * ink[k] * ink[k];
    }
    return fminf(fmaxf(along / length, 0.0F), 1.0F);
}

static inline uint8_t byte_of(float share)
{
    const float level = fminf(fmaxf(share, 0.0F), 1.0F) * 255.0F;
    return (uint8_t)(level + 0.5F); // NOLINT(bugprone-incorrect-roundings): never negative
}

/* 0 up to a, 1 from b on. */
static float ramp(float x, float a, float b)
{
    return fminf(fmaxf((x - a) / (b - a), 0.0F), 1.0F);
}

/* How much of a pixel's own colour stays: the fainter it is, the less it says of its colour, and
 * what hardly differs from the ink is the ink's. A second ink keeps its colour. */
static float own_share(float alpha, const float full[3], const float ink[3])
{
    float apart = 0;
    for (size_t k = 0; k < 3; k++) {
        apart += WEIGHTS[k] * (full[k] - ink[k]) * (full[k] - ink[k]);
    }
    return ramp(alpha, 0.25F, 0.75F) * ramp(sqrtf(apart), 0.1F, 0.2F);
}

static void unmix_pixel(uint8_t *pixel, const float light[3], const float ink[3])
{
    const float alpha = share_of_ink(light, ink);
    float full[3];
    for (size_t k = 0; k < 3; k++) {
        full[k] = light[k] / fmaxf(alpha, 0.01F);
    }
    const float own = own_share(alpha, full, ink);
    for (size_t k = 0; k < 3; k++) {
        const float taken = ink[k] + (full[k] - ink[k]) * own;
        pixel[k] = byte_of(1.0F - taken);
    }
    pixel[3] = alpha >= SOLID ? 255 : byte_of(alpha);
}

static void unmix(cleaner *c)
{
    const uint8_t *distance = c->distances;
    uint8_t *pixel = c->p->pixels;
    for (uint32_t y = 0; y < c->p->height; y++) {
        pds_paper_row(&c->paper, y, c->p->width, c->row);
        for (uint32_t x = 0; x < c->p->width; x++, pixel += 4) {
            if (*distance++ < c->rule.begin) {
                memset(pixel, 0, 4);
                continue;
            }
            float light[3];
            missing_light(pixel, c->row + (size_t)3 * x, light);
            unmix_pixel(pixel, light, c->ink);
        }
    }
}

static pds_code remove_paper(pds_picture *p, const pds_cleaning *how, pds_err *e)
{
    const size_t pixels = (size_t)p->width * p->height;
    PDS_OWN(cleaner_drop)
    cleaner c = { .p = p,
                  .how = how,
                  .distances = malloc(pixels),
                  .row = malloc((size_t)3 * p->width * sizeof(float)) };
    if (c.distances == NULL || c.row == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(pds_paper_guess(p, &c.paper, e));
    measure(&c);
    (void)find_rule(&c);
    PDS_TRY(pds_paper_refine(p, c.distances, c.rule.begin, &c.paper, e));
    measure(&c);
    if (!set_rule(&c)) {
        pds_code code = pds_fail(e, PDS_E_PICTURE_UNSUPPORTED, __func__,
                                 "nothing but paper is seen on the picture");
        return pds_err_hint(code, e, "fainter ink counts with a smaller --threshold");
    }
    find_ink(&c);
    unmix(&c);
    return pds_clean_specks(p, c.distances, &c.rule, e);
}

static bool is_transparent(const pds_picture *p)
{
    const size_t pixels = (size_t)p->width * p->height;
    size_t clear = 0;
    for (size_t i = 0; i < pixels; i++) {
        clear += p->pixels[4 * i + 3] < 128 ? 1 : 0;
    }
    return (double)clear > CLEAR_SHARE * (double)pixels;
}

static void set_color(pds_picture *p, const uint8_t *color)
{
    const uint8_t *end = p->pixels + (size_t)4 * p->width * p->height;
    for (uint8_t *q = p->pixels; q < end; q += 4) {
        if (q[3] == 0) {
            memset(q, 0, 3);
        }
        if (color != NULL) {
            memcpy(q, color, 3);
        }
    }
}

pds_code pds_clean(pds_picture *p, const pds_cleaning *how, pds_err *e)
{
    if (!is_transparent(p)) {
        PDS_TRY(remove_paper(p, how, e));
    }
    PDS_TRY(pds_clean_frame(p, how, e));
    set_color(p, how->color);
    return PDS_OK;
}
