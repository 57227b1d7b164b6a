#include "base/err.h"

#include <pds/augment.h>

pds_code pds_augment(const pds_augment_job *job, pds_augment_result *result, pds_err *e)
{
    (void)job;
    (void)result;
    PDS_FAIL(e, PDS_E_INTERNAL, "to be written");
}
