#ifndef PDF_XREF_H
#define PDF_XREF_H

#include "base/file.h"
#include "pdf/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where objects are: the cross-reference sections of a file, newest first (ISO
 * 32000-2, 7.5.4-7.5.8). */

enum {
    PDS_OBJECT_MAX = (1 << 23) - 1, /* Annex C.2 */
    PDS_GENERATION_MAX = 65535
};

typedef enum pds_place_kind {
    PDS_PLACE_NONE,  /* no section has the object */
    PDS_PLACE_FREE,  /* also of a type that this version of PDF does not know */
    PDS_PLACE_FILE,  /* at an offset */
    PDS_PLACE_PACKED /* in an object stream */
} pds_place_kind;

typedef struct pds_place {
    uint64_t at;      /* offset, or number of the object stream */
    uint32_t gen;     /* generation, or index in the object stream */
    uint16_t section; /* that says so, counted from the newest */
    uint16_t kind;    /* pds_place_kind */
} pds_place;

enum { PDS_PLACES_PER_CHUNK = 128 };

/* PDS_PLACES_PER_CHUNK entries; NULL where no object of the range has one. */
typedef struct pds_chunk {
    pds_place *places; /* owned */
} pds_chunk;

struct pds_history;
struct pds_xref_log;

/* Entries stand in chunks, so that memory follows what the file holds, not the numbers in it. */
typedef struct pds_xref {
    pds_chunk *chunks;
    uint32_t chunk_count;
    uint32_t last_used;    /* highest object number in use */
    uint64_t last_used_at; /* section that has it */
    uint32_t last;         /* highest object number with an entry */
    uint32_t section_count;
    uint64_t *sections; /* where each begins */
    uint64_t entries;   /* read so far, of all sections */
    uint64_t decoded;   /* bytes of cross-reference streams */
    uint64_t start;     /* what startxref says */
    bool stream;        /* the newest section is one */
    uint32_t size;      /* /Size of the newest trailer, at most PDS_OBJECT_MAX + 1 */
    pds_buf trailer_text;
    pds_span trailer;
    struct pds_xref_log *log; /* entries go there, section by section; NULL: into the chunks */
    const struct pds_history *history; /* as of `revision`, instead of chunks; NULL: chunks */
    uint16_t revision;
} pds_xref;

/* Begin with { 0 }; drop it also after a fault. */
PDS_USE pds_code pds_xref_load(pds_xref *x, const pds_file *file, pds_err *e);
void pds_xref_drop(pds_xref *x);
/* Kind PDS_PLACE_NONE where there is none; lent. */
const pds_place *pds_xref_find(const pds_xref *x, uint32_t num);

/* %PDF-1.n or 2.n at the first byte: offsets count from there, and readers that look for it further
 * on disagree about them. errors: PDS_E_NOT_PDF, PDS_E_PDF_DAMAGED */
PDS_USE pds_code pds_header_check(const pds_file *file, pds_err *e);

/* Between xref.c and the readers of the two kinds of section. */

/* One section being read. */
typedef struct pds_section {
    const pds_file *file;
    pds_xref *xref;
    uint64_t at;     /* where it begins, for messages */
    uint16_t number; /* from 0, the newest */
    bool hybrid;     /* the stream beside a table: may fill what the table calls free */
    bool stream;     /* it is a stream, hybrid or not */
    bool surplus;    /* a stream with more rows than /Index tells */
    uint64_t end;    /* behind its trailer, or its endobj */
    pds_ref ref;     /* of a stream */
    pds_buf text;    /* owns the trailer's bytes */
    pds_span trailer;
} pds_section;

/* Takes an entry over where no newer section has one. */
PDS_USE pds_code pds_section_set(pds_section *s, uint32_t num, const pds_place *place, pds_err *e);
/* `at` stands at the keyword xref, or at the object of a stream; both set trailer. */
PDS_USE pds_code pds_section_table(pds_section *s, pds_err *e);
PDS_USE pds_code pds_section_stream(pds_section *s, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
