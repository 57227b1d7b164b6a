#include "pdfsign/validation_data.h"

#include "base/own.h"
#include "pdfsign/verify_internal.h"

#include <stdio.h>
#include <stdlib.h>

void pds_validation_data_drop(pds_validation_data *data)
{
    for (size_t i = 0; i < data->der_count; i++) {
        pds_buf_drop(&data->ders[i]);
    }
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        free(data->lacking.of[i].items);
    }
    free(data->of);
    free(data->ders);
    *data = (pds_validation_data){ .count = 0 };
}

/* The first of the worst, unless it is a note. */
static const pds_finding *worst_of(const pds_findings *f, pds_indication *worst)
{
    const char *sub = NULL;
    *worst = pds_findings_worst(f, &sub);
    for (size_t i = 0; i < f->count && *worst != PDS_PASSED; i++) {
        if (pds_finding_indication(f->items[i].code) == *worst) {
            return &f->items[i];
        }
    }
    return NULL;
}

static bool is_stamp(const pds_judged *s)
{
    return s->supported && s->container == PDS_CONTAINER_RFC3161;
}

/* Is there a later document timestamp? They are in the order of what they cover. */
static bool is_covered(const pds_verifying *v, size_t index)
{
    const uint32_t revision = v->signatures[index].range.revision;
    bool covered = false;
    for (size_t i = index + 1; i < v->count && revision != 0; i++) {
        const pds_judged *const s = &v->signatures[i];
        covered = covered || (is_stamp(s) && s->range.revision > revision);
    }
    return covered;
}

bool pds_validation_is_revoked(pds_finding_code code)
{
    return code == PDS_F_CERT_REVOKED || code == PDS_F_CERT_REVOKED_NO_POE ||
           code == PDS_F_CERT_REVOKED_LATER || code == PDS_F_CA_REVOKED_NO_POE ||
           code == PDS_F_CERT_ON_HOLD;
}

/* What made a timestamp worth nothing is in its own findings. */
static pds_finding_code code_of(const pds_judged *s, const pds_finding *worst)
{
    for (size_t i = 0; i < s->stamp_count && worst->code == PDS_F_TIMESTAMP_UNTRUSTED; i++) {
        pds_indication verdict = PDS_PASSED;
        const pds_finding *const own = worst_of(&s->stamps[i].findings, &verdict);
        if (own != NULL && pds_validation_is_revoked(own->code)) {
            return own->code;
        }
    }
    return worst->code;
}

static void hear(const pds_findings *f, pds_validation_of *out)
{
    for (size_t i = 0; i < f->count && out->heard[0] == '\0'; i++) {
        const pds_finding_code code = f->items[i].code;
        if (code == PDS_F_REVOCATION_FETCH_FAILED || code == PDS_F_ISSUER_FETCH_FAILED ||
            code == PDS_F_REVOCATION_EVIDENCE_REFUSED) {
            (void)snprintf(out->heard, sizeof out->heard, "%s", f->items[i].text);
        }
    }
}

static void hear_all(const pds_judged *s, pds_validation_of *out)
{
    hear(&s->findings, out);
    for (size_t i = 0; i < s->stamp_count; i++) {
        hear(&s->stamps[i].findings, out);
    }
}

static void tell(const pds_verifying *v, size_t index, pds_validation_of *out)
{
    const pds_judged *const s = &v->signatures[index];
    const pds_finding *const worst = worst_of(&s->findings, &out->verdict);
    out->stamp = is_stamp(s);
    out->timed = s->stamp_count > 0 || is_covered(v, index);
    out->time = s->when.proven ? s->when.at : 0;
    out->end = s->range.range[2] + s->range.range[3];
    out->expires = s->expires;
    out->level = s->level;
    out->lasting = s->lasting;
    if (worst != NULL) {
        out->worst = code_of(s, worst);
        (void)snprintf(out->why, sizeof out->why, "%s", worst->text);
    }
    hear_all(s, out);
}

static void tell_all(const pds_verifying *v, pds_validation_data *out)
{
    const pds_finding *const worst = worst_of(&v->findings, &out->file);
    if (worst != NULL) {
        (void)snprintf(out->why, sizeof out->why, "%s", worst->text);
    }
    for (size_t i = 0; i < v->count; i++) {
        tell(v, i, &out->of[i]);
    }
}

static pds_code judge(const pds_validation_ask *ask, pds_verifier *verifier,
                      pds_validation_data *collect, pds_validation_data *out, pds_err *e)
{
    PDS_OWN(pds_verifying_drop)
    pds_verifying v = { .verifier = verifier,
                        .input = ask->file->path,
                        .file = *ask->file,
                        .collect = collect,
                        .known = ask->known,
                        .anew = ask->anew,
                        .grace = ask->grace,
                        .since = ask->since };
    PDS_TRY(pds_verify_gates(&v, ask->password, e));
    if (v.count > 0 && out->of == NULL) {
        out->of = calloc(v.count, sizeof *out->of);
        if (out->of == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
        }
        out->count = v.count;
    }
    tell_all(&v, out);
    return PDS_OK;
}

/* A batch may go on for hours, and its timestamps must not lie ahead. All but the time is lent, and
 * knows of threads. */
static pds_verifier as_of_now(const pds_verifier *verifier)
{
    pds_verifier copy = *verifier;
    copy.now = time(NULL);
    copy.at = copy.at_given ? copy.at : copy.now;
    return copy;
}

pds_code pds_validation_data_find(const pds_validation_ask *ask, pds_validation_data *out,
                                  pds_err *e)
{
    pds_verifier verifier = as_of_now(ask->verifier);
    return judge(ask, &verifier, out, out, e);
}

pds_code pds_validation_data_judge(const pds_validation_ask *ask, pds_validation_data *out,
                                   pds_err *e)
{
    pds_verifier verifier = as_of_now(ask->verifier);
    verifier.revocation = PDS_REVOCATION_EMBEDDED;
    verifier.fetcher = NULL;
    verifier.policy.revocation_needed_set = true;
    verifier.policy.revocation_needed = false;
    return judge(ask, &verifier, NULL, out, e);
}
