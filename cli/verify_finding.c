#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_look.h"

#include <inttypes.h>

/* What was found, for people: notes only where they are asked for. */

enum { BRIEF_FINDINGS = 20 };

static const struct {
    const char *mark, *color;
} MARKS[] = {
    [PDS_PASSED] = { "-", CLI_FAINT },
    [PDS_INDETERMINATE] = { "?", CLI_YELLOW },
    [PDS_FAILED] = { "!", CLI_RED },
};

static void put_place(FILE *to, const pds_verify_finding *f)
{
    const char *between = " (";
    if (f->object != 0) {
        cli_put(to, "%s", between);
        cli_put(to, _("object %u"), f->object);
        between = ", ";
    }
    if (f->offset >= 0) {
        cli_put(to, "%s", between);
        cli_put(to, _("byte %" PRId64), f->offset);
        between = ", ";
    }
    if (f->revision != 0) {
        cli_put(to, "%s", between);
        cli_put(to, _("revision %u"), f->revision);
        between = ", ";
    }
    cli_put(to, "%s", between[0] == ',' ? ")" : "");
}

static void put_finding(FILE *to, const cli_look *look, const pds_verify_finding *f, size_t indent)
{
    cli_put_blanks(to, indent);
    cli_put_colored(to, look, MARKS[f->indication].color, MARKS[f->indication].mark);
    cli_put(to, " ");
    cli_put_colored(to, look, MARKS[f->indication].color, f->code);
    cli_put(to, ": ");
    cli_put_safe(to, f->text);
    put_place(to, f);
    cli_put(to, "\n");
}

void cli_put_findings(FILE *to, const cli_look *look, const pds_verify_findings *f, size_t indent)
{
    size_t shown = 0, more = f->left_out;
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].indication == PDS_PASSED && !look->verbose) {
            continue;
        }
        if (shown++ < BRIEF_FINDINGS || look->verbose) {
            put_finding(to, look, &f->items[i], indent);
        } else {
            more++;
        }
    }
    if (more > 0) {
        cli_put_blanks(to, indent);
        cli_put(to, _("and %zu more findings"), more);
        cli_put(to, "\n");
    }
}
