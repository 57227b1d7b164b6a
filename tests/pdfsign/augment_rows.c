#include "tests/pdfsign/augment_rows.h"

#define STAMP PDS_AUGMENT_TIMESTAMP
#define ADD   PDS_AUGMENT_ADD
#define RENEW PDS_AUGMENT_RENEW

#define NONE PDS_LEVEL_NONE
#define B    PDS_LEVEL_B
#define T    PDS_LEVEL_T
#define LT   PDS_LEVEL_LT
#define LTA  PDS_LEVEL_LTA

/* ---- files ---- */

#define FILE_OF(name, ...) static const augment_file name = { __VA_ARGS__ }
FILE_OF(BARE, .signings = 0);
FILE_OF(BARE_STREAM, .kind = FILE_STREAM);
FILE_OF(BARE_HYBRID, .kind = FILE_HYBRID);
FILE_OF(BARE_ENCRYPTED, .kind = FILE_ENCRYPTED);
FILE_OF(NAMED, .signings = 1, .field = "Timestamp41");
FILE_OF(STAMPED, .stamps = 1);
FILE_OF(STAMPED_TWICE, .stamps = 2);
FILE_OF(SIGNED, .signings = 1);
FILE_OF(SIGNED_STREAM, .signings = 1, .kind = FILE_STREAM);
FILE_OF(SIGNED_ENCRYPTED, .signings = 1, .kind = FILE_ENCRYPTED);
FILE_OF(SIGNED_STAMPED, .signings = 1, .stamps = 1);
FILE_OF(CERTIFIED, .signings = 1, .certify = 1);
FILE_OF(LOCKED, .signings = 1, .lock = "all");
FILE_OF(BROKEN, .signings = 1, .broken = true);
FILE_OF(LEGACY, .signings = 1, .legacy = true);
FILE_OF(LEGACY_STAMPED, .signings = 1, .legacy = true, .stamps = 1);
FILE_OF(TIMED, .signings = 1, .level = T);
FILE_OF(LONG_TERM, .signings = 1, .level = LT);
FILE_OF(ARCHIVED, .signings = 1, .level = LTA);
FILE_OF(ARCHIVED_ENCRYPTED, .signings = 1, .level = LTA, .kind = FILE_ENCRYPTED);
FILE_OF(ARCHIVED_BRIEFLY, .signings = 1, .level = LTA, .brief = true);
FILE_OF(ARCHIVED_BROKEN, .signings = 1, .level = LTA, .broken = true);
FILE_OF(TIMED_REMOTELY, .signings = 1, .level = T, .remote = true);
FILE_OF(ARCHIVED_REMOTELY, .signings = 1, .level = LT, .remote = true, .stamps = 1);
FILE_OF(TIMED_AND_NOT, .signings = 2, .level = T);
FILE_OF(ARCHIVED_AND_NOT, .signings = 2, .level = LTA);
FILE_OF(WITH_STRANGER, .signings = 2, .stranger = true);
FILE_OF(WITH_STRANGER_STAMPED, .signings = 2, .stranger = true, .stamps = 1);

const augment_row AUGMENT_ROWS[] = {
    /* document timestamps */
    { "of an unsigned file", &BARE, STAMP, .stamps = 1, .field = "Timestamp1" },
    { "of one with a cross-reference stream", &BARE_STREAM, STAMP, .stamps = 1 },
    { "of a hybrid one", &BARE_HYBRID, STAMP, .stamps = 1 },
    { "of an encrypted one", &BARE_ENCRYPTED, STAMP, .stamps = 1 },
    { "of one that has two", &STAMPED_TWICE, STAMP, .stamps = 3, .field = "Timestamp3" },
    { "of one with a field of such a name", &NAMED, STAMP, .reached = T, .stamps = 1,
      .field = "Timestamp42" },
    { "of a signature: it proves its time", &SIGNED, STAMP, .reached = T, .stamps = 1 },
    { "of a certification that allows no change", &CERTIFIED, STAMP, .reached = T, .stamps = 1 },
    { "of a signature that locks all fields", &LOCKED, STAMP, .reached = T, .stamps = 1 },
    { "of a broken signature, which it does not mend", &BROKEN, STAMP, .reached = T, .stamps = 1,
      .doubted = true },
    { "the second authority's, when the first gives another nonce", &BARE, STAMP, .first = "/nonce",
      .again = "", .stamps = 1, .notes = "another request" },
    { "… when it did so after a good one", &BARE, STAMP, .first = "/nonce/after=1", .again = "",
      .stamps = 1, .notes = "another request" },
    { "one that is very large", &BARE, STAMP, .first = "/huge", .stamps = 1 },
    { "one that is larger than those before", &BARE, STAMP, .first = "/huge/after=1", .stamps = 1 },
    { "nobody to ask is named", &BARE, STAMP, .first = NOBODY, .code = PDS_E_TIMESTAMP_FAILED },
    { "whose authority nobody can judge", &BARE, STAMP, .untrusting = true, .stamps = 1,
      .notes = "nobody is trusted" },
    { "no authority answers", &BARE, STAMP, .first = "/hangup", .code = PDS_E_TIMESTAMP_FAILED },
    { "a forged one", &BARE, STAMP, .first = "/forged", .code = PDS_E_TIMESTAMP_FAILED },

    /* up to a level */
    { "a signature without any time gets a timestamp first", &SIGNED, ADD, LT, LIST_GOOD,
      .reached = LT, .stamps = 1, .lists = 1 },
    { "… and another one over what proves it", &SIGNED, ADD, LTA, LIST_GOOD, .reached = LTA,
      .stamps = 2, .lists = 1 },
    { "a signature with a timestamp", &TIMED, ADD, LT, LIST_GOOD, .reached = LT, .lists = 1 },
    { "a signature with a timestamp, for long", &TIMED, ADD, LTA, LIST_GOOD, .reached = LTA,
      .stamps = 1, .lists = 1 },
    { "one with a document timestamp", &SIGNED_STAMPED, ADD, LTA, LIST_GOOD, .reached = LTA,
      .stamps = 2, .lists = 1 },
    { "one that lacks only the last timestamp", &LONG_TERM, ADD, LTA, LIST_GOOD, .reached = LTA,
      .stamps = 1 },
    { "two signers, one of them with a timestamp", &TIMED_AND_NOT, ADD, LTA, LIST_GOOD,
      .reached = LTA, .stamps = 2, .lists = 1 },
    { "two signers, the second behind a file that lasts", &ARCHIVED_AND_NOT, ADD, LTA, LIST_GOOD,
      .reached = LTA, .stamps = 3 },
    { "nothing is lacking", &ARCHIVED, ADD, LTA, .idle = true, .reached = LTA, .stamps = 1 },
    { "more than is asked for is there", &ARCHIVED, ADD, LT, .idle = true, .reached = LTA,
      .stamps = 1 },
    { "nothing is lacking, whatever is known of the last authority", &ARCHIVED_REMOTELY, ADD, LTA,
      .idle = true, .reached = LTA, .stamps = 1 },
    { "what is there is enough, whoever is asked", &LONG_TERM, ADD, LT, .first = "/hangup",
      .idle = true, .reached = LT },
    { "a signature of another program, of an old format", &LEGACY, ADD, LTA, LIST_GOOD,
      .reached = LTA, .not_pades = true, .stamps = 2, .lists = 1 },
    { "in an encrypted file", &SIGNED_ENCRYPTED, ADD, LTA, LIST_GOOD, .reached = LTA, .stamps = 2,
      .lists = 1 },
    { "in a file with a cross-reference stream", &SIGNED_STREAM, ADD, LTA, LIST_GOOD,
      .reached = LTA, .stamps = 2, .lists = 1 },
    { "behind a certification that allows no change", &CERTIFIED, ADD, LTA, LIST_GOOD,
      .reached = LTA, .stamps = 2, .lists = 1 },
    { "nothing is signed", &BARE, ADD, LTA, LIST_GOOD, .code = PDS_E_NOT_SIGNED },
    { "document timestamps alone", &STAMPED, ADD, LTA, LIST_GOOD, .code = PDS_E_NOT_SIGNED },
    { "a signature that is broken", &BROKEN, ADD, LTA, LIST_GOOD, .code = PDS_E_SIGNATURE_INVALID },
    { "a signer who was revoked", &TIMED, ADD, LT, LIST_REVOKED, .code = PDS_E_CERT_REVOKED },
    { "… which no lower level helps", &TIMED, ADD, LT, LIST_REVOKED, .allow_lower = true,
      .code = PDS_E_CERT_REVOKED },
    { "an authority that was revoked", &TIMED, ADD, LT, LIST_NO_AUTHORITY,
      .code = PDS_E_CERT_REVOKED },
    { "nobody tells of its authority", &TIMED_REMOTELY, ADD, LT, LIST_GOOD,
      .code = PDS_E_EVIDENCE_MISSING },
    { "nobody tells of revocation", &TIMED, ADD, LT, .code = PDS_E_EVIDENCE_MISSING },
    { "nobody tells of revocation, and a lower level will do", &SIGNED, ADD, LTA,
      .allow_lower = true, .reached = T, .stamps = 1, .notes = "revoked" },
    { "… where nothing at all can be had", &TIMED, ADD, LTA, .allow_lower = true, .idle = true,
      .reached = T, .notes = "revoked" },
    { "a time is lacking, and nobody to ask is named", &SIGNED, ADD, LT, LIST_GOOD, .first = NOBODY,
      .code = PDS_E_TIMESTAMP_FAILED },
    { "a time is there, and nobody to ask is named", &TIMED, ADD, LT, LIST_GOOD, .first = NOBODY,
      .reached = LT, .lists = 1 },
    { "nobody is trusted", &TIMED, ADD, LT, LIST_GOOD, .untrusting = true,
      .code = PDS_E_EVIDENCE_MISSING },
    { "one signer of two is unknown", &WITH_STRANGER, ADD, LT, LIST_GOOD,
      .code = PDS_E_EVIDENCE_MISSING },
    { "… and a lower level will do: the other one lasts", &WITH_STRANGER, ADD, LTA, LIST_GOOD,
      .allow_lower = true, .reached = T, .doubted = true, .stamps = 2, .lists = 1,
      .notes = "Stranger" },
    { "no authority answers", &TIMED, ADD, LTA, LIST_GOOD, .first = "/hangup",
      .code = PDS_E_TIMESTAMP_FAILED },
    { "no authority answers, and a lower level will do", &TIMED, ADD, LTA, LIST_GOOD,
      .first = "/hangup", .allow_lower = true, .reached = LT, .lists = 1, .notes = "127.0.0.1" },
    { "a forged answer is told of, though another authority did better", &TIMED, ADD, LTA,
      LIST_GOOD, .first = "/forged", .again = "", .reached = LTA, .stamps = 1, .lists = 1,
      .notes = "127.0.0.1" },
    { "evidence from before the end of the grace does not count", &TIMED, ADD, LT, LIST_GOOD,
      .grace = "1s", .code = PDS_E_EVIDENCE_MISSING },
    { "evidence from after it does", &TIMED, ADD, LT, LIST_AHEAD, .grace = "1s", .reached = LT,
      .lists = 1 },

    /* renewal */
    { "of a file that lasts, with a younger list", &ARCHIVED, RENEW, .list = LIST_YOUNG,
      .reached = LTA, .stamps = 2, .lists = 1 },
    { "… with the list that is there", &ARCHIVED, RENEW, .list = LIST_GOOD, .reached = LTA,
      .stamps = 2 },
    { "of a file with document timestamps alone", &STAMPED, RENEW, .list = LIST_GOOD, .stamps = 2,
      .lists = 1 },
    { "of a signature that nothing made last", &TIMED, RENEW, .list = LIST_GOOD, .reached = LTA,
      .stamps = 1, .lists = 1 },
    { "of an old format", &LEGACY_STAMPED, RENEW, .list = LIST_GOOD, .reached = LTA,
      .not_pades = true, .stamps = 2, .lists = 1 },
    { "in an encrypted file", &ARCHIVED_ENCRYPTED, RENEW, .list = LIST_YOUNG, .reached = LTA,
      .stamps = 2, .lists = 1 },
    { "nothing is due", &ARCHIVED, RENEW, .within = "30d", .first = "/hangup", .idle = true,
      .reached = LTA, .stamps = 1 },
    { "it is due: a timestamp ends sooner", &ARCHIVED_BRIEFLY, RENEW, .within = "30d",
      .list = LIST_YOUNG, .reached = LTA, .stamps = 2, .lists = 1 },
    { "it is not due yet", &ARCHIVED_BRIEFLY, RENEW, .within = "5d", .first = "/hangup",
      .idle = true, .reached = LTA, .stamps = 1 },
    { "document timestamps alone, and nothing is due", &STAMPED, RENEW, .within = "30d",
      .idle = true, .stamps = 1 },
    { "a signature that nothing proves is told of, though its end lies ahead", &WITH_STRANGER,
      RENEW, .within = "30d", .list = LIST_GOOD, .code = PDS_E_EVIDENCE_MISSING },
    { "a stranger's signature stands beneath the timestamp", &WITH_STRANGER_STAMPED, RENEW,
      .list = LIST_GOOD, .reached = T, .doubted = true, .stamps = 2, .lists = 1,
      .notes = "Stranger" },
    { "nothing is signed", &BARE, RENEW, .list = LIST_GOOD, .code = PDS_E_NOT_SIGNED },
    { "a signature is broken", &ARCHIVED_BROKEN, RENEW, .list = LIST_GOOD,
      .code = PDS_E_SIGNATURE_INVALID },
    { "the timestamp's authority was revoked", &STAMPED, RENEW, .list = LIST_NO_AUTHORITY,
      .code = PDS_E_CERT_REVOKED },
    { "nobody tells of the timestamp's authority", &STAMPED, RENEW,
      .code = PDS_E_EVIDENCE_MISSING },
    { "of a signature without any time, whose signer was revoked", &SIGNED, RENEW,
      .list = LIST_REVOKED, .code = PDS_E_CERT_REVOKED },
    { "of a signature without any time, of whom nobody tells", &SIGNED, RENEW,
      .code = PDS_E_EVIDENCE_MISSING },
    { "of a signature without any time, which gets a timestamp first", &SIGNED, RENEW,
      .list = LIST_GOOD, .reached = LTA, .stamps = 2, .lists = 1 },
    { "no authority answers", &ARCHIVED, RENEW, .list = LIST_GOOD, .first = "/hangup",
      .code = PDS_E_TIMESTAMP_FAILED },
};
const size_t AUGMENT_COUNT = sizeof AUGMENT_ROWS / sizeof AUGMENT_ROWS[0];
