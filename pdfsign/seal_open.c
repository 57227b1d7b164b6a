#include "base/file.h"
#include "base/own.h"
#include "seal/seal.h"

static pds_code read_file(const char *path, pds_buf *out, pds_err *e)
{
    pds_code code = pds_file_slurp(path, PDS_PNG_BYTES_MAX, out, e);
    if (code == PDS_E_LIMIT) {
        PDS_FAIL(e, PDS_E_PICTURE_LIMIT, "a picture of more than %d bytes", PDS_PNG_BYTES_MAX);
    }
    if (code == PDS_E_INPUT_UNREADABLE && e != NULL) {
        e->code = PDS_E_PICTURE_UNREADABLE;
        return e->code;
    }
    return code;
}

pds_code pds_seal_open(const char *path, const char *size, pds_seal **out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf png = { 0 };
    *out = NULL;
    pds_code code = read_file(path, &png, e);
    code = code != PDS_OK ? code : pds_seal_new(pds_buf_span(&png), size, out, e);
    return pds_err_file(code, e, path);
}

pds_code pds_seal_info_read(const char *path, pds_seal_info *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf png = { 0 };
    pds_code code = read_file(path, &png, e);
    code = code != PDS_OK ? code : pds_seal_describe(pds_buf_span(&png), out, e);
    return pds_err_file(code, e, path);
}
