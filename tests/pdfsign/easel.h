#ifndef TESTS_PDFSIGN_EASEL_H
#define TESTS_PDFSIGN_EASEL_H

#include "pdfsign/form_edit.h"
#include "pdfsign/ink.h"
#include "tests/pdf/make.h"

/* A small PDF to draw on, and a way to look at what comes of it. */

typedef struct easel_object {
    uint32_t num;
    const char *text; /* of a stream: entries of its dictionary */
    const char *data; /* NULL: no stream */
} easel_object;

typedef struct easel {
    pds_buf bytes;
    pds_input in;
    pds_update *u;
    pds_ink *ink;
    pds_laid_drawing drawings[4];
    pds_mark marks[8];
    pds_layout layout;
} easel;

/* Objects 1 (catalog) to at most 15; the list ends with num 0. */
void easel_open(easel *s, const easel_object *objects);
void easel_drop(easel *s);
/* A drawing of this size and content with the image that easel_image gives; its place. */
size_t easel_drawing(easel *s, double width, double height, const char *content);
/* 2 x 2 pixels with alpha and a stencil; lent, static. */
pds_image *easel_image(void);
/* A mark on page `number` of the file. */
pds_mark *easel_mark(easel *s, pds_mark_kind kind, uint32_t number, const double rect[4]);
/* Writes the update and opens the longer file in place of the old one, with a new update. */
void easel_write(easel *s);
/* Bytes of the update that easel_write would write. */
size_t easel_growth(easel *s);

/* The text of what a path leads to, from the trailer: "Root/Pages/Kids/0/Contents"; a number goes
 * into an array, a name into a dictionary; references are followed. A last "data" gives a stream's
 * decoded data, "text" a string as UTF-8, "ref" the number of the object. Lent until 16 calls
 * later. */
const char *easel_at(easel *s, const char *path);
/* Fails unless code is PDS_OK. */
void easel_ok(pds_code code, const pds_err *e);

#define EASEL(name) PDS_OWN(easel_drop) easel name = { .in = PDS_INPUT_NONE }

#endif
