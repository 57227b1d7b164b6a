#include "cms/evp.h"
#include "cms/x509.h"

enum { CHAIN_MAX = 10 };

bool pds_cert_issued_by(const pds_cert *c, const pds_cert *issuer)
{
    if (pds_cert_key(issuer) == NULL ||
        X509_NAME_cmp(X509_get_issuer_name(pds_cert_x509(c)),
                      X509_get_subject_name(pds_cert_x509(issuer))) != 0) {
        return false;
    }
    bool signed_by = X509_verify(pds_cert_x509(c), pds_cert_key(issuer)) == 1;
    pds_evp_forget();
    return signed_by;
}

static bool holds(const pds_certs *list, const pds_cert *c)
{
    for (size_t i = 0; i < list->count; i++) {
        if (pds_span_eq(pds_cert_der(list->items[i]), pds_cert_der(c))) {
            return true;
        }
    }
    return false;
}

/* One key may have several certificates, renewed or cross-signed: the one that lasts longest. */
static pds_cert *find_issuer(const pds_cert *of, const pds_certs *pool, const pds_certs *used)
{
    pds_cert *best = NULL;
    for (size_t i = 0; i < pool->count; i++) {
        pds_cert *candidate = pool->items[i];
        bool better = best == NULL || pds_cert_not_after(candidate) > pds_cert_not_after(best);
        if (better && !holds(used, candidate) && pds_cert_issued_by(of, candidate)) {
            best = candidate;
        }
    }
    return best;
}

/* A root tells a verifier nothing: it trusts its own copy or none. */
static bool is_needless_root(const pds_cert *c, const pds_certs *chain)
{
    return chain->count > 0 && pds_cert_self_issued(c) && pds_cert_issued_by(c, c);
}

pds_code pds_certs_chain(const pds_cert *leaf, const pds_certs *pool, pds_certs *out, pds_err *e)
{
    const pds_cert *last = leaf;
    while (out->count < CHAIN_MAX && !pds_cert_self_issued(last)) {
        pds_cert *issuer = find_issuer(last, pool, out);
        if (issuer == NULL || is_needless_root(issuer, out)) {
            break;
        }
        PDS_TRY(pds_certs_add(out, pds_cert_share(issuer), e));
        last = issuer;
    }
    return PDS_OK;
}
