#include "seal/measure.h"

#include <ctype.h>
#include <string.h>

enum { PAGE_DIGITS_MAX = 9 };

typedef struct unit_row {
    const char *name;
    double points;
} unit_row;

static const unit_row UNITS[] = {
    { "mm", 72.0 / 25.4 }, { "cm", 720.0 / 25.4 }, { "in", 72.0 }, { "pt", 1.0 }, { "", 1.0 }
};

bool pds_take_text(const char **at, const char *text)
{
    size_t n = strlen(text);
    if (strncmp(*at, text, n) != 0) {
        return false;
    }
    *at += n;
    return true;
}

bool pds_take_number(const char **at, double *out)
{
    const char *p = *at;
    double sign = 1.0;
    double value = 0.0;
    double scale = 1.0;
    int digits = 0;
    if (*p == '-' || *p == '+') {
        sign = *p == '-' ? -1.0 : 1.0;
        p++;
    }
    for (; isdigit((unsigned char)*p) != 0; p++, digits++) {
        value = value * 10.0 + (*p - '0');
    }
    if (*p == '.') {
        for (p++; isdigit((unsigned char)*p) != 0; p++, digits++) {
            scale /= 10.0;
            value += (*p - '0') * scale;
        }
    }
    if (digits == 0 || digits > 12) {
        return false;
    }
    *out = sign * value;
    *at = p;
    return true;
}

bool pds_take_length(const char **at, double *points)
{
    double number = 0.0;
    if (!pds_take_number(at, &number)) {
        return false;
    }
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (pds_take_text(at, UNITS[i].name)) {
            *points = number * UNITS[i].points;
            return true;
        }
    }
    return false; /* not reached: the last unit is empty */
}

bool pds_take_page(const char **at, int64_t *page)
{
    const char *p = *at;
    int64_t sign = 1;
    int64_t number = 0;
    int digits = 0;
    if (pds_take_text(at, "z")) {
        *page = -1;
        return true;
    }
    if (*p == 'r') {
        sign = -1;
        p++;
    }
    for (; isdigit((unsigned char)*p) != 0 && digits <= PAGE_DIGITS_MAX; p++, digits++) {
        number = number * 10 + (*p - '0');
    }
    if (number == 0 || digits > PAGE_DIGITS_MAX) {
        return false;
    }
    *page = sign * number;
    *at = p;
    return true;
}
