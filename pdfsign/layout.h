#ifndef PDFSIGN_LAYOUT_H
#define PDFSIGN_LAYOUT_H

#include "base/clock.h"
#include "pdf/page.h"
#include "pdfsign/open.h"
#include "seal/place.h"
#include "seal/text.h"
#include "view/client.h"

#include <pds/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What carries a drawing (docs/architecture.md, "What goes where"). */
typedef enum pds_mark_kind {
    PDS_MARK_WIDGET,  /* the signature's field */
    PDS_MARK_CONTENT, /* the page's content: only on a file that carries no signature */
    PDS_MARK_FIELD,   /* a text field or push-button that stands already */
    PDS_MARK_SHARED,  /* a signature field of its own with the same signature as value */
    PDS_MARK_MULTI    /* a signature field with a signature of its own */
} pds_mark_kind;

/* One drawing at one place. */
typedef struct pds_mark {
    pds_mark_kind kind;
    pds_page page;
    double rect[4]; /* default user space */
    size_t drawing; /* in the layout's drawings */
    pds_ref field;  /* FIELD: the widget, where it stands already */
    char name[256]; /* FIELD: full name */
    char *value;    /* FIELD: text of a text field's /V, UTF-8, owned; NULL: none */
} pds_mark;

typedef struct pds_laid_drawing {
    pds_drawing drawing;
    pds_buf piece; /* text of a /PieceInfo dictionary (a slice); empty: none */
} pds_laid_drawing;

/* Everything that one signing draws, decided before a byte is written. The first mark of kind
 * WIDGET, if any, is the signature's. */
typedef struct pds_layout {
    pds_laid_drawing *drawings;
    size_t drawing_count;
    pds_mark *marks; /* in page order within a kind */
    size_t mark_count;
    pds_typesetter *typesetter; /* shared by the job; lent */
} pds_layout;
/* Takes the drawing, also on error; *index is its place in the layout. */
PDS_USE pds_code pds_layout_add_drawing(pds_layout *l, pds_laid_drawing *drawing, size_t *index,
                                        pds_err *e);
/* Takes the mark's value, also on error. */
PDS_USE pds_code pds_layout_add_mark(pds_layout *l, pds_mark *mark, pds_err *e);

/* Where a keyword was found, kept for the next who asks. */
typedef struct pds_keyword {
    char text[256];
    pds_finds finds;
} pds_keyword;

/* What all signings of a job share while they are laid out. */
typedef struct pds_scene {
    const pds_sign_job *job; /* borrowed, as the next two */
    pds_input *in;
    const pds_moment *when;
    pds_typesetter *typesetter; /* made when text is first set */
    pds_layout layouts[PDS_SIGNINGS_MAX];
    pds_fonts *fonts;   /* of a job that brings none */
    pds_reader *reader; /* of a job that brings none */
    pds_keyword *keywords;
    size_t keyword_count;
    struct pds_ground *ground;   /* what stands where (overlap.h) */
    struct pds_seam_file *seams; /* pages and fields for seams (seam_file.h); read when needed */
    size_t stamp_room;           /* bytes for a timestamp in each signature; 0: none comes */
} pds_scene;

struct pds_plan;
/* Lays out signing `index`; those before it are laid out already. plan: its field is chosen; where
 * a new one is to be seen, plan->page, rect and page_number are set here.
 * errors: PDS_E_PLACE_REFUSED, PDS_E_PLACE_TAKEN, PDS_E_TEXT_NOT_FOUND, PDS_E_SEAM_REFUSED … */
PDS_USE pds_code pds_scene_lay(pds_scene *s, size_t index, struct pds_plan *plan, pds_err *e);
void pds_scene_drop(pds_scene *s);

/* The typesetter of the job, made at the first call. */
PDS_USE pds_code pds_scene_typesetter(pds_scene *s, const pds_look *look, pds_typesetter **out,
                                      pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
