#ifndef PDS_OUTPUT_H
#define PDS_OUTPUT_H

#include <pds/err.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* When the bytes of an output have to be on the disk. */
typedef enum pds_durability {
    PDS_DURABILITY_BATCH, /* before success is told: the caller calls pds_outputs_sync */
    PDS_DURABILITY_EACH,  /* before the call that writes it returns */
    PDS_DURABILITY_NONE   /* whenever the system sees fit */
} pds_durability;

/* Where the result goes; shared by every job that writes a file. The file gets its name when it is
 * complete, or not at all. Whoever writes one may fail with PDS_E_OUTPUT_EXISTS,
 * PDS_E_OUTPUT_REFUSED (a symbolic link, a folder, a device) and PDS_E_OUTPUT_FAILED. */
typedef struct pds_output {
    const char *path; /* borrowed during the call; "-" is standard output */
    bool overwrite;   /* replace what exists */
    bool in_place;    /* the output may be the input itself, under whatever name */
    pds_durability durability;
} pds_output;

/* Makes outputs written with PDS_DURABILITY_BATCH durable, and the folders that hold them; "-" and
 * what is no regular file are passed over. errors: PDS_E_OUTPUT_FAILED; PDS_E_NO_MEMORY */
PDS_API PDS_USE pds_code pds_outputs_sync(const char *const *paths, size_t count, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
