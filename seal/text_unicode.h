#ifndef SEAL_TEXT_UNICODE_H
#define SEAL_TEXT_UNICODE_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the Unicode Character Database says of characters, as far as setting a line needs it. To be
 * called only after a face was opened or pds_unicode_load(). */
PDS_USE pds_code pds_unicode_load(pds_err *e);

/* ISO 15924 code as four letters, the first in the highest byte. */
#define PDS_SCRIPT(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
uint32_t pds_unicode_script(uint32_t character);
bool pds_script_is_rtl(uint32_t script);
/* Common or inherited: takes the script of what stands beside it. */
bool pds_script_is_shared(uint32_t script);
/* Written upright when set vertically, and broken between any two characters. */
bool pds_script_is_cjk(uint32_t script);

bool pds_unicode_is_mark(uint32_t character);  /* belongs to the one before */
bool pds_unicode_is_digit(uint32_t character); /* of any script */
bool pds_unicode_is_letter(uint32_t character);
bool pds_unicode_is_bracket(uint32_t character); /* or quotation mark */
bool pds_unicode_is_opening(uint32_t character);
bool pds_unicode_is_closing(uint32_t character);
/* Nothing to draw, in whichever font: joiners, variation selectors, marks of direction. */
bool pds_unicode_is_unseen(uint32_t character);

/* UTF-8 as characters (uint32_t, packed); line ends are '\n', tabs spaces.
 * errors: PDS_E_USAGE not UTF-8, a control character */
PDS_USE pds_code pds_unicode_decode(const char *utf8, pds_buf *out, pds_err *e);
void pds_unicode_put_utf8(pds_buf *out, uint32_t character);
/* UTF-16, hexadecimal, big-endian. */
void pds_unicode_put_hex(pds_buf *out, uint32_t character);

#ifdef __cplusplus
}
#endif
#endif
