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
    return pds_secret_from_file(*out, args->password_file, e);
}
