#ifndef CMS_EVIDENCE_USE_H
#define CMS_EVIDENCE_USE_H

#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a check of revocation relied on: for who keeps it for later. */

/* A list or response, or a certificate that signed such and was found in the pool alone. */
typedef struct pds_used {
    pds_revocation_source kind; /* PDS_BY_NOTHING: a certificate */
    size_t evidence, index;     /* as in pds_revocation */
    pds_cert *cert;             /* owned; NULL: none */
} pds_used;

/* Begin with { 0 }. The same may stand there more than once. */
struct pds_evidence_use {
    pds_used *items;
    size_t count;
};
void pds_evidence_use_drop(pds_evidence_use *use);

/* use NULL: nobody asks */
PDS_USE pds_code pds_evidence_use_add(pds_evidence_use *use, const pds_revocation *said,
                                      pds_err *e);
PDS_USE pds_code pds_evidence_use_add_cert(pds_evidence_use *use, pds_cert *cert, pds_err *e);
/* Takes back what was added from place `from` until place `to`. */
void pds_evidence_use_cut(pds_evidence_use *use, size_t from, size_t to);

/* Does the first hold the other's piece, too? It may be NULL. */
bool pds_evidence_holds(const pds_evidence *evidence, const pds_evidence *other,
                        pds_revocation_source kind, size_t index);
/* DER of one piece of evidence behind out: a CertificateList, an OCSPResponse. */
PDS_USE pds_code pds_evidence_der(const pds_evidence *evidence, pds_revocation_source kind,
                                  size_t index, pds_buf *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
