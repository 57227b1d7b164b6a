#ifndef PDFSIGN_VERIFY_SEAM_TRACE_H
#define PDFSIGN_VERIFY_SEAM_TRACE_H

#include "pdf/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Follows a content stream (ISO 32000-2, 7.8.2) as far as it decides where XObjects are drawn and
 * whether they can be seen: q, Q, cm, clips, graphics states, marked content. Strict: what readers
 * may take in two ways is not followed further.
 */

/* What may make it vanish: */
enum { PDS_TRACE_MASKED = 1, PDS_TRACE_BLENDED = 2 };

/* The graphics state where something is drawn. */
typedef struct pds_trace_state {
    double ctm[6];  /* into the space of the outermost stream */
    double clip[4]; /* what of that space is left: left, bottom, right, top */
    bool cut;       /* … and it is clipped by more than rectangles */
    double alpha;   /* constant, of gs */
    unsigned odd;   /* PDS_TRACE_* */
    bool optional;  /* within optional content */
    int64_t text_mode;
} pds_trace_state;

/* Nothing clipped, moved or hidden. */
extern const pds_trace_state PDS_TRACE_START;

typedef struct pds_trace_fns {
    /* Do. name: with its slash */
    pds_code (*draw)(void *ctx, pds_span name, const pds_trace_state *s, pds_err *e);
    /* gs: what the named graphics state says goes into *s. */
    pds_code (*set)(void *ctx, pds_span name, pds_trace_state *s, pds_err *e);
    /* Anything else that leaves marks, in this box at most; zeros: not known where. */
    pds_code (*paint)(void *ctx, const double box[4], pds_err *e);
} pds_trace_fns;

/* *sound false: from some place on it cannot be followed. errors: those of fns */
PDS_USE pds_code pds_trace(pds_span content, const pds_trace_state *start, const pds_trace_fns *fns,
                           void *ctx, bool *sound, pds_err *e);

/* first, then: the product of two matrices (8.3.4); out may be one of them. */
void pds_trace_join(const double first[6], const double then[6], double out[6]);
void pds_trace_apply(const double matrix[6], double x, double y, double out[2]);
/* The box that a rectangle fills once it is transformed; *upright false: not all of that. */
void pds_trace_box(const double matrix[6], const double rect[4], double out[4], bool *upright);
/* Can what is drawn in this state not be seen, whatever it is and wherever? */
bool pds_trace_hides(const pds_trace_state *s);
/* Does one box hold the other, but for so much? */
bool pds_trace_holds(const double outer[4], const double inner[4], double slack);
/* Cuts the clip down to a rectangle of the state's own space. */
void pds_trace_clip(pds_trace_state *s, const double rect[4]);

#ifdef __cplusplus
}
#endif
#endif
