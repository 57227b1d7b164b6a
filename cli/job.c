#include "cli/job.h"

pds_output cli_output_of(const cli_args *args, const cli_file *file)
{
    return (pds_output){
        .path = file->output,
        .overwrite = args->overwrite || args->in_place,
        .in_place = args->in_place,
        .durability = (pds_durability)args->durability,
    };
}

pds_code cli_password(const cli_args *args, pds_secret **out, pds_err *e)
{
    if (args->password_file == NULL) {
        return PDS_OK;
    }
    CLI_TRY(pds_secret_new(out, e));
    pds_code code = pds_secret_from_file(*out, args->password_file, e);
    if (code != PDS_E_PIN_NEEDED) {
        return code;
    }
    pds_err cause = *e; /* of a PDF's password, not of a key's */
    cli_fail(e, PDS_E_PASSWORD_NEEDED, __func__, "no password of the input: %s", cause.text);
    cli_fault_file(e, args->password_file);
    cli_fault_hint(e, "its first line has to be the password: see --password-file");
    return PDS_E_PASSWORD_NEEDED;
}
