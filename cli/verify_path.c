#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_look.h"

#include <pds/time.h>

/* Certificates of a path, one below the other: who, which key, until when, and what is known of its
 * revocation. */

static const struct {
    const char *status, *text, *color;
} STATUSES[] = {
    { "good", N_("not revoked"), "" },
    { "revoked", N_("REVOKED"), CLI_RED },
    { "on hold", N_("on hold"), CLI_RED },
    { "unknown", N_("revocation unknown"), CLI_YELLOW },
    { "not asked", N_("revocation not asked"), "" },
};

static void put_date(FILE *to, const cli_look *look, const char *format, int64_t time)
{
    char text[PDS_TIME_ROOM];
    cli_local_time(time, look->zone, text);
    text[strcspn(text, " ")] = '\0';
    if (text[0] != '\0') {
        cli_put(to, "%s", _(", "));
        cli_put(to, format, text); /* NOLINT(clang-diagnostic-format-nonliteral): of below */
    }
}

static void put_source(FILE *to, const char *source)
{
    if (source != NULL) {
        cli_put(to, " (%s)", strcmp(source, "ocsp") == 0 ? "OCSP" : "CRL");
    }
}

/* Where nobody needs to ask, nothing is said. */
static void put_status(FILE *to, const cli_look *look, const pds_verify_cert *c)
{
    char text[PDS_TIME_ROOM];
    size_t i = 0;
    while (i < sizeof STATUSES / sizeof STATUSES[0] && strcmp(STATUSES[i].status, c->status) != 0) {
        i++;
    }
    if (i == sizeof STATUSES / sizeof STATUSES[0]) {
        return;
    }
    cli_put(to, "%s", _(", "));
    cli_put_colored(to, look, STATUSES[i].color, _(STATUSES[i].text));
    cli_local_time(c->revoked_at, look->zone, text);
    cli_put(to, "%s%s", text[0] == '\0' ? "" : " ", text);
    put_source(to, c->status_source);
}

static void put_fingerprint(FILE *to, const pds_verify_cert *c, size_t indent)
{
    cli_put(to, "%*s", (int)indent, "");
    cli_put_safe(to, c->subject == NULL ? "?" : c->subject);
    cli_put(to, "\n%*s%s ", (int)indent, "", _("serial number"));
    cli_put_safe(to, c->serial == NULL ? "?" : c->serial);
    cli_put(to, "%sSHA-256 ", _(", "));
    cli_put_safe(to, c->sha256 == NULL ? "?" : c->sha256);
    cli_put(to, "\n");
}

void cli_put_path(FILE *to, const cli_look *look, const pds_verify_cert *path, size_t count,
                  bool anchored, size_t indent)
{
    for (size_t i = 0; i < count; i++) {
        const pds_verify_cert *c = &path[i];
        bool anchor = anchored && i + 1 == count;
        cli_put(to, "%*s%s", i == 0 ? 0 : (int)indent, "", i == 0 ? "" : _("by "));
        cli_put_safe(to, c->label == NULL ? "?" : c->label);
        if (c->key != NULL) {
            cli_put(to, "%s", _(", "));
            cli_put_safe(to, c->key);
        }
        put_date(to, look, _("until %s"), c->not_after);
        if (anchor) {
            cli_put(to, "%s", _(", "));
            cli_put_colored(to, look, CLI_GREEN, _("trusted"));
        } else if (c->status != NULL) {
            put_status(to, look, c);
        }
        cli_put(to, "\n");
        if (look->verbose) {
            put_fingerprint(to, c, indent + 2);
        }
    }
    if (!anchored) {
        cli_put(to, "%*s", (int)indent, "");
        cli_put_colored(to, look, CLI_YELLOW, _("leads to nobody who is trusted"));
        cli_put(to, "\n");
    }
}
