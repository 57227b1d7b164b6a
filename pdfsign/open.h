#ifndef PDFSIGN_OPEN_H
#define PDFSIGN_OPEN_H

#include "pdfsign/form.h"
#include "pdfsign/permission.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An input with everything a change to it has to know. */
typedef struct pds_input {
    pds_file original; /* as given */
    pds_file repaired; /* fd -1: not repaired */
    pds_doc *doc;
    pds_form form;
    pds_permissions permissions;
    char report[1024]; /* what --repair mended, lines; "" nothing */
} pds_input;

#define PDS_INPUT_NONE                                       \
    {                                                        \
        .original = PDS_FILE_NONE, .repaired = PDS_FILE_NONE \
    }

/* How an input is to be opened. */
typedef struct pds_input_options {
    const char *path;
    const pds_secret *password; /* or NULL */
    bool repair;
    bool to_change; /* checks every object's place, permissions of encryption, XFA */
} pds_input_options;

PDS_USE pds_code pds_input_open(const pds_input_options *options, pds_input *in, pds_err *e);
/* The file whose bytes the output begins with. */
const pds_file *pds_input_file(const pds_input *in);
void pds_input_close(pds_input *in);

#ifdef __cplusplus
}
#endif
#endif
