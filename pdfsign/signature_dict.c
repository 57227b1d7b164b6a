#include "pdfsign/signature_dict.h"

#include "pds_version.h"

/* /Reference: how later changes are judged (12.8.1, tables 256 to 258). */
static void put_references(const pds_signature_options *options, const pds_lock *lock,
                           pds_ref catalog, pds_buf *out)
{
    if (options->certify == 0 && lock->action == PDS_LOCK_NONE) {
        return;
    }
    pds_buf_text(out, "/Reference[");
    if (options->certify != 0) {
        pds_buf_printf(out,
                       "<</Type/SigRef/TransformMethod/DocMDP/TransformParams<<"
                       "/Type/TransformParams/V/1.2/P %d>>>>",
                       options->certify);
    }
    if (lock->action != PDS_LOCK_NONE) {
        pds_buf_text(out, "<</Type/SigRef/TransformMethod/FieldMDP/Data ");
        pds_ref_put(out, catalog);
        pds_buf_text(out, "/TransformParams<</Type/TransformParams/V/1.2");
        pds_lock_put(lock, out);
        pds_buf_text(out, ">>>>");
    }
    pds_buf_text(out, "]");
}

static void put_text_entry(pds_buf *out, const char *key, const char *utf8)
{
    if (utf8 != NULL && *utf8 != '\0') {
        pds_buf_text(out, key);
        pds_text_put(out, utf8);
    }
}

void pds_signature_dict_put(const pds_signature_options *options, const pds_lock *lock,
                            pds_ref catalog, const pds_moment *when, pds_buf *out)
{
    char date[32];
    pds_clock_pdf(when, date);
    pds_buf_printf(out, "/Type/Sig/Filter/%s/SubFilter/%s/M(%s)", PDS_FILTER, PDS_SUB_FILTER, date);
    put_text_entry(out, "/Name", options->name);
    put_text_entry(out, "/Reason", options->reason);
    put_text_entry(out, "/Location", options->location);
    put_text_entry(out, "/ContactInfo", options->contact);
    pds_buf_text(out, "/Prop_Build<</Filter<</Name/" PDS_FILTER
                      ">>/App<</Name/pdfsign/REx(" PDS_VERSION ")>>>>");
    put_references(options, lock, catalog, out);
}

void pds_signature_dict_put_stamp(pds_buf *out)
{
    pds_buf_text(out, "/Type/DocTimeStamp/Filter/" PDS_FILTER "/SubFilter/" PDS_STAMP_SUB_FILTER);
}
