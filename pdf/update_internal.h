#ifndef PDF_UPDATE_INTERNAL_H
#define PDF_UPDATE_INTERNAL_H

#include "pdf/update.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_staged_kind {
    PDS_STAGED_VALUE,
    PDS_STAGED_STREAM,     /* data still to be encrypted, if the file is */
    PDS_STAGED_STREAM_RAW, /* data as they stand in the file */
    PDS_STAGED_SIGNATURE   /* text without ByteRange and Contents */
} pds_staged_kind;

/* One object of the update. */
typedef struct pds_staged {
    pds_ref ref;
    pds_staged_kind kind;
    pds_buf text, data;
    uint64_t offset; /* in the resulting file; set by writing */
} pds_staged;

struct pds_update {
    pds_doc *doc;
    uint32_t next;      /* fresh object number */
    pds_staged *staged; /* ascending object numbers */
    size_t count, room;
    pds_ref handler; /* the encryption dictionary, if it is an object */
    size_t hole;     /* bytes of the signature, 0: there is none */
};

/* An update being written. */
typedef struct pds_writer {
    pds_update *u;
    pds_buf *out;
    uint64_t base;     /* bytes before out */
    size_t range_at;   /* of the room for /ByteRange's array in out */
    size_t range_room; /* bytes of it; 0: no signature */
    pds_hole hole;
} pds_writer;

/* Section, trailer, startxref and %%EOF behind the objects. errors: PDS_E_PDF_LIMIT */
PDS_USE pds_code pds_put_section(pds_writer *w, pds_err *e);

size_t pds_digits_of(uint64_t n);
/* n in decimal, zeros before it up to `width`. */
void pds_put_number(pds_buf *out, uint64_t n, size_t width);
/* Two digits a byte. */
void pds_put_hex(uint8_t *out, pds_span bytes);
/* stream … endstream. */
void pds_put_data(pds_writer *w, pds_span data);

/* Readers refuse higher object numbers (annex C.2). */
enum { PDS_OBJECT_MAX = 8388607 };

#ifdef __cplusplus
}
#endif
#endif
