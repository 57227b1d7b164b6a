#include "base/utf8.h"

#include <stddef.h>

typedef struct form {
    uint8_t mask, lead; /* of the first byte */
    uint8_t more;       /* bytes behind it */
    uint32_t least;     /* smaller ones have a shorter form */
} form;

static const form FORMS[] = {
    { 0x80, 0x00, 0, 0x1 },
    { 0xE0, 0xC0, 1, 0x80 },
    { 0xF0, 0xE0, 2, 0x800 },
    { 0xF8, 0xF0, 3, 0x10000 },
};

static bool take_form(const form *f, const char **at, uint32_t *character)
{
    const uint8_t *p = (const uint8_t *)*at;
    uint32_t value = p[0] & (uint32_t)(uint8_t)~f->mask;
    for (size_t i = 1; i <= f->more; i++) {
        if ((p[i] & 0xC0U) != 0x80U) {
            return false;
        }
        value = value << 6 | (p[i] & 0x3FU);
    }
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    *character = value;
    *at += f->more + 1;
    return value >= f->least && value <= 0x10FFFF && !surrogate;
}

bool pds_utf8_take(const char **at, uint32_t *character)
{
    uint8_t first = (uint8_t) * *at;
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if ((first & FORMS[i].mask) == FORMS[i].lead) {
            return take_form(&FORMS[i], at, character);
        }
    }
    return false;
}

bool pds_utf8_valid(const char *text)
{
    uint32_t character = 0;
    while (*text != '\0') {
        if (!pds_utf8_take(&text, &character)) {
            return false;
        }
    }
    return true;
}
