#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_look.h"

#include <pds/time.h>

#include <inttypes.h>

/* What a verdict rests on, for people: signatures, what later revisions changed, seams, demands.
 * A heading begins in column 2, its rows in column 4, with labels of LABEL columns. */

enum { HEADING = 2, ROW = 4, LABEL = 14, BRIEF_EDITS = 10, BRIEF_FINDINGS = 20 };

typedef struct tree {
    FILE *to;
    const cli_look *look;
    const pds_verification *v;
    const pds_verify_signature *s; /* at hand */
} tree;

static void blanks(FILE *to, size_t n)
{
    cli_put(to, "%*s", (int)n, "");
}

static void put_label(const tree *t, const char *label)
{
    blanks(t->to, ROW);
    cli_put(t->to, "%s", t->look->color ? CLI_FAINT : "");
    cli_put_padded(t->to, label, LABEL);
    cli_put(t->to, "%s", t->look->color ? CLI_PLAIN : "");
}

static void put_text_row(const tree *t, const char *label, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        put_label(t, label);
        cli_put_safe(t->to, text);
        cli_put(t->to, "\n");
    }
}

static void put_title(const tree *t, const char *title)
{
    cli_put(t->to, "\n");
    blanks(t->to, HEADING);
    cli_put_colored(t->to, t->look, CLI_BOLD, title);
    cli_put(t->to, "\n");
}

/* ---- findings ---- */

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

void cli_put_finding(FILE *to, const cli_look *look, const pds_verify_finding *f, size_t indent)
{
    blanks(to, indent);
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
            cli_put_finding(to, look, &f->items[i], indent);
        } else {
            more++;
        }
    }
    if (more > 0) {
        blanks(to, indent);
        cli_put(to, _("and %zu more findings"), more);
        cli_put(to, "\n");
    }
}

/* ---- rows of a signature ---- */

static void put_field(const tree *t)
{
    const pds_verify_signature *s = t->s;
    put_label(t, _("field"));
    for (size_t i = 0; i < s->field_count; i++) {
        cli_put(t->to, "%s", i > 0 ? ", " : "");
        cli_put_safe(t->to, s->fields[i]);
    }
    if (s->field_count == 0) {
        cli_put(t->to, "%s", _("none: it is gone from the form"));
    } else if (s->page != 0) {
        cli_put(t->to, _(", page %u"), s->page);
    } else {
        cli_put(t->to, "%s", _(", invisible"));
    }
    cli_put(t->to, "\n");
}

static void put_signer(const tree *t)
{
    put_text_row(t, _("signer"), t->s->signer);
    if (t->s->name != NULL && (t->s->signer == NULL || strcmp(t->s->name, t->s->signer) != 0)) {
        put_text_row(t, _("says to be"), t->s->name);
    }
}

static void put_kind(const tree *t)
{
    const pds_verify_signature *s = t->s;
    put_label(t, _("kind"));
    cli_put_safe(t->to, cli_word(s->kind));
    cli_put(t->to, ", ");
    cli_put_safe(t->to, s->sub_filter == NULL ? "?" : s->sub_filter);
    if (s->level != PDS_LEVEL_NONE) {
        cli_put(t->to, ", PAdES %s", pds_level_name(s->level));
    }
    if (s->algorithm != NULL) {
        cli_put(t->to, ", ");
        cli_put_safe(t->to, s->algorithm);
    }
    if (s->digest != NULL) {
        cli_put(t->to, ", ");
        cli_put_safe(t->to, s->digest);
    }
    cli_put(t->to, "\n");
}

static void put_time(const tree *t)
{
    const pds_verify_signature *s = t->s;
    char text[PDS_TIME_ROOM];
    put_label(t, _("time"));
    cli_local_time(s->proven_time != 0 ? s->proven_time : s->signing_time, t->look->zone, text);
    const char *shown = text[0] == '\0' && s->claimed_time != NULL ? s->claimed_time : text;
    cli_put_safe(t->to, shown);
    if (s->proven_time == 0) {
        cli_put(t->to, "%s", shown[0] == '\0' ? _("unknown") : _(", which nothing proves"));
    } else if (s->proven_by != NULL) {
        cli_put(t->to, _(", proven by a %s"), cli_word(s->proven_by));
    }
    cli_put(t->to, "\n");
    cli_local_time(s->judged_at, t->look->zone, text);
    if (t->look->verbose) {
        put_text_row(t, _("judged as of"), text);
        put_text_row(t, _("claimed time"), s->claimed_time);
    }
    cli_local_time(s->expires, t->look->zone, text);
    put_text_row(t, _("lasts until"), text);
}

static void put_covers(const tree *t)
{
    const pds_verify_signature *s = t->s;
    const uint64_t end = s->byte_range[2] + s->byte_range[3];
    put_label(t, _("covers"));
    if (s->covers_all) {
        cli_put(t->to, "%s", _("the whole file"));
    } else if (s->revision != 0) {
        cli_put(t->to, _("revision %u of %zu, the first %" PRIu64 " of %" PRIu64 " bytes"),
                s->revision, t->v->revision_count, end, t->v->bytes);
    } else {
        cli_put(t->to, "%s", _("bytes that are no revision of this file"));
    }
    if (t->look->verbose) {
        cli_put(t->to, " [%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "]", s->byte_range[0],
                s->byte_range[1], s->byte_range[2], s->byte_range[3]);
    }
    cli_put(t->to, "\n");
}

static void put_allows(const tree *t)
{
    static const char *const allowed[] = {
        "",
        N_("nothing but evidence (certification 1)"),
        N_("forms and signatures (certification 2)"),
        N_("forms, signatures and notes (certification 3)"),
    };
    if (t->s->certification >= 1 && t->s->certification <= 3) {
        put_text_row(t, _("allows"), _(allowed[t->s->certification]));
    }
    put_text_row(t, _("locks"), t->s->lock == NULL ? NULL : cli_word(t->s->lock));
}

static void put_claims(const tree *t)
{
    put_text_row(t, _("reason"), t->s->reason);
    put_text_row(t, _("location"), t->s->location);
    put_text_row(t, _("contact"), t->s->contact);
    if (t->look->verbose) {
        put_text_row(t, _("policy"), t->s->policy);
    }
}

static void put_certificates(const tree *t)
{
    if (t->s->path_count > 0) {
        put_label(t, _("certificates"));
        cli_put_path(t->to, t->look, t->s->path, t->s->path_count, t->s->anchored, ROW + LABEL);
    }
}

static void put_timestamps(const tree *t)
{
    for (size_t i = 0; i < t->s->timestamp_count; i++) {
        const pds_verify_timestamp *stamp = &t->s->timestamps[i];
        char text[PDS_TIME_ROOM];
        const pds_verify_signature as = { .indication = stamp->indication };
        cli_local_time(stamp->time, t->look->zone, text);
        put_label(t, _("timestamp"));
        cli_put(t->to, "%s, %s, %s, ", text, cli_word(stamp->kind),
                stamp->digest == NULL ? "?" : stamp->digest);
        cli_put_verdict_word(t->to, t->look, cli_verdict_of_signature(&as));
        cli_put(t->to, "\n");
        if (stamp->path_count > 0) {
            blanks(t->to, ROW + LABEL);
            cli_put_path(t->to, t->look, stamp->path, stamp->path_count, stamp->anchored,
                         ROW + LABEL);
        }
        cli_put_findings(t->to, t->look, &stamp->findings, ROW + LABEL);
    }
}

static void put_signature(tree *t, size_t number)
{
    static void (*const rows[])(const tree *) = {
        put_field,  put_signer,       put_kind,       put_time,   put_covers,
        put_allows, put_certificates, put_timestamps, put_claims,
    };
    t->s = &t->v->signatures[number];
    cli_put(t->to, "\n");
    blanks(t->to, HEADING);
    const bool stamp = strcmp(t->s->kind, "timestamp") == 0;
    cli_put(t->to, "%s", t->look->color ? CLI_BOLD : "");
    cli_put(t->to, stamp ? _("document timestamp %zu") : _("signature %zu"), number + 1);
    cli_put(t->to, "%s: ", t->look->color ? CLI_PLAIN : "");
    cli_put_verdict_word(t->to, t->look, cli_verdict_of_signature(t->s));
    if (t->s->indication != PDS_PASSED && t->s->sub != NULL) {
        cli_put(t->to, " (%s, %s)", pds_indication_name(t->s->indication), t->s->sub);
    }
    cli_put(t->to, "\n");
    cli_put_findings(t->to, t->look, &t->s->findings, ROW);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i](t);
    }
}

/* ---- the file ---- */

static void put_edits(const tree *t, const pds_verify_revision *r)
{
    size_t shown = t->look->verbose || r->edit_count <= BRIEF_EDITS ? r->edit_count : BRIEF_EDITS;
    for (size_t i = 0; i < shown; i++) {
        blanks(t->to, ROW + LABEL);
        cli_put_safe(t->to, r->edits[i].text);
        cli_put(t->to, "\n");
    }
    if (shown < r->edit_count) {
        blanks(t->to, ROW + LABEL);
        cli_put(t->to, _("and %zu more changes"), r->edit_count - shown);
        cli_put(t->to, "\n");
    }
}

static void put_revisions(tree *t)
{
    const pds_verification *v = t->v;
    if (v->revision_count < 2 && !t->look->verbose) {
        return;
    }
    put_title(t, _("revisions"));
    for (size_t i = 0; i < v->revision_count; i++) {
        const pds_verify_revision *r = &v->revisions[i];
        char label[48];
        (void)snprintf(label, sizeof label, "%zu", i + 1);
        put_label(t, label);
        cli_put(t->to, _("bytes %" PRIu64 " to %" PRIu64), r->begin, r->end);
        if (r->signature > 0 && r->signature <= v->signature_count) {
            cli_put(t->to, ", ");
            cli_put(t->to, _("covered by signature %zu"), r->signature);
        }
        cli_put(t->to, "\n");
        put_edits(t, r);
    }
}

static void put_carrier(FILE *to, const pds_verify_seam *s)
{
    if (s->carried_by != NULL) {
        bool content = strcmp(s->carried_by, "content") == 0;
        cli_put(to, ", %s", content ? _("page content") : cli_word(s->carried_by));
    }
}

static void put_seams(tree *t)
{
    if (t->v->seam_count > 0) {
        put_title(t, _("seam seals"));
    }
    for (size_t i = 0; i < t->v->seam_count; i++) {
        const pds_verify_seam *s = &t->v->seams[i];
        put_label(t, cli_word(s->state));
        cli_put_safe(t->to, s->seam == NULL ? "?" : s->seam);
        cli_put(t->to, _(", pages: %u"), s->pages);
        put_carrier(t->to, s);
        if (s->signature > 0) {
            cli_put(t->to, ", ");
            cli_put(t->to, _("covered by signature %zu"), s->signature);
        }
        if (s->text != NULL) {
            cli_put(t->to, ": ");
            cli_put_safe(t->to, s->text);
        }
        cli_put(t->to, "\n");
    }
}

static void put_demands(tree *t)
{
    if (t->v->requirement_count > 0) {
        put_title(t, _("demands"));
    }
    for (size_t i = 0; i < t->v->requirement_count; i++) {
        const pds_verify_requirement *r = &t->v->requirements[i];
        const char *word = r->met ? _("met") : _("NOT MET");
        blanks(t->to, ROW);
        cli_put_colored(t->to, t->look, r->met ? CLI_GREEN : CLI_RED, word);
        const size_t width = cli_width(word);
        blanks(t->to, width < LABEL ? LABEL - width : 1);
        cli_put(t->to, "--%s: ", r->option);
        cli_put_safe(t->to, r->text);
        cli_put(t->to, "\n");
    }
}

void cli_put_tree(FILE *to, const cli_look *look, const pds_verification *v)
{
    tree t = { .to = to, .look = look, .v = v };
    cli_put_findings(to, look, &v->findings, HEADING);
    for (size_t i = 0; i < v->signature_count; i++) {
        put_signature(&t, i);
    }
    put_revisions(&t);
    put_seams(&t);
    put_demands(&t);
}
