#include "seal/seam.h"

#include "seal/measure.h"
#include "seal/page_range.h"

#include <stdio.h>

/* Reading and writing of EDGE[,KEY=VALUE]... */

static const char *const EDGES[] = { "right", "left", "top", "bottom" };

const char *pds_edge_name(pds_edge edge)
{
    return EDGES[edge];
}

/* ---- values ---- */

static bool read_share(const char *text, double low, double high, double *out)
{
    double number = 0.0;
    if (!pds_take_number(&text, &number) || !pds_take_text(&text, "%") || *text != '\0') {
        return false;
    }
    *out = number / 100.0;
    return *out >= low && *out <= high;
}

/* 50%, 50%-30mm, 120mm */
static bool read_at(const char *value, pds_seam *out)
{
    const char *percent = strchr(value, '%');
    char share[24];
    out->at_given = true;
    out->at = 0.0;
    out->shift = 0.0;
    if (percent != NULL) {
        const int length = (int)(percent + 1 - value);
        if (length >= (int)sizeof share) {
            return false;
        }
        (void)snprintf(share, sizeof share, "%.*s", length, value);
        value = percent + 1;
        if (!read_share(share, 0.0, 1.0, &out->at)) {
            return false;
        }
        if (*value == '\0') {
            return true;
        }
        if (*value != '+' && *value != '-') {
            return false;
        }
    }
    return pds_take_length(&value, &out->shift) && *value == '\0';
}

static bool read_pages(const char *value, pds_seam *out)
{
    (void)snprintf(out->pages, sizeof out->pages, "%s", value);
    return strlen(value) < sizeof out->pages && pds_page_range_check(value, NULL) == PDS_OK;
}

static bool read_max(const char *value, pds_seam *out)
{
    int64_t number = 0;
    if (!pds_take_page(&value, &number) || *value != '\0' || number < 2 ||
        number > PDS_SEAM_MAX_LIMIT) {
        return false;
    }
    out->max = (unsigned)number;
    return true;
}

static bool read_first(const char *value, pds_seam *out)
{
    return read_share(value, 0.01, 0.99, &out->first);
}

static bool read_facing(const char *value, pds_seam *out)
{
    out->facing = strcmp(value, "yes") == 0;
    return out->facing || strcmp(value, "no") == 0;
}

static bool read_opacity(const char *value, pds_seam *out)
{
    return pds_take_number(&value, &out->opacity) && *value == '\0' && out->opacity > 0.0 &&
           out->opacity <= 1.0;
}

static bool read_single(const char *value, pds_seam *out)
{
    out->skip_single = strcmp(value, "skip") == 0;
    return out->skip_single || strcmp(value, "error") == 0;
}

typedef struct key_row {
    const char *name;
    bool (*read)(const char *value, pds_seam *out);
    const char *expected;
} key_row;

static const key_row KEYS[] = {
    { "at", read_at, N_("a share of the edge, a length, or both: 50%, 120mm, 50%-45mm") },
    { "pages", read_pages, N_("a page range of at most 255 bytes: 1,3-5,r1,z,x4 or 1-z:odd") },
    { "max", read_max, N_("pages a seal, 2 to 500") },
    { "first", read_first, N_("the first page's share, 1% to 99%") },
    { "facing", read_facing, N_("yes or no") },
    { "opacity", read_opacity, N_("a number above 0 and up to 1") },
    { "single", read_single, N_("error or skip") },
};
enum { KEY_COUNT = sizeof KEYS / sizeof KEYS[0] };

/* ---- the parts ---- */

static const key_row *find_key(const char *name)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(KEYS[i].name, name) == 0) {
            return &KEYS[i];
        }
    }
    return NULL;
}

static pds_code find_edge(const char *name, pds_edge *out, pds_err *e)
{
    for (size_t i = 0; i < sizeof EDGES / sizeof EDGES[0]; i++) {
        if (strcmp(EDGES[i], name) == 0) {
            *out = (pds_edge)i;
            return PDS_OK;
        }
    }
    return pds_err_expected(
        pds_fail(e, PDS_E_USAGE, __func__, "the seam's edge '%s' is not known", name), e,
        "right, left, top or bottom", NULL);
}

/* Ends the value at the comma before the next part that has a '='; other commas are its own, as
 * those of a page range. What follows, or NULL. */
static char *end_value(char *value)
{
    char *comma = strchr(value, ',');
    while (comma != NULL) {
        const size_t part = strcspn(comma + 1, ",=");
        if (comma[1 + part] == '=') {
            *comma = '\0';
            return comma + 1;
        }
        comma = strchr(comma + 1, ',');
    }
    return NULL;
}

/* part: KEY=VALUE */
static pds_code read_part(char *part, unsigned *seen, pds_seam *out, pds_err *e)
{
    char *equals = strchr(part, '=');
    if (equals == NULL) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "the seam's part '%s' has no value", part), e,
            "KEY=VALUE", NULL);
    }
    *equals = '\0';
    const key_row *key = find_key(part);
    if (key == NULL) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "the seam's key '%s' is not known", part), e,
            "at, pages, max, first, facing, opacity or single", NULL);
    }
    if ((*seen & 1U << (key - KEYS)) != 0) {
        PDS_FAIL(e, PDS_E_USAGE, "the seam's key '%s' is given twice", part);
    }
    *seen |= 1U << (key - KEYS);
    if (!key->read(equals + 1, out)) {
        return pds_err_expected(pds_fail(e, PDS_E_USAGE, __func__,
                                         "the seam's '%s=%s' is not understood", part, equals + 1),
                                e, key->expected, NULL);
    }
    return PDS_OK;
}

pds_code pds_seam_parse(const char *text, pds_seam *out, pds_err *e)
{
    char copy[512];
    unsigned seen = 0;
    *out = (pds_seam){ .at = 0.5, .max = PDS_SEAM_MAX_DEFAULT, .opacity = 1.0 };
    if (strlen(text) >= sizeof copy) {
        PDS_FAIL(e, PDS_E_USAGE, "a seam of more than %zu bytes", sizeof copy - 1);
    }
    (void)snprintf(copy, sizeof copy, "%s", text);
    char *part = strchr(copy, ',');
    if (part != NULL) {
        *part++ = '\0';
    }
    PDS_TRY(find_edge(copy, &out->edge, e));
    while (part != NULL) {
        char *const next = end_value(part);
        PDS_TRY(read_part(part, &seen, out, e));
        part = next;
    }
    return PDS_OK;
}

/* ---- writing ---- */

static void put_at(const pds_seam *seam, pds_buf *out)
{
    pds_buf_text(out, ",at=");
    pds_draw_number(out, seam->at * 100.0);
    pds_buf_text(out, "%");
    if (seam->shift != 0.0) {
        pds_buf_text(out, seam->shift > 0.0 ? "+" : "");
        pds_draw_number(out, seam->shift);
    }
}

void pds_seam_put(const pds_seam *seam, pds_buf *out)
{
    pds_buf_text(out, pds_edge_name(seam->edge));
    put_at(seam, out);
    if (seam->pages[0] != '\0') {
        pds_buf_printf(out, ",pages=%s", seam->pages);
    }
    if (seam->max != PDS_SEAM_MAX_DEFAULT) {
        pds_buf_printf(out, ",max=%u", seam->max);
    }
    if (seam->first > 0.0) {
        pds_buf_text(out, ",first=");
        pds_draw_number(out, seam->first * 100.0);
        pds_buf_text(out, "%");
    }
    if (seam->facing) {
        pds_buf_text(out, ",facing=yes");
    }
    if (seam->skip_single) {
        pds_buf_text(out, ",single=skip");
    }
}
