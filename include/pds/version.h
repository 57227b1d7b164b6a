#ifndef PDS_PUBLIC_VERSION_H
#define PDS_PUBLIC_VERSION_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0": of the library that is running. */
PDS_API const char *pds_version(void);

#ifdef __cplusplus
}
#endif
#endif
