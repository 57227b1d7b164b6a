#ifndef PDF_XREF_LOG_H
#define PDF_XREF_LOG_H

#include "pdf/xref.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What each cross-reference section says by itself, for the revisions of a file. */

enum {
    PDS_ROWS_MAX = 3 << 20,        /* entries of all sections together */
    PDS_TRAILERS_MAX = 8 << 20,    /* bytes of all trailers together */
    PDS_LOGGED_SECTIONS_MAX = 4096 /* the limit of the chain, xref.c */
};

/* One entry, as it stands. */
typedef struct pds_row {
    pds_place place; /* .section: index in the log */
    uint32_t num;
} pds_row;

typedef enum pds_section_kind {
    PDS_SECTION_TABLE,
    PDS_SECTION_STREAM,
    PDS_SECTION_HYBRID /* the stream of the table before it */
} pds_section_kind;

typedef struct pds_section_log {
    uint64_t at, end; /* xref … trailer << >>, or N G obj … endobj */
    size_t first_row, row_count;
    pds_buf text; /* owns */
    pds_span trailer;
    pds_ref ref; /* of a stream */
    pds_section_kind kind;
    bool surplus; /* more rows than /Index tells */
} pds_section_log;

/* Sections in the order of the chain: the newest first, the stream of a hybrid file behind its
 * table. Begin with { 0 }. */
typedef struct pds_xref_log {
    pds_row *rows;
    size_t row_count;
    pds_section_log *sections;
    size_t section_count;
    size_t trailer_bytes;
    uint64_t startxref, start; /* of the file's end: the keyword, the number */
    uint64_t eof;              /* behind %%EOF; 0: not looked for, the strict rules count */
    bool more;                 /* bytes behind that */
} pds_xref_log;

void pds_xref_log_drop(pds_xref_log *log);
PDS_USE pds_code pds_xref_log_row(pds_xref_log *log, uint32_t num, const pds_place *place,
                                  pds_err *e);
/* The rows since the last section are this one's. NULL: nothing is logged. */
PDS_USE pds_code pds_xref_log_section(pds_xref_log *log, const pds_section *s, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
