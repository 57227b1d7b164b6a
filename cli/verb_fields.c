#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/table.h"
#include "cli/text.h"

#include <pds/fields.h>

/* What all files of a call share. */
typedef struct work_on_fields {
    const cli_args *args;
    pds_secret *password;
    pds_reader *reader; /* of `fields add` */
} work_on_fields;

static void work_drop(work_on_fields *w)
{
    pds_reader_drop(&w->reader);
    pds_secret_drop(&w->password);
}

static pds_json *field_json(const pds_field *f)
{
    pds_json *json = pds_json_object();
    pds_json *rect = pds_json_array();
    for (size_t i = 0; i < 4; i++) {
        pds_json_add_real(rect, f->rect[i]);
    }
    pds_json_set_text(json, "name", f->name);
    pds_json_set_text(json, "state", f->state == PDS_FIELD_SIGNED ? "signed" : "empty");
    pds_json_set_int(json, "object", f->object);
    pds_json_set_int(json, "page", f->page);
    pds_json_set_int(json, "widgets", f->widgets);
    pds_json_set(json, "rect", rect);
    pds_json_set_text(json, "lock", f->lock);
    pds_json_set_text(json, "locked_by", f->locked_by);
    pds_json_set_text(json, "seed_value", f->seed_value);
    pds_json_set_text(json, "signer", f->signer);
    pds_json_set_text(json, "sub_filter", f->sub_filter);
    pds_json_set_text(json, "time", f->time);
    return json;
}

static pds_json *seam_json(const pds_field_seam *s)
{
    pds_json *json = pds_json_object();
    pds_json *size = pds_json_array();
    pds_json_add_real(size, s->size[0]);
    pds_json_add_real(size, s->size[1]);
    pds_json_set_text(json, "name", s->name);
    pds_json_set_text(json, "seam", s->seam);
    pds_json_set(json, "size", size);
    pds_json_set_int(json, "fields", s->fields);
    pds_json_set_text(json, "kind", s->signatures ? "signature" : "push-button");
    pds_json_set_text(json, "state", s->filled ? "filled" : "empty");
    return json;
}

static void set_seams(pds_json *json, const pds_field_list *list)
{
    pds_json *array = pds_json_array();
    for (size_t i = 0; i < list->seam_count; i++) {
        pds_json_add(array, seam_json(&list->seams[i]));
    }
    pds_json_set(json, "seams", array);
}

static void set_fields(pds_json *json, const pds_field_list *list)
{
    pds_json *array = pds_json_array();
    for (size_t i = 0; i < list->count; i++) {
        pds_json_add(array, field_json(&list->items[i]));
    }
    pds_json_set_int(json, "pages", list->pages);
    pds_json_set_int(json, "certification", list->certification);
    pds_json_set(json, "fields", array);
    set_seams(json, list);
}

static pds_code list_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const work_on_fields *w = ctx;
    CLI_OWN(pds_field_list_drop) pds_field_list list = { .items = NULL };
    size_t size = 0;
    CLI_TRY(pds_fields_list(file->input, w->password, &list, e));
    if (outcome->json != NULL) {
        set_fields(outcome->json, &list);
        return PDS_OK;
    }
    FILE *to = open_memstream(&outcome->result, &size);
    if (to == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    cli_table_fields(to, w->args->inputs.count > 1 ? file->input : NULL, &list);
    (void)fclose(to);
    return PDS_OK;
}

static pds_code add_to_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const work_on_fields *w = ctx;
    const cli_items *fields = &w->args->fields;
    pds_fields_add_job job = {
        .input = file->input,
        .output = cli_output_of(w->args, file),
        .password = w->password,
        .repair = w->args->repair,
        .names = fields->names.items,
        .places = fields->beside.items,
        .count = fields->names.count,
        .reader = w->reader,
        .lock = w->args->lock,
        .seams = w->args->seams.items,
        .seam_count = w->args->seams.count,
        .seam_size = w->args->seam_size,
        .seam_mode = (pds_seam_mode)w->args->seam_mode,
    };
    CLI_TRY(pds_fields_add(&job, e));
    if (outcome->json != NULL) {
        pds_json *names = pds_json_array();
        for (size_t i = 0; i < fields->names.count; i++) {
            pds_json_add_text(names, fields->names.items[i]);
        }
        pds_json_set(outcome->json, "added", names);
    }
    return PDS_OK;
}

static int run(const cli_args *args, const char *status, cli_step step)
{
    CLI_OWN(work_drop) work_on_fields w = { .args = args };
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK ||
        cli_password(args, &w.password, &e) != PDS_OK ||
        (args->verb == CLI_FIELDS_ADD && pds_reader_new(&w.reader, &e) != PDS_OK)) {
        return cli_run_failed(args, &e);
    }
    cli_work work = { .args = args, .status = status, .step = step, .ctx = &w };
    return cli_run(&work, &files);
}

int cli_verb_fields_list(const cli_args *args)
{
    return run(args, "listed", list_one);
}

int cli_verb_fields_add(const cli_args *args)
{
    return run(args, "added", add_to_one);
}
