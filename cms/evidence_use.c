#include "cms/evidence_use.h"

#include "base/own.h"
#include "cms/evp.h"
#include "cms/revocation_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- what was relied on ---- */

void pds_evidence_use_cut(pds_evidence_use *use, size_t from, size_t to)
{
    if (use == NULL || from == to) {
        return;
    }
    for (size_t i = from; i < to; i++) {
        pds_cert_drop(&use->items[i].cert);
    }
    memmove(use->items + from, use->items + to, (use->count - to) * sizeof *use->items);
    use->count -= to - from;
}

void pds_evidence_use_drop(pds_evidence_use *use)
{
    pds_evidence_use_cut(use, 0, use->count);
    free(use->items);
    *use = (pds_evidence_use){ .count = 0 };
}

/* Not by pds_grow: the array shrinks, too. */
static pds_code add(pds_evidence_use *use, pds_used one, pds_err *e)
{
    pds_used *const more = reallocarray(use->items, use->count + 1, sizeof *more);
    if (more == NULL) {
        pds_cert_drop(&one.cert);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    use->items = more;
    more[use->count++] = one;
    return PDS_OK;
}

pds_code pds_evidence_use_add(pds_evidence_use *use, const pds_revocation *said, pds_err *e)
{
    if (use == NULL || said->source == PDS_BY_NOTHING) {
        return PDS_OK;
    }
    return add(use,
               (pds_used){ .kind = said->source, .evidence = said->evidence, .index = said->index },
               e);
}

pds_code pds_evidence_use_add_cert(pds_evidence_use *use, pds_cert *cert, pds_err *e)
{
    return use == NULL ? PDS_OK : add(use, (pds_used){ .cert = pds_cert_share(cert) }, e);
}

/* ---- one piece ---- */

bool pds_evidence_holds(const pds_evidence *evidence, const pds_evidence *other,
                        pds_revocation_source kind, size_t index)
{
    const bool response = kind == PDS_BY_OCSP;
    const uint8_t *const sha256 =
        response ? other->responses[index].sha256 : other->crls[index].sha256;
    size_t left = evidence == NULL ? 0 : response ? evidence->response_count : evidence->crl_count;
    bool held = false;
    while (left-- > 0 && !held) {
        const uint8_t *const one =
            response ? evidence->responses[left].sha256 : evidence->crls[left].sha256;
        held = memcmp(one, sha256, sizeof other->crls->sha256) == 0;
    }
    return held;
}

static pds_code put(int len, unsigned char *const *der, pds_buf *out, pds_err *e)
{
    pds_evp_forget();
    if (len < 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    pds_buf_put(out, pds_span_of(*der, (size_t)len));
    OPENSSL_free(*der);
    return pds_buf_end(out, e);
}

static void response_drop(OCSP_RESPONSE **response)
{
    OCSP_RESPONSE_free(*response);
}

/* What was read of it is the inner part alone. */
static pds_code put_response(const pds_ocsp *o, pds_buf *out, pds_err *e)
{
    unsigned char *der = NULL;
    PDS_OWN(response_drop)
    OCSP_RESPONSE *whole = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, o->basic);
    const int len = whole == NULL ? -1 : i2d_OCSP_RESPONSE(whole, &der);
    return put(len, &der, out, e);
}

pds_code pds_evidence_der(const pds_evidence *evidence, pds_revocation_source kind, size_t index,
                          pds_buf *out, pds_err *e)
{
    unsigned char *der = NULL;
    if (kind == PDS_BY_OCSP) {
        return put_response(&evidence->responses[index], out, e);
    }
    const int len = i2d_X509_CRL(evidence->crls[index].crl, &der);
    return put(len, &der, out, e);
}
