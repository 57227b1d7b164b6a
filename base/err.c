#include "base/err.h"

#include <libintl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct code_row {
    const char *name;
    int exit;
    const char *hint; /* what mostly helps, NULL: depends */
} code_row;

/* docs/cli.md, "Output and exit codes" */
enum {
    EXIT_USAGE = 2,
    EXIT_INPUT = 5,
    EXIT_KEY = 8,
    EXIT_NETWORK = 9,
    EXIT_REFUSED = 10,
    EXIT_OUTPUT = 11,
    EXIT_LIMIT = 12,
    EXIT_INTERRUPTED = 130,
};

/* clang-format off */
static const code_row CODES[] = {
    [PDS_OK] = { "OK", 0, NULL },
    [PDS_E_USAGE] = { "USAGE", EXIT_USAGE, NULL },
    [PDS_E_INPUT_UNREADABLE] = { "INPUT_UNREADABLE", EXIT_INPUT, NULL },
    [PDS_E_INPUT_CHANGED] = { "INPUT_CHANGED", EXIT_INPUT,
        N_("try again when no other program writes to the file") },
    [PDS_E_NOT_PDF] = { "NOT_PDF", EXIT_INPUT, NULL },
    [PDS_E_PDF_DAMAGED] = { "PDF_DAMAGED", EXIT_INPUT,
        N_("--repair can rewrite a damaged file that carries no signature") },
    [PDS_E_PDF_LIMIT] = { "PDF_LIMIT", EXIT_INPUT, NULL },
    [PDS_E_PDF_UNSUPPORTED] = { "PDF_UNSUPPORTED", EXIT_INPUT, NULL },
    [PDS_E_PASSWORD_NEEDED] = { "PASSWORD_NEEDED", EXIT_INPUT,
        N_("give the password of the file with --password-file") },
    [PDS_E_PASSWORD_WRONG] = { "PASSWORD_WRONG", EXIT_INPUT, NULL },
    [PDS_E_KEY_UNREADABLE] = { "KEY_UNREADABLE", EXIT_KEY, NULL },
    [PDS_E_KEY_UNSUPPORTED] = { "KEY_UNSUPPORTED", EXIT_KEY, NULL },
    [PDS_E_KEY_WEAK] = { "KEY_WEAK", EXIT_KEY,
        N_("use RSA of 2048 bits or more, an elliptic curve key, and SHA-256 or longer") },
    [PDS_E_KEY_AMBIGUOUS] = { "KEY_AMBIGUOUS", EXIT_KEY,
        N_("choose the key by its certificate, with --cert") },
    [PDS_E_KEY_FAILED] = { "KEY_FAILED", EXIT_KEY, NULL },
    [PDS_E_KEY_MISMATCH] = { "KEY_MISMATCH", EXIT_KEY,
        N_("give the certificate that was issued for this key with --cert") },
    [PDS_E_PIN_NEEDED] = { "PIN_NEEDED", EXIT_KEY,
        N_("use --pin-file, --pin-fd or --pin-env, or run on a terminal") },
    [PDS_E_PIN_WRONG] = { "PIN_WRONG", EXIT_KEY, NULL },
    [PDS_E_PIN_LAST_TRY] = { "PIN_LAST_TRY", EXIT_KEY,
        N_("take it with --force-last-try, or unblock first with `pdfsign token unblock`") },
    [PDS_E_PIN_LOCKED] = { "PIN_LOCKED", EXIT_KEY,
        N_("`pdfsign token unblock` sets a new PIN with the PUK") },
    [PDS_E_PIN_REFUSED] = { "PIN_REFUSED", EXIT_KEY, NULL },
    [PDS_E_TOKEN_MISSING] = { "TOKEN_MISSING", EXIT_KEY,
        N_("plug it in; `pdfsign token list` shows what is there, --wait-token waits for it") },
    [PDS_E_TOKEN_AMBIGUOUS] = { "TOKEN_AMBIGUOUS", EXIT_KEY,
        N_("name one by its URI, as in `pdfsign token list`") },
    [PDS_E_TOKEN_REMOVED] = { "TOKEN_REMOVED", EXIT_KEY,
        N_("plug it in again; --wait-token goes on by itself") },
    [PDS_E_TOKEN_RESET] = { "TOKEN_RESET", EXIT_KEY,
        N_("another program uses the card; close it") },
    [PDS_E_TOKEN_BUSY] = { "TOKEN_BUSY", EXIT_KEY,
        N_("close the other program") },
    [PDS_E_TOKEN_HUNG] = { "TOKEN_HUNG", EXIT_KEY,
        N_("pull it out and plug it in again") },
    [PDS_E_TOKEN_FAILED] = { "TOKEN_FAILED", EXIT_KEY, NULL },
    [PDS_E_TOKEN_FULL] = { "TOKEN_FULL", EXIT_KEY,
        N_("a smaller or compact picture may fit: --compact") },
    [PDS_E_SEAL_MISSING] = { "SEAL_MISSING", EXIT_KEY,
        N_("`pdfsign token seal write` puts one there") },
    [PDS_E_SEAL_DAMAGED] = { "SEAL_DAMAGED", EXIT_KEY,
        N_("write it again with `pdfsign token seal write`") },
    [PDS_E_NOT_FOR_KEY] = { "NOT_FOR_KEY", EXIT_KEY, NULL },
    [PDS_E_CMS_UNREADABLE] = { "CMS_UNREADABLE", EXIT_INPUT, NULL },
    [PDS_E_CERT_MISSING] = { "CERT_MISSING", EXIT_KEY,
        N_("give the certificate of the key with --cert") },
    [PDS_E_CERT_UNREADABLE] = { "CERT_UNREADABLE", EXIT_KEY, NULL },
    [PDS_E_CERT_EXPIRED] = { "CERT_EXPIRED", EXIT_KEY,
        N_("renew the certificate, or sign all the same with --allow-expired") },
    [PDS_E_CERT_NOT_YET_VALID] = { "CERT_NOT_YET_VALID", EXIT_KEY,
        N_("check the clock of this machine") },
    [PDS_E_CERT_USAGE] = { "CERT_USAGE", EXIT_KEY, NULL },
    [PDS_E_SIGNATURE_WRONG] = { "SIGNATURE_WRONG", EXIT_KEY,
        N_("check that the certificate belongs to the key") },
    [PDS_E_FIELD_UNKNOWN] = { "FIELD_UNKNOWN", EXIT_REFUSED,
        N_("`pdfsign fields list` shows the signature fields of a file") },
    [PDS_E_FIELD_AMBIGUOUS] = { "FIELD_AMBIGUOUS", EXIT_USAGE,
        N_("choose one with --field NAME or --field '#N'") },
    [PDS_E_FIELD_SIGNED] = { "FIELD_SIGNED", EXIT_REFUSED, NULL },
    [PDS_E_FIELD_EXISTS] = { "FIELD_EXISTS", EXIT_REFUSED, NULL },
    [PDS_E_DOCMDP_FORBIDS] = { "DOCMDP_FORBIDS", EXIT_REFUSED, NULL },
    [PDS_E_FIELDMDP_FORBIDS] = { "FIELDMDP_FORBIDS", EXIT_REFUSED, NULL },
    [PDS_E_SEED_VALUE_FORBIDS] = { "SEED_VALUE_FORBIDS", EXIT_REFUSED, NULL },
    [PDS_E_PLACE_REFUSED] = { "PLACE_REFUSED", EXIT_REFUSED, NULL },
    [PDS_E_PLACE_TAKEN] = { "PLACE_TAKEN", EXIT_REFUSED,
        N_("choose another place, or allow it with --allow-overlap") },
    [PDS_E_TEXT_NOT_FOUND] = { "TEXT_NOT_FOUND", EXIT_REFUSED, NULL },
    [PDS_E_SEAM_REFUSED] = { "SEAM_REFUSED", EXIT_REFUSED, NULL },
    [PDS_E_PICTURE_UNREADABLE] = { "PICTURE_UNREADABLE", EXIT_INPUT, NULL },
    [PDS_E_PICTURE_UNSUPPORTED] = { "PICTURE_UNSUPPORTED", EXIT_INPUT,
        N_("save the picture as an RGB or grey PNG") },
    [PDS_E_PICTURE_LIMIT] = { "PICTURE_LIMIT", EXIT_INPUT, N_("use a smaller picture") },
    [PDS_E_FONT_UNREADABLE] = { "FONT_UNREADABLE", EXIT_INPUT,
        N_("name an installed font (`fc-list`) or a font file") },
    [PDS_E_GLYPH_MISSING] = { "GLYPH_MISSING", EXIT_REFUSED, NULL },
    [PDS_E_READER_FAILED] = { "READER_FAILED", EXIT_INPUT, NULL },
    [PDS_E_LIBRARY_MISSING] = { "LIBRARY_MISSING", EXIT_LIMIT, NULL },
    [PDS_E_XFA_DYNAMIC] = { "XFA_DYNAMIC", EXIT_REFUSED,
        N_("print the form to a PDF with fixed pages and sign that") },
    [PDS_E_REPAIR_REFUSED] = { "REPAIR_REFUSED", EXIT_REFUSED, NULL },
    [PDS_E_REPAIR_FAILED] = { "REPAIR_FAILED", EXIT_INPUT, NULL },
    [PDS_E_STATE_MISMATCH] = { "STATE_MISMATCH", EXIT_REFUSED, N_("prepare the file anew") },
    [PDS_E_CERT_REVOKED] = { "CERT_REVOKED", EXIT_KEY, NULL },
    [PDS_E_EVIDENCE_MISSING] = { "EVIDENCE_MISSING", EXIT_NETWORK, NULL },
    [PDS_E_NOT_SIGNED] = { "NOT_SIGNED", EXIT_REFUSED,
        N_("`pdfsign timestamp` proves when a file existed, signed or not") },
    [PDS_E_SIGNATURE_INVALID] = { "SIGNATURE_INVALID", EXIT_REFUSED,
        N_("`pdfsign verify` tells what is wrong with it") },
    [PDS_E_TIMESTAMP_FAILED] = { "TIMESTAMP_FAILED", EXIT_NETWORK,
        N_("check --tsa, --tsa-user and --trust, try again later, or name another authority "
           "with --tsa") },
    [PDS_E_OUTPUT_EXISTS] = { "OUTPUT_EXISTS", EXIT_OUTPUT,
        N_("choose another name, or replace it with --overwrite") },
    [PDS_E_OUTPUT_REFUSED] = { "OUTPUT_REFUSED", EXIT_OUTPUT, NULL },
    [PDS_E_OUTPUT_FAILED] = { "OUTPUT_FAILED", EXIT_OUTPUT, NULL },
    [PDS_E_NO_MEMORY] = { "NO_MEMORY", EXIT_LIMIT, NULL },
    [PDS_E_LIMIT] = { "LIMIT", EXIT_LIMIT, NULL },
    [PDS_E_INTERNAL] = { "INTERNAL", EXIT_LIMIT, N_("please report this as a bug") },
    [PDS_E_INTERRUPTED] = { "INTERRUPTED", EXIT_INTERRUPTED, NULL },
};
/* clang-format on */

_Static_assert(sizeof CODES / sizeof CODES[0] == PDS_CODE_COUNT, "a code without its row");

static const code_row *row_of(pds_code code)
{
    bool known = (unsigned)code < PDS_CODE_COUNT && CODES[code].name != NULL;
    return &CODES[known ? code : PDS_E_INTERNAL];
}

const char *pds_code_name(pds_code code)
{
    return row_of(code)->name;
}

int pds_code_exit(pds_code code)
{
    return row_of(code)->exit;
}

const char *pds_translated(const char *id)
{
    return *id == '\0' ? "" : dgettext("pdfsign", id); /* "" would be the catalogue's header */
}

/* Takes back the beginning of a character whose end did not fit. */
static void cut_at_character(char *text, size_t room)
{
    size_t len = strlen(text);
    size_t lead = len;
    if (len + 1 < room) {
        return; /* nothing was cut */
    }
    while (lead > 0 && len - lead < 3 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80) {
        lead--;
    }
    if (lead > 0 && (unsigned char)text[lead - 1] >= 0xC0) {
        unsigned char first = (unsigned char)text[lead - 1];
        size_t want = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        text[len - lead + 1 < want ? lead - 1 : len] = '\0';
    }
}

/* A message is one line and must not steer a terminal: what a hostile file put into it shows as
 * '?'. */
static void tame(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        bool c1 = (unsigned char)c[0] == 0xC2 && (unsigned char)c[1] >= 0x80 &&
                  (unsigned char)c[1] < 0xA0; /* U+0080 to U+009F */
        if ((unsigned char)*c < 0x20 || *c == 0x7F) {
            *c = '?';
        } else if (c1) {
            c[0] = '?';
            c[1] = '?';
        }
    }
}

static void set(char *to, size_t room, const char *text)
{
    (void)snprintf(to, room, "%s", text);
    cut_at_character(to, room);
    tame(to);
}

static void set_default_hint(pds_err *e)
{
    const char *hint = row_of(e->code)->hint;
    if (hint != NULL) {
        set(e->hint, sizeof e->hint, pds_translated(hint));
    }
}

pds_code pds_fail(pds_err *e, pds_code code, const char *where, const char *fmt, ...)
{
    va_list args;
    if (e == NULL) {
        return code;
    }
    char text[sizeof e->text]; /* an argument may lie in *e */
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, pds_translated(fmt), args);
    va_end(args);
    *e = (pds_err){ .code = code, .where = where, .offset = -1 };
    cut_at_character(text, sizeof text);
    tame(text);
    memcpy(e->text, text, sizeof text);
    set_default_hint(e);
    return code;
}

static bool may_add(pds_code code, const pds_err *e)
{
    return code != PDS_OK && e != NULL;
}

pds_code pds_err_at(pds_code code, pds_err *e, int64_t offset)
{
    if (may_add(code, e) && e->offset < 0) {
        e->offset = offset;
    }
    return code;
}

pds_code pds_err_object(pds_code code, pds_err *e, uint32_t object)
{
    if (may_add(code, e) && e->object == 0) {
        e->object = object;
    }
    return code;
}

pds_code pds_err_page(pds_code code, pds_err *e, uint32_t page)
{
    if (may_add(code, e) && e->page == 0) {
        e->page = page;
    }
    return code;
}

pds_code pds_err_signer(pds_code code, pds_err *e, uint32_t signer)
{
    if (may_add(code, e) && e->signer == 0) {
        e->signer = signer;
    }
    return code;
}

pds_code pds_err_key(pds_code code, pds_err *e, const char *label)
{
    if (may_add(code, e) && e->key[0] == '\0') {
        (void)snprintf(e->key, sizeof e->key, "%s", label);
        cut_at_character(e->key, sizeof e->key);
    }
    return code;
}

pds_code pds_err_file(pds_code code, pds_err *e, const char *path)
{
    if (may_add(code, e) && e->file[0] == '\0' && path != NULL) {
        (void)snprintf(e->file, sizeof e->file, "%s", path); /* as it is: scripts look it up */
        cut_at_character(e->file, sizeof e->file);
    }
    return code;
}

pds_code pds_err_field(pds_code code, pds_err *e, const char *field)
{
    if (may_add(code, e) && e->field[0] == '\0' && field != NULL) {
        set(e->field, sizeof e->field, field);
    }
    return code;
}

pds_code pds_err_expected(pds_code code, pds_err *e, const char *expected, const char *found)
{
    if (may_add(code, e) && e->expected[0] == '\0' && e->found[0] == '\0') {
        set(e->expected, sizeof e->expected, expected == NULL ? "" : pds_translated(expected));
        set(e->found, sizeof e->found, found == NULL ? "" : found);
    }
    return code;
}

/* Unlike the others this replaces a hint, if it is only the one that the code brought along. */
pds_code pds_err_pass(pds_code code, pds_err *e, const pds_err *why)
{
    if (code != PDS_OK && e != NULL) {
        *e = *why;
    }
    return code;
}

pds_code pds_err_hint(pds_code code, pds_err *e, const char *hint)
{
    if (!may_add(code, e) || hint == NULL) {
        return code;
    }
    const char *usual = row_of(e->code)->hint;
    if (e->hint[0] == '\0' || (usual != NULL && strcmp(e->hint, pds_translated(usual)) == 0)) {
        set(e->hint, sizeof e->hint, pds_translated(hint));
    }
    return code;
}

/* strerror() would turn a translation into "????" where the locale's characters are ASCII. */
const char *pds_errno_text(int number)
{
    static _Thread_local char room[32];
    const char *text = strerrordesc_np(number);
    if (text == NULL) {
        (void)snprintf(room, sizeof room, "error %d", number);
        text = room;
    }
    return text;
}
