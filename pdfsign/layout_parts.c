#include "pdfsign/layout_parts.h"

#include "base/own.h"
#include "seal/color.h"
#include "seal/date.h"

#include <string.h>

static const double DATE_SIZE = 10.5; /* points: the Chinese size five, that of contracts */
static const uint8_t BLACK[3] = { 0, 0, 0 };

/* Stands for a name that is not known before a key is: in dry runs and previews only. */
#define UNKNOWN_NAME "\xe2\x80\xa6\xe2\x80\xa6"

void pds_parts_drop(pds_parts *p)
{
    pds_buf_drop(&p->text);
    pds_buf_drop(&p->written);
}

/* ---- lines of --show ---- */

/* A line's text as it is known now; NULL: it is not. */
typedef struct line_source {
    const pds_scene *scene;
    const pds_signing *signing;
    const pds_plan *plan;
    const char *date;
} line_source;

static const char *name_line(const line_source *from)
{
    const pds_sign_job *job = from->scene->job;
    if (from->plan->options.name != NULL) {
        return from->plan->options.name;
    }
    if (from->signing->key != NULL) {
        return pds_cert_label(pds_key_cert(from->signing->key));
    }
    return job->dry_run || job->preview != NULL ? UNKNOWN_NAME : NULL;
}

static const char *date_line(const line_source *from)
{
    return from->date;
}

static const char *reason_line(const line_source *from)
{
    return from->plan->options.reason;
}

static const char *location_line(const line_source *from)
{
    return from->plan->options.location;
}

static const char *contact_line(const line_source *from)
{
    return from->plan->options.contact;
}

typedef struct line_row {
    const char *word;
    const char *(*text)(const line_source *from);
    const char *missing; /* what to do where there is none */
} line_row;

static const line_row LINES[] = {
    { "name", name_line, N_("the certificate is not known yet: give --name") },
    { "date", date_line, NULL },
    { "reason", reason_line, N_("give --reason, or leave it out of --show") },
    { "location", location_line, N_("give --location, or leave it out of --show") },
    { "contact", contact_line, N_("give --contact, or leave it out of --show") },
};

static const line_row *line_of(pds_span word)
{
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
        if (pds_span_is(word, LINES[i].word)) {
            return &LINES[i];
        }
    }
    return NULL;
}

static void put_line(pds_buf *out, const char *line)
{
    if (out->len > 0) {
        pds_buf_byte(out, '\n');
    }
    pds_buf_text(out, line);
}

static pds_code show_one(const line_source *from, pds_span word, pds_buf *out, pds_err *e)
{
    const line_row *row = line_of(word);
    if (row == NULL) {
        pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "--show does not know '%.*s'",
                                 (int)(word.len < 64 ? word.len : 64), (const char *)word.ptr);
        return pds_err_expected(code, e, "name, date, reason, location, contact", NULL);
    }
    const char *text = row->text(from);
    if (text == NULL) {
        return pds_err_hint(pds_fail(e, PDS_E_USAGE, __func__, "there is no %s to show", row->word),
                            e, row->missing);
    }
    put_line(out, text);
    return PDS_OK;
}

static pds_code show_lines(const line_source *from, const char *list, pds_buf *out, pds_err *e)
{
    while (list != NULL) {
        size_t len = strcspn(list, ",");
        PDS_TRY(show_one(from, pds_span_of(list, len), out, e));
        list = list[len] == ',' ? list + len + 1 : NULL;
    }
    return PDS_OK;
}

/* ---- the date ---- */

static pds_code write_date(const pds_scene *s, const pds_look *look, pds_buf *out, pds_err *e)
{
    pds_moment when = *s->when;
    if (look->date_value != NULL) {
        PDS_TRY(pds_date_parse(look->date_value, &when, e));
    }
    PDS_TRY(pds_date_format(look->date_format, &when, out, e));
    return pds_buf_end(out, e);
}

/* ---- compositions ---- */

static void compose_seal(const pds_look *look, pds_parts *p, pds_composition *out)
{
    const pds_image *image = look->seal == NULL ? NULL : pds_seal_image(look->seal);
    out->image = image;
    if (image != NULL) {
        memcpy(out->image_size, image->size, sizeof out->image_size);
    }
    out->text = p->text.len > 0 ? pds_buf_cstr(&p->text) : NULL;
    out->text_size = look->text_size;
    out->text_place = look->text_place;
    out->vertical = look->vertical;
    out->plain = look->plain;
    p->seal = image != NULL || out->text != NULL;
}

static void compose_date(const pds_look *look, pds_parts *p, pds_composition *out)
{
    out->text = pds_buf_cstr(&p->written);
    out->text_size = p->date_size > 0.0 ? p->date_size : DATE_SIZE;
    out->whole = true;
    out->plain = look->plain;
    memcpy(out->text_color, p->date_color, sizeof out->text_color);
}

static void compose_dated(pds_parts *p, pds_composition *out)
{
    *out = p->sights[PDS_SIGHT_DATE];
    if (p->seal) {
        *out = p->sights[PDS_SIGHT_SEAL];
        out->date = pds_buf_cstr(&p->written);
        out->date_size = p->sights[PDS_SIGHT_DATE].text_size;
        memcpy(out->date_color, p->date_color, sizeof out->date_color);
    }
}

pds_code pds_parts_make(const pds_scene *s, size_t index, const pds_plan *plan, pds_parts *out,
                        pds_err *e)
{
    const pds_look *look = &plan->options.look;
    pds_composition *seal = &out->sights[PDS_SIGHT_SEAL];

    *out = (pds_parts){ .date = look->date_count > 0, .date_size = look->date_size };
    PDS_TRY(pds_color_parse(look->date_color, BLACK, out->date_color, e));
    PDS_TRY(pds_color_parse(look->text_color, BLACK, seal->text_color, e));
    PDS_TRY(write_date(s, look, &out->written, e));
    line_source from = { s, &s->job->signings[index], plan, pds_buf_cstr(&out->written) };
    pds_buf_text(&out->text, look->text == NULL ? "" : look->text);
    PDS_TRY(show_lines(&from, look->show, &out->text, e));
    PDS_TRY(pds_buf_end(&out->text, e));
    compose_seal(look, out, seal);
    compose_date(look, out, &out->sights[PDS_SIGHT_DATE]);
    compose_dated(out, &out->sights[PDS_SIGHT_DATED]);
    return PDS_OK;
}

bool pds_sight_has_text(const pds_parts *p, pds_sight sight)
{
    return p->sights[sight].text != NULL || p->sights[sight].date != NULL;
}
