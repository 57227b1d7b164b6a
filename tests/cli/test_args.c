#include "cli/args.h"
#include "cli/stamper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Command lines, their words parted by blanks ("~" stands for a blank within a word, "''" for an
 * empty word), and what the parser and the checks make of them. */

typedef struct row {
    const char *name, *line;
    const char *want; /* "name=value" pairs, or a part of the fault's text and hint */
} row;

enum { WORDS = 64 };

static char buffer[1024];
static char *argv[WORDS + 1];

static int split(const char *line)
{
    int argc = 0;
    (void)snprintf(buffer, sizeof buffer, "%s", line);
    argv[argc++] = (char *)"pdfsign";
    char *rest = buffer;
    for (char *word = strtok_r(buffer, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        assert_true(argc < WORDS);
        for (char *p = word; *p != '\0'; p++) {
            if (*p == '~') {
                *p = ' ';
            }
        }
        argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
    }
    argv[argc] = NULL;
    return argc;
}

static pds_code read_line(const char *line, cli_args *args, pds_err *e)
{
    pds_code code = cli_args_parse(split(line), argv, args, e);
    bool stop = code != PDS_OK || args->help || args->version;
    return stop ? code : cli_args_check(args, e);
}

/* "verb=0 inputs=a,b jobs=4": what differs from a line without options. */
typedef struct text {
    char bytes[1024];
    size_t len;
} text;

static void add(text *t, const char *key, const char *value)
{
    if (value != NULL) {
        t->len += (size_t)snprintf(t->bytes + t->len, sizeof t->bytes - t->len, "%s%s=%s",
                                   t->len > 0 ? " " : "", key, value);
    }
}

static void add_number(text *t, const char *key, long value, long usual)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%ld", value);
    add(t, key, value == usual ? NULL : number);
}

static void add_real(text *t, const char *key, double value)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%g", value);
    add(t, key, value == 0 ? NULL : number);
}

static void add_list(text *t, const char *key, const cli_list *list)
{
    char joined[256] = "";
    size_t len = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *item = list->items[i] == NULL ? "-" : list->items[i];
        len += (size_t)snprintf(joined + len, sizeof joined - len, "%s%s", i > 0 ? "," : "", item);
    }
    add(t, key, list->count > 0 ? joined : NULL);
}

static void describe_signer(text *t, const cli_signer *s)
{
    add(t, "key", s->key);
    add(t, "cert", s->cert);
    add_list(t, "chains", &s->chains);
    add(t, "pin-file", s->pin_file);
    add(t, "pin-env", s->pin_env);
    add(t, "pin-program", s->pin_program);
    add_number(t, "pin-fd", s->pin_fd, -1);
    add_number(t, "allow-expired", s->allow_expired, 0);
    add(t, "identity", s->identity);
    add_number(t, "force-last-try", s->force_last_try, 0);
    add(t, "field", s->field);
    add_list(t, "at", &s->places);
    add(t, "digest", s->digest);
    add_number(t, "pss", s->pss, 0);
    add_number(t, "certify", s->certify, 0);
    add(t, "lock", s->lock);
    add(t, "reason", s->reason);
    add(t, "location", s->location);
    add(t, "contact", s->contact);
    add(t, "name", s->name);
    add(t, "seal", s->seal);
    add(t, "size", s->size);
    add(t, "text", s->text);
    add(t, "show", s->show);
    add(t, "font", s->font);
    add(t, "text-color", s->text_color);
    add_real(t, "text-size", s->text_size);
    add_number(t, "text-place", s->text_place, PDS_TEXT_BELOW);
    add_number(t, "vertical", s->vertical, 0);
    add_number(t, "plain", s->plain, 0);
    add_list(t, "date", &s->dates);
    add(t, "date-format", s->date_format);
    add(t, "date-value", s->date_value);
    add(t, "date-color", s->date_color);
    add_real(t, "date-size", s->date_size);
    add_list(t, "seam", &s->seams);
    add_number(t, "seam-mode", s->seam_mode, PDS_SEAM_AUTO);
    add_number(t, "allow-overlap", s->allow_overlap, 0);
}

static void describe_trust(text *t, const cli_trust *trust)
{
    add_list(t, "trust", &trust->anchors);
    add_number(t, "trust-system", trust->system, 0);
    add_list(t, "chains", &trust->chains);
    add_list(t, "evidence", &trust->evidence);
    add_number(t, "offline", trust->offline, 0);
    add_number(t, "prefer-crl", trust->prefer_crl, 0);
    add(t, "cache", trust->cache);
}

static void describe_authority(text *t, const cli_tsa *tsa)
{
    add(t, "tsa", tsa->url);
    add(t, "tsa-policy", tsa->policy);
    add(t, "tsa-user", tsa->user);
    add(t, "tsa-password-file", tsa->password_file);
    add(t, "tsa-cert", tsa->cert);
    add(t, "tsa-key", tsa->key);
    add(t, "tsa-key-password-file", tsa->key_password_file);
    add(t, "tsa-ca", tsa->ca);
}

static void describe_level(text *t, const cli_args *a)
{
    const cli_level *const level = &a->level;
    const bool has = a->verb == CLI_SIGN || a->verb == CLI_LTV_ADD;
    const pds_level reached = has ? cli_level_of(a) : PDS_LEVEL_B;
    add(t, "to", reached > PDS_LEVEL_B ? pds_level_name(reached) : NULL);
    for (size_t i = 0; i < level->tsa_count; i++) {
        describe_authority(t, &level->tsas[i]);
    }
    add(t, "tsa-digest", level->digest);
    add_number(t, "tsa-timeout", level->timeout, 0);
    add(t, "grace", level->grace);
    add(t, "within", level->expires_within);
    add_number(t, "allow-lower-level", level->allow_lower, 0);
}

static void describe_verify(text *t, const cli_verify *v)
{
    add_number(t, "revocation", v->revocation, 0);
    add(t, "at-time", v->at_time);
    add(t, "policy", v->policy);
    add_number(t, "signatures", v->signatures, 0);
    add_number(t, "level", v->level, 0);
    add_list(t, "signers", &v->signers);
    add_number(t, "covers-all", v->covers_all, 0);
    add_number(t, "expect-seam", v->expect_seam, 0);
    add(t, "expires-within", v->expires_within);
    add_number(t, "form", v->form, CLI_FORM_TEXT);
    add_number(t, "verbose", v->verbose, 0);
    add_number(t, "extract", v->extract, 0);
}

static void describe_token(text *t, const cli_token *token)
{
    add(t, "new-pin-file", token->new_pin_file);
    add(t, "new-pin-env", token->new_pin_env);
    add_number(t, "new-pin-fd", token->new_pin_fd, -1);
    add(t, "puk-file", token->puk_file);
    add(t, "puk-env", token->puk_env);
    add_number(t, "puk-fd", token->puk_fd, -1);
    add(t, "management-file", token->management_file);
    add_number(t, "pin-cache", token->pin_cache, 0);
    add_number(t, "wait", token->wait, 0);
    add(t, "stored-size", token->size);
    add_number(t, "compact", token->compact, 0);
    add_number(t, "der", token->der, 0);
    add_number(t, "on", token->on, 0);
    add_number(t, "off", token->off, 0);
    add_number(t, "clear", token->clear, 0);
    add(t, "alias", token->alias);
    add_number(t, "watch", token->watch, 0);
}

static void describe(text *t, const cli_args *a)
{
    for (size_t i = 0; i < a->signer_count; i++) {
        add(t, "then", i == 0 ? NULL : "");
        describe_signer(t, &a->signers[i]);
    }
    describe_level(t, a);
    describe_trust(t, &a->trust);
    describe_verify(t, &a->verify);
    describe_token(t, &a->token);
    add(t, "config", a->config);
    add_number(t, "recursive", a->recursive, 0);
    add_list(t, "names", &a->fields.names);
    add_list(t, "places", &a->fields.beside);
    add(t, "lock", a->lock);
    add(t, "password-file", a->password_file);
    add(t, "tz", a->zone);
    add_number(t, "repair", a->repair, 0);
    add(t, "output", a->output);
    add(t, "out-dir", a->out_dir);
    add(t, "suffix", a->suffix);
    add_number(t, "in-place", a->in_place, 0);
    add_number(t, "overwrite", a->overwrite, 0);
    add_number(t, "durability", a->durability, PDS_DURABILITY_BATCH);
    add(t, "prepare", a->prepare);
    add(t, "finish", a->finish);
    add(t, "signature", a->signature);
    add(t, "cms", a->cms);
    add_number(t, "dry-run", a->dry_run, 0);
    add(t, "preview", a->preview);
    add_number(t, "jobs", a->jobs, 1);
    add_number(t, "progress", a->progress, CLI_PROGRESS_AUTO);
    add_number(t, "json", a->json, 0);
    add_number(t, "quiet", a->quiet, 0);
    add_number(t, "help", a->help, 0);
    add_number(t, "version", a->version, 0);
    add_list(t, "inputs", &a->inputs);
}

static row taken[] = {
    { "the shortest way to sign", "sign --key p12:k a.pdf -o b.pdf",
      "key=p12:k output=b.pdf inputs=a.pdf" },
    { "a value may follow an equals sign", "sign --key=p12:k --output=b a",
      "key=p12:k output=b inputs=a" },
    { "a value may hold equals signs", "sign --key=pkcs11:id=1;x=2 -ob a",
      "key=pkcs11:id=1;x=2 output=b inputs=a" },
    { "a letter's value may stand against it or behind it", "sign --key k -j4 -o b a",
      "key=k output=b jobs=4 inputs=a" },
    { "letters join", "sign --key k -qj 2 -o b a", "key=k output=b jobs=2 quiet=1 inputs=a" },
    { "options and inputs mix", "sign a --out-dir d b --key k c", "key=k out-dir=d inputs=a,b,c" },
    { "after two dashes all is input", "sign --key k --in-place -- --json -x",
      "key=k in-place=1 inputs=--json,-x" },
    { "one dash is standard input", "sign --key k -o - -", "key=k output=- inputs=-" },
    { "an unambiguous beginning is enough", "sign --ke k --overw --outp b a",
      "key=k output=b overwrite=1 inputs=a" },
    { "a whole name wins over a longer one", "sign --key k --pss --at 1/1,1,9,9 -o b a",
      "key=k at=1/1,1,9,9 pss=1 output=b inputs=a" },
    { "a value may look like an option", "sign --key k --reason --json -o b a",
      "key=k reason=--json output=b inputs=a" },
    { "a reason may be empty", "sign --key k --reason= -o b a", "key=k reason= output=b inputs=a" },
    { "an empty suffix", "sign --key k --suffix '' --out-dir d a",
      "key=k out-dir=d suffix= inputs=a" },
    { "texts of any script", "sign --key k --reason 合同~签署 -o b a",
      "key=k reason=合同 签署 output=b inputs=a" },
    { "chains repeat", "sign --key k --chain a --chain b -o c d",
      "key=k chains=a,b output=c inputs=d" },
    { "a flag may repeat", "sign --key k --json --json --in-place a",
      "key=k in-place=1 json=1 inputs=a" },
    { "words are numbered by their place",
      "sign --key k --durability none --progress never --in-place a",
      "key=k in-place=1 durability=2 progress=2 inputs=a" },
    { "file descriptor zero", "sign --key k --pin-fd 0 --in-place a",
      "key=k pin-fd=0 in-place=1 inputs=a" },
    { "what a signature may say",
      "sign --key k --field F --digest sha256 --certify 2 --lock all --location L --contact C "
      "--name N "
      "--tz +08:00 --in-place a",
      "key=k field=F digest=sha256 certify=2 lock=all location=L contact=C name=N tz=+08:00 "
      "in-place=1 inputs=a" },
    { "a dry run needs no output", "sign --key k --dry-run a b", "key=k dry-run=1 inputs=a,b" },
    { "a dry run may have one", "sign --key k --dry-run a -o b",
      "key=k output=b dry-run=1 inputs=a" },
    { "a certificate is enough to prepare", "sign --cert c --prepare s a",
      "cert=c prepare=s inputs=a" },
    { "finish needs no input", "sign --finish s --signature v -o b",
      "output=b finish=s signature=v" },
    { "finish with the input's name", "sign --finish s --cms v --in-place a",
      "in-place=1 finish=s cms=v inputs=a" },
    { "several files are listed", "fields list a b --json", "json=1 inputs=a,b" },
    { "each place goes with the name before it",
      "fields add --name A --at 1@br:9x9 --name B --name C --at z/1,2,3,4 a -o b",
      "names=A,B,C places=1@br:9x9,-,z/1,2,3,4 output=b inputs=a" },
    { "what is seen of a signature",
      "sign --key k --seal s.png --size 42mmx42mm --at 1@br --at z@br --plain --text 甲方 "
      "--text-size 9.5 --text-color red --text-place right --vertical --font F --show name,date "
      "--allow-overlap -o b a",
      "key=k at=1@br,z@br seal=s.png size=42mmx42mm text=甲方 show=name,date font=F text-color=red "
      "text-size=9.5 text-place=1 vertical=1 plain=1 allow-overlap=1 output=b inputs=a" },
    { "dates repeat",
      "sign --key k --at 1@br --date @last --date field:D --date-format yyyy --date-value "
      "2026-11-21 --date-size 12 --date-color #ff0000 -o b a",
      "key=k at=1@br date=@last,field:D date-format=yyyy date-value=2026-11-21 "
      "date-color=#ff0000 date-size=12 output=b inputs=a" },
    { "seams repeat",
      "sign --key k --seal s --seam right --seam left,max=5 --seam-mode multi -o b a",
      "key=k seal=s seam=right,left,max=5 seam-mode=3 output=b inputs=a" },
    { "decimals without a whole part", "sign --key k --text T --text-size 1.25 --in-place a",
      "key=k text=T text-size=1.25 in-place=1 inputs=a" },
    { "a preview needs neither key nor output", "sign --seal s --at 1@br --preview d a b",
      "at=1@br seal=s preview=d inputs=a,b" },
    { "the next signer begins without options",
      "sign --key k --reason R --pin-fd 3 --at 1@br --then --key l -o b a",
      "key=k pin-fd=3 at=1@br reason=R then= key=l output=b inputs=a" },
    { "each signer has the options once, the job anywhere",
      "sign --json --key k --pss --then a --key l --pss -o b --then --key m --field F --digest "
      "sha512",
      "key=k pss=1 then= key=l pss=1 then= key=m field=F digest=sha512 output=b json=1 inputs=a" },
    { "as many signers as a job can have",
      "sign -ob a --key 1 --then --key 2 --then --key 3 --then --key 4 --then --key 5 --then --key "
      "6 "
      "--then --key 7 --then --key 8 --then --key 9 --then --key 10 --then --key 11 --then --key "
      "12 "
      "--then --key 13 --then --key 14 --then --key 15 --then --key 16",
      "key=1 then= key=2 then= key=3 then= key=4 then= key=5 then= key=6 then= key=7 then= key=8 "
      "then= key=9 then= key=10 then= key=11 then= key=12 then= key=13 then= key=14 then= key=15 "
      "then= key=16 output=b inputs=a" },
    { "each signer may take the PIN from elsewhere",
      "sign --key k --pin-file f --then --key l --pin-env E -o b a",
      "key=k pin-file=f then= key=l pin-env=E output=b inputs=a" },
    { "an authority alone means level t", "sign --key k --tsa http://t -o b a",
      "key=k to=B-T tsa=http://t output=b inputs=a" },
    { "a level in a word", "sign --key k --level t --tsa http://t -o b a",
      "key=k to=B-T tsa=http://t output=b inputs=a" },
    { "the lowest level may be said", "sign --key k --level b -o b a", "key=k output=b inputs=a" },
    { "the lowest in the standard's words", "sign --key k --level B-B -o b a",
      "key=k output=b inputs=a" },
    { "a lasting one in the standard's words",
      "sign --key k --level B-LT --tsa http://t --trust r -o b a",
      "key=k to=B-LT tsa=http://t trust=r output=b inputs=a" },
    { "the system may be who is trusted",
      "sign --key k --level lta --tsa http://t --trust-system -o b a",
      "key=k to=B-LTA tsa=http://t trust-system=1 output=b inputs=a" },
    { "what is told of authorities stands behind each",
      "sign --key k --tsa-digest sha512 --tsa http://1 --tsa-policy 1.2.3 --tsa-user u "
      "--tsa-password-file p --tsa-ca c --tsa-timeout 5 --tsa https://2 --tsa-cert e --tsa-key f "
      "--tsa-key-password-file g --tsa http://1 -o b a",
      "key=k to=B-T tsa=http://1 tsa-policy=1.2.3 tsa-user=u tsa-password-file=p tsa-ca=c "
      "tsa=https://2 tsa-cert=e tsa-key=f tsa-key-password-file=g tsa=http://1 tsa-digest=sha512 "
      "tsa-timeout=5 output=b inputs=a" },
    { "as many authorities as a call can have",
      "sign --key k --tsa 1 --tsa 2 --tsa 3 --tsa 4 --tsa 5 --tsa 6 --tsa 7 --tsa 8 -o b a",
      "key=k to=B-T tsa=1 tsa=2 tsa=3 tsa=4 tsa=5 tsa=6 tsa=7 tsa=8 output=b inputs=a" },
    { "authorities are the job's, whichever signer's options they stand among",
      "sign --key k --tsa 1 --then --key l --tsa-user u --level lt --trust r -o b a",
      "key=k then= key=l to=B-LT tsa=1 tsa-user=u trust=r output=b inputs=a" },
    { "what a lasting level may be told",
      "sign --key k --level lta --tsa 1 --trust r --grace 1h --evidence e --prefer-crl --cache d "
      "--allow-lower-level -o b a",
      "key=k to=B-LTA tsa=1 grace=1h allow-lower-level=1 trust=r evidence=e prefer-crl=1 cache=d "
      "output=b inputs=a" },
    { "a dry run at a level", "sign --level t --tsa 1 --cert c --dry-run a",
      "cert=c to=B-T tsa=1 dry-run=1 inputs=a" },
    { "prepare at a level", "sign --level lta --tsa 1 --trust r --cert c --prepare s a",
      "cert=c to=B-LTA tsa=1 trust=r prepare=s inputs=a" },
    { "finish at a level",
      "sign --finish s --cms c --level lta --tsa 1 --tsa-user u --trust r --grace 1h --evidence e "
      "--prefer-crl --cache d --allow-lower-level --password-file p --tz UTC -o b",
      "to=B-LTA tsa=1 tsa-user=u grace=1h allow-lower-level=1 trust=r evidence=e prefer-crl=1 "
      "cache=d password-file=p tz=UTC output=b finish=s cms=c" },
    { "a timestamp alone", "timestamp --tsa 1 a -o b", "tsa=1 output=b inputs=a" },
    { "what files lack, without a further timestamp", "ltv add --trust r a -o b",
      "to=B-LT trust=r output=b inputs=a" },
    { "with one", "ltv add --tsa 1 --trust r --in-place -rj4 d",
      "to=B-LTA tsa=1 trust=r recursive=1 in-place=1 jobs=4 inputs=d" },
    { "with one that proves the time alone", "ltv add --level lt --tsa 1 --trust r a -o b",
      "to=B-LT tsa=1 trust=r output=b inputs=a" },
    { "with nothing but what is given", "ltv add --offline --trust r --chain i --evidence e a -o b",
      "to=B-LT trust=r chains=i evidence=e offline=1 output=b inputs=a" },
    { "files that are about to expire",
      "ltv renew --tsa 1 --trust r --expires-within 90d --out-dir d a b",
      "tsa=1 within=90d trust=r out-dir=d inputs=a,b" },
    { "a signature that asks nobody anyway may say so", "sign --key k --offline -o b a",
      "key=k offline=1 output=b inputs=a" },
    { "the shortest way to verify", "verify a.pdf", "inputs=a.pdf" },
    { "whom to trust and what to look at",
      "verify --trust r.pem --trust d --trust-system --chain i --evidence c --evidence o "
      "--revocation online --at-time 2026-11-21 --policy p a",
      "trust=r.pem,d trust-system=1 chains=i evidence=c,o revocation=2 at-time=2026-11-21 "
      "policy=p inputs=a" },
    { "what is demanded",
      "verify --require-signatures 2 --require-level lt --require-signer 张三 --require-signer *b* "
      "--require-covers-all --expect-seam --expires-within 90d a",
      "signatures=2 level=2 signers=张三,*b* covers-all=1 expect-seam=1 expires-within=90d "
      "inputs=a" },
    { "a level in the standard's words", "verify --require-level B-LT a", "level=6 inputs=a" },
    { "how verify tells it", "verify -rvqj2 --format sarif --tz UTC a b",
      "form=3 verbose=1 recursive=1 tz=UTC jobs=2 quiet=1 inputs=a,b" },
    { "a format that has an option of its own", "verify --format json a",
      "form=1 json=1 inputs=a" },
    { "a former revision", "verify --extract-revision 2 --overwrite a -o b",
      "extract=2 output=b overwrite=1 inputs=a" },
    { "a former revision, told in JSON", "verify --extract-revision 1 --json -q a -o b",
      "extract=1 output=b json=1 quiet=1 inputs=a" },
    { "tokens of all kinds", "token list", "" },
    { "those of one kind, in JSON", "token show --key pcsc: --json", "key=pcsc: json=1" },
    { "tokens that come and go", "token list --watch --wait-token 2m --config c",
      "wait=120 watch=1 config=c" },
    { "readers within reach", "token search --wait-token 30s", "wait=30" },
    { "a name for a reader", "token connect --key pcsc:*A* --alias 公司 --config c",
      "key=pcsc:*A* alias=公司 config=c" },
    { "a card to let go of", "token disconnect --key pcsc:me", "key=pcsc:me" },
    { "a certificate", "token export --key pkcs11:a --identity A~B* --der -o c",
      "key=pkcs11:a identity=A B* der=1 output=c" },
    { "a new PIN", "token pin --key pcsc: --pin-fd 3 --new-pin-file n --force-last-try",
      "key=pcsc: pin-fd=3 force-last-try=1 new-pin-file=n" },
    { "a new PIN by the PUK", "token unblock --key PCSC:x --puk-env P --new-pin-fd 0",
      "key=PCSC:x new-pin-fd=0 puk-env=P" },
    { "the seal in a token", "token seal view --key pcsc:a -o s.png --overwrite",
      "key=pcsc:a output=s.png overwrite=1" },
    { "a seal for a token",
      "token seal write --key pcsc:a --management-file m --size 4x4 --compact --pin-env E s.png",
      "key=pcsc:a pin-env=E management-file=m stored-size=4x4 compact=1 inputs=s.png" },
    { "what was encrypted for a key", "token decrypt --key p12:k --cert c --wait-token 10m a -o b",
      "key=p12:k cert=c wait=600 output=b inputs=a" },
    { "the log", "token log", "" },
    { "the log, from now on", "token log --on -q", "on=1 quiet=1" },
    { "options of keys in tokens",
      "sign --key pkcs11: --identity 12AB --force-last-try --pin-cache 90m --wait-token 90s "
      "--seal token --at p a -o b",
      "key=pkcs11: identity=12AB force-last-try=1 at=p seal=token pin-cache=5400 wait=90 output=b "
      "inputs=a" },
    { "parts of hours", "sign --key k --pin-cache 1.5h --wait-token 0.5m --in-place a",
      "key=k pin-cache=5400 wait=30 in-place=1 inputs=a" },
    { "the longest that a PIN is kept", "sign --key k --pin-cache 2h --in-place a",
      "key=k pin-cache=7200 in-place=1 inputs=a" },
    { "each signer has its own", "sign --key pcsc:a --identity x --then --key pcsc:b -o b a",
      "key=pcsc:a identity=x then= key=pcsc:b output=b inputs=a" },
    { "help of two words", "token seal --help", "help=1" },
    { "help of the program", "--help", "help=1" },
    { "help by letter", "-h", "help=1" },
    { "version", "-V", "version=1" },
    { "help of a first word", "fields --help", "help=1" },
    { "help needs nothing else", "sign --key k --help --garbage", "key=k help=1" },
};

static row refused[] = {
    { "nothing at all", "", "no verb given" },
    { "an unknown verb names the verbs", "frobnicate a", "the verbs are sign, verify, fields" },
    { "a mistyped verb", "sgin a", "did you mean 'sign'?" },
    { "half a verb", "fields", "'fields' needs a second word" },
    { "a mistyped second word", "fields lsit a", "did you mean 'list'?" },
    { "an unknown option", "sign --stamp x a", "'sign' has no option '--stamp'" },
    { "a mistyped option", "sign --kee x a", "did you mean '--key'?" },
    { "an option of another verb", "fields list --key k a", "'fields list' has no option '--key'" },
    { "an unknown letter", "sign -x a", "'sign' has no option '-x'" },
    { "an ambiguous beginning", "sign --out b a", "--output, --out-dir" },
    { "a PIN in the line stays unsaid", "sign --pin=1234 a",
      "'--pin' is only the beginning of an option" },
    { "nor is a password taken for a file name", "sign --key k --password x a",
      "'--password' is only the beginning of an option" },
    { "a value that is missing", "sign a --key", "--key needs a value (URI)" },
    { "a letter's value that is missing", "sign a -o", "-o needs a value (FILE)" },
    { "a flag with a value", "sign --json=yes a", "--json takes no value" },
    { "an option twice", "sign --key a --key b c", "--key is given twice" },
    { "an empty path", "sign --key k --output= a", "--output has an empty value" },
    { "timestamps without a network", "sign --key k --tsa http://t --offline -o b a",
      "--offline and --tsa exclude each other" },
    { "a level without an authority", "sign --key k --level t -o b a", "give --tsa URL" },
    { "the level that it is without", "sign --key k --level lta -o b a",
      "level B-LTA needs a timestamping authority" },
    { "a level that is not one of --level", "sign --key k --level T --tsa 1 -o b a",
      "does not fit" },
    { "a level twice", "sign --key k --level t --level lt --tsa 1 -o b a",
      "--level is given twice" },
    { "an authority at the lowest level", "sign --key k --level b --tsa 1 -o b a",
      "--tsa is of use from level t on" },
    { "a lower level than the lowest", "sign --key k --allow-lower-level -o b a",
      "--allow-lower-level is of use from level t on" },
    { "trust at the lowest level", "sign --key k --trust r -o b a", "of use from level t on" },
    { "patience at the lowest level", "sign --key k --grace 1h -o b a", "of use from level t on" },
    { "patience at level t", "sign --key k --tsa 1 --grace 1h -o b a",
      "--grace is of use from level lt on" },
    { "evidence at level t", "sign --key k --level t --tsa 1 --evidence e -o b a",
      "--evidence is of use from level lt on" },
    { "lists at level t", "sign --key k --tsa 1 --prefer-crl -o b a", "of use from level lt on" },
    { "a folder of answers at level t", "sign --key k --tsa 1 --cache d -o b a",
      "of use from level lt on" },
    { "a lasting level with trust in nobody", "sign --key k --level lt --tsa 1 -o b a",
      "give --trust PATH or --trust-system" },
    { "a lower level is no way around it",
      "sign --key k --level lta --tsa 1 --allow-lower-level -o b a", "nobody is trusted" },
    { "nor is finishing", "sign --finish s --cms c --level lt --tsa 1 -o b", "nobody is trusted" },
    { "lasting files with trust in nobody", "ltv add a -o b", "nobody is trusted" },
    { "renewing with trust in nobody", "ltv renew --tsa 1 a -o b", "nobody is trusted" },
    { "a user before the authority", "sign --key k --tsa-user u --tsa 1 -o b a",
      "--tsa-user stands before the --tsa" },
    { "a policy without an authority", "timestamp --tsa-policy 1.2 a -o b",
      "--tsa-policy stands before the --tsa" },
    { "two users of one authority", "sign --key k --tsa 1 --tsa-user u --tsa-user v -o b a",
      "--tsa-user is given twice" },
    { "a password of nobody", "sign --key k --tsa 1 --tsa-password-file p -o b a",
      "--tsa-password-file is of use with --tsa-user" },
    { "a password of another authority's user",
      "sign --key k --tsa 1 --tsa-user u --tsa 2 --tsa-password-file p -o b a",
      "give --tsa-user NAME behind the same --tsa" },
    { "a key of no certificate", "timestamp --tsa 1 --tsa-key k a -o b",
      "--tsa-key is of use with --tsa-cert" },
    { "a key's password of no certificate", "ltv renew --tsa 1 --tsa-key-password-file p a -o b",
      "--tsa-key-password-file is of use with --tsa-cert" },
    { "more authorities than a call can have",
      "sign --key k --tsa 1 --tsa 2 --tsa 3 --tsa 4 --tsa 5 --tsa 6 --tsa 7 --tsa 8 --tsa 9 -o b "
      "a",
      "more than 8 timestamping authorities" },
    { "a digest of no timestamp", "sign --key k --tsa-digest sha256 -o b a",
      "--tsa-digest is of use with --tsa" },
    { "seconds of no timestamp", "ltv add --trust r --tsa-timeout 5 a -o b",
      "--tsa-timeout is of use with --tsa" },
    { "no seconds at all", "sign --key k --tsa 1 --tsa-timeout 0 -o b a", "1-600" },
    { "too many seconds", "sign --key k --tsa 1 --tsa-timeout 601 -o b a", "1-600" },
    { "finish at a level without an authority", "sign --finish s --cms c --level t -o b",
      "give --tsa URL" },
    { "finish with an authority at the lowest level",
      "sign --finish s --cms c --level b --tsa 1 -o b", "--tsa is of use from level t on" },
    { "finish with several signers' options", "sign --finish s --cms c --key j --then --key k -o b",
      "is settled by the prepared job" },
    { "a timestamp of nobody", "timestamp a -o b", "no timestamping authority is named" },
    { "renewing by nobody", "ltv renew --trust r a -o b", "no timestamping authority is named" },
    { "a timestamp has no level", "timestamp --level t --tsa 1 a -o b", "has no option '--level'" },
    { "nor asks whether somebody was revoked", "timestamp --tsa 1 --grace 1h a -o b",
      "has no option '--grace'" },
    { "too low a level to add", "ltv add --level t --tsa 1 a -o b", "does not fit" },
    { "renewing keeps its level", "ltv renew --level lta --tsa 1 --trust r a -o b",
      "has no option '--level'" },
    { "adding is not renewing", "ltv add --expires-within 9d --trust r a -o b",
      "has no option '--expires-within'" },
    { "half a verb of two words", "ltv", "'ltv' needs a second word" },
    { "another second word", "ltv a -o b", "the verbs are add, renew" },
    { "half a verb of three words", "token seal", "'token seal' needs a third word" },
    { "another third word", "token seal wirte a",
      "did you mean 'write'? The verbs are view, write" },
    { "the words of tokens", "token",
      "list, show, search, connect, disconnect, export, pin, unblock, seal, decrypt, log" },
    { "a time of a list", "token list --wait-token 5s",
      "--wait-token is of use with --watch only" },
    { "a watch of all there is to know", "token show --watch", "no option '--watch'" },
    { "no reader to connect", "token connect --alias a", "give --key URI" },
    { "a reader that is a file", "token connect --key p12:a", "--key names no token" },
    { "no card to let go of", "token disconnect", "give --key URI" },
    { "settings of a log", "token log --config c", "no option '--config'" },
    { "settings of a verification", "verify --config c a", "no option '--config'" },
    { "a PIN of no token", "token pin", "give --key URI; 'pdfsign token list' shows" },
    { "a PIN of a file", "token pin --key p12:a", "--key names no token" },
    { "two sources of a new PIN", "token pin --key pcsc: --new-pin-fd 3 --new-pin-env E",
      "--new-pin-fd and --new-pin-env exclude each other" },
    { "two sources of a PUK", "token unblock --key pcsc: --puk-fd 3 --puk-file E",
      "--puk-file and --puk-fd exclude each other" },
    { "two sources of an old PIN", "token pin --key pcsc: --pin-fd 3 --pin-file E",
      "--pin-file and --pin-fd exclude each other" },
    { "a PUK where the PIN is known", "token pin --key pcsc: --puk-fd 3",
      "has no option '--puk-fd'" },
    { "a new PIN in the line", "token pin --key pcsc: --new-pin=47", "is only the beginning" },
    { "a PUK in the line", "token unblock --key pcsc: --puk 47", "is only the beginning" },
    { "a management key in the line", "token seal write --key pcsc: --management 0102 a",
      "is only the beginning" },
    { "tokens of a file", "token list a", "'token list' reads no file: 'a'" },
    { "a log that is on and off", "token log --on --off", "--on and --off exclude each other" },
    { "a log that is cleared and written", "token log --clear -o a",
      "--output and --clear exclude each other" },
    { "a certificate to nowhere", "token export --key pcsc:", "give -o FILE" },
    { "a seal to nowhere", "token seal view --key pcsc:", "give -o FILE" },
    { "two seals for a token", "token seal write --key pcsc: a b", "a token keeps one seal" },
    { "no seal for a token", "token seal write --key pcsc:", "no input file given" },
    { "nothing to decrypt", "token decrypt --key pcsc: -o b", "no input file given" },
    { "decryption to nowhere", "token decrypt --key pcsc: a", "give -o FILE" },
    { "decryption without a key", "token decrypt a -o b", "no key given" },
    { "a seal in a key that is a file", "sign --key p12:k --seal token --at p a -o b",
      "--seal ./token for a file" },
    { "a seal in no key", "sign --cert c --dry-run --seal token --at p a", "kept in the key" },
    { "a PIN kept without a unit", "sign --key k --pin-cache 30 a -o b", "30m, 1.5h or 2h" },
    { "a PIN kept for days", "sign --key k --pin-cache 3h a -o b", "does not fit" },
    { "a PIN kept for no time", "sign --key k --pin-cache 0m a -o b", "does not fit" },
    { "a wait with a tail", "sign --key k --wait-token 10ms a -o b", "does not fit" },
    { "a wait of a number beyond all", "sign --key k --wait-token 99999999999999999999h a -o b",
      "does not fit" },
    { "a folder into a folder", "ltv add -r --trust r d --out-dir o",
      "--recursive is of use with" },
    { "timestamps without a network, of files", "ltv add --tsa 1 --offline --trust r a -o b",
      "--offline and --tsa exclude each other" },
    { "a key is not needed to add", "ltv add --key k --trust r a -o b", "has no option '--key'" },
    { "text that is not UTF-8", "sign --key k --reason \xff -o b a", "--reason is not UTF-8" },
    { "zero jobs", "sign --key k -j0 a", "--jobs has a value that does not fit" },
    { "jobs without a number", "sign --key k -j x a", "does not fit" },
    { "a number with a tail", "sign --key k -j 4x a", "does not fit" },
    { "a number with a sign", "sign --key k -j +4 a", "does not fit" },
    { "a number beyond long", "sign --key k -j 99999999999999999999 a", "does not fit" },
    { "a word that is none of the words", "sign --key k --durability eac a", "does not fit" },
    { "no level of certification", "sign --key k --certify 4 a", "does not fit" },
    { "a digest that does not exist", "sign --key k --digest sha257 --in-place a", "sha257" },
    { "no input", "sign --key k -o b", "no input file given" },
    { "nothing to verify", "verify --trust r", "no input file given" },
    { "verify writes no PDF", "verify a -o b", "--output is of use with --extract-revision" },
    { "nor replaces one", "verify a --overwrite", "--overwrite is of use with --extract-revision" },
    { "a report is sent elsewhere", "verify a -o b", "> report" },
    { "a format twice over", "verify --json --format junit a",
      "--json and --format exclude each other" },
    { "a format that is none", "verify --format html a", "does not fit" },
    { "a level that is none", "verify --require-level B a", "does not fit" },
    { "no signature at all is no demand", "verify --require-signatures 0 a", "does not fit" },
    { "a revocation that is none", "verify --revocation maybe a", "does not fit" },
    { "a pattern that is not UTF-8", "verify --require-signer \xff a", "is not UTF-8" },
    { "an empty path to trust", "verify --trust= a", "--trust has an empty value" },
    { "revision zero", "verify --extract-revision 0 a -o b", "does not fit" },
    { "a revision without an output", "verify --extract-revision 1 a", "give -o FILE" },
    { "a revision of several", "verify --extract-revision 1 a b -o c", "one input, not several" },
    { "a revision and a verdict", "verify --extract-revision 1 --trust r a -o b",
      "--trust does not go with --extract-revision" },
    { "a revision and a report", "verify --extract-revision 1 --format junit a -o b",
      "--format does not go with --extract-revision" },
    { "a revision and JSON in one stream", "verify --extract-revision 1 --json a -o -",
      "both want standard output" },
    { "an option of sign", "verify --key k a", "'verify' has no option '--key'" },
    { "no key", "sign a -o b", "no key given" },
    { "a certificate alone can't sign", "sign --cert c a -o b", "no key given" },
    { "no output", "sign --key k a", "give exactly one of" },
    { "two outputs", "sign --key k a -o b --in-place",
      "--output and --in-place exclude each other" },
    { "one output for two inputs", "sign --key k a b -o c", "there are 2" },
    { "a suffix without a folder", "sign --key k a -o b --suffix x",
      "--suffix is of use with --out-dir" },
    { "JSON and a PDF in one stream", "sign --key k a -o - --json", "both want standard output" },
    { "two sources of a PIN", "sign --key k --pin-file a --pin-env B -o b a",
      "exclude each other" },
    { "prepare with an output", "sign --key k --prepare s a -o b", "exclude each other" },
    { "prepare of several", "sign --key k --prepare s a b", "--prepare takes one input" },
    { "finish with a key", "sign --finish s --cms c --key k -o b", "--key is settled" },
    { "finish with a reason", "sign --finish s --cms c --reason r -o b", "is settled" },
    { "finish without a value", "sign --finish s -o b", "--finish needs --signature FILE" },
    { "finish with two values", "sign --finish s --cms c --signature v -o b",
      "exclude each other" },
    { "finish of several", "sign --finish s --cms c --out-dir d a b", "--finish goes on with one" },
    { "finish without a name", "sign --finish s --cms c --out-dir d", "--finish needs -o FILE" },
    { "a signature value without finish", "sign --key k --cms c -o b a",
      "--cms is of use with --finish" },
    { "a new field without a name", "fields add a -o b", "no --name" },
    { "a place without a name", "fields add --at 1 --name x a -o b", "stands before the --name" },
    { "two places of one name", "fields add --name x --at 1 --at 2 a -o b", "given twice for 'x'" },
    { "--then at the beginning", "sign --then --key k a -o b", "before the options of a signer" },
    { "--then at the end", "sign --key k a -o b --then", "follow the last --then" },
    { "two --then without a signer between", "sign --key k --then --then --key l a -o b",
      "before the options of a signer" },
    { "an option of the job is none of a signer", "sign --key k --then -o b a",
      "follow the last --then" },
    { "a second signer without a key", "sign --key k --then --reason R a -o b", "no key given" },
    { "a second certification", "sign --key k --then --key l --certify 2 a -o b",
      "only the first signer can certify" },
    { "a digest of the second that does not exist",
      "sign --key k --then --key l --digest sha257 a -o b", "sha257" },
    { "a signer's option twice", "sign --key k --then --key l --key m a -o b", "given twice" },
    { "a job's option twice", "sign --key k -o b --then --key l -o c a",
      "--output is given twice" },
    { "prepare with several signers", "sign --key k --then --key l --prepare s a",
      "--prepare and --then exclude each other" },
    { "more signers than a job can have",
      "sign -ob a --key 1 --then --key 2 --then --key 3 --then --key 4 --then --key 5 --then --key "
      "6 "
      "--then --key 7 --then --key 8 --then --key 9 --then --key 10 --then --key 11 --then --key "
      "12 "
      "--then --key 13 --then --key 14 --then --key 15 --then --key 16 --then --key 17",
      "more than 16 signers" },
    { "two sources of the second PIN", "sign --key k --then --key l --pin-fd 3 --pin-env E a -o b",
      "exclude each other" },
    { "a size of no seal", "sign --key k --size 9x9 a -o b", "--size is of use with --seal" },
    { "a seal of another signer", "sign --key k --seal s --at 1@br --then --key l --plain a -o b",
      "--plain is of use with --seal" },
    { "a seam of no seal", "sign --key k --seam right a -o b", "give --seal FILE.png" },
    { "a mode of no seam", "sign --key k --seal s --seam-mode multi a -o b", "give --seam EDGE" },
    { "a colour of no date", "sign --key k --date-color red a -o b",
      "--date-color is of use with" },
    { "a size of no text", "sign --key k --text-size 9 --seal s a -o b", "give --text TEXT" },
    { "a font of nothing", "sign --key k --font F a -o b", "--font is of use with" },
    { "text that is too small", "sign --key k --text T --text-size 0.5 a -o b", "1-400" },
    { "text that is too large", "sign --key k --text T --text-size 400.1 a -o b", "does not fit" },
    { "a size with a unit", "sign --key k --text T --text-size 9pt a -o b", "does not fit" },
    { "a size with two points", "sign --key k --text T --text-size 9.5.1 a -o b", "does not fit" },
    { "a size that is a point", "sign --key k --text T --text-size . a -o b", "does not fit" },
    { "a preview with prepare", "sign --cert c --prepare s --preview d a", "exclude each other" },
    { "listing writes no file", "fields list a -o b", "no option '-o'" },
};

static void line_is_taken(void **state)
{
    const row *r = *state;
    CLI_OWN(cli_args_drop) cli_args args;
    pds_err e = { .offset = -1 };
    text got = { .len = 0 };
    pds_code code = read_line(r->line, &args, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    describe(&got, &args);
    assert_string_equal(got.bytes, r->want);
}

static void line_is_refused(void **state)
{
    const row *r = *state;
    CLI_OWN(cli_args_drop) cli_args args;
    pds_err e = { .offset = -1 };
    char all[1024];
    assert_int_equal(read_line(r->line, &args, &e), PDS_E_USAGE);
    (void)snprintf(all, sizeof all, "%s|%s|%s|%s", e.text, e.expected, e.found, e.hint);
    assert_null(strstr(all, "1234"));
    if (strstr(all, r->want) == NULL) {
        assert_string_equal(all, r->want);
    }
}

/* The table itself: nothing may be ambiguous within a verb. */
static void table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *a = &CLI_OPTIONS[i];
        assert_true(a->verbs != 0);
        assert_true((a->kind == CLI_FLAG || a->kind == CLI_NEXT) == (a->value == NULL));
        assert_true(a->kind != CLI_REAL || a->min < a->max);
        for (size_t k = 0; k < i; k++) {
            const cli_option *b = &CLI_OPTIONS[k];
            bool together = (a->verbs & b->verbs) != 0;
            assert_false(together && strcmp(a->name, b->name) == 0);
            assert_false(together && a->letter != 0 && a->letter == b->letter);
        }
    }
}

enum { TAKEN = sizeof taken / sizeof taken[0], REFUSED = sizeof refused / sizeof refused[0] };

int main(void)
{
    static struct CMUnitTest tests[TAKEN + REFUSED + 1];
    size_t n = 0;
    for (size_t i = 0; i < TAKEN; i++) {
        tests[n++] = (struct CMUnitTest){ taken[i].name, line_is_taken, NULL, NULL, &taken[i] };
    }
    for (size_t i = 0; i < REFUSED; i++) {
        tests[n++] =
            (struct CMUnitTest){ refused[i].name, line_is_refused, NULL, NULL, &refused[i] };
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(table_is_sound);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
