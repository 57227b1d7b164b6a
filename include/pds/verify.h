#ifndef PDS_VERIFY_H
#define PDS_VERIFY_H

#include <pds/level.h>
#include <pds/output.h>
#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ETSI EN 319 102-1, 5.1.2, from good to bad: TOTAL-PASSED, INDETERMINATE, TOTAL-FAILED. */
typedef enum pds_indication { PDS_PASSED, PDS_INDETERMINATE, PDS_FAILED } pds_indication;
/* "TOTAL-PASSED" and so on. */
PDS_API const char *pds_indication_name(pds_indication indication);

/* In the order of --revocation. */
typedef enum pds_revocation_mode {
    PDS_REVOCATION_NONE,     /* nobody asks */
    PDS_REVOCATION_EMBEDDED, /* what the file and the caller bring; what nobody tells is unknown */
    PDS_REVOCATION_ONLINE    /* and what the responders and lists that certificates name tell */
} pds_revocation_mode;

/* One thing that was found; docs/verify.md has a paragraph for each code. */
typedef struct pds_verify_finding {
    const char *code;          /* stable, UPPER_SNAKE */
    const char *text;          /* a sentence for people, in their language */
    pds_indication indication; /* what it makes of the signature; PDS_PASSED: a note */
    const char *sub;           /* sub-indication of 5.1.3; "" for a note */
    int64_t offset;            /* byte of the file, -1: none */
    uint32_t object;           /* 0: none */
    uint32_t revision;         /* from 1, the oldest; 0: none */
} pds_verify_finding;

typedef struct pds_verify_findings {
    const pds_verify_finding *items;
    size_t count;
    size_t left_out; /* more of them, which only count */
} pds_verify_findings;

/* One certificate of a path. Times are seconds since 1970, 0: none. */
typedef struct pds_verify_cert {
    const char *subject, *issuer; /* "C=CN,O=…,CN=…" */
    const char *label;            /* common name, else the subject */
    const char *serial, *sha256;  /* hexadecimal */
    int64_t not_before, not_after;
    const char *key;    /* "RSA 2048", "EC 256" … */
    const char *status; /* "good", "revoked", "on hold", "unknown", "not needed", "not asked" */
    const char *status_source; /* "ocsp", "crl"; NULL: none */
    int64_t revoked_at, this_update, next_update;
} pds_verify_cert;

/* A timestamp inside of a signature. */
typedef struct pds_verify_timestamp {
    const char *kind; /* "signature", "content", "archive" */
    int64_t time;
    const char *digest; /* of the imprint */
    pds_indication indication;
    const char *sub;
    const pds_verify_cert *path; /* the authority, its issuer, …, the anchor */
    size_t path_count;
    bool anchored;
    pds_verify_findings findings;
} pds_verify_timestamp;

/* One signature, or document timestamp. Texts are UTF-8, NULL where there is none. */
typedef struct pds_verify_signature {
    const char *const *fields; /* full names of those that hold it; none: it is gone */
    size_t field_count;
    const char *kind; /* "approval", "certification", "timestamp" */
    const char *sub_filter;
    pds_indication indication;
    const char *sub;
    pds_level level;
    /* what it covers */
    uint64_t byte_range[4];
    uint32_t revision; /* whose end is that of the range; 0: none */
    bool covers_all;   /* nothing stands behind it */
    int certification; /* what it allows as DocMDP: 1, 2, 3; 0 no certification */
    const char *lock;  /* "all", "include:A,B;P=2" …; NULL: none */
    uint32_t object;   /* of the signature dictionary */
    uint32_t page;     /* of the first field's widget; 0: not seen */
    /* who and how */
    const char *signer;          /* label of the certificate */
    const pds_verify_cert *path; /* the signer, its issuer, … */
    size_t path_count;
    bool anchored;         /* the last is trusted */
    const char *digest;    /* "SHA-256" */
    const char *algorithm; /* "ECDSA" */
    const char *policy;    /* signature policy; "implied"; NULL */
    bool digest_fits, value_fits;
    const char *name, *reason, *location, *contact;
    /* when; seconds since 1970, 0: none */
    const char *claimed_time; /* /M, ISO 8601, or as it stands */
    int64_t signing_time;     /* signed attribute */
    int64_t proven_time;      /* a trusted timestamp proves that it existed then … */
    const char *proven_by;    /* … "signature timestamp", "document timestamp"; NULL: none */
    int64_t judged_at;        /* the certificates were judged as of this time */
    int64_t expires;          /* until then it stays provable with what is in the file */
    const pds_verify_timestamp *timestamps;
    size_t timestamp_count;
    pds_verify_findings findings;
} pds_verify_signature;

/* What a later revision changed. */
typedef struct pds_verify_edit {
    const char *kind;  /* stable, as "field-filled", "signature-added", "page" … docs/verify.md */
    const char *text;  /* for people */
    const char *field; /* full name, or NULL */
    uint32_t object;
} pds_verify_edit;

typedef struct pds_verify_revision {
    uint64_t begin, end;
    size_t signature; /* index + 1 of the signature that covers exactly up to here; 0: none */
    const pds_verify_edit *edits;
    size_t edit_count; /* 0 before the first signed one: nobody asks */
} pds_verify_revision;

/* What was demanded of a file beyond validity, and whether it holds. */
typedef struct pds_verify_requirement {
    const char *option; /* "require-level" … */
    const char *text;   /* what was demanded, and what there is */
    bool met;
} pds_verify_requirement;

/* One seam seal. */
typedef struct pds_verify_seam {
    const char *seam;       /* EDGE[,KEY=VALUE]... */
    const char *state;      /* "complete", "incomplete", "unknown" */
    const char *text;       /* what is missing; NULL: nothing */
    const char *carried_by; /* "content", "fields", "signatures" */
    uint32_t pages;         /* that take part */
    size_t signature;       /* index + 1 of the valid signature that covers it; 0: none */
} pds_verify_seam;

/* All that is known of one file. The caller drops it. */
typedef struct pds_verification {
    pds_indication indication; /* the worst of all signatures and of the file */
    const char *sub;
    bool is_signed; /* by somebody: a document timestamp alone does not count */
    bool requirements_met;
    int exit; /* 0, 1, 6, 7 of docs/cli.md */
    uint64_t bytes;
    uint32_t pages;
    pds_verify_findings findings;           /* of the file, not of one signature */
    const pds_verify_signature *signatures; /* in the order of what they cover */
    size_t signature_count;
    const pds_verify_revision *revisions;
    size_t revision_count;
    const pds_verify_seam *seams;
    size_t seam_count;
    const pds_verify_requirement *requirements;
    size_t requirement_count;
    void *owner; /* internal */
} pds_verification;

/* What all files of a call share. Lists of paths are borrowed during pds_verifier_new, texts of
 * requirements as long as the verifier lives. */
typedef struct pds_verify_options {
    const char *const *trust; /* certificates, files or folders: the anchors */
    size_t trust_count;
    bool trust_system;
    const char *const *chains; /* further certificates of issuers, trusted for nothing */
    size_t chain_count;
    const char *const *evidence; /* CRLs and OCSP responses (DER or PEM), files or folders */
    size_t evidence_count;
    const char *cache;   /* ONLINE: folder where answers of services are kept; NULL: none */
    bool crl_first;      /* ONLINE: ask for lists before OCSP */
    const char *at_time; /* ISO 8601, "2026-11-21" is the end of that day UTC; NULL: now */
    bool offline;        /* a policy that says ONLINE counts as EMBEDDED */
    bool revocation_set; /* else as the policy says, EMBEDDED without one */
    pds_revocation_mode revocation;
    const char *policy; /* file, docs/verify.md; NULL: the usual one */
    /* requirements: zero and NULL demand nothing */
    long require_signatures;            /* at least so many, without document timestamps */
    pds_level require_level;            /* of each signature but document timestamps */
    const char *const *require_signers; /* for each pattern a signer */
    size_t require_signer_count;
    bool require_covers_all; /* the last signature covers the whole file */
    bool expect_seam;
    const char *expires_within; /* "90d", "12h", "52w"; a signature that ends sooner is not met */
} pds_verify_options;

typedef struct pds_verifier pds_verifier;

/* Reads what the options name. errors: PDS_E_USAGE, also where a file that should hold certificates
 * or evidence holds none; PDS_E_INPUT_UNREADABLE; PDS_E_LIBRARY_MISSING libcurl, for ONLINE */
PDS_API PDS_USE pds_code pds_verifier_new(const pds_verify_options *options, pds_verifier **out,
                                          pds_err *e);
PDS_API void pds_verifier_drop(pds_verifier **verifier);

/**
 * Verifies all signatures of one PDF. Reads only; any number of threads may use one verifier.
 * input   "-" is standard input
 * out     filled on success, also where a signature is bad or there is none; else empty
 * errors  as opening in pds_sign: PDS_E_INPUT_*, PDS_E_NOT_PDF, PDS_E_PDF_*, PDS_E_PASSWORD_*;
 *         PDS_E_NO_MEMORY, PDS_E_LIMIT, PDS_E_INTERRUPTED
 * source  ETSI EN 319 102-1, 5; ISO 32000-2, 12.8; docs/verify.md
 */
PDS_API PDS_USE pds_code pds_verify(pds_verifier *verifier, const char *input,
                                    const pds_secret *password, pds_verification *out, pds_err *e);
/* Frees what it points to, not the struct. */
PDS_API void pds_verification_drop(pds_verification *v);

/* Writes the file as it was after revision `number`, from 1: what the signer of it saw. errors:
 * PDS_E_USAGE no such revision; those of opening and of an output */
PDS_API PDS_USE pds_code pds_extract_revision(const char *input, uint32_t number,
                                              const pds_output *output, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
