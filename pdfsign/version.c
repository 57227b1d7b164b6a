#include <pds/version.h>

#include "pds_version.h"

const char *pds_version(void)
{
    return PDS_VERSION;
}
