#include "cli/tell_level.h"

#include "cli/i18n.h"
#include "cli/text.h"

#include <string.h>

enum { LINE_MAX_BYTES = PDS_NOTES_MAX };

/* The next line, cut where it is too long; NULL: there is none. */
static const char *take_line(const char *lines, char line[LINE_MAX_BYTES])
{
    if (*lines == '\0') {
        return NULL;
    }
    const size_t len = strcspn(lines, "\n");
    (void)snprintf(line, LINE_MAX_BYTES, "%.*s", (int)len, lines);
    return lines + len + (lines[len] == '\n' ? 1 : 0);
}

void cli_set_lines(pds_json *json, const char *key, const char *lines)
{
    char line[LINE_MAX_BYTES];
    pds_json *array = pds_json_array();
    while ((lines = take_line(lines, line)) != NULL) {
        pds_json_add_text(array, line);
    }
    pds_json_set(json, key, array);
}

void cli_put_lines(FILE *to, const char *who, const char *lead, const char *lines)
{
    char line[LINE_MAX_BYTES];
    while ((lines = take_line(lines, line)) != NULL) {
        cli_put_safe(to, who);
        cli_put(to, ": %s", lead);
        cli_put_safe(to, line);
        cli_put(to, "\n");
    }
}

void cli_tell_lowered(cli_outcome *outcome, const cli_file *file, pds_level wanted,
                      pds_level reached)
{
    enum { EXIT_NETWORK = 9 };
    size_t size = 0;
    outcome->exit = EXIT_NETWORK;
    FILE *to = outcome->json != NULL ? NULL : open_memstream(&outcome->fault, &size);
    if (to != NULL) {
        cli_put(to, "pdfsign: ");
        cli_put_safe(to, file->output);
        cli_put(to, _(": written at level %s instead of %s"), pds_level_name(reached),
                pds_level_name(wanted));
        cli_put(to, "\n");
        (void)fclose(to);
    }
}
