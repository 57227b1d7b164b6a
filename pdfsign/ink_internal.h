#ifndef PDFSIGN_INK_INTERNAL_H
#define PDFSIGN_INK_INTERNAL_H

#include "pdfsign/ink.h"
#include "pdfsign/intern.h"
#include "pdfsign/pdfa.h"
#include "pdfsign/reuse.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_INK_FACES = 32 }; /* bits of pds_drawing.faces */

/* An image object made in this update, or found in the file. */
typedef struct pds_ink_image {
    const pds_image *image;
    bool stencil; /* masked instead of blended */
    pds_ref ref;
} pds_ink_image;

/* How a drawing becomes a form XObject. */
typedef struct pds_ink_way {
    int turn;   /* degrees that /Matrix turns it counterclockwise */
    bool field; /* it is the value of a text field */
} pds_ink_way;

typedef struct pds_ink_form {
    const pds_laid_drawing *laid;
    pds_ink_way way;
    pds_ref ref;
} pds_ink_form;

struct pds_ink {
    pds_input *in;
    pds_update *u;
    pds_typesetter *typesetter;
    bool begun; /* the next two are known */
    pds_pdfa pdfa;
    pds_reuse reuse;
    pds_ref profile;
    pds_ink_image *images;
    size_t image_count;
    pds_ink_form *forms;
    size_t form_count;
    pds_ref faces[PDS_INK_FACES];
    pds_intern streams; /* object numbers by dictionary and data */
};

/* Reads what the file says of itself, before anything is drawn. */
PDS_USE pds_code pds_ink_begin(pds_ink *ink, pds_err *e);

/* Encoded data of a stream: an object of the file where it is equal, else a new one. */
PDS_USE pds_code pds_ink_object(pds_ink *ink, pds_span text, const pds_span *data, pds_ref *out,
                                pds_err *e);
/* The same with zlib data; `dict` is without /Filter and its closing >>. */
PDS_USE pds_code pds_ink_flate(pds_ink *ink, pds_buf *dict, pds_span encoded, pds_ref *out,
                               pds_err *e);
/* The same, deflating first. */
PDS_USE pds_code pds_ink_deflated(pds_ink *ink, pds_buf *dict, pds_span data, pds_ref *out,
                                  pds_err *e);
/* A stream made in this update; what is equal is made once. */
PDS_USE pds_code pds_ink_shared(pds_ink *ink, pds_span dict, pds_span data, pds_ref *out,
                                pds_err *e);

/* "/DeviceRGB", or the array of an ICC-based sRGB. */
PDS_USE pds_code pds_ink_put_rgb(pds_ink *ink, pds_buf *out, pds_err *e);
PDS_USE pds_code pds_ink_image_ref(pds_ink *ink, const pds_drawing *d, pds_ref *out, pds_err *e);
PDS_USE pds_code pds_ink_face_ref(pds_ink *ink, size_t face, pds_ref *out, pds_err *e);
PDS_USE pds_code pds_ink_stage_faces(pds_ink *ink, pds_err *e);
PDS_USE pds_code pds_ink_form_ref(pds_ink *ink, const pds_laid_drawing *laid, pds_ink_way way,
                                  pds_ref *out, pds_err *e);

/* "/Key 12 0 R" */
void pds_ink_put_entry(pds_buf *out, const char *key, pds_ref ref);

#ifdef __cplusplus
}
#endif
#endif
