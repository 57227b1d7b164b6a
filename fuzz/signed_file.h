#ifndef FUZZ_SIGNED_FILE_H
#define FUZZ_SIGNED_FILE_H

#include "tests/cms/cms_make.h"

/* A small form with one signature, for what tries a verifier: objects 1 to 8, of which 5 is a
 * filled text field with the appearance 8, 6 a signed field, 7 its signature, and 4 the form. */

enum { SIGNED_FILE_ROOM = 3072 }; /* bytes that /Contents has room for */

/* contents: in /Contents; empty: a CMS of the signer, over what ByteRange says. */
void signed_file_make(pds_buf *file, const pki *signer, pds_span contents);

#endif
