#include "seal/profile.h"

#include "seal/color.h"

#include <math.h>

enum { HEADER_LEN = 128, TAGS_MAX = 100, PARAMETERS_MAX = 7 };

static uint32_t number_at(pds_span s, size_t at)
{
    const uint8_t *p = s.ptr + at;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static double fixed_at(pds_span s, size_t at)
{
    return (double)(int32_t)number_at(s, at) / 65536.0;
}

/* An element of the profile; empty where there is none. */
static pds_span tag(pds_span profile, const char *name)
{
    uint32_t count = number_at(profile, HEADER_LEN);
    for (size_t i = 0; i < count && i < TAGS_MAX; i++) {
        size_t row = HEADER_LEN + 4 + 12 * i;
        if (row + 12 > profile.len) {
            break;
        }
        size_t at = number_at(profile, row + 4);
        size_t len = number_at(profile, row + 8);
        if (memcmp(profile.ptr + row, name, 4) == 0 && at <= profile.len &&
            len <= profile.len - at && len >= 12) {
            return pds_span_of(profile.ptr + at, len);
        }
    }
    return pds_span_of(NULL, 0);
}

/* ICC.1:2022, 10.6: none, a gamma, or points with straight lines between. */
static bool sampled(pds_span curve, float out[256])
{
    size_t count = number_at(curve, 8);
    if (count > (curve.len - 12) / 2) {
        return false;
    }
    for (int i = 0; i < 256; i++) {
        double x = i / 255.0;
        const uint8_t *points = curve.ptr + 12;
        if (count == 0) {
            out[i] = (float)x;
        } else if (count == 1) {
            out[i] = (float)pow(x, (points[0] * 256 + points[1]) / 256.0);
        } else {
            double place = x * (double)(count - 1);
            size_t n = (size_t)place < count - 2 ? (size_t)place : count - 2;
            double low = points[2 * n] * 256 + points[2 * n + 1];
            double high = points[2 * n + 2] * 256 + points[2 * n + 3];
            out[i] = (float)((low + (high - low) * (place - (double)n)) / 65535.0);
        }
    }
    return true;
}

/* The same, 10.18: g a b c d e f by its kind. */
static bool parametric(pds_span curve, float out[256])
{
    static const size_t counts[] = { 1, 3, 4, 5, 7 };
    double p[PARAMETERS_MAX] = { 1, 1, 0, 0, -1, 0, 0 };
    size_t kind = (size_t)curve.ptr[8] << 8 | curve.ptr[9];
    if (kind >= sizeof counts / sizeof counts[0] || curve.len < 12 + 4 * counts[kind]) {
        return false;
    }
    for (size_t i = 0; i < counts[kind]; i++) {
        p[i] = fixed_at(curve, 12 + 4 * i);
    }
    double offset = kind == 2 ? p[3] : p[5];
    if (kind == 1 || kind == 2) { /* above -b/a, else c */
        p[4] = p[1] != 0.0 ? -p[2] / p[1] : 0.0;
        p[6] = kind == 2 ? p[3] : 0.0;
        p[3] = 0.0;
    }
    for (int i = 0; i < 256; i++) {
        double x = i / 255.0;
        double y = x >= p[4] ? pow(fmax(p[1] * x + p[2], 0.0), p[0]) + offset : p[3] * x + p[6];
        out[i] = (float)y;
    }
    return true;
}

static bool read_curve(pds_span profile, const char *name, float out[256])
{
    pds_span curve = tag(profile, name);
    bool read = curve.len > 0 && ((memcmp(curve.ptr, "curv", 4) == 0 && sampled(curve, out)) ||
                                  (memcmp(curve.ptr, "para", 4) == 0 && parametric(curve, out)));
    for (int i = 0; read && i < 256; i++) {
        read = isfinite(out[i]) != 0;
        out[i] = fminf(fmaxf(out[i], 0.0F), 1.0F);
    }
    return read;
}

static bool invert(const double m[9], double out[9])
{
    double cofactor[3] = { m[4] * m[8] - m[5] * m[7], m[5] * m[6] - m[3] * m[8],
                           m[3] * m[7] - m[4] * m[6] };
    double det = m[0] * cofactor[0] + m[1] * cofactor[1] + m[2] * cofactor[2];
    if (!isfinite(det) || fabs(det) < 1e-6) {
        return false;
    }
    for (size_t i = 0; i < 9; i++) {
        size_t r = i % 3, c = i / 3; /* transposed */
        size_t r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
        out[i] = (m[3 * r1 + c1] * m[3 * r2 + c2] - m[3 * r1 + c2] * m[3 * r2 + c1]) / det;
    }
    return true;
}

static void multiply(const double a[9], const double b[9], double out[9])
{
    for (size_t i = 0; i < 9; i++) {
        const double *row = a + i / 3 * 3;
        out[i] = row[0] * b[i % 3] + row[1] * b[i % 3 + 3] + row[2] * b[i % 3 + 6];
    }
}

/* Primaries as XYZ of D50: what takes their linear light to that of sRGB. */
static bool set_matrix(const double primaries[9], pds_color_map *map)
{
    double inverse[9];
    double matrix[9];
    if (!invert(PDS_SRGB_PRIMARIES, inverse)) {
        return false;
    }
    multiply(inverse, primaries, matrix);
    for (size_t i = 0; i < 9; i++) {
        if (!isfinite(matrix[i]) || fabs(matrix[i]) > 100.0) {
            return false;
        }
        map->matrix[i] = (float)matrix[i];
    }
    return true;
}

/* Tried on a grid of colours: profiles that say sRGB in other words leave all as they are. */
static void find_identity(pds_color_map *map)
{
    static const uint8_t levels[] = { 0, 16, 51, 102, 153, 204, 255 };
    const size_t count = sizeof levels;
    map->identity = true;
    for (size_t i = 0; i < count * count * count && map->identity; i++) {
        const uint8_t from[4] = { levels[i % count], levels[i / count % count],
                                  levels[i / count / count], 255 };
        uint8_t to[4];
        memcpy(to, from, sizeof to);
        pds_color_map_apply(map, to, 1);
        for (size_t k = 0; k < 3; k++) {
            int change = (int)to[k] - (int)from[k];
            map->identity = map->identity && change <= PDS_COLOR_SAME && change >= -PDS_COLOR_SAME;
        }
    }
}

static pds_code read_rgb(pds_span profile, pds_color_map *out, pds_err *e)
{
    static const char *const curves[] = { "rTRC", "gTRC", "bTRC" };
    static const char *const colors[] = { "rXYZ", "gXYZ", "bXYZ" };
    double primaries[9];
    for (size_t k = 0; k < 3; k++) {
        pds_span xyz = tag(profile, colors[k]);
        if (xyz.len < 20 || !read_curve(profile, curves[k], out->linear[k])) {
            PDS_FAIL(e, PDS_E_PICTURE_UNSUPPORTED,
                     "the picture's colour profile is not one of primaries and curves");
        }
        for (size_t i = 0; i < 3; i++) {
            primaries[3 * i + k] = fixed_at(xyz, 8 + 4 * i);
        }
    }
    if (!set_matrix(primaries, out)) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the picture's colour profile is damaged");
    }
    return PDS_OK;
}

static pds_code read_grey(pds_span profile, pds_color_map *out, pds_err *e)
{
    if (!read_curve(profile, "kTRC", out->linear[0])) {
        PDS_FAIL(e, PDS_E_PICTURE_UNSUPPORTED, "the picture's grey profile has no curve");
    }
    memcpy(out->linear[1], out->linear[0], sizeof out->linear[0]);
    memcpy(out->linear[2], out->linear[0], sizeof out->linear[0]);
    out->matrix[0] = out->matrix[4] = out->matrix[8] = 1.0F;
    return PDS_OK;
}

pds_code pds_color_map_icc(pds_span profile, pds_color_map *out, pds_err *e)
{
    *out = (pds_color_map){ .identity = false };
    if (profile.len < HEADER_LEN + 4 || memcmp(profile.ptr + 36, "acsp", 4) != 0) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the picture's colour profile is damaged");
    }
    if (memcmp(profile.ptr + 16, "RGB ", 4) == 0) {
        PDS_TRY(read_rgb(profile, out, e));
    } else if (memcmp(profile.ptr + 16, "GRAY", 4) == 0) {
        PDS_TRY(read_grey(profile, out, e));
    } else {
        PDS_FAIL(e, PDS_E_PICTURE_UNSUPPORTED,
                 "the picture's colour profile is neither RGB nor grey");
    }
    find_identity(out);
    return PDS_OK;
}

/* Von Kries in Bradford's cones: what is white by `from` becomes white by D50. */
static bool adapt(const double from[3], double primaries[9])
{
    static const double bradford[9] = { 0.8951, 0.2664, -0.1614, -0.7502, 1.7135,
                                        0.0367, 0.0389, -0.0685, 1.0296 };
    static const double d50[3] = { 0.9642, 1.0, 0.8249 };
    double back[9];
    double cones[9];
    if (!invert(bradford, back)) {
        return false;
    }
    multiply(bradford, primaries, cones);
    for (size_t i = 0; i < 3; i++) {
        const double *row = bradford + 3 * i;
        double to = row[0] * d50[0] + row[1] * d50[1] + row[2] * d50[2];
        double of = row[0] * from[0] + row[1] * from[1] + row[2] * from[2];
        for (size_t k = 0; k < 3; k++) {
            cones[3 * i + k] *= to / of;
        }
    }
    multiply(back, cones, primaries);
    return true;
}

/* xy of white, red, green, blue into XYZ of D50. */
static bool from_chromaticities(const double xy[8], double primaries[9])
{
    double base[9] = { 0 };
    double inverse[9];
    double white[3] = { 0 };
    for (size_t k = 0; k < 4; k++) {
        const double x = xy[2 * k];
        const double y = xy[2 * k + 1];
        if (!(y > 0.001 && y <= 1.0 && x >= 0.0 && x + y <= 1.0)) {
            return false;
        }
        const double xyz[3] = { x / y, 1.0, (1.0 - x - y) / y };
        for (size_t i = 0; i < 3; i++) {
            *(k == 0 ? &white[i] : &base[3 * i + k - 1]) = xyz[i];
        }
    }
    if (!invert(base, inverse)) {
        return false;
    }
    for (size_t i = 0; i < 9; i++) {
        const double *row = inverse + i % 3 * 3;
        primaries[i] = base[i] * (row[0] * white[0] + row[1] * white[1] + row[2] * white[2]);
    }
    return adapt(white, primaries);
}

pds_code pds_color_map_gamma(double gamma, const double xy[8], pds_color_map *out, pds_err *e)
{
    double primaries[9];
    *out = (pds_color_map){ .identity = false };
    memcpy(primaries, PDS_SRGB_PRIMARIES, sizeof primaries);
    if (!(gamma >= 0.1 && gamma <= 10.0) || (xy != NULL && !from_chromaticities(xy, primaries)) ||
        !set_matrix(primaries, out)) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the PNG's gamma or chromaticities are none");
    }
    bool usual = gamma > 0.44 && gamma < 0.47; /* what writers of sRGB without sRGB's chunk say */
    for (int i = 0; i < 256; i++) {
        out->linear[0][i] =
            (float)(usual ? pds_srgb_decode(i / 255.0) : pow(i / 255.0, 1.0 / gamma));
    }
    memcpy(out->linear[1], out->linear[0], sizeof out->linear[0]);
    memcpy(out->linear[2], out->linear[0], sizeof out->linear[0]);
    find_identity(out);
    return PDS_OK;
}

/* Powers are dear: neighbouring pixels often are alike. */
void pds_color_map_apply(const pds_color_map *map, uint8_t *rgba, size_t pixels)
{
    uint8_t from[3] = { 0 };
    uint8_t to[3] = { 0 };
    bool known = false;
    for (uint8_t *p = rgba; p < rgba + 4 * pixels; p += 4) {
        if (!known || memcmp(p, from, 3) != 0) {
            memcpy(from, p, 3);
            for (size_t k = 0; k < 3; k++) {
                const float *row = map->matrix + 3 * k;
                const double light =
                    (double)(row[0] * map->linear[0][from[0]] + row[1] * map->linear[1][from[1]] +
                             row[2] * map->linear[2][from[2]]);
                const double value = pds_srgb_encode(fmin(fmax(light, 0.0), 1.0));
                to[k] = (uint8_t)(value * 255.0 + 0.5);
            }
            known = true;
        }
        memcpy(p, to, 3);
    }
}
