#include "timestamp/client.h"

#include "base/interrupt.h"
#include "base/own.h"
#include "timestamp/answer.h"
#include "timestamp/authority_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sys/random.h>

enum { ANSWER_MAX = 1 << 20, CONNECT_MS = 5000, REDIRECTS = 3, URL_SHOWN = 100 };

void pds_timestamp_drop(pds_timestamp *stamp)
{
    pds_buf_drop(&stamp->token);
    pds_path_drop(&stamp->path);
    *stamp = (pds_timestamp){ .url = NULL };
}

/* One authority being asked. */
typedef struct asking {
    pds_authorities *list;
    pds_authority_entry *entry;
    pds_question question;
    uint8_t imprint[PDS_DIGEST_MAX];
    pds_timestamp *out;
    pds_attempt *attempt; /* filled if it is of no use */
    pds_err *e;
} asking;

/* ---- the question ---- */

static pds_code fill_at_random(void *out, size_t count, pds_err *e)
{
    size_t done = 0;
    while (done < count) {
        const ssize_t got = getrandom((uint8_t *)out + done, count - done, 0);
        if (got < 0 && errno != EINTR) {
            PDS_FAIL(e, PDS_E_INTERNAL, "the system gives no random numbers: %s",
                     pds_errno_text(errno));
        }
        done += got < 0 ? 0 : (size_t)got;
    }
    return PDS_OK;
}

/* Eight bytes as a positive INTEGER: some authorities take no more. */
static pds_code make_nonce(uint64_t *out, pds_err *e)
{
    PDS_TRY(fill_at_random(out, sizeof *out, e));
    *out = (*out >> 1) | UINT64_C(1) << 62;
    return PDS_OK;
}

static pds_code make_question(asking *a, pds_digest_source source)
{
    const pds_authority *const given = &a->entry->given;
    a->question = (pds_question){ .rules = &a->list->rules,
                                  .request = { .md = given->md,
                                               .imprint = a->imprint,
                                               .policy = given->policy,
                                               .certificates = !given->bare } };
    PDS_TRY(make_nonce(&a->question.request.nonce, a->e));
    return source.digest(source.self, given->md, a->imprint, a->e);
}

/* ---- the answer ---- */

static bool is_reply(const char *type)
{
    static const char name[] = "application/timestamp-reply";
    const size_t len = sizeof name - 1;
    return strncasecmp(type, name, len) == 0 && (type[len] == '\0' || strchr("; \t", type[len]));
}

static pds_code take_answer(asking *a, const pds_http_response *response)
{
    pds_attempt *const attempt = a->attempt;
    if (response->fault != PDS_HTTP_FINE) {
        const bool unknown = response->fault == PDS_HTTP_SERVER_CERT;
        (void)snprintf(attempt->text, sizeof attempt->text, "%s%s", response->text,
                       unknown ? pds_translated(N_(" (--tsa-ca names who issued it)")) : "");
        return PDS_OK;
    }
    if (!is_reply(response->content_type)) {
        attempt->bad = true;
        (void)snprintf(attempt->text, sizeof attempt->text,
                       pds_translated(N_("it answers with '%s' instead of a timestamp")),
                       response->content_type);
        return PDS_OK;
    }
    return pds_answer_check(&a->question, pds_buf_span(&response->body), a->out, attempt, a->e);
}

static pds_code exchange(asking *a)
{
    PDS_OWN(pds_buf_drop) pds_buf body = { 0 };
    PDS_OWN(pds_http_response_drop) pds_http_response response = { .status = 0 };
    const pds_authority_rules *const rules = &a->list->rules;
    PDS_TRY(pds_tsp_request_put(&a->question.request, &body, a->e));
    const pds_http_request request = { .url = a->entry->given.url,
                                       .content_type = "application/timestamp-query",
                                       .body = pds_buf_span(&body),
                                       .accept = "application/timestamp-reply",
                                       .body_max = ANSWER_MAX,
                                       .total_ms = rules->total_ms,
                                       .connect_ms = CONNECT_MS,
                                       .redirects = REDIRECTS,
                                       .retries = rules->retries,
                                       .private_hosts = true,
                                       .client = a->entry->client };
    a->question.asked = time(NULL);
    PDS_TRY(pds_http_exchange(&request, &response, a->e));
    a->question.answered = time(NULL);
    return take_answer(a, &response);
}

/* Sets out, or adds an attempt. out: empty before. */
static pds_code ask(asking *a, pds_digest_source source, pds_attempts *attempts)
{
    a->attempt = &attempts->items[attempts->count];
    *a->attempt = (pds_attempt){ .url = a->entry->given.url };
    PDS_TRY(pds_interrupt_check(a->e));
    PDS_TRY(make_question(a, source));
    PDS_TRY(exchange(a));
    if (a->attempt->text[0] != '\0') {
        const bool lasting = a->out->lasting;
        pds_timestamp_drop(a->out);
        a->out->lasting = lasting;
        pds_authority_set_down(a->entry);
        attempts->count++;
        return PDS_OK;
    }
    a->out->url = a->entry->given.url;
    pds_authority_set_up(a->entry);
    pds_authorities_learn(a->list, a->out->token.len);
    return PDS_OK;
}

/* ---- nobody ---- */

/* "URL: why; URL: why", those with bad answers first, until `room` is full. *next: where to go on.
 */
static void join(const pds_attempts *attempts, size_t *next, char *out, size_t room)
{
    size_t len = 0;
    out[0] = '\0';
    for (; *next < 2 * attempts->count; ++*next) {
        const bool second = *next >= attempts->count;
        const pds_attempt *const a = &attempts->items[*next - (second ? attempts->count : 0)];
        char one[sizeof a->text + URL_SHOWN + 8];
        if (a->bad == second) {
            continue;
        }
        const int more = snprintf(one, sizeof one, "%s%.*s: %s", len == 0 ? "" : "; ", URL_SHOWN,
                                  a->url, a->text);
        if (len > 0 && len + (size_t)more >= room) {
            return;
        }
        (void)snprintf(out + len, room - len, "%s", one);
        len = strlen(out);
    }
}

static pds_code fail_for_all(const pds_attempts *attempts, pds_err *e)
{
    char text[290];
    char hint[sizeof e->hint];
    size_t next = 0;
    join(attempts, &next, text, sizeof text);
    join(attempts, &next, hint, sizeof hint);
    const pds_code code =
        pds_fail(e, PDS_E_TIMESTAMP_FAILED, __func__, N_("there is no timestamp: %s"), text);
    return hint[0] == '\0' ? code : pds_err_hint(code, e, hint);
}

static pds_code check_list(const pds_authorities *list, pds_err *e)
{
    if (list->count == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "no timestamping authority is named");
    }
    return PDS_OK;
}

pds_code pds_timestamp_get(pds_authorities *list, pds_digest_source source, pds_timestamp *out,
                           pds_attempts *attempts, pds_err *e)
{
    size_t order[PDS_AUTHORITIES_MAX];
    *attempts = (pds_attempts){ .count = 0 };
    PDS_TRY(check_list(list, e));
    pds_authorities_order(list, order);
    for (size_t i = 0; i < list->count; i++) {
        asking a = { .list = list, .entry = &list->entries[order[i]], .out = out, .e = e };
        PDS_TRY(ask(&a, source, attempts));
        if (out->url != NULL) {
            return PDS_OK;
        }
    }
    return fail_for_all(attempts, e);
}

/* ---- is anybody there? ---- */

static pds_code digest_of_nothing(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    return fill_at_random(out, pds_md_size(md), e);
}

pds_code pds_timestamp_probe(pds_authorities *list, bool lasting, pds_attempts *attempts,
                             pds_err *e)
{
    const pds_digest_source source = { digest_of_nothing, NULL };
    *attempts = (pds_attempts){ .count = 0 };
    PDS_TRY(check_list(list, e));
    for (size_t i = 0; i < list->count; i++) {
        PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .lasting = lasting };
        asking a = { .list = list, .entry = &list->entries[i], .out = &stamp, .e = e };
        PDS_TRY(ask(&a, source, attempts));
    }
    return attempts->count == list->count ? fail_for_all(attempts, e) : PDS_OK;
}

/* ---- a token that came otherwise ---- */

pds_code pds_timestamp_check(pds_authorities *list, pds_span token, pds_digest_source source,
                             pds_timestamp *out, pds_err *e)
{
    pds_attempt attempt = { .bad = false };
    PDS_TRY(pds_token_check(&list->rules, token, source, out, &attempt, e));
    if (attempt.text[0] == '\0') {
        return PDS_OK;
    }
    pds_timestamp_drop(out);
    PDS_FAIL(e, PDS_E_TIMESTAMP_FAILED, "a timestamp does not hold: %s", attempt.text);
}
