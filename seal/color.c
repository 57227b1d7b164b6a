#include "seal/color.h"

#include <math.h>
#include <strings.h>

typedef struct color_row {
    const char *name;
    uint8_t rgb[3];
} color_row;

static const color_row COLORS[] = {
    { "black", { 0, 0, 0 } },      { "white", { 255, 255, 255 } }, { "red", { 230, 0, 18 } },
    { "blue", { 0, 51, 160 } },    { "green", { 0, 128, 64 } },    { "grey", { 128, 128, 128 } },
    { "gray", { 128, 128, 128 } },
};

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        if (c == digits[i] || (c >= 'A' && c <= 'F' && c - 'A' + 'a' == digits[i])) {
            return i;
        }
    }
    return -1;
}

static bool parse_hex(const char *text, uint8_t out[3])
{
    uint8_t rgb[3];
    if (text[0] != '#' || strlen(text) != 7) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        int high = hex_digit(text[1 + 2 * i]);
        int low = hex_digit(text[2 + 2 * i]);
        if (high < 0 || low < 0) {
            return false;
        }
        rgb[i] = (uint8_t)(high * 16 + low);
    }
    memcpy(out, rgb, sizeof rgb);
    return true;
}

pds_code pds_color_parse(const char *text, const uint8_t fallback[3], uint8_t out[3], pds_err *e)
{
    if (text == NULL) {
        memcpy(out, fallback, 3);
        return PDS_OK;
    }
    for (size_t i = 0; i < sizeof COLORS / sizeof COLORS[0]; i++) {
        if (strcasecmp(text, COLORS[i].name) == 0) {
            memcpy(out, COLORS[i].rgb, 3);
            return PDS_OK;
        }
    }
    if (!parse_hex(text, out)) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "colour '%s' is not understood", text), e,
            "#rrggbb, black, white, red, blue, green or grey", NULL);
    }
    return PDS_OK;
}

double pds_srgb_decode(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

double pds_srgb_encode(double linear)
{
    return linear <= 0.0031308 ? linear * 12.92 : 1.055 * pow(linear, 1 / 2.4) - 0.055;
}
