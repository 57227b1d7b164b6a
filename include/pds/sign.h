#ifndef PDS_SIGN_H
#define PDS_SIGN_H

#include <pds/algorithm.h>
#include <pds/key.h>
#include <pds/secret.h>

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

/* Where the result goes; shared by every job that writes a PDF. */
typedef struct pds_output {
    const char *path; /* "-" is standard output */
    bool overwrite;   /* replace what exists */
    bool in_place;    /* the output may be the input itself, under whatever name */
    pds_durability durability;
} pds_output;

/* What one signature is and says. Texts are UTF-8 or NULL. */
typedef struct pds_signature_options {
    const char *field; /* NULL or "auto"; a full name; "#N" from 1 in `fields list` order */
    const char *place; /* PLACE of docs/cli.md, or NULL: no appearance */
    pds_digest digest;
    bool pss;         /* RSASSA-PSS rather than PKCS#1 v1.5 */
    int certify;      /* 0 approval; DocMDP permission 1, 2, 3 */
    const char *lock; /* NULL, "all", "include:A,B", "exclude:A,B" */
    const char *reason, *location, *contact, *name;
} pds_signature_options;

typedef struct pds_sign_job {
    const char *input;          /* path; "-" is standard input */
    pds_output output;          /* path NULL: with dry_run or prepare */
    const pds_secret *password; /* of an encrypted input, or NULL */
    bool repair;
    bool dry_run;        /* all but the signature and the output */
    const char *prepare; /* state file to leave in place of a signature, or NULL */
    const char *zone;    /* time zone of /M (POSIX TZ or zone name), NULL: local */
    pds_key *key;        /* borrowed */
    pds_signature_options signature;
} pds_sign_job;

typedef struct pds_sign_result {
    char field[256]; /* full name */
    uint32_t page;   /* of the widget, 0: not on a page */
    bool new_field;
    uint64_t input_bytes, output_bytes;
    uint64_t byte_range[4];
    size_t contents_room; /* bytes that /Contents can hold */
    size_t cms_bytes;     /* used of it */
    char sub_filter[32], digest[16], scheme[24];
    char signing_time[32]; /* ISO 8601 */
    char repaired[1024];   /* what --repair changed, lines; "" nothing */
    /* with prepare: what has to be signed elsewhere */
    uint8_t document_digest[64], to_sign_digest[64];
    size_t digest_bytes;
} pds_sign_result;

/**
 * Signs one PDF as an incremental update (PAdES B-B).
 * The input is never changed, unless output.path names it and output.in_place is set. On error, a
 * signal or a crash there is no output, or the old one.
 * result  out: filled on success; with dry_run and prepare as far as known
 * errors  any; see docs/errors.md
 * source  ETSI EN 319 142-1, 6.3 (B-B); ISO 32000-2, 7.5.6 and 12.8
 */
PDS_API PDS_USE pds_code pds_sign(const pds_sign_job *job, pds_sign_result *result, pds_err *e);

/* Checks what can be checked of a job before its key is asked for a PIN and its input is opened:
 * the place, the lock, the certification and the time zone. errors: PDS_E_USAGE */
PDS_API PDS_USE pds_code pds_sign_check_options(const pds_signature_options *options,
                                                const char *zone, pds_err *e);

/* The end of a prepared job, in any process. */
typedef struct pds_finish_job {
    const char *state; /* file that prepare left */
    const char *input; /* NULL: the path in the state */
    pds_output output;
    const char *signature; /* file with the signature value over to_sign_digest (raw or base64) … */
    const char *cms;       /* … or with a whole CMS SignedData (DER, PEM or base64) */
} pds_finish_job;

/* errors: PDS_E_STATE_MISMATCH the input changed, or the signature belongs to something else; no
 * output then */
PDS_API PDS_USE pds_code pds_sign_finish(const pds_finish_job *job, pds_sign_result *result,
                                         pds_err *e);

/* Makes outputs written with PDS_DURABILITY_BATCH durable, and the folders that hold them. */
PDS_API PDS_USE pds_code pds_outputs_sync(const char *const *paths, size_t count, pds_err *e);

/* Ask a running pds_sign in any thread to stop at its next step with PDS_E_INTERRUPTED;
 * async-signal-safe. */
PDS_API void pds_interrupt(void);

#ifdef __cplusplus
}
#endif
#endif
