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

static void moved_in_order(void **state)
{
    PDS_OWN(pds_findings_drop) pds_findings to = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings from = { 0 };
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pds_finding_add(&to, PDS_F_UNREFERENCED_BYTES, NULL, "%d", i), PDS_OK);
        assert_int_equal(pds_finding_add(&from, PDS_F_CHAIN_NOT_FOUND, NULL, "%d", 3 + i), PDS_OK);
    }
    assert_int_equal(pds_findings_move(&to, &from, NULL), PDS_OK);
    assert_int_equal(from.count, 0);
    assert_int_equal(to.count, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(to.items[i].text[0], '0' + i);
    }
}

static void moved_where_there_is_no_room(void **state)
{
    PDS_OWN(pds_findings_drop) pds_findings to = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings from = { 0 };
    const char *sub;
    (void)state;
    for (int i = 0; i < PDS_FINDINGS_MAX - 1; i++) {
        assert_int_equal(pds_finding_add(&to, PDS_F_UNREFERENCED_BYTES, NULL, "%d", i), PDS_OK);
    }
    assert_int_equal(pds_finding_add(&from, PDS_F_CHAIN_NOT_FOUND, NULL, "one"), PDS_OK);
    assert_int_equal(pds_finding_add(&from, PDS_F_BYTE_RANGE_WRONG, NULL, "two"), PDS_OK);
    assert_int_equal(pds_findings_move(&to, &from, NULL), PDS_OK);
    assert_int_equal(to.count, PDS_FINDINGS_MAX);
    assert_int_equal(to.left_out, 1);
    assert_int_equal(pds_findings_worst(&to, &sub), PDS_FAILED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_row),         cmocka_unit_test(the_worst_decides),
        cmocka_unit_test(too_many_still_decide),        cmocka_unit_test(moved_in_order),
        cmocka_unit_test(moved_where_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
