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
    PDS_DURABILITY_BATCH, /* before the program reports success: the caller calls pds_outputs_sync
                           */
    PDS_DURABILITY_EACH,  /* before pds_sign returns */
    PDS_DURABILITY_NONE
} pds_durability;

/* Where the result goes; shared by every job that writes a file. */
typedef struct pds_output {
    const char *path; /* "-" is standard output */
    bool overwrite;   /* replace what exists */
    bool in_place;    /* the output may be the input itself, under whatever name */
    pds_durability durability;
} pds_output;

/* Makes outputs written with PDS_DURABILITY_BATCH durable, and the folders that hold them. */
PDS_API PDS_USE pds_code pds_outputs_sync(const char *const *paths, size_t count, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
