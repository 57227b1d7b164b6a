#include "base/own.h"
#include "pdfsign/lock.h"
#include "seal/color.h"
#include "seal/date.h"
#include "seal/place.h"
#include "seal/seam.h"

#include <pds/sign.h>

#include <string.h>

/* What can be wrong with the options of a signature, whatever the file. */

static pds_code check_place(const char *text, pds_err *e)
{
    pds_place place;
    PDS_TRY(pds_place_parse(text, &place, e));
    if (place.kind == PDS_PLACE_LAST) {
        return pds_err_hint(
            pds_fail(e, PDS_E_USAGE, __func__, "'%s' is a place for dates only", text), e,
            "write --date @last");
    }
    return PDS_OK;
}

static pds_code check_places(const pds_look *look, pds_err *e)
{
    pds_place place;
    for (size_t i = 0; i < look->place_count; i++) {
        PDS_TRY(check_place(look->places[i], e));
    }
    for (size_t i = 0; i < look->date_count; i++) {
        PDS_TRY(pds_place_parse(look->dates[i], &place, e));
    }
    return PDS_OK;
}

/* Blank, it would leave a place where nothing is seen. */
static pds_code check_text(const char *text, pds_err *e)
{
    if (text != NULL && text[strspn(text, " \t\n")] == '\0') {
        PDS_FAIL(e, PDS_E_USAGE, "the text to be drawn is empty");
    }
    return PDS_OK;
}

static pds_code check_date(const pds_look *look, const pds_moment *now, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_moment when = *now;
    if (look->date_value != NULL) {
        PDS_TRY(pds_date_parse(look->date_value, &when, e));
    }
    if (look->date_format != NULL) {
        PDS_TRY(pds_date_format(look->date_format, &when, &text, e));
    }
    return pds_buf_end(&text, e);
}

static pds_code check_colors(const pds_look *look, pds_err *e)
{
    static const uint8_t black[3] = { 0 };
    uint8_t color[3];
    PDS_TRY(pds_color_parse(look->text_color, black, color, e));
    return pds_color_parse(look->date_color, black, color, e);
}

static pds_code check_seams(const pds_look *look, pds_err *e)
{
    pds_seam seam;
    for (size_t i = 0; i < look->seam_count; i++) {
        PDS_TRY(pds_seam_parse(look->seams[i], &seam, e));
    }
    return PDS_OK;
}

pds_code pds_sign_check_options(const pds_signature_options *options, const char *zone, pds_err *e)
{
    PDS_OWN(pds_lock_drop) pds_lock lock = { .action = PDS_LOCK_NONE };
    pds_moment now;
    if (options->certify < 0 || options->certify > 3) {
        PDS_FAIL(e, PDS_E_USAGE, "a certification has permission 1, 2 or 3, not %d",
                 options->certify);
    }
    PDS_TRY(check_places(&options->look, e));
    PDS_TRY(check_text(options->look.text, e));
    PDS_TRY(pds_lock_parse(options->lock, &lock, e));
    PDS_TRY(pds_clock_now(zone, &now, e));
    PDS_TRY(check_date(&options->look, &now, e));
    PDS_TRY(check_colors(&options->look, e));
    return check_seams(&options->look, e);
}
