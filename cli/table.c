#include "cli/table.h"

#include "cli/i18n.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 7, CELL = 512 };

typedef struct cells {
    char text[COLUMNS][CELL];
} cells;

static void copy_or_dash(char *cell, const char *text)
{
    cli_copy(cell, CELL, text == NULL || text[0] == '\0' ? "-" : text);
}

static void put_state(char *cell, const pds_field *f)
{
    if (f->state == PDS_FIELD_EMPTY) {
        const char *locked = f->locked_by == NULL ? "" : _(", locked by ");
        (void)snprintf(cell, CELL, "%s%s%.200s", _("empty"), locked,
                       f->locked_by == NULL ? "" : f->locked_by);
    } else if (f->signer == NULL) {
        (void)snprintf(cell, CELL, "%s", _("signed"));
    } else {
        (void)snprintf(cell, CELL, "%s%.200s", _("signed by "), f->signer);
    }
}

static void put_place(char *cell, const pds_field *f)
{
    bool seen = f->page != 0 && f->rect[2] > f->rect[0] && f->rect[3] > f->rect[1];
    if (seen) {
        (void)snprintf(cell, CELL, "%.6g,%.6g,%.6g,%.6g", f->rect[0], f->rect[1], f->rect[2],
                       f->rect[3]);
    } else {
        (void)snprintf(cell, CELL, "%s", _("invisible"));
    }
}

static void fill_row(cells *row, size_t number, const pds_field *f)
{
    (void)snprintf(row->text[0], CELL, "#%zu", number);
    copy_or_dash(row->text[1], f->name);
    (void)snprintf(row->text[2], CELL, f->page == 0 ? "-" : "%u", f->page);
    put_place(row->text[3], f);
    put_state(row->text[4], f);
    copy_or_dash(row->text[5], f->lock);
    copy_or_dash(row->text[6], f->seed_value);
}

static void fill_heading(cells *row)
{
    const char *const titles[COLUMNS] = { "#",        _("NAME"), _("PAGE"),      _("PLACE"),
                                          _("STATE"), _("LOCK"), _("SEED VALUE") };
    for (size_t i = 0; i < COLUMNS; i++) {
        cli_copy(row->text[i], CELL, titles[i]);
    }
}

static void widen(size_t widths[COLUMNS], const cells *row)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t w = cli_width(row->text[i]);
        widths[i] = w > widths[i] ? w : widths[i];
    }
}

static void put_row(FILE *to, const size_t widths[COLUMNS], const cells *row)
{
    for (size_t i = 0; i + 1 < COLUMNS; i++) {
        cli_put_padded(to, row->text[i], widths[i] + 2);
    }
    cli_put_safe(to, row->text[COLUMNS - 1]);
    cli_put(to, "\n");
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

static void put_fields(FILE *to, const pds_field_list *list)
{
    size_t widths[COLUMNS] = { 0 };
    cells row = { { "" } };
    if (list->count == 0) {
        cli_put(to, "%s\n", _("no signature fields"));
        return;
    }
    fill_heading(&row);
    widen(widths, &row);
    for (size_t i = 0; i < list->count; i++) {
        fill_row(&row, i + 1, &list->items[i]);
        widen(widths, &row);
    }
    fill_heading(&row);
    put_row(to, widths, &row);
    for (size_t i = 0; i < list->count; i++) {
        fill_row(&row, i + 1, &list->items[i]);
        put_row(to, widths, &row);
    }
}

void cli_table_fields(FILE *to, const char *title, const pds_field_list *list)
{
    if (title != NULL) {
        cli_put_safe(to, title);
        cli_put(to, ":\n");
    }
    put_fields(to, list);
    for (size_t i = 0; i < list->seam_count; i++) {
        put_seam(to, &list->seams[i]);
    }
}
