#include "pds_version.h"

#include <pds/version.h>

const char *pds_version(void)
{
    return PDS_VERSION;
}
