#ifndef PDF_BYTE_RANGE_H
#define PDF_BYTE_RANGE_H

#include "pdf/revision.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gate 1: which bytes a signature is about (ISO 32000-2, 12.8.1 and table 255). */

/* Where a signature dictionary stands. */
typedef struct pds_signature_place {
    uint32_t num;      /* the object that is, or holds, the dictionary */
    const char *key;   /* of the entry that holds it directly, as in "V"; NULL: the object is it */
    uint32_t revision; /* as of which it is looked for */
} pds_signature_place;

/* Begin with { 0 }. */
typedef struct pds_byte_range {
    uint64_t range[4];    /* /ByteRange */
    uint64_t open, close; /* of the '<' of /Contents, behind its '>' */
    pds_ref ref;          /* of the object */
    uint32_t revision;    /* whose end is that of the range; 0: none */
    bool sound;           /* nothing was found that fails */
    pds_buf contents;     /* owns: the BER element in /Contents, without the padding */
} pds_byte_range;
void pds_byte_range_drop(pds_byte_range *b);

/**
 * Reads a signature's /ByteRange and /Contents from the raw bytes of its object, where the
 * cross-reference entry puts that, and checks that the range is all of a revision but the token.
 * findings  PDS_F_SIGNATURE_UNREADABLE not there, in an object stream, damaged, a key twice
 *           PDS_F_SIGNATURE_KEY_ESCAPED a key spelt with #xx
 *           PDS_F_SIGNATURE_VALUE_INDIRECT /ByteRange, its numbers or /Contents are references
 *           PDS_F_BYTE_RANGE_WRONG not four plain numbers from 0, beyond the file
 *           PDS_F_BYTE_RANGE_GAP the hole is not exactly this signature's token
 *           PDS_F_BYTE_RANGE_END it ends elsewhere than a revision
 *           PDS_F_SIGNATURE_REPLACED the revision that it covers has another object there
 *           PDS_F_CONTENTS_WRONG no hexadecimal string, other bytes in it, odd digits, no element
 *           PDS_F_CONTENTS_PADDING other bytes than zeros behind the element
 * errors    PDS_E_NO_MEMORY, PDS_E_PDF_LIMIT, read errors
 */
PDS_USE pds_code pds_byte_range_read(const pds_revisions *r, const pds_signature_place *place,
                                     pds_byte_range *out, pds_findings *findings, pds_err *e);

/* Have two signatures, of different objects, one hole? findings: PDS_F_CONTENTS_SHARED; errors:
 * PDS_E_NO_MEMORY */
PDS_USE pds_code pds_byte_ranges_check(const pds_byte_range *ranges, size_t count,
                                       pds_findings *findings, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
