#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <pds/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cli_verb {
    CLI_SIGN,
    CLI_VERIFY,
    CLI_FIELDS_LIST,
    CLI_FIELDS_ADD,
    CLI_SEAL_MAKE,
    CLI_SEAL_CLEAN,
    CLI_SEAL_STROKES,
    CLI_SEAL_INFO,
    CLI_TIMESTAMP,
    CLI_LTV_ADD,
    CLI_LTV_RENEW,
    CLI_TOKEN_LIST,
    CLI_TOKEN_SHOW,
    CLI_TOKEN_SEARCH,
    CLI_TOKEN_CONNECT,
    CLI_TOKEN_DISCONNECT,
    CLI_TOKEN_EXPORT,
    CLI_TOKEN_PIN,
    CLI_TOKEN_UNBLOCK,
    CLI_TOKEN_SEAL_VIEW,
    CLI_TOKEN_SEAL_WRITE,
    CLI_TOKEN_DECRYPT,
    CLI_TOKEN_LOG,
    CLI_VERB_COUNT
} cli_verb;

/* Where an option may stand: a bit for each verb, one for `sign --finish`, which goes on with a job
 * whose other options are settled, and one for `verify --extract-revision`, which verifies nothing.
 */
enum {
    CLI_IN_SIGN = 1 << CLI_SIGN,
    CLI_IN_VERIFY = 1 << CLI_VERIFY,
    CLI_IN_LIST = 1 << CLI_FIELDS_LIST,
    CLI_IN_ADD = 1 << CLI_FIELDS_ADD,
    CLI_IN_MAKE = 1 << CLI_SEAL_MAKE,
    CLI_IN_CLEAN = 1 << CLI_SEAL_CLEAN,
    CLI_IN_STROKES = 1 << CLI_SEAL_STROKES,
    CLI_IN_INFO = 1 << CLI_SEAL_INFO,
    CLI_IN_TIMESTAMP = 1 << CLI_TIMESTAMP,
    CLI_IN_LTV_ADD = 1 << CLI_LTV_ADD,
    CLI_IN_LTV_RENEW = 1 << CLI_LTV_RENEW,
    CLI_IN_TOKEN_LIST = 1 << CLI_TOKEN_LIST,
    CLI_IN_TOKEN_SHOW = 1 << CLI_TOKEN_SHOW,
    CLI_IN_TOKEN_SEARCH = 1 << CLI_TOKEN_SEARCH,
    CLI_IN_TOKEN_CONNECT = 1 << CLI_TOKEN_CONNECT,
    CLI_IN_TOKEN_DISCONNECT = 1 << CLI_TOKEN_DISCONNECT,
    CLI_IN_TOKEN_EXPORT = 1 << CLI_TOKEN_EXPORT,
    CLI_IN_TOKEN_PIN = 1 << CLI_TOKEN_PIN,
    CLI_IN_TOKEN_UNBLOCK = 1 << CLI_TOKEN_UNBLOCK,
    CLI_IN_TOKEN_SEAL_VIEW = 1 << CLI_TOKEN_SEAL_VIEW,
    CLI_IN_TOKEN_SEAL_WRITE = 1 << CLI_TOKEN_SEAL_WRITE,
    CLI_IN_TOKEN_DECRYPT = 1 << CLI_TOKEN_DECRYPT,
    CLI_IN_TOKEN_LOG = 1 << CLI_TOKEN_LOG,
    CLI_IN_FINISH = 1 << CLI_VERB_COUNT,
    CLI_IN_EXTRACT = 1 << (CLI_VERB_COUNT + 1),
    CLI_IN_VERIFIERS = CLI_IN_VERIFY | CLI_IN_EXTRACT,
    CLI_IN_AUGMENTERS = CLI_IN_TIMESTAMP | CLI_IN_LTV_ADD | CLI_IN_LTV_RENEW,
    CLI_IN_SIGNERS = CLI_IN_SIGN | CLI_IN_FINISH,
    CLI_IN_STAMPERS = CLI_IN_SIGNERS | CLI_IN_AUGMENTERS, /* ask timestamping authorities */
    CLI_IN_PROVERS = CLI_IN_STAMPERS & ~CLI_IN_TIMESTAMP, /* ask whether certificates are revoked */
    CLI_IN_WRITERS = CLI_IN_SIGNERS | CLI_IN_ADD | CLI_IN_AUGMENTERS,
    CLI_IN_DRAWERS = CLI_IN_MAKE | CLI_IN_CLEAN | CLI_IN_STROKES, /* write a picture */
    CLI_IN_TOKEN_SHOWS = CLI_IN_TOKEN_LIST | CLI_IN_TOKEN_SHOW,
    CLI_IN_TOKEN_NEW_PIN = CLI_IN_TOKEN_PIN | CLI_IN_TOKEN_UNBLOCK,
    CLI_IN_TOKEN_FILES = CLI_IN_TOKEN_EXPORT | CLI_IN_TOKEN_SEAL_VIEW | CLI_IN_TOKEN_DECRYPT |
                         CLI_IN_TOKEN_LOG, /* write what comes out of a token */
    CLI_IN_TOKEN_LINKS = CLI_IN_TOKEN_CONNECT | CLI_IN_TOKEN_DISCONNECT,
    CLI_IN_TOKENS = CLI_IN_TOKEN_SHOWS | CLI_IN_TOKEN_SEARCH | CLI_IN_TOKEN_LINKS |
                    CLI_IN_TOKEN_NEW_PIN | CLI_IN_TOKEN_FILES | CLI_IN_TOKEN_SEAL_WRITE,
    CLI_IN_KEY_USERS = CLI_IN_SIGN | CLI_IN_TOKEN_DECRYPT,
    /* open a token with its PIN */
    CLI_IN_PIN_USERS = CLI_IN_KEY_USERS | CLI_IN_TOKEN_PIN | CLI_IN_TOKEN_SEAL_WRITE,
    CLI_IN_READERS = CLI_IN_SIGN | (CLI_IN_TOKENS & ~CLI_IN_TOKEN_LOG), /* know aliases */
    CLI_IN_ALL = CLI_IN_WRITERS | CLI_IN_VERIFIERS | CLI_IN_LIST | CLI_IN_DRAWERS | CLI_IN_INFO |
                 CLI_IN_TOKENS
};

/* What follows an option, and the type of its slot. */
typedef enum cli_kind {
    CLI_FLAG,   /* nothing; bool */
    CLI_TEXT,   /* UTF-8; const char * */
    CLI_FILE,   /* a path; const char * */
    CLI_FOLDER, /* a path; const char * */
    CLI_KEY,    /* a key URI; const char * */
    CLI_NUMBER, /* from min to max; long */
    CLI_TIME,   /* a number and s, m or h, as 1.5h, from min to max seconds; long */
    CLI_REAL,   /* from min to max, decimals allowed; double, 0: not given */
    CLI_WORD,   /* one of the words of `value`; long, its place from 0 */
    CLI_FILES,  /* repeatable; cli_list */
    CLI_TEXTS,  /* repeatable; cli_list */
    CLI_NEXT,   /* --then: the next signer begins */
    CLI_NAMES,  /* repeatable, begins an item; cli_items */
    CLI_TSA,    /* begins a timestamping authority; const char * of it */
    CLI_BESIDE  /* at most once after each of those; the same cli_items */
} cli_kind;

/* Job options stand once; signer options belong to one signature, TSA options to the --tsa before
 * them. */
typedef enum cli_scope { CLI_SCOPE_JOB, CLI_SCOPE_SIGNER, CLI_SCOPE_TSA } cli_scope;

typedef enum cli_group {
    CLI_GROUP_KEY, /* values of these are never repeated in messages */
    CLI_GROUP_SIGNATURE,
    CLI_GROUP_LOOK,
    CLI_GROUP_SEAM,
    CLI_GROUP_LEVEL,
    CLI_GROUP_PICTURE,
    CLI_GROUP_TRUST,
    CLI_GROUP_DEMAND,
    CLI_GROUP_INPUT,
    CLI_GROUP_OUTPUT, /* of a verb that makes a PDF of a PDF */
    CLI_GROUP_FILE,   /* of one that makes a picture, or writes what a token holds */
    CLI_GROUP_LOG,
    CLI_GROUP_REPORT,
    CLI_GROUP_REVISION,
    CLI_GROUP_TWO_STEPS,
    CLI_GROUP_RUNNING,
    CLI_GROUP_COUNT
} cli_group;

/* One row makes an option: parser, help, man page and completions all read the table. */
typedef struct cli_option {
    const char *name;  /* without dashes */
    char letter;       /* 0: none */
    const char *value; /* as help shows it, or NULL; the words of a CLI_WORD, parted by '|' */
    cli_kind kind;
    cli_scope scope;
    size_t at; /* offset of the slot in cli_args, cli_signer or cli_tsa, by scope */
    unsigned verbs;
    cli_group group;
    long min, max;
    const char *help;
} cli_option;

enum { CLI_OPTIONS_MAX = 192 };

typedef struct cli_list {
    const char **items;
    size_t count;
} cli_list;

typedef struct cli_items {
    cli_list names, beside; /* of equal length; NULL where nothing was given beside a name */
} cli_items;

/* One who signs; all but a --pin-fd of -1 begins empty. */
typedef struct cli_signer {
    bool seen[CLI_OPTIONS_MAX]; /* the rows given for this one */
    const char *key, *cert;
    cli_list chains;
    const char *pin_file, *pin_env, *pin_program;
    long pin_fd; /* -1: none */
    const char *identity;
    bool allow_expired, force_last_try;
    const char *field, *digest, *lock;
    const char *reason, *location, *contact, *name;
    bool pss;
    long certify;
    /* what is seen of it */
    const char *seal, *size; /* seal "token": the one in the key */
    cli_list places;         /* the first is the signature's widget */
    const char *text, *show, *font, *text_color;
    double text_size;
    long text_place;      /* pds_text_place */
    bool vertical, plain; /* plain: not multiplied */
    cli_list dates;
    const char *date_format, *date_value, *date_color;
    double date_size;
    cli_list seams;
    long seam_mode; /* pds_seam_mode */
    bool allow_overlap;
} cli_signer;

/* A timestamping authority. */
typedef struct cli_tsa {
    bool seen[CLI_OPTIONS_MAX]; /* the rows given for this one */
    const char *url, *policy, *user, *password_file, *cert, *key, *key_password_file, *ca;
} cli_tsa;

enum { CLI_TSAS_MAX = 8 };

/* The level that is wanted, and who proves times. */
typedef struct cli_level {
    long level; /* place among the words of --level of the verb */
    cli_tsa tsas[CLI_TSAS_MAX];
    size_t tsa_count;
    const char *digest; /* of what is stamped */
    const char *grace, *expires_within;
    long timeout; /* seconds; 0: as usual */
    bool allow_lower;
} cli_level;

/* Who is trusted, and what else is known or asked about certificates. */
typedef struct cli_trust {
    cli_list anchors, chains, evidence;
    bool system, offline, prefer_crl;
    const char *cache;
} cli_trust;

/* What `seal make`, `seal clean` and `seal strokes` are told. */
typedef struct cli_picture {
    long kind; /* pds_seal_kind */
    const char *name, *label, *code, *font, *color, *size;
    long dpi;
    double threshold, pen;
    bool no_test_mark, keep_border;
} cli_picture;

/* Where secrets of a token are, and what the verbs of tokens are told. */
typedef struct cli_token {
    const char *new_pin_file, *new_pin_env, *puk_file, *puk_env, *management_file;
    long new_pin_fd, puk_fd; /* -1: none */
    const char *size, *alias;
    bool compact, der, on, off, clear, watch;
    long pin_cache, wait; /* seconds */
} cli_token;

/* In the order of --format. */
typedef enum cli_form {
    CLI_FORM_TEXT,
    CLI_FORM_JSON,
    CLI_FORM_JUNIT,
    CLI_FORM_SARIF,
    CLI_FORM_MARKDOWN,
    CLI_FORM_COUNT
} cli_form;

/* What `verify` is told. */
typedef struct cli_verify {
    cli_list signers;
    bool covers_all, expect_seam, verbose;
    const char *at_time, *policy, *expires_within;
    long revocation; /* pds_revocation_mode */
    long signatures, extract;
    long level; /* place among the words of --require-level */
    long form;  /* cli_form */
} cli_verify;

enum { CLI_PROGRESS_AUTO, CLI_PROGRESS_ALWAYS, CLI_PROGRESS_NEVER };

/* A whole command line. Texts are lent by argv. */
typedef struct cli_args {
    cli_verb verb; /* CLI_VERB_COUNT: none */
    cli_list inputs;
    bool seen[CLI_OPTIONS_MAX]; /* the rows of job options given */
    cli_signer signers[PDS_SIGNINGS_MAX];
    size_t signer_count; /* 1, and one more for each --then */
    cli_picture picture;
    cli_verify verify;
    cli_token token;
    cli_level level;
    cli_trust trust;
    cli_items fields; /* of `fields add`: names and places */
    const char *lock; /* of `fields add`, and its seams */
    cli_list seams;
    const char *seam_size;
    long seam_mode;
    const char *password_file, *zone, *preview, *config;
    bool repair, recursive;
    const char *output, *out_dir, *suffix; /* suffix NULL: the usual one of the verb */
    bool in_place, overwrite;
    long durability; /* pds_durability */
    const char *prepare, *finish, *signature, *cms;
    bool dry_run;
    long jobs, progress;
    bool json, quiet, help, version;
} cli_args;

extern const cli_option CLI_OPTIONS[];
extern const size_t CLI_OPTION_COUNT;

/* Was the option given, to whichever signer? The name must be in the table. */
bool cli_given(const cli_args *args, const char *name);
/* The same of one signer's, or one authority's. */
bool cli_seen(const bool seen[CLI_OPTIONS_MAX], const char *name);
/* May it be given more than once? */
bool cli_repeats(const cli_option *row);
const char *cli_group_title(cli_group group); /* a message id */

#ifdef __cplusplus
}
#endif
#endif
