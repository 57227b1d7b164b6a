#include "pdfsign/policy.h"

#include "base/file.h"
#include "base/own.h"
#include "pdfsign/policy_file.h"

#include <stdlib.h>

enum { FILE_BYTES_MAX = 1 << 20, USUAL_SKEW = 60 };

static void owner_drop(pds_policy_owner **owner)
{
    if (*owner == NULL) {
        return;
    }
    for (size_t i = 0; i < (*owner)->list_count; i++) {
        free((*owner)->lists[i]);
    }
    pds_json_drop(&(*owner)->file);
    free(*owner);
    *owner = NULL;
}

void pds_policy_drop(pds_policy *policy)
{
    pds_policy_owner *owner = policy->owner;
    owner_drop(&owner);
    *policy = (pds_policy){ .owner = NULL };
}

static void set_usual(pds_policy *out)
{
    *out = (pds_policy){
        .limits = *pds_crypto_limits_usual(),
        .document = pds_use_document,
        .timestamp = pds_use_timestamp,
        .revocation = PDS_REVOCATION_EMBEDDED,
        .clock_skew = USUAL_SKEW,
    };
}

/* What signers are asked holds for the rest too, but for their certificate policies. */
static void point_into_itself(pds_policy *p)
{
    p->path.limits = &p->limits;
    p->service_path = p->path;
    p->service_path.policies = NULL;
}

static pds_code read_file(const char *path, pds_policy *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(owner_drop) pds_policy_owner *owner = calloc(1, sizeof *owner);
    if (owner == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(pds_file_slurp(path, FILE_BYTES_MAX, &text, e));
    PDS_TRY(pds_json_parse(text.len == 0 ? "" : (const char *)text.ptr, text.len, &owner->file, e));
    PDS_TRY(pds_policy_apply(owner, owner->file, out, e));
    out->owner = owner;
    owner = NULL;
    return PDS_OK;
}

pds_code pds_policy_read(const char *path, pds_policy *out, pds_err *e)
{
    set_usual(out);
    pds_code code = path == NULL ? PDS_OK : pds_err_file(read_file(path, out, e), e, path);
    if (code != PDS_OK) {
        set_usual(out); /* it may point to what is gone */
    }
    point_into_itself(out);
    return code;
}
