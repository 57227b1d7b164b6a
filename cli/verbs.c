#include "cli/verbs.h"

#include "cli/i18n.h"

#include <string.h>

const cli_verb_row CLI_VERBS[CLI_VERB_COUNT] = {
    [CLI_SIGN] = {
        .words = { "sign" },
        .name = "sign",
        .synopsis = { "sign --key URI [OPTION]... [--then --key URI [OPTION]...]... INPUT... "
                      "(-o FILE | --out-dir DIR | --in-place)",
                      "sign --prepare STATE [--cert FILE] [OPTION]... INPUT",
                      "sign --finish STATE (--signature FILE | --cms FILE) [INPUT] -o FILE" },
        .summary = N_("sign PDF files (PAdES)"),
        .about = N_("Each input gets one more signature, or one of each signer, appended as "
                    "incremental updates: the bytes that were there stay as they are, and so do "
                    "earlier signatures. A result appears whole or not at all. The PIN or password "
                    "of a key is asked for on the terminal, once, unless an option says where it is; "
                    "it is never an argument. Options of the key, the signature, what is seen and "
                    "the seam belong to one signer, those of input, output and running to the call."),
        .examples = {
            { N_("Sign one file"), "pdfsign sign --key p12:me.p12 contract.pdf -o signed.pdf" },
            { N_("Put a seal and the date where the contract says so"),
              "pdfsign sign --key p12:me.p12 --seal seal.png --at 'text:\"乙方（盖章）\"' \\\n"
              "      --date @last a.pdf -o b.pdf" },
            { N_("Two parties: each seal on its line, a seam seal of the first over all pages"),
              "pdfsign sign a.pdf -o b.pdf --key p12:a.p12 --seal a.png \\\n"
              "      --at 'text:\"甲方（盖章）\"' --date @last --seam right \\\n"
              "      --then --key p12:b.p12 --seal b.png --at 'text:\"乙方（盖章）\"' --date @last" },
            { N_("Sign many files, two at once"),
              "pdfsign sign --key p12:me.p12 --pin-file pin -j 2 --out-dir done *.pdf" },
            { N_("Sign so that it can be proven when the certificates have ended"),
              "pdfsign sign --key p12:me.p12 --level lta --tsa https://tsa.example/ \\\n"
              "      --trust roots/ contract.pdf -o signed.pdf" },
            { N_("Sign the field that the other side left for it"),
              "pdfsign sign --key file:me.key --cert me.pem --field BuyerSignature a.pdf --in-place" },
            { N_("Let another machine make the signature value"),
              "pdfsign sign --cert me.pem --prepare job.state a.pdf" },
            { N_("... and go on when it is there"),
              "pdfsign sign --finish job.state --signature value.bin -o a_signed.pdf" },
        },
    },
    [CLI_VERIFY] = {
        .words = { "verify" },
        .name = "verify",
        .synopsis = { "verify [--trust PATH]... [OPTION]... INPUT...",
                      "verify --extract-revision N INPUT -o FILE" },
        .summary = N_("verify the signatures of PDF files"),
        .about = N_("Says of each input whether its signatures are valid: whether the bytes are those "
                    "that were signed, whether nothing was added that the signatures do not allow, "
                    "and whether certificates that you trust stand behind the signers. The verdict "
                    "comes first, then why. What cannot be confirmed, and a file without a "
                    "signature, is no success: see the exit status. Without --trust or "
                    "--trust-system nobody is trusted."),
        .examples = {
            { N_("Verify one file"), "pdfsign verify --trust root.pem contract.pdf" },
            { N_("All files below a folder, in a pipeline"),
              "pdfsign verify --trust roots/ --recursive contracts/ --format junit > report.xml" },
            { N_("Both parties have signed, and the last signature covers everything"),
              "pdfsign verify --trust roots/ --require-signer 张三 --require-signer 李四 \\\n"
              "      --require-covers-all contract.pdf" },
            { N_("As it was on a day, with evidence of that time"),
              "pdfsign verify --trust root.pem --evidence crls/ --at-time 2026-11-21 contract.pdf" },
            { N_("Why, by jq"),
              "pdfsign verify --json contract.pdf | jq -r '.signatures[].findings[].text'" },
            { N_("What the first signer saw"),
              "pdfsign verify --extract-revision 1 contract.pdf -o first.pdf" },
        },
    },
    [CLI_FIELDS_LIST] = {
        .words = { "fields", "list" },
        .name = "fields list",
        .synopsis = { "fields list [OPTION]... INPUT..." },
        .summary = N_("list the signature fields of PDF files"),
        .about = N_("Prints a table: number, full name, page, place (left, bottom, right, top in "
                    "points), state, what a signature there locks, and what the field demands of it."),
        .examples = {
            { N_("List the fields of one file"), "pdfsign fields list contract.pdf" },
            { N_("Names only, by jq"),
              "pdfsign fields list --json contract.pdf | jq -r '.fields[].name'" },
        },
    },
    [CLI_FIELDS_ADD] = {
        .words = { "fields", "add" },
        .name = "fields add",
        .synopsis = { "fields add (--name NAME [--at PLACE] | --seam EDGE[,KEY=VALUE]...)... "
                      "[OPTION]... INPUT... (-o FILE | --out-dir DIR | --in-place)" },
        .summary = N_("add empty signature fields"),
        .about = N_("Appends one incremental update with the new fields. Each --name begins a field "
                    "and an --at behind it says where it is seen. On a file that carries signatures "
                    "this is done only where those allow it."),
        .examples = {
            { N_("A field for each side on the last page"),
              "pdfsign fields add --name Seller --at z@bl+20mm,20mm:60mmx20mm \\\n"
              "      --name Buyer --at z@br+20mm,20mm:60mmx20mm a.pdf -o b.pdf" },
            { N_("Push-buttons for the seam seals of two parties, 42 mm wide"),
              "pdfsign fields add --seam right --seam right --size 42mmx42mm a.pdf -o b.pdf" },
        },
    },
    [CLI_SEAL_MAKE] = {
        .words = { "seal", "make" },
        .name = "seal make",
        .synopsis = { "seal make --name TEXT [OPTION]... -o FILE.png|FILE.svg|FILE.pdf" },
        .summary = N_("draw a test seal"),
        .about = N_("Draws a round, oval or square seal in its usual size, marked as a test seal "
                    "unless told otherwise."),
        .examples = {
            { N_("A company seal"), "pdfsign seal make --name 杭州示例科技有限公司 --code 3301000000001 -o seal.png" },
        },
    },
    [CLI_SEAL_CLEAN] = {
        .words = { "seal", "clean" },
        .name = "seal clean",
        .synopsis = { "seal clean [OPTION]... INPUT -o FILE.png" },
        .summary = N_("make a transparent picture of a photographed or scanned stamp or signature"),
        .about = N_("Removes the background, also where the light falls unevenly, keeps or sets the "
                    "colour of the ink, and trims the empty border."),
        .examples = {
            { N_("A scanned stamp"), "pdfsign seal clean scan.png --size 42mmx42mm -o seal.png" },
        },
    },
    [CLI_SEAL_STROKES] = {
        .words = { "seal", "strokes" },
        .name = "seal strokes",
        .synopsis = { "seal strokes [OPTION]... INPUT -o FILE.png|FILE.svg|FILE.pdf" },
        .summary = N_("draw a signature from the strokes of a hand"),
        .about = N_("Reads strokes as JSON (points with time and pressure) or an SVG path and draws "
                    "them as a smooth line whose width follows pressure and speed."),
        .examples = {
            { N_("Strokes that a web page recorded"), "pdfsign seal strokes strokes.json -o signature.png" },
        },
    },
    [CLI_SEAL_INFO] = {
        .words = { "seal", "info" },
        .name = "seal info",
        .synopsis = { "seal info [OPTION]... INPUT..." },
        .summary = N_("show size, resolution and colour of seal pictures"),
        .about = N_("Prints a table: pixels, dots per inch, printed size, kind, share that is drawn, and the "
                    "ink's colour."),
        .examples = {
            { N_("Check a picture before use"), "pdfsign seal info seal.png" },
        },
    },
    [CLI_TIMESTAMP] = {
        .words = { "timestamp" },
        .name = "timestamp",
        .synopsis = { "timestamp --tsa URL [OPTION]... INPUT... "
                      "(-o FILE | --out-dir DIR | --in-place)" },
        .summary = N_("prove when PDF files existed (document timestamp)"),
        .about = N_("Appends an incremental update with a timestamp of an authority over the whole "
                    "file as it is, signed or not. It says nothing about who signed, only that all "
                    "that is in the file was there at that time."),
        .examples = {
            { N_("Stamp one file"),
              "pdfsign timestamp --tsa https://tsa.example/ --trust tsa-root.pem a.pdf -o b.pdf" },
        },
    },
    [CLI_LTV_ADD] = {
        .words = { "ltv", "add" },
        .name = "ltv add",
        .synopsis = { "ltv add [--level lt|lta] [--tsa URL]... [--trust PATH]... [OPTION]... INPUT... "
                      "(-o FILE | --out-dir DIR | --in-place)" },
        .summary = N_("make signatures provable for long (B-LT, B-LTA)"),
        .about = N_("Brings the signatures of each input, whoever made them, to the level B-LT or "
                    "B-LTA. Appended is what a later check needs and the file lacks: certificates, "
                    "CRLs and OCSP responses, and timestamps that prove the time. The bytes that "
                    "are there stay as they are. A file is refused where a signature is broken, "
                    "its certificate revoked, or its signer nobody whom you trust; without --trust "
                    "or --trust-system nobody is trusted."),
        .examples = {
            { N_("A contract that came back signed"),
              "pdfsign ltv add --tsa https://tsa.example/ --trust roots/ contract.pdf -o kept.pdf" },
            { N_("Sign now, collect the evidence an hour later"),
              "pdfsign sign --level t --tsa https://tsa.example/ --key p12:me.p12 --out-dir done *.pdf\n"
              "  pdfsign ltv add --grace 1h --tsa https://tsa.example/ --trust roots/ --in-place done/*.pdf" },
        },
    },
    [CLI_LTV_RENEW] = {
        .words = { "ltv", "renew" },
        .name = "ltv renew",
        .synopsis = { "ltv renew --tsa URL [--expires-within TIME] [--trust PATH]... [OPTION]... "
                      "INPUT... (-o FILE | --out-dir DIR | --in-place)" },
        .summary = N_("keep archived files provable, before their timestamps end"),
        .about = N_("Appends to each input fresh evidence for its newest timestamp, and one more "
                    "document timestamp over all of it. Signatures stay provable for as long as "
                    "somebody does this in time, before the certificates of the last timestamp "
                    "end."),
        .examples = {
            { N_("Every month, for a whole archive"),
              "pdfsign ltv renew --expires-within 90d --tsa https://tsa.example/ --trust roots/ \\\n"
              "      --recursive --in-place archive/" },
        },
    },
    [CLI_TOKEN_LIST] = {
        .words = { "token", "list" },
        .name = "token list",
        .synopsis = { "token list [--key URI] [OPTION]...",
                      "token list --watch [--wait-token TIME] [OPTION]..." },
        .summary = N_("list tokens and cards that are plugged in, and their keys"),
        .about = N_("Prints of each token its reader or module, what is known of its PIN, and a table "
                    "of its keys: whose they are, whether they sign or decrypt, until when their "
                    "certificates hold, and the URI for --key. No PIN is asked for, so what a token "
                    "shows to its owner alone is not seen. What could not be asked is told on "
                    "standard error. With --watch prints a line for each token that is there, comes "
                    "or goes."),
        .examples = {
            { N_("What is plugged in"), "pdfsign token list" },
            { N_("What comes and goes"), "pdfsign token list --watch --wait-token 10m" },
            { N_("URIs of keys that sign, by jq"),
              "pdfsign token list --json | jq -r '.tokens[].keys[] | select(.kind != \"encryption\").uri'" },
        },
    },
    [CLI_TOKEN_SHOW] = {
        .words = { "token", "show" },
        .name = "token show",
        .synopsis = { "token show [--key URI] [OPTION]..." },
        .summary = N_("show everything that tokens tell of themselves and their keys"),
        .about = N_("As 'token list', with maker, model and serial number of each token, and subject, "
                    "issuer, serial number, fingerprint and dates of each certificate."),
        .examples = {
            { N_("All about one token"), "pdfsign token show --key pkcs11:token=me" },
        },
    },
    [CLI_TOKEN_SEARCH] = {
        .words = { "token", "search" },
        .name = "token search",
        .synopsis = { "token search [--wait-token TIME] [OPTION]..." },
        .summary = N_("look for readers, Bluetooth ones too, with and without a card"),
        .about = N_("Prints every reader that the system's card service knows, and what is in it. With "
                    "--wait-token it looks on for that long, so that one can be switched on "
                    "meanwhile; what was seen is told though it is gone again."),
        .examples = {
            { N_("Switch the reader on within half a minute"),
              "pdfsign token search --wait-token 30s" },
        },
    },
    [CLI_TOKEN_CONNECT] = {
        .words = { "token", "connect" },
        .name = "token connect",
        .synopsis = { "token connect --key pcsc:PATTERN [--alias NAME] [OPTION]..." },
        .summary = N_("power up the card in a reader, and give the reader a name"),
        .about = N_("Says what answers. With --alias the reader is pcsc:NAME from now on: a section "
                    "[reader NAME] of the file of settings is written or replaced, and all else in "
                    "it stays. Where the URI names a serial number, the alias means that card alone."),
        .examples = {
            { N_("Call a reader company"),
              "pdfsign token connect --key 'pcsc:*ACS*' --alias company" },
            { N_("Sign with it"), "pdfsign sign --key pcsc:company a.pdf -o b.pdf" },
        },
    },
    [CLI_TOKEN_DISCONNECT] = {
        .words = { "token", "disconnect" },
        .name = "token disconnect",
        .synopsis = { "token disconnect --key pcsc:NAME [OPTION]..." },
        .summary = N_("take the power from a card in a reader"),
        .about = N_("A card that this program or another one uses keeps it, and the call fails with "
                    "TOKEN_BUSY. The next use powers it up again."),
        .examples = {
            { N_("Let go of it"), "pdfsign token disconnect --key pcsc:company" },
        },
    },
    [CLI_TOKEN_EXPORT] = {
        .words = { "token", "export" },
        .name = "token export",
        .synopsis = { "token export --key URI [--identity PATTERN] [OPTION]... -o FILE" },
        .summary = N_("write a certificate of a token to a file"),
        .about = N_("Writes the certificate of the key that is meant, as PEM or DER. Keys themselves "
                    "never leave a token."),
        .examples = {
            { N_("The certificate of a key"), "pdfsign token export --key 'pcsc:slot=9c' -o me.pem" },
        },
    },
    [CLI_TOKEN_PIN] = {
        .words = { "token", "pin" },
        .name = "token pin",
        .synopsis = { "token pin --key URI [OPTION]..." },
        .summary = N_("change the PIN of a token"),
        .about = N_("Asks for the PIN and twice for the new one, unless options say where they are. "
                    "The PIN is tried once; what is left of its tries is told before and after."),
        .examples = {
            { N_("Change it, asked on the terminal"), "pdfsign token pin --key pkcs11:token=me" },
        },
    },
    [CLI_TOKEN_UNBLOCK] = {
        .words = { "token", "unblock" },
        .name = "token unblock",
        .synopsis = { "token unblock --key URI [OPTION]..." },
        .summary = N_("give a token whose PIN is blocked a new one, by its PUK"),
        .about = N_("Asks for the PUK, or the security officer's PIN, and twice for the new PIN, "
                    "unless options say where they are. A PUK has few tries, too, and a token whose "
                    "PUK is blocked is lost."),
        .examples = {
            { N_("Unblock a card"), "pdfsign token unblock --key pcsc:" },
        },
    },
    [CLI_TOKEN_SEAL_VIEW] = {
        .words = { "token", "seal", "view" },
        .name = "token seal view",
        .synopsis = { "token seal view --key URI [OPTION]... -o FILE.png" },
        .summary = N_("read the picture of the seal that is kept in a token"),
        .about = N_("Writes the picture as a PNG with its printed size. 'sign --seal token' puts it "
                    "into documents without a file."),
        .examples = {
            { N_("Look at it"), "pdfsign token seal view --key pkcs11:token=me -o seal.png" },
        },
    },
    [CLI_TOKEN_SEAL_WRITE] = {
        .words = { "token", "seal", "write" },
        .name = "token seal write",
        .synopsis = { "token seal write --key URI [--size WxH] [--compact] [OPTION]... INPUT" },
        .summary = N_("keep the picture of a seal in a token"),
        .about = N_("Writes the PNG with its printed size into the token, in place of one that is "
                    "there. Asks for the PIN, and for a PIV card's management key, unless options "
                    "say where they are."),
        .examples = {
            { N_("A company's seal in its key"),
              "pdfsign token seal write --key pkcs11:token=company --size 42mmx42mm seal.png" },
        },
    },
    [CLI_TOKEN_DECRYPT] = {
        .words = { "token", "decrypt" },
        .name = "token decrypt",
        .synopsis = { "token decrypt --key URI [OPTION]... INPUT -o FILE" },
        .summary = N_("decrypt what was encrypted for a certificate (CMS)"),
        .about = N_("Reads a CMS EnvelopedData or AuthEnvelopedData, as DER, BER, PEM or base64, for "
                    "which the key is a recipient's, and writes its content. The key may be one of a "
                    "token, or p12: and file: as for 'sign'."),
        .examples = {
            { N_("A file that was encrypted for a card"),
              "pdfsign token decrypt --key 'pcsc:slot=9d' letter.p7m -o letter.pdf" },
        },
    },
    [CLI_TOKEN_LOG] = {
        .words = { "token", "log" },
        .name = "token log",
        .synopsis = { "token log [-o FILE] [OPTION]...", "token log --on|--off|--clear [OPTION]..." },
        .summary = N_("read, begin or end the log of what was done with tokens"),
        .about = N_("Without --on, --off or --clear writes the log, an object of JSON a line, to "
                    "standard output or FILE. It is kept for its owner alone, in "
                    "$XDG_STATE_HOME/pdfsign or ~/.local/state/pdfsign, while it is switched on, and "
                    "holds no PIN and no document's name."),
        .examples = {
            { N_("Begin"), "pdfsign token log --on" },
            { N_("What went wrong, by jq"), "pdfsign token log | jq 'select(.result != \"OK\")'" },
        },
    },
};

bool cli_same_words(const cli_verb_row *row, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (row->words[i] == NULL || strcmp(row->words[i], words[i]) != 0) {
            return false;
        }
    }
    return true;
}

const cli_example CLI_EXAMPLES[CLI_EXAMPLES_MAX] = {
    { N_("Sign one file"), "pdfsign sign --key p12:me.p12 contract.pdf -o signed.pdf" },
    { N_("Sign many files, two at once"),
      "pdfsign sign --key p12:me.p12 --pin-file pin -j 2 --out-dir done *.pdf" },
    { N_("Put a seal and the date where the contract says so"),
      "pdfsign sign --key p12:me.p12 --seal seal.png --at 'text:\"乙方（盖章）\"' \\\n"
      "      --date @last contract.pdf -o signed.pdf" },
    { N_("Sign so that it can be proven when the certificates have ended"),
      "pdfsign sign --key p12:me.p12 --level lta --tsa https://tsa.example/ \\\n"
      "      --trust roots/ contract.pdf -o signed.pdf" },
    { N_("Sign with a key that is plugged in"),
      "pdfsign sign --key pkcs11:token=me contract.pdf -o signed.pdf" },
    { N_("See which fields wait for a signature"), "pdfsign fields list contract.pdf" },
    { N_("Verify what came back"), "pdfsign verify --trust root.pem signed.pdf" },
};

static const cli_note PLACES[] = {
    { "PAGE/X1,Y1,X2,Y2", N_("two corners, from the lower left of the page as it is shown") },
    { "PAGE@CORNER[+DX,DY][:WxH]",
      N_("in a corner of the page (tl, tr, bl, br) or its centre (c), moved inwards by DX,DY") },
    { "text:\"...\"[#WHICH][@SIDE][+DX,DY][:WxH]",
      N_("by these words on the pages: WHICH of them first (default), last, all or a number, in "
         "page, then reading order; SIDE over (default: the centres coincide), right, left, above "
         "or below them, moved right and up by DX,DY; \\\" and \\\\ within the quotes") },
    { "field:NAME",
      N_("where the field NAME is: as the first place the field to sign, as a further one a "
         "push-button that shows the seal") },
    { "PAGE", N_("N from the first page, rN from the last, z the last") },
    { "WxH", N_("width and height; with a seal or a date they may be left out") },
    { "X, Y, DX, DY, W, H", N_("a bare number is points; or with mm, cm, in") },
    { NULL, NULL },
};

static const cli_note SEAMS[] = {
    { "EDGE", N_("right, left, top or bottom of the page as it is shown") },
    { "at=PLACE", N_("where the seal's middle lies, from the left or lower end of the edge: 50%, "
                     "120mm or 50%-45mm (default 50%; beside a seam that stands there)") },
    { "pages=RANGE",
      N_("which pages, such as 1,3-5 or 1-z:odd; r1 or z is the last (default all)") },
    { "max=N", N_("pages that share one seal, 2 to 500 (default 20)") },
    { "first=PERCENT", N_("share of the first page of each group (default: as the others)") },
    { "facing=yes|no", N_("even pages on the opposite edge, for two-sided print (default no)") },
    { "opacity=SHARE", N_("above 0, up to 1 (default 1)") },
    { "single=error|skip", N_("a page that none joins is refused (default) or left out") },
    { NULL, NULL },
};

const cli_value_notes CLI_VALUES[CLI_VALUE_COUNT] = {
    { "PLACE", N_("Places (PLACE)"), PLACES },
    { "EDGE[,KEY=VALUE]...", N_("Seams (EDGE[,KEY=VALUE]...)"), SEAMS },
};

const cli_note CLI_EXITS[] = {
    { "0", N_("done; verify: every signature is valid") },
    { "1", N_("verify: a signature is invalid") },
    { "2", N_("wrong usage") },
    { "3", N_("several inputs: some failed") },
    { "4", N_("several inputs: all failed") },
    { "5", N_("input unreadable or not a sound PDF") },
    { "6", N_("verify: a signature cannot be confirmed") },
    { "7", N_("verify: no signature, or a demand is not met") },
    { "8", N_("key or PIN; certificate does not fit or is out of its dates") },
    { "9", N_("network: timestamps or evidence are not to be had, also where a lower level was "
              "written") },
    { "10", N_("refused: the file, a lock, or a place does not allow it") },
    { "11", N_("output could not be written") },
    { "12", N_("out of memory, a limit, an internal error") },
    { "129, 130, 131, 143", N_("interrupted, nothing half done") },
    { NULL, NULL },
};

const cli_note CLI_ENVIRONMENT[] = {
    { "LANGUAGE, LC_ALL, LC_MESSAGES, LANG", N_("language of messages: English or Chinese") },
    { "TZ", N_("time zone of the signing time, and of the times that verify prints, unless --tz is "
               "given") },
    { "SOURCE_DATE_EPOCH", N_("seconds since 1970 to be taken as the signing time, in UTC; a key "
                              "with deterministic signatures then gives the same bytes again") },
    { "TMPDIR", N_("folder for files without a name: what comes or goes through pipes, repaired "
                   "inputs, previews (default /tmp)") },
    { "TERM", N_("with the value dumb, no progress bar and no colours") },
    { "NO_COLOR", N_("with any value, no colours") },
    { "http_proxy, https_proxy, all_proxy, no_proxy",
      N_("proxies of timestamping authorities and of services that certificates name, as curl "
         "reads them") },
    { "PDFSIGN_ALLOW_PRIVATE_HOSTS",
      N_("with the value 1, services that certificates name are asked also where they are on this "
         "machine or in private networks; those given by --tsa always are") },
    { NULL, NULL },
};
