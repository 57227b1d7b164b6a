#include "cli/i18n.h"
#include "cli/job.h"
#include "cli/tell_level.h"
#include "cli/text.h"

#include <string.h>

/* 0 in these means "not known": left out. */
static void set_count(pds_json *json, const char *key, uint64_t number)
{
    if (number != 0) {
        pds_json_set_int(json, key, (int64_t)number);
    }
}

static void set_word(pds_json *json, const char *key, const char *text)
{
    if (text[0] != '\0') {
        pds_json_set_text(json, key, text);
    }
}

static void set_byte_range(pds_json *json, const uint64_t range[4])
{
    pds_json *array = pds_json_array();
    for (size_t i = 0; i < 4; i++) {
        pds_json_add_int(array, (int64_t)range[i]);
    }
    pds_json_set(json, "byte_range", array);
}

static void set_signature(pds_json *json, const pds_sign_result *r)
{
    set_word(json, "field", r->field);
    pds_json_set_bool(json, "new_field", r->new_field);
    set_count(json, "page", r->page);
    set_word(json, "sub_filter", r->sub_filter);
    set_word(json, "digest", r->digest);
    set_word(json, "scheme", r->scheme);
    set_word(json, "signing_time", r->signing_time);
    if (r->cms_bytes != 0) {
        pds_json_set_text(json, "level", pds_level_name(r->level));
    }
    set_word(json, "stamp_time", r->stamp_time);
    set_word(json, "stamp_url", r->stamp_url);
    if (r->stamp_notes[0] != '\0') {
        cli_set_lines(json, "notes", r->stamp_notes);
    }
    if (r->byte_range[1] != 0) {
        set_byte_range(json, r->byte_range);
    }
    set_count(json, "contents_room", r->contents_room);
    set_count(json, "cms_bytes", r->cms_bytes);
}

/* What stands at the top is the first signature's, as it was before there were several. */
static void set_results(pds_json *json, const pds_sign_result *results, size_t count)
{
    pds_json *array = json == NULL ? NULL : pds_json_array();
    set_signature(json, results);
    set_count(json, "input_bytes", results->input_bytes);
    set_count(json, "output_bytes", results->output_bytes);
    if (results->repaired[0] != '\0') {
        cli_set_lines(json, "repaired", results->repaired);
    }
    for (size_t i = 0; json != NULL && i < count; i++) {
        pds_json *one = pds_json_object();
        set_signature(one, &results[i]);
        pds_json_add(array, one);
    }
    pds_json_set(json, "signatures", array);
}

static void to_hex(const uint8_t *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
}

/* A stream into *text; NULL without memory, and then nothing is said. */
static FILE *open_text(char **text, size_t *size)
{
    return open_memstream(text, size);
}

static void put_signed(FILE *to, const cli_file *file, const pds_sign_result *r)
{
    cli_put_safe(to, file->output);
    cli_put(to, "%s", _(": signed in field "));
    cli_put_safe(to, r->field);
    cli_put(to, ", %s, %s", r->digest, r->signing_time);
    if (r->level > PDS_LEVEL_B) {
        cli_put(to, _(", level %s"), pds_level_name(r->level));
    }
    cli_put(to, "\n");
}

static bool has_warnings(const pds_sign_result *results, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        any = any || results[i].stamp_notes[0] != '\0';
    }
    return any;
}

static void put_warnings(FILE *to, const cli_file *file, const pds_sign_result *results,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cli_put_lines(to, file->input, _("warning: "), results[i].stamp_notes);
    }
}

static bool has_notes(const pds_sign_result *results, size_t count)
{
    return results->repaired[0] != '\0' || has_warnings(results, count);
}

static void check_levels(cli_outcome *outcome, const cli_file *file, const pds_sign_result *results,
                         size_t count, pds_level wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].level < wanted) {
            cli_tell_lowered(outcome, file, wanted, results[i].level);
            return;
        }
    }
}

void cli_tell_signed(cli_outcome *outcome, const cli_file *file, const pds_sign_result *results,
                     size_t count, pds_level wanted)
{
    size_t size = 0;
    set_results(outcome->json, results, count);
    check_levels(outcome, file, results, count, wanted);
    if (outcome->json != NULL || (!has_notes(results, count) && !outcome->chatty)) {
        return;
    }
    FILE *to = open_text(&outcome->note, &size);
    if (to == NULL) {
        return;
    }
    cli_put_lines(to, file->input, _("repaired: "), results->repaired);
    put_warnings(to, file, results, count);
    for (size_t i = 0; outcome->chatty && file->output != NULL && i < count; i++) {
        put_signed(to, file, &results[i]);
    }
    (void)fclose(to);
}

/* What else is to be known, where nothing was signed yet. */
static void put_notes(cli_outcome *outcome, const cli_file *file, const pds_sign_result *results,
                      size_t count)
{
    size_t size = 0;
    FILE *to = outcome->json == NULL && has_warnings(results, count)
                   ? open_text(&outcome->note, &size)
                   : NULL;
    if (to == NULL) {
        return;
    }
    put_warnings(to, file, results, count);
    (void)fclose(to);
}

void cli_tell_prepared(cli_outcome *outcome, const cli_file *file, const char *state,
                       const pds_sign_result *result)
{
    char document[2 * sizeof result->document_digest + 1] = "";
    char to_sign[2 * sizeof result->to_sign_digest + 1] = "";
    size_t size = 0;
    to_hex(result->document_digest, result->digest_bytes, document);
    if (result->scheme[0] != '\0') { /* without a certificate nobody knows the attributes */
        to_hex(result->to_sign_digest, result->digest_bytes, to_sign);
    }
    put_notes(outcome, file, result, 1);
    set_results(outcome->json, result, 1);
    pds_json_set_text(outcome->json, "state", state);
    pds_json_set_text(outcome->json, "document_digest", document);
    set_word(outcome->json, "to_sign_digest", to_sign);
    if (outcome->json != NULL || strcmp(state, "-") == 0) {
        return;
    }
    FILE *to = open_text(&outcome->result, &size);
    if (to != NULL) {
        cli_put(to, "document %s %s\n", result->digest, document);
        if (to_sign[0] != '\0') {
            cli_put(to, "to-sign %s %s\n", result->digest, to_sign);
        }
        (void)fclose(to);
    }
}

static void put_checked(FILE *to, const cli_file *file, const pds_sign_result *result)
{
    cli_put_safe(to, file->input);
    cli_put(to, "%s",
            result->new_field ? _(": would be signed in the new field ")
                              : _(": would be signed in the field "));
    cli_put_safe(to, result->field);
    if (result->page != 0) {
        cli_put(to, _(", page %u"), result->page);
    }
    cli_put(to, ", %s\n", result->digest);
}

void cli_tell_checked(cli_outcome *outcome, const cli_file *file, const pds_sign_result *results,
                      size_t count)
{
    size_t size = 0;
    set_results(outcome->json, results, count);
    put_notes(outcome, file, results, count);
    if (outcome->json != NULL) {
        return;
    }
    FILE *to = open_text(&outcome->result, &size);
    if (to == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        put_checked(to, file, &results[i]);
    }
    cli_put_lines(to, file->input, _("repaired: "), results->repaired);
    (void)fclose(to);
}
