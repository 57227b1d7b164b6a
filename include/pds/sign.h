#ifndef PDS_SIGN_H
#define PDS_SIGN_H

#include <pds/algorithm.h>
#include <pds/key.h>
#include <pds/level.h>
#include <pds/output.h>
#include <pds/reader.h>
#include <pds/seal.h>
#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order of --text-place and --seam-mode. */
typedef enum pds_text_place { PDS_TEXT_BELOW, PDS_TEXT_RIGHT, PDS_TEXT_OVER } pds_text_place;
typedef enum pds_seam_mode {
    PDS_SEAM_AUTO,    /* content, else fields if they are there */
    PDS_SEAM_CONTENT, /* slices are page content of a file that carries no signature */
    PDS_SEAM_FIELDS,  /* slices fill the push-buttons that pds_fields_add made */
    PDS_SEAM_MULTI,   /* a signature of its own on each page, at most 50 */
    PDS_SEAM_SHARED   /* a signature field on each page, all with the one signature */
} pds_seam_mode;

/* What is seen of a signature; all zero: nothing. All is borrowed during the call. PLACE, dates and
 * seams are texts of docs/cli.md; colours as in <pds/seal.h>, NULL black. */
typedef struct pds_look {
    const pds_seal *seal;      /* borrowed; NULL: none */
    const char *const *places; /* PLACE; the first is the signature's widget, others are drawn on
                                  pages or push-buttons */
    size_t place_count;
    const char *text; /* lines parted by '\n' */
    const char *show; /* lines below the text, some of "name,date,reason,location,contact" in any
                         order */
    const char *text_color;
    double text_size; /* points; 0: as fits */
    pds_text_place text_place;
    bool vertical; /* text from top to bottom, lines from right to left */
    bool plain;    /* the seal covers what is below instead of being multiplied with it */
    const char *const *dates; /* PLACE, "@last", "field:NAME" of a text field */
    size_t date_count;
    const char *date_format; /* yyyy, MM, dd … of docs/cli.md, "中文"; NULL: yyyy年M月d日 */
    const char *date_value;  /* "2026-11-21"; NULL: the signing time */
    const char *date_color;
    double date_size;         /* points; 0: 10.5, less where a field is narrower */
    const char *const *seams; /* EDGE[,KEY=VALUE]... */
    size_t seam_count;
    pds_seam_mode seam_mode;
    bool allow_overlap; /* over visible form fields, signatures and other places of the job */
    pds_fonts *fonts;   /* borrowed; NULL: found for this job */
} pds_look;

/* What one signature is and says. Texts are UTF-8 or NULL. */
typedef struct pds_signature_options {
    const char *field; /* NULL or "auto"; a full name; "#N" from 1 in `fields list` order */
    pds_look look;
    pds_digest digest;
    bool pss;         /* RSASSA-PSS rather than PKCS#1 v1.5 */
    int certify;      /* 0 approval; DocMDP permission 1, 2, 3 */
    const char *lock; /* NULL, "all", "include:A,B", "exclude:A,B" */
    const char *reason, *location, *contact, *name;
} pds_signature_options;

/* One who signs: --then of docs/cli.md begins the next. */
typedef struct pds_signing {
    pds_key *key; /* borrowed; NULL only with dry_run, preview or prepare */
    pds_signature_options signature;
} pds_signing;

enum { PDS_SIGNINGS_MAX = 16 };

typedef struct pds_sign_job {
    const char *input;          /* path; "-" is standard input */
    pds_output output;          /* path NULL: with dry_run or prepare */
    const pds_secret *password; /* of an encrypted input, or NULL */
    bool repair;
    bool dry_run;                /* all but the signature and the output */
    const char *prepare;         /* state file to leave in place of a signature, or NULL */
    const char *zone;            /* time zone of /M (POSIX TZ or zone name), NULL: local */
    const char *preview;         /* existing folder for pictures of the pages as they would look:
                                    nothing is signed or written to output; or NULL */
    pds_reader *reader;          /* borrowed; NULL: one for this job, if it needs one */
    pds_level level;             /* NONE, B: B-B; T: a timestamp over each signature */
    pds_stamper *stamper;        /* borrowed; NULL only up to B */
    bool allow_lower_level;      /* rather B-B than nothing where no authority answers */
    const pds_signing *signings; /* in their order */
    size_t signing_count;        /* 1 to PDS_SIGNINGS_MAX; 1 with prepare */
} pds_sign_job;

/* What came of one signing; owns nothing. Texts end with a NUL. */
typedef struct pds_sign_result {
    char field[256]; /* full name */
    uint32_t page;   /* of the widget, 0: not on a page */
    bool new_field;
    uint64_t input_bytes, output_bytes; /* of the files, with the signatures of all signers */
    uint64_t byte_range[4];             /* ISO 32000-2, 12.8.1 */
    size_t contents_room;               /* bytes that /Contents can hold */
    size_t cms_bytes;                   /* used of it */
    char sub_filter[32], digest[16], scheme[24];
    char signing_time[32];           /* ISO 8601 */
    char repaired[1024];             /* what --repair changed, lines; "" nothing */
    pds_level level;                 /* that was reached */
    char stamp_time[32];             /* ISO 8601; "" no timestamp, as the next */
    char stamp_url[256];             /* whose */
    char stamp_notes[PDS_NOTES_MAX]; /* lines: who was asked in vain or answered wrongly, and why;
                               that nobody's trust was asked for; "" nothing */
    /* with prepare: digests over the byte ranges and over the signed attributes, which is what the
     * key has to sign (zeros where no certificate is known) */
    uint8_t document_digest[64], to_sign_digest[64];
    size_t digest_bytes; /* of each; 0 without prepare */
} pds_sign_result;

/**
 * Signs one PDF (PAdES B-B), an incremental update for each signature. Everything is laid out and
 * checked before the first key is used.
 * The input is never changed, unless output.path names it and output.in_place is set. On error, a
 * signal or a crash there is no output, or the old one. Any number of threads may sign at a time,
 * also with the same keys, seals, fonts and reader.
 * results room for signing_count; filled on success, with dry_run, preview and prepare as far as
 *         known
 * errors  any; see docs/errors.md. pds_err.signer says whose, where there are several
 * source  ETSI EN 319 142-1, 6.3 (B-B); ISO 32000-2, 7.5.6 and 12.8
 */
PDS_API PDS_USE pds_code pds_sign(const pds_sign_job *job, pds_sign_result *results, pds_err *e);

/* Checks what can be checked of a job before its key is asked for a PIN and its input is opened:
 * places, seams, dates, colours, the lock, the certification and the time zone. errors: PDS_E_USAGE
 */
PDS_API PDS_USE pds_code pds_sign_check_options(const pds_signature_options *options,
                                                const char *zone, pds_err *e);

/* The end of a prepared job, in any process. */
typedef struct pds_finish_job {
    const char *state; /* file that prepare left */
    const char *input; /* NULL: the path in the state */
    pds_output output;
    const char *signature; /* file with the signature value over to_sign_digest (raw or base64) … */
    const char *cms;       /* … or with a whole CMS SignedData (DER, PEM or base64) */
    /* As in pds_sign_job. The timestamp's room was settled by prepare: with a level above B-B
     * there, it suffices. A lower level than that is refused. */
    const pds_secret *password;
    const char *zone;
    pds_level level;
    pds_stamper *stamper;
    bool allow_lower_level;
} pds_finish_job;

/* errors: PDS_E_STATE_MISMATCH the input changed, the signature belongs to something else, or there
 * is not room enough; PDS_E_USAGE a level below the prepared one; those of levels. No output then
 */
PDS_API PDS_USE pds_code pds_sign_finish(const pds_finish_job *job, pds_sign_result *result,
                                         pds_err *e);

/* Ask a running pds_sign in any thread to stop at its next step with PDS_E_INTERRUPTED;
 * async-signal-safe. */
PDS_API void pds_interrupt(void);

#ifdef __cplusplus
}
#endif
#endif
