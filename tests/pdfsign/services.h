#ifndef TESTS_PDFSIGN_SERVICES_H
#define TESTS_PDFSIGN_SERVICES_H

/* Services of revocation on loopback, and certificates that name them. */

#include "tests/base/web.h"
#include "tests/cms/pki.h"

typedef void (*services_answer)(pds_buf *out);

extern struct services {
    web *server;
    /* The root issued the middle, that the authority, that the person and another one. */
    pki *root, *middle, *authority, *person, *other, *stranger;
    pki *delegate; /* answers for the authority, and may be revoked by its list */
    /* What /ocsp, /authority.crl and /authority.cer are for now; NULL: 404. Those of the root and
     * the middle are always good. */
    services_answer ocsp, list, issuer;
} services;

void services_start(void);
void services_stop(void);

void services_ocsp_good(pds_buf *out);
void services_ocsp_slow(pds_buf *out);
void services_ocsp_mistyped(pds_buf *out);
void services_ocsp_revoked(pds_buf *out);
void services_ocsp_unknown(pds_buf *out);
void services_ocsp_stale(pds_buf *out);
void services_ocsp_ahead(pds_buf *out);
void services_ocsp_of_another(pds_buf *out);
void services_ocsp_of_a_stranger(pds_buf *out);
void services_ocsp_by_delegate(pds_buf *out);
void services_ocsp_unauthorized(pds_buf *out);
void services_page_of_a_hotel(pds_buf *out);
void services_nothing(pds_buf *out);
void services_broken(pds_buf *out);
void services_cut_off(pds_buf *out);
void services_huge(pds_buf *out);
void services_circle(pds_buf *out);
void services_list_good(pds_buf *out);
void services_list_revoked(pds_buf *out);
void services_list_revokes_delegate(pds_buf *out);
void services_list_stale(pds_buf *out);
void services_list_of_a_stranger(pds_buf *out);
void services_list_in_pem(pds_buf *out);
void services_issuer_in_der(pds_buf *out);
void services_issuer_in_pem(pds_buf *out);
void services_issuer_in_pkcs7(pds_buf *out);
void services_issuer_is_another(pds_buf *out);

#endif
