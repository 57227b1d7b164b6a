#include "cli/verify_report.h"

#include <pds/time.h>

/* A verification as members of the result's line; docs/schema/output-v1.json. */

/* 0 in these means "not known": left out. */
static void set_number(pds_json *json, const char *key, uint64_t number)
{
    if (number != 0) {
        pds_json_set_int(json, key, (int64_t)number);
    }
}

static void set_time(pds_json *json, const char *key, int64_t time)
{
    char text[PDS_TIME_ROOM];
    cli_utc(time, text);
    pds_json_set_text(json, key, text[0] == '\0' ? NULL : text);
}

static void set_indication(pds_json *json, pds_indication indication, const char *sub)
{
    pds_json_set_text(json, "indication", pds_indication_name(indication));
    pds_json_set_text(json, "sub_indication", sub == NULL ? "" : sub);
}

static pds_json *finding_json(const pds_verify_finding *f)
{
    pds_json *json = pds_json_object();
    pds_json_set_text(json, "code", f->code);
    set_indication(json, f->indication, f->sub);
    pds_json_set_text(json, "text", f->text);
    if (f->offset >= 0) {
        pds_json_set_int(json, "offset", f->offset);
    }
    set_number(json, "object", f->object);
    set_number(json, "revision", f->revision);
    return json;
}

static void set_findings(pds_json *json, const pds_verify_findings *f)
{
    pds_json *array = pds_json_array();
    for (size_t i = 0; i < f->count; i++) {
        pds_json_add(array, finding_json(&f->items[i]));
    }
    pds_json_set(json, "findings", array);
    set_number(json, "findings_left_out", f->left_out);
}

static pds_json *cert_json(const pds_verify_cert *c)
{
    pds_json *json = pds_json_object();
    pds_json_set_text(json, "label", c->label);
    pds_json_set_text(json, "subject", c->subject);
    pds_json_set_text(json, "issuer", c->issuer);
    pds_json_set_text(json, "serial", c->serial);
    pds_json_set_text(json, "sha256", c->sha256);
    pds_json_set_text(json, "key", c->key);
    set_time(json, "not_before", c->not_before);
    set_time(json, "not_after", c->not_after);
    pds_json_set_text(json, "status", c->status);
    pds_json_set_text(json, "status_source", c->status_source);
    set_time(json, "revoked_at", c->revoked_at);
    set_time(json, "this_update", c->this_update);
    set_time(json, "next_update", c->next_update);
    return json;
}

static void set_path(pds_json *json, const pds_verify_cert *path, size_t count, bool anchored)
{
    pds_json *array = pds_json_array();
    for (size_t i = 0; i < count; i++) {
        pds_json_add(array, cert_json(&path[i]));
    }
    pds_json_set(json, "certificates", array);
    pds_json_set_bool(json, "anchored", anchored);
}

static pds_json *timestamp_json(const pds_verify_timestamp *t)
{
    pds_json *json = pds_json_object();
    pds_json_set_text(json, "kind", t->kind);
    set_time(json, "time", t->time);
    pds_json_set_text(json, "digest", t->digest);
    set_indication(json, t->indication, t->sub);
    set_path(json, t->path, t->path_count, t->anchored);
    set_findings(json, &t->findings);
    return json;
}

static pds_json *covers_json(const pds_verify_signature *s)
{
    pds_json *json = pds_json_object(), *range = pds_json_array();
    for (size_t i = 0; i < 4; i++) {
        pds_json_add_int(range, (int64_t)s->byte_range[i]);
    }
    pds_json_set(json, "byte_range", range);
    set_number(json, "revision", s->revision);
    pds_json_set_bool(json, "all", s->covers_all);
    return json;
}

static void set_who(pds_json *json, const pds_verify_signature *s)
{
    pds_json_set_text(json, "signer", s->signer);
    pds_json_set_text(json, "name", s->name);
    pds_json_set_text(json, "reason", s->reason);
    pds_json_set_text(json, "location", s->location);
    pds_json_set_text(json, "contact", s->contact);
    pds_json_set_text(json, "digest", s->digest);
    pds_json_set_text(json, "algorithm", s->algorithm);
    pds_json_set_text(json, "policy", s->policy);
    pds_json_set_bool(json, "digest_fits", s->digest_fits);
    pds_json_set_bool(json, "value_fits", s->value_fits);
    set_path(json, s->path, s->path_count, s->anchored);
}

static void set_when(pds_json *json, const pds_verify_signature *s)
{
    pds_json *stamps = pds_json_array();
    pds_json_set_text(json, "claimed_time", s->claimed_time);
    set_time(json, "signing_time", s->signing_time);
    set_time(json, "proven_time", s->proven_time);
    pds_json_set_text(json, "proven_by", s->proven_by);
    set_time(json, "judged_at", s->judged_at);
    set_time(json, "expires", s->expires);
    for (size_t i = 0; i < s->timestamp_count; i++) {
        pds_json_add(stamps, timestamp_json(&s->timestamps[i]));
    }
    pds_json_set(json, "timestamps", stamps);
}

static pds_json *signature_json(const pds_verify_signature *s)
{
    pds_json *json = pds_json_object(), *fields = pds_json_array();
    for (size_t i = 0; i < s->field_count; i++) {
        pds_json_add_text(fields, s->fields[i]);
    }
    pds_json_set_text(json, "field", s->field_count > 0 ? s->fields[0] : NULL);
    pds_json_set(json, "fields", fields);
    set_number(json, "page", s->page);
    set_number(json, "object", s->object);
    pds_json_set_text(json, "kind", s->kind);
    pds_json_set_text(json, "sub_filter", s->sub_filter);
    set_indication(json, s->indication, s->sub);
    pds_json_set_text(json, "level", pds_level_name(s->level));
    pds_json_set(json, "covers", covers_json(s));
    pds_json_set_int(json, "certification", s->certification);
    pds_json_set_text(json, "lock", s->lock);
    set_who(json, s);
    set_when(json, s);
    set_findings(json, &s->findings);
    return json;
}

static pds_json *edit_json(const pds_verify_edit *edit)
{
    pds_json *json = pds_json_object();
    pds_json_set_text(json, "kind", edit->kind);
    pds_json_set_text(json, "text", edit->text);
    pds_json_set_text(json, "field", edit->field);
    set_number(json, "object", edit->object);
    return json;
}

static pds_json *revision_json(const pds_verify_revision *r)
{
    pds_json *json = pds_json_object(), *edits = pds_json_array();
    for (size_t i = 0; i < r->edit_count; i++) {
        pds_json_add(edits, edit_json(&r->edits[i]));
    }
    pds_json_set_int(json, "begin", (int64_t)r->begin);
    pds_json_set_int(json, "end", (int64_t)r->end);
    set_number(json, "signature", r->signature);
    pds_json_set(json, "edits", edits);
    return json;
}

static pds_json *seam_json(const pds_verify_seam *s)
{
    pds_json *json = pds_json_object();
    pds_json_set_text(json, "seam", s->seam);
    pds_json_set_text(json, "state", s->state);
    pds_json_set_text(json, "text", s->text);
    pds_json_set_text(json, "carried_by", s->carried_by);
    pds_json_set_int(json, "pages", s->pages);
    set_number(json, "signature", s->signature);
    return json;
}

static pds_json *requirement_json(const pds_verify_requirement *r)
{
    pds_json *json = pds_json_object();
    pds_json_set_text(json, "option", r->option);
    pds_json_set_text(json, "text", r->text);
    pds_json_set_bool(json, "met", r->met);
    return json;
}

static void set_lists(pds_json *json, const pds_verification *v)
{
    pds_json *signatures = pds_json_array(), *revisions = pds_json_array();
    pds_json *seams = pds_json_array(), *requirements = pds_json_array();
    for (size_t i = 0; i < v->signature_count; i++) {
        pds_json_add(signatures, signature_json(&v->signatures[i]));
    }
    for (size_t i = 0; i < v->revision_count; i++) {
        pds_json_add(revisions, revision_json(&v->revisions[i]));
    }
    for (size_t i = 0; i < v->seam_count; i++) {
        pds_json_add(seams, seam_json(&v->seams[i]));
    }
    for (size_t i = 0; i < v->requirement_count; i++) {
        pds_json_add(requirements, requirement_json(&v->requirements[i]));
    }
    pds_json_set(json, "signatures", signatures);
    pds_json_set(json, "revisions", revisions);
    pds_json_set(json, "seams", seams);
    pds_json_set(json, "requirements", requirements);
}

static pds_code add(const cli_look *look, const cli_verified *file, cli_share *share,
                    cli_outcome *outcome, pds_err *e)
{
    const pds_verification *v = file->found;
    pds_json *json = outcome->json;
    (void)look;
    (void)share;
    if (json == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    pds_json_set_text(json, "verdict", cli_verdict_name(cli_verdict_of(file)));
    set_indication(json, v->indication, v->sub);
    pds_json_set_bool(json, "signed", v->is_signed);
    pds_json_set_bool(json, "requirements_met", v->requirements_met);
    pds_json_set_int(json, "bytes", (int64_t)v->bytes);
    pds_json_set_int(json, "pages", v->pages);
    set_findings(json, &v->findings);
    set_lists(json, v);
    return PDS_OK;
}

static pds_code finish(FILE *to, const cli_shares *all, pds_err *e)
{
    (void)to;
    (void)all;
    (void)e;
    return PDS_OK;
}

const cli_writer CLI_JSON_WRITER = { .add = add, .finish = finish };
