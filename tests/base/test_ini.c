/* Files of settings: what is read, what is refused with its line, and what a change leaves alone.
 */

#include "base/err.h"
#include "base/own.h"
#include "tests/base/scratch.h"

#include <pds/ini.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#define TEN   "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

typedef struct seen {
    char text[2048]; /* "[section]" and "LINE:section.name=value;" */
    const char *refuse;
} seen;

static pds_code note(void *ctx, const pds_ini_entry *entry, pds_err *e)
{
    seen *const s = ctx;
    char *const end = s->text + strlen(s->text);
    const size_t room = sizeof s->text - strlen(s->text);
    if (entry->name == NULL) {
        (void)snprintf(end, room, "[%s]", entry->section);
        return PDS_OK;
    }
    if (s->refuse != NULL && strcmp(entry->name, s->refuse) == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "no '%s' here", entry->name);
    }
    (void)snprintf(end, room, "%u:%s.%s=%s;", entry->line, entry->section, entry->name,
                   entry->value);
    return PDS_OK;
}

typedef struct row {
    const char *name, *text;
    const char *want;  /* NULL: a fault */
    const char *fault; /* a part of it */
} row;

static row reads[] = {
    { "names and values of sections", "[a]\nx = 1\ny=2 3\n[b]\nx : 4\n",
      "[a]2:a.x=1;3:a.y=2 3;[b]5:b.x=4;", NULL },
    { "an empty file", "", "", NULL },
    { "a mark of byte order", "\xEF\xBB\xBF[a]\nx=1\n", "[a]2:a.x=1;", NULL },
    { "CR where a line begins", "[a]\nx=1\n\r[b]\ny=2\n", NULL, "line 3: a control character" },
    { "two of them", "\xEF\xBB\xBF\xEF\xBB\xBF[a=b]\nx=1\n", "[a=b]2:a=b.x=1;", NULL },
    { "no line end at the end", "[a]\nx=1", "[a]2:a.x=1;", NULL },
    { "line ends of Windows", "[a]\r\nx = 1\r\n", "[a]2:a.x=1;", NULL },
    { "comments and empty lines", "; one\n\n[a]\n# two ; three\n  ; four\nx=1\n", "[a]6:a.x=1;",
      NULL },
    { "a semicolon within a value", "[a]\nuri = pcsc:;serial=0a;slot=9c\n",
      "[a]2:a.uri=pcsc:;serial=0a;slot=9c;", NULL },
    { "another equals sign in a value", "[a]\nuri = pcsc:reader=X:1\n",
      "[a]2:a.uri=pcsc:reader=X:1;", NULL },
    { "a name twice, and a value that goes on", "[a]\nx=1\nx=2\n  3\n\n\t4\n",
      "[a]2:a.x=1;3:a.x=2;4:a.x=3;6:a.x=4;", NULL },
    { "what is indented below a head is a name", "[a]\n  x=1\n", "[a]2:a.x=1;", NULL },
    { "Chinese", "[reader 公司]\nuri = pcsc:读卡器\n",
      "[reader 公司]2:reader 公司.uri=pcsc:读卡器;", NULL },
    { "an empty value", "[a]\nx =\n", "[a]2:a.x=;", NULL },
    { "a section without names", "[a]\n[b]\n", "[a][b]", NULL },
    { "before any section", "x=1\n", "1:.x=1;", NULL },
    { "a comment behind a value", "[a]\nx = 1 ; one\n", NULL, "line 2: a blank and ';'" },
    { "a comment behind a tab", "[a]\nx = 1\t;one\n", NULL, "line 2: a blank and ';'" },
    { "a comment behind a head", "[a] ; one\n", NULL, "line 1: a blank and ';'" },
    { "a comment where a value goes on", "[a]\nx=1\n  2 ; 3\n", NULL, "line 3: a blank and ';'" },
    { "neither a head nor a name", "[a]\n\nhello\n", NULL, "line 3: neither" },
    { "no end of a head", "[a\n", NULL, "line 1: '[' without ']'" },
    { "more behind a head", "[a] b\n", NULL, "line 1: '[' without ']'" },
    { "no name in a head", "[]\n", NULL, "line 1: an empty name" },
    { "no name before a value", "[a]\n = 1\n", NULL, "line 2: an empty name" },
    { "a head of 49 bytes", "[123456789" TEN TEN TEN TEN "]\n", "[123456789" TEN TEN TEN TEN "]",
      NULL },
    { "a head that would be cut", "[" FIFTY "]\n", NULL, "line 1: a name is longer than 49" },
    { "a name that would be cut", FIFTY "=1\n", NULL, "line 1: a name is longer than 49" },
    { "a line of 198 bytes", "[a]\nx=" FIFTY FIFTY FIFTY TEN TEN TEN TEN "123456\n",
      "[a]2:a.x=" FIFTY FIFTY FIFTY TEN TEN TEN TEN "123456;", NULL },
    { "a line that would be cut", "[a]\nx=" FIFTY FIFTY FIFTY TEN TEN TEN TEN "1234567\n", NULL,
      "line 2: longer than 198 bytes" },
    { "a comment that would be cut", "[a]\n;" FIFTY FIFTY FIFTY FIFTY "\n", NULL,
      "line 2: longer than 198 bytes" },
    { "a control character", "[a]\nx=\x1b[2J\n", NULL, "line 2: a control character" },
    { "no UTF-8", "[a]\nx=\xff\n", NULL, "not a text in UTF-8" },
};

static void is_read(void **state)
{
    const row *const r = *state;
    scratch s;
    seen got = { .text = "" };
    pds_err e = { .text = "" };
    scratch_open(&s);
    const char *const path = scratch_file(&s, "x.ini", r->text);
    const pds_code code = pds_ini_read(path, note, &got, &e);
    if (r->want != NULL) {
        assert_string_equal(code == PDS_OK ? "" : e.text, "");
        assert_string_equal(got.text, r->want);
    } else {
        assert_int_equal(code, PDS_E_USAGE);
        assert_string_equal(e.file, path);
        if (strstr(e.text, r->fault) == NULL) {
            fail_msg("'%s' lacks '%s'", e.text, r->fault);
        }
    }
    scratch_close(&s);
}

static void what_a_caller_refuses_has_its_line(void **state)
{
    scratch s;
    seen got = { .refuse = "y" };
    pds_err e;
    (void)state;
    scratch_open(&s);
    const char *const path = scratch_file(&s, "x.ini", "[a]\nx=1\n\ny=2\nz=3\n");
    assert_int_equal(pds_ini_read(path, note, &got, &e), PDS_E_USAGE);
    assert_string_equal(e.text, "line 4: no 'y' here");
    assert_string_equal(got.text, "[a]2:a.x=1;"); /* nothing behind it */
    scratch_close(&s);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    scratch s;
    seen got = { .text = "" };
    (void)state;
    scratch_open(&s);
    const char *const pipe = scratch_path(&s, "pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(pds_ini_read(pipe, note, &got, NULL), PDS_E_INPUT_UNREADABLE);
    assert_int_equal(pds_ini_read(s.folder, note, &got, NULL), PDS_E_INPUT_UNREADABLE);
    assert_int_equal(pds_ini_read(scratch_path(&s, "none"), note, &got, NULL),
                     PDS_E_INPUT_UNREADABLE);
    assert_int_equal(pds_ini_read("/dev/zero", note, &got, NULL), PDS_E_INPUT_UNREADABLE);
    assert_int_equal(pds_ini_read("/dev/null", note, &got, NULL), PDS_OK);
    scratch_close(&s);
}

static void a_large_file_is_refused(void **state)
{
    enum { LINES = 10000 };
    scratch s;
    seen got = { .text = "" };
    (void)state;
    scratch_open(&s);
    FILE *const f = fopen(scratch_path(&s, "large"), "we");
    assert_non_null(f);
    for (int i = 0; i < LINES; i++) {
        (void)fputs("; 0123456789 0123456789 0123456789\n", f);
    }
    (void)fclose(f);
    assert_int_equal(pds_ini_read(scratch_path(&s, "large"), note, &got, NULL), PDS_E_LIMIT);
    scratch_close(&s);
}

/* ---- changing ---- */

static row sets[] = {
    { "a file that is not there", NULL, "[reader a]\nuri = NEW\n", NULL },
    { "an empty one", "", "[reader a]\nuri = NEW\n", NULL },
    { "a section more", "; mine\n[reader b]\nuri = x\n",
      "; mine\n[reader b]\nuri = x\n\n[reader a]\nuri = NEW\n", NULL },
    { "behind a line without an end", "[b]\nx=1", "[b]\nx=1\n\n[reader a]\nuri = NEW\n", NULL },
    { "in place of the old value", "# one\n[reader a]\n; two\nuri = old\n\n[b] \nuri=x\n# three",
      "# one\n[reader a]\nuri = NEW\n; two\n\n[b] \nuri=x\n# three", NULL },
    { "of several values", "[reader a]\nuri=1\n  2\n; c\n  3\nuri:4\nother=5\n",
      "[reader a]\nuri = NEW\n; c\nother=5\n", NULL },
    { "a section without it", "[reader a]\n[b]\nuri=x\n", "[reader a]\nuri = NEW\n[b]\nuri=x\n",
      NULL },
    { "a head at the very end", "[reader a]", "[reader a]\nuri = NEW\n", NULL },
    { "a name that begins so", "[reader a]\nurine=1\n", "[reader a]\nuri = NEW\nurine=1\n", NULL },
    { "line ends of Windows stay", "[reader a]\r\nuri=1\r\n[b]\r\n",
      "[reader a]\r\nuri = NEW\n[b]\r\n", NULL },
    { "a file that can't be read stays", "[reader a\nuri=1\n", NULL, "line 1" },
};

static void is_set(void **state)
{
    const row *const r = *state;
    scratch s;
    pds_err e = { .text = "" };
    scratch_open(&s);
    const char *const path = scratch_path(&s, "x.ini");
    if (r->text != NULL) {
        (void)scratch_file(&s, "x.ini", r->text);
    }
    const pds_code code = pds_ini_set(path, "reader a", "uri", "NEW", &e);
    if (r->want == NULL) {
        assert_int_equal(code, PDS_E_USAGE);
        assert_non_null(strstr(e.text, r->fault));
    } else {
        assert_string_equal(code == PDS_OK ? "" : e.text, "");
    }
    assert_string_equal(scratch_read(path), r->want != NULL ? r->want : r->text);
    assert_int_equal(scratch_count(&s), 1);
    scratch_close(&s);
}

static const char *const BAD_VALUES[] = { "a\nb", "a ;b",   " a",
                                          "",     "x\x01y", FIFTY FIFTY FIFTY FIFTY };

static void what_would_be_read_otherwise_is_not_written(void **state)
{
    scratch s;
    (void)state;
    scratch_open(&s);
    const char *const path = scratch_file(&s, "x.ini", "[a]\nx=1\n");
    for (size_t i = 0; i < sizeof BAD_VALUES / sizeof BAD_VALUES[0]; i++) {
        const pds_code code = pds_ini_set(path, "reader a", "uri", BAD_VALUES[i], NULL);
        assert_int_equal(code, BAD_VALUES[i][0] == '\0' ? PDS_OK : PDS_E_USAGE);
        if (code == PDS_OK) {
            (void)scratch_file(&s, "x.ini", "[a]\nx=1\n");
        }
        assert_string_equal(scratch_read(path), "[a]\nx=1\n");
    }
    assert_int_equal(pds_ini_set(path, "a]b", "uri", "1", NULL), PDS_E_USAGE);
    assert_int_equal(pds_ini_set(path, "a", "u=i", "1", NULL), PDS_E_USAGE);
    assert_string_equal(scratch_read(path), "[a]\nx=1\n");
    scratch_close(&s);
}

static void folders_are_made_and_modes_and_links_stay(void **state)
{
    scratch s;
    struct stat st;
    char real[256], link[256];
    (void)state;
    scratch_open(&s);
    (void)snprintf(real, sizeof real, "%s", scratch_path(&s, "one/two/x.ini"));
    (void)snprintf(link, sizeof link, "%s", scratch_path(&s, "link.ini"));
    assert_int_equal(pds_ini_set(real, "a", "x", "1", NULL), PDS_OK);
    assert_int_equal(stat(scratch_path(&s, "one"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(chmod(real, 0640), 0);
    assert_int_equal(symlink(real, link), 0);
    assert_int_equal(pds_ini_set(link, "a", "x", "2", NULL), PDS_OK);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(real, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_string_equal(scratch_read(real), "[a]\nx = 2\n");
    scratch_close(&s);
}

int main(void)
{
    enum { READS = sizeof reads / sizeof reads[0], SETS = sizeof sets / sizeof sets[0] };
    struct CMUnitTest tests[READS + SETS + 5] = {
        cmocka_unit_test(what_a_caller_refuses_has_its_line),
        cmocka_unit_test(what_is_no_file_is_refused_at_once),
        cmocka_unit_test(a_large_file_is_refused),
        cmocka_unit_test(what_would_be_read_otherwise_is_not_written),
        cmocka_unit_test(folders_are_made_and_modes_and_links_stay),
    };
    for (size_t i = 0; i < READS; i++) {
        tests[5 + i] = (struct CMUnitTest){ reads[i].name, is_read, NULL, NULL, &reads[i] };
    }
    for (size_t i = 0; i < SETS; i++) {
        tests[5 + READS + i] = (struct CMUnitTest){ sets[i].name, is_set, NULL, NULL, &sets[i] };
    }
    return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
