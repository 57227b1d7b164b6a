#include "seal/color.h"

#include <math.h>
#include <pthread.h>

/* ICC.1:2001-04: a display profile of three primaries and one curve. */

enum {
    TAGS = 9,
    POINTS = 86, /* of the curve: every third code of 8 bits lies on one; between them it is off by
                    less than a tenth of a code */
    HEADER_LEN = 128,
    DIRECTORY_LEN = 4 + 12 * TAGS,
    PROFILE_LEN = 800
};

const double PDS_SRGB_PRIMARIES[9] = {
    0x6fa2 / 65536.0, 0x6299 / 65536.0, 0x24a0 / 65536.0, /* X */
    0x38f5 / 65536.0, 0xb785 / 65536.0, 0x0f84 / 65536.0, /* Y */
    0x0390 / 65536.0, 0x18da / 65536.0, 0xb6cf / 65536.0, /* Z */
};

static const double D50[3] = { 0xf6d6 / 65536.0, 1.0, 0xd32d / 65536.0 };

static uint8_t profile[PROFILE_LEN];
static size_t profile_len;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void set_number(size_t at, uint32_t number)
{
    for (size_t i = 0; i < 4; i++) {
        profile[at + i] = (uint8_t)(number >> (24 - 8 * i));
    }
}

static void set_text(size_t at, const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        profile[at + i] = (uint8_t)text[i];
    }
}

static void put_number(uint32_t number)
{
    set_number(profile_len, number);
    profile_len += 4;
}

static void put_text(const char *text, size_t len)
{
    memcpy(profile + profile_len, text, len);
    profile_len += len;
}

static void put_fixed(double number)
{
    put_number((uint32_t)lround(number * 65536.0));
}

/* 6.1: size first, set at the end; no time of making, so that the bytes are always the same but
 * for a date that is a real one. */
static void put_header(void)
{
    profile_len = HEADER_LEN;
    set_number(8, 0x02100000);
    set_text(12, "mntrRGB XYZ ");
    set_number(24, 2026 << 16 | 1);
    set_number(28, 1 << 16);
    set_text(36, "acsp");
    for (size_t i = 0; i < 3; i++) {
        set_number(68 + 4 * i, (uint32_t)lround(D50[i] * 65536.0));
    }
    put_number(TAGS);
    profile_len += (size_t)12 * TAGS;
}

/* Names the element that begins here and goes on until end_tag. */
static size_t begin_tag(size_t index, const char *name)
{
    size_t row = HEADER_LEN + 4 + 12 * index;
    memcpy(profile + row, name, 4);
    set_number(row + 4, (uint32_t)profile_len);
    return row;
}

static void end_tag(size_t row)
{
    uint32_t begin = (uint32_t)profile[row + 6] << 8 | profile[row + 7];
    set_number(row + 8, (uint32_t)profile_len - begin);
    profile_len = (profile_len + 3) / 4 * 4;
}

static void put_description(size_t index)
{
    static const char name[] = "sRGB";
    size_t row = begin_tag(index, "desc");
    put_text("desc\0\0\0", 8);
    put_number(sizeof name);
    put_text(name, sizeof name);
    profile_len += 4 + 4 + 2 + 1 + 67; /* no Unicode, no script code */
    end_tag(row);
}

static void put_copyright(size_t index)
{
    static const char text[] = "text\0\0\0\0public domain";
    size_t row = begin_tag(index, "cprt");
    put_text(text, sizeof text);
    end_tag(row);
}

static void put_xyz(size_t index, const char *name, const double *xyz, size_t step)
{
    size_t row = begin_tag(index, name);
    put_text("XYZ \0\0\0", 8);
    for (size_t i = 0; i < 3; i++) {
        put_fixed(xyz[step * i]);
    }
    end_tag(row);
}

/* One curve that the three channels share. */
static void put_curves(size_t index)
{
    size_t row = begin_tag(index, "rTRC");
    put_text("curv\0\0\0", 8);
    put_number(POINTS);
    for (int i = 0; i < POINTS; i++) {
        long value = lround(pds_srgb_decode((double)i / (POINTS - 1)) * 65535.0);
        profile[profile_len++] = (uint8_t)(value >> 8);
        profile[profile_len++] = (uint8_t)value;
    }
    end_tag(row);
    memcpy(profile + row + 12, profile + row, 12);
    set_text(row + 12, "gTRC");
    memcpy(profile + row + 24, profile + row, 12);
    set_text(row + 24, "bTRC");
}

static void make(void)
{
    put_header();
    put_description(0);
    put_copyright(1);
    put_xyz(2, "wtpt", D50, 1);
    put_xyz(3, "rXYZ", PDS_SRGB_PRIMARIES, 3);
    put_xyz(4, "gXYZ", PDS_SRGB_PRIMARIES + 1, 3);
    put_xyz(5, "bXYZ", PDS_SRGB_PRIMARIES + 2, 3);
    put_curves(6);
    set_number(0, (uint32_t)profile_len);
}

pds_span pds_srgb_profile(void)
{
    (void)pthread_once(&made, make);
    return pds_span_of(profile, profile_len);
}
