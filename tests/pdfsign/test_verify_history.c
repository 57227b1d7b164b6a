#include "tests/pdfsign/timeline_judge.h"

/* Thirty years: a signature whose proofs were renewed three times, and what becomes of it where one
 * link is broken (ETSI EN 319 102-1, 5.6). */

#define SIGNED                (-30 * YEAR)
#define FIRST                 (-30 * YEAR + 2L * DAY) /* document timestamps */
#define SECOND_AT             (-25 * YEAR)
#define THIRD_AT              (-17 * YEAR)
#define FOURTH_AT             (-9 * YEAR)
#define MADE(place, of, when) LIST(place, of, (when)-DAY, (when) + DAY)

/* What each step brought. */
#define OF_SIGNER                                                                         \
    MADE(IN_DSS, FIRST_AUTHORITY, SIGNED + DAY), MADE(IN_DSS, AUTHORITY_1, SIGNED + DAY), \
        MADE(IN_DSS, ROOT, SIGNED + DAY)
#define OF_FIRST  MADE(IN_LATE_DSS, AUTHORITY_1, SECOND_AT), MADE(IN_LATE_DSS, ROOT, SECOND_AT)
#define OF_SECOND MADE(IN_THIRD_DSS, AUTHORITY_2, THIRD_AT), MADE(IN_THIRD_DSS, ROOT, THIRD_AT)
#define OF_THIRD  MADE(IN_FOURTH_DSS, AUTHORITY_3, FOURTH_AT), MADE(IN_FOURTH_DSS, ROOT, FOURTH_AT)
#define OF_NOW    GOOD(GIVEN, AUTHORITY_4), GOOD(GIVEN, ROOT)

#define STAMPED_THEN         \
    {                        \
        STAMP(TSA_1, SIGNED) \
    }
#define RENEWED_THRICE                                                        \
    {                                                                         \
        STAMP(TSA_1, FIRST), STAMP(TSA_2, SECOND_AT), STAMP(TSA_3, THIRD_AT), \
            STAMP(TSA_4, FOURTH_AT)                                           \
    }

static const timeline_case ROWS[] = {
    { "thirty years, three renewals",
      { .signer = FIRST_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND, OF_THIRD, OF_NOW } },
      .judged = SIGNED,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LTA,
      .ends = 3 * YEAR },
    { "nobody asks for revocation",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND, OF_THIRD } },
      .judged = SIGNED,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LTA,
      .ends = 3 * YEAR },
    { "as of a year at which an older timestamp was the last that counted",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = { STAMP(TSA_1, FIRST), STAMP(TSA_2, SECOND_AT), STAMP(TSA_3, THIRD_AT) },
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND },
        .at = -10 * YEAR },
      .judged = SIGNED,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LTA,
      .ends = -8 * YEAR },

    /* the end of the chain */
    { "nothing tells of the last timestamp's authority, which was asked",
      { .signer = FIRST_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND, OF_THIRD } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_TIMESTAMP_UNTRUSTED, PDS_F_REVOCATION_NO_POE,
                PDS_F_REVOCATION_STALE },
      .level = PDS_LEVEL_B },
    { "the last timestamp's authority expired, too",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = { STAMP(TSA_1, FIRST), STAMP(TSA_2, SECOND_AT), STAMP(TSA_3, THIRD_AT) },
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_TIMESTAMP_UNTRUSTED },
      .level = PDS_LEVEL_B },
    { "the last timestamp is weak",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = { STAMP(TSA_1, FIRST),
                       STAMP(TSA_2, SECOND_AT),
                       STAMP(TSA_3, THIRD_AT),
                       { .by = TSA_4, .at = FOURTH_AT, .weak = true } },
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND, OF_THIRD } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_TIMESTAMP_UNTRUSTED },
      .level = PDS_LEVEL_B },

    /* links */
    { "renewed after the end of the timestamp before",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = { STAMP(TSA_1, FIRST), STAMP(TSA_2, -23 * YEAR), STAMP(TSA_3, THIRD_AT),
                       STAMP(TSA_4, FOURTH_AT) },
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND, OF_THIRD } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_TIMESTAMP_UNTRUSTED },
      .judged = -23 * YEAR,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T,
      .ends = 3 * YEAR },
    { "one that was left out: the next came too late",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = { STAMP(TSA_1, FIRST),
                       { .by = ROOT },
                       STAMP(TSA_3, THIRD_AT),
                       STAMP(TSA_4, FOURTH_AT) },
        .lists = { OF_SIGNER, OF_FIRST, OF_SECOND, OF_THIRD } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_TIMESTAMP_UNTRUSTED },
      .judged = THIRD_AT,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },
    { "a renewal without validation data keeps the time, but is no archive",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER, OF_FIRST, OF_THIRD } },
      .judged = SIGNED,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT,
      .ends = 3 * YEAR },
    { "a renewal without validation data, which was asked for",
      { .signer = FIRST_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER, OF_FIRST, OF_THIRD, OF_NOW } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_TIMESTAMP_UNTRUSTED, PDS_F_REVOCATION_NO_POE,
                PDS_F_REVOCATION_STALE },
      .judged = THIRD_AT,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },
    { "validation data of a link that came behind its renewal",
      { .signer = FIRST_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER, MADE(IN_FOURTH_DSS, AUTHORITY_1, SECOND_AT),
                   MADE(IN_FOURTH_DSS, ROOT, SECOND_AT), OF_SECOND, OF_THIRD, OF_NOW } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_REVOCATION_STALE, PDS_F_REVOCATION_NO_POE },
      .judged = SECOND_AT,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },
    { "a link whose authority was revoked before its renewal",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER,
                   OF_FIRST,
                   OF_THIRD,
                   MADE(IN_THIRD_DSS, ROOT, THIRD_AT),
                   { .where = IN_THIRD_DSS,
                     .issuer = AUTHORITY_2,
                     .revoked = TSA_2,
                     .revoked_at = THIRD_AT - YEAR,
                     .reason = 5,
                     .begins = THIRD_AT - DAY,
                     .ends = THIRD_AT + DAY } } },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .also = { PDS_F_CHAIN_CERT_OUT_OF_BOUNDS, PDS_F_TIMESTAMP_UNTRUSTED },
      .judged = THIRD_AT,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },
    { "a link whose authority was revoked after its renewal",
      { .signer = FIRST_PERSON,
        .mode_default = true,
        .stamps = STAMPED_THEN,
        .documents = RENEWED_THRICE,
        .lists = { OF_SIGNER,
                   OF_FIRST,
                   OF_SECOND,
                   OF_THIRD,
                   { .where = IN_FOURTH_DSS,
                     .issuer = AUTHORITY_2,
                     .revoked = TSA_2,
                     .revoked_at = THIRD_AT + DAY,
                     .reason = 1,
                     .begins = THIRD_AT + 2L * DAY,
                     .ends = THIRD_AT + 3L * DAY } } },
      .judged = SIGNED,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LTA,
      .ends = 3 * YEAR },
};

int main(void)
{
    return timeline_run(ROWS, sizeof ROWS / sizeof ROWS[0]);
}
