#include "cli/token_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What 'token list' and 'token show' say of tokens and keys that no token in software is like. */

#define DAY INT64_C(86400)
static const int64_t NOW = 1795000000; /* 2026-11-18 */

typedef struct row {
    const char *name;
    pds_token token;
    pds_token_key key;
    bool full;
    const char *want[3]; /* parts of the text; "!x": no x */
    const char *json;    /* part of the JSON */
} row;

#define TOKEN  .uri = "pcsc:R", .driver = "pcsc", .label = "PIV", .reader = "R"
#define KEY    .uri = "pcsc:R;slot=9c", .name = "A", .has_key = true
#define UNTOLD .pin_tries = -1, .puk_tries = -1

static row rows[] = {
    { "tries that are left",
      { TOKEN, .pin_tries = 3, .puk_tries = 2 },
      { KEY },
      false,
      { "  PIN           3 tries left\n", "  PUK           2 tries left\n", "  reader        R\n" },
      "\"pin\":{\"state\":\"ok\",\"tries_left\":3,\"puk_tries_left\":2,\"on_reader\":false}" },
    { "tries that are not told",
      { TOKEN, UNTOLD },
      { KEY },
      false,
      { "its tries are not told", "!PUK" },
      "\"pin\":{\"state\":\"ok\",\"on_reader\":false}" },
    { "a PIN that was typed wrongly",
      { TOKEN, .pin_tries = 2, .puk_tries = -1, .pin_low = true },
      { KEY },
      false,
      { "was typed wrongly, 2 tries left\n" },
      "\"state\":\"low\"" },
    { "the last try",
      { TOKEN, .pin_tries = 1, .puk_tries = -1, .pin_low = true, .pin_last = true },
      { KEY },
      false,
      { "one try left, the next wrong one blocks it\n" },
      "\"state\":\"last try\",\"tries_left\":1" },
    { "a blocked PIN",
      { TOKEN, .pin_tries = 0, .puk_tries = 3, .pin_blocked = true },
      { KEY },
      false,
      { "blocked: see 'pdfsign token unblock'\n" },
      "\"state\":\"blocked\"" },
    { "no PIN yet",
      { TOKEN, UNTOLD, .pin_unset = true },
      { KEY },
      false,
      { "not set\n" },
      "\"state\":\"unset\"" },
    { "a reader with keys of its own",
      { TOKEN, .pin_tries = 3, .puk_tries = -1, .pin_pad = true },
      { KEY },
      false,
      { "3 tries left, typed on the reader\n" },
      "\"on_reader\":true" },
    { "a reader that says no more",
      { TOKEN, UNTOLD, .pin_pad = true },
      { KEY },
      false,
      { "  PIN           typed on the reader\n" },
      "\"on_reader\":true" },
    { "a key for signatures",
      { TOKEN, UNTOLD },
      { KEY, .use = PDS_USE_SIGNING, .not_before = 1, .not_after = 1800000000 },
      false,
      { "signing", "2027-01-15 ", "!ends in" },
      "\"validity\":\"valid\",\"kind\":\"signing\"" },
    { "one that ends soon",
      { TOKEN, UNTOLD },
      { KEY, .use = PDS_USE_ENCRYPTION, .not_before = 1, .not_after = NOW + 30 * DAY - 1 },
      false,
      { "encryption", "(ends in 29 days)" },
      "\"validity\":\"ending\",\"kind\":\"encryption\"" },
    { "one that does not",
      { TOKEN, UNTOLD },
      { KEY, .use = PDS_USE_SIGNING | PDS_USE_ENCRYPTION, .not_before = 1,
        .not_after = NOW + 30 * DAY },
      false,
      { "both", "!ends in" },
      "\"validity\":\"valid\",\"kind\":\"both\"" },
    { "one that has ended",
      { TOKEN, UNTOLD },
      { KEY, .not_before = 1, .not_after = NOW - 1 },
      false,
      { "(expired)" },
      "\"validity\":\"expired\",\"kind\":\"none\"" },
    { "one whose time comes",
      { TOKEN, UNTOLD },
      { KEY, .not_before = NOW + 1, .not_after = NOW + DAY },
      false,
      { "(not yet valid)" },
      "\"validity\":\"not yet valid\"" },
    { "a key without a certificate",
      { TOKEN, UNTOLD },
      { .uri = "u", .label = "mine", .has_key = true, .use = PDS_USE_SIGNING },
      false,
      { "\nmine  signing  -          -      u\n" },
      "\"label\":\"mine\",\"kind\":\"signing\"" },
    { "a certificate without a key",
      { TOKEN, UNTOLD },
      { .uri = "u", .name = "CA", .not_before = 1, .not_after = NOW + 90 * DAY },
      false,
      { "none, no key" },
      "\"has_key\":false" },
    { "the name of a reader",
      { TOKEN, UNTOLD, .alias = "公司" },
      { KEY },
      false,
      { "  alias         公司\n" },
      "\"alias\":\"公司\"" },
    { "a reader without a card",
      { .uri = "pcsc:R", .driver = "pcsc", .reader = "R", .alias = "me", .bare = true, UNTOLD },
      { KEY },
      false,
      { "R\n  alias         me\n  card          none that is known\n", "!PIN", "!keys" },
      "\"tokens\":[],\"readers\":[{\"uri\":\"pcsc:R\",\"driver\":\"pcsc\",\"reader\":\"R\","
      "\"alias\":\"me\"}]" },
    { "names that would drive the terminal",
      { TOKEN, UNTOLD },
      { .uri = "u", .name = "a\x1b[2J" },
      true,
      { "a\\x1b[2J\n" },
      "" },
    { "all of a key",
      { TOKEN, UNTOLD, .maker = "M", .model = "N", .serial = "5", .has_seal = true },
      { KEY, .subject = "CN=A", .issuer = "CN=B", .serial = "01", .sha256 = "ff",
        .algorithm = "RSA 2048", .id = "9c", .asks_always = true },
      true,
      { "  subject       CN=A\n", "asked for at each signature", "there is one in it" },
      "\"asks_always\":true" },
};

static void holds(const char *text, const char *part)
{
    const bool wanted = part[0] != '!';
    if ((strstr(text, wanted ? part : part + 1) != NULL) != wanted) {
        fail_msg("'%s' in: %s", part, text);
    }
}

static void token_is_told(void **state)
{
    row *const r = *state;
    char *text = NULL;
    size_t size = 0;
    r->token.keys = &r->key;
    r->token.key_count = 1;
    const pds_token_list list = { .items = &r->token, .count = 1 };
    FILE *const to = open_memstream(&text, &size);
    assert_non_null(to);
    cli_tokens_put(to, &list, r->full, NOW);
    assert_int_equal(fclose(to), 0);
    for (size_t i = 0; i < 3 && r->want[i] != NULL; i++) {
        holds(text, r->want[i]);
    }
    free(text);
    pds_json *json = pds_json_object();
    cli_tokens_set(json, &list, NOW);
    text = pds_json_dump(json);
    assert_non_null(text);
    holds(text, r->json);
    assert_null(strstr(text, "\"notes\""));
    free(text);
    pds_json_drop(&json);
}

static void notes_are_told(void **state)
{
    const char *const notes[] = { "a module that fails" };
    const pds_token_list list = { .notes = notes, .note_count = 1 };
    pds_json *json = pds_json_object();
    (void)state;
    cli_tokens_set(json, &list, NOW);
    char *const text = pds_json_dump(json);
    assert_string_equal(text, "{\"tokens\":[],\"notes\":[\"a module that fails\"]}");
    free(text);
    pds_json_drop(&json);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS + 1];
    for (size_t i = 0; i < ROWS; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, token_is_told, NULL, NULL, &rows[i] };
    }
    tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(notes_are_told);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
