#include "base/own.h"
#include "cms/evp.h"
#include "cms/path_check.h"
#include "cms/x509.h"

#include <openssl/x509v3.h>

static void constraints_drop(NAME_CONSTRAINTS **constraints)
{
    NAME_CONSTRAINTS_free(*constraints);
}

static const struct {
    int result;
    const char *why;
} REFUSALS[] = {
    { X509_V_ERR_PERMITTED_VIOLATION, N_("a name is not below any that it may certify") },
    { X509_V_ERR_EXCLUDED_VIOLATION, N_("a name is below one that it may not certify") },
    { X509_V_ERR_SUBTREE_MINMAX, N_("its constraints have a minimum or maximum") },
    { X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, N_("its constraints are for another kind of name") },
    { X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, N_("its constraints can't be read") },
    { X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, N_("a name can't be read") },
};

static const char *why_refused(int result)
{
    for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
        if (REFUSALS[i].result == result) {
            return pds_translated(REFUSALS[i].why);
        }
    }
    return X509_verify_cert_error_string(result);
}

/* The subject, the addresses in it, and all alternative names; a name of a kind that can't be
 * judged is no exception. */
static pds_code check_below(const pds_cert *c, const pds_cert *issuer, NAME_CONSTRAINTS *allowed,
                            pds_findings *out, pds_err *e)
{
    const int result = NAME_CONSTRAINTS_check(pds_cert_x509(c), allowed);
    pds_evp_forget();
    if (result == X509_V_OK) {
        return PDS_OK;
    }
    if (result == X509_V_ERR_OUT_OF_MEM) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return pds_finding_add(out, PDS_F_CHAIN_NAME_CONSTRAINTS, e,
                           "'%s' may not certify the names of '%s': %s", pds_cert_label(issuer),
                           pds_cert_label(c), why_refused(result));
}

/* RFC 5280, 6.1.3 (b) and (c): a self-issued certificate is left out unless it is the leaf. */
static pds_code check_issuer(const pds_path_job *job, size_t at, pds_findings *out, pds_err *e)
{
    PDS_OWN(constraints_drop)
    NAME_CONSTRAINTS *allowed =
        X509_get_ext_d2i(pds_cert_x509(job->certs[at]), NID_name_constraints, NULL, NULL);
    for (size_t i = at; allowed != NULL && i > 0; i--) {
        const pds_cert *c = job->certs[i - 1];
        if (i == 1 || !pds_cert_self_issued(c)) {
            PDS_TRY(check_below(c, job->certs[at], allowed, out, e));
        }
    }
    return PDS_OK;
}

pds_code pds_path_names_check(const pds_path_job *job, pds_findings *out, pds_err *e)
{
    for (size_t i = job->count - 1; i > 0; i--) {
        PDS_TRY(check_issuer(job, i, out, e));
    }
    return PDS_OK;
}
