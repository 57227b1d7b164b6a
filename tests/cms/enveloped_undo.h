#ifndef TESTS_CMS_ENVELOPED_UNDO_H
#define TESTS_CMS_ENVELOPED_UNDO_H

#include "cms/enveloped.h"
#include "tests/cms/pki.h"

/* The private key, as OpenSSL uses it: the key of the content. errors: PDS_E_NOT_FOR_KEY */
PDS_USE pds_code enveloped_find_key(const pki *p, const pds_recipient *r, pds_buf *key, pds_err *e);
/* All of it: what was encrypted for that certificate. */
PDS_USE pds_code enveloped_undo(const pki *p, pds_span cms, pds_buf *plain, pds_err *e);

#endif
