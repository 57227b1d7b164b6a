#include "pdfsign/fetch.h"

#include "base/http.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "cms/cert_urls.h"
#include "cms/evidence_share.h"
#include "cms/ocsp_request.h"
#include "pdfsign/fetch_ask.h"

#include <stdlib.h>
#include <string.h>

enum {
    CALL_MS = 20000,
    SKEW = 60,          /* seconds that clocks differ */
    RESPONDERS_MAX = 2, /* of one certificate that are asked */
    STEPS_MAX = 6       /* from a certificate to its issuer */
};

struct pds_fetcher {
    pds_trust *trust;
    pds_fetch_cache *cache;
    pds_fetch_store *store; /* NULL: none */
    pds_http_client *client;
    bool private_hosts, crl_first;
    time_t begun;
};

pds_code pds_fetcher_new(const pds_fetch_options *options, pds_fetcher **out, pds_err *e)
{
    PDS_OWN(pds_fetcher_drop) pds_fetcher *made = NULL;
    PDS_TRY(pds_http_load(e));
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
    const char *private_hosts = getenv("PDFSIGN_ALLOW_PRIVATE_HOSTS");
    made->trust = options->trust;
    made->crl_first = options->crl_first;
    made->begun = time(NULL);
    made->private_hosts = private_hosts != NULL && strcmp(private_hosts, "1") == 0;
    PDS_TRY(pds_fetch_cache_new(&made->cache, e));
    PDS_TRY(pds_http_client_new(NULL, &made->client, e));
    if (options->cache != NULL) {
        PDS_TRY(pds_fetch_store_open(options->cache, &made->store, e));
    }
    *out = made;
    made = NULL;
    return PDS_OK;
}

void pds_fetcher_drop(pds_fetcher **fetcher)
{
    if (fetcher != NULL && *fetcher != NULL) {
        pds_fetch_cache_drop(&(*fetcher)->cache);
        pds_fetch_store_drop(&(*fetcher)->store);
        pds_http_client_drop(&(*fetcher)->client);
        free(*fetcher);
        *fetcher = NULL;
    }
}

time_t pds_fetcher_begun(const pds_fetcher *fetcher)
{
    return fetcher->begun;
}

/* One call of those below. */
typedef struct fetch {
    pds_asker asker;
    bool crl_first;
    bool inner; /* the path is that of a responder */
    const pds_path *path;
    time_t at;           /* that is judged at */
    pds_evidence *fresh; /* what came in this call, to see whether it suffices */
    pds_evidence *out;
    pds_findings *notes;
    pds_err *e;
} fetch;

static pds_asker asker_of(const pds_fetcher *f, time_t since)
{
    return (pds_asker){ .cache = f->cache,
                        .store = f->store,
                        .trust = f->trust,
                        .client = f->client,
                        .private_hosts = f->private_hosts,
                        .deadline = pds_http_clock() + CALL_MS,
                        .since = since };
}

static const char *why(const pds_fetch_hold *hold)
{
    return hold->what == NULL ? pds_translated(N_("no time is left for it")) : hold->what->failure;
}

static bool has_come(const pds_fetch_hold *hold)
{
    return hold->what != NULL && hold->what->failure[0] == '\0';
}

static bool is_stored(const pds_fetch_hold *hold)
{
    return has_come(hold) && hold->what->stored;
}

/* Who asks again, because what the folder held is of no use: it may be damaged, forged, or merely
 * overtaken. */
static pds_asker asker_anew(const fetch *f)
{
    pds_asker asker = f->asker;
    asker.asked = true;
    return asker;
}

/* ---- revocation ---- */

/* What the fresh evidence says of each certificate of the path. */
static pds_code look(const fetch *f, pds_revocation said[PDS_PATH_MAX])
{
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    const pds_path_rules path_rules = { f->asker.trust, NULL };
    const pds_revocation_rules rules = { .path = &path_rules,
                                         .evidence = { f->fresh },
                                         .skew = SKEW };
    const pds_when when = { .at = f->at, .now = time(NULL) };
    return pds_revocation_check(&rules, f->path, &f->path->certs, &when, said, &found, f->e);
}

static pds_code is_settled(const fetch *f, size_t i, bool *settled)
{
    pds_revocation said[PDS_PATH_MAX];
    PDS_TRY(look(f, said));
    *settled = said[i].status != PDS_STATUS_UNKNOWN && !said[i].stale;
    return PDS_OK;
}

/* More evidence than there is room for is left out. */
static pds_code unless_full(pds_code code)
{
    return code == PDS_E_LIMIT ? PDS_OK : code;
}

static pds_code add(const fetch *f, const pds_evidence *evidence)
{
    PDS_TRY(unless_full(pds_evidence_share(f->fresh, evidence, f->e)));
    return unless_full(pds_evidence_share(f->out, evidence, f->e));
}

static pds_code note(const fetch *f, size_t i, const char *url, const char *reason)
{
    return pds_finding_add(f->notes, PDS_F_REVOCATION_FETCH_FAILED, f->e,
                           "%s is of no help to tell whether '%s' is revoked: %s", url,
                           pds_cert_label(f->path->certs.items[i]), reason);
}

static pds_code ask_about(const fetch *f, size_t i);

/* A responder whose certificate is not spared the question, and whose answer nobody can believe
 * before. One that answers about such a one itself is not asked about. */
static pds_code ask_about_responder(const fetch *f, size_t i, pds_cert *responder)
{
    PDS_OWN(pds_path_drop) pds_path path = { .anchored = true };
    fetch inner = *f;
    PDS_TRY(pds_certs_add(&path.certs, pds_cert_share(responder), f->e));
    for (size_t k = i + 1; k < f->path->certs.count; k++) {
        PDS_TRY(pds_certs_add(&path.certs, pds_cert_share(f->path->certs.items[k]), f->e));
    }
    inner.path = &path;
    inner.inner = true;
    return ask_about(&inner, 0);
}

static pds_code ask_about_responders(const fetch *f, size_t i, const pds_evidence *answer,
                                     bool *settled)
{
    enum { ASKED_MAX = 2 };
    PDS_OWN(pds_certs_drop) pds_certs all = { 0 };
    size_t asked = 0;
    if (f->inner || *settled) {
        return PDS_OK;
    }
    PDS_TRY(pds_evidence_responders(answer, &all, f->e));
    for (size_t k = 0; k < all.count && asked < ASKED_MAX && !*settled; k++) {
        if (pds_trust_issued_by(f->asker.trust, all.items[k], f->path->certs.items[i + 1])) {
            asked++;
            PDS_TRY(ask_about_responder(f, i, all.items[k]));
            PDS_TRY(is_settled(f, i, settled));
        }
    }
    return PDS_OK;
}

/* What one service is asked. */
typedef struct wanted {
    pds_service service;
    const char *url;
    pds_span request;
} wanted;

static pds_code use(const fetch *f, size_t i, const char *url, const pds_fetch_hold *hold,
                    bool *settled)
{
    if (!has_come(hold)) {
        return note(f, i, url, why(hold));
    }
    PDS_TRY(add(f, hold->what->evidence));
    PDS_TRY(is_settled(f, i, settled));
    PDS_TRY(ask_about_responders(f, i, hold->what->evidence, settled));
    return *settled || is_stored(hold)
               ? PDS_OK
               : note(f, i, url,
                      pds_translated(N_("its answer is old, not for this "
                                        "certificate, or of nobody to believe")));
}

/* kept: the answer is one of the folder */
static pds_code ask_by(const fetch *f, const pds_asker *asker, size_t i, const wanted *w,
                       bool *kept, bool *settled)
{
    pds_fetch_hold hold = { .what = NULL };
    PDS_TRY(pds_service_ask(asker, w->service, w->url, w->request, &hold, f->e));
    *kept = is_stored(&hold);
    const pds_code code = use(f, i, w->url, &hold, settled);
    pds_fetch_cache_release(asker->cache, &hold);
    return code;
}

static pds_code ask_one(const fetch *f, size_t i, pds_service service, const char *url,
                        bool *settled)
{
    PDS_OWN(pds_buf_drop) pds_buf request = { .max = 4096 };
    bool kept = false;
    PDS_TRY(pds_interrupt_check(f->e));
    if (service == PDS_SERVICE_OCSP) {
        PDS_TRY(pds_ocsp_request(f->path->certs.items[i], f->path->certs.items[i + 1],
                                 pds_span_text(""), &request, f->e));
    }
    const wanted w = { service, url, pds_buf_span(&request) };
    PDS_TRY(ask_by(f, &f->asker, i, &w, &kept, settled));
    if (!kept || *settled) {
        return PDS_OK;
    }
    const pds_asker anew = asker_anew(f);
    return ask_by(f, &anew, i, &w, &kept, settled);
}

static pds_code ask_all(const fetch *f, size_t i, pds_service service, bool *settled)
{
    const bool ocsp = service == PDS_SERVICE_OCSP;
    PDS_OWN(pds_urls_drop) pds_urls urls = { .count = 0 };
    PDS_TRY(
        pds_cert_urls(f->path->certs.items[i], ocsp ? PDS_URL_OCSP : PDS_URL_LIST, &urls, f->e));
    for (size_t k = 0; k < urls.count && !*settled && (!ocsp || k < RESPONDERS_MAX); k++) {
        PDS_TRY(ask_one(f, i, service, urls.items[k], settled));
    }
    return PDS_OK;
}

static pds_code ask_about(const fetch *f, size_t i)
{
    const pds_service first = f->crl_first ? PDS_SERVICE_LIST : PDS_SERVICE_OCSP;
    const pds_service second = f->crl_first ? PDS_SERVICE_OCSP : PDS_SERVICE_LIST;
    bool settled = false;
    PDS_TRY(ask_all(f, i, first, &settled));
    return settled ? PDS_OK : ask_all(f, i, second, &settled);
}

pds_code pds_fetch_revocation(pds_fetcher *fetcher, const pds_path *path, time_t at, time_t since,
                              pds_evidence *out, pds_findings *notes, pds_err *e)
{
    PDS_OWN(pds_evidence_drop) pds_evidence *fresh = NULL;
    pds_revocation said[PDS_PATH_MAX];
    if (!path->anchored || path->certs.count < 2 || path->certs.count > PDS_PATH_MAX) {
        return PDS_OK;
    }
    PDS_TRY(pds_evidence_new(&fresh, e));
    const fetch f = { .asker = asker_of(fetcher, since),
                      .crl_first = fetcher->crl_first,
                      .path = path,
                      .at = at,
                      .fresh = fresh,
                      .out = out,
                      .notes = notes,
                      .e = e };
    PDS_TRY(look(&f, said));
    for (size_t i = 0; i + 1 < path->certs.count; i++) {
        if (said[i].status != PDS_STATUS_NOT_NEEDED) {
            PDS_TRY(ask_about(&f, i));
        }
    }
    return PDS_OK;
}

/* ---- issuers ---- */

static const pds_cert *issuer_among(const fetch *f, const pds_cert *cert, const pds_certs *from)
{
    for (size_t i = 0; i < from->count; i++) {
        if (pds_trust_issued_by(f->asker.trust, cert, from->items[i])) {
            return from->items[i];
        }
    }
    return NULL;
}

static pds_code take_issuers(const fetch *f, const char *url, const pds_fetch_hold *hold,
                             pds_certs *pool)
{
    if (!has_come(hold)) {
        return pds_finding_add(f->notes, PDS_F_ISSUER_FETCH_FAILED, f->e,
                               "%s gives no certificate of an issuer: %s", url, why(hold));
    }
    for (size_t i = 0; i < hold->what->certs.count; i++) {
        PDS_TRY(unless_full(pds_certs_add(pool, pds_cert_share(hold->what->certs.items[i]), f->e)));
    }
    return PDS_OK;
}

/* kept: the answer is one of the folder */
static pds_code ask_issuer(const fetch *f, const pds_asker *asker, const char *url, pds_certs *pool,
                           bool *kept)
{
    pds_fetch_hold hold = { .what = NULL };
    PDS_TRY(pds_service_ask(asker, PDS_SERVICE_ISSUER, url, pds_span_text(""), &hold, f->e));
    *kept = is_stored(&hold);
    const pds_code code = take_issuers(f, url, &hold, pool);
    pds_fetch_cache_release(asker->cache, &hold);
    return code;
}

static pds_code fetch_issuer(const fetch *f, const pds_cert *cert, pds_certs *pool,
                             const pds_cert **issuer)
{
    const pds_asker anew = asker_anew(f);
    PDS_OWN(pds_urls_drop) pds_urls urls = { .count = 0 };
    PDS_TRY(pds_cert_urls(cert, PDS_URL_ISSUER, &urls, f->e));
    for (size_t i = 0; i < urls.count && *issuer == NULL; i++) {
        bool kept = false;
        PDS_TRY(pds_interrupt_check(f->e));
        PDS_TRY(ask_issuer(f, &f->asker, urls.items[i], pool, &kept));
        *issuer = issuer_among(f, cert, pool);
        if (kept && *issuer == NULL) {
            PDS_TRY(ask_issuer(f, &anew, urls.items[i], pool, &kept));
            *issuer = issuer_among(f, cert, pool);
        }
    }
    return PDS_OK;
}

pds_code pds_fetch_issuers(pds_fetcher *fetcher, const pds_cert *cert, pds_certs *pool,
                           pds_findings *notes, pds_err *e)
{
    const fetch f = { .asker = asker_of(fetcher, 0), .notes = notes, .e = e };
    const pds_certs *anchors = pds_trust_anchors(fetcher->trust);
    for (int i = 0; i < STEPS_MAX && cert != NULL; i++) {
        if (pds_cert_self_issued(cert) || pds_trust_is_anchor(fetcher->trust, cert) ||
            issuer_among(&f, cert, anchors) != NULL) {
            return PDS_OK;
        }
        const pds_cert *issuer = issuer_among(&f, cert, pool);
        if (issuer == NULL) {
            PDS_TRY(fetch_issuer(&f, cert, pool, &issuer));
        }
        cert = issuer;
    }
    return PDS_OK;
}
