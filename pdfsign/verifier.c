#include "pdfsign/verifier.h"

#include "base/clock.h"
#include "base/own.h"
#include "cms/evidence_load.h"
#include "pdfsign/fetch.h"

#include <stdlib.h>

/* ---- what the options say ---- */

static pds_code check_patterns(const pds_verify_options *o, pds_err *e)
{
    for (size_t i = 0; i < o->require_signer_count; i++) {
        if (o->require_signers[i] == NULL || *o->require_signers[i] == '\0') {
            PDS_FAIL(e, PDS_E_USAGE, "the pattern for a signer is empty");
        }
    }
    return PDS_OK;
}

static pds_code check_numbers(const pds_verify_options *o, pds_err *e)
{
    if (o->require_signatures < 0) {
        PDS_FAIL(e, PDS_E_USAGE, "a file can't have %ld signatures", o->require_signatures);
    }
    if ((unsigned)o->require_level > PDS_LEVEL_LTA ||
        (unsigned)o->revocation > PDS_REVOCATION_ONLINE) {
        PDS_FAIL(e, PDS_E_USAGE, "no such level, or no such way to ask for revocation");
    }
    return PDS_OK;
}

static pds_code read_times(pds_verifier *v, pds_err *e)
{
    const pds_verify_options *o = &v->options;
    pds_moment now;
    PDS_TRY(pds_clock_now("UTC", &now, e));
    v->now = now.utc;
    v->at = now.utc;
    v->at_given = o->at_time != NULL;
    if (v->at_given) {
        PDS_TRY(pds_clock_parse(o->at_time, &v->at, e));
    }
    if (o->expires_within != NULL) {
        PDS_TRY(pds_duration_parse(o->expires_within, &v->expires_within, e));
        if (v->expires_within == 0) {
            PDS_FAIL(e, PDS_E_USAGE, "a span of no length asks for nothing: '%s'",
                     o->expires_within);
        }
    }
    return PDS_OK;
}

/* ---- what they name ---- */

/* Who names something else gets the usage explained, not what is wrong with a certificate of his.
 */
static pds_code as_usage(pds_code code, pds_err *e)
{
    if (code != PDS_E_CERT_UNREADABLE) {
        return code;
    }
    if (e != NULL) {
        e->code = PDS_E_USAGE;
    }
    return PDS_E_USAGE;
}

static pds_code load_trust(pds_verifier *v, pds_err *e)
{
    const pds_verify_options *o = &v->options;
    PDS_TRY(pds_trust_new(&v->trust, e));
    for (size_t i = 0; i < o->trust_count; i++) {
        PDS_TRY(pds_trust_load(v->trust, o->trust[i], e));
    }
    return o->trust_system ? pds_trust_load_system(v->trust, e) : PDS_OK;
}

static pds_code load_chains(pds_verifier *v, pds_err *e)
{
    const pds_verify_options *o = &v->options;
    for (size_t i = 0; i < o->chain_count; i++) {
        PDS_TRY(pds_certs_load(&v->chains, o->chains[i], e));
    }
    return PDS_OK;
}

static pds_code load_evidence(pds_verifier *v, pds_err *e)
{
    const pds_verify_options *o = &v->options;
    if (o->evidence_count > 0) {
        PDS_TRY(pds_evidence_new(&v->evidence, e));
    }
    for (size_t i = 0; i < o->evidence_count; i++) {
        PDS_TRY(pds_evidence_load(v->evidence, v->trust, o->evidence[i], e));
    }
    return PDS_OK;
}

/* The option before the policy before the usual, which the policy holds where its file is silent.
 */
static pds_code choose_revocation(pds_verifier *v, pds_err *e)
{
    const pds_verify_options *o = &v->options;
    v->revocation = o->revocation_set ? o->revocation : v->policy.revocation;
    if (o->offline && v->revocation == PDS_REVOCATION_ONLINE) {
        v->revocation = PDS_REVOCATION_EMBEDDED;
    }
    const pds_fetch_options fetch = { v->trust, o->cache, o->crl_first };
    return v->revocation == PDS_REVOCATION_ONLINE ? pds_fetcher_new(&fetch, &v->fetcher, e)
                                                  : PDS_OK;
}

/* ---- the verifier ---- */

static pds_code fill(pds_verifier *v, const pds_verify_options *options, pds_err *e)
{
    v->options = *options;
    PDS_TRY(check_numbers(&v->options, e));
    PDS_TRY(check_patterns(&v->options, e));
    PDS_TRY(read_times(v, e));
    PDS_TRY(pds_policy_read(options->policy, &v->policy, e));
    PDS_TRY(as_usage(load_trust(v, e), e));
    PDS_TRY(as_usage(load_chains(v, e), e));
    PDS_TRY(as_usage(load_evidence(v, e), e));
    PDS_TRY(choose_revocation(v, e));
    return PDS_OK;
}

/* Lists of paths were lent for the call only. */
static void forget_paths(pds_verify_options *o)
{
    o->trust = o->chains = o->evidence = NULL;
    o->trust_count = o->chain_count = o->evidence_count = 0;
    o->at_time = o->policy = o->cache = NULL;
}

pds_code pds_verifier_new(const pds_verify_options *options, pds_verifier **out, pds_err *e)
{
    PDS_OWN(pds_verifier_drop) pds_verifier *v = calloc(1, sizeof *v);
    *out = NULL;
    if (v == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(fill(v, options, e));
    forget_paths(&v->options);
    *out = v;
    v = NULL;
    return PDS_OK;
}

void pds_verifier_drop(pds_verifier **verifier)
{
    if (verifier == NULL || *verifier == NULL) {
        return;
    }
    pds_fetcher_drop(&(*verifier)->fetcher);
    pds_evidence_drop(&(*verifier)->evidence);
    pds_certs_drop(&(*verifier)->chains);
    pds_trust_drop(&(*verifier)->trust);
    pds_policy_drop(&(*verifier)->policy);
    free(*verifier);
    *verifier = NULL;
}
