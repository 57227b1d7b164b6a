#ifndef PDFSIGN_SEED_H
#define PDFSIGN_SEED_H

#include "cms/cert.h"
#include "pdf/doc.h"
#include "pdfsign/lock.h"

#include <pds/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a field's seed value dictionary asks of a signer (ISO 32000-2, 12.7.5.5, tables 237 and
 * 238). Where it is required and not met the signature is refused; where it leaves a choice, the
 * options' open ones (digest, reason) are filled in. */
typedef struct pds_seed_signer {
    pds_doc *doc;
    const pds_cert *cert;   /* NULL: not known yet, constraints on it are not checked */
    const pds_certs *chain; /* may be NULL */
    const pds_lock *lock;   /* what the signature will lock */
    pds_signature_options *options;
    char reason[256]; /* holds a reason taken from the seed value */
} pds_seed_signer;

/* seed: text of the /SV dictionary. errors: PDS_E_SEED_VALUE_FORBIDS */
PDS_USE pds_code pds_seed_apply(pds_seed_signer *signer, pds_span seed, pds_err *e);
/* "digest=sha256,sha512!;reason=Approved" ('!' required), for lists. */
PDS_USE pds_code pds_seed_describe(pds_doc *doc, pds_span seed, pds_buf *out, pds_err *e);
/* /Cert of a seed value, as apply does it. */
PDS_USE pds_code pds_seed_check_cert(const pds_seed_signer *signer, pds_span cert_dict, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
