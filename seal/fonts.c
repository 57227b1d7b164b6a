#include "seal/fonts.h"

#include "base/own.h"
#include "seal/fontconfig_chain.h"
#include "seal/text_unicode.h"

#include <pthread.h>
#include <stdlib.h>

#include <sys/stat.h>

/* A face of the chain, opened when it is first needed. */
typedef struct candidate {
    pds_face *face;
    bool refused; /* cannot be used: the next one is tried */
} candidate;

struct pds_fonts {
    pthread_mutex_t lock; /* over what follows but `asked` */
    pds_face *asked;      /* NULL: no font in particular */
    pds_font_chain *chain;
    candidate *candidates; /* as many as the chain is long */
};

static bool is_file(const char *path)
{
    struct stat st;
    return strchr(path, '/') != NULL || stat(path, &st) == 0;
}

/* FILE#N: face N of a collection. The length of FILE; 0: no such suffix. */
static size_t find_index(const char *font, unsigned *index)
{
    enum { DIGITS_MAX = 5 };
    const char *mark = strrchr(font, '#');
    size_t digits = mark == NULL ? 0 : strspn(mark + 1, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX || mark[1 + digits] != '\0') {
        return 0;
    }
    *index = (unsigned)strtoul(mark + 1, NULL, 10);
    return (size_t)(mark - font);
}

static pds_code open_named(const char *name, pds_face **out, pds_err *e)
{
    PDS_OWN(pds_font_chain_drop) pds_font_chain *chain = NULL;
    PDS_TRY(pds_font_chain_named(name, &chain, e));
    pds_font_place place = pds_font_chain_at(chain, 0);
    return pds_face_open(place.path, place.index, out, e);
}

/* A file may have a '#' of its own, so the name as it stands comes first. */
static pds_code open_asked(const char *font, pds_face **out, pds_err *e)
{
    struct stat st;
    unsigned index = 0;
    size_t len = stat(font, &st) == 0 ? 0 : find_index(font, &index);
    PDS_OWN(pds_buf_drop) pds_buf path = { .max = 4096 };
    pds_buf_put(&path, pds_span_of(font, len));
    if (len != 0 && is_file(pds_buf_cstr(&path))) {
        return pds_face_open(pds_buf_cstr(&path), index, out, e);
    }
    return is_file(font) ? pds_face_open(font, 0, out, e) : open_named(font, out, e);
}

pds_code pds_fonts_open(const char *font, pds_fonts **out, pds_err *e)
{
    PDS_OWN(pds_fonts_drop) pds_fonts *fonts = calloc(1, sizeof *fonts);
    if (fonts == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for fonts");
    }
    (void)pthread_mutex_init(&fonts->lock, NULL);
    if (font != NULL) {
        PDS_TRY(open_asked(font, &fonts->asked, e));
    }
    *out = fonts;
    fonts = NULL;
    return PDS_OK;
}

void pds_fonts_drop(pds_fonts **fonts)
{
    if (*fonts == NULL) {
        return;
    }
    size_t count = (*fonts)->candidates == NULL ? 0 : pds_font_chain_count((*fonts)->chain);
    for (size_t i = 0; i < count; i++) {
        pds_face_drop(&(*fonts)->candidates[i].face);
    }
    free((*fonts)->candidates);
    pds_font_chain_drop(&(*fonts)->chain);
    pds_face_drop(&(*fonts)->asked);
    (void)pthread_mutex_destroy(&(*fonts)->lock);
    free(*fonts);
    *fonts = NULL;
}

static bool has_all(const pds_face *face, pds_cluster c)
{
    for (size_t i = 0; i < c.count; i++) {
        if (pds_face_glyph(face, c.characters[i]) == 0 && !pds_unicode_is_unseen(c.characters[i])) {
            return false;
        }
    }
    return true;
}

static bool is_listed(const pds_font_chain *chain, size_t i, pds_cluster c)
{
    for (size_t k = 0; k < c.count; k++) {
        if (!pds_font_chain_has(chain, i, c.characters[k]) &&
            !pds_unicode_is_unseen(c.characters[k])) {
            return false;
        }
    }
    return true;
}

static pds_code open_chain(pds_fonts *fonts, pds_err *e)
{
    if (fonts->chain == NULL) {
        PDS_TRY(pds_font_chain_open(&fonts->chain, e));
    }
    if (fonts->candidates == NULL) {
        fonts->candidates =
            calloc(pds_font_chain_count(fonts->chain) + 1, sizeof *fonts->candidates);
    }
    if (fonts->candidates == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for fonts");
    }
    return PDS_OK;
}

/* An installed font that is damaged or may not be embedded is passed over. */
static const pds_face *candidate_face(pds_fonts *fonts, size_t i)
{
    candidate *c = &fonts->candidates[i];
    if (c->face == NULL && !c->refused) {
        pds_font_place place = pds_font_chain_at(fonts->chain, i);
        c->refused = pds_face_open(place.path, place.index, &c->face, NULL) != PDS_OK;
    }
    return c->face;
}

static pds_code choose_installed(pds_fonts *fonts, pds_cluster c, const pds_face **out, pds_err *e)
{
    PDS_TRY(open_chain(fonts, e));
    for (size_t i = 0; i < pds_font_chain_count(fonts->chain); i++) {
        if (is_listed(fonts->chain, i, c)) {
            const pds_face *face = candidate_face(fonts, i);
            if (face != NULL && has_all(face, c)) {
                *out = face;
                return PDS_OK;
            }
        }
    }
    return PDS_OK;
}

pds_code pds_fonts_choose(pds_fonts *fonts, pds_cluster cluster, const pds_face *near,
                          const pds_face **out, pds_err *e)
{
    *out = NULL;
    if (fonts->asked != NULL && has_all(fonts->asked, cluster)) {
        *out = fonts->asked;
        return PDS_OK;
    }
    if (near != NULL && has_all(near, cluster)) {
        *out = near;
        return PDS_OK;
    }
    (void)pthread_mutex_lock(&fonts->lock);
    pds_code code = choose_installed(fonts, cluster, out, e);
    (void)pthread_mutex_unlock(&fonts->lock);
    return code;
}

/* The outline in ems. */
typedef struct em_sink {
    const pds_outline *sink;
    void *ctx;
} em_sink;

static const double PER_EM = 0.001;

static void em_move(void *ctx, double x, double y)
{
    em_sink *s = ctx;
    s->sink->move(s->ctx, x * PER_EM, y * PER_EM);
}

static void em_line(void *ctx, double x, double y)
{
    em_sink *s = ctx;
    s->sink->line(s->ctx, x * PER_EM, y * PER_EM);
}

static void em_curve(void *ctx, const double points[6])
{
    em_sink *s = ctx;
    double p[6];
    for (int i = 0; i < 6; i++) {
        p[i] = points[i] * PER_EM;
    }
    s->sink->curve(s->ctx, p);
}

static void em_close(void *ctx)
{
    em_sink *s = ctx;
    s->sink->close(s->ctx);
}

pds_code pds_fonts_glyph(pds_fonts *fonts, uint32_t character, const pds_outline *sink, void *ctx,
                         double *advance, double box[4], pds_err *e)
{
    static const pds_outline ems = { em_move, em_line, em_curve, em_close };
    em_sink s = { sink, ctx };
    const pds_face *face = NULL;
    int ink[4] = { 0 };
    PDS_TRY(pds_fonts_choose(fonts, (pds_cluster){ &character, 1 }, NULL, &face, e));
    uint32_t glyph = face == NULL ? 0 : pds_face_glyph(face, character);
    if (glyph == 0) {
        return pds_fonts_missing(&character, 1, e);
    }
    *advance = pds_face_advance(face, glyph) * PER_EM;
    (void)pds_face_ink(face, glyph, ink);
    for (int i = 0; i < 4; i++) {
        box[i] = ink[i] * PER_EM;
    }
    pds_face_draw(face, glyph, &ems, &s);
    return PDS_OK;
}
