/* Settings: which file is read, when, and what is refused. */

#include "cli/args.h"
#include "cli/config.h"
#include "tests/base/scratch.h"

#include <pds/token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include <cmocka.h>

static scratch folder;

static int begin(void **state)
{
    (void)state;
    scratch_open(&folder);
    (void)setenv("XDG_CONFIG_HOME", folder.folder, 1);
    (void)setenv("HOME", "/nowhere", 1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_close(&folder);
    return 0;
}

static pds_code load(int argc, const char *const *words, pds_err *e)
{
    CLI_OWN(cli_args_drop) cli_args args;
    char *argv[16] = { "pdfsign" };
    for (int i = 0; i < argc; i++) {
        argv[i + 1] = (char *)words[i];
    }
    assert_int_equal(cli_args_parse(argc + 1, argv, &args, e), PDS_OK);
    return cli_config_load(&args, e);
}

typedef struct row {
    const char *name, *text;
    const char *fault; /* a part of it; NULL: none */
    const char *expected;
} row;

static row rows[] = {
    { "aliases", "# of mine\n[reader a]\nuri = pcsc:*A*\n[reader 公司]\nuri = pcsc:;serial=0a\n",
      NULL, "" },
    { "an empty file", "", NULL, "" },
    { "a section that is not known", "\n[profile x]\nlevel = t\n",
      "line 2: section [profile x] is not known", "[reader NAME]" },
    { "one that is empty", "[key x]\n", "line 1: section [key x] is not known", "[reader NAME]" },
    { "a name that is not known", "[reader a]\nuri=pcsc:\npin=1\n",
      "line 3: 'pin' is not known in section [reader a]", "uri" },
    { "what stands before any section", "uri=pcsc:\n", "line 1: 'uri' stands before any section",
      "[reader NAME]" },
    { "a section twice", "[reader a]\nuri=pcsc:\n[reader a]\nuri=pcsc:x\n",
      "line 3: section [reader a] is there twice", "" },
    { "two URIs", "[reader a]\nuri=pcsc:\nuri=pcsc:x\n", "line 3: a second uri", "" },
    { "a URI that goes on", "[reader a]\nuri=pcsc:\n  x\n", "line 3: a second uri", "" },
    { "no URI", "[reader a]\n[reader b]\nuri=pcsc:\n", "line 2: section [reader a] has no uri",
      "" },
    { "no URI at the end", "[reader b]\nuri=pcsc:\n[reader a]\n", "section [reader a] has no uri",
      "" },
    { "no reader", "[reader a]\nuri=pkcs11:token=x\n", "line 2: aliases are for readers", "" },
    { "a URI that is none", "[reader a]\nuri=pcsc:;slto=9c\n",
      "line 2: the pcsc: URI has a part that is not known", "[READER][;serial=HEX][;slot=9c]" },
    { "a name with a blank", "[reader a b]\nuri=pcsc:\n", "line 2: 'a b' can't be an alias", "" },
    { "no name", "[reader ]\nuri=pcsc:\n", "line 2: '' can't be an alias", "" },
};

static void is_taken(void **state)
{
    const row *const r = *state;
    pds_err e = { .text = "", .expected = "" };
    const char *const path = scratch_file(&folder, "c.ini", r->text);
    const char *const words[] = { "token", "list", "--config", path };
    const pds_code code = load(4, words, &e);
    assert_int_equal(code, r->fault == NULL ? PDS_OK : PDS_E_USAGE);
    if (r->fault != NULL) {
        assert_string_equal(e.file, path);
        assert_string_equal(e.expected, r->expected);
        if (strstr(e.text, r->fault) == NULL) {
            fail_msg("'%s' lacks '%s'", e.text, r->fault);
        }
    }
}

/* ---- when, and which ---- */

/* A file that can't be read without a fault. */
static void put_bad(const char *outer, const char *inner)
{
    (void)mkdir(scratch_path(&folder, outer), 0700);
    (void)mkdir(scratch_path(&folder, inner), 0700);
    char name[128];
    (void)snprintf(name, sizeof name, "%s/config.ini", inner);
    (void)scratch_file(&folder, name, "bad");
}

typedef struct call {
    const char *name;
    const char *words[8];
    bool reads;
} call;

static call calls[] = {
    { "a list of tokens", { "token", "list" }, true },
    { "a search", { "token", "search" }, true },
    { "a seal of a token", { "token", "seal", "view", "--key", "pcsc:", "-o", "s" }, true },
    { "a signature of a card", { "sign", "--key", "pcsc:", "a" }, true },
    { "a signature of a token", { "sign", "--key", "PKCS11:", "a" }, true },
    { "a signature of a file's key", { "sign", "--key", "p12:k", "a" }, false },
    { "a second signer's card",
      { "sign", "--key", "p12:k", "--then", "--key", "pcsc:a", "a" },
      true },
    { "decryption by a card", { "token", "decrypt", "--key", "pcsc:", "a" }, true },
    { "decryption by a file's key", { "token", "decrypt", "--key", "p12:k", "a" }, false },
    { "the log", { "token", "log" }, false },
    { "a verification", { "verify", "a" }, false },
};

static int count_words(const call *c)
{
    int n = 0;
    while (n < 8 && c->words[n] != NULL) {
        n++;
    }
    return n;
}

static void reads_if_it_uses_a_token(void **state)
{
    const call *const c = *state;
    pds_err e;
    put_bad(".", "pdfsign");
    assert_int_equal(load(count_words(c), c->words, &e), c->reads ? PDS_E_USAGE : PDS_OK);
}

static void the_usual_file_need_not_be_there(void **state)
{
    const char *const words[] = { "token", "list" };
    const char *const named[] = { "token", "list", "--config", "/nowhere/c.ini" };
    const char *const of_file_key[] = {
        "sign", "--key", "p12:k", "--config", "/nowhere/c.ini", "a"
    };
    pds_err e;
    (void)state;
    (void)setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    assert_int_equal(load(2, words, &e), PDS_OK);
    assert_int_equal(load(4, named, &e), PDS_E_INPUT_UNREADABLE);
    assert_int_equal(load(6, of_file_key, &e), PDS_E_INPUT_UNREADABLE);
    assert_string_equal(e.file, "/nowhere/c.ini");
}

static void home_is_next(void **state)
{
    const char *const words[] = { "token", "list" };
    pds_err e;
    (void)state;
    put_bad(".config", ".config/pdfsign");
    (void)setenv("HOME", folder.folder, 1);
    (void)setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_int_equal(load(2, words, &e), PDS_E_USAGE);
    (void)unsetenv("XDG_CONFIG_HOME");
    assert_int_equal(load(2, words, &e), PDS_E_USAGE);
    (void)unsetenv("HOME");
    assert_int_equal(load(2, words, &e), PDS_OK);
}

static char *resolve(const cli_args *args, const char *uri)
{
    char *out = NULL;
    assert_int_equal(cli_config_resolve(args, uri, &out, NULL), PDS_OK);
    return out;
}

static void a_name_is_kept_and_found_again(void **state)
{
    char path[256];
    const char *const file = scratch_file(&folder, "c.ini", "; mine\n[reader b]\nuri = pcsc:b\n");
    const cli_args args = { .config = file };
    (void)state;
    assert_int_equal(cli_config_set_reader(&args, "a", "pcsc:*A*", path, sizeof path, NULL),
                     PDS_OK);
    assert_string_equal(path, file);
    assert_string_equal(scratch_read(path),
                        "; mine\n[reader b]\nuri = pcsc:b\n\n[reader a]\nuri = pcsc:*A*\n");
    char *const of[] = { resolve(&args, "pcsc:a;slot=9c"), resolve(&args, "pcsc:c;slot=9c"),
                         resolve(&args, "pcsc:") };
    assert_string_equal(of[0], "pcsc:*A*;slot=9c");
    assert_string_equal(of[1], "pcsc:c;slot=9c");
    assert_string_equal(of[2], "pcsc:");
    for (size_t i = 0; i < 3; i++) {
        free(of[i]);
    }
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0], CALLS = sizeof calls / sizeof calls[0] };
    struct CMUnitTest tests[ROWS + CALLS + 3] = {
        cmocka_unit_test_setup_teardown(the_usual_file_need_not_be_there, begin, end),
        cmocka_unit_test_setup_teardown(home_is_next, begin, end),
        cmocka_unit_test_setup_teardown(a_name_is_kept_and_found_again, begin, end),
    };
    for (size_t i = 0; i < ROWS; i++) {
        tests[3 + i] = (struct CMUnitTest){ rows[i].name, is_taken, begin, end, &rows[i] };
    }
    for (size_t i = 0; i < CALLS; i++) {
        tests[3 + ROWS + i] =
            (struct CMUnitTest){ calls[i].name, reads_if_it_uses_a_token, begin, end, &calls[i] };
    }
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
