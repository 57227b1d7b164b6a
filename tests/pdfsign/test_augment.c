/* Files of every kind are timestamped, made to last, and renewed: what comes of it, and that the
 * verifier and other programs agree. */
#include "base/own.h"
#include "fixtures/tsa/tsa.h"
#include "tests/pdf/sample.h"
#include "tests/pdfsign/augment_rows.h"

#include <pds/augment.h>
#include <pds/time.h>

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { URLS_MAX = 2, URL_ROOM = 256 };

static const augment_file TIMED = { .signings = 1, .level = PDS_LEVEL_T };
static const augment_file ARCHIVED = { .signings = 1, .level = PDS_LEVEL_LTA };
static const augment_file ARCHIVED_BRIEFLY = { .signings = 1,
                                               .level = PDS_LEVEL_LTA,
                                               .brief = true };
static const augment_file SIGNED = { .signings = 1 };

/* What a call lends. */
typedef struct scene {
    char urls[URLS_MAX][URL_ROOM];
    pds_tsa tsas[URLS_MAX];
    pds_stamper *stamper;
    pds_secret *password;
    pds_augment_result result;
    pds_err e;
} scene;

static void scene_drop(scene *s)
{
    pds_stamper_drop(&s->stamper);
    pds_secret_drop(&s->password);
}

#define SCENE(name) PDS_OWN(scene_drop) scene name = { .e = { .offset = -1 } }

static void new_stamper(scene *s, const augment_row *row)
{
    const char *const trust = sample_path("root.pem");
    const char *const list = augment_list_path(row->list);
    pds_stamper_options options = { .tsas = s->tsas,
                                    .tsa_count = 1,
                                    .trust = &trust,
                                    .trust_count = !row->untrusting,
                                    .evidence = &list,
                                    .evidence_count = row->list != LIST_NONE,
                                    .grace = row->grace,
                                    .offline = true };
    for (size_t i = 0; i < URLS_MAX && (i == 0 || row->again != NULL); i++) {
        const char *const fault = i == 0 ? row->first : row->again;
        (void)snprintf(s->urls[i], URL_ROOM, "%s%s", augment_authority(),
                       fault == NULL ? "" : fault);
        s->tsas[i].url = s->urls[i];
        options.tsa_count = i + (fault == NULL || strcmp(fault, NOBODY) != 0);
    }
    assert_int_equal(pds_stamper_new(&options, &s->stamper, &s->e), PDS_OK);
}

static void set_files(scene *s, const augment_row *row)
{
    s->password = augment_password(row->file);
    augment_make(row->file, sample_path("in.pdf"));
    (void)unlink(sample_path("out.pdf"));
}

static void set_scene(scene *s, const augment_row *row)
{
    new_stamper(s, row);
    set_files(s, row);
}

static pds_code augment(scene *s, const augment_row *row, const char *input, const char *output)
{
    const pds_augment_job job = { .kind = row->kind,
                                  .input = input,
                                  .output = { .path = output, .in_place = true },
                                  .password = s->password,
                                  .zone = "UTC",
                                  .stamper = s->stamper,
                                  .level = row->level,
                                  .allow_lower_level = row->allow_lower,
                                  .expires_within = row->within };
    return pds_augment(&job, &s->result, &s->e);
}

/* ---- what came of it ---- */

static bool is_stamp(const pds_verify_signature *s)
{
    return strcmp(s->kind, "timestamp") == 0;
}

static void expect_signatures(const augment_row *row, const scene *s, const pds_verification *v)
{
    pds_level lowest = PDS_LEVEL_LTA;
    size_t stamps = 0;
    for (size_t i = 0; i < v->signature_count; i++) {
        stamps += is_stamp(&v->signatures[i]);
        lowest = !is_stamp(&v->signatures[i]) && v->signatures[i].level < lowest
                     ? v->signatures[i].level
                     : lowest;
    }
    lowest = stamps == v->signature_count ? PDS_LEVEL_NONE : lowest;
    assert_int_equal(stamps, row->stamps);
    assert_int_equal(s->result.signatures, v->signature_count - stamps);
    assert_int_equal(s->result.level, lowest);
    assert_int_equal(s->result.lasting, row->reached);
    assert_int_equal(lowest, row->not_pades ? PDS_LEVEL_NONE : row->reached);
}

/* The verifier, which has nothing but the file and the anchor, agrees. */
static void expect_verdict(const augment_row *row, const scene *s, const char *path)
{
    const char *const trust = sample_path("root.pem");
    const bool strict = row->reached >= PDS_LEVEL_LT && !row->doubted && !row->file->remote;
    const pds_verify_options options = { .trust = &trust,
                                         .trust_count = 1,
                                         .revocation_set = strict,
                                         .revocation = PDS_REVOCATION_EMBEDDED };
    pds_verifier *verifier = NULL;
    pds_verification v;
    assert_int_equal(pds_verifier_new(&options, &verifier, NULL), PDS_OK);
    assert_int_equal(pds_verify(verifier, path, s->password, &v, NULL), PDS_OK);
    for (size_t i = 0; i < v.signature_count && !row->doubted; i++) {
        const pds_verify_findings *const f = &v.signatures[i].findings;
        for (size_t n = 0; n < f->count && v.indication != PDS_PASSED; n++) {
            print_message("%zu: %s: %s\n", i, f->items[n].code, f->items[n].text);
        }
    }
    assert_int_equal(v.indication == PDS_PASSED, !row->doubted);
    expect_signatures(row, s, &v);
    pds_verification_drop(&v);
    pds_verifier_drop(&verifier);
}

/* The bytes that stood are as they were. */
static void expect_bytes(const augment_row *row, const scene *s)
{
    PDS_OWN(pds_buf_drop) pds_buf in = sample_read(sample_path("in.pdf"));
    PDS_OWN(pds_buf_drop) pds_buf out = sample_read(sample_path("out.pdf"));
    assert_int_equal(s->result.input_bytes, in.len);
    assert_int_equal(s->result.output_bytes, out.len);
    assert_int_equal(out.len > in.len, !row->idle);
    assert_memory_equal(in.ptr, out.ptr, in.len);
}

static void expect_notes(const augment_row *row, const scene *s)
{
    if (row->notes == NULL) {
        assert_string_equal(s->result.notes, "");
    } else {
        assert_non_null(strstr(s->result.notes, row->notes));
    }
}

static void expect(const augment_row *row, const scene *s)
{
    assert_int_equal(s->result.changed, !row->idle);
    assert_int_equal(s->result.crls, row->lists);
    assert_int_equal(s->result.field[0] != '\0', s->result.stamp_time[0] != '\0');
    if (row->field != NULL) {
        assert_string_equal(s->result.field, row->field);
    }
    expect_notes(row, s);
    expect_bytes(row, s);
    expect_verdict(row, s, sample_path("out.pdf"));
    if (s->result.expires == 0) {
        assert_true(row->doubted || row->untrusting);
    }
    sample_check(sample_path("out.pdf"), augment_password_text(row->file));
}

static void a_file_is_augmented_or_refused(void **state)
{
    const augment_row *const row = *state;
    SCENE(s);
    set_scene(&s, row);
    const pds_code code = augment(&s, row, sample_path("in.pdf"), sample_path("out.pdf"));
    if (code != row->code) {
        fail_msg("%s: %s", pds_code_name(code), s.e.text);
    }
    if (code != PDS_OK) {
        assert_int_not_equal(access(sample_path("out.pdf"), F_OK), 0);
        return;
    }
    expect(row, &s);
}

/* ---- in place ---- */

static void what_is_done_in_place_comes_to_the_same(void **state)
{
    static const augment_row row = { .file = &TIMED,
                                     .kind = PDS_AUGMENT_ADD,
                                     .level = PDS_LEVEL_LTA,
                                     .list = LIST_GOOD,
                                     .reached = PDS_LEVEL_LTA,
                                     .stamps = 1,
                                     .lists = 1 };
    (void)state;
    SCENE(s);
    set_scene(&s, &row);
    assert_int_equal(augment(&s, &row, sample_path("in.pdf"), sample_path("in.pdf")), PDS_OK);
    assert_true(s.result.changed);
    expect_verdict(&row, &s, sample_path("in.pdf"));
}

static void a_file_that_lacks_nothing_is_not_touched(void **state)
{
    static const augment_row row = { .file = &ARCHIVED,
                                     .kind = PDS_AUGMENT_ADD,
                                     .level = PDS_LEVEL_LTA };
    struct stat before;
    struct stat after;
    (void)state;
    SCENE(s);
    set_scene(&s, &row);
    assert_int_equal(stat(sample_path("in.pdf"), &before), 0);
    assert_int_equal(augment(&s, &row, sample_path("in.pdf"), sample_path("in.pdf")), PDS_OK);
    assert_false(s.result.changed);
    assert_int_equal(stat(sample_path("in.pdf"), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

/* ---- pipes ---- */

static pid_t write_into(const char *pipe, const char *from)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const pds_buf bytes = sample_read(from);
        sample_write(pipe, pds_buf_span(&bytes));
        _exit(0);
    }
    return child;
}

static void a_file_may_come_through_a_pipe(void **state)
{
    static const augment_row row = { .file = &SIGNED,
                                     .kind = PDS_AUGMENT_ADD,
                                     .level = PDS_LEVEL_LTA,
                                     .list = LIST_GOOD,
                                     .reached = PDS_LEVEL_LTA,
                                     .stamps = 2,
                                     .lists = 1 };
    const char *const pipe = sample_path("pipe");
    (void)state;
    SCENE(s);
    set_scene(&s, &row);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const pid_t child = write_into(pipe, sample_path("in.pdf"));
    assert_int_equal(augment(&s, &row, pipe, sample_path("out.pdf")), PDS_OK);
    assert_int_equal(waitpid(child, NULL, 0), child);
    expect(&row, &s);
}

/* ---- later ---- */

static pds_indication verdict_in(const char *path, long days)
{
    char at[PDS_TIME_ROOM];
    const char *const trust = sample_path("root.pem");
    pds_verify_options options = { .trust = &trust, .trust_count = 1, .at_time = at };
    pds_verifier *verifier = NULL;
    pds_verification v;
    assert_int_equal(pds_time_iso(time(NULL) + days * 86400, "UTC", at, NULL), PDS_OK);
    assert_int_equal(pds_verifier_new(&options, &verifier, NULL), PDS_OK);
    assert_int_equal(pds_verify(verifier, path, NULL, &v, NULL), PDS_OK);
    const pds_indication verdict = v.indication;
    pds_verification_drop(&v);
    pds_verifier_drop(&verifier);
    return verdict;
}

/* The certificates of the first timestamp have ended by then. */
static void what_is_renewed_lasts_longer(void **state)
{
    static const augment_row row = { .file = &ARCHIVED_BRIEFLY,
                                     .kind = PDS_AUGMENT_RENEW,
                                     .list = LIST_YOUNG };
    enum { SOON = 2, LATER = 60 };
    (void)state;
    SCENE(s);
    set_scene(&s, &row);
    assert_int_equal(augment(&s, &row, sample_path("in.pdf"), sample_path("out.pdf")), PDS_OK);
    assert_int_equal(verdict_in(sample_path("in.pdf"), SOON), PDS_PASSED);
    assert_int_equal(verdict_in(sample_path("in.pdf"), LATER), PDS_INDETERMINATE);
    assert_int_equal(verdict_in(sample_path("out.pdf"), LATER), PDS_PASSED);
    assert_true(s.result.expires > time(NULL) + LATER * 86400L);
}

/* ---- grace ---- */

static void the_end_of_the_grace_is_waited_for(void **state)
{
    static const augment_row row = { .file = &TIMED,
                                     .kind = PDS_AUGMENT_ADD,
                                     .level = PDS_LEVEL_LT,
                                     .list = LIST_AHEAD,
                                     .grace = "2s" };
    const time_t begun = time(NULL); /* the signature is no older */
    (void)state;
    SCENE(s);
    set_scene(&s, &row);
    assert_int_equal(augment(&s, &row, sample_path("in.pdf"), sample_path("out.pdf")), PDS_OK);
    assert_true(time(NULL) >= begun + 2);
}

/* ---- long batches ---- */

/* Its stamper was made long before the last file's turn. */
static void a_batch_may_take_hours(void **state)
{
    static const augment_row row = {
        .file = &TIMED, .kind = PDS_AUGMENT_ADD, .level = PDS_LEVEL_LT, .list = LIST_YOUNG
    };
    enum { HOURS = 2 };
    char then[32];
    (void)state;
    (void)snprintf(then, sizeof then, "%lld", (long long)time(NULL) - HOURS * 3600L);
    (void)setenv("SOURCE_DATE_EPOCH", then, 1);
    SCENE(s);
    new_stamper(&s, &row);
    (void)unsetenv("SOURCE_DATE_EPOCH");
    set_files(&s, &row);
    assert_int_equal(augment(&s, &row, sample_path("in.pdf"), sample_path("out.pdf")), PDS_OK);
}

/* ---- wrong use ---- */

static void a_job_is_checked(void **state)
{
    static const augment_row good = { .file = &SIGNED,
                                      .kind = PDS_AUGMENT_ADD,
                                      .level = PDS_LEVEL_LT };
    static const struct {
        pds_augment_kind kind;
        pds_level level;
        const char *within;
    } rows[] = { { PDS_AUGMENT_ADD, PDS_LEVEL_T, NULL },
                 { PDS_AUGMENT_ADD, PDS_LEVEL_NONE, NULL },
                 { PDS_AUGMENT_RENEW, PDS_LEVEL_NONE, "soon" },
                 { PDS_AUGMENT_RENEW, PDS_LEVEL_NONE, "0d" } };
    (void)state;
    SCENE(s);
    set_scene(&s, &good);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const augment_row row = { .kind = rows[i].kind,
                                  .level = rows[i].level,
                                  .within = rows[i].within };
        assert_int_equal(augment(&s, &row, sample_path("in.pdf"), sample_path("out.pdf")),
                         PDS_E_USAGE);
    }
}

int main(void)
{
    enum { MORE = 7 };
    static const struct CMUnitTest others[MORE] = {
        cmocka_unit_test(what_is_done_in_place_comes_to_the_same),
        cmocka_unit_test(a_file_that_lacks_nothing_is_not_touched),
        cmocka_unit_test(a_file_may_come_through_a_pipe),
        cmocka_unit_test(what_is_renewed_lasts_longer),
        cmocka_unit_test(the_end_of_the_grace_is_waited_for),
        cmocka_unit_test(a_batch_may_take_hours),
        cmocka_unit_test(a_job_is_checked),
    };
    static struct CMUnitTest tests[AUGMENT_MAX + MORE];
    assert(AUGMENT_COUNT <= AUGMENT_MAX);
    memcpy(tests, others, sizeof others);
    for (size_t i = 0; i < AUGMENT_COUNT; i++) {
        tests[MORE + i] =
            (struct CMUnitTest){ .name = AUGMENT_ROWS[i].name,
                                 .test_func = a_file_is_augmented_or_refused,
                                 .initial_state = (void *)(uintptr_t)&AUGMENT_ROWS[i] };
    }
    return _cmocka_run_group_tests("signatures that are there", tests, MORE + AUGMENT_COUNT,
                                   augment_begin, augment_end);
}
