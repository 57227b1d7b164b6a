#include "pdf/predictor.h"

#include <stdlib.h>

enum { NONE = 1, TIFF = 2, PNG = 10, PNG_LAST = 15 };

/* How a row is made up. */
typedef struct layout {
    int64_t predictor, colors, bits, columns;
    size_t row;   /* bytes of a row */
    size_t pixel; /* bytes of a pixel, at least 1 */
} layout;

/* An integer between low and high, or fallback where there is none. */
static bool take_parm(pds_span parms, const char *key, const int64_t bounds[2], int64_t *out)
{
    pds_span value = { 0 };
    if (!pds_dict_get(parms, key, &value)) {
        return true;
    }
    return pds_value_int(value, out) && *out >= bounds[0] && *out <= bounds[1];
}

static pds_code read_layout(pds_span parms, layout *l, pds_err *e)
{
    *l = (layout){ .predictor = NONE, .colors = 1, .bits = 8, .columns = 1 };
    const bool sound = take_parm(parms, "Predictor", (int64_t[]){ 1, PNG_LAST }, &l->predictor) &&
                       take_parm(parms, "Colors", (int64_t[]){ 1, 64 }, &l->colors) &&
                       take_parm(parms, "BitsPerComponent", (int64_t[]){ 1, 16 }, &l->bits) &&
                       take_parm(parms, "Columns", (int64_t[]){ 1, 1 << 24 }, &l->columns);
    if (!sound || (l->predictor > TIFF && l->predictor < PNG)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "broken /DecodeParms of a stream");
    }
    l->row = (size_t)(l->colors * l->bits * l->columns + 7) / 8;
    l->pixel = (size_t)(l->colors * l->bits + 7) / 8;
    return PDS_OK;
}

static uint8_t paeth(int left, int up, int corner)
{
    const int by_left = abs(up - corner), by_up = abs(left - corner);
    const int by_corner = abs(left + up - 2 * corner);
    if (by_left <= by_up && by_left <= by_corner) {
        return (uint8_t)left;
    }
    return (uint8_t)(by_up <= by_corner ? up : corner);
}

/* One row of PNG (ISO/IEC 15948, 9.2), of kind Sub, Average or Paeth; `up` is the row before,
 * decoded. */
static void undo_sideways(const layout *l, unsigned kind, uint8_t *row, const uint8_t *up)
{
    for (size_t i = 0; i < l->row; i++) {
        const int left = i < l->pixel ? 0 : row[i - l->pixel];
        const int above = up == NULL ? 0 : up[i];
        const int corner = i < l->pixel || up == NULL ? 0 : up[i - l->pixel];
        const int guess = kind == 1   ? left
                          : kind == 3 ? (left + above) / 2
                                      : paeth(left, above, corner);
        row[i] = (uint8_t)(row[i] + guess);
    }
}

static bool undo_row(const layout *l, unsigned kind, uint8_t *row, const uint8_t *up)
{
    if (kind == 2) {
        for (size_t i = 0; up != NULL && i < l->row; i++) {
            row[i] = (uint8_t)(row[i] + up[i]);
        }
    } else if (kind != 0) {
        undo_sideways(l, kind, row, up);
    }
    return kind <= 4;
}

/* Rows close up over the byte that tells their kind. */
static pds_code undo_png(const layout *l, pds_buf *data, pds_err *e)
{
    const size_t rows = data->len / (l->row + 1);
    uint8_t *to = data->ptr;
    const uint8_t *from = data->ptr, *up = NULL;
    if (data->len % (l->row + 1) != 0) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the last row of a stream with a predictor is cut");
    }
    for (size_t i = 0; i < rows; i++) {
        const unsigned kind = *from;
        memmove(to, from + 1, l->row);
        if (!undo_row(l, kind, to, up)) {
            PDS_FAIL(e, PDS_E_PDF_DAMAGED, "a row of an unknown kind in a stream with a predictor");
        }
        up = to;
        to += l->row;
        from += l->row + 1;
    }
    data->len -= rows;
    return PDS_OK;
}

static pds_code undo_tiff(const layout *l, pds_buf *data, pds_err *e)
{
    if (l->bits != 8) {
        PDS_FAIL(e, PDS_E_PDF_UNSUPPORTED, "a TIFF predictor with %d bits", (int)l->bits);
    }
    for (size_t at = 0; at < data->len; at++) {
        if (at % l->row >= l->pixel) {
            data->ptr[at] = (uint8_t)(data->ptr[at] + data->ptr[at - l->pixel]);
        }
    }
    return PDS_OK;
}

pds_code pds_predictor_undo(pds_span parms, pds_buf *data, pds_err *e)
{
    layout l;
    if (pds_value_kind(parms) != PDS_KIND_DICT) {
        return PDS_OK; /* none, or null in an array */
    }
    PDS_TRY(read_layout(parms, &l, e));
    if (l.predictor == NONE || data->len == 0) {
        return PDS_OK;
    }
    return l.predictor == TIFF ? undo_tiff(&l, data, e) : undo_png(&l, data, e);
}
