#include "cli/i18n.h"
#include "cli/table.h"
#include "cli/text.h"

enum { FIELD_COLUMNS = 7 };

static void copy_or_dash(char *cell, const char *text)
{
    cli_copy(cell, CLI_CELL, text == NULL || text[0] == '\0' ? "-" : text);
}

static void put_state(char *cell, const pds_field *f)
{
    if (f->state == PDS_FIELD_EMPTY) {
        const char *locked = f->locked_by == NULL ? "" : _(", locked by ");
        (void)snprintf(cell, CLI_CELL, "%s%s%.200s", _("empty"), locked,
                       f->locked_by == NULL ? "" : f->locked_by);
    } else if (f->signer == NULL) {
        (void)snprintf(cell, CLI_CELL, "%s", _("signed"));
    } else {
        (void)snprintf(cell, CLI_CELL, "%s%.200s", _("signed by "), f->signer);
    }
}

static void put_place(char *cell, const pds_field *f)
{
    bool seen = f->page != 0 && f->rect[2] > f->rect[0] && f->rect[3] > f->rect[1];
    if (seen) {
        (void)snprintf(cell, CLI_CELL, "%.6g,%.6g,%.6g,%.6g", f->rect[0], f->rect[1], f->rect[2],
                       f->rect[3]);
    } else {
        (void)snprintf(cell, CLI_CELL, "%s", _("invisible"));
    }
}

static void fill_field(cli_row *row, size_t number, const pds_field *f)
{
    (void)snprintf(row->text[0], CLI_CELL, "#%zu", number);
    copy_or_dash(row->text[1], f->name);
    (void)snprintf(row->text[2], CLI_CELL, f->page == 0 ? "-" : "%u", f->page);
    put_place(row->text[3], f);
    put_state(row->text[4], f);
    copy_or_dash(row->text[5], f->lock);
    copy_or_dash(row->text[6], f->seed_value);
}

static void fill_heading(cli_row *row)
{
    const char *const titles[FIELD_COLUMNS] = { "#",        _("NAME"), _("PAGE"),      _("PLACE"),
                                                _("STATE"), _("LOCK"), _("SEED VALUE") };
    for (size_t i = 0; i < FIELD_COLUMNS; i++) {
        cli_copy(row->text[i], CLI_CELL, titles[i]);
    }
}

static void fill_row(cli_row *row, size_t number, const void *ctx)
{
    const pds_field_list *list = ctx;
    if (number == 0) {
        fill_heading(row);
    } else {
        fill_field(row, number, &list->items[number - 1]);
    }
}

/* "seam Seam1: right,at=50%, 12 push-buttons, empty" */
static void put_seam(FILE *to, const pds_field_seam *s)
{
    cli_put(to, "%s ", _("seam"));
    cli_put_safe(to, s->name);
    cli_put(to, ": ");
    cli_put_safe(to, s->seam);
    cli_put(to, ", %u %s, %s\n", (unsigned)s->fields,
            s->signatures ? _("signature fields") : _("push-buttons"),
            s->filled ? _("filled") : _("empty"));
}

void cli_table_fields(FILE *to, const char *title, const pds_field_list *list)
{
    const cli_table table = { FIELD_COLUMNS, list->count, fill_row, list };
    if (title != NULL) {
        cli_put_safe(to, title);
        cli_put(to, ":\n");
    }
    if (list->count == 0) {
        cli_put(to, "%s\n", _("no signature fields"));
    } else {
        cli_table_put(to, &table);
    }
    for (size_t i = 0; i < list->seam_count; i++) {
        put_seam(to, &list->seams[i]);
    }
}
