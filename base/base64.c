#include "base/base64.h"

#include <string.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char HEX[] = "0123456789abcdef";

void pds_base64_put(pds_buf *out, pds_span bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = (uint32_t)bytes.ptr[i] << 16;
        group |= n > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0;
        group |= n > 2 ? bytes.ptr[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            char c = ALPHABET[group >> (18 - 6 * k) & 63];
            pds_buf_byte(out, (uint8_t)(k <= n ? c : '='));
        }
    }
}

static int sextet_of(uint8_t c)
{
    const char *at = c == '\0' ? NULL : memchr(ALPHABET, c, sizeof ALPHABET - 1);
    return at == NULL ? -1 : (int)(at - ALPHABET);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool pds_base64_take(pds_span text, pds_buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    bool ended = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        int sextet = sextet_of(c);
        if (is_space(c)) {
            continue;
        }
        ended = ended || c == '=';
        if (ended ? c != '=' : sextet < 0) {
            return false;
        }
        if (ended) {
            continue;
        }
        bits = bits << 6 | (uint32_t)sextet;
        have += 6;
        if (have >= 8) {
            have -= 8;
            pds_buf_byte(out, (uint8_t)(bits >> have & 0xff));
        }
    }
    return have < 6; /* one sextet alone is no byte */
}

void pds_hex_put(pds_buf *out, pds_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        pds_buf_byte(out, (uint8_t)HEX[bytes.ptr[i] >> 4]);
        pds_buf_byte(out, (uint8_t)HEX[bytes.ptr[i] & 15]);
    }
}

static int nibble_of(uint8_t c)
{
    uint8_t lower = c >= 'A' && c <= 'F' ? (uint8_t)(c + ('a' - 'A')) : c;
    const char *at = lower == '\0' ? NULL : memchr(HEX, lower, sizeof HEX - 1);
    return at == NULL ? -1 : (int)(at - HEX);
}

bool pds_hex_take(pds_span text, pds_buf *out)
{
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        int high = nibble_of(text.ptr[i]);
        int low = nibble_of(text.ptr[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        pds_buf_byte(out, (uint8_t)(high << 4 | low));
    }
    return text.len % 2 == 0;
}
