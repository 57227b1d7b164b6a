#include "pdfsign/augment_judge.h"

static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

pds_augment_judged pds_augment_judge(const pds_validation_data *data)
{
    pds_augment_judged all = {
        .known = true, .sound = true, .level = PDS_LEVEL_LTA, .lasting = PDS_LEVEL_LTA
    };
    int64_t stamps = 0;
    bool unknown = false; /* how long a signature stays provable */
    for (size_t i = 0; i < data->count; i++) {
        const pds_validation_of *const of = &data->of[i];
        if (of->stamp) {
            all.covered = of->verdict == PDS_PASSED ? of->end : all.covered;
            stamps = earlier(stamps, of->expires);
            continue;
        }
        all.signatures++;
        all.sound = all.sound && of->verdict == PDS_PASSED;
        all.untimed = all.untimed || !of->timed;
        all.level = of->level < all.level ? of->level : all.level;
        all.lasting = of->lasting < all.lasting ? of->lasting : all.lasting;
        all.expires = earlier(all.expires, of->expires);
        unknown = unknown || of->expires == 0;
    }
    if (all.signatures == 0) {
        all.level = all.lasting = PDS_LEVEL_NONE;
        all.expires = stamps;
    }
    all.expires = unknown ? 0 : all.expires;
    return all;
}

bool pds_augment_needs_time(const pds_validation_data *data)
{
    bool lacking = false;
    bool revoked = false;
    for (size_t i = 0; i < data->count; i++) {
        lacking = lacking || (!data->of[i].stamp && data->of[i].time == 0);
        revoked = revoked || pds_validation_is_revoked(data->of[i].worst);
    }
    return lacking && !revoked;
}

static pds_code check_there(const pds_validation_data *data, bool signatures, pds_err *e)
{
    if (data->count == 0) {
        PDS_FAIL(e, PDS_E_NOT_SIGNED,
                 "nothing is signed or timestamped, so there is nothing to "
                 "prove");
    }
    if (signatures && pds_augment_judge(data).signatures == 0) {
        return pds_err_hint(
            pds_fail(e, PDS_E_NOT_SIGNED, __func__, "the file has document timestamps alone"), e,
            "'ltv renew' makes these last");
    }
    return PDS_OK;
}

static pds_code refuse(const char *why, pds_err *e)
{
    PDS_FAIL(e, PDS_E_SIGNATURE_INVALID, "a signature of the file is broken: %s", why);
}

pds_code pds_augment_check(const pds_validation_data *data, bool signatures, pds_err *e)
{
    PDS_TRY(check_there(data, signatures, e));
    if (data->file == PDS_FAILED) {
        return refuse(data->why, e);
    }
    for (size_t i = 0; i < data->count; i++) {
        const pds_validation_of *const of = &data->of[i];
        if (of->verdict == PDS_FAILED) {
            return pds_validation_is_revoked(of->worst) ? pds_long_term_check(of, e)
                                                        : refuse(of->why, e);
        }
    }
    return PDS_OK;
}

void pds_augment_count(const pds_validation_data *data, pds_augment_result *result)
{
    result->certs = data->lacking.of[PDS_DSS_CERT].count;
    result->crls = data->lacking.of[PDS_DSS_CRL].count;
    result->ocsps = data->lacking.of[PDS_DSS_OCSP].count;
}
