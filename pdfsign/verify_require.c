#include "pdfsign/edits.h"
#include "pdfsign/verify_result.h"

#include <fnmatch.h>
#include <string.h>

/* What the user asks of a file beyond that its signatures are valid. */
typedef struct asking {
    const pds_verifier *verifier;
    pds_verification *out;
    size_t index; /* of what is asked several times */
} asking;

/* One thing that can be asked. */
typedef struct demand {
    const char *option;
    size_t (*times)(const pds_verifier *v); /* 0: it is not asked */
    pds_code (*judge)(const asking *a, pds_verify_requirement *to, pds_err *e);
} demand;

static bool is_timestamp(const pds_verify_signature *s)
{
    return strcmp(s->kind, "timestamp") == 0;
}

/* The next one but document timestamps; NULL: that was all. *at begins with 0. */
static const pds_verify_signature *next_signature(const pds_verification *out, size_t *at)
{
    while (*at < out->signature_count) {
        const pds_verify_signature *s = &out->signatures[(*at)++];
        if (!is_timestamp(s)) {
            return s;
        }
    }
    return NULL;
}

static size_t count_signatures(const pds_verification *out)
{
    size_t count = 0;
    for (size_t at = 0; next_signature(out, &at) != NULL;) {
        count++;
    }
    return count;
}

/* ---- how many ---- */

static size_t asks_signatures(const pds_verifier *v)
{
    return v->options.require_signatures > 0 ? 1 : 0;
}

static pds_code judge_signatures(const asking *a, pds_verify_requirement *to, pds_err *e)
{
    const pds_verify_signature *s = NULL;
    const long wanted = a->verifier->options.require_signatures;
    size_t valid = 0;
    for (size_t at = 0; (s = next_signature(a->out, &at)) != NULL;) {
        valid += s->indication == PDS_PASSED ? 1 : 0;
    }
    to->met = valid >= (size_t)wanted;
    return pds_result_printf(a->out, &to->text, e,
                             "at least %ld valid signatures are demanded: valid are %zu of %zu",
                             wanted, valid, count_signatures(a->out));
}

/* ---- levels ---- */

static pds_code judge_level(const asking *a, pds_level wanted, pds_verify_requirement *to,
                            pds_err *e)
{
    const pds_verify_signature *s = NULL;
    const pds_verify_signature *lowest = NULL;
    for (size_t at = 0; (s = next_signature(a->out, &at)) != NULL;) {
        lowest = lowest == NULL || s->level < lowest->level ? s : lowest;
    }
    to->met = lowest != NULL && lowest->level >= wanted;
    if (lowest == NULL) {
        return pds_result_printf(a->out, &to->text, e,
                                 "level %s is demanded: there is no signature",
                                 pds_level_name(wanted));
    }
    return pds_result_printf(a->out, &to->text, e,
                             "level %s is demanded of each signature: the lowest is %s",
                             pds_level_name(wanted), pds_level_name(lowest->level));
}

static size_t asks_level(const pds_verifier *v)
{
    return v->options.require_level != PDS_LEVEL_NONE ? 1 : 0;
}

static pds_code judge_option_level(const asking *a, pds_verify_requirement *to, pds_err *e)
{
    return judge_level(a, a->verifier->options.require_level, to, e);
}

static size_t asks_policy_level(const pds_verifier *v)
{
    return v->policy.level != PDS_LEVEL_NONE ? 1 : 0;
}

/* The policy's own name tells one such demand from another. */
static pds_code judge_policy_level(const asking *a, pds_verify_requirement *to, pds_err *e)
{
    const pds_policy *policy = &a->verifier->policy;
    PDS_TRY(judge_level(a, policy->level, to, e));
    return policy->name == NULL
               ? PDS_OK
               : pds_result_printf(a->out, &to->text, e, "policy '%s': %s", policy->name, to->text);
}

/* ---- who ---- */

/* fnmatch takes a time that grows with the text by more than its length; no name needs more. */
static bool fits(const char *pattern, const char *text)
{
    enum { TEXT_MAX = 4096 };
    return text != NULL && strnlen(text, TEXT_MAX + 1) <= TEXT_MAX &&
           fnmatch(pattern, text, FNM_CASEFOLD) == 0;
}

/* Fingerprints are often shown with colons, "AB:CD:…". */
static bool fits_digest(const char *pattern, const char *sha256)
{
    enum { ROOM = 256 };
    char plain[ROOM];
    size_t len = 0;
    if (strlen(pattern) >= sizeof plain) {
        return false;
    }
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at != ':') {
            plain[len++] = *at;
        }
    }
    plain[len] = '\0';
    return fits(plain, sha256);
}

static bool is_signer(const pds_verify_signature *s, const char *pattern)
{
    if (s->indication != PDS_PASSED || s->path_count == 0) {
        return false;
    }
    const pds_verify_cert *c = &s->path[0];
    return fits(pattern, c->label) || fits(pattern, c->subject) || fits_digest(pattern, c->sha256);
}

static size_t asks_signers(const pds_verifier *v)
{
    return v->options.require_signer_count;
}

static pds_code judge_signer(const asking *a, pds_verify_requirement *to, pds_err *e)
{
    const char *pattern = a->verifier->options.require_signers[a->index];
    const pds_verify_signature *s = NULL;
    for (size_t at = 0; (s = next_signature(a->out, &at)) != NULL;) {
        if (is_signer(s, pattern)) {
            to->met = true;
            return pds_result_printf(a->out, &to->text, e,
                                     "a valid signature of '%s' is demanded: '%s' has signed",
                                     pattern, s->path[0].label);
        }
    }
    return pds_result_printf(a->out, &to->text, e,
                             "a valid signature of '%s' is demanded: nobody of that name has one",
                             pattern);
}

/* ---- the whole file ---- */

static size_t asks_cover(const pds_verifier *v)
{
    return v->options.require_covers_all ? 1 : 0;
}

/* Up to where somebody signed. */
static uint32_t last_signed(const pds_verification *out)
{
    const pds_verify_signature *s = NULL;
    uint32_t last = 0;
    for (size_t at = 0; (s = next_signature(out, &at)) != NULL;) {
        last = s->revision > last ? s->revision : last;
    }
    return last;
}

/* What makes a signature last, and nothing that the document says. */
static bool is_evidence(const pds_verify_edit *edit)
{
    static const pds_edit_kind kinds[] = { PDS_EDIT_DSS, PDS_EDIT_TIMESTAMP, PDS_EDIT_METADATA };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(edit->kind, pds_edit_name(kinds[i])) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_evidence_alone(const pds_verification *out, size_t from)
{
    for (size_t i = from; i < out->revision_count; i++) {
        for (size_t k = 0; k < out->revisions[i].edit_count; k++) {
            if (!is_evidence(&out->revisions[i].edits[k])) {
                return false;
            }
        }
    }
    return true;
}

/* A document timestamp will do, which is about every byte too, where nothing else came behind the
 * last signature: anybody can have one. */
static pds_code judge_cover(const asking *a, pds_verify_requirement *to, pds_err *e)
{
    static const char *const texts[] = {
        N_("the last signature must cover the whole file: it does not"),
        N_("the last signature must cover the whole file: it does"),
    };
    for (size_t i = 0; i < a->out->signature_count; i++) {
        to->met = to->met || a->out->signatures[i].covers_all;
    }
    to->met = to->met && is_evidence_alone(a->out, last_signed(a->out));
    return pds_result_text(a->out, pds_translated(texts[to->met ? 1 : 0]), &to->text, e);
}

/* ---- seams ---- */

static size_t asks_seam(const pds_verifier *v)
{
    return v->options.expect_seam ? 1 : 0;
}

static pds_code judge_seam(const asking *a, pds_verify_requirement *to, pds_err *e)
{
    const pds_verification *out = a->out;
    size_t good = 0;
    for (size_t i = 0; i < out->seam_count; i++) {
        const pds_verify_seam *s = &out->seams[i];
        good += strcmp(s->state, "complete") == 0 && s->signature != 0 ? 1 : 0;
    }
    to->met = good > 0 && good == out->seam_count;
    if (out->seam_count == 0) {
        return pds_result_printf(a->out, &to->text, e, "a seam seal is expected: there is none");
    }
    return pds_result_printf(
        a->out, &to->text, e,
        "seam seals, complete and covered by a valid signature, are expected: %zu of %zu are so",
        good, out->seam_count);
}

/* ---- how long ---- */

static size_t asks_expiry(const pds_verifier *v)
{
    return v->expires_within > 0 ? 1 : 0;
}

/* The one that ends first; an unknown end is the first of all. */
static pds_code judge_expiry(const asking *a, pds_verify_requirement *to, pds_err *e)
{
    const int64_t until = (int64_t)a->verifier->now + a->verifier->expires_within;
    const char *span = a->verifier->options.expires_within;
    const pds_verify_signature *s = NULL;
    const pds_verify_signature *first = NULL;
    char date[PDS_TIME_TEXT];
    for (size_t at = 0; (s = next_signature(a->out, &at)) != NULL;) {
        first = first == NULL || s->expires < first->expires ? s : first;
    }
    if (first == NULL || first->expires <= 0) {
        return pds_result_printf(a->out, &to->text, e,
                                 first == NULL
                                     ? N_("signatures must last longer than %s: there is none")
                                     : N_("signatures must last longer than %s: how long one of "
                                          "them will is not known"),
                                 span);
    }
    pds_time_text((time_t)first->expires, date);
    to->met = first->expires > until;
    return pds_result_printf(a->out, &to->text, e,
                             "signatures must last longer than %s: the first ends at %s", span,
                             date);
}

/* ---- all of it ---- */

static const demand DEMANDS[] = {
    { "require-signatures", asks_signatures, judge_signatures },
    { "require-level", asks_level, judge_option_level },
    { "policy", asks_policy_level, judge_policy_level },
    { "require-signer", asks_signers, judge_signer },
    { "require-covers-all", asks_cover, judge_cover },
    { "expect-seam", asks_seam, judge_seam },
    { "expires-within", asks_expiry, judge_expiry },
};
enum { DEMAND_COUNT = sizeof DEMANDS / sizeof DEMANDS[0] };

static size_t count_demands(const pds_verifier *v)
{
    size_t count = 0;
    for (size_t i = 0; i < DEMAND_COUNT; i++) {
        count += DEMANDS[i].times(v);
    }
    return count;
}

static pds_code judge_demand(const demand *d, asking *a, pds_verify_requirement **to, pds_err *e)
{
    const size_t times = d->times(a->verifier);
    for (a->index = 0; a->index < times; a->index++, ++*to) {
        (*to)->option = d->option;
        PDS_TRY(d->judge(a, *to, e));
        a->out->requirements_met = a->out->requirements_met && (*to)->met;
    }
    return PDS_OK;
}

static pds_code judge_demands(const pds_verifier *v, pds_verification *out, pds_err *e)
{
    pds_verify_requirement *to = NULL;
    asking a = { .verifier = v, .out = out };
    out->requirements_met = true;
    out->requirement_count = count_demands(v);
    if (out->requirement_count == 0) {
        return PDS_OK;
    }
    PDS_TRY(pds_result_room(out, out->requirement_count, sizeof *to, &to, e));
    out->requirements = to;
    for (size_t i = 0; i < DEMAND_COUNT; i++) {
        PDS_TRY(judge_demand(&DEMANDS[i], &a, &to, e));
    }
    return PDS_OK;
}

/* ---- the exit code of one file (docs/cli.md) ---- */

static bool has_failed(const pds_verification *out)
{
    return out->indication == PDS_FAILED;
}

static bool falls_short(const pds_verification *out)
{
    return !out->is_signed || !out->requirements_met;
}

static bool is_open(const pds_verification *out)
{
    return out->indication == PDS_INDETERMINATE;
}

static int exit_of(const pds_verification *out)
{
    static const struct {
        bool (*holds)(const pds_verification *out);
        int exit;
    } exits[] = { { has_failed, 1 }, { falls_short, 7 }, { is_open, 6 } }; /* the worst first */
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        if (exits[i].holds(out)) {
            return exits[i].exit;
        }
    }
    return 0;
}

pds_code pds_verify_requirements(const pds_verifying *v, pds_verification *out, pds_err *e)
{
    PDS_TRY(judge_demands(v->verifier, out, e));
    out->exit = exit_of(out);
    return PDS_OK;
}
