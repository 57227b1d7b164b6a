#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_look.h"

#include <pds/time.h>

#include <inttypes.h>

/* One signature of the tree: each row knows whether it has something to say. */

static void put_text_row(const cli_tree *t, const char *label, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        cli_put_label(t, label);
        cli_put_safe(t->to, text);
        cli_put(t->to, "\n");
    }
}

static bool is_timestamp(const pds_verify_signature *s)
{
    return strcmp(s->kind, "timestamp") == 0;
}

static void put_field(const cli_tree *t)
{
    const pds_verify_signature *s = t->s;
    cli_put_label(t, _("field"));
    for (size_t i = 0; i < s->field_count; i++) {
        cli_put(t->to, "%s", i > 0 ? _(", ") : "");
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

static void put_signer(const cli_tree *t)
{
    put_text_row(t, is_timestamp(t->s) ? _("authority") : _("signer"), t->s->signer);
    if (t->s->name != NULL && (t->s->signer == NULL || strcmp(t->s->name, t->s->signer) != 0)) {
        put_text_row(t, _("says to be"), t->s->name);
    }
}

static void put_kind(const cli_tree *t)
{
    const pds_verify_signature *s = t->s;
    cli_put_label(t, _("kind"));
    cli_put_safe(t->to, cli_word(s->kind));
    cli_put(t->to, "%s", _(", "));
    cli_put_safe(t->to, s->sub_filter == NULL ? "?" : s->sub_filter);
    if (s->level != PDS_LEVEL_NONE) {
        cli_put(t->to, "%sPAdES %s", _(", "), pds_level_name(s->level));
    }
    if (s->algorithm != NULL) {
        cli_put(t->to, "%s", _(", "));
        cli_put_safe(t->to, s->algorithm);
    }
    if (s->digest != NULL) {
        cli_put(t->to, "%s", _(", "));
        cli_put_safe(t->to, s->digest);
    }
    cli_put(t->to, "\n");
}

/* What the signer says of the time, as well as it can be read. */
static void put_claimed(const cli_tree *t)
{
    const char *claimed = t->s->claimed_time;
    char text[PDS_TIME_ROOM];
    cli_local_time(t->s->signing_time, t->look->zone, text);
    if (claimed != NULL) {
        cli_claimed_time(claimed, text);
    }
    const char *shown = claimed != NULL && text[0] == '\0' ? claimed : text;
    const char *said =
        is_timestamp(t->s) ? _(", as the authority says") : _(", which nothing proves");
    cli_put_safe(t->to, shown);
    cli_put(t->to, "%s\n", shown[0] == '\0' ? _("unknown") : said);
}

static void put_proven(const cli_tree *t)
{
    char text[PDS_TIME_ROOM];
    cli_local_time(t->s->proven_time, t->look->zone, text);
    cli_put(t->to, "%s", text);
    if (t->s->proven_by != NULL) {
        cli_put(t->to, _(", proven by a %s"), cli_word(t->s->proven_by));
    }
    cli_put(t->to, "\n");
}

static void put_time(const cli_tree *t)
{
    const pds_verify_signature *s = t->s;
    char text[PDS_TIME_ROOM];
    cli_put_label(t, _("time"));
    if (s->proven_time != 0) {
        put_proven(t);
    } else {
        put_claimed(t);
    }
    if (t->look->verbose) {
        put_text_row(t, _("claimed time"), s->claimed_time);
        cli_local_time(s->judged_at, t->look->zone, text);
        put_text_row(t, _("judged as of"), text);
    }
    cli_local_time(s->expires, t->look->zone, text);
    put_text_row(t, _("lasts until"), text);
}

static void put_covers(const cli_tree *t)
{
    const pds_verify_signature *s = t->s;
    const uint64_t end = s->byte_range[2] + s->byte_range[3];
    cli_put_label(t, _("covers"));
    if (s->covers_all) {
        cli_put(t->to, "%s", _("the whole file"));
    } else if (s->revision != 0) {
        cli_put(t->to, _("revision %u of %zu, the first %llu of %llu bytes"), s->revision,
                t->v->revision_count, (unsigned long long)end, (unsigned long long)t->v->bytes);
    } else {
        cli_put(t->to, "%s", _("bytes that are no revision of this file"));
    }
    if (t->look->verbose) {
        cli_put(t->to, " [%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "]", s->byte_range[0],
                s->byte_range[1], s->byte_range[2], s->byte_range[3]);
    }
    cli_put(t->to, "\n");
}

static void put_allows(const cli_tree *t)
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

static void put_claims(const cli_tree *t)
{
    put_text_row(t, _("reason"), t->s->reason);
    put_text_row(t, _("location"), t->s->location);
    put_text_row(t, _("contact"), t->s->contact);
    if (t->look->verbose) {
        put_text_row(t, _("policy"), t->s->policy);
    }
}

static void put_certificates(const cli_tree *t)
{
    if (t->s->path_count > 0) {
        cli_put_label(t, _("certificates"));
        cli_put_path(t->to, t->look, t->s->path, t->s->path_count, t->s->anchored,
                     CLI_ROW + CLI_LABEL);
    }
}

static void put_timestamps(const cli_tree *t)
{
    for (size_t i = 0; i < t->s->timestamp_count; i++) {
        const pds_verify_timestamp *stamp = &t->s->timestamps[i];
        char text[PDS_TIME_ROOM];
        const pds_verify_signature as = { .indication = stamp->indication };
        cli_local_time(stamp->time, t->look->zone, text);
        cli_put_label(t, _("timestamp"));
        cli_put(t->to, "%s%s%s%s%s%s", text, _(", "), cli_word(stamp->kind), _(", "),
                stamp->digest == NULL ? "?" : stamp->digest, _(", "));
        cli_put_verdict_word(t->to, t->look, cli_verdict_of_signature(&as));
        cli_put(t->to, "\n");
        if (stamp->path_count > 0) {
            cli_put_blanks(t->to, CLI_ROW + CLI_LABEL);
            cli_put_path(t->to, t->look, stamp->path, stamp->path_count, stamp->anchored,
                         CLI_ROW + CLI_LABEL);
        }
        cli_put_findings(t->to, t->look, &stamp->findings, CLI_ROW + CLI_LABEL);
    }
}

void cli_put_signature(cli_tree *t, size_t number)
{
    static void (*const rows[])(const cli_tree *) = {
        put_field,  put_signer,       put_kind,       put_time,   put_covers,
        put_allows, put_certificates, put_timestamps, put_claims,
    };
    t->s = &t->v->signatures[number];
    cli_put(t->to, "\n");
    cli_put_blanks(t->to, CLI_HEADING);
    const bool stamp = is_timestamp(t->s);
    cli_put(t->to, "%s", t->look->color ? CLI_BOLD : "");
    cli_put(t->to, stamp ? _("document timestamp %zu") : _("signature %zu"), number + 1);
    cli_put(t->to, "%s%s", t->look->color ? CLI_PLAIN : "", _(": "));
    cli_put_verdict_word(t->to, t->look, cli_verdict_of_signature(t->s));
    if (t->s->indication != PDS_PASSED && t->s->sub != NULL) {
        cli_put(t->to, " (%s, %s)", pds_indication_name(t->s->indication), t->s->sub);
    }
    cli_put(t->to, "\n");
    cli_put_findings(t->to, t->look, &t->s->findings, CLI_ROW);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i](t);
    }
}
