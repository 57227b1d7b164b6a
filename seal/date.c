#include "seal/date.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char FORMAT_USUAL[] = "yyyy年M月d日";
static const char FORMAT_CHINESE[] = "中文";

static const char *const NUMERALS[] = {
    "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"
};

typedef enum part { YEAR, YEAR_SHORT, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS } part;

typedef struct part_row {
    const char *run;
    part part;
    int digits; /* at least */
} part_row;

static const part_row PART_ROWS[] = {
    { "yyyy", YEAR, 4 }, { "yy", YEAR_SHORT, 2 }, { "MM", MONTH, 2 }, { "M", MONTH, 1 },
    { "dd", DAY, 2 },    { "d", DAY, 1 },         { "HH", HOUR, 2 },  { "H", HOUR, 1 },
    { "mm", MINUTE, 2 }, { "ss", SECOND, 2 },
};

static void parts_of(const struct tm *t, int parts[PARTS])
{
    parts[YEAR] = t->tm_year + 1900;
    parts[YEAR_SHORT] = parts[YEAR] % 100;
    parts[MONTH] = t->tm_mon + 1;
    parts[DAY] = t->tm_mday;
    parts[HOUR] = t->tm_hour;
    parts[MINUTE] = t->tm_min;
    parts[SECOND] = t->tm_sec;
}

/* 1 to 99 as it is spoken: 十, 十一, 二十, 三十一. */
static void put_spoken(pds_buf *out, int number)
{
    if (number >= 20) {
        pds_buf_text(out, NUMERALS[number / 10 % 10]);
    }
    if (number >= 10) {
        pds_buf_text(out, "十");
    }
    if (number % 10 != 0) {
        pds_buf_text(out, NUMERALS[number % 10]);
    }
}

/* Digit by digit, as years are. */
static void put_digits(pds_buf *out, int number)
{
    char digits[16];
    (void)snprintf(digits, sizeof digits, "%04d", number);
    for (const char *p = digits; *p >= '0' && *p <= '9'; p++) {
        pds_buf_text(out, NUMERALS[*p - '0']);
    }
}

static void put_chinese(pds_buf *out, const int parts[PARTS])
{
    put_digits(out, parts[YEAR]);
    pds_buf_text(out, "年");
    put_spoken(out, parts[MONTH]);
    pds_buf_text(out, "月");
    put_spoken(out, parts[DAY]);
    pds_buf_text(out, "日");
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A run of one letter. */
static pds_code put_run(pds_buf *out, pds_span run, const int parts[PARTS], pds_err *e)
{
    for (size_t i = 0; i < sizeof PART_ROWS / sizeof PART_ROWS[0]; i++) {
        if (pds_span_is(run, PART_ROWS[i].run)) {
            pds_buf_printf(out, "%0*d", PART_ROWS[i].digits, parts[PART_ROWS[i].part]);
            return PDS_OK;
        }
    }
    return pds_err_expected(
        pds_fail(e, PDS_E_USAGE, __func__, "'%.*s' means nothing in a date format",
                 (int)(run.len > 32 ? 32 : run.len), (const char *)run.ptr),
        e, "yyyy, yy, MM, M, dd, d, HH, H, mm, ss; other letters in quotes", NULL);
}

/* 'text' as it stands; '' is one apostrophe, inside and outside. */
static pds_code put_quoted(pds_buf *out, const char **at, pds_err *e)
{
    const char *p = *at + 1;
    if (*p == '\'') {
        pds_buf_byte(out, '\'');
        *at = p + 1;
        return PDS_OK;
    }
    for (; *p != '\0'; p++) {
        if (*p == '\'' && p[1] != '\'') {
            *at = p + 1;
            return PDS_OK;
        }
        p += *p == '\'' ? 1 : 0;
        pds_buf_byte(out, (uint8_t)*p);
    }
    PDS_FAIL(e, PDS_E_USAGE, "a quote in the date format is never closed: %s", *at);
}

static pds_code put_pattern(pds_buf *out, const char *format, const int parts[PARTS], pds_err *e)
{
    const char *p = format;
    while (*p != '\0') {
        if (*p == '\'') {
            PDS_TRY(put_quoted(out, &p, e));
        } else if (is_letter(*p)) {
            const char letter[] = { *p, '\0' };
            size_t n = strspn(p, letter);
            PDS_TRY(put_run(out, pds_span_of(p, n), parts, e));
            p += n;
        } else {
            pds_buf_byte(out, (uint8_t)*p++);
        }
    }
    return PDS_OK;
}

pds_code pds_date_format(const char *format, const pds_moment *when, pds_buf *out, pds_err *e)
{
    int parts[PARTS];
    const char *pattern = format == NULL ? FORMAT_USUAL : format;
    parts_of(&when->local, parts);
    if (pattern[strspn(pattern, " ")] == '\0') {
        PDS_FAIL(e, PDS_E_USAGE, "the date format is empty");
    }
    if (strcmp(pattern, FORMAT_CHINESE) == 0) {
        put_chinese(out, parts);
    } else {
        PDS_TRY(put_pattern(out, pattern, parts, e));
    }
    return pds_buf_end(out, e);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Exactly n digits. */
static bool take_digits(const char **at, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool take_day(const char *text, int day[3])
{
    const char *p = text;
    return take_digits(&p, 4, &day[0]) && *p++ == '-' && take_digits(&p, 2, &day[1]) &&
           *p++ == '-' && take_digits(&p, 2, &day[2]) && *p == '\0';
}

pds_code pds_date_parse(const char *text, pds_moment *when, pds_err *e)
{
    int day[3];
    if (!take_day(text, day)) {
        return pds_err_expected(pds_fail(e, PDS_E_USAGE, __func__, "'%s' is not a date", text), e,
                                "yyyy-MM-dd, as in 2026-11-21", NULL);
    }
    if (day[0] < 1 || day[1] < 1 || day[1] > 12 || day[2] < 1 || day[2] > days_in(day[0], day[1])) {
        PDS_FAIL(e, PDS_E_USAGE, "there is no day %s in the calendar", text);
    }
    struct tm local = { .tm_year = day[0] - 1900, .tm_mon = day[1] - 1, .tm_mday = day[2] };
    when->utc = timegm(&local) - (time_t)when->offset_minutes * 60; /* and the day of the week */
    when->local = local;
    return PDS_OK;
}
