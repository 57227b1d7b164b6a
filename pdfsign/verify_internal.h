#ifndef PDFSIGN_VERIFY_INTERNAL_H
#define PDFSIGN_VERIFY_INTERNAL_H

#include "cms/signed_data_read.h"
#include "pdf/byte_range.h"
#include "pdfsign/ladder.h"
#include "pdfsign/verifier.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the steps of pds_verify (pdfsign/verify.c) share. */

/* One timestamp of a signature, at work (pdfsign/verify_time.c). */
typedef struct pds_stamp {
    const char *kind; /* "signature", "content", "archive" */
    pds_span token;
    pds_signed_data_found cms;
    pds_path path;
    pds_revocation *revocation; /* owned, path.certs.count of them */
    pds_findings findings;      /* of the stamp alone */
    bool trusted;               /* nothing but notes: it proves its time */
} pds_stamp;

/* One signature value, however many fields hold it. */
typedef struct pds_judged {
    pds_buf *names;   /* owned: full names of the fields that hold it in the newest revision … */
    pds_ref *holders; /* owned: … and these fields */
    size_t name_count;
    pds_buf *locks; /* owned: /Lock of those fields as it stood when it was signed, resolved */
    size_t lock_count;
    pds_signature_place place;
    bool gone;            /* the newest revision has it in no field */
    uint32_t page;        /* 0: not seen */
    pds_buf dict;         /* the dictionary as of its revision */
    pds_byte_range range; /* gate 1 */
    bool supported;       /* its SubFilter is one of ours: */
    pds_container container;
    char sub_filter[64];
    pds_permission permission;
    pds_signed_data_found cms;  /* gate 4: of itself … */
    pds_path path;              /* … and whom to trust for it */
    pds_revocation *revocation; /* owned, path.certs.count of them */
    pds_stamp *stamps;          /* owned */
    size_t stamp_count;
    pds_when when;         /* as of which its certificates are judged */
    const char *proven_by; /* static; NULL: nothing proves a time */
    time_t expires;        /* 0: unknown */
    pds_level level;
    pds_level lasting; /* likewise, were it PAdES; NONE: a document timestamp, or nobody asked */
    pds_findings findings;
} pds_judged;

typedef struct pds_verifying {
    pds_verifier *verifier;
    const char *input;
    pds_file file;
    pds_revisions *revisions;
    pds_doc *doc;           /* the newest revision */
    pds_judged *signatures; /* owned; by the end of what they cover, ascending */
    size_t count;
    uint32_t first_signed; /* the oldest revision that one covers; 0: none */
    pds_edits edits;
    uint32_t pages;
    pds_findings findings; /* of the file */
    /* Gets what proves the signatures; NULL: nobody asks. */
    struct pds_validation_data *collect;
    struct pds_known_digests *known; /* of the file, lent; NULL: nothing is */
    bool anew;     /* … of what no document timestamp covers as young as can be had */
    int64_t grace; /* … of a signer no older than this after the time that is proven */
    time_t since;  /* answers of services that were kept from before are asked for again */
} pds_verifying;

/* All gates of v->file, which is open already and stays so: everything but what is told and
 * demanded. */
PDS_USE pds_code pds_verify_gates(pds_verifying *v, const pds_secret *password, pds_err *e);
/* All but the file. */
void pds_verifying_drop(pds_verifying *v);

/* Says of the finding that was just added which signature it is about. */
PDS_USE pds_code pds_judged_place(pds_judged *s, pds_code code);

/* Each step adds its findings; errors are those of pds_verify. */

/* Gate 4 apart from the CMS structure: evidence of the file, timestamps, paths, revocation, the
 * time as of which each is judged, the level (ETSI EN 319 102-1, 5.2.6, 5.2.10, 5.3 to 5.6). */
PDS_USE pds_code pds_verify_time(pds_verifying *v, pds_err *e);

/* What the file is asked for beyond validity. `out` holds signatures, findings and revisions
 * already; texts and lists are put into its owner (pdfsign/verify_result.h). */
PDS_USE pds_code pds_verify_seams(pds_verifying *v, pds_verification *out, pds_err *e);
PDS_USE pds_code pds_verify_requirements(const pds_verifying *v, pds_verification *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
