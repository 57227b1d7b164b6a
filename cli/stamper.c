#include "cli/stamper.h"

#include "cli/i18n.h"
#include "cli/tell_level.h"

#include <string.h>

/* The words of --level come twice, "b" and "B-B"; those of `ltv add` begin with lt. */
pds_level cli_level_of(const cli_args *args)
{
    enum { LEVELS = 4, LASTING = 2 };
    const bool stamps = args->level.tsa_count > 0;
    if (args->verb == CLI_LTV_ADD) {
        const pds_level usual = stamps ? PDS_LEVEL_LTA : PDS_LEVEL_LT;
        const pds_level asked = (pds_level)(PDS_LEVEL_LT + args->level.level % LASTING);
        return cli_given(args, "level") ? asked : usual;
    }
    if (!cli_given(args, "level")) {
        return stamps ? PDS_LEVEL_T : PDS_LEVEL_B;
    }
    return (pds_level)(PDS_LEVEL_B + args->level.level % LEVELS);
}

/* The first line of a file; what is wrong with it is wrong usage, not a key's affair. */
static pds_code read_password(const char *path, pds_secret **out, pds_err *e)
{
    if (path == NULL) {
        return PDS_OK;
    }
    CLI_TRY(pds_secret_new(out, e));
    const pds_code code = pds_secret_from_file(*out, path, e);
    if (code != PDS_E_PIN_NEEDED) {
        return code;
    }
    const pds_err cause = *e;
    cli_fail(e, PDS_E_USAGE, __func__, "no password of the authority: %s", cause.text);
    cli_fault_file(e, path);
    return PDS_E_USAGE;
}

static pds_code take_authority(const cli_args *args, size_t index, cli_stamper *out, pds_err *e)
{
    const cli_tsa *const from = &args->level.tsas[index];
    pds_secret **const passwords = &out->passwords[2 * index];
    pds_tsa *const to = &out->tsas[index];
    CLI_TRY(read_password(from->password_file, &passwords[0], e));
    CLI_TRY(read_password(from->key_password_file, &passwords[1], e));
    *to = (pds_tsa){ .url = from->url,
                     .policy = from->policy,
                     .user = from->user,
                     .password = passwords[0],
                     .cert = from->cert,
                     .key = from->key,
                     .key_password = passwords[1],
                     .ca = from->ca };
    return args->level.digest == NULL ? PDS_OK
                                      : pds_digest_from_name(args->level.digest, &to->digest, e);
}

static bool is_needed(const cli_args *args)
{
    const bool signs = args->verb == CLI_SIGN;
    return !signs || cli_level_of(args) > PDS_LEVEL_B;
}

static bool is_lasting(const cli_args *args)
{
    return args->verb == CLI_LTV_RENEW || cli_level_of(args) >= PDS_LEVEL_LT;
}

pds_code cli_stamper_open(const cli_args *args, cli_stamper *out, pds_err *e)
{
    const cli_trust *const trust = &args->trust;
    if (!is_needed(args)) {
        return PDS_OK;
    }
    for (size_t i = 0; i < args->level.tsa_count; i++) {
        CLI_TRY(take_authority(args, i, out, e));
    }
    const pds_stamper_options options = {
        .tsas = out->tsas,
        .tsa_count = args->level.tsa_count,
        .trust = trust->anchors.items,
        .trust_count = trust->anchors.count,
        .trust_system = trust->system,
        .evidence = trust->evidence.items,
        .evidence_count = trust->evidence.count,
        .chains = trust->chains.items,
        .chain_count = trust->chains.count,
        .offline = trust->offline,
        .crl_first = trust->prefer_crl,
        .lasting = is_lasting(args),
        .cache = trust->cache,
        .grace = args->level.grace,
        .tsa_timeout = args->level.timeout,
    };
    return pds_stamper_new(&options, &out->stamper, e);
}

pds_code cli_stamper_probe(const cli_args *args, cli_stamper *s, pds_err *e)
{
    if (s->stamper == NULL || args->level.tsa_count == 0) {
        return PDS_OK;
    }
    const pds_code code = pds_stamper_probe(s->stamper, s->told, e);
    if (code != PDS_OK && (code != PDS_E_TIMESTAMP_FAILED || !args->level.allow_lower)) {
        return code;
    }
    if (!args->json && !args->quiet) {
        cli_put_lines(stderr, "pdfsign", _("warning: "), s->told);
    }
    return PDS_OK;
}

/* Is it the end of a line? What is told of all authorities is told of each later. */
static bool is_told(const char *told, const char *line, size_t len)
{
    bool same = false;
    while (*told != '\0' && !same) {
        const size_t part = strcspn(told, "\n");
        same = len >= part && memcmp(line + len - part, told, part) == 0;
        told += part + (told[part] == '\n' ? 1 : 0);
    }
    return same;
}

static void drop_told(const char *told, char *notes)
{
    char *to = notes;
    const char *at = notes;
    while (*at != '\0') {
        const size_t len = strcspn(at, "\n");
        const bool more = at[len] == '\n';
        if (!is_told(told, at, len)) {
            if (to > notes) {
                *to++ = '\n';
            }
            memmove(to, at, len);
            to += len;
        }
        at += len + (more ? 1 : 0);
    }
    *to = '\0';
}

void cli_stamper_notes(const cli_args *args, const cli_stamper *s, char notes[PDS_NOTES_MAX])
{
    drop_told(s->told, notes);
    if (args->json) {
        const size_t len = strlen(notes);
        const bool both = len > 0 && s->told[0] != '\0';
        (void)snprintf(notes + len, PDS_NOTES_MAX - len, "%s%s", both ? "\n" : "", s->told);
    }
}

void cli_stamper_drop(cli_stamper *s)
{
    pds_stamper_drop(&s->stamper);
    for (size_t i = 0; i < sizeof s->passwords / sizeof s->passwords[0]; i++) {
        pds_secret_drop(&s->passwords[i]);
    }
}
