/* Gate 3, second half: what a signature says of itself, and which edits it allows. */
#include "base/own.h"
#include "pdfsign/ladder.h"
#include "tests/pdf/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- what is allowed ---- */

typedef struct judge_row {
    pds_edit_kind kind;
    const char *findings[4]; /* without a level, P=1, P=2, P=3; "": allowed */
} judge_row;

#define EACH(code)             \
    {                          \
        code, code, code, code \
    }

static const judge_row LEVELS[] = {
    { PDS_EDIT_DSS, EACH("") },
    { PDS_EDIT_TIMESTAMP, EACH("") },
    { PDS_EDIT_METADATA, { "", "CATALOG_CHANGED", "", "" } },
    { PDS_EDIT_SIGNED, { "", "SIGNATURE_ADDED", "", "" } },
    { PDS_EDIT_FILLED, { "", "FIELD_FILLED", "", "" } },
    { PDS_EDIT_SIGNATURE_UNSEEN, { "", "SIGNATURE_ADDED", "", "" } },
    { PDS_EDIT_SIGNATURE_FIELD, { "", "SIGNATURE_ADDED", "SIGNATURE_ADDED", "SIGNATURE_ADDED" } },
    { PDS_EDIT_ANNOTATION,
      { "ANNOTATION_CHANGED", "ANNOTATION_CHANGED", "ANNOTATION_CHANGED", "" } },
    { PDS_EDIT_WIDGET, EACH("ANNOTATION_CHANGED") },
    { PDS_EDIT_PAGE, EACH("PAGE_CHANGED") },
    { PDS_EDIT_CATALOG, EACH("CATALOG_CHANGED") },
    { PDS_EDIT_ACTION, EACH("ACTION_ADDED") },
    { PDS_EDIT_FORM, EACH("FORM_CHANGED") },
    { PDS_EDIT_SIGNATURE, EACH("SIGNATURE_CHANGED") },
    { PDS_EDIT_PERMISSIONS, EACH("PERMISSIONS_CHANGED") },
    { PDS_EDIT_OBJECT, EACH("OBJECT_CHANGED") },
};
_Static_assert(sizeof LEVELS / sizeof LEVELS[0] == PDS_EDIT_COUNT, "a kind without its row");

/* The one finding, or "". */
static const char *finding_of(const pds_permission *p, pds_edit edit, uint32_t revision)
{
    PDS_OWN(pds_findings_drop) pds_findings findings = { 0 };
    const pds_edits edits = { .items = &edit, .count = 1 };
    assert_int_equal(pds_ladder_judge(p, revision, &edits, &findings, NULL), PDS_OK);
    assert_true(findings.count <= 1);
    if (findings.count == 0) {
        return "";
    }
    assert_int_equal(findings.items[0].object, edit.object);
    assert_int_equal(findings.items[0].revision, edit.revision);
    assert_non_null(strstr(findings.items[0].text, edit.text));
    return pds_finding_name(findings.items[0].code);
}

static char sentence[] = "a sentence";
static char name[] = "Party.Amount";

static void levels_allow_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < PDS_EDIT_COUNT; i++) {
        for (int level = 0; level <= 3; level++) {
            const pds_permission p = { .level = level };
            const pds_edit edit = { LEVELS[i].kind, 3, 7, NULL, sentence };
            assert_string_equal(finding_of(&p, edit, 2), LEVELS[i].findings[level]);
            assert_string_equal(finding_of(&p, edit, 3), ""); /* covered itself */
        }
    }
}

/* P=1, metadata of revision 3 beside another edit. */
static bool metadata_beside(pds_edit_kind kind, uint32_t revision)
{
    PDS_OWN(pds_findings_drop) pds_findings findings = { 0 };
    const pds_permission p = { .level = 1 };
    pds_edit items[] = { { PDS_EDIT_METADATA, 3, 7, NULL, sentence },
                         { kind, revision, 8, NULL, sentence } };
    const pds_edits edits = { .items = items, .count = 2 };
    assert_int_equal(pds_ladder_judge(&p, 2, &edits, &findings, NULL), PDS_OK);
    return findings.count == 0;
}

static void metadata_may_go_with_evidence(void **state)
{
    (void)state;
    assert_true(metadata_beside(PDS_EDIT_DSS, 3));
    assert_true(metadata_beside(PDS_EDIT_TIMESTAMP, 3));
    assert_false(metadata_beside(PDS_EDIT_DSS, 4));
    assert_false(metadata_beside(PDS_EDIT_METADATA, 3));
}

typedef struct lock_row {
    const char *name, *lock;
    pds_edit_kind kind;
    const char *finding;
} lock_row;

static const lock_row LOCKS[] = {
    { "a locked field is filled", "include:Party.Amount", PDS_EDIT_FILLED, "FIELD_LOCKED" },
    { "one below a locked name is filled", "include:Party", PDS_EDIT_FILLED, "FIELD_LOCKED" },
    { "another one is locked", "include:Party.Am", PDS_EDIT_FILLED, "" },
    { "all are locked", "all", PDS_EDIT_FILLED, "FIELD_LOCKED" },
    { "all are locked but this one", "exclude:Party.Amount", PDS_EDIT_FILLED, "" },
    { "all are locked but another one", "exclude:Other", PDS_EDIT_FILLED, "FIELD_LOCKED" },
    { "a locked field is signed", "all", PDS_EDIT_SIGNED, "FIELD_LOCKED" },
    { "a locked field looks otherwise", "all", PDS_EDIT_WIDGET, "FIELD_LOCKED" },
    { "a new field of a locked name", "all", PDS_EDIT_SIGNATURE_FIELD, "FIELD_LOCKED" },
    { "a document timestamp fills no field of the form", "all", PDS_EDIT_TIMESTAMP, "" },
    { "what is no field is not locked", "all", PDS_EDIT_DSS, "" },
};

static void locks_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LOCKS / sizeof LOCKS[0]; i++) {
        pds_permission p = { .level = 0 };
        const pds_edit edit = { LOCKS[i].kind, 3, 7, name, sentence };
        assert_int_equal(pds_lock_parse(LOCKS[i].lock, &p.lock, NULL), PDS_OK);
        const char *const found = finding_of(&p, edit, 2);
        if (strcmp(found, LOCKS[i].finding) != 0) {
            fail_msg("%s: %s", LOCKS[i].name, found);
        }
        pds_lock_drop(&p.lock);
    }
}

static void fields_without_names_may_be_locked(void **state)
{
    PDS_OWN(pds_findings_drop) pds_findings findings = { 0 };
    const pds_edits edits = { .more = true, .unnamed = true };
    pds_permission p = { .level = 0 };
    (void)state;
    assert_int_equal(pds_ladder_judge(&p, 1, &edits, &findings, NULL), PDS_OK);
    assert_int_equal(findings.count, 0);
    assert_int_equal(pds_lock_parse("include:A", &p.lock, NULL), PDS_OK);
    assert_int_equal(pds_ladder_judge(&p, 1, &edits, &findings, NULL), PDS_OK);
    assert_int_equal(findings.count, 1);
    pds_lock_drop(&p.lock);
}

/* ---- what a signature says ---- */

#define REFERENCE(method, params) "<</TransformMethod/" method "/TransformParams<<" params ">>>>"

typedef struct read_row {
    const char *name;
    const char *signature; /* entries of /Reference */
    const char *locks[2];  /* /Lock of its fields; NULL: none */
    int level;
    const char *lock;
    bool certification, unclear;
} read_row;

static const read_row READS[] = {
    { "nothing", "", { NULL, NULL }, 0, "", false, false },
    { "a certification", REFERENCE("DocMDP", "/P 1"), { NULL, NULL }, 1, "", true, false },
    { "its default", REFERENCE("DocMDP", ""), { NULL, NULL }, 2, "", true, false },
    { "an unknown level", REFERENCE("DocMDP", "/P 4"), { NULL, NULL }, 1, "", true, true },
    { "level 0", REFERENCE("DocMDP", "/P 0"), { NULL, NULL }, 1, "", true, true },
    { "a level that is no number",
      REFERENCE("DocMDP", "/P(3)"),
      { NULL, NULL },
      1,
      "",
      true,
      true },
    { "two levels",
      REFERENCE("DocMDP", "/P 3") REFERENCE("DocMDP", "/P 2"),
      { NULL, NULL },
      2,
      "",
      true,
      true },
    { "the same level twice",
      REFERENCE("DocMDP", "/P 3") REFERENCE("DocMDP", "/P 3"),
      { NULL, NULL },
      3,
      "",
      true,
      false },
    { "a lock",
      REFERENCE("FieldMDP", "/Action/Include/Fields[(A)]"),
      { NULL, NULL },
      0,
      "include:A",
      false,
      false },
    { "a lock that the field says alone",
      "",
      { "<</Action/Exclude/Fields[(A)]>>", NULL },
      0,
      "exclude:A",
      false,
      false },
    { "a lock said twice",
      REFERENCE("FieldMDP", "/Action/Include/Fields[(A)]"),
      { "<</Action/Include/Fields[(A)]>>", NULL },
      0,
      "include:A",
      false,
      false },
    { "two locks",
      REFERENCE("FieldMDP", "/Action/Include/Fields[(A)]"),
      { "<</Action/Include/Fields[(B)]>>", NULL },
      0,
      "include:A,B",
      false,
      false },
    { "two locks that cannot be said as one",
      REFERENCE("FieldMDP", "/Action/Include/Fields[(A)]"),
      { "<</Action/Exclude/Fields[(B)]>>", NULL },
      0,
      "all",
      false,
      false },
    { "a level with a lock", "", { "<</Action/All/P 1>>", NULL }, 1, "all", false, false },
    { "the stricter of level and lock's level",
      REFERENCE("DocMDP", "/P 3"),
      { "<</Action/Include/Fields[(A)]/P 2>>", "<</Action/Include/Fields[(B)]/P 3>>" },
      2,
      "include:A,B",
      true,
      false },
    { "a lock of an unknown action",
      REFERENCE("FieldMDP", "/Action/Some/Fields[(A)]"),
      { NULL, NULL },
      1,
      "all",
      false,
      true },
    { "a lock without an action in the field", "", { "<<>>", NULL }, 1, "all", false, true },
    { "a method that says nothing here",
      REFERENCE("Identity", ""),
      { NULL, NULL },
      0,
      "",
      false,
      false },
};

static void check_read(const read_row *row, pds_doc *doc)
{
    PDS_OWN(pds_findings_drop) pds_findings findings = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf said = { 0 };
    pds_buf locks[2] = { { 0 }, { 0 } };
    pds_permission p = { .level = 0 };
    size_t count = 0;
    for (; count < 2 && row->locks[count] != NULL; count++) {
        pds_buf_text(&locks[count], row->locks[count]);
    }
    pds_buf_printf(&signature, "<</Reference[%s]>>", row->signature);
    assert_int_equal(
        pds_ladder_read(doc, pds_buf_span(&signature), locks, count, &p, &findings, NULL), PDS_OK);
    pds_buf_printf(&said, "%d %d ", p.level, p.certification);
    p.lock.permission = 0; /* part of the level by now */
    pds_lock_describe(&p.lock, &said);
    PDS_OWN(pds_buf_drop) pds_buf want = { 0 };
    pds_buf_printf(&want, "%d %d %s", row->level, row->certification, row->lock);
    if (strcmp(pds_buf_cstr(&said), pds_buf_cstr(&want)) != 0 ||
        findings.count != (row->unclear ? 1 : 0)) {
        fail_msg("%s: %s, not %s; %zu findings", row->name, pds_buf_cstr(&said),
                 pds_buf_cstr(&want), findings.count);
    }
    if (row->unclear) {
        assert_int_equal(findings.items[0].code, PDS_F_PERMISSIONS_CHANGED);
    }
    pds_lock_drop(&p.lock);
    pds_buf_drop(&locks[0]);
    pds_buf_drop(&locks[1]);
}

static void permissions_are_read(void **state)
{
    make m = { .find = NULL };
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    (void)state;
    make_pdf(&m, MAKE_TABLE);
    PDS_OWN(pds_file_close) pds_file file = make_file(&m.file);
    assert_int_equal(pds_doc_open(&file, NULL, &doc, NULL), PDS_OK);
    for (size_t i = 0; i < sizeof READS / sizeof READS[0]; i++) {
        check_read(&READS[i], doc);
    }
    pds_buf_drop(&m.file);
}

int main(void)
{
    static const struct CMUnitTest Tests[] = {
        cmocka_unit_test(levels_allow_kinds),
        cmocka_unit_test(metadata_may_go_with_evidence),
        cmocka_unit_test(locks_hold),
        cmocka_unit_test(fields_without_names_may_be_locked),
        cmocka_unit_test(permissions_are_read),
    };
    return cmocka_run_group_tests_name("ladder", Tests, NULL, NULL);
}
