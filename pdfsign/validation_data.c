#include "pdfsign/validation_data.h"

#include "base/own.h"
#include "pdfsign/verify_internal.h"

#include <stdio.h>
#include <stdlib.h>

static void items_drop(pds_dss_items *items)
{
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        free(items->of[i].items);
    }
}

void pds_validation_data_drop(pds_validation_data *data)
{
    for (size_t i = 0; i < data->count; i++) {
        items_drop(&data->of[i].needed);
    }
    for (size_t i = 0; i < data->der_count; i++) {
        pds_buf_drop(&data->ders[i]);
    }
    items_drop(&data->lacking);
    free(data->of);
    free(data->ders);
    *data = (pds_validation_data){ .count = 0 };
}

/* The first of the worst, unless it is a note. */
static void tell_worst(const pds_findings *f, pds_validation_of *out)
{
    const char *sub = NULL;
    const pds_indication worst = pds_findings_worst(f, &sub);
    for (size_t i = 0; i < f->count && worst != PDS_PASSED && out->worst == PDS_F_NONE; i++) {
        if (pds_finding_indication(f->items[i].code) == worst) {
            out->worst = f->items[i].code;
            (void)snprintf(out->why, sizeof out->why, "%s", f->items[i].text);
        }
    }
}

static pds_code find_key(pds_span dict, pds_validation_of *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf contents = { 0 };
    pds_span value;
    if (pds_dict_get(dict, "Contents", &value)) {
        (void)pds_value_bytes(value, &contents);
    }
    PDS_TRY(pds_buf_end(&contents, e));
    return pds_dss_vri_key(pds_buf_span(&contents), out->key, e);
}

pds_code pds_validation_data_find(pds_verifier *verifier, const pds_file *file,
                                  const pds_secret *password, pds_validation_data *out, pds_err *e)
{
    PDS_OWN(pds_verifying_drop)
    pds_verifying v = { .verifier = verifier, .input = file->path, .file = *file, .collect = out };
    PDS_TRY(pds_verify_gates(&v, password, e));
    for (size_t i = 0; i < out->count; i++) {
        PDS_TRY(find_key(pds_buf_span(&v.signatures[i].dict), &out->of[i], e));
        tell_worst(&v.signatures[i].findings, &out->of[i]);
    }
    return PDS_OK;
}
