#include "pdfsign/stamper.h"

#include "base/clock.h"
#include "base/own.h"
#include "pdfsign/fetch.h"
#include "pdfsign/verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MS = 1000 };

struct pds_stamper {
    pds_verifier *verifier; /* whose trust is that of the authorities */
    pds_authorities *authorities;
    int64_t grace; /* seconds; 0: none */
    bool lasting;
    pds_digest digest; /* that all authorities are asked for */
};

void pds_stamper_drop(pds_stamper **stamper)
{
    if (*stamper != NULL) {
        pds_authorities_drop(&(*stamper)->authorities);
        pds_verifier_drop(&(*stamper)->verifier);
        free(*stamper);
        *stamper = NULL;
    }
}

static pds_code add_authority(pds_stamper *s, const pds_tsa *from, pds_err *e)
{
    const pds_authority authority = {
        .url = from->url,
        .policy = from->policy,
        .md = pds_md_of(from->digest),
        .access = { .user = from->user,
                    .password = from->password,
                    .cert = from->cert,
                    .key = from->key,
                    .key_password = from->key_password,
                    .ca = from->ca },
    };
    return pds_authorities_add(s->authorities, &authority, e);
}

static pds_code make_verifier(pds_stamper *s, const pds_stamper_options *options, pds_err *e)
{
    const pds_verify_options verify = {
        .trust = options->trust,
        .trust_count = options->trust_count,
        .trust_system = options->trust_system,
        .evidence = options->evidence,
        .evidence_count = options->evidence_count,
        .chains = options->chains,
        .chain_count = options->chain_count,
        .cache = options->cache,
        .crl_first = options->crl_first,
        .revocation_set = true,
        .revocation = options->offline ? PDS_REVOCATION_EMBEDDED : PDS_REVOCATION_ONLINE,
    };
    return pds_verifier_new(&verify, &s->verifier, e);
}

/* ---- what is asked of authorities ---- */

/* Issuers that a token does not bring. Why they can't be had, the path tells that is not found. */
static pds_code find_issuers(void *context, const pds_cert *cert, pds_certs *pool, pds_err *e)
{
    const pds_stamper *const s = context;
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    return s->verifier->fetcher == NULL
               ? PDS_OK
               : pds_fetch_issuers(s->verifier->fetcher, cert, pool, &notes, e);
}

static void tell_first(const pds_findings *findings, char *why, size_t room)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (pds_finding_indication(findings->items[i].code) != PDS_PASSED) {
            (void)snprintf(why, room, "%s", findings->items[i].text);
            return;
        }
    }
}

/* What nobody tells of is told later, when the data are collected that have to tell. */
static pds_code judge_revocation(void *context, const pds_path *path, time_t at, char *why,
                                 size_t room, pds_err *e)
{
    const pds_verifier *const v = ((const pds_stamper *)context)->verifier;
    PDS_OWN(pds_findings_drop) pds_findings findings = { 0 };
    PDS_OWN(pds_evidence_drop) pds_evidence *fetched = NULL;
    pds_revocation said[PDS_PATH_MAX];
    PDS_TRY(pds_evidence_new(&fetched, e));
    if (v->fetcher != NULL) {
        PDS_TRY(pds_fetch_revocation(v->fetcher, path, at, 0, fetched, &findings, e));
    }
    const pds_path_rules path_rules = { v->trust, &v->policy.service_path };
    const pds_revocation_rules rules = { .path = &path_rules,
                                         .evidence = { v->evidence, fetched },
                                         .skew = v->policy.clock_skew };
    const pds_when when = { .at = at, .now = time(NULL) };
    PDS_TRY(pds_revocation_check(&rules, path, &v->chains, &when, said, &findings, e));
    tell_first(&findings, why, room);
    return PDS_OK;
}

static pds_code make_authorities(pds_stamper *s, const pds_stamper_options *options, pds_err *e)
{
    const pds_authority_rules rules = { .trust = s->verifier->trust,
                                        .known = &s->verifier->chains,
                                        .find_issuers = find_issuers,
                                        .judge_revocation = judge_revocation,
                                        .context = s,
                                        .total_ms = options->tsa_timeout * MS };
    PDS_TRY(pds_authorities_new(&rules, &s->authorities, e));
    for (size_t i = 0; i < options->tsa_count; i++) {
        if (pds_md_of(options->tsas[i].digest) != pds_md_of(options->tsas[0].digest)) {
            PDS_FAIL(e, PDS_E_USAGE, "authorities are asked for timestamps of one digest");
        }
        PDS_TRY(add_authority(s, &options->tsas[i], e));
    }
    s->digest = options->tsa_count == 0 || options->tsas->digest == PDS_DIGEST_DEFAULT
                    ? PDS_SHA256
                    : options->tsas->digest;
    return PDS_OK;
}

pds_code pds_stamper_new(const pds_stamper_options *options, pds_stamper **out, pds_err *e)
{
    PDS_OWN(pds_stamper_drop) pds_stamper *s = calloc(1, sizeof *s);
    if (s == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    s->lasting = options->lasting;
    if (options->grace != NULL) {
        PDS_TRY(pds_duration_parse(options->grace, &s->grace, e));
    }
    PDS_TRY(make_verifier(s, options, e));
    PDS_TRY(make_authorities(s, options, e));
    *out = s;
    s = NULL;
    return PDS_OK;
}

int64_t pds_stamper_grace(const pds_stamper *stamper)
{
    return stamper->grace;
}

time_t pds_stamper_begun(const pds_stamper *stamper)
{
    const struct pds_fetcher *const fetcher = stamper->verifier->fetcher;
    return fetcher == NULL ? 0 : pds_fetcher_begun(fetcher);
}

bool pds_stamper_can_stamp(const pds_stamper *stamper)
{
    return pds_authorities_count(stamper->authorities) > 0;
}

pds_digest pds_stamper_digest(const pds_stamper *stamper)
{
    return stamper->digest;
}

pds_verifier *pds_stamper_verifier(const pds_stamper *stamper)
{
    return stamper->verifier;
}

static void note_unchecked(const char *url, char notes[PDS_NOTES_MAX])
{
    pds_note(notes, url,
             pds_translated(N_(
                 "nobody is trusted, so it was not checked whose timestamp it is: see --trust")));
}

void pds_stamp_note(const pds_timestamp *stamp, char notes[PDS_NOTES_MAX])
{
    if (!stamp->path.anchored) {
        note_unchecked(stamp->url == NULL ? "" : stamp->url, notes);
    }
}

pds_code pds_stamper_probe(pds_stamper *stamper, char notes[PDS_NOTES_MAX], pds_err *e)
{
    pds_attempts attempts = { .count = 0 };
    const pds_code code = pds_timestamp_probe(stamper->authorities, stamper->lasting, &attempts, e);
    notes[0] = '\0';
    pds_attempts_note(&attempts, notes);
    if (pds_trust_anchors(stamper->verifier->trust)->count == 0) {
        note_unchecked("", notes);
    }
    return code;
}

void pds_attempts_note(const pds_attempts *attempts, char notes[PDS_NOTES_MAX])
{
    for (size_t i = 0; i < attempts->count; i++) {
        pds_note(notes, attempts->items[i].url, attempts->items[i].text);
    }
}

static bool is_noted(const char *notes, const char *line)
{
    const size_t len = strlen(line);
    const char *at = notes;
    while (at != NULL && (strncmp(at, line, len) != 0 || (at[len] != '\0' && at[len] != '\n'))) {
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    return at != NULL;
}

void pds_note(char notes[PDS_NOTES_MAX], const char *url, const char *text)
{
    char line[PDS_NOTES_MAX];
    const size_t len = strlen(notes);
    (void)snprintf(line, sizeof line, "%s%s%s", url, *url != '\0' ? ": " : "", text);
    if (!is_noted(notes, line)) {
        (void)snprintf(notes + len, PDS_NOTES_MAX - len, "%s%s", len > 0 ? "\n" : "", line);
    }
}

/* Each file of a batch would wait for them anew. */
static pds_code check_up(const pds_stamper *stamper, pds_err *e)
{
    if (pds_authorities_down(stamper->authorities)) {
        PDS_FAIL(e, PDS_E_TIMESTAMP_FAILED,
                 "there is no timestamp: all authorities failed less than a minute ago");
    }
    return PDS_OK;
}

pds_code pds_stamper_room(pds_stamper *stamper, size_t *out, pds_attempts *attempts, pds_err *e)
{
    enum { MORE = 64, SHARE = 16 }; /* serial numbers and times vary in length */
    if (pds_authorities_token_size(stamper->authorities) == 0) {
        PDS_TRY(check_up(stamper, e));
        PDS_TRY(pds_timestamp_probe(stamper->authorities, stamper->lasting, attempts, e));
    }
    const size_t size = pds_authorities_token_size(stamper->authorities);
    *out = size + size / SHARE + MORE;
    return PDS_OK;
}

static pds_code digest_of(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    const pds_span *const bytes = self;
    return pds_md_hash_of(md, *bytes, out, e);
}

pds_code pds_stamper_stamp(pds_stamper *stamper, pds_span signature, pds_timestamp *out,
                           pds_attempts *attempts, pds_err *e)
{
    const pds_digest_source source = { digest_of, &signature };
    return pds_timestamp_get(stamper->authorities, source, out, attempts, e);
}

pds_code pds_stamper_check(const pds_stamper *stamper, pds_span signature, pds_span token,
                           pds_timestamp *out, pds_err *e)
{
    const pds_digest_source source = { digest_of, &signature };
    return pds_timestamp_check(stamper->authorities, token, source, out, e);
}

static pds_code digest_known(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    const pds_span *const digest = self;
    (void)e;
    memcpy(out, digest->ptr, pds_md_size(md)); /* all authorities want the same */
    return PDS_OK;
}

pds_code pds_stamper_stamp_digest(pds_stamper *stamper, pds_span imprint, pds_timestamp *out,
                                  pds_attempts *attempts, pds_err *e)
{
    const pds_digest_source source = { digest_known, &imprint };
    return pds_timestamp_get(stamper->authorities, source, out, attempts, e);
}
