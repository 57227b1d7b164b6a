#ifndef PDS_FIELDS_H
#define PDS_FIELDS_H

#include <pds/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_field_state { PDS_FIELD_EMPTY, PDS_FIELD_SIGNED } pds_field_state;

/* One signature field. Texts are UTF-8 and owned by the list; NULL where there is none. */
typedef struct pds_field {
    const char *name; /* full name, parts joined by '.' */
    uint32_t object;  /* of the field */
    uint32_t page;    /* from 1; 0: no widget on a page */
    uint32_t widgets; /* 0, 1, or more */
    double rect[4];   /* /Rect of the first widget: left, bottom, right, top, default user space
                         (points where the page has no /UserUnit); zeros: invisible */
    pds_field_state state;
    const char *lock;      /* "all", "include:A,B", "exclude:A,B", each with ";P=n" if so */
    const char *locked_by; /* field whose signature locks this one */
    const char
        *seed_value; /* what /SV asks, in words: "digest=sha256,sha512!;reason=…" ('!' required) */
    /* of a signed field */
    const char *signer, *sub_filter, *time; /* time: ISO 8601 where /M is a date */
} pds_field;

/* The fields that were made for the slices of one seam. */
typedef struct pds_field_seam {
    const char *name; /* of the field above them: "Seam1" */
    const char *seam; /* EDGE[,KEY=VALUE]... that they were made for */
    double size[2];   /* of the whole seal: width, height, points */
    uint32_t fields;  /* one for each page that takes part */
    bool signatures;  /* they are signature fields; else push-buttons */
    bool filled;      /* one of them at least */
} pds_field_seam;

typedef struct pds_field_list {
    pds_field *items;
    size_t count;
    pds_field_seam *seams;
    size_t seam_count;
    uint32_t pages;    /* in the document */
    int certification; /* DocMDP permission of the certification, 0: none */
    void *owner;       /* internal */
} pds_field_list;

/**
 * Lists the signature fields in order of the AcroForm, and the seams that fields were made for.
 * input   "-" is standard input
 * out     to be dropped by the caller; empty on error
 * errors  as opening in pds_sign: PDS_E_INPUT_*, PDS_E_NOT_PDF, PDS_E_PDF_*, PDS_E_PASSWORD_*
 * source  ISO 32000-2, 12.7.5.5
 */
PDS_API PDS_USE pds_code pds_fields_list(const char *input, const pds_secret *password,
                                         pds_field_list *out, pds_err *e);
/* Frees what the list points to, not the list. */
PDS_API void pds_field_list_drop(pds_field_list *list);

/* All is borrowed during the call; texts are those of docs/cli.md. */
typedef struct pds_fields_add_job {
    const char *input;
    pds_output output;
    const pds_secret *password;
    bool repair;
    const char *const *names; /* one new empty field each, UTF-8 without a dot … */
    const char *const *places; /* … at this PLACE, with a size, no field; NULL element: invisible */
    size_t count;
    pds_reader *reader;       /* borrowed; NULL: one for this job, if it needs one */
    const char *lock;         /* as in pds_signature_options, for all of them; or NULL */
    const char *const *seams; /* EDGE[,KEY=VALUE]...: a field on each page for its slice */
    size_t seam_count;
    const char *seam_size;   /* "WxH" of the seal that will be cut; NULL: 42 x 42 mm */
    pds_seam_mode seam_mode; /* AUTO, FIELDS: push-buttons; MULTI, SHARED: signature fields */
} pds_fields_add_job;

/**
 * Adds empty fields as one incremental update: signature fields by name, on files that carry
 * signatures only where those allow it, and those for the slices of seams, before the first
 * signature only.
 * errors  PDS_E_FIELD_EXISTS, PDS_E_DOCMDP_FORBIDS, PDS_E_FIELDMDP_FORBIDS, PDS_E_PLACE_REFUSED,
 *         PDS_E_TEXT_NOT_FOUND, PDS_E_SEAM_REFUSED; PDS_E_USAGE; those of opening and of an output
 * source  ISO 32000-2, 12.7.5.5 and 12.7.5.2.2 (push-buttons); docs/seams.md
 */
PDS_API PDS_USE pds_code pds_fields_add(const pds_fields_add_job *job, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
