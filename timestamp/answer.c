#include "timestamp/answer.h"

#include "base/own.h"

#include <stdio.h>
#include <string.h>

enum {
    CERTS_MAX = 64,   /* of one token */
    STEPS_MAX = 4,    /* that issuers are looked for */
    BEHIND_MAX = 300, /* seconds that an authority's clock may be behind ours … */
    AHEAD_MAX = 60    /* … or ahead, which verifiers take less of */
};

/* One answer at work. */
typedef struct check {
    const pds_question *question;
    pds_signed_data_found *found;
    pds_timestamp *out;
    pds_attempt *attempt;
    pds_err *e;
} check;

static void refuse(pds_attempt *attempt, bool bad, const char *why)
{
    attempt->bad = bad;
    (void)snprintf(attempt->text, sizeof attempt->text, "%s", why);
}

static bool is_refused(const check *c)
{
    return c->attempt->text[0] != '\0';
}

/* The first of the worst, if it counts. `passed_over`: one code that does not. */
static void refuse_by(const check *c, const pds_findings *findings, pds_finding_code passed_over)
{
    pds_indication worst = PDS_PASSED;
    for (size_t i = 0; i < findings->count; i++) {
        const pds_finding *const f = &findings->items[i];
        const pds_indication now = pds_finding_indication(f->code);
        const bool counts = f->code != passed_over && now != PDS_PASSED;
        if (counts && (worst == PDS_PASSED || (worst != PDS_FAILED && now == PDS_FAILED))) {
            refuse(c->attempt, true, f->text);
            worst = now;
        }
    }
}

/* ---- the token by itself ---- */

/* The only digest that we know; another one is of something else. */
static pds_code digest_asked(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    const pds_tsp_request *const request = self;
    (void)e;
    memset(out, 0, PDS_DIGEST_MAX);
    if (md == request->md) {
        memcpy(out, request->imprint, pds_md_size(md));
    }
    return PDS_OK;
}

static pds_code read_token(const check *c, pds_span token, pds_digest_source source)
{
    const pds_authority_rules *const rules = c->question->rules;
    const pds_signed_data_input in = {
        .contents = token,
        .container = PDS_CONTAINER_RFC3161,
        .source = source,
        .trust = rules->trust,
        .known = rules->known,
    };
    return pds_signed_data_read(&in, c->found, c->e);
}

/* What it says, before who signed it: a timestamp of something else is told as that. */
static void judge_what_it_says(const check *c)
{
    const pds_tst_info *const tst = &c->found->tst;
    const char *const misfit =
        tst->policy.len == 0 ? NULL : pds_tsp_misfit(&c->question->request, tst);
    if (misfit != NULL) {
        refuse(c->attempt, true, pds_translated(misfit));
    }
}

static void judge_token(const check *c, pds_span token)
{
    const pds_signed_data_found *const found = c->found;
    refuse_by(c, &found->findings, PDS_F_NONE);
    if (!is_refused(c) && (found->ber || found->length != token.len)) {
        refuse(c->attempt, true, pds_translated(N_("the timestamp is not in DER")));
    }
    if (!is_refused(c) &&
        (!found->digest_fits || !found->signature_fits || found->signer == NULL)) {
        refuse(c->attempt, true, pds_translated(N_("the signature of the timestamp is wrong")));
    }
}

static void judge_time(const check *c)
{
    char stamped[PDS_TIME_TEXT];
    char ours[PDS_TIME_TEXT];
    const pds_question *const q = c->question;
    const time_t time = c->found->tst.time;
    if (time >= q->asked - BEHIND_MAX && time <= q->answered + AHEAD_MAX) {
        return;
    }
    pds_time_text(time, stamped);
    pds_time_text(q->answered, ours);
    c->attempt->bad = true;
    (void)snprintf(c->attempt->text, sizeof c->attempt->text,
                   pds_translated(N_("it says that it is %s, and the clock here says %s")), stamped,
                   ours);
}

/* ---- whose it is ---- */

static pds_code add_shared(pds_certs *pool, pds_cert *const *items, size_t count, pds_err *e)
{
    for (size_t i = 0; i < count; i++) {
        PDS_TRY(pds_certs_add(pool, pds_cert_share(items[i]), e));
    }
    return PDS_OK;
}

static pds_code make_pool(const check *c, pds_certs *pool)
{
    const pds_authority_rules *const rules = c->question->rules;
    const pds_spans *const brought = &c->found->certificates;
    for (size_t i = 0; i < brought->count && i < CERTS_MAX; i++) {
        pds_cert *cert = NULL;
        const pds_code code = pds_trust_cert(rules->trust, brought->items[i], &cert, c->e);
        if (code == PDS_E_CERT_UNREADABLE) {
            continue; /* there are other formats than X.509's */
        }
        PDS_TRY(code);
        PDS_TRY(pds_certs_add(pool, cert, c->e));
    }
    return rules->known == NULL ? PDS_OK
                                : add_shared(pool, rules->known->items, rules->known->count, c->e);
}

static pds_code find_path(const check *c, const pds_certs *pool, pds_findings *findings)
{
    const pds_authority_rules *const rules = c->question->rules;
    const pds_path_rules path_rules = { rules->trust, NULL };
    const pds_when when = { .at = c->found->tst.time, .now = c->question->answered };
    pds_path_drop(&c->out->path);
    pds_findings_drop(findings);
    return pds_path_find(&path_rules, c->found->signer, pool, &pds_use_timestamp, &when,
                         &c->out->path, findings, c->e);
}

static bool has_anchors(const check *c)
{
    return pds_trust_anchors(c->question->rules->trust)->count > 0;
}

/* With help from outside, as long as it brings something new. */
static pds_code find_whole_path(const check *c, pds_certs *pool, pds_findings *findings)
{
    const pds_authority_rules *const rules = c->question->rules;
    PDS_TRY(find_path(c, pool, findings));
    for (size_t i = 0;
         i < STEPS_MAX && rules->find_issuers != NULL && has_anchors(c) && !c->out->path.anchored;
         i++) {
        const size_t known = pool->count;
        const pds_certs *const path = &c->out->path.certs;
        PDS_TRY(rules->find_issuers(rules->context, path->items[path->count - 1], pool, c->e));
        if (pool->count == known) {
            return PDS_OK;
        }
        PDS_TRY(find_path(c, pool, findings));
    }
    return PDS_OK;
}

static pds_code judge_revocation(const check *c)
{
    const pds_authority_rules *const rules = c->question->rules;
    if (!c->out->lasting || rules->judge_revocation == NULL || !c->out->path.anchored) {
        return PDS_OK;
    }
    PDS_TRY(rules->judge_revocation(rules->context, &c->out->path, c->found->tst.time,
                                    c->attempt->text, sizeof c->attempt->text, c->e));
    c->attempt->bad = is_refused(c);
    return PDS_OK;
}

static pds_code judge_authority(const check *c)
{
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings findings = { 0 };
    PDS_TRY(make_pool(c, &pool));
    PDS_TRY(find_whole_path(c, &pool, &findings));
    refuse_by(c, &findings, has_anchors(c) ? PDS_F_NONE : PDS_F_CHAIN_NOT_FOUND);
    return is_refused(c) ? PDS_OK : judge_revocation(c);
}

/* ---- the answer ---- */

static pds_code keep(const check *c, pds_span token)
{
    pds_buf_put(&c->out->token, token);
    c->out->time = c->found->tst.time;
    return pds_buf_end(&c->out->token, c->e);
}

static pds_code judge(const check *c, pds_span token)
{
    if (!is_refused(c)) {
        judge_token(c, token);
    }
    if (!is_refused(c)) {
        judge_time(c);
    }
    if (!is_refused(c)) {
        PDS_TRY(judge_authority(c));
    }
    return is_refused(c) ? PDS_OK : keep(c, token);
}

pds_code pds_answer_check(const pds_question *question, pds_span der, pds_timestamp *out,
                          pds_attempt *attempt, pds_err *e)
{
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    const check c = { question, &found, out, attempt, e };
    pds_tsp_answer answer;
    if (!pds_tsp_answer_read(der, &answer)) {
        refuse(attempt, true, pds_translated(N_("its answer is none of a timestamping authority")));
        return PDS_OK;
    }
    if (!answer.granted) {
        refuse(attempt, false, answer.text);
        return PDS_OK;
    }
    pds_tsp_request request = question->request;
    const pds_digest_source source = { digest_asked, &request };
    PDS_TRY(read_token(&c, answer.token, source));
    judge_what_it_says(&c);
    return judge(&c, answer.token);
}

pds_code pds_token_check(const pds_authority_rules *rules, pds_span token, pds_digest_source source,
                         pds_timestamp *out, pds_attempt *attempt, pds_err *e)
{
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    const pds_question question = { .rules = rules, .answered = time(NULL) };
    const check c = { &question, &found, out, attempt, e };
    PDS_TRY(read_token(&c, token, source));
    return judge(&c, token);
}
