#ifndef PDS_SEAL_H
#define PDS_SEAL_H

#include <pds/output.h>
#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Lengths are points (1/72 inch) unless a name says otherwise; texts are UTF-8. A size is "WxH",
 * each side with a unit or both without ("42mmx42mm", "119x119"); a colour is "#rrggbb" or black,
 * white, red, blue, green, grey. What a job points to is borrowed during the call, and all of a job
 * that is zero means the usual. A drop sets the pointer to NULL and allows a NULL inside.
 */

/* A seal picture, read and prepared once, shared by any number of jobs and threads. */
typedef struct pds_seal pds_seal;

/**
 * Reads a PNG: every colour type, depth, interlacing and alpha; colour profiles are converted to
 * sRGB.
 * path    "-" is standard input
 * size    printed size; NULL: the picture's own (pHYs)
 * out     owned by the caller until no job uses it
 * errors  PDS_E_PICTURE_UNREADABLE, PDS_E_PICTURE_UNSUPPORTED, PDS_E_PICTURE_LIMIT; PDS_E_USAGE
 *         the size is not understood, or neither given nor in the picture; PDS_E_LIBRARY_MISSING
 * source  ISO/IEC 15948 (PNG); IEC 61966-2-1 (sRGB); ICC.1
 */
PDS_API PDS_USE pds_code pds_seal_open(const char *path, const char *size, pds_seal **out,
                                       pds_err *e);
PDS_API void pds_seal_drop(pds_seal **seal);

/* The fonts that text is drawn with, found once, shared by any number of jobs and threads. */
typedef struct pds_fonts pds_fonts;

/* font: a file, a name as fontconfig knows it, or NULL: whatever has the characters. Characters
 * that it lacks come from other fonts. out: owned by the caller until no job uses it. errors:
 * PDS_E_FONT_UNREADABLE missing, damaged, or it forbids embedding; PDS_E_LIBRARY_MISSING */
PDS_API PDS_USE pds_code pds_fonts_open(const char *font, pds_fonts **out, pds_err *e);
PDS_API void pds_fonts_drop(pds_fonts **fonts);

/* What a picture file is; owns nothing. */
typedef struct pds_seal_info {
    uint32_t width, height; /* pixels */
    unsigned depth;         /* bits of a sample in the file */
    const char *color;      /* "grey", "rgb", "palette"; static */
    bool alpha, interlaced;
    double dpi[2];  /* 0: the file does not say */
    double size[2]; /* printed width and height; 0: unknown */
    double opaque;  /* share of pixels that are drawn at all, 0 to 1 */
    uint8_t ink[3]; /* mean sRGB colour of what is drawn */
} pds_seal_info;

/* path and errors: as pds_seal_open */
PDS_API PDS_USE pds_code pds_seal_info_read(const char *path, pds_seal_info *out, pds_err *e);

/* A photo or scan of a stamp or signature becomes a transparent PNG. */
typedef struct pds_seal_clean_job {
    const char *input; /* PNG; "-" standard input */
    pds_output output;
    const char *color; /* NULL: the picture's own */
    const char *size;  /* printed size to be kept in the PNG, or NULL */
    long dpi;          /* dots per inch; 0: the picture's own; with size: at most */
    double threshold;  /* how far from the background ink begins, 0.02 to 0.9; 0: found */
    bool keep_border;  /* the empty border is not trimmed */
} pds_seal_clean_job;

/* errors: those of reading a picture and of writing an output; PDS_E_USAGE;
 * PDS_E_PICTURE_UNSUPPORTED also where nothing is drawn on it */
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

/* Draws a test seal; the output's suffix decides: .png, .svg or .pdf; "-" is a PNG. */
typedef struct pds_seal_make_job {
    pds_seal_kind kind;
    const char *name;         /* has to be given */
    const char *label, *code; /* NULL: the kind's own; none. An empty label leaves it out */
    const char *font; /* as in pds_fonts_open; NULL: a Song or Fangsong font, if installed */
    const char *color, *size; /* NULL: the red of seals; by kind */
    long dpi;                 /* of a PNG; 0: 600 */
    bool no_test_mark;        /* else the seal says that it is one for tests */
    pds_output output;
} pds_seal_make_job;

/* errors: PDS_E_USAGE a text too long for the seal, a size, colour or suffix that is none;
 * PDS_E_GLYPH_MISSING, PDS_E_FONT_UNREADABLE, PDS_E_LIBRARY_MISSING; those of an output */
PDS_API PDS_USE pds_code pds_seal_make(const pds_seal_make_job *job, pds_err *e);

/* Strokes of a hand become a smooth signature picture; the output's suffix decides as above. */
typedef struct pds_seal_strokes_job {
    const char *input;        /* JSON or SVG, docs/cli.md; "-" standard input */
    const char *color, *size; /* NULL: black; the ink fitted into 50 x 20 mm */
    long dpi;                 /* of a PNG; 0: 600 */
    double pen;               /* millimetres at full pressure, up to 10; 0: 0.8 */
    pds_output output;
} pds_seal_strokes_job;

/* errors: PDS_E_INPUT_UNREADABLE; PDS_E_USAGE strokes, a size, colour or suffix that is none;
 * PDS_E_LIMIT; PDS_E_LIBRARY_MISSING; those of an output */
PDS_API PDS_USE pds_code pds_seal_strokes(const pds_seal_strokes_job *job, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
