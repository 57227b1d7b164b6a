#ifndef PDFSIGN_VERIFY_SEAM_FIND_H
#define PDFSIGN_VERIFY_SEAM_FIND_H

#include "pdf/page.h"
#include "pdfsign/intern.h"
#include "pdfsign/verify_seam_trace.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pds_revisions; /* pdf/revision.h */

/* What pages show of seams (docs/seams.md). Nothing in the file is believed: a slice counts where
 * the page draws it. */

/* What is wrong with a page, or with a slice on it. */
typedef enum pds_slice_fault {
    PDS_SLICE_GOOD,
    PDS_SLICE_ABSENT,
    PDS_SLICE_TWICE,
    PDS_SLICE_UNDUE,  /* none is due there */
    PDS_SLICE_OTHER,  /* not the one that is due */
    PDS_SLICE_TERMS,  /* it contradicts the others of its seam */
    PDS_SLICE_MOVED,  /* it is not on its place, or not as large */
    PDS_SLICE_HIDDEN, /* flags, optional content, transparency */
    PDS_SLICE_CUT,    /* clipped */
    PDS_SLICE_COVERED,
    PDS_SLICE_DRAWING, /* it draws something else than a part of a picture */
    PDS_SLICE_PICTURE, /* it draws another picture than the other slices */
    PDS_SLICE_DIGEST,  /* the picture is not the one that it names */
    PDS_SLICE_CARRIER, /* not carried as the other slices */
    PDS_SLICE_UNREAD,  /* the page cannot be read */
    PDS_SLICE_FAULTS
} pds_slice_fault;

typedef enum pds_seam_carrier {
    PDS_CARRIED_BY_CONTENT,
    PDS_CARRIED_BY_FIELDS,
    PDS_CARRIED_BY_SIGNATURES
} pds_seam_carrier;

/* What all slices of a seam have to say alike. */
typedef struct pds_seam_terms {
    char id[33];
    char text[512];
    bool sound;  /* the text is understood */
    bool across; /* the slices stand side by side, else one above the other */
    double size[2];
    char picture[65];
} pds_seam_terms;

/* A form that says it is a slice. */
typedef struct pds_seam_form {
    pds_ref ref;
    bool broken;  /* it says that in a way that nobody understands */
    size_t terms; /* else: in pds_seam_finds */
    uint32_t index, count;
    double from, to;
    double box[4], matrix[6];
    pds_ref image;         /* num 0: none */
    uint32_t newest;       /* revision that put the youngest of its objects */
    pds_slice_fault fault; /* of what it draws */
} pds_seam_form;

/* A slice on a page. */
typedef struct pds_seam_shown {
    uint32_t page;
    size_t form;
    pds_seam_carrier carrier;
    double matrix[6]; /* from the form's space to default user space */
    double box[4];    /* what it fills there */
    uint32_t newest;
    pds_slice_fault fault; /* of the way it is shown */
} pds_seam_shown;

typedef struct pds_seam_sheet {
    pds_page page;
    bool unread;     /* in part, at least */
    uint32_t broken; /* forms shown that say they are slices, but not understandably */
} pds_seam_sheet;

typedef struct pds_seam_finds {
    /* lent */
    pds_doc *doc;
    struct pds_revisions *revisions;
    /* owned */
    pds_seam_terms *terms;
    size_t terms_count;
    pds_seam_form *forms;
    size_t form_count;
    pds_seam_shown *shown; /* by page */
    size_t shown_count;
    pds_seam_sheet *pages;
    size_t page_count;
    bool unread_pages; /* the page tree is broken: not all are there */
    bool tired;        /* more than is looked at */
    /* at work */
    pds_intern known;  /* by reference: form + 1, or that it is none */
    pds_intern listed; /* by reference: does this /XObject list slices? */
    pds_object holder; /* the node read last for its resources, which many pages may have: */
    pds_span inherited;
    uint64_t work, work_max;
    pds_ref picture; /* the image whose digest was made last: */
    char digest[65]; /* empty: it cannot be made */
    uint32_t picture_newest;
} pds_seam_finds;

/* errors: PDS_E_NO_MEMORY, PDS_E_INTERRUPTED, read errors; damage is kept with its page */
PDS_USE pds_code pds_seam_finds_read(pds_doc *doc, struct pds_revisions *revisions,
                                     pds_seam_finds *out, pds_err *e);
void pds_seam_finds_drop(pds_seam_finds *f);

/* ---- between the files that find ---- */

/* Counts bytes that were looked at. False: too many, so that a hostile file ends. */
bool pds_seam_work(pds_seam_finds *f, uint64_t bytes);
/* The same for an object of so many bytes, or an entry looked for in it: that takes longer. */
bool pds_seam_work_object(pds_seam_finds *f, uint64_t bytes);
/* PDS_OK for damage in the file, which *damaged says. */
pds_code pds_seam_forgive(pds_code code, bool *damaged);
/* The revision that put the object as it is now. */
uint32_t pds_seam_newest(const pds_seam_finds *f, uint32_t num);
/* The form of an object that says it is a slice: its place + 1 in forms; 0: it says nothing. */
PDS_USE pds_code pds_seam_form_of(pds_seam_finds *f, pds_ref ref, uint32_t *out, pds_err *e);
/* Looks at what the form draws, and judges that. */
PDS_USE pds_code pds_seam_form_look(pds_seam_finds *f, const pds_object *object,
                                    pds_seam_form *form, pds_err *e);
/* What /ExtGState of these resources says of the name goes into *s. */
PDS_USE pds_code pds_seam_set_state(pds_seam_finds *f, pds_span resources, pds_span name,
                                    pds_trace_state *s, pds_err *e);
/* What /XObject of these resources has under the name; num 0: nothing. */
PDS_USE pds_code pds_seam_xobject(pds_seam_finds *f, pds_span resources, pds_span name,
                                  pds_ref *out, pds_err *e);
/* Do these resources list a slice? owner: the object that they stand in. */
PDS_USE pds_code pds_seam_lists(pds_seam_finds *f, pds_span resources, pds_ref owner, bool *out,
                                pds_err *e);
/* An array of so many numbers; *good false: it is none. */
PDS_USE pds_code pds_seam_numbers(pds_doc *doc, pds_span dict, const char *key, size_t count,
                                  double *out, bool *good, pds_err *e);
/* Decoded data of a stream and a line end, behind out. */
PDS_USE pds_code pds_seam_content(pds_seam_finds *f, const pds_object *o, pds_buf *out, pds_err *e);
/* Slices among the annotations of a page. */
PDS_USE pds_code pds_seam_annotations(pds_seam_finds *f, pds_seam_sheet *sheet, pds_span page,
                                      pds_err *e);

/* One stream of a page or an appearance, being followed. */
typedef struct pds_seam_view {
    pds_seam_finds *f;
    pds_seam_sheet *sheet;
    pds_span resources;
    pds_seam_carrier carrier;
    uint32_t newest;       /* of the objects that lead there */
    pds_slice_fault fault; /* that everything in it has */
    size_t first_shown;    /* what it shows begins there in f->shown */
} pds_seam_view;
/* Follows a stream; what it shows goes into f->shown. */
PDS_USE pds_code pds_seam_follow(pds_seam_view *view, pds_span content,
                                 const pds_trace_state *start, pds_err *e);
/* One slice, drawn with this state. */
PDS_USE pds_code pds_seam_show(pds_seam_view *view, uint32_t form, const pds_trace_state *s,
                               pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
