#include "pdfsign/long_term.h"

#include "base/interrupt.h"
#include "base/own.h"
#include "pdf/page.h"
#include "pdfsign/document_timestamp.h"

#include <stdio.h>

/* ---- what there is to prove ---- */

static pds_validation_ask ask_of(const pds_long_term *lt, const pds_file *whole)
{
    return (pds_validation_ask){ .verifier = pds_stamper_verifier(lt->stamper),
                                 .file = whole,
                                 .password = lt->base->password,
                                 .known = lt->base->known };
}

pds_code pds_long_term_judge(const pds_long_term *lt, pds_validation_data *out, pds_err *e)
{
    const pds_file whole = pds_file_with_tail(lt->base->file, pds_buf_span(lt->updates));
    const pds_validation_ask ask = ask_of(lt, &whole);
    return pds_validation_data_judge(&ask, out, e);
}

/* The latest time that is proven of a signature. */
static time_t newest(const pds_validation_data *data)
{
    time_t time = 0;
    for (size_t i = 0; i < data->count; i++) {
        const pds_validation_of *const of = &data->of[i];
        time = !of->stamp && of->time > time ? of->time : time;
    }
    return time;
}

static bool is_complete(const pds_validation_data *data)
{
    bool complete = true;
    for (size_t i = 0; i < data->count; i++) {
        complete = complete && data->of[i].complete && data->of[i].unknown[0] == '\0';
    }
    return complete;
}

static pds_code wait_until(time_t moment, pds_err *e)
{
    static const struct timespec step = { .tv_nsec = 100000000 };
    while (time(NULL) < moment) {
        PDS_TRY(pds_interrupt_check(e));
        (void)nanosleep(&step, NULL);
    }
    return pds_interrupt_check(e);
}

/* What was known before the grace ended says nothing: it is asked for once more. */
static pds_code find_after_grace(pds_validation_ask *ask, pds_validation_data *data, pds_err *e)
{
    const time_t proven = newest(data);
    const time_t end = proven + (time_t)ask->grace;
    if (ask->grace == 0 || proven == 0 || (end <= time(NULL) && is_complete(data))) {
        return PDS_OK;
    }
    PDS_TRY(wait_until(end, e));
    pds_validation_data_drop(data);
    ask->since = end;
    return pds_validation_data_find(ask, data, e);
}

pds_code pds_long_term_find(const pds_long_term *lt, bool anew, pds_validation_data *out,
                            pds_err *e)
{
    const pds_file whole = pds_file_with_tail(lt->base->file, pds_buf_span(lt->updates));
    pds_validation_ask ask = ask_of(lt, &whole);
    ask.grace = pds_stamper_grace(lt->stamper);
    ask.anew = anew;
    ask.since = anew ? pds_stamper_begun(lt->stamper) : 0;
    PDS_TRY(pds_validation_data_find(&ask, out, e));
    return find_after_grace(&ask, out, e);
}

/* What is wrong, or whose certificate nobody tells of. */
static const char *reason_of(const pds_validation_of *of, char room[256])
{
    if (of->verdict != PDS_PASSED || of->unknown[0] == '\0') {
        return of->why;
    }
    (void)snprintf(
        room, 256,
        pds_translated(N_("nothing that counts tells whether the certificate of '%s' was "
                          "revoked")),
        of->unknown);
    return room;
}

/* Data that prove nothing are not worth a file that looks as if they did. */
pds_code pds_long_term_check(const pds_validation_of *of, pds_err *e)
{
    char room[256];
    if (pds_validation_is_revoked(of->worst)) {
        PDS_FAIL(e, PDS_E_CERT_REVOKED, "a signature can't be made to last: %s", of->why);
    }
    if (of->complete && of->unknown[0] == '\0' && of->verdict == PDS_PASSED) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_EVIDENCE_MISSING, __func__,
                                 "what proves a signature later is not to be had: %s%s%s",
                                 reason_of(of, room), of->heard[0] != '\0' ? "; " : "", of->heard),
                        e, "see --trust, --evidence, and whether the services can be reached");
}

/* Signatures that stood before are not answered for. */
static pds_code check_new(const pds_long_term *lt, const pds_validation_data *data, pds_err *e)
{
    for (size_t i = 0; i < data->count; i++) {
        if (data->of[i].end > lt->base->file->size) {
            PDS_TRY(pds_long_term_check(&data->of[i], e));
        }
    }
    return PDS_OK;
}

/* ---- updates ---- */

pds_code pds_long_term_store(pds_long_term *lt, const pds_validation_data *data, pds_err *e)
{
    PDS_OWN(pds_append_drop) pds_append append = { .doc = NULL };
    bool changed = false;
    PDS_TRY(pds_append_open(lt->base, lt->updates, &append, e));
    PDS_TRY(pds_dss_stage(append.update, &data->lacking, &changed, e));
    return changed ? pds_append_write(&append, lt->updates, NULL, e) : PDS_OK;
}

pds_code pds_long_term_do_without(bool allowed, pds_code code, const pds_err *why,
                                  char notes[PDS_NOTES_MAX], pds_err *e)
{
    const bool level_alone = code == PDS_E_TIMESTAMP_FAILED || code == PDS_E_EVIDENCE_MISSING;
    if (!level_alone || !allowed) {
        return pds_err_pass(code, e, why);
    }
    if (code != PDS_E_TIMESTAMP_FAILED || notes[0] == '\0') { /* told one by one */
        pds_note(notes, "", why->text);
    }
    return PDS_OK;
}

/* A source of tokens, and what it tells. */
typedef struct stamping {
    pds_long_term *lt;
    pds_timestamp made; /* the last one */
} stamping;

static void stamping_drop(stamping *s)
{
    pds_timestamp_drop(&s->made);
}

static pds_code stamp(void *self, pds_span imprint, pds_buf *token, pds_err *e)
{
    stamping *const s = self;
    pds_attempts attempts = { .count = 0 };
    pds_timestamp_drop(&s->made);
    s->made = (pds_timestamp){ .lasting = s->lt->lasting };
    const pds_code code = pds_stamper_stamp_digest(s->lt->stamper, imprint, &s->made, &attempts, e);
    pds_attempts_note(&attempts, s->lt->notes);
    PDS_TRY(code);
    pds_buf_put(token, pds_buf_span(&s->made.token));
    return pds_buf_end(token, e);
}

static pds_code find_room(pds_long_term *lt, size_t *room, pds_err *e)
{
    pds_attempts attempts = { .count = 0 };
    if (!pds_stamper_can_stamp(lt->stamper)) {
        return pds_err_hint(
            pds_fail(e, PDS_E_TIMESTAMP_FAILED, __func__,
                     "a document timestamp is needed, and no timestamping authority "
                     "is named"),
            e, "name one with --tsa");
    }
    const pds_code code = pds_stamper_room(lt->stamper, room, &attempts, e);
    pds_attempts_note(&attempts, lt->notes);
    return code;
}

static pds_code digest_updates(pds_long_term *lt, pds_err *e)
{
    const size_t from = lt->digested, to = lt->updates->len;
    lt->digested = to;
    return from == to
               ? PDS_OK
               : pds_digests_put(lt->digests, pds_span_of(lt->updates->ptr + from, to - from), e);
}

static time_t end_of(const pds_path *path)
{
    time_t end = 0;
    for (size_t i = 0; i < path->certs.count; i++) {
        const time_t one = pds_cert_not_after(path->certs.items[i]);
        end = i == 0 || one < end ? one : end;
    }
    return end;
}

pds_code pds_long_term_put_stamp(pds_long_term *lt, pds_long_term_stamp *out, pds_err *e)
{
    PDS_OWN(stamping_drop) stamping s = { .lt = lt };
    const pds_stamp_source source = { stamp, &s, pds_stamper_digest(lt->stamper) };
    pds_document_timestamp made;
    size_t room = 0;
    PDS_TRY(find_room(lt, &room, e));
    PDS_TRY(digest_updates(lt, e));
    PDS_TRY(pds_document_timestamp_append(lt->base, &source, lt->digests, &room, lt->updates, &made,
                                          e));
    pds_stamp_note(&s.made, lt->notes);
    *out = (pds_long_term_stamp){ .time = s.made.time, .expires = end_of(&s.made.path) };
    (void)snprintf(out->field, sizeof out->field, "%s", made.field);
    (void)snprintf(out->url, sizeof out->url, "%s", s.made.url == NULL ? "" : s.made.url);
    return PDS_OK;
}

/* ---- what came of it ---- */

pds_code pds_long_term_check_unbroken(const pds_validation_data *before,
                                      const pds_validation_data *after, pds_err *e)
{
    for (size_t i = 0; i < before->count && i < after->count; i++) {
        const pds_indication is = after->of[i].verdict;
        const pds_indication was = before->of[i].verdict;
        if (is != was && is != PDS_PASSED && was != PDS_FAILED) {
            PDS_FAIL(e, PDS_E_SIGNATURE_INVALID, "what is appended would break a signature: %s",
                     after->of[i].why);
        }
    }
    return PDS_OK;
}

pds_code pds_long_term_fail_level(pds_level level, pds_err *e)
{
    return pds_err_hint(pds_fail(e, PDS_E_EVIDENCE_MISSING, __func__,
                                 "what the file holds already is in the way of level %s",
                                 pds_level_name(level)),
                        e, "its store of evidence (/DSS) is damaged, overfull, or part of a page");
}

/* What stood in the file before may be hostile, and share with pages what the store is made of, or
 * leave no room for evidence: the finished bytes tell. */
static pds_code check_reached(const pds_long_term *lt, const pds_validation_data *before,
                              pds_level level, pds_err *e)
{
    PDS_OWN(pds_validation_data_drop) pds_validation_data after = { .count = 0 };
    PDS_TRY(pds_long_term_judge(lt, &after, e));
    PDS_TRY(pds_long_term_check_unbroken(before, &after, e));
    for (size_t i = 0; i < before->count && i < after.count; i++) {
        const pds_validation_of *const of = &after.of[i];
        const bool added = !of->stamp && of->end > lt->base->file->size;
        const bool lower = of->timed && of->lasting < level; /* else it is known already */
        if (added && (of->verdict != PDS_PASSED || lower)) {
            return pds_long_term_fail_level(level, e);
        }
    }
    return PDS_OK;
}

static bool is_reference(pds_span dict, const char *key)
{
    pds_span value;
    pds_ref ref;
    return pds_dict_get(dict, key, &value) && pds_value_ref(value, &ref);
}

/* Is all that the updates change new, or an entry of the catalog and the first page alone? It can't
 * be shared with anything then, and a second look is spared, which takes as long as a signature. */
static pds_code is_plain(pds_doc *doc, bool *plain, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object first = { 0 };
    pds_page page;
    pds_span value;
    *plain = false;
    if (doc == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_catalog(doc, &catalog, e));
    PDS_TRY(pds_page_find(doc, 1, &page, e));
    PDS_TRY(pds_doc_read(doc, page.ref, &first, e));
    *plain = !pds_dict_get(catalog.value, "DSS", &value) &&
             !pds_dict_get(catalog.value, "AcroForm", &value) &&
             !is_reference(catalog.value, "Extensions") && !is_reference(first.value, "Annots");
    return PDS_OK;
}

static pds_code append(pds_long_term *lt, const pds_validation_data *data, pds_level level,
                       pds_level *reached, bool *plain, pds_err *e)
{
    pds_long_term_stamp stamped;
    PDS_TRY(pds_long_term_store(lt, data, e));
    *reached = PDS_LEVEL_LT;
    if (level == PDS_LEVEL_LTA) {
        PDS_TRY(pds_long_term_put_stamp(lt, &stamped, e));
        *reached = PDS_LEVEL_LTA;
        *plain = *plain && stamped.time >= newest(data); /* another authority's clock may be late */
    }
    return PDS_OK;
}

pds_code pds_long_term_append(pds_long_term *lt, pds_level level, pds_level *reached, pds_err *e)
{
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    pds_err why = { .offset = -1 };
    bool plain = false;
    *reached = PDS_LEVEL_NONE;
    PDS_TRY(is_plain(lt->base->doc, &plain, e));
    PDS_TRY(pds_long_term_find(lt, false, &data, e));
    PDS_TRY(check_new(lt, &data, e));
    const pds_code code = append(lt, &data, level, reached, &plain, e);
    if (*reached == PDS_LEVEL_NONE || plain) {
        return code;
    }
    const pds_code sound = check_reached(lt, &data, *reached, code == PDS_OK ? e : &why);
    *reached = sound == PDS_OK ? *reached : PDS_LEVEL_NONE;
    return code == PDS_OK ? sound : code;
}
