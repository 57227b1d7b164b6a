#include "pdfsign/append.h"

#include "base/own.h"

pds_code pds_append_open(const pds_append_base *base, const pds_buf *updates, pds_append *out,
                         pds_err *e)
{
    *out = (pds_append){ .file = pds_file_with_tail(base->file, pds_buf_span(updates)) };
    out->doc = updates->len == 0 ? base->doc : NULL;
    if (out->doc == NULL) {
        PDS_TRY(pds_doc_open(&out->file, base->password, &out->own, e));
        out->doc = out->own;
    }
    return pds_update_new(out->doc, &out->update, e);
}

void pds_append_drop(pds_append *a)
{
    pds_update_drop(&a->update);
    pds_doc_drop(&a->own);
    a->doc = NULL;
}

/* The only update is not copied: it may hold large pictures. */
static void put(pds_buf *updates, pds_buf *bytes)
{
    if (updates->len == 0 && updates->bad == PDS_OK) {
        pds_buf_drop(updates);
        *updates = pds_buf_take(bytes);
        return;
    }
    pds_buf_put(updates, pds_buf_span(bytes));
}

pds_code pds_append_write(pds_append *a, pds_buf *updates, pds_hole *hole, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    PDS_TRY(pds_update_write(a->update, &bytes, hole, e));
    pds_append_drop(a);
    put(updates, &bytes);
    return pds_buf_end(updates, e);
}

pds_code pds_append_fill(pds_buf *updates, size_t start, const pds_hole *hole, pds_span signature,
                         pds_err *e)
{
    pds_hole shifted = *hole;
    shifted.open += start;
    shifted.close += start;
    return pds_hole_fill(updates, &shifted, signature, e);
}
