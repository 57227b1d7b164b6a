#ifndef PDS_SEAL_H
#define PDS_SEAL_H

#include <pds/output.h>
#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lengths are points (1/72 inch) unless a name says otherwise; texts are UTF-8. */

/* A seal picture, read and prepared once, shared by any number of jobs and threads. */
typedef struct pds_seal pds_seal;

/**
 * Reads a PNG: every colour type, depth, interlacing and alpha.
 * size    printed size as "WxH" with units as in docs/cli.md; NULL: the picture's own (pHYs)
 * errors  PDS_E_PICTURE_UNREADABLE, PDS_E_PICTURE_UNSUPPORTED, PDS_E_PICTURE_LIMIT; PDS_E_USAGE
 *         the size is not understood, or neither given nor in the picture
 */
PDS_API PDS_USE pds_code pds_seal_open(const char *path, const char *size, pds_seal **out,
                                       pds_err *e);
PDS_API void pds_seal_drop(pds_seal **seal);

/* The fonts that text is drawn with, found once, shared by any number of jobs and threads. */
typedef struct pds_fonts pds_fonts;

/* font: a file, a name as fontconfig knows it, or NULL: whatever has the characters.
 * errors: PDS_E_FONT_UNREADABLE */
PDS_API PDS_USE pds_code pds_fonts_open(const char *font, pds_fonts **out, pds_err *e);
PDS_API void pds_fonts_drop(pds_fonts **fonts);

/* What a picture file is. */
typedef struct pds_seal_info {
    uint32_t width, height; /* pixels */
    unsigned depth;         /* bits of a sample in the file */
    const char *color;      /* "grey", "rgb", "palette"; static */
    bool alpha, interlaced;
    double dpi[2];  /* 0: the file does not say */
    double size[2]; /* printed size; 0: unknown */
    double opaque;  /* share of pixels that are drawn at all, 0 to 1 */
    uint8_t ink[3]; /* mean sRGB colour of what is drawn */
} pds_seal_info;

PDS_API PDS_USE pds_code pds_seal_info_read(const char *path, pds_seal_info *out, pds_err *e);

/* A photo or scan of a stamp or signature becomes a transparent PNG. */
typedef struct pds_seal_clean_job {
    const char *input; /* PNG; "-" standard input */
    pds_output output;
    const char *color; /* NULL: the picture's own */
    const char *size;  /* printed size to be kept in the PNG, or NULL */
    long dpi;          /* 0: the picture's own */
    double threshold;  /* how far from the background ink begins, 0 to 1; 0: found */
    bool keep_border;
} pds_seal_clean_job;

PDS_API PDS_USE pds_code pds_seal_clean(const pds_seal_clean_job *job, pds_err *e);

/* In the order of --kind. */
typedef enum pds_seal_kind {
    PDS_SEAL_COMPANY,      /* round, 42 mm */
    PDS_SEAL_DEPARTMENT,   /* round, 38 mm */
    PDS_SEAL_CONTRACT,     /* round, 42 mm */
    PDS_SEAL_OLD_CONTRACT, /* round, 58 mm */
    PDS_SEAL_INVOICE,      /* oval, 40 x 30 mm */
    PDS_SEAL_FOREIGN,      /* foreign-invested company: oval, 45 x 30 mm */
    PDS_SEAL_LEGAL,        /* legal representative: square, 20 mm */
    PDS_SEAL_PERSONAL      /* square, 18 mm */
} pds_seal_kind;

/* Draws a test seal; the output's suffix decides: .png, .svg or .pdf. */
typedef struct pds_seal_make_job {
    pds_seal_kind kind;
    const char *name, *label, *code; /* label, code: NULL by kind, none */
    const char *font;                /* as in pds_fonts_open */
    const char *color, *size;        /* NULL: red; by kind */
    long dpi;                        /* of a PNG; 0: 600 */
    bool no_test_mark;
    pds_output output;
} pds_seal_make_job;

PDS_API PDS_USE pds_code pds_seal_make(const pds_seal_make_job *job, pds_err *e);

/* Strokes of a hand become a smooth signature picture; the output's suffix decides as above. */
typedef struct pds_seal_strokes_job {
    const char *input; /* JSON or SVG, docs/cli.md; "-" standard input */
    const char *color, *size;
    long dpi;
    double pen; /* millimetres at full pressure; 0: 0.8 */
    pds_output output;
} pds_seal_strokes_job;

PDS_API PDS_USE pds_code pds_seal_strokes(const pds_seal_strokes_job *job, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
