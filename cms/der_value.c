/* Values of DER elements. */

#include "cms/der.h"

bool pds_der_uint(pds_span body, uint32_t *out)
{
    enum { SIGN = 0x80 };
    if (body.len == 0 || (body.ptr[0] & SIGN) != 0) {
        return false;
    }
    if (body.ptr[0] == 0 && body.len > 1) {
        if ((body.ptr[1] & SIGN) == 0) {
            return false; /* a zero that nothing needs */
        }
        body = pds_span_of(body.ptr + 1, body.len - 1);
    }
    if (body.len > sizeof *out) {
        return false;
    }
    *out = 0;
    for (size_t i = 0; i < body.len; i++) {
        *out = *out << 8 | body.ptr[i];
    }
    return true;
}

static bool take_digits(pds_span *in, size_t count, int *out)
{
    pds_span digits;
    if (!pds_span_take(in, count, &digits)) {
        return false;
    }
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
            return false;
        }
        *out = 10 * *out + (digits.ptr[i] - '0');
    }
    return true;
}

/* ".5Z" or "Z"; X.690, 11.7.3: no zero at the end of a fraction. */
static bool is_end(pds_span in, bool fraction_allowed)
{
    if (fraction_allowed && in.len > 2 && in.ptr[0] == '.') {
        for (size_t i = 1; i + 1 < in.len; i++) {
            if (in.ptr[i] < '0' || in.ptr[i] > '9') {
                return false;
            }
        }
        return in.ptr[in.len - 2] != '0' && in.ptr[in.len - 1] == 'Z';
    }
    return pds_span_is(in, "Z");
}

/* timegm normalises 31 April; it must come back as it went in. */
static bool is_date(const struct tm *tm, time_t *out)
{
    struct tm asked = *tm;
    struct tm back;
    *out = timegm(&asked);
    return gmtime_r(out, &back) != NULL && back.tm_mday == tm->tm_mday &&
           back.tm_mon == tm->tm_mon && back.tm_hour == tm->tm_hour && back.tm_min == tm->tm_min &&
           back.tm_sec == tm->tm_sec;
}

bool pds_der_time(const pds_der *element, time_t *out)
{
    enum { TM_YEAR = 1900, CENTURY = 100, PIVOT = 50 };
    pds_span in = element->body;
    bool utc = element->tag == PDS_DER_UTC_TIME;
    struct tm tm = { 0 };
    if (!utc && element->tag != PDS_DER_GENERALIZED_TIME) {
        return false;
    }
    if (!take_digits(&in, utc ? 2 : 4, &tm.tm_year) || !take_digits(&in, 2, &tm.tm_mon) ||
        !take_digits(&in, 2, &tm.tm_mday) || !take_digits(&in, 2, &tm.tm_hour) ||
        !take_digits(&in, 2, &tm.tm_min) || !take_digits(&in, 2, &tm.tm_sec)) {
        return false;
    }
    if (utc) {
        tm.tm_year += tm.tm_year < PIVOT ? CENTURY : 0;
    } else {
        tm.tm_year -= TM_YEAR;
    }
    tm.tm_mon--;
    return is_end(in, !utc) && is_date(&tm, out);
}
