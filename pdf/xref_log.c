#include "pdf/xref_log.h"

#include "base/grow.h"

#include <stdlib.h>

void pds_xref_log_drop(pds_xref_log *log)
{
    for (size_t i = 0; i < log->section_count; i++) {
        pds_buf_drop(&log->sections[i].text);
    }
    free(log->sections);
    free(log->rows);
    *log = (pds_xref_log){ 0 };
}

pds_code pds_xref_log_row(pds_xref_log *log, uint32_t num, const pds_place *place, pds_err *e)
{
    if (log->row_count == PDS_ROWS_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "more than %d cross-reference entries", (int)PDS_ROWS_MAX);
    }
    pds_row *const rows = pds_grow(log->rows, log->row_count, sizeof *rows);
    if (rows == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the cross-reference table");
    }
    log->rows = rows;
    pds_row *const row = &rows[log->row_count++];
    *row = (pds_row){ *place, num };
    row->place.section = (uint16_t)log->section_count;
    if (num == 0) {
        row->place.kind = PDS_PLACE_FREE; /* the head of the free list, whatever its entry says */
    }
    return PDS_OK;
}

static pds_code keep_trailer(pds_xref_log *log, pds_section_log *to, pds_span trailer, pds_err *e)
{
    log->trailer_bytes += trailer.len;
    if (log->trailer_bytes > PDS_TRAILERS_MAX) {
        PDS_FAIL_AT(e, PDS_E_PDF_LIMIT, to->at, "trailers of more than %d bytes",
                    (int)PDS_TRAILERS_MAX);
    }
    pds_buf_put(&to->text, trailer);
    to->trailer = pds_buf_span(&to->text);
    return pds_buf_end(&to->text, e);
}

pds_code pds_xref_log_section(pds_xref_log *log, const pds_section *s, pds_err *e)
{
    if (log == NULL) {
        return PDS_OK;
    }
    pds_section_log *const sections = pds_grow(log->sections, log->section_count, sizeof *sections);
    if (sections == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the cross-reference table");
    }
    log->sections = sections;
    pds_section_log *const to = &sections[log->section_count];
    const pds_section_log *const last = log->section_count == 0 ? NULL : to - 1;
    const size_t first = last == NULL ? 0 : last->first_row + last->row_count;
    *to = (pds_section_log){ .at = s->at,
                             .end = s->end,
                             .first_row = first,
                             .row_count = log->row_count - first,
                             .ref = s->ref,
                             .kind = s->hybrid   ? PDS_SECTION_HYBRID
                                     : s->stream ? PDS_SECTION_STREAM
                                                 : PDS_SECTION_TABLE,
                             .surplus = s->surplus };
    log->section_count++;
    return keep_trailer(log, to, s->trailer, e);
}
