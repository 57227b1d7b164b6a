#include "base/own.h"
#include "pdfsign/drawn.h"
#include "seal/color.h"
#include "seal/make.h"

static const uint8_t SEAL_RED[3] = { 0xC8, 0x10, 0x20 };

/* Fonts whose strokes look like those of seals, where one of them is installed. */
static const char *const SEAL_FONTS[] = {
    "FangSong", "SimSun",  "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC",
    "STSong",   "NSimSun", "AR PL SungtiL GB",  "AR PL UMing CN",
};

static pds_code open_fonts(const char *font, pds_fonts **out, pds_err *e)
{
    if (font != NULL) {
        return pds_fonts_open(font, out, e);
    }
    for (size_t i = 0; i < sizeof SEAL_FONTS / sizeof SEAL_FONTS[0]; i++) {
        pds_code code = pds_fonts_open(SEAL_FONTS[i], out, e);
        if (code != PDS_E_FONT_UNREADABLE) {
            return code;
        }
    }
    return pds_fonts_open(NULL, out, e);
}

static pds_code draw_glyph(void *ctx, uint32_t character, const pds_outline *sink, void *sink_ctx,
                           double *advance, double box[4], pds_err *e)
{
    return pds_fonts_glyph(ctx, character, sink, sink_ctx, advance, box, e);
}

static pds_code plan_of(const pds_seal_make_job *job, pds_make_plan *out, pds_err *e)
{
    *out = (pds_make_plan){
        .kind = job->kind,
        .name = job->name == NULL ? "" : job->name,
        .label = job->label,
        .code = job->code,
        .test_mark = !job->no_test_mark,
    };
    PDS_TRY(pds_color_parse(job->color, SEAL_RED, out->color, e));
    return pds_make_size(job->kind, job->size, out->size, e);
}

pds_code pds_seal_make(const pds_seal_make_job *job, pds_err *e)
{
    PDS_OWN(pds_vector_drop) pds_vector drawn = { 0 };
    PDS_OWN(pds_fonts_drop) pds_fonts *fonts = NULL;
    pds_make_plan plan;
    PDS_TRY(pds_drawn_check(&job->output, e));
    PDS_TRY(plan_of(job, &plan, e));
    PDS_TRY(open_fonts(job->font, &fonts, e));
    pds_glyphs glyphs = { draw_glyph, fonts };
    PDS_TRY(pds_make_draw(&plan, &glyphs, &drawn, e));
    pds_drawn_job how = { plan.name, job->dpi, &job->output };
    return pds_drawn_publish(&drawn, &how, e);
}
