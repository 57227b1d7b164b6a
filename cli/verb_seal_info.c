#include "cli/i18n.h"
#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/table.h"
#include "cli/text.h"

#include <pds/seal.h>

enum { INFO_COLUMNS = 6 };

static const double MM_A_POINT = 25.4 / 72.0;

static pds_json *pair(double a, double b)
{
    pds_json *array = pds_json_array();
    pds_json_add_real(array, a);
    pds_json_add_real(array, b);
    return array;
}

static void ink_text(const pds_seal_info *info, char *to, size_t size)
{
    (void)snprintf(to, size, "#%02x%02x%02x", info->ink[0], info->ink[1], info->ink[2]);
}

static void set_info(pds_json *result, const pds_seal_info *info)
{
    char ink[8];
    pds_json *json = pds_json_object();
    pds_json_set_int(json, "width", info->width);
    pds_json_set_int(json, "height", info->height);
    pds_json_set_int(json, "depth", info->depth);
    pds_json_set_text(json, "color", info->color);
    pds_json_set_bool(json, "alpha", info->alpha);
    pds_json_set_bool(json, "interlaced", info->interlaced);
    if (info->dpi[0] > 0.0) {
        pds_json_set(json, "dpi", pair(info->dpi[0], info->dpi[1]));
        pds_json_set(json, "size", pair(info->size[0], info->size[1]));
    }
    pds_json_set_real(json, "opaque", info->opaque);
    if (info->opaque > 0.0) {
        ink_text(info, ink, sizeof ink);
        pds_json_set_text(json, "ink", ink);
    }
    pds_json_set(result, "picture", json);
}

static void fill_heading(cli_row *row)
{
    const char *const titles[INFO_COLUMNS] = { _("PIXELS"), _("DPI"),   _("PRINTED"),
                                               _("KIND"),   _("DRAWN"), _("INK") };
    for (size_t i = 0; i < INFO_COLUMNS; i++) {
        cli_copy(row->text[i], CLI_CELL, titles[i]);
    }
}

static void fill_size(cli_row *row, const pds_seal_info *info)
{
    const double *dpi = info->dpi;
    if (dpi[0] <= 0.0) {
        cli_copy(row->text[1], CLI_CELL, "-");
        cli_copy(row->text[2], CLI_CELL, "-");
        return;
    }
    if (dpi[0] - dpi[1] < 0.5 && dpi[1] - dpi[0] < 0.5) {
        (void)snprintf(row->text[1], CLI_CELL, "%.0f", dpi[0]);
    } else {
        (void)snprintf(row->text[1], CLI_CELL, "%.0f x %.0f", dpi[0], dpi[1]);
    }
    (void)snprintf(row->text[2], CLI_CELL, "%.1f x %.1f mm", info->size[0] * MM_A_POINT,
                   info->size[1] * MM_A_POINT);
}

static const char *color_word(const pds_seal_info *info)
{
    switch (info->color[0]) {
    case 'g':
        return _("grey");
    case 'p':
        return _("palette");
    default:
        return "RGB";
    }
}

static void fill_row(cli_row *row, size_t number, const void *ctx)
{
    const pds_seal_info *info = ctx;
    if (number == 0) {
        fill_heading(row);
        return;
    }
    (void)snprintf(row->text[0], CLI_CELL, "%u x %u", info->width, info->height);
    fill_size(row, info);
    (void)snprintf(row->text[3], CLI_CELL, "%s, %u %s%s%s", color_word(info), info->depth,
                   _("bits"), info->alpha ? _(", alpha") : "",
                   info->interlaced ? _(", interlaced") : "");
    (void)snprintf(row->text[4], CLI_CELL, "%.1f %%", info->opaque * 100.0);
    cli_copy(row->text[5], CLI_CELL, "-");
    if (info->opaque > 0.0) {
        ink_text(info, row->text[5], CLI_CELL);
    }
}

static pds_code describe_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    pds_seal_info info;
    size_t size = 0;
    CLI_TRY(pds_seal_info_read(file->input, &info, e));
    if (outcome->json != NULL) {
        set_info(outcome->json, &info);
        return PDS_OK;
    }
    FILE *to = open_memstream(&outcome->result, &size);
    if (to == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (args->inputs.count > 1) {
        cli_put_safe(to, file->input);
        cli_put(to, ":\n");
    }
    const cli_table table = { INFO_COLUMNS, 1, fill_row, &info };
    cli_table_put(to, &table);
    (void)fclose(to);
    return PDS_OK;
}

int cli_verb_seal_info(const cli_args *args)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = {
        .args = args, .status = "described", .step = describe_one, .ctx = (void *)args
    };
    return cli_run(&work, &files);
}
