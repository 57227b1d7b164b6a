#ifndef PDF_VALUE_H
#define PDF_VALUE_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The object model: a value is a span of its own text (ISO 32000-2, 7.3), checked once by
 * pds_value_scan and then walked without errors and without copies. Nothing is rewritten that
 * need not be: an edited dictionary keeps the bytes of every other entry.
 */
typedef enum pds_kind {
    PDS_KIND_NONE, /* empty span */
    PDS_KIND_NULL,
    PDS_KIND_BOOL,
    PDS_KIND_INT,
    PDS_KIND_REAL,
    PDS_KIND_STRING, /* literal or hexadecimal */
    PDS_KIND_NAME,
    PDS_KIND_ARRAY,
    PDS_KIND_DICT,
    PDS_KIND_REF,
    PDS_KIND_WORD /* an operator or keyword: obj, stream, xref … */
} pds_kind;

typedef struct pds_ref {
    uint32_t num; /* 0: none */
    uint32_t gen;
} pds_ref;

enum { PDS_DEPTH_MAX = 100 }; /* of nested arrays and dictionaries */

/* Takes one value (a reference counts as one), with white space and comments before it, from the
 * front of *text, and checks all of its syntax: balanced, nesting, names as keys, no key twice.
 * On success *text begins behind the value.
 * errors: PDS_E_PDF_DAMAGED, offset relative to the text; PDS_E_PDF_LIMIT nesting
 *         PDS_E_PDF_DAMAGED with text->len == 0 left in e->found "end" where the text ends too
 * early */
PDS_USE pds_code pds_value_scan(pds_span *text, pds_span *value, pds_err *e);
/* The same for one token: WORD, NAME, INT …, or a bracket of a container alone. False: none left,
 * or a byte that begins none. */
bool pds_token_take(pds_span *text, pds_span *token);
/* Takes white space and comments from the front. */
void pds_space_skip(pds_span *text);

pds_kind pds_value_kind(pds_span value);
bool pds_value_int(pds_span value, int64_t *out);
bool pds_value_real(pds_span value, double *out); /* integers too */
bool pds_value_bool(pds_span value, bool *out);
bool pds_value_ref(pds_span value, pds_ref *out);
/* `name` without its slash; #xx in the value is decoded. */
bool pds_value_is_name(pds_span value, const char *name);
/* Bytes of a string, or of a name without its slash, decoded, behind out. */
bool pds_value_bytes(pds_span value, pds_buf *out);
/* A text string (PDFDocEncoding, UTF-16BE, UTF-8 with BOM; 7.9.2.2) or name as UTF-8 behind out;
 * well-formed and without NUL, what is not is U+FFFD. */
bool pds_value_utf8(pds_span value, pds_buf *out);

/* The value of a key, as it stands (perhaps a reference). False: no such key, or not a dictionary.
 */
bool pds_dict_get(pds_span dict, const char *key, pds_span *value);

/* Walks an array (key stays empty) or a dictionary (key is the name with its slash). Anything else
 * has no items. */
typedef struct pds_iter {
    pds_span rest;
    bool dict;
} pds_iter;
pds_iter pds_iter_of(pds_span container);
bool pds_iter_next(pds_iter *it, pds_span *key, pds_span *value);

/* Writing. Each puts behind out; faults stick in it. */
typedef struct pds_entry {
    const char *key;
    pds_span value; /* text of the value; empty: the key goes away */
} pds_entry;
/* dict with these entries changed, added (in order, at the end) or removed; an empty dict span is
 * "<<>>". */
void pds_dict_put(pds_buf *out, pds_span dict, const pds_entry *entries, size_t count);
/* array with one element more; an empty array span is "[]". */
void pds_array_put(pds_buf *out, pds_span array, pds_span element);
void pds_ref_put(pds_buf *out, pds_ref ref); /* "12 0 R" */
void pds_string_put(pds_buf *out,
                    pds_span bytes); /* literal or hexadecimal, whichever is shorter */
void pds_text_put(pds_buf *out, const char *utf8); /* text string: ASCII as it is, else UTF-16BE */
void pds_name_put(pds_buf *out, pds_span bytes);   /* "/A#20B" */
void pds_real_put(pds_buf *out,
                  double number); /* at most 4 decimals, never an exponent, locale-free */

#ifdef __cplusplus
}
#endif
#endif
