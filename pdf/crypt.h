#ifndef PDF_CRYPT_H
#define PDF_CRYPT_H

#include "pdf/value.h"

#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The standard security handler (ISO 32000-2, 7.6.4): V 1, 2, 4, 5 with R 2 to 6, that is RC4 with
 * 40 to 128 bits, AESV2 and AESV3. Holds the file key, which is wiped when dropped. One thread at a
 * time.
 */
typedef struct pds_crypt pds_crypt;

/**
 * Derives the file key.
 * encrypt   the dictionary of the trailer's /Encrypt; no value in it, nor in its /CF, is a
 * reference id0       bytes of the first string of /ID; empty where there is none password  user's
 * or owner's, or NULL: then the empty one is tried. R 5 and 6: UTF-8 as given (no SASLprep); R 2 to
 * 4: ASCII, or PDFDocEncoding, into which UTF-8 is changed where it can be errors
 * PDS_E_PASSWORD_NEEDED, PDS_E_PASSWORD_WRONG, PDS_E_PDF_UNSUPPORTED another handler, version or
 * method; PDS_E_PDF_DAMAGED missing entries, /Perms that contradict /P
 */
PDS_USE pds_code pds_crypt_open(pds_span encrypt, pds_span id0, const pds_secret *password,
                                pds_crypt **out, pds_err *e);
void pds_crypt_drop(pds_crypt **c);

/* May forms be filled in and existing fields be signed? Always with the owner's password; with the
 * user's unless both bits 6 and 9 of /P forbid it (table 22). */
bool pds_crypt_may_sign(const pds_crypt *c);
/* May fields be added? Always with the owner's password; with the user's if bits 4 and 6 of /P both
 * allow it (table 22). */
bool pds_crypt_may_add_fields(const pds_crypt *c);

typedef enum pds_crypt_way { PDS_DECRYPT, PDS_ENCRYPT } pds_crypt_way;

/* Whose strings and data: the object's number and generation are part of the key (7.6.3.1). */
typedef struct pds_crypt_use {
    pds_crypt *crypt;
    pds_ref ref;
    pds_crypt_way way;
} pds_crypt_use;

/**
 * Puts text, one scanned value, behind out with every string in it (nested ones too) changed.
 * /Contents beside a /ByteRange stays as it is: that is a signature (7.6.2). Not for objects out of
 * object streams (their strings are not encrypted by themselves), the encryption dictionary, the
 * trailer and cross-reference streams. Encrypting is reproducible: the AES vector is a digest of
 * key, object, counter and text.
 * errors  PDS_E_PDF_DAMAGED an AES string of wrong length or padding; PDS_E_NO_MEMORY,
 * PDS_E_PDF_LIMIT
 */
PDS_USE pds_code pds_crypt_text(const pds_crypt_use *use, pds_span text, pds_buf *out, pds_err *e);

/**
 * Puts a stream's data behind out, changed. Cross-reference streams, metadata under
 * /EncryptMetadata false and /Crypt filters naming Identity stay as they are. dict    the stream's;
 * its /Type, /Filter and /DecodeParms resolved errors  as pds_crypt_text; PDS_E_PDF_UNSUPPORTED an
 * unknown crypt filter
 */
PDS_USE pds_code pds_crypt_stream(const pds_crypt_use *use, pds_span dict, pds_span data,
                                  pds_buf *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
