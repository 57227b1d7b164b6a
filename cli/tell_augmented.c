#include "cli/i18n.h"
#include "cli/job.h"
#include "cli/tell_level.h"
#include "cli/text.h"
#include "cli/verify_report.h"

#include <pds/time.h>

static void set_result(pds_json *json, const pds_augment_result *r)
{
    char expires[PDS_TIME_ROOM] = "";
    pds_json_set_bool(json, "changed", r->changed);
    pds_json_set_int(json, "signature_count", (int64_t)r->signatures);
    pds_json_set_text(json, "level_before", pds_level_name(r->before));
    pds_json_set_text(json, "level", pds_level_name(r->level));
    if (r->expires != 0) {
        cli_utc(r->expires, expires);
        pds_json_set_text(json, "expires", expires);
    }
    pds_json_set_int(json, "certs", (int64_t)r->certs);
    pds_json_set_int(json, "crls", (int64_t)r->crls);
    pds_json_set_int(json, "ocsps", (int64_t)r->ocsps);
    if (r->field[0] != '\0') {
        pds_json_set_text(json, "field", r->field);
        pds_json_set_text(json, "stamp_time", r->stamp_time);
        pds_json_set_text(json, "stamp_url", r->stamp_url);
    }
    if (r->notes[0] != '\0') {
        cli_set_lines(json, "notes", r->notes);
    }
    pds_json_set_int(json, "input_bytes", (int64_t)r->input_bytes);
    pds_json_set_int(json, "output_bytes", (int64_t)r->output_bytes);
}

static void put_change(FILE *to, const pds_augment_job *job, const pds_augment_result *r)
{
    char expires[PDS_TIME_ROOM] = "";
    if (!r->changed) {
        cli_put(to, "%s",
                job->kind == PDS_AUGMENT_RENEW ? _(": nothing is due") : _(": nothing is lacking"));
    } else if (r->stamp_time[0] != '\0') {
        cli_put(to, _(": stamped %s"), r->stamp_time);
    } else {
        cli_put(to, "%s", _(": evidence added"));
    }
    if (r->signatures > 0) {
        cli_put(to, _(", level %s"), pds_level_name(r->level));
    }
    if (r->expires != 0 && pds_time_iso(r->expires, job->zone, expires, NULL) == PDS_OK) {
        cli_put(to, _(", provable until %s"), expires);
    }
    cli_put(to, "\n");
}

void cli_tell_augmented(cli_outcome *outcome, const cli_file *file, const pds_augment_job *job,
                        const pds_augment_result *result)
{
    size_t size = 0;
    set_result(outcome->json, result);
    if (job->kind == PDS_AUGMENT_ADD && result->lasting < job->level) {
        cli_tell_lowered(outcome, file, job->level, result->lasting);
    }
    if (outcome->json != NULL || (result->notes[0] == '\0' && !outcome->chatty)) {
        return;
    }
    FILE *to = open_memstream(&outcome->note, &size);
    if (to == NULL) {
        return;
    }
    cli_put_lines(to, file->input, _("warning: "), result->notes);
    if (outcome->chatty) {
        cli_put_safe(to, file->output);
        put_change(to, job, result);
    }
    (void)fclose(to);
}
