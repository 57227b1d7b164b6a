#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_report.h"

#include <pds/time.h>

#include <ctype.h>
#include <stdlib.h>
#include <time.h>

/* What a file's verification comes to, in a word and a clause. */

static const struct {
    const char *name, *text;
} VERDICTS[CLI_VERDICT_COUNT] = {
    [CLI_VALID] = { "valid", N_("valid") },
    [CLI_INVALID] = { "invalid", N_("INVALID") },
    [CLI_UNCONFIRMED] = { "indeterminate", N_("cannot be confirmed") },
    [CLI_UNMET] = { "requirement-not-met", N_("not as demanded") },
    [CLI_UNSIGNED] = { "not-signed", N_("not signed") },
    [CLI_UNREADABLE] = { "unreadable", N_("could not be read") },
    [CLI_UNTRIED] = { "not-tried", N_("not tried") },
};

const char *cli_verdict_name(cli_verdict verdict)
{
    return VERDICTS[verdict].name;
}

const char *cli_verdict_text(cli_verdict verdict)
{
    return _(VERDICTS[verdict].text);
}

static cli_verdict of_indication(pds_indication indication)
{
    static const cli_verdict verdicts[] = {
        [PDS_PASSED] = CLI_VALID,
        [PDS_INDETERMINATE] = CLI_UNCONFIRMED,
        [PDS_FAILED] = CLI_INVALID,
    };
    return verdicts[indication];
}

cli_verdict cli_verdict_of_signature(const pds_verify_signature *s)
{
    return of_indication(s->indication);
}

cli_verdict cli_verdict_of(const cli_verified *file)
{
    const pds_verification *v = file->found;
    if (v == NULL) {
        return file->fault == NULL ? CLI_UNTRIED : CLI_UNREADABLE;
    }
    if (v->indication == PDS_FAILED || (v->is_signed && v->indication != PDS_PASSED)) {
        return of_indication(v->indication);
    }
    if (!v->is_signed) {
        return CLI_UNSIGNED;
    }
    return v->requirements_met ? CLI_VALID : CLI_UNMET;
}

/* ---- why ---- */

/* A finding, and whether it is about the file or one of its signatures. */
typedef struct cause {
    const pds_verify_finding *finding;
    size_t signature; /* from 0 */
    bool of_file;
} cause;

static const pds_verify_finding *first_of(const pds_verify_findings *f, pds_indication indication)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].indication == indication) {
            return &f->items[i];
        }
    }
    return NULL;
}

static const pds_verify_finding *first_in(const pds_verify_signature *s)
{
    const pds_verify_finding *hit = first_of(&s->findings, s->indication);
    for (size_t i = 0; hit == NULL && i < s->timestamp_count; i++) {
        hit = first_of(&s->timestamps[i].findings, s->indication);
    }
    return hit;
}

static cause find_cause(const pds_verification *v)
{
    cause c = { .finding = first_of(&v->findings, v->indication), .of_file = true };
    for (size_t i = 0; c.finding == NULL && i < v->signature_count; i++) {
        const pds_verify_signature *s = &v->signatures[i];
        c = (cause){ .signature = i };
        c.finding = s->indication == v->indication ? first_in(s) : NULL;
    }
    return c;
}

void cli_put_signature_name(FILE *to, const pds_verify_signature *s, size_t number)
{
    bool stamp = s->kind != NULL && strcmp(s->kind, "timestamp") == 0;
    cli_put(to, stamp ? _("document timestamp %zu") : _("signature %zu"), number + 1);
    if (s->field_count > 0) {
        cli_put(to, " (%s)", s->fields[0]);
    }
}

static void put_cause(FILE *to, const pds_verification *v)
{
    const cause c = find_cause(v);
    if (c.finding == NULL) { /* it was one too many to be kept */
        cli_put(to, "%s", v->sub == NULL ? "" : v->sub);
        return;
    }
    if (!c.of_file) {
        cli_put_signature_name(to, &v->signatures[c.signature], c.signature);
        cli_put(to, "%s", _(": "));
    }
    cli_put(to, "%s [%s]", c.finding->text, c.finding->code);
}

static const char *name_of(const pds_verify_signature *s)
{
    return s->signer != NULL ? s->signer : s->field_count > 0 ? s->fields[0] : "?";
}

/* "signed by A (B-T), B (B-T) and 3 more": whom it is good to know. */
static void put_signers(FILE *to, const pds_verification *v)
{
    enum { NAMED = 4 };
    size_t signers = 0, stamps = 0;
    for (size_t i = 0; i < v->signature_count; i++) {
        const pds_verify_signature *s = &v->signatures[i];
        if (strcmp(s->kind, "timestamp") == 0) {
            stamps++;
        } else if (signers++ < NAMED) {
            cli_put(to, "%s%s (%s)", signers == 1 ? _("signed by ") : _(", "), name_of(s),
                    s->level == PDS_LEVEL_NONE ? s->sub_filter : pds_level_name(s->level));
        }
    }
    if (signers > NAMED) {
        cli_put(to, _(" and %zu more"), signers - NAMED);
    }
    if (stamps > 0) {
        cli_put(to, "%s", signers > 0 ? _(", ") : "");
        cli_put(to, _("document timestamps: %zu"), stamps);
    }
}

static void put_unmet(FILE *to, const pds_verification *v)
{
    for (size_t i = 0; i < v->requirement_count; i++) {
        if (!v->requirements[i].met) {
            cli_put(to, "%s", v->requirements[i].text);
            return;
        }
    }
}

static void put_why(FILE *to, const cli_verified *file)
{
    switch (cli_verdict_of(file)) {
    case CLI_VALID:
        put_signers(to, file->found);
        break;
    case CLI_INVALID:
    case CLI_UNCONFIRMED:
        put_cause(to, file->found);
        break;
    case CLI_UNMET:
        put_unmet(to, file->found);
        break;
    case CLI_UNREADABLE:
        cli_put(to, "%s [%s]", file->fault->text, pds_code_name(file->fault->code));
        break;
    default:
        break;
    }
}

char *cli_verdict_why(const cli_verified *file)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) {
        return NULL;
    }
    put_why(to, file);
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

void cli_put_counts(FILE *to, const cli_shares *all)
{
    size_t counts[CLI_VERDICT_COUNT] = { 0 };
    const char *between = "";
    for (size_t i = 0; i < all->count; i++) {
        counts[all->items[i].verdict]++;
    }
    cli_put(to, _("%zu files: "), all->count);
    for (int i = 0; i < CLI_VERDICT_COUNT; i++) {
        if (counts[i] > 0) {
            cli_put(to, "%s", between);
            cli_put(to, _("%zu %s"), counts[i], cli_verdict_text((cli_verdict)i));
            between = _(", ");
        }
    }
    cli_put(to, "\n");
}

/* ---- words and times ---- */

static const char *const WORDS[] = {
    N_("approval"),
    N_("certification"),
    N_("timestamp"),
    N_("signature"),
    N_("content"),
    N_("archive"),
    N_("signature timestamp"),
    N_("document timestamp"),
    N_("complete"),
    N_("incomplete"),
    N_("unknown"),
    N_("all"),
};

const char *cli_word(const char *word)
{
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strcmp(WORDS[i], word) == 0) {
            return _(WORDS[i]);
        }
    }
    return word;
}

void cli_utc(int64_t time, char *out)
{
    pds_err e;
    out[0] = '\0';
    if (time != 0 && pds_time_iso(time, "UTC", out, &e) == PDS_OK) {
        strcpy(out + strlen(out) - strlen("+00:00"), "Z"); /* NOLINT: shorter than it was */
    }
}

void cli_local_time(int64_t time, const char *zone, char *out)
{
    char iso[PDS_TIME_ROOM] = "";
    pds_err e;
    out[0] = '\0';
    if (time == 0 || pds_time_iso(time, zone, iso, &e) != PDS_OK) {
        return;
    }
    size_t day = strcspn(iso, "T"), offset = strlen(iso) - strlen("+00:00");
    (void)snprintf(out, PDS_TIME_ROOM, "%.*s %.*s %s", (int)day, iso, (int)(offset - day - 1),
                   iso + day + 1, iso + offset);
}

void cli_claimed_time(const char *time, char *out)
{
    static const char pattern[] = "0000-00-00T00:00:00+00:00";
    enum { TIME = 11, ZONE = 19 };
    const size_t length = strlen(time);
    const bool utc = length == ZONE + 1 && time[ZONE] == 'Z';
    const size_t compared = utc ? ZONE : strlen(pattern);
    bool fits = utc || length == compared;
    for (size_t i = 0; fits && i < compared; i++) {
        const bool sign = pattern[i] == '+' && time[i] == '-';
        fits = pattern[i] == '0' ? isdigit((unsigned char)time[i]) : sign || time[i] == pattern[i];
    }
    out[0] = '\0';
    if (fits) {
        (void)snprintf(out, PDS_TIME_ROOM, "%.10s %.8s %s", time, time + TIME,
                       utc ? "+00:00" : time + ZONE);
    }
}

void cli_share_drop(cli_share *share)
{
    pds_json_drop(&share->json);
    free(share->head);
    free(share->body);
    *share = (cli_share){ .verdict = CLI_UNTRIED };
}
