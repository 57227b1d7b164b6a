#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_look.h"

/* What a verdict rests on, for people: signatures, what later revisions changed, seams, demands. */

enum { BRIEF_EDITS = 10 };

void cli_put_blanks(FILE *to, size_t n)
{
    cli_put(to, "%*s", (int)n, "");
}

void cli_put_label(const cli_tree *t, const char *label)
{
    cli_put_blanks(t->to, CLI_ROW);
    cli_put(t->to, "%s", t->look->color ? CLI_FAINT : "");
    cli_put_padded(t->to, label, CLI_LABEL);
    cli_put(t->to, "%s", t->look->color ? CLI_PLAIN : "");
}

static void put_title(const cli_tree *t, const char *title)
{
    cli_put(t->to, "\n");
    cli_put_blanks(t->to, CLI_HEADING);
    cli_put_colored(t->to, t->look, CLI_BOLD, title);
    cli_put(t->to, "\n");
}

static void put_edits(const cli_tree *t, const pds_verify_revision *r)
{
    size_t shown = t->look->verbose || r->edit_count <= BRIEF_EDITS ? r->edit_count : BRIEF_EDITS;
    for (size_t i = 0; i < shown; i++) {
        cli_put_blanks(t->to, CLI_ROW + CLI_LABEL);
        cli_put_safe(t->to, r->edits[i].text);
        cli_put(t->to, "\n");
    }
    if (shown < r->edit_count) {
        cli_put_blanks(t->to, CLI_ROW + CLI_LABEL);
        cli_put(t->to, _("and %zu more changes"), r->edit_count - shown);
        cli_put(t->to, "\n");
    }
}

/* Where nothing came behind the first signature, there is nothing to tell. */
static bool has_edits(const pds_verification *v)
{
    for (size_t i = 0; i < v->revision_count; i++) {
        if (v->revisions[i].edit_count > 0) {
            return true;
        }
    }
    return false;
}

static void put_revisions(cli_tree *t)
{
    const pds_verification *v = t->v;
    if (v->revision_count == 0 || (!has_edits(v) && !t->look->verbose)) {
        return;
    }
    put_title(t, _("revisions"));
    for (size_t i = 0; i < v->revision_count; i++) {
        const pds_verify_revision *r = &v->revisions[i];
        char label[48];
        (void)snprintf(label, sizeof label, "%zu", i + 1);
        cli_put_label(t, label);
        cli_put(t->to, _("bytes %llu to %llu"), (unsigned long long)r->begin,
                (unsigned long long)r->end);
        if (r->signature > 0 && r->signature <= v->signature_count) {
            cli_put(t->to, "%s", _(", "));
            cli_put(t->to, _("covered by signature %zu"), r->signature);
        }
        cli_put(t->to, "\n");
        put_edits(t, r);
    }
}

static const char *carrier_of(const char *word)
{
    static const struct {
        const char *word, *text;
    } carriers[] = { { "content", N_("in the page content") },
                     { "fields", N_("in form fields") },
                     { "signatures", N_("in signature fields") } };
    for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
        if (strcmp(carriers[i].word, word) == 0) {
            return carriers[i].text;
        }
    }
    return word;
}

/* "right,at=50%, pages: 3, in the page content, covered by signature 1"; "" for one nobody knows.
 */
static void put_seam(const cli_tree *t, const pds_verify_seam *s)
{
    if (s->seam == NULL || s->seam[0] == '\0') {
        return;
    }
    cli_put_safe(t->to, s->seam);
    cli_put(t->to, _(", pages: %u"), s->pages);
    if (s->carried_by != NULL) {
        cli_put(t->to, "%s%s", _(", "), _(carrier_of(s->carried_by)));
    }
    if (s->signature > 0) {
        cli_put(t->to, "%s", _(", "));
        cli_put(t->to, _("covered by signature %zu"), s->signature);
    }
    cli_put(t->to, "%s", s->text == NULL ? "" : _(": "));
}

static void put_seams(cli_tree *t)
{
    if (t->v->seam_count > 0) {
        put_title(t, _("seam seals"));
    }
    for (size_t i = 0; i < t->v->seam_count; i++) {
        const pds_verify_seam *s = &t->v->seams[i];
        cli_put_label(t, cli_word(s->state));
        put_seam(t, s);
        cli_put_safe(t->to, s->text == NULL ? "" : s->text);
        cli_put(t->to, "\n");
    }
}

static void put_demands(cli_tree *t)
{
    if (t->v->requirement_count > 0) {
        put_title(t, _("demands"));
    }
    for (size_t i = 0; i < t->v->requirement_count; i++) {
        const pds_verify_requirement *r = &t->v->requirements[i];
        const char *word = r->met ? _("met") : _("NOT MET");
        cli_put_blanks(t->to, CLI_ROW);
        cli_put_colored(t->to, t->look, r->met ? CLI_GREEN : CLI_RED, word);
        const size_t width = cli_width(word);
        cli_put_blanks(t->to, width < CLI_LABEL ? CLI_LABEL - width : 1);
        cli_put(t->to, "--%s%s", r->option, _(": "));
        cli_put_safe(t->to, r->text);
        cli_put(t->to, "\n");
    }
}

void cli_put_tree(FILE *to, const cli_look *look, const pds_verification *v)
{
    cli_tree t = { .to = to, .look = look, .v = v };
    cli_put_findings(to, look, &v->findings, CLI_HEADING);
    for (size_t i = 0; i < v->signature_count; i++) {
        cli_put_signature(&t, i);
    }
    put_revisions(&t);
    put_seams(&t);
    put_demands(&t);
}
