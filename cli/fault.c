#include "cli/fault.h"

#include "cli/i18n.h"
#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

pds_code cli_fail(pds_err *e, pds_code code, const char *where, const char *fmt, ...)
{
    memset(e, 0, sizeof *e);
    e->code = code;
    e->where = where;
    e->offset = -1;
    va_list args;
    va_start(args, fmt);
    cli_format(e->text, sizeof e->text, _(fmt), args);
    va_end(args);
    return code;
}

static void fill(char *slot, size_t size, const char *text)
{
    if (slot[0] == '\0' && text != NULL) {
        cli_copy(slot, size, text);
    }
}

void cli_fault_file(pds_err *e, const char *path)
{
    fill(e->file, sizeof e->file, path);
}

void cli_fault_values(pds_err *e, const char *expected, const char *found)
{
    fill(e->expected, sizeof e->expected, expected);
    fill(e->found, sizeof e->found, found);
}

void cli_fault_hint(pds_err *e, const char *fmt, ...)
{
    if (e->hint[0] != '\0') {
        return;
    }
    va_list args;
    va_start(args, fmt);
    cli_format(e->hint, sizeof e->hint, _(fmt), args);
    va_end(args);
}
