#include "pdfsign/stamper.h"

#include "base/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MS = 1000 };

struct pds_stamper {
    pds_trust *trust;
    pds_authorities *authorities;
    pds_verifier *verifier;
    pds_digest digest; /* that all authorities are asked for */
};

void pds_stamper_drop(pds_stamper **stamper)
{
    if (*stamper != NULL) {
        pds_authorities_drop(&(*stamper)->authorities);
        pds_trust_drop(&(*stamper)->trust);
        pds_verifier_drop(&(*stamper)->verifier);
        free(*stamper);
        *stamper = NULL;
    }
}

static pds_code load_trust(pds_stamper *s, const pds_stamper_options *options, pds_err *e)
{
    PDS_TRY(pds_trust_new(&s->trust, e));
    for (size_t i = 0; i < options->trust_count; i++) {
        PDS_TRY(pds_trust_load(s->trust, options->trust[i], e));
    }
    return options->trust_system ? pds_trust_load_system(s->trust, e) : PDS_OK;
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

pds_code pds_stamper_new(const pds_stamper_options *options, pds_stamper **out, pds_err *e)
{
    PDS_OWN(pds_stamper_drop) pds_stamper *s = calloc(1, sizeof *s);
    if (s == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(load_trust(s, options, e));
    const pds_authority_rules rules = { .trust = s->trust, .total_ms = options->tsa_timeout * MS };
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
    PDS_TRY(make_verifier(s, options, e));
    *out = s;
    s = NULL;
    return PDS_OK;
}

pds_digest pds_stamper_digest(const pds_stamper *stamper)
{
    return stamper->digest;
}

pds_verifier *pds_stamper_verifier(const pds_stamper *stamper)
{
    return stamper->verifier;
}

pds_code pds_stamper_probe(pds_stamper *stamper, char notes[PDS_NOTES_MAX], pds_err *e)
{
    pds_attempts attempts = { .count = 0 };
    const pds_code code = pds_timestamp_probe(stamper->authorities, &attempts, e);
    notes[0] = '\0';
    pds_attempts_note(&attempts, notes);
    return code;
}

void pds_attempts_note(const pds_attempts *attempts, char notes[PDS_NOTES_MAX])
{
    for (size_t i = 0; i < attempts->count; i++) {
        pds_note(notes, attempts->items[i].url, attempts->items[i].text);
    }
}

void pds_note(char notes[PDS_NOTES_MAX], const char *url, const char *text)
{
    const size_t len = strlen(notes);
    (void)snprintf(notes + len, PDS_NOTES_MAX - len, "%s%s%s%s", len > 0 ? "\n" : "", url,
                   *url != '\0' ? ": " : "", text);
}

pds_code pds_stamper_room(pds_stamper *stamper, size_t *out, pds_attempts *attempts, pds_err *e)
{
    enum { MORE = 64, SHARE = 16 }; /* serial numbers and times vary in length */
    if (pds_authorities_token_size(stamper->authorities) == 0) {
        PDS_TRY(pds_timestamp_probe(stamper->authorities, attempts, e));
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
