#ifndef PDFSIGN_DSS_H
#define PDFSIGN_DSS_H

#include "cms/signed_data_read.h"
#include "pdf/update.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The document security store (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4.2): what signatures of
 * a file are validated with, as certificates are no longer to be had and responders gone. */

typedef enum pds_dss_kind { PDS_DSS_CERT, PDS_DSS_CRL, PDS_DSS_OCSP, PDS_DSS_KINDS } pds_dss_kind;

/* DER: certificates, CertificateLists, OCSPResponses; lent. */
typedef struct pds_dss_items {
    pds_spans of[PDS_DSS_KINDS];
} pds_dss_items;

/**
 * Stages what the store lacks: streams of their own, each once however often it is named, behind
 * those that stand, which are known by their bytes; and /Extensions where the file is older than
 * PDF 2.0. Nothing is staged where nothing is lacking.
 * u       in which nothing of the store is staged yet
 * changed false: nothing was lacking
 * bounds  2048 streams that stand are compared, of 24 MiB together; further ones are kept, but may
 *         come a second time
 * errors  PDS_E_PDF_DAMAGED … of the catalog and the store itself; PDS_E_PDF_LIMIT
 */
PDS_USE pds_code pds_dss_stage(pds_update *u, const pds_dss_items *items, bool *changed,
                               pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
