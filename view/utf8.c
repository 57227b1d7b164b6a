#include "view/utf8.h"

/* The first byte of a character, and what its second may be (Unicode, table 3-7). */
typedef struct lead_row {
    uint8_t first, last; /* of the lead byte */
    uint8_t low, high;   /* of the byte behind it */
    uint8_t more;        /* bytes behind the lead */
} lead_row;

static const lead_row LEADS[] = {
    { 0x01, 0x7F, 0, 0, 0 },       { 0xC2, 0xDF, 0x80, 0xBF, 1 }, { 0xE0, 0xE0, 0xA0, 0xBF, 2 },
    { 0xE1, 0xEC, 0x80, 0xBF, 2 }, { 0xED, 0xED, 0x80, 0x9F, 2 }, { 0xEE, 0xEF, 0x80, 0xBF, 2 },
    { 0xF0, 0xF0, 0x90, 0xBF, 3 }, { 0xF1, 0xF3, 0x80, 0xBF, 3 }, { 0xF4, 0xF4, 0x80, 0x8F, 3 },
};

static const lead_row *row_of(uint8_t lead)
{
    for (size_t i = 0; i < sizeof LEADS / sizeof LEADS[0]; i++) {
        if (lead >= LEADS[i].first && lead <= LEADS[i].last) {
            return &LEADS[i];
        }
    }
    return NULL;
}

bool pds_utf8_valid(pds_span text)
{
    pds_span c;

    while (text.len > 0) {
        const lead_row *row = row_of(text.ptr[0]);
        if (row == NULL || !pds_span_take(&text, (size_t)row->more + 1, &c)) {
            return false;
        }
        for (size_t i = 1; i < c.len; i++) {
            uint8_t low = i == 1 ? row->low : 0x80;
            uint8_t high = i == 1 ? row->high : 0xBF;
            if (c.ptr[i] < low || c.ptr[i] > high) {
                return false;
            }
        }
    }
    return true;
}
