#ifndef VIEW_EXCHANGE_H
#define VIEW_EXCHANGE_H

#include "view/client.h"
#include "view/deadline.h"
#include "view/helper.h"
#include "view/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One file, from handing it over to the end of the answers. */
typedef struct pds_exchange {
    int answers;            /* -1: none */
    uint32_t pages;         /* once told */
    int64_t page_ms;        /* what a page may take; the caller's */
    pds_deadline ends;      /* the time for all of it */
    bool ended;             /* the answers came to their proper end: the helper can be kept */
    pds_view_answer answer; /* the last one; its sizes and box are sound */
} pds_exchange;

/* errors: PDS_E_READER_FAILED */
PDS_USE pds_code pds_exchange_begin(pds_exchange *x, const pds_helper *h, const pds_view *view,
                                    const pds_view_request *request, pds_err *e);
/* The next of FOUND, NEAREST, PICTURE, PART or DONE into x->answer.
 * errors: PDS_E_READER_FAILED, PDS_E_PASSWORD_NEEDED, PDS_E_PASSWORD_WRONG, PDS_E_INTERRUPTED */
PDS_USE pds_code pds_exchange_next(pds_exchange *x, pds_err *e);
/* What a helper says that it should not. */
PDS_USE pds_code pds_exchange_nonsense(pds_err *e);
void pds_exchange_drop(pds_exchange *x);

#ifdef __cplusplus
}
#endif
#endif
