#ifndef TESTS_PDFSIGN_AUGMENT_FILE_H
#define TESTS_PDFSIGN_AUGMENT_FILE_H

#include "tests/cms/pki.h"

#include <pds/sign.h>
#include <pds/verify.h>

/* Files with signatures and timestamps of every kind, to be made to last; and those who made them.
 */

/* What is known of revocation; all of one root. */
typedef enum augment_list {
    LIST_NONE,
    LIST_GOOD,
    LIST_YOUNG,        /* of just now */
    LIST_AHEAD,        /* of some seconds ahead, as far as clocks may differ */
    LIST_REVOKED,      /* the signer stands on it … */
    LIST_NO_AUTHORITY, /* … or the authority */
    LIST_COUNT
} augment_list;
const char *augment_list_path(augment_list list);

typedef enum augment_kind { FILE_TABLE, FILE_STREAM, FILE_HYBRID, FILE_ENCRYPTED } augment_kind;

typedef struct augment_file {
    augment_kind kind;
    size_t signings;   /* 0, 1 or 2, of different people */
    pds_level level;   /* of the first; NONE: B, as of the second */
    int certify;       /* the first allows as much */
    const char *lock;  /* of the first */
    const char *field; /* an empty one that is there before */
    size_t stamps;     /* document timestamps behind that */
    bool brief;        /* timestamps are of an authority that ends in ten days */
    bool remote;       /* timestamps below LT are of an authority of whom no list tells */
    bool stranger;     /* the second is somebody whom nobody knows */
    bool legacy;       /* the first is adbe.pkcs7.detached, with nothing that PAdES wants */
    bool broken;       /* a byte that is signed was changed */
} augment_file;

int augment_begin(void **state);
int augment_end(void **state);
/* Whose answers are well; "http://127.0.0.1:PORT". */
const char *augment_authority(void);
void augment_make(const augment_file *file, const char *path);
/* NULL: none is needed. The caller drops. */
pds_secret *augment_password(const augment_file *file);
const char *augment_password_text(const augment_file *file);

#endif
