#ifndef PDF_DOC_INTERNAL_H
#define PDF_DOC_INTERNAL_H

#include "pdf/crypt.h"
#include "pdf/doc.h"

/* What pdf/ shares about an open document and nobody else needs. */

/* NULL: not encrypted. Lent. */
pds_crypt *pds_doc_crypt(const pds_doc *doc);

#endif
