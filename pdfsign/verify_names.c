#include "pdfsign/policy_file.h"

const char *pds_indication_name(pds_indication indication)
{
    static const char *const names[] = {
        [PDS_PASSED] = "TOTAL-PASSED",
        [PDS_INDETERMINATE] = "INDETERMINATE",
        [PDS_FAILED] = "TOTAL-FAILED",
    };
    return names[indication];
}

const char *pds_level_name(pds_level level)
{
    static const char *const names[] = {
        [PDS_LEVEL_NONE] = "none", [PDS_LEVEL_B] = "B-B",     [PDS_LEVEL_T] = "B-T",
        [PDS_LEVEL_LT] = "B-LT",   [PDS_LEVEL_LTA] = "B-LTA",
    };
    return names[level];
}

pds_code pds_level_from_name(const char *name, pds_level *out, pds_err *e)
{
    uint32_t found = PDS_LEVEL_NONE;
    if (!pds_policy_word_find(pds_policy_levels, name, &found)) {
        pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "there is no level '%s'", name);
        return pds_err_expected(code, e, "B-B, B-T, B-LT, B-LTA", name);
    }
    *out = (pds_level)found;
    return PDS_OK;
}
