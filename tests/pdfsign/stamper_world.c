#include "tests/pdfsign/stamper_world.h"

#include "base/own.h"

#include <stdio.h>
#include <string.h>

enum { DAY = 86400 };
enum { GOOD, REVOKED }; /* CertStatus, RFC 6960, 4.2.1 */

struct world world;

const char *const WORLD_PATHS[] = {
    "/ocsp/signer",  "/ocsp/clock0", "/ocsp/clock1",  "/root.crl", "/ca.crl",
    "/stampers.crl", "/ca.cer",      "/stampers.cer", "/root.cer", NULL
};

/* ---- what the services answer ---- */

static void put_missing(pds_buf *out)
{
    web_put(out, 404, "text/plain", pds_span_text("not here"));
}

static void put_ocsp(world_answer how, pki_ocsp what, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    if (how == WORLD_MISSING) {
        put_missing(out);
        return;
    }
    what.status = how == WORLD_REVOKED ? REVOKED : GOOD;
    what.revoked = -DAY;
    what.begins = how == WORLD_EARLY ? -3600 : 0;
    what.ends = DAY;
    pki_make_ocsp(&what, &der);
    web_put(out, 200, "application/ocsp-response", pds_buf_span(&der));
}

static void put_list(const pki *issuer, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(&(pki_crl){ .issuer = issuer }, &der);
    web_put(out, 200, "application/pkix-crl", pds_buf_span(&der));
}

typedef struct party {
    const char *name;
    pki *const *who;
} party;

static const party PARTIES[] = {
    { "root", &world.root },
    { "ca", &world.ca },
    { "stampers", &world.stampers },
};

static void put_of_party(const char *path, pds_buf *out)
{
    for (size_t i = 0; i < sizeof PARTIES / sizeof PARTIES[0]; i++) {
        const size_t len = strlen(PARTIES[i].name);
        if (strncmp(path + 1, PARTIES[i].name, len) != 0) {
            continue;
        }
        if (strcmp(path + 1 + len, ".crl") == 0) {
            put_list(*PARTIES[i].who, out);
        } else {
            web_put(out, 200, "application/pkix-cert", pki_cert_der(*PARTIES[i].who));
        }
        return;
    }
    put_missing(out);
}

static void answer(void *context, const web_request *r, pds_buf *out)
{
    (void)context;
    if (strcmp(r->path, "/ocsp/signer") == 0) {
        put_ocsp(world.signer_ocsp,
                 (pki_ocsp){ .cert = world.signer, .issuer = world.ca, .signer = world.responder },
                 out);
    } else if (strncmp(r->path, "/ocsp/clock", 11) == 0) {
        const size_t i = r->path[11] == '1' ? 1 : 0;
        put_ocsp(world.clock_ocsp[i],
                 (pki_ocsp){ .cert = world.clocks[i], .issuer = world.stampers }, out);
    } else {
        put_of_party(r->path, out);
    }
}

/* ---- certificates ---- */

typedef struct plan {
    const char *name, *by; /* by: name of the issuer's files */
    const char *ocsp;      /* path; NULL: none */
    const char *usage, *purposes;
    const pki *issuer;
} plan;

static pki *issue(const plan *p)
{
    char access[256];
    char list[256];
    const char *const at = web_origin(world.server);
    const char *more[] = { "authorityInfoAccess", access, "crlDistributionPoints", list, NULL };
    const bool ca = strstr(p->usage, "CertSign") != NULL;
    (void)snprintf(list, sizeof list, "URI:%s/%s.crl", at, p->by);
    (void)snprintf(access, sizeof access, "caIssuers;URI:%s/%s.cer%s%s%s", at, p->by,
                   p->ocsp != NULL ? ",OCSP;URI:" : "", p->ocsp != NULL ? at : "",
                   p->ocsp != NULL ? p->ocsp : "");
    if (p->ocsp != NULL) { /* nothing but the responder */
        more[2] = NULL;
    }
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = p->name,
                                   .constraints = ca ? "critical,CA:TRUE" : NULL,
                                   .key_usage = p->usage,
                                   .purposes = p->purposes,
                                   .key_identifier = true,
                                   .issuer = p->issuer,
                                   .more = p->issuer == NULL ? NULL : more });
}

#define ISSUES "critical,keyCertSign,cRLSign"
#define SIGNS  "critical,digitalSignature"

void world_start(void)
{
    world.server = web_start(answer, NULL);
    world.root = issue(&(plan){ .name = "Root", .by = "root", .usage = ISSUES });
    world.ca = issue(&(plan){ .name = "CA", .by = "root", .usage = ISSUES, .issuer = world.root });
    world.stampers =
        issue(&(plan){ .name = "Stampers", .by = "root", .usage = ISSUES, .issuer = world.root });
    world.signer = issue(&(plan){
        .name = "Signer", .by = "ca", .ocsp = "/ocsp/signer", .usage = SIGNS, .issuer = world.ca });
    world.responder = issue(&(plan){ .name = "Responder",
                                     .by = "ca",
                                     .usage = SIGNS,
                                     .purposes = "OCSPSigning",
                                     .issuer = world.ca });
    for (size_t i = 0; i < 2; i++) {
        world.clocks[i] = issue(&(plan){ .name = i == 0 ? "Clock 0" : "Clock 1",
                                         .by = "stampers",
                                         .ocsp = i == 0 ? "/ocsp/clock0" : "/ocsp/clock1",
                                         .usage = SIGNS,
                                         .purposes = "critical,timeStamping",
                                         .issuer = world.stampers });
        world.tsas[i] = tsa_start(&(tsa_options){ .signer = world.clocks[i] });
    }
}

void world_stop(void)
{
    pki **const all[] = { &world.root,      &world.ca,        &world.stampers, &world.signer,
                          &world.responder, &world.clocks[0], &world.clocks[1] };
    tsa_stop(&world.tsas[0]);
    tsa_stop(&world.tsas[1]);
    web_stop(&world.server);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        pki_drop(all[i]);
    }
}

unsigned world_hits(void)
{
    unsigned sum = 0;
    for (size_t i = 0; WORLD_PATHS[i] != NULL; i++) {
        sum += web_hits(world.server, WORLD_PATHS[i]);
    }
    return sum;
}
