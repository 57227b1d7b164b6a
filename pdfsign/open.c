#include "pdfsign/open.h"

#include "pdf/doc_internal.h"
#include "pdf/repair.h"
#include "pdfsign/xfa.h"

static pds_code open_doc(const pds_file *file, const pds_input_options *options, pds_doc **doc,
                         pds_err *e)
{
    PDS_TRY(pds_doc_open(file, options->password, doc, e));
    return options->to_change ? pds_doc_check_objects(*doc, e) : PDS_OK;
}

static bool may_be_repaired(pds_code code)
{
    return code == PDS_E_PDF_DAMAGED || code == PDS_E_NOT_PDF;
}

static pds_code repair(const pds_input_options *options, pds_input *in, pds_err *e)
{
    pds_doc_drop(&in->doc);
    PDS_TRY(pds_repair(&in->original, pds_secret_text(options->password), &in->repaired, in->report,
                       e));
    return open_doc(&in->repaired, options, &in->doc, e);
}

static pds_code check_encryption(const pds_doc *doc, pds_err *e)
{
    const pds_crypt *crypt = pds_doc_crypt(doc);
    if (crypt == NULL || pds_crypt_may_sign(crypt)) {
        return PDS_OK;
    }
    return pds_err_hint(
        pds_fail(e, PDS_E_DOCMDP_FORBIDS, __func__,
                 "the encryption's permissions allow neither signing nor filling forms"),
        e, "give the owner password with --password-file");
}

static pds_code read_form(const pds_input_options *options, pds_input *in, pds_err *e)
{
    PDS_TRY(pds_form_read(in->doc, &in->form, e));
    if (options->to_change) {
        PDS_TRY(check_encryption(in->doc, e));
        PDS_TRY(pds_xfa_check(in->doc, &in->form, e));
    }
    return pds_permissions_read(in->doc, &in->form, &in->permissions, e);
}

static pds_code open_all(const pds_input_options *options, pds_input *in, pds_err *e)
{
    PDS_TRY(pds_file_open(options->path, &in->original, e));
    pds_code code = open_doc(&in->original, options, &in->doc, e);
    if (options->repair && may_be_repaired(code)) {
        code = repair(options, in, e);
    }
    PDS_TRY(code);
    return read_form(options, in, e);
}

pds_code pds_input_open(const pds_input_options *options, pds_input *in, pds_err *e)
{
    return pds_err_file(open_all(options, in, e), e, options->path);
}

const pds_file *pds_input_file(const pds_input *in)
{
    return in->repaired.fd >= 0 ? &in->repaired : &in->original;
}

void pds_input_close(pds_input *in)
{
    pds_permissions_drop(&in->permissions);
    pds_form_drop(&in->form);
    pds_doc_drop(&in->doc);
    pds_file_close(&in->repaired);
    pds_file_close(&in->original);
}
