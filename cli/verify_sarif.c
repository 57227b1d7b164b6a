#include "cli/text.h"
#include "cli/verify_report.h"

#include <pds/version.h>

#include <ctype.h>
#include <stdlib.h>

/* SARIF 2.1.0 (OASIS): a rule for each finding code, a result for each finding and each demand that
 * is not met. Places are bytes of the file (3.30.11). */

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const char *const LEVELS[] = {
    [PDS_PASSED] = "note",
    [PDS_INDETERMINATE] = "warning",
    [PDS_FAILED] = "error",
};

/* RFC 3986: a path as a reference; absolute ones are file URIs. The caller frees it. */
static char *uri_of(const char *path)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    char *uri = malloc(3 * strlen(path) + sizeof "file://");
    char *to = uri;
    if (uri == NULL) {
        return NULL;
    }
    to += sprintf(to, "%s", path[0] == '/' ? "file://" : "");
    for (; *path != '\0'; path++) {
        const char *format = strchr(plain, *path) != NULL ? "%c" : "%%%02X";
        to += sprintf(to, format, (unsigned char)*path); /* NOLINT: one of the two above */
    }
    return uri;
}

/* Braces hold places of arguments (3.11.5), brackets links (3.11.6). */
static const cli_escape MESSAGE[] = {
    { '{', "{{" }, { '}', "}}" }, { '[', "\\[" }, { ']', "\\]" }, { '\\', "\\\\" }, { 0, NULL },
};

/* {"text": …}, as SARIF wants every text */
static pds_json *message(const char *text)
{
    pds_json *json = pds_json_object();
    char *escaped = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&escaped, &size);
    if (to != NULL) {
        cli_put_escaped(to, text, MESSAGE);
        (void)fclose(to);
    }
    pds_json_set_text(json, "text", escaped);
    free(escaped);
    return json;
}

/* ---- results ---- */

typedef struct result {
    const char *rule, *level, *text;
    const pds_verify_finding *finding; /* NULL: none */
    const pds_verify_signature *signature;
    size_t number; /* of the signature, from 0 */
} result;

/* A PDF has no lines, but GitHub passes over results without one. */
static pds_json *region_json(const pds_verify_finding *f)
{
    pds_json *region = pds_json_object();
    pds_json_set_int(region, "startLine", 1);
    if (f != NULL && f->offset >= 0) {
        pds_json_set_int(region, "byteOffset", f->offset);
        pds_json_set_int(region, "byteLength", 1);
    }
    return region;
}

static pds_json *location_json(const char *uri, const result *r)
{
    pds_json *json = pds_json_object(), *physical = pds_json_object();
    pds_json *artifact = pds_json_object();
    pds_json_set_text(artifact, "uri", uri);
    pds_json_set(physical, "artifactLocation", artifact);
    pds_json_set(physical, "region", region_json(r->finding));
    pds_json_set(json, "physicalLocation", physical);
    if (r->signature != NULL && r->signature->field_count > 0) {
        pds_json *array = pds_json_array(), *field = pds_json_object();
        pds_json_set_text(field, "fullyQualifiedName", r->signature->fields[0]);
        pds_json_set_text(field, "kind", "object");
        pds_json_add(array, field);
        pds_json_set(json, "logicalLocations", array);
    }
    return json;
}

static pds_json *properties_json(const result *r)
{
    const pds_verify_finding *f = r->finding;
    pds_json *json = pds_json_object();
    if (f != NULL) {
        pds_json_set_text(json, "indication", pds_indication_name(f->indication));
        pds_json_set_text(json, "subIndication", f->sub[0] == '\0' ? NULL : f->sub);
    }
    if (f != NULL && f->object != 0) {
        pds_json_set_int(json, "object", f->object);
    }
    if (f != NULL && f->revision != 0) {
        pds_json_set_int(json, "revision", f->revision);
    }
    if (r->signature != NULL) {
        pds_json_set_int(json, "signature", (int64_t)r->number + 1);
    }
    return json;
}

static void add_result(pds_json *results, const char *uri, const result *r)
{
    pds_json *json = pds_json_object(), *locations = pds_json_array();
    pds_json_add(locations, location_json(uri, r));
    pds_json_set_text(json, "ruleId", r->rule);
    pds_json_set_text(json, "level", r->level);
    pds_json_set(json, "message", message(r->text));
    pds_json_set(json, "locations", locations);
    pds_json_set(json, "properties", properties_json(r));
    pds_json_add(results, json);
}

static void add_findings(pds_json *results, const char *uri, const pds_verify_findings *f,
                         result of)
{
    for (size_t i = 0; i < f->count; i++) {
        of.finding = &f->items[i];
        of.rule = of.finding->code;
        of.level = LEVELS[of.finding->indication];
        of.text = of.finding->text;
        add_result(results, uri, &of);
    }
}

static void add_verification(pds_json *results, const char *uri, const cli_verified *file)
{
    const pds_verification *v = file->found;
    add_findings(results, uri, &v->findings, (result){ .rule = NULL });
    for (size_t i = 0; i < v->signature_count; i++) {
        const pds_verify_signature *s = &v->signatures[i];
        add_findings(results, uri, &s->findings, (result){ .signature = s, .number = i });
        for (size_t k = 0; k < s->timestamp_count; k++) {
            add_findings(results, uri, &s->timestamps[k].findings,
                         (result){ .signature = s, .number = i });
        }
    }
    for (size_t i = 0; i < v->requirement_count; i++) {
        if (!v->requirements[i].met) {
            add_result(results, uri,
                       &(result){ "REQUIREMENT_NOT_MET", "error", v->requirements[i].text, NULL,
                                  NULL, 0 });
        }
    }
    if (cli_verdict_of(file) == CLI_UNSIGNED) {
        add_result(
            results, uri,
            &(result){ "NOT_SIGNED", "error", cli_verdict_text(CLI_UNSIGNED), NULL, NULL, 0 });
    }
}

/* A fault has a place, too. */
static void add_fault(pds_json *results, const char *uri, const pds_err *fault)
{
    const pds_verify_finding place = {
        .offset = fault->offset, .object = fault->object, .indication = PDS_FAILED, .sub = ""
    };
    add_result(results, uri,
               &(result){ pds_code_name(fault->code), "error", fault->text, &place, NULL, 0 });
}

static pds_code add(const cli_look *look, const cli_verified *file, cli_share *share,
                    cli_outcome *outcome, pds_err *e)
{
    char *uri = uri_of(file->input);
    share->json = pds_json_array();
    (void)look;
    (void)outcome;
    if (uri == NULL || share->json == NULL) {
        free(uri);
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (file->found != NULL) {
        add_verification(share->json, uri, file);
    } else if (file->fault != NULL) {
        add_fault(share->json, uri, file->fault);
    }
    share->head = uri;
    return PDS_OK;
}

/* ---- the document ---- */

/* "PAGE_CHANGED" as "page changed" */
static pds_json *rule_json(const char *code, const char *level)
{
    char words[64];
    pds_json *json = pds_json_object(), *configuration = pds_json_object();
    (void)snprintf(words, sizeof words, "%s", code);
    for (char *p = words; *p != '\0'; p++) {
        *p = (char)(*p == '_' ? ' ' : tolower((unsigned char)*p));
    }
    pds_json_set_text(configuration, "level", level);
    pds_json_set_text(json, "id", code);
    pds_json_set(json, "shortDescription", message(words));
    pds_json_set(json, "defaultConfiguration", configuration);
    return json;
}

static bool has_rule(const pds_json *rules, const char *code)
{
    for (size_t i = 0; i < pds_json_count(rules); i++) {
        if (strcmp(pds_json_text(pds_json_at(rules, i), "id"), code) == 0) {
            return true;
        }
    }
    return false;
}

/* Each code that occurs, in the order in which it does. */
static pds_json *rules_json(const cli_shares *all)
{
    pds_json *rules = pds_json_array();
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < pds_json_count(all->items[i].json); k++) {
            const pds_json *r = pds_json_at(all->items[i].json, k);
            const char *code = pds_json_text(r, "ruleId");
            if (code != NULL && !has_rule(rules, code)) {
                pds_json_add(rules, rule_json(code, pds_json_text(r, "level")));
            }
        }
    }
    return rules;
}

static pds_json *tool_json(const cli_shares *all)
{
    pds_json *tool = pds_json_object(), *driver = pds_json_object();
    pds_json_set_text(driver, "name", "pdfsign");
    pds_json_set_text(driver, "version", pds_version());
    pds_json_set(driver, "rules", rules_json(all));
    pds_json_set(tool, "driver", driver);
    return tool;
}

static pds_json *invocation_json(const cli_shares *all)
{
    pds_json *array = pds_json_array(), *json = pds_json_object();
    bool all_tried = true;
    for (size_t i = 0; i < all->count; i++) {
        all_tried = all_tried && all->items[i].verdict != CLI_UNTRIED;
    }
    pds_json_set_bool(json, "executionSuccessful", all_tried);
    pds_json_set_int(json, "exitCode", all->exit);
    pds_json_add(array, json);
    return array;
}

static pds_json *artifacts_json(const cli_shares *all)
{
    pds_json *array = pds_json_array();
    for (size_t i = 0; i < all->count; i++) {
        pds_json *json = pds_json_object(), *location = pds_json_object();
        pds_json_set_text(location, "uri", all->items[i].head);
        pds_json_set(json, "location", location);
        pds_json_set_text(json, "mimeType", "application/pdf");
        pds_json_add(array, json);
    }
    return array;
}

static bool put_member(FILE *to, const char *name, pds_json *value)
{
    char *text = pds_json_dump(value);
    if (text != NULL) {
        cli_put(to, "\"%s\":%s,\n", name, text);
    }
    pds_json_drop(&value);
    free(text);
    return text != NULL;
}

/* The results of all files as one array: what stands between the brackets of each. */
static bool put_results(FILE *to, const cli_shares *all)
{
    const char *between = "";
    cli_put(to, "\"results\":[");
    for (size_t i = 0; i < all->count; i++) {
        char *text = all->items[i].json == NULL ? strdup("[]") : pds_json_dump(all->items[i].json);
        if (text == NULL) {
            return false;
        }
        const size_t inner = strlen(text) - 2;
        if (inner > 0) {
            cli_put(to, "%s%.*s", between, (int)inner, text + 1);
            between = ",\n";
        }
        free(text);
    }
    cli_put(to, "]");
    return true;
}

static pds_code finish(FILE *to, const cli_shares *all, pds_err *e)
{
    cli_put(to, "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[{\n");
    bool good = put_member(to, "tool", tool_json(all)) &&
                put_member(to, "invocations", invocation_json(all)) &&
                put_member(to, "artifacts", artifacts_json(all)) && put_results(to, all);
    cli_put(to, "}]}\n");
    if (!good) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

const cli_writer CLI_SARIF_WRITER = { .add = add, .finish = finish, .document = true };
