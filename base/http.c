#include "base/http.h"

#include "base/http_client.h"
#include "base/interrupt.h"
#include "base/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    TOTAL_MS = 30000,
    FIRST_PAUSE_MS = 250, /* doubles with each retry */
    LOOK_MS = 50          /* how often a pause looks for an interruption */
};

int64_t pds_http_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pds_http_response_drop(pds_http_response *response)
{
    pds_buf_drop(&response->body);
    *response = (pds_http_response){ .status = 0 };
}

/* One exchange at work. */
typedef struct exchange {
    pds_curl *curl;
    const pds_http_request *request;
    pds_http_response *out;
    int64_t deadline;
    long retry_after;
    pds_err *e;
} exchange;

/* ---- redirects ---- */

static bool is_https(const char *url)
{
    return strncasecmp(url, "https:", 6) == 0;
}

static void refuse_redirect(pds_http_response *out, const char *why)
{
    out->fault = PDS_HTTP_REDIRECTS;
    (void)snprintf(out->text, sizeof out->text, "%s", pds_translated(why));
}

static bool is_same_place(const char *a, const char *b)
{
    enum { ORIGIN_MAX = 512 };
    char one[ORIGIN_MAX];
    char other[ORIGIN_MAX];
    return pds_http_origin(a, one, sizeof one) && pds_http_origin(b, other, sizeof other) &&
           strcmp(one, other) == 0;
}

/* A server may close a connection at the moment when it is used again, or while it restarts. What
 * is asked for here does no harm if it is asked twice (RFC 9110, 9.2.2): once more, then. */
static pds_code hop_once_more(exchange *x, const pds_hop *hop, pds_hop_end *end)
{
    PDS_TRY(pds_curl_hop(x->curl, hop, x->out, end, x->e));
    if (!end->dropped || pds_http_clock() >= x->deadline) {
        return PDS_OK;
    }
    pds_hop_end_drop(end);
    return pds_curl_hop(x->curl, hop, x->out, end, x->e);
}

/* Follows until something else than a redirect comes. */
static pds_code follow(exchange *x)
{
    PDS_OWN(pds_hop_end_drop) pds_hop_end end = { .next = NULL };
    pds_hop hop = { .request = x->request,
                    .url = x->request->url,
                    .post = x->request->content_type != NULL,
                    .own = true,
                    .deadline = x->deadline };
    for (int left = x->request->redirects;; left--) {
        pds_hop_end next = { .next = NULL };
        PDS_TRY(hop_once_more(x, &hop, &next));
        const bool downgrade = next.next != NULL && is_https(hop.url) && !is_https(next.next);
        pds_hop_end_drop(&end); /* held hop.url */
        end = next;
        x->retry_after = end.retry_after;
        if (end.next == NULL) {
            return PDS_OK;
        }
        if (left <= 0 || downgrade) {
            refuse_redirect(x->out, downgrade ? N_("it redirects from https to http")
                                              : N_("it redirects too often"));
            return PDS_OK;
        }
        hop.post = hop.post && x->out->status != 303; /* RFC 9110, 15.4.4 */
        hop.own = hop.own && is_same_place(x->request->url, end.next);
        hop.url = end.next;
    }
}

/* ---- retries ---- */

static bool is_worth_a_retry(const pds_http_response *r)
{
    static const long passing[] = { 429, 500, 502, 503, 504 };
    for (size_t i = 0; r->fault == PDS_HTTP_STATUS && i < sizeof passing / sizeof passing[0]; i++) {
        if (r->status == passing[i]) {
            return true;
        }
    }
    return false;
}

static pds_code sleep_until(int64_t end, pds_err *e)
{
    for (int64_t left; (left = end - pds_http_clock()) > 0;) {
        const long ms = left < LOOK_MS ? (long)left : LOOK_MS;
        const struct timespec nap = { .tv_nsec = ms * 1000000 };
        (void)nanosleep(&nap, NULL);
        PDS_TRY(pds_interrupt_check(e));
    }
    return PDS_OK;
}

/* How long to wait before the retry of this number, from 0; some more at random, so that those who
 * were turned away together do not come back together. */
static int64_t pause_ms(const exchange *x, int number)
{
    const int64_t usual = (int64_t)FIRST_PAUSE_MS << (number < 6 ? number : 6);
    const int64_t jitter = pds_http_clock() % (FIRST_PAUSE_MS / 2);
    const int64_t asked = (int64_t)x->retry_after * 1000;
    return (asked > usual ? asked : usual) + jitter;
}

static pds_code exchange_at_all(exchange *x)
{
    PDS_TRY(follow(x));
    for (int i = 0; i < x->request->retries && is_worth_a_retry(x->out); i++) {
        const int64_t until = pds_http_clock() + pause_ms(x, i);
        if (until >= x->deadline) {
            break;
        }
        PDS_TRY(sleep_until(until, x->e));
        PDS_TRY(follow(x));
    }
    return PDS_OK;
}

pds_code pds_http_exchange(const pds_http_request *request, pds_http_response *out, pds_err *e)
{
    const int64_t total = request->total_ms > 0 ? request->total_ms : TOTAL_MS;
    exchange x = { .request = request, .out = out, .deadline = pds_http_clock() + total, .e = e };
    PDS_TRY(pds_client_take(request->client, request->private_hosts, &x.curl, e));
    const pds_code code = exchange_at_all(&x);
    pds_client_give(request->client, request->private_hosts, &x.curl);
    return code;
}
