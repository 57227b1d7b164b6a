#include "cli/options.h"

#include "cli/i18n.h"

#include <limits.h>
#include <stddef.h>

#define JOB(member)    CLI_SCOPE_JOB, offsetof(cli_args, member)
#define SIGNER(member) CLI_SCOPE_SIGNER, offsetof(cli_signer, member)
#define TSA(member)    CLI_SCOPE_TSA, offsetof(cli_tsa, member)

/* clang-format off: a table is read in columns */
const cli_option CLI_OPTIONS[] = {
    { "key", 0, "URI", CLI_KEY, SIGNER(key), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("sign with this key: p12:FILE or file:FILE (PEM or DER); or one in a token: pkcs11:... or "
         "pcsc:..., as 'token list' shows them") },
    { "key", 0, "URI", CLI_KEY, SIGNER(key), CLI_IN_TOKEN_SHOWS, CLI_GROUP_KEY, 0, 0,
      N_("only tokens and keys that fit: pkcs11: or pcsc:, with more behind it or not") },
    { "key", 0, "URI", CLI_KEY, SIGNER(key), CLI_IN_TOKEN_LINKS, CLI_GROUP_KEY, 0, 0,
      N_("the reader: pcsc:PATTERN (with *, ?) or pcsc:ALIAS") },
    { "key", 0, "URI", CLI_KEY, SIGNER(key), CLI_IN_TOKEN_DECRYPT, CLI_GROUP_KEY, 0, 0,
      N_("the key to decrypt with: pkcs11:... or pcsc:..., as 'token list' shows it, p12:FILE or "
         "file:FILE") },
    { "key", 0, "URI", CLI_KEY, SIGNER(key),
      CLI_IN_TOKEN_EXPORT | CLI_IN_TOKEN_NEW_PIN | CLI_IN_TOKEN_SEAL_VIEW | CLI_IN_TOKEN_SEAL_WRITE,
      CLI_GROUP_KEY, 0, 0,
      N_("the token, or a key in it: pkcs11:... or pcsc:..., as 'token list' shows them") },
    { "identity", 0, "PATTERN", CLI_TEXT, SIGNER(identity), CLI_IN_KEY_USERS | CLI_IN_TOKEN_EXPORT,
      CLI_GROUP_KEY, 0, 0,
      N_("of several keys in a token, the one whose certificate's name, subject, serial number or "
         "fingerprint fits PATTERN (with *, ?)") },
    { "cert", 0, "FILE", CLI_FILE, SIGNER(cert), CLI_IN_KEY_USERS, CLI_GROUP_KEY, 0, 0,
      N_("the key's certificate, where the key does not bring it") },
    { "chain", 0, "FILE", CLI_FILES, SIGNER(chains), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("certificates of issuers, a file or a folder; repeatable") },
    { "pin-file", 0, "FILE", CLI_FILE, SIGNER(pin_file), CLI_IN_PIN_USERS, CLI_GROUP_KEY, 0, 0,
      N_("read the PIN or password from the first line of FILE") },
    { "pin-fd", 0, "N", CLI_NUMBER, SIGNER(pin_fd), CLI_IN_PIN_USERS, CLI_GROUP_KEY, 0, INT_MAX,
      N_("read it from file descriptor N") },
    { "pin-env", 0, "NAME", CLI_TEXT, SIGNER(pin_env), CLI_IN_PIN_USERS, CLI_GROUP_KEY, 0, 0,
      N_("take it from environment variable NAME") },
    { "pin-program", 0, "FILE", CLI_FILE, SIGNER(pin_program), CLI_IN_PIN_USERS, CLI_GROUP_KEY, 0,
      0, N_("run FILE: a pinentry, or what prints it as its first line") },
    { "allow-expired", 0, NULL, CLI_FLAG, SIGNER(allow_expired), CLI_IN_SIGN, CLI_GROUP_KEY, 0, 0,
      N_("sign although the certificate is out of its dates") },
    { "new-pin-file", 0, "FILE", CLI_FILE, JOB(token.new_pin_file), CLI_IN_TOKEN_NEW_PIN,
      CLI_GROUP_KEY, 0, 0, N_("read the new PIN from the first line of FILE") },
    { "new-pin-fd", 0, "N", CLI_NUMBER, JOB(token.new_pin_fd), CLI_IN_TOKEN_NEW_PIN, CLI_GROUP_KEY,
      0, INT_MAX, N_("read it from file descriptor N") },
    { "new-pin-env", 0, "NAME", CLI_TEXT, JOB(token.new_pin_env), CLI_IN_TOKEN_NEW_PIN,
      CLI_GROUP_KEY, 0, 0, N_("take it from environment variable NAME") },
    { "puk-file", 0, "FILE", CLI_FILE, JOB(token.puk_file), CLI_IN_TOKEN_UNBLOCK, CLI_GROUP_KEY, 0,
      0, N_("read the PUK (of PKCS#11: the security officer's PIN) from the first line of FILE") },
    { "puk-fd", 0, "N", CLI_NUMBER, JOB(token.puk_fd), CLI_IN_TOKEN_UNBLOCK, CLI_GROUP_KEY, 0,
      INT_MAX, N_("read it from file descriptor N") },
    { "puk-env", 0, "NAME", CLI_TEXT, JOB(token.puk_env), CLI_IN_TOKEN_UNBLOCK, CLI_GROUP_KEY, 0, 0,
      N_("take it from environment variable NAME") },
    { "management-file", 0, "FILE", CLI_FILE, JOB(token.management_file), CLI_IN_TOKEN_SEAL_WRITE,
      CLI_GROUP_KEY, 0, 0,
      N_("the management key of a PIV card, in hexadecimal, is the first line of FILE") },
    { "force-last-try", 0, NULL, CLI_FLAG, SIGNER(force_last_try),
      CLI_IN_PIN_USERS | CLI_IN_TOKEN_UNBLOCK, CLI_GROUP_KEY, 0, 0,
      N_("try a PIN although a wrong one would block the token") },
    { "pin-cache", 0, "TIME", CLI_TIME, JOB(token.pin_cache), CLI_IN_SIGN, CLI_GROUP_KEY, 60, 7200,
      N_("keep the PIN of a token in memory for this long after each use, such as 30m, 1h, 1.5h or "
         "2h, then ask again (default: to the end of the call)") },
    { "wait-token", 0, "TIME", CLI_TIME, JOB(token.wait), CLI_IN_KEY_USERS, CLI_GROUP_KEY, 1, 86400,
      N_("wait this long, such as 90s or 10m, for a token that is not plugged in, or was pulled "
         "out, and go on (default: not at all)") },
    { "wait-token", 0, "TIME", CLI_TIME, JOB(token.wait), CLI_IN_TOKEN_SEARCH, CLI_GROUP_KEY, 1,
      86400,
      N_("look for so long, such as 30s, for readers and tokens that come (default: what is there "
         "now)") },
    { "watch", 0, NULL, CLI_FLAG, JOB(token.watch), CLI_IN_TOKEN_LIST, CLI_GROUP_KEY, 0, 0,
      N_("a line for each token that is there, comes or goes, until Ctrl-C") },
    { "wait-token", 0, "TIME", CLI_TIME, JOB(token.wait), CLI_IN_TOKEN_LIST, CLI_GROUP_KEY, 1,
      86400, N_("end --watch after this long, such as 90s or 10m") },
    { "alias", 0, "NAME", CLI_TEXT, JOB(token.alias), CLI_IN_TOKEN_CONNECT, CLI_GROUP_KEY, 0, 0,
      N_("call the reader so from now on, as --key pcsc:NAME: written to the file of settings") },
    { "der", 0, NULL, CLI_FLAG, JOB(token.der), CLI_IN_TOKEN_EXPORT, CLI_GROUP_FILE, 0, 0,
      N_("write DER instead of PEM") },
    { "size", 0, "WxH", CLI_TEXT, JOB(token.size), CLI_IN_TOKEN_SEAL_WRITE, CLI_GROUP_PICTURE, 0, 0,
      N_("printed size, such as 42mmx42mm (default: what the picture says of itself)") },
    { "compact", 0, NULL, CLI_FLAG, JOB(token.compact), CLI_IN_TOKEN_SEAL_WRITE, CLI_GROUP_PICTURE,
      0, 0,
      N_("keep one colour and how much is drawn of each pixel, in fewer pixels if need be, for "
         "tokens with little room") },
    { "on", 0, NULL, CLI_FLAG, JOB(token.on), CLI_IN_TOKEN_LOG, CLI_GROUP_LOG, 0, 0,
      N_("from now on, write down what is done with tokens: when, what, with which, how it ended; "
         "never a PIN or a document") },
    { "off", 0, NULL, CLI_FLAG, JOB(token.off), CLI_IN_TOKEN_LOG, CLI_GROUP_LOG, 0, 0,
      N_("write no more of it; what is there stays") },
    { "clear", 0, NULL, CLI_FLAG, JOB(token.clear), CLI_IN_TOKEN_LOG, CLI_GROUP_LOG, 0, 0,
      N_("remove what was written") },

    { "field", 0, "NAME", CLI_TEXT, SIGNER(field), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("field to sign: a full name, #N as listed by 'fields list', or auto (default): a new one "
         "if --at is given or none is empty, else the only empty one; a new name with --at makes "
         "that field") },
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
    { "tz", 0, "ZONE", CLI_TEXT, JOB(zone), CLI_IN_SIGNERS, CLI_GROUP_SIGNATURE, 0, 0,
      N_("time zone of the signing time and of the times that are told, such as Asia/Shanghai or "
         "+08:00 (default: the local one)") },
    { "then", 0, NULL, CLI_NEXT, JOB(verb), CLI_IN_SIGN, CLI_GROUP_SIGNATURE, 0, 0,
      N_("the options of the next signer follow; all of them sign the same files, in this order") },

    { "seal", 0, "FILE", CLI_FILE, SIGNER(seal), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("picture of the seal, a PNG; white and transparent parts let the page through; or the "
         "word token: the one that is kept in the signer's key") },
    { "size", 0, "WxH", CLI_TEXT, SIGNER(size), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("printed size of the seal, such as 42mmx42mm (default: what the picture says of "
         "itself)") },
    { "at", 0, "PLACE", CLI_TEXTS, SIGNER(places), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("where it is seen; without it, the signature is invisible; repeatable: the first is the "
         "signature's field, others are drawn on pages of files that carry no signature yet") },
    { "text", 0, "TEXT", CLI_TEXT, SIGNER(text), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("text with the seal, or instead of one; \\n begins a line") },
    { "show", 0, "LIST", CLI_TEXT, SIGNER(show), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("lines with the seal, in the order given: some of name,date,reason,location,contact") },
    { "text-place", 0, "below|right|over", CLI_WORD, SIGNER(text_place), CLI_IN_SIGN,
      CLI_GROUP_LOOK, 0, 0,
      N_("where text stands by the seal: below (default), right of it, or over it") },
    { "text-size", 0, "PT", CLI_REAL, SIGNER(text_size), CLI_IN_SIGN, CLI_GROUP_LOOK, 1, 400,
      N_("size of text in points (default: as fits, at most 10.5)") },
    { "text-color", 0, "COLOR", CLI_TEXT, SIGNER(text_color), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("colour of text: #rrggbb, black (default), white, red, blue, green, grey") },
    { "vertical", 0, NULL, CLI_FLAG, SIGNER(vertical), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("write text from top to bottom, lines from right to left") },
    { "font", 0, "FONT", CLI_TEXT, SIGNER(font), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("font of text and dates: a file, or a name as in `fc-list` (default: one that has the "
         "characters)") },
    { "date", 0, "PLACE", CLI_TEXTS, SIGNER(dates), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("where a date is stamped: a place, @last (with the last seal) or field:NAME of a text "
         "field; repeatable") },
    { "date-format", 0, "FORMAT", CLI_TEXT, SIGNER(date_format), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("yyyy, MM or M, dd or d, HH, mm, ss and other text (default yyyy年M月d日), or "
         "中文 for Chinese numerals") },
    { "date-value", 0, "DATE", CLI_TEXT, SIGNER(date_value), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("the date to stamp, as 2026-11-21 (default: the signing time)") },
    { "date-size", 0, "PT", CLI_REAL, SIGNER(date_size), CLI_IN_SIGN, CLI_GROUP_LOOK, 1, 400,
      N_("size of the date in points (default 10.5, less where a field is narrower)") },
    { "date-color", 0, "COLOR", CLI_TEXT, SIGNER(date_color), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("colour of the date, likewise") },
    { "plain", 0, NULL, CLI_FLAG, SIGNER(plain), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("lay the seal over the page instead of letting the text below show through") },
    { "allow-overlap", 0, NULL, CLI_FLAG, SIGNER(allow_overlap), CLI_IN_SIGN, CLI_GROUP_LOOK, 0, 0,
      N_("put it where a form field or an earlier signature is seen") },
    { "preview", 0, "DIR", CLI_FOLDER, JOB(preview), CLI_IN_SIGN, CLI_GROUP_RUNNING, 0, 0,
      N_("write the pages as they would look into DIR as PNG, sign nothing") },

    { "seam", 0, "EDGE[,KEY=VALUE]...", CLI_TEXTS, SIGNER(seams), CLI_IN_SIGN, CLI_GROUP_SEAM, 0, 0,
      N_("a seam seal over this edge of the pages: right, left, top or bottom; repeatable") },
    { "seam-mode", 0, "auto|content|fields|multi|shared", CLI_WORD, SIGNER(seam_mode), CLI_IN_SIGN,
      CLI_GROUP_SEAM, 0, 0,
      N_("what carries its slices: page content of an unsigned file, form fields made by 'fields "
         "add', a signature on each page (at most 50), or fields that share one signature, which "
         "common verifiers accept against a strict reading of the standard; auto (default) takes "
         "the first that is possible of content and fields") },
    { "seam", 0, "EDGE[,KEY=VALUE]...", CLI_TEXTS, JOB(seams), CLI_IN_ADD, CLI_GROUP_SEAM, 0, 0,
      N_("a field on each page for the slices of a seam seal over this edge; repeatable") },
    { "size", 0, "WxH", CLI_TEXT, JOB(seam_size), CLI_IN_ADD, CLI_GROUP_SEAM, 0, 0,
      N_("printed size of the seal that will be cut into slices (default 42mmx42mm, a company "
         "seal)") },
    { "seam-mode", 0, "auto|content|fields|multi|shared", CLI_WORD, JOB(seam_mode), CLI_IN_ADD,
      CLI_GROUP_SEAM, 0, 0,
      N_("auto and fields: push-buttons; multi and shared: signature fields") },

    { "kind", 0, "company|department|contract|old-contract|invoice|foreign|legal|personal",
      CLI_WORD, JOB(picture.kind), CLI_IN_MAKE, CLI_GROUP_PICTURE, 0, 0,
      N_("kind of seal: company (default; round, 42 mm), department (38 mm), contract (42 mm), "
         "old-contract (58 mm), invoice (oval, 40 x 30 mm), foreign (oval, 45 x 30 mm), legal "
         "(square, 20 mm), personal (square, 18 mm)") },
    { "name", 0, "TEXT", CLI_TEXT, JOB(picture.name), CLI_IN_MAKE, CLI_GROUP_PICTURE, 0, 0,
      N_("whose seal it is; along the arc, or in the square") },
    { "label", 0, "TEXT", CLI_TEXT, JOB(picture.label), CLI_IN_MAKE, CLI_GROUP_PICTURE, 0, 0,
      N_("a further line, by kind: under the star, along the lower arc, or the last characters of "
         "a square (default: what is usual there; '' leaves it out)") },
    { "code", 0, "TEXT", CLI_TEXT, JOB(picture.code), CLI_IN_MAKE, CLI_GROUP_PICTURE, 0, 0,
      N_("number along the lower arc of a round seal, in the middle of an oval one") },
    { "font", 0, "FONT", CLI_TEXT, JOB(picture.font), CLI_IN_MAKE, CLI_GROUP_PICTURE, 0, 0,
      N_("font: a file, or a name as in `fc-list` (default: a Song or Fangsong font, else one that "
         "has the characters)") },
    { "no-test-mark", 0, NULL, CLI_FLAG, JOB(picture.no_test_mark), CLI_IN_MAKE, CLI_GROUP_PICTURE,
      0, 0, N_("leave out the mark that says it is a test seal") },
    { "color", 0, "COLOR", CLI_TEXT, JOB(picture.color), CLI_IN_MAKE, CLI_GROUP_PICTURE, 0, 0,
      N_("colour of the seal: #rrggbb or a name (default: the red of seals)") },
    { "size", 0, "WxH", CLI_TEXT, JOB(picture.size), CLI_IN_MAKE, CLI_GROUP_PICTURE, 0, 0,
      N_("printed size, such as 40mmx40mm (default: as usual for the kind)") },
    { "dpi", 0, "N", CLI_NUMBER, JOB(picture.dpi), CLI_IN_MAKE, CLI_GROUP_PICTURE, 36, 2400,
      N_("dots per inch of a PNG (default 600)") },
    { "color", 0, "COLOR", CLI_TEXT, JOB(picture.color), CLI_IN_CLEAN, CLI_GROUP_PICTURE, 0, 0,
      N_("colour of the ink: #rrggbb or a name (default: the ink's own)") },
    { "size", 0, "WxH", CLI_TEXT, JOB(picture.size), CLI_IN_CLEAN, CLI_GROUP_PICTURE, 0, 0,
      N_("printed size, such as 42mmx42mm; the ink is put in the middle of it, never stretched") },
    { "dpi", 0, "N", CLI_NUMBER, JOB(picture.dpi), CLI_IN_CLEAN, CLI_GROUP_PICTURE, 36, 2400,
      N_("dots per inch (default: the picture's own); with --size, a finer picture is made "
         "smaller") },
    { "color", 0, "COLOR", CLI_TEXT, JOB(picture.color), CLI_IN_STROKES, CLI_GROUP_PICTURE, 0, 0,
      N_("colour of the line: #rrggbb or a name (default black)") },
    { "size", 0, "WxH", CLI_TEXT, JOB(picture.size), CLI_IN_STROKES, CLI_GROUP_PICTURE, 0, 0,
      N_("printed size, such as 50mmx20mm (default: as large as the ink, which is fitted into "
         "that)") },
    { "dpi", 0, "N", CLI_NUMBER, JOB(picture.dpi), CLI_IN_STROKES, CLI_GROUP_PICTURE, 36, 2400,
      N_("dots per inch of a PNG (default 600)") },
    { "threshold", 0, "SHARE", CLI_REAL, JOB(picture.threshold), CLI_IN_CLEAN, CLI_GROUP_PICTURE, 0,
      1, N_("how far from the background ink begins, 0.02 to 0.9 (default: found by itself)") },
    { "keep-border", 0, NULL, CLI_FLAG, JOB(picture.keep_border), CLI_IN_CLEAN, CLI_GROUP_PICTURE,
      0, 0, N_("do not trim the empty border") },
    { "pen", 0, "MM", CLI_REAL, JOB(picture.pen), CLI_IN_STROKES, CLI_GROUP_PICTURE, 0, 10,
      N_("width of the pen at full pressure in millimetres (default 0.8)") },

    { "name", 0, "NAME", CLI_NAMES, JOB(fields), CLI_IN_ADD, CLI_GROUP_SIGNATURE, 0, 0,
      N_("name of a new field; repeatable") },
    { "at", 0, "PLACE", CLI_BESIDE, JOB(fields), CLI_IN_ADD, CLI_GROUP_SIGNATURE, 0, 0,
      N_("where the field named before it is; without it, that field is invisible") },
    { "lock", 0, "FIELDS", CLI_TEXT, JOB(lock), CLI_IN_ADD, CLI_GROUP_SIGNATURE, 0, 0,
      N_("what a signature in any of the new fields locks: all, include:A,B or exclude:A,B") },

    { "level", 0, "b|t|lt|lta|B-B|B-T|B-LT|B-LTA", CLI_WORD, JOB(level.level), CLI_IN_SIGNERS,
      CLI_GROUP_LEVEL, 0, 0,
      N_("how long the signature can be proven (PAdES baseline level): b (default) while its "
         "certificates hold; t (default with --tsa) with a timestamp that says when; lt with all "
         "that a later check needs; lta with another timestamp over that, which 'ltv renew' "
         "prolongs") },
    { "level", 0, "lt|lta|B-LT|B-LTA", CLI_WORD, JOB(level.level), CLI_IN_LTV_ADD, CLI_GROUP_LEVEL,
      0, 0, N_("PAdES baseline level to reach (default lta with --tsa, else lt)") },
    { "tsa", 0, "URL", CLI_TSA, TSA(url), CLI_IN_STAMPERS, CLI_GROUP_LEVEL, 0, 0,
      N_("a timestamping authority (RFC 3161), http or https; repeatable: if one fails, the next "
         "is asked; options of one authority follow its --tsa") },
    { "tsa-policy", 0, "OID", CLI_TEXT, TSA(policy), CLI_IN_STAMPERS, CLI_GROUP_LEVEL, 0, 0,
      N_("demand timestamps of this policy from it") },
    { "tsa-user", 0, "NAME", CLI_TEXT, TSA(user), CLI_IN_STAMPERS, CLI_GROUP_LEVEL, 0, 0,
      N_("user name for it (basic authentication)") },
    { "tsa-password-file", 0, "FILE", CLI_FILE, TSA(password_file), CLI_IN_STAMPERS,
      CLI_GROUP_LEVEL, 0, 0, N_("the password for it is the first line of FILE") },
    { "tsa-cert", 0, "FILE", CLI_FILE, TSA(cert), CLI_IN_STAMPERS, CLI_GROUP_LEVEL, 0, 0,
      N_("client certificate for its https (PEM, or PKCS#12 with the key)") },
    { "tsa-key", 0, "FILE", CLI_FILE, TSA(key), CLI_IN_STAMPERS, CLI_GROUP_LEVEL, 0, 0,
      N_("key of that certificate, PEM, where --tsa-cert does not hold it") },
    { "tsa-key-password-file", 0, "FILE", CLI_FILE, TSA(key_password_file), CLI_IN_STAMPERS,
      CLI_GROUP_LEVEL, 0, 0,
      N_("the password of that key, or of the PKCS#12 file, is the first line of FILE") },
    { "tsa-ca", 0, "PATH", CLI_FILE, TSA(ca), CLI_IN_STAMPERS, CLI_GROUP_LEVEL, 0, 0,
      N_("check its https against these certificates, a file or a folder (default: those of the "
         "system)") },
    { "tsa-digest", 0, "NAME", CLI_TEXT, JOB(level.digest), CLI_IN_STAMPERS, CLI_GROUP_LEVEL, 0, 0,
      N_("digest that all authorities stamp: sha256 (default), sha384 or sha512") },
    { "tsa-timeout", 0, "SECONDS", CLI_NUMBER, JOB(level.timeout), CLI_IN_STAMPERS, CLI_GROUP_LEVEL,
      1, 600, N_("how long one authority may take, retries included (default 20)") },
    { "grace", 0, "TIME", CLI_TEXT, JOB(level.grace), CLI_IN_SIGNERS | CLI_IN_LTV_ADD,
      CLI_GROUP_LEVEL, 0, 0,
      N_("for lt and lta, wait until the signature is this old, such as 10m or 1h, before asking "
         "whether certificates are revoked: a theft may be reported late") },
    { "allow-lower-level", 0, NULL, CLI_FLAG, JOB(level.allow_lower),
      CLI_IN_SIGNERS | CLI_IN_LTV_ADD, CLI_GROUP_LEVEL, 0, 0,
      N_("if the level can't be reached, write the best that can be had and end with status 9, "
         "instead of writing nothing") },
    { "expires-within", 0, "TIME", CLI_TEXT, JOB(level.expires_within), CLI_IN_LTV_RENEW,
      CLI_GROUP_LEVEL, 0, 0,
      N_("renew only what is provable for less than this from now, such as 90d or 52w; other files "
         "stay as they are") },

    { "trust", 0, "PATH", CLI_FILES, JOB(trust.anchors), CLI_IN_VERIFY, CLI_GROUP_TRUST, 0, 0,
      N_("trust these certificates, a file or a folder; repeatable") },
    { "trust", 0, "PATH", CLI_FILES, JOB(trust.anchors), CLI_IN_STAMPERS, CLI_GROUP_TRUST, 0, 0,
      N_("trust these certificates, a file or a folder; repeatable. Timestamps, and for lt and lta "
         "the signers too, must lead to one of them") },
    { "trust-system", 0, NULL, CLI_FLAG, JOB(trust.system), CLI_IN_VERIFY | CLI_IN_STAMPERS,
      CLI_GROUP_TRUST, 0, 0, N_("trust the certificates that the system trusts, too") },
    { "chain", 0, "PATH", CLI_FILES, JOB(trust.chains), CLI_IN_VERIFY | CLI_IN_AUGMENTERS,
      CLI_GROUP_TRUST, 0, 0,
      N_("certificates of issuers that a file may lack, trusted for nothing; repeatable") },
    { "evidence", 0, "PATH", CLI_FILES, JOB(trust.evidence), CLI_IN_VERIFY | CLI_IN_PROVERS,
      CLI_GROUP_TRUST, 0, 0, N_("CRLs and OCSP responses, a file or a folder; repeatable") },
    { "offline", 0, NULL, CLI_FLAG, JOB(trust.offline),
      CLI_IN_VERIFY | CLI_IN_SIGNERS | CLI_IN_LTV_ADD, CLI_GROUP_TRUST, 0, 0,
      N_("ask nobody over the network") },
    { "prefer-crl", 0, NULL, CLI_FLAG, JOB(trust.prefer_crl), CLI_IN_VERIFY | CLI_IN_PROVERS,
      CLI_GROUP_TRUST, 0, 0,
      N_("ask for revocation lists (CRL) before OCSP (default: OCSP first)") },
    { "cache", 0, "DIR", CLI_FOLDER, JOB(trust.cache), CLI_IN_VERIFY | CLI_IN_PROVERS,
      CLI_GROUP_TRUST, 0, 0,
      N_("keep answers about certificates in the folder DIR for later calls, as long as they are "
         "good") },
    { "revocation", 0, "none|embedded|online", CLI_WORD, JOB(verify.revocation), CLI_IN_VERIFY,
      CLI_GROUP_TRUST, 0, 0,
      N_("who is asked whether certificates are revoked: nobody; what the file and --evidence "
         "bring (default); or also the services that the certificates name") },
    { "at-time", 0, "TIME", CLI_TEXT, JOB(verify.at_time), CLI_IN_VERIFY, CLI_GROUP_TRUST, 0, 0,
      N_("judge as of this time: 2026-11-21 (the end of that day, UTC) or "
         "2026-11-21T09:30:00+08:00 (default: now)") },
    { "policy", 0, "FILE", CLI_FILE, JOB(verify.policy), CLI_IN_VERIFY, CLI_GROUP_TRUST, 0, 0,
      N_("what is demanded of algorithms, certificates and evidence, a JSON file") },

    { "require-signatures", 0, "N", CLI_NUMBER, JOB(verify.signatures), CLI_IN_VERIFY,
      CLI_GROUP_DEMAND, 1, 1000000, N_("at least N signatures; document timestamps do not count") },
    { "require-level", 0, "b|t|lt|lta|B-B|B-T|B-LT|B-LTA", CLI_WORD, JOB(verify.level),
      CLI_IN_VERIFY, CLI_GROUP_DEMAND, 0, 0,
      N_("each signature reaches at least this PAdES baseline level") },
    { "require-signer", 0, "PATTERN", CLI_TEXTS, JOB(verify.signers), CLI_IN_VERIFY,
      CLI_GROUP_DEMAND, 0, 0,
      N_("somebody whose name, subject or fingerprint fits PATTERN (with *, ?) has a valid "
         "signature; repeatable") },
    { "require-covers-all", 0, NULL, CLI_FLAG, JOB(verify.covers_all), CLI_IN_VERIFY,
      CLI_GROUP_DEMAND, 0, 0, N_("the last signature covers the whole file") },
    { "expect-seam", 0, NULL, CLI_FLAG, JOB(verify.expect_seam), CLI_IN_VERIFY, CLI_GROUP_DEMAND, 0,
      0, N_("there is a seam seal: each page has its slice, and a valid signature covers them") },
    { "expires-within", 0, "TIME", CLI_TEXT, JOB(verify.expires_within), CLI_IN_VERIFY,
      CLI_GROUP_DEMAND, 0, 0,
      N_("fail where a signature can be proven for less than this from now, such as 90d, 12h or "
         "52w") },

    { "recursive", 'r', NULL, CLI_FLAG, JOB(recursive), CLI_IN_VERIFY, CLI_GROUP_INPUT, 0, 0,
      N_("of an input that is a folder, take all *.pdf in it and below") },
    { "recursive", 'r', NULL, CLI_FLAG, JOB(recursive), CLI_IN_AUGMENTERS, CLI_GROUP_INPUT, 0, 0,
      N_("with --in-place: of an input that is a folder, take all *.pdf in it and below") },
    { "password-file", 0, "FILE", CLI_FILE, JOB(password_file),
      CLI_IN_SIGNERS | CLI_IN_VERIFY | CLI_IN_LIST | CLI_IN_ADD | CLI_IN_AUGMENTERS,
      CLI_GROUP_INPUT, 0, 0, N_("the password of encrypted inputs is the first line of FILE") },
    { "repair", 0, NULL, CLI_FLAG, JOB(repair), CLI_IN_SIGN | CLI_IN_ADD, CLI_GROUP_INPUT, 0, 0,
      N_("rewrite a damaged input that carries no signature first, and say what changed") },

    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("write the result of the one input to FILE; - is standard output") },
    { "out-dir", 0, "DIR", CLI_FOLDER, JOB(out_dir), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("write the results into DIR") },
    { "suffix", 0, "TEXT", CLI_TEXT, JOB(suffix), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("with --out-dir, put TEXT before .pdf in the names (default _signed; 'fields add': "
         "_fields, 'timestamp': _stamped, 'ltv': _ltv)") },
    { "in-place", 0, NULL, CLI_FLAG, JOB(in_place), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("replace each input by its result") },
    { "overwrite", 0, NULL, CLI_FLAG, JOB(overwrite), CLI_IN_WRITERS, CLI_GROUP_OUTPUT, 0, 0,
      N_("replace an output that exists") },
    { "durability", 0, "batch|each|none", CLI_WORD, JOB(durability), CLI_IN_WRITERS,
      CLI_GROUP_OUTPUT, 0, 0,
      N_("when results are safe on the disk: at the end (default), one by one, or not our "
         "matter") },

    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_MAKE | CLI_IN_STROKES, CLI_GROUP_FILE, 0,
      0,
      N_("write the picture to FILE, in the format of its suffix: .png, .svg or .pdf; - is "
         "standard output, a PNG") },
    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_CLEAN, CLI_GROUP_FILE, 0, 0,
      N_("write the picture to FILE, a PNG; - is standard output") },
    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_TOKEN_EXPORT, CLI_GROUP_FILE, 0, 0,
      N_("write the certificate to FILE; - is standard output") },
    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_TOKEN_SEAL_VIEW, CLI_GROUP_FILE, 0, 0,
      N_("write the picture to FILE, a PNG; - is standard output") },
    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_TOKEN_DECRYPT, CLI_GROUP_FILE, 0, 0,
      N_("write what was decrypted to FILE; - is standard output") },
    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_TOKEN_LOG, CLI_GROUP_FILE, 0, 0,
      N_("write the log to FILE; - is standard output (default)") },
    { "overwrite", 0, NULL, CLI_FLAG, JOB(overwrite), CLI_IN_DRAWERS | CLI_IN_TOKEN_FILES,
      CLI_GROUP_FILE, 0, 0, N_("replace an output that exists") },

    { "format", 0, "text|json|junit|sarif|markdown", CLI_WORD, JOB(verify.form), CLI_IN_VERIFY,
      CLI_GROUP_REPORT, 0, 0,
      N_("what goes to standard output: text (default), JSON Lines as with --json, or one document "
         "at the end: JUnit XML, SARIF 2.1.0 or Markdown") },
    { "verbose", 'v', NULL, CLI_FLAG, JOB(verify.verbose), CLI_IN_VERIFY, CLI_GROUP_REPORT, 0, 0,
      N_("tell everything of every file, also of several and of valid ones") },
    { "tz", 0, "ZONE", CLI_TEXT, JOB(zone), CLI_IN_VERIFY, CLI_GROUP_REPORT, 0, 0,
      N_("time zone of the times in text and Markdown, such as Asia/Shanghai or +08:00 (default: "
         "the local one)") },
    { "tz", 0, "ZONE", CLI_TEXT, JOB(zone), CLI_IN_AUGMENTERS, CLI_GROUP_REPORT, 0, 0,
      N_("time zone of the times that are told, such as Asia/Shanghai or +08:00 (default: the "
         "local one)") },
    { "extract-revision", 0, "N", CLI_NUMBER, JOB(verify.extract), CLI_IN_VERIFIERS,
      CLI_GROUP_REVISION, 1, INT_MAX,
      N_("verify nothing, but write the file as it was after revision N, from 1: what the signer "
         "of it saw") },
    { "output", 'o', "FILE", CLI_FILE, JOB(output), CLI_IN_VERIFIERS, CLI_GROUP_REVISION, 0, 0,
      N_("write that revision to FILE; - is standard output") },
    { "overwrite", 0, NULL, CLI_FLAG, JOB(overwrite), CLI_IN_VERIFIERS, CLI_GROUP_REVISION, 0, 0,
      N_("replace an output that exists") },

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
    { "jobs", 'j', "N", CLI_NUMBER, JOB(jobs), CLI_IN_SIGN | CLI_IN_VERIFY | CLI_IN_AUGMENTERS,
      CLI_GROUP_RUNNING, 1, 256, N_("work on N files at once (default 1)") },
    { "config", 0, "FILE", CLI_FILE, JOB(config), CLI_IN_READERS, CLI_GROUP_RUNNING, 0, 0,
      N_("settings, aliases of readers for one (default: pdfsign/config.ini in $XDG_CONFIG_HOME or "
         "~/.config)") },
    { "json", 0, NULL, CLI_FLAG, JOB(json), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("write JSON Lines to standard output instead of messages") },
    { "quiet", 'q', NULL, CLI_FLAG, JOB(quiet), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("say nothing but errors; at a terminal also what to type or plug in") },
    { "progress", 0, "auto|always|never", CLI_WORD, JOB(progress), CLI_IN_WRITERS | CLI_IN_VERIFY,
      CLI_GROUP_RUNNING, 0, 0,
      N_("show a progress bar: on a terminal after one second (default), always, or never") },
    { "help", 'h', NULL, CLI_FLAG, JOB(help), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("print this help") },
    { "version", 'V', NULL, CLI_FLAG, JOB(version), CLI_IN_ALL, CLI_GROUP_RUNNING, 0, 0,
      N_("print the version") },
};
/* clang-format on */
const size_t CLI_OPTION_COUNT = sizeof CLI_OPTIONS / sizeof CLI_OPTIONS[0];
_Static_assert(sizeof CLI_OPTIONS / sizeof CLI_OPTIONS[0] <= CLI_OPTIONS_MAX, "cli_args.seen");

bool cli_seen(const bool seen[CLI_OPTIONS_MAX], const char *name)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (strcmp(CLI_OPTIONS[i].name, name) == 0 && seen[i]) {
            return true;
        }
    }
    return false;
}

bool cli_given(const cli_args *args, const char *name)
{
    for (size_t i = 0; i < args->signer_count; i++) {
        if (cli_seen(args->signers[i].seen, name)) {
            return true;
        }
    }
    for (size_t i = 0; i < args->level.tsa_count; i++) {
        if (cli_seen(args->level.tsas[i].seen, name)) {
            return true;
        }
    }
    return cli_seen(args->seen, name);
}

bool cli_repeats(const cli_option *row)
{
    return row->kind == CLI_FILES || row->kind == CLI_TEXTS || row->kind == CLI_NAMES ||
           row->kind == CLI_BESIDE || row->kind == CLI_NEXT || row->kind == CLI_TSA;
}

const char *cli_group_title(cli_group group)
{
    static const char *const titles[CLI_GROUP_COUNT] = {
        [CLI_GROUP_KEY] = N_("Key and certificate"),
        [CLI_GROUP_SIGNATURE] = N_("Signature and field"),
        [CLI_GROUP_LOOK] = N_("What is seen"),
        [CLI_GROUP_SEAM] = N_("Seam seal"),
        [CLI_GROUP_LEVEL] = N_("Level and timestamps"),
        [CLI_GROUP_PICTURE] = N_("Picture"),
        [CLI_GROUP_TRUST] = N_("Trust and evidence"),
        [CLI_GROUP_DEMAND] = N_("Demands (exit status 7 where one is not met)"),
        [CLI_GROUP_INPUT] = N_("Input"),
        [CLI_GROUP_OUTPUT] = N_("Output (exactly one of -o, --out-dir, --in-place)"),
        [CLI_GROUP_FILE] = N_("Output"),
        [CLI_GROUP_LOG] = N_("Log"),
        [CLI_GROUP_REPORT] = N_("Report"),
        [CLI_GROUP_REVISION] = N_("A former revision"),
        [CLI_GROUP_TWO_STEPS] = N_("In two steps, for a key that answers later"),
        [CLI_GROUP_RUNNING] = N_("Running"),
    };
    return titles[group];
}
