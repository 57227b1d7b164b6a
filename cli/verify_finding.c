#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_look.h"

/* What was found, for people: notes only where they are asked for. */

enum { BRIEF_FINDINGS = 20 };

static const struct {
    const char *mark, *color;
} MARKS[] = {
    [PDS_PASSED] = { "-", CLI_FAINT },
    [PDS_INDETERMINATE] = { "?", CLI_YELLOW },
    [PDS_FAILED] = { "!", CLI_RED },
};

/* " (object 8, byte 10233, revision 2)": what is known of it. */
static void put_place(FILE *to, const pds_verify_finding *f)
{
    const struct {
        const char *format;
        long long number; /* below 0: not known */
    } parts[] = {
        { N_("object %lld"), f->object == 0 ? -1 : (long long)f->object },
        { N_("byte %lld"), f->offset },
        { N_("revision %lld"), f->revision == 0 ? -1 : (long long)f->revision },
    };
    const char *const open = _(" ("), *const next = _(", ");
    const char *between = open;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].number >= 0) {
            cli_put(to, "%s", between);
            cli_put(to, _(parts[i].format), parts[i].number);
            between = next;
        }
    }
    cli_put(to, "%s", between == next ? _(")") : "");
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
