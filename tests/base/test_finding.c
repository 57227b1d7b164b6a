#include "base/finding.h"
#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_code_has_a_row(void **state)
{
    (void)state;
    for (pds_finding_code i = PDS_F_NONE; i < PDS_F_COUNT; i++) {
        assert_non_null(pds_finding_name(i));
        assert_int_equal(strspn(pds_finding_name(i), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
                         strlen(pds_finding_name(i)));
        assert_int_equal(pds_finding_sub(i)[0] == '\0', pds_finding_indication(i) == PDS_PASSED);
        for (pds_finding_code k = PDS_F_NONE; k < i; k++) {
            assert_string_not_equal(pds_finding_name(i), pds_finding_name(k));
        }
    }
}

static void the_worst_decides(void **state)
{
    PDS_OWN(pds_findings_drop) pds_findings f = { 0 };
    const char *sub;
    (void)state;
    assert_int_equal(pds_findings_worst(&f, &sub), PDS_PASSED);
    assert_string_equal(sub, "");
    assert_int_equal(pds_finding_add(&f, PDS_F_UNREFERENCED_BYTES, NULL, "%d bytes", 3), PDS_OK);
    pds_finding_last(&f)->offset = 17;
    assert_string_equal(f.items[0].text, "3 bytes");
    assert_int_equal(f.items[0].offset, 17);
    assert_int_equal(pds_findings_worst(&f, &sub), PDS_PASSED);
    assert_int_equal(pds_finding_add(&f, PDS_F_CHAIN_NOT_FOUND, NULL, "none"), PDS_OK);
    assert_int_equal(f.items[1].offset, -1);
    assert_int_equal(pds_findings_worst(&f, &sub), PDS_INDETERMINATE);
    assert_string_equal(sub, "NO_CERTIFICATE_CHAIN_FOUND");
    assert_int_equal(pds_finding_add(&f, PDS_F_BYTE_RANGE_WRONG, NULL, "gap"), PDS_OK);
    assert_int_equal(pds_finding_add(&f, PDS_F_CHAIN_NOT_FOUND, NULL, "none"), PDS_OK);
    assert_int_equal(pds_findings_worst(&f, &sub), PDS_FAILED);
    assert_string_equal(sub, "FORMAT_FAILURE");
}

static void too_many_still_decide(void **state)
{
    PDS_OWN(pds_findings_drop) pds_findings f = { 0 };
    const char *sub;
    (void)state;
    for (int i = 0; i < PDS_FINDINGS_MAX; i++) {
        assert_int_equal(pds_finding_add(&f, PDS_F_UNREFERENCED_BYTES, NULL, "%d", i), PDS_OK);
    }
    assert_int_equal(pds_finding_add(&f, PDS_F_BYTE_RANGE_WRONG, NULL, "gap"), PDS_OK);
    pds_finding_last(&f)->offset = 5;
    assert_int_equal(f.count, PDS_FINDINGS_MAX);
    assert_int_equal(f.left_out, 1);
    assert_int_equal(f.items[f.count - 1].offset, -1);
    assert_int_equal(pds_findings_worst(&f, &sub), PDS_FAILED);
    assert_string_equal(sub, "FORMAT_FAILURE");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_row),
        cmocka_unit_test(the_worst_decides),
        cmocka_unit_test(too_many_still_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
