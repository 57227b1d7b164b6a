#ifndef TESTS_PDFSIGN_ARCHIVE_H
#define TESTS_PDFSIGN_ARCHIVE_H

#include "pdfsign/document_timestamp.h"
#include "pdfsign/dss.h"
#include "tests/cms/pki.h"

#include <pds/sign.h>
#include <pds/verify.h>

/* Files of every kind that are signed, then get validation data and document timestamps, and are
 * judged by the verifier and by other programs. */

enum { ARCHIVE_LISTS = 3, ARCHIVE_CERTS = 4 };

/* People and what is known of them; made once for a program. */
typedef struct archive_people {
    pki *root, *authority, *signer, *second, *stamper;
    pds_buf root_list, authority_list, response; /* CRLs; OCSP: the signer is good */
    pds_span certs[ARCHIVE_CERTS];               /* authority, root, signer, authority of stamps */
    pds_span lists[ARCHIVE_LISTS], responses[ARCHIVE_LISTS];
    char trust[192], chain[192]; /* files of the anchor and of the authority */
} archive_people;
extern archive_people archive_of;

int archive_begin(void **state);
int archive_end(void **state);

typedef enum archive_file {
    ARCHIVE_TABLE,
    ARCHIVE_STREAM,
    ARCHIVE_HYBRID,
    ARCHIVE_AES_128,
    ARCHIVE_AES_256,
    ARCHIVE_PDF_2,
    ARCHIVE_FILES
} archive_file;
const char *archive_name(archive_file file);

typedef struct archive_row {
    archive_file file;
    int certify;      /* of the first signature */
    const char *lock; /* of the last one */
    size_t signings;  /* 1 or 2 */
} archive_row;

/* A signed file at sample_path("out.pdf") and what is being put behind it. */
typedef struct archive {
    const char *path;
    pds_secret *password; /* owned; NULL: none */
    pds_file file;
    pds_append_base base;
    pds_buf updates;
    pds_digests digests; /* SHA-256 of file and updates */
    unsigned stamped;    /* how often a token was asked for */
    size_t token_min;    /* tokens are made at least so long */
    pds_stamp_source stamper;
    bool chain_known; /* the verifier has the authority's certificate */
} archive;

void archive_sign(archive *a, const archive_row *row);
/* A file that stands, such as one that was written below. */
void archive_open(archive *a, const char *path, const char *password);
void archive_drop(archive *a);
/* Everything of the people. */
pds_dss_items archive_content(void);
/* Appends an update with it; false: nothing was lacking. */
bool archive_store(archive *a, const pds_dss_items *content);
void archive_stamp(archive *a, pds_document_timestamp *out);
/* Writes the updates behind the file and opens that. */
void archive_write(archive *a);

/* Verifies, with evidence needed; everything passes. The caller drops. */
void archive_verify(const archive *a, pds_verification *out);
/* … and the signature has this level, by its index. */
void archive_expect(const archive *a, size_t signatures, size_t index, pds_level level);
/* Other programs find nothing wrong. */
void archive_check(const archive *a);

#define ARCHIVE(name) PDS_OWN(archive_drop) archive name = { .file = PDS_FILE_NONE }

#endif
