#include "cli/options.h"

#include "cli/i18n.h"

#include <limits.h>
#include <stddef.h>

#define JOB(member)    CLI_SCOPE_JOB, offsetof(cli_args, member)
#define SIGNER(member) CLI_SCOPE_SIGNER, offsetof(cli_signer, member)

/* clang-format off: a table is read in columns */
const cli_option CLI_OPTIONS[] = {
    { "key", 0, "URI", CLI_KEY, SIGNER(key), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("sign with this key: p12:FILE or file:FILE (PEM or DER)") },
    { "cert", 0, "FILE", CLI_FILE, SIGNER(cert), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("the key's certificate, where the key does not bring it") },
    { "chain", 0, "FILE", CLI_FILES, SIGNER(chains), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("certificates of issuers, a file or a folder; repeatable") },
    { "pin-file", 0, "FILE", CLI_FILE, SIGNER(pin_file), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("read the PIN or password from the first line of FILE") },
    { "pin-fd", 0, "N", CLI_NUMBER, SIGNER(pin_fd), CLI_IN_SIGN, CLI_GROUP_KEY, 0, INT_MAX,
      N_("read it from file descriptor N") },
    { "pin-env", 0, "NAME", CLI_TEXT, SIGNER(pin_env), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("take it from environment variable NAME") },
    { "pin-program", 0, "FILE", CLI_FILE, SIGNER(pin_program), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("run FILE and read it from the first line of its output") },
    { "allow-expired", 0, NULL, CLI_FLAG, SIGNER(allow_expired), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("sign although the certificate is out of its dates") },

    { "field", 0, "NAME", CLI_TEXT, SIGNER(field), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("field to sign: a full name, #N as listed by 'fields list', or auto (default): a new one "
         "if --at is given or none is empty, else the only empty one; a new name with --at makes "
         "that field") },
    { "at", 0, "PLACE", CLI_TEXT, SIGNER(place), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("where the signature is seen; without it, it is invisible") },
    { "digest", 0, "NAME", CLI_TEXT, SIGNER(digest), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("sha256, sha384 or sha512; by default sha256, but sha384 for P-384, sha512 for P-521 "
         "and Ed25519") },
    { "pss", 0, NULL, CLI_FLAG, SIGNER(pss), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("with an RSA key, sign by RSASSA-PSS instead of PKCS#1 v1.5") },
    { "certify", 0, "N", CLI_NUMBER, SIGNER(certify), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 1, 3,
      N_("certify the document; afterwards allow 1 nothing, 2 forms and signatures, 3 also "
         "notes") },
    { "lock", 0, "FIELDS", CLI_TEXT, SIGNER(lock), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("fields that the signature locks: all, include:A,B or exclude:A,B") },
    { "reason", 0, "TEXT", CLI_TEXT, SIGNER(reason), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("why it is signed") },
    { "location", 0, "TEXT", CLI_TEXT, SIGNER(location), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("where it is signed") },
    { "contact", 0, "TEXT", CLI_TEXT, SIGNER(contact), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("how to reach the signer") },
    { "name", 0, "TEXT", CLI_TEXT, SIGNER(name), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("the signer's name, if not the certificate's") },
    { "tz", 0, "ZONE", CLI_TEXT, JOB(zone), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("time zone of the signing time, such as Asia/Shanghai or +08:00") },

    { "name", 0, "NAME", CLI_NAMES, JOB(fields), CLI_IN_ADD, CLI_GROUP_SIGNATURE, 0, 0,
      N_("name of a new field; repeatable") },
    { "at", 0, "PLACE", CLI_BESIDE, JOB(fields), CLI_IN_ADD, CLI_GROUP_SIGNATURE, 0, 0,
      N_("where the field named before it is; without it, that field is invisible") },
    { "lock", 0, "FIELDS", CLI_TEXT, JOB(lock), CLI_IN_ADD, CLI_GROUP_SIGNATURE, 0, 0,
      N_("what a signature in any of the new fields locks: all, include:A,B or exclude:A,B") },

    { "password-file", 0, "FILE", CLI_FILE, JOB(password_file),
      CLI_IN_SIGN | CLI_IN_LIST | CLI_IN_ADD, CLI_GROUP_INPUT, 0, 0,
      N_("the password of encrypted inputs is the first line of FILE") },
    { "repair", 0, NULL, CLI_FLAG, JOB(repair), CLI_IN_SIGN | CLI_IN_ADD, CLI_GROUP_INPUT, 0, 0,
      N_("rewrite a damaged input that carries no signature first, and say what changed") },

    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("write the result of the one input to FILE; - is standard output") },
    { "out-dir", 0, "DIR", CLI_FOLDER, JOB(out_dir), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("write the results into DIR") },
    { "suffix", 0, "TEXT", CLI_TEXT, JOB(suffix), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("with --out-dir, put TEXT before .pdf in the names (default _signed, of fields add "
         "_fields)") },
    { "in-place", 0, NULL, CLI_FLAG, JOB(in_place), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("replace each input by its result") },
    { "overwrite", 0, NULL, CLI_FLAG, JOB(overwrite), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("replace an output that exists") },
    { "durability", 0, "batch|each|none", CLI_WORD, JOB(durability), CLI_IN_WRITERS,
      CLI_GROUP_OUTPUT, 0, 0,
      N_("when results are safe on the disk: at the end (default), one by one, or not our "
         "matter") },

    { "prepare", 0, "STATE", CLI_FILE, JOB(prepare), CLI_IN_SIGN, CLI_GROUP_TWO_STEPS, 0, 0,
      N_("write no result but the job to STATE, and print the digest to be signed elsewhere") },
    { "finish", 0, "STATE", CLI_FILE, JOB(finish), CLI_IN_FINISH, CLI_GROUP_TWO_STEPS, 0, 0,
      N_("go on with the job in STATE") },
    { "signature", 0, "FILE", CLI_FILE, JOB(signature), CLI_IN_FINISH, CLI_GROUP_TWO_STEPS, 0, 0,
      N_("with --finish: the signature value, raw or base64") },
    { "cms", 0, "FILE", CLI_FILE, JOB(cms), CLI_IN_FINISH, CLI_GROUP_TWO_STEPS, 0, 0,
      N_("with --finish: a whole CMS SignedData, DER, PEM or base64") },

    { "dry-run", 0, NULL, CLI_FLAG, JOB(dry_run), CLI_IN_SIGN, CLI_GROUP_RUNNING, 0, 0,
      N_("check everything, sign and write nothing") },
    { "jobs", 'j', "N", CLI_NUMBER, JOB(jobs), CLI_IN_SIGN, CLI_GROUP_RUNNING, 1, 256,
      N_("work on N files at once (default 1)") },
    { "json", 0, NULL, CLI_FLAG, JOB(json), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("write JSON Lines to standard output instead of messages") },
    { "quiet", 'q', NULL, CLI_FLAG, JOB(quiet), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("say nothing but errors") },
    { "progress", 0, "auto|always|never", CLI_WORD, JOB(progress), CLI_IN_WRITERS,
      CLI_GROUP_RUNNING, 0, 0,
      N_("show a progress bar: on a terminal after one second (default), always, or never") },
    { "help", 'h', NULL, CLI_FLAG, JOB(help), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("print this help") },
    { "version", 'V', NULL, CLI_FLAG, JOB(version), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("print the version") },
};
/* clang-format on */
const size_t CLI_OPTION_COUNT = sizeof CLI_OPTIONS / sizeof CLI_OPTIONS[0];
_Static_assert(sizeof CLI_OPTIONS / sizeof CLI_OPTIONS[0] <= 64, "cli_args.seen has 64 bits");

uint64_t cli_option_bit(const cli_option *row)
{
    return UINT64_C(1) << (row - CLI_OPTIONS);
}

bool cli_given(const cli_args *args, const char *name)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (strcmp(CLI_OPTIONS[i].name, name) == 0 && (args->seen >> i & 1) != 0) {
            return true;
        }
    }
    return false;
}

const char *cli_group_title(cli_group group)
{
    static const char *const titles[CLI_GROUP_COUNT] = {
        [CLI_GROUP_KEY] = N_("Key and certificate"),
        [CLI_GROUP_SIGNATURE] = N_("Signature and field"),
        [CLI_GROUP_INPUT] = N_("Input"),
        [CLI_GROUP_OUTPUT] = N_("Output (exactly one of -o, --out-dir, --in-place)"),
        [CLI_GROUP_TWO_STEPS] = N_("In two steps, for a key that answers later"),
        [CLI_GROUP_RUNNING] = N_("Running"),
    };
    return titles[group];
}
