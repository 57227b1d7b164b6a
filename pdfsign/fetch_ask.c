#include "pdfsign/fetch_ask.h"

#include "base/http.h"
#include "base/own.h"
#include "cms/digest.h"
#include "cms/evidence_share.h"
#include "cms/ocsp_request.h"
#include "cms/pem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEPT_MAX = 3600, /* seconds: newer evidence may be there before nextUpdate */
    KEPT_LEAST = 60, /* also what failed */
    CONNECT_MS = 5000,
    REDIRECTS = 3,
    RETRIES = 2,
    CERTS_MAX = 32, /* of one answer */
    SERVICE_NAME_MAX = 320
};

/* One question at work. */
typedef struct question {
    const pds_asker *asker;
    const char *url;
    pds_span body;
    pds_service service;
    const struct service_row *row;
    uint8_t key[32];
} question;

typedef struct service_row {
    const char *content_type, *accept;
    size_t body_max;
    long total_ms;
    pds_code (*take)(const question *q, pds_span body, pds_fetched *out, pds_err *e);
} service_row;

static void fail_with(pds_fetched *out, const char *why)
{
    (void)snprintf(out->failure, sizeof out->failure, "%s", pds_translated(why));
}

/* ---- what comes back ---- */

/* What was read, or the note that says why it can't be used. */
static void take_evidence(pds_evidence **read, const pds_findings *notes, pds_fetched *out)
{
    if (notes->count > 0) {
        fail_with(out, notes->items[0].text);
        return;
    }
    out->until = pds_evidence_until(*read);
    out->evidence = *read;
    *read = NULL;
}

static pds_code take_ocsp(const question *q, pds_span body, pds_fetched *out, pds_err *e)
{
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    PDS_OWN(pds_evidence_drop) pds_evidence *read = NULL;
    const char *refusal = pds_ocsp_refusal(body);
    if (refusal != NULL) {
        fail_with(out, refusal);
        return PDS_OK;
    }
    PDS_TRY(pds_evidence_new(&read, e));
    PDS_TRY(pds_evidence_add_ocsp(read, q->asker->trust, body, &notes, e));
    take_evidence(&read, &notes, out);
    return PDS_OK;
}

/* A list in PEM becomes DER. */
static pds_code decode_list(pds_span text, pds_buf *der, pds_err *e)
{
    pds_pem block;
    size_t len = 0;
    while (pds_pem_next(&text, &block)) {
        if (!pds_span_is(block.label, "X509 CRL")) {
            continue;
        }
        uint8_t *room = pds_buf_grow(der, pds_pem_room(&block));
        PDS_TRY(pds_buf_end(der, e));
        der->len = pds_pem_decode(&block, room, &len) ? len : 0;
        return PDS_OK;
    }
    return PDS_OK;
}

static pds_code take_list(const question *q, pds_span body, pds_fetched *out, pds_err *e)
{
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    PDS_OWN(pds_evidence_drop) pds_evidence *read = NULL;
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    (void)q;
    PDS_TRY(decode_list(body, &der, e));
    PDS_TRY(pds_evidence_new(&read, e));
    PDS_TRY(pds_evidence_add_crl(read, der.len > 0 ? pds_buf_span(&der) : body, &notes, e));
    take_evidence(&read, &notes, out);
    return PDS_OK;
}

/* The same bytes are the same certificate for the trust's caches. */
static pds_code take_known(const question *q, const pds_certs *from, pds_fetched *out, pds_err *e)
{
    for (size_t i = 0; i < from->count && i < CERTS_MAX; i++) {
        pds_cert *cert = NULL;
        PDS_TRY(pds_trust_cert(q->asker->trust, pds_cert_der(from->items[i]), &cert, e));
        PDS_TRY(pds_certs_add(&out->certs, cert, e));
    }
    return PDS_OK;
}

static pds_code take_issuers(const question *q, pds_span body, pds_fetched *out, pds_err *e)
{
    PDS_OWN(pds_certs_drop) pds_certs read = { 0 };
    const pds_code code = pds_certs_parse(&read, body, e);
    if (code == PDS_E_CERT_UNREADABLE || code == PDS_E_LIMIT) {
        fail_with(out, N_("the answer holds no certificate"));
        return PDS_OK;
    }
    PDS_TRY(code);
    out->until = time(NULL) + KEPT_MAX;
    return take_known(q, &read, out, e);
}

static const service_row ROWS[PDS_SERVICE_COUNT] = {
    [PDS_SERVICE_OCSP] = { "application/ocsp-request", "application/ocsp-response", 64 << 10, 7000,
                           take_ocsp },
    [PDS_SERVICE_LIST] = { NULL, "application/pkix-crl, */*;q=0.5", 16 << 20, 15000, take_list },
    [PDS_SERVICE_ISSUER] = { NULL, "application/pkix-cert, application/pkcs7-mime, */*;q=0.5",
                             256 << 10, 10000, take_issuers },
};

/* ---- asking ---- */

static bool is_unreachable(pds_http_fault fault)
{
    return fault == PDS_HTTP_NOT_FOUND || fault == PDS_HTTP_NOT_CONNECTED ||
           fault == PDS_HTTP_TLS || fault == PDS_HTTP_SERVER_CERT;
}

static void name_service(char out[SERVICE_NAME_MAX], pds_service service, const char *origin)
{
    (void)snprintf(out, SERVICE_NAME_MAX, "%d %s", (int)service, origin);
}

/* A host that can't be reached is so for all its services; one that answers too late, for this. */
static void set_down(const question *q, const char *origin, const pds_http_response *response)
{
    char name[SERVICE_NAME_MAX];
    for (pds_service s = 0; s < PDS_SERVICE_COUNT; s++) {
        if (is_unreachable(response->fault) ||
            (response->fault == PDS_HTTP_TIMEOUT && s == q->service)) {
            name_service(name, s, origin);
            pds_fetch_cache_set_down(q->asker->cache, name, response->text);
        }
    }
}

/* Until when an answer is kept. */
static time_t bounded(time_t until)
{
    const time_t now = time(NULL);
    if (until < now + KEPT_LEAST) {
        return now + KEPT_LEAST;
    }
    return until < now + KEPT_MAX ? until : now + KEPT_MAX;
}

/* A failure for lack of time says nothing of the service. */
static void note_failure(const question *q, const char *origin, bool in_haste,
                         const pds_http_response *response, pds_fetched *out)
{
    (void)snprintf(out->failure, sizeof out->failure, "%s", response->text);
    const bool late =
        response->fault == PDS_HTTP_TIMEOUT || response->fault == PDS_HTTP_NOT_CONNECTED;
    out->until = in_haste && late ? 0 : bounded(0);
    if (out->until != 0) {
        set_down(q, origin, response);
    }
}

/* ---- the folder ---- */

/* For later, what is good for longer than it takes to ask again. */
static pds_code keep(const question *q, pds_buf *body, const pds_fetched *what, pds_err *e)
{
    const time_t longest = what->fetched + PDS_STORE_SECONDS_MAX;
    const time_t until =
        q->service == PDS_SERVICE_ISSUER || what->until > longest ? longest : what->until;
    if (q->asker->store == NULL || what->failure[0] != '\0' ||
        until <= what->fetched + KEPT_LEAST) {
        return PDS_OK;
    }
    PDS_OWN(pds_stored_drop)
    pds_stored answer = { .body = pds_buf_take(body), .fetched = what->fetched, .until = until };
    return pds_fetch_store_put(q->asker->store, q->key, &answer, e);
}

/* What is kept of an earlier call, read and doubted as if it came now. Its own nextUpdate counts,
 * whatever else the file says. */
static pds_code read_kept(const question *q, const pds_stored *kept, pds_fetched *out, pds_err *e)
{
    const time_t now = time(NULL);
    PDS_TRY(q->row->take(q, pds_buf_span(&kept->body), out, e));
    if (out->failure[0] != '\0' || out->until <= now) {
        pds_evidence_drop(&out->evidence);
        pds_certs_drop(&out->certs);
        *out = (pds_fetched){ .until = 0 };
        return PDS_OK;
    }
    out->bytes = kept->body.len;
    out->fetched = kept->fetched;
    out->stored = true;
    out->until = kept->until < out->until ? kept->until : out->until;
    out->until = out->until < now + KEPT_MAX ? out->until : now + KEPT_MAX;
    return PDS_OK;
}

/* out->until: 0 where nothing is kept that is of use. */
static pds_code recall(const question *q, pds_fetched *out, pds_err *e)
{
    PDS_OWN(pds_stored_drop) pds_stored kept = { .until = 0 };
    bool found = false;
    if (q->asker->store == NULL || q->asker->asked) {
        return PDS_OK;
    }
    PDS_TRY(pds_fetch_store_get(q->asker->store, q->key, &kept, &found, e));
    return found && kept.fetched >= q->asker->since ? read_kept(q, &kept, out, e) : PDS_OK;
}

/* ---- the network ---- */

static pds_code exchange(const question *q, const char *origin, pds_fetched *out, pds_err *e)
{
    PDS_OWN(pds_http_response_drop) pds_http_response response = { .status = 0 };
    const int64_t left = q->asker->deadline - pds_http_clock();
    const bool in_haste = left < q->row->total_ms;
    const pds_http_request request = { .url = q->url,
                                       .content_type = q->row->content_type,
                                       .body = q->body,
                                       .accept = q->row->accept,
                                       .body_max = q->row->body_max,
                                       .total_ms = left < 1   ? 1
                                                   : in_haste ? (long)left
                                                              : q->row->total_ms,
                                       .connect_ms = CONNECT_MS,
                                       .redirects = REDIRECTS,
                                       .retries = RETRIES,
                                       .private_hosts = q->asker->private_hosts,
                                       .client = q->asker->client };
    out->fetched = time(NULL);
    PDS_TRY(pds_http_exchange(&request, &response, e));
    if (response.fault != PDS_HTTP_FINE) {
        note_failure(q, origin, in_haste, &response, out);
        return PDS_OK;
    }
    out->bytes = response.body.len;
    PDS_TRY(q->row->take(q, pds_buf_span(&response.body), out, e));
    PDS_TRY(keep(q, &response.body, out, e));
    out->until = bounded(out->failure[0] == '\0' ? out->until : 0);
    return PDS_OK;
}

static pds_code ask(void *context, pds_fetched *out, pds_err *e)
{
    const question *q = context;
    char origin[300];
    char name[SERVICE_NAME_MAX];
    if (!pds_http_origin(q->url, origin, sizeof origin)) {
        fail_with(out, N_("the address is not one of http or https, or holds a user's name"));
        return PDS_OK;
    }
    PDS_TRY(recall(q, out, e));
    if (out->until != 0) {
        return PDS_OK;
    }
    name_service(name, q->service, origin);
    if (pds_fetch_cache_is_down(q->asker->cache, name, out->failure, sizeof out->failure)) {
        return PDS_OK; /* not kept longer than that */
    }
    return exchange(q, origin, out, e);
}

static pds_code make_key(question *q, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    uint8_t digest[PDS_DIGEST_MAX];
    pds_buf_byte(&text, (uint8_t)('0' + (int)q->service));
    pds_buf_text(&text, q->url);
    pds_buf_byte(&text, '\n');
    pds_buf_put(&text, q->body);
    PDS_TRY(pds_buf_end(&text, e));
    PDS_TRY(pds_hash_of(PDS_SHA256, pds_buf_span(&text), digest, e));
    memcpy(q->key, digest, sizeof q->key);
    return PDS_OK;
}

pds_code pds_service_ask(const pds_asker *asker, pds_service service, const char *url,
                         pds_span body, pds_fetch_hold *out, pds_err *e)
{
    question q = { asker, url, body, service, &ROWS[service], { 0 } };
    pds_fetch_wanted wanted = { .since = asker->since,
                                .asked = asker->asked,
                                .deadline = asker->deadline,
                                .ask = ask,
                                .context = &q };
    *out = (pds_fetch_hold){ .what = NULL };
    if (pds_http_clock() >= asker->deadline) {
        return PDS_OK;
    }
    PDS_TRY(make_key(&q, e));
    memcpy(wanted.key, q.key, sizeof wanted.key);
    return pds_fetch_cache_get(asker->cache, &wanted, out, e);
}
