#include "base/own.h"
#include "tests/pdfsign/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { SLACK = 100 /* seconds that a test may take */ };

#define AT_NOW      0
#define BY_STAMP    "signature timestamp"
#define BY_DOCUMENT "document timestamp"
#define GOOD(place, of)                  \
    {                                    \
        .where = (place), .issuer = (of) \
    }

/* A situation, and what becomes of it. */
typedef struct row {
    const char *sentence;
    timeline_row file;
    pds_finding_code finding; /* NONE: it passes */
    long judged;              /* as of when, seconds from now; 0: now */
    const char *by;           /* what proves that time */
    pds_level level;
    long ends;             /* seconds from now; 0: not looked at */
    pds_finding_code note; /* NONE: none is expected */
    bool refused;          /* the file has a note that a part of its DSS was not used */
} row;

#define OLD_LIST(place)                                                       \
    {                                                                         \
        .where = (place), .issuer = OLD_AUTHORITY, .begins = -3 * YEAR + DAY, \
        .ends = -3 * YEAR + 2L * DAY                                          \
    }
/* Of then, and of now. */
#define ROOT_LISTS \
    { IN_DSS, ROOT, ROOT, 0, -3 * YEAR + DAY, -3 * YEAR + 2L * DAY }, GOOD(IN_LATE_DSS, ROOT)
#define RESPONSE(place, whom)                                 \
    {                                                         \
        .where = (place), .issuer = AUTHORITY, .good = (whom) \
    }
#define LISTS_IN(place)                           \
    {                                             \
        GOOD(place, AUTHORITY), GOOD(place, ROOT) \
    }

static const row ROWS[] = {
    /* basic validation (ETSI EN 319 102-1, 5.3) */
    { "a signature is judged as of now",
      { .mode_default = true },
      .level = PDS_LEVEL_B,
      .ends = YEAR },
    { "an expired certificate without proof of time",
      { .signer = EXPIRED, .mode_default = true },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .level = PDS_LEVEL_B },
    { "a time that the user gave",
      { .signer = EXPIRED, .mode_default = true, .at = -2 * YEAR },
      .judged = -2 * YEAR,
      .level = PDS_LEVEL_B },
    { "a time that the user gave, before the certificate",
      { .signer = YOUNG, .mode_default = true, .at = -YEAR },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .judged = -YEAR,
      .level = PDS_LEVEL_B },

    { "a signature behind many of somebody whom nobody knows",
      { .mode_default = true, .strangers = 40 },
      .level = PDS_LEVEL_B,
      .ends = YEAR },

    /* with time (5.5) */
    { "a signature timestamp proves the time",
      { .stamps = { { TSA, -DAY } }, .mode_default = true },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T,
      .ends = 5 * YEAR },
    { "the earlier of two signature timestamps counts, the longer one keeps it",
      { .stamps = { { TSA, -DAY }, { LONG_TSA, -HOUR } }, .mode_default = true },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T,
      .ends = 8 * YEAR },
    { "a certificate that expired after the timestamp",
      { .signer = EXPIRED, .stamps = { { TSA, -2 * YEAR } }, .mode_default = true },
      .judged = -2 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T,
      .ends = 5 * YEAR },
    { "a certificate that expired before the timestamp",
      { .signer = EXPIRED, .stamps = { { TSA, -DAY } }, .mode_default = true },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "a certificate that began after the timestamp",
      { .signer = YOUNG, .stamps = { { TSA, -YEAR } }, .mode_default = true },
      PDS_F_CERT_NOT_YET_VALID,
      .judged = -YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "a certificate that had expired before a content timestamp",
      { .signer = EXPIRED, .content = { TSA, -2L * DAY }, .mode_default = true },
      PDS_F_CERT_EXPIRED,
      .level = PDS_LEVEL_B },
    { "a content timestamp proves no time of signing",
      { .signer = EXPIRED, .content = { TSA, -2 * YEAR }, .mode_default = true },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .level = PDS_LEVEL_B },
    { "a time that the user gave, after the timestamp",
      { .signer = EXPIRED, .stamps = { { TSA, -2 * YEAR } }, .mode_default = true, .at = YEAR },
      .judged = -2 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "a time that the user gave, before the timestamp",
      { .stamps = { { TSA, -DAY } }, .mode_default = true, .at = -YEAR },
      .judged = -YEAR,
      .level = PDS_LEVEL_T },
    { "a time that the user gave, at which the timestamp's authority was still valid",
      { .stamps = { { SHORT_TSA, -YEAR } }, .mode_default = true, .at = -YEAR / 2 - DAY },
      .judged = -YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "an issuer whose certificate is younger than the proven time, but good now",
      { .stamps = { { TSA, -40L * DAY } }, .renewed = true, .mode_default = true },
      .judged = -40L * DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },

    { "a time that the user gave, before the timestamp's authority began",
      { .stamps = { { YOUNG_TSA, -DAY } }, .mode_default = true, .at = -YEAR },
      .judged = -YEAR,
      .level = PDS_LEVEL_T },
    { "the longer of two timestamps keeps it, whichever is the first",
      { .stamps = { { LONG_TSA, -DAY }, { TSA, -HOUR } }, .mode_default = true },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T,
      .ends = 8 * YEAR },
    { "an archive timestamp is a note",
      { .archive = { TSA, -2 * YEAR }, .signer = EXPIRED, .mode_default = true },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .level = PDS_LEVEL_B },
    { "policies that signers need are not asked of timestamps",
      { .stamps = { { TSA, -DAY } }, .policies = true, .mode_default = true },
      PDS_F_CHAIN_POLICY,
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },

    /* what is wrong with a timestamp */
    { "a timestamp of a time before its authority's certificate",
      { .stamps = { { YOUNG_TSA, -YEAR } }, .mode_default = true },
      PDS_F_TIMESTAMP_UNTRUSTED,
      .level = PDS_LEVEL_B },
    { "a timestamp of other bytes",
      { .stamps = { { TSA, -DAY, .other = true } }, .mode_default = true },
      PDS_F_TIMESTAMP_MISMATCH,
      .level = PDS_LEVEL_B },
    { "a good timestamp does not make up for another one of other bytes",
      { .stamps = { { TSA, -DAY }, { TSA, -DAY, .other = true } }, .mode_default = true },
      PDS_F_TIMESTAMP_MISMATCH,
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "a content timestamp of other bytes",
      { .content = { TSA, -DAY, .other = true }, .mode_default = true },
      PDS_F_TIMESTAMP_MISMATCH,
      .level = PDS_LEVEL_B },
    { "a timestamp with a wrong value",
      { .stamps = { { TSA, -DAY, .broken = true } }, .mode_default = true },
      PDS_F_TIMESTAMP_WRONG,
      .level = PDS_LEVEL_B },
    { "a timestamp that nobody trusts",
      { .stamps = { { STRANGE_TSA, -DAY } }, .mode_default = true },
      PDS_F_TIMESTAMP_UNTRUSTED,
      .level = PDS_LEVEL_B,
      .ends = YEAR },
    { "a timestamp by a certificate for documents",
      { .stamps = { { WRONG_TSA, -DAY } }, .mode_default = true },
      PDS_F_TIMESTAMP_UNTRUSTED,
      .level = PDS_LEVEL_B },
    { "a timestamp whose authority expired since, and nothing proves it",
      { .stamps = { { SHORT_TSA, -YEAR } }, .mode_default = true },
      PDS_F_TIMESTAMP_UNTRUSTED,
      .level = PDS_LEVEL_B },
    { "a timestamp whose authority had expired when it was made",
      { .stamps = { { SHORT_TSA, -DAY } }, .documents = { { TSA, -DAY } }, .mode_default = true },
      PDS_F_TIMESTAMP_UNTRUSTED,
      .judged = -DAY,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },
    { "a timestamp of the future",
      { .stamps = { { TSA, DAY } }, .mode_default = true },
      PDS_F_TIMESTAMP_FUTURE,
      .level = PDS_LEVEL_B },
    { "a timestamp of half a minute ahead: clocks differ",
      { .stamps = { { TSA, 30 } }, .mode_default = true },
      .judged = 30,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "a timestamp that is younger than the document timestamp over it",
      { .stamps = { { TSA, -HOUR } }, .documents = { { TSA, -DAY } }, .mode_default = true },
      PDS_F_TIMESTAMP_FUTURE,
      .judged = -DAY,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },
    { "a content timestamp that is younger than the signature timestamp",
      { .stamps = { { TSA, -DAY } }, .content = { TSA, -HOUR }, .mode_default = true },
      PDS_F_TIMESTAMP_FUTURE,
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "more timestamps than anybody needs",
      { .stamps = { { TSA, -DAY } }, .many_stamps = 17, .mode_default = true },
      PDS_F_TIMESTAMP_UNTRUSTED,
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },

    /* proofs of existence (5.6) */
    { "a document timestamp proves the time",
      { .documents = { { TSA, -DAY } }, .mode_default = true },
      .judged = -DAY,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T,
      .ends = 5 * YEAR },
    { "the earlier of two document timestamps counts, the later one keeps it",
      { .documents = { { TSA, -DAY }, { LONG_TSA, -HOUR } }, .mode_default = true },
      .judged = -DAY,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T,
      .ends = 8 * YEAR },
    { "a document timestamp keeps a signature timestamp whose authority expired since",
      { .stamps = { { SHORT_TSA, -2 * YEAR } },
        .signer = EXPIRED,
        .documents = { { TSA, -YEAR } },
        .mode_default = true },
      .judged = -2 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T,
      .ends = 5 * YEAR },
    { "a document timestamp that is untrusted proves nothing",
      { .signer = EXPIRED, .documents = { { STRANGE_TSA, -2 * YEAR } }, .mode_default = true },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .level = PDS_LEVEL_B },
    { "a document timestamp whose authority expired is kept by a later one",
      { .signer = EXPIRED,
        .documents = { { SHORT_TSA, -2 * YEAR }, { TSA, -YEAR } },
        .mode_default = true },
      .judged = -2 * YEAR,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },
    { "a document timestamp whose authority expired, kept by nothing",
      { .signer = EXPIRED, .documents = { { SHORT_TSA, -2 * YEAR } }, .mode_default = true },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .level = PDS_LEVEL_B },
    { "a document timestamp that is younger than the one over it proves nothing",
      { .documents = { { TSA, -HOUR }, { TSA, -DAY } }, .mode_default = true },
      .judged = -DAY,
      .by = BY_DOCUMENT,
      .level = PDS_LEVEL_T },

    { "a document timestamp does not cover a signature of its own revision",
      { .signer = EXPIRED,
        .documents = { { TSA, -2 * YEAR } },
        .revision = 3,
        .mode_default = true },
      PDS_F_CERT_OUT_OF_BOUNDS,
      .level = PDS_LEVEL_B },
    { "a signature is younger than the document timestamp that it covers",
      { .signer = EXPIRED, .documents = { { TSA, -DAY } }, .revision = 4, .mode_default = true },
      PDS_F_CERT_EXPIRED,
      .level = PDS_LEVEL_B },
    { "its timestamp says that it is older",
      { .stamps = { { TSA, -2L * DAY } },
        .documents = { { TSA, -DAY } },
        .revision = 4,
        .mode_default = true },
      PDS_F_TIMESTAMP_FUTURE,
      .judged = -2L * DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T,
      .ends = 5 * YEAR },
    { "a document timestamp that the signature covers does not keep it",
      { .documents = { { TSA, -DAY } }, .revision = 4, .mode_default = true },
      .level = PDS_LEVEL_B,
      .ends = YEAR },

    /* revocation */
    { "no evidence, and nobody asked for it", { .mode_default = true }, .level = PDS_LEVEL_B },
    { "no evidence, which was asked for",
      { .mode = PDS_REVOCATION_EMBEDDED },
      PDS_F_REVOCATION_UNKNOWN,
      .level = PDS_LEVEL_B },
    { "no evidence online",
      { .mode = PDS_REVOCATION_ONLINE },
      PDS_F_REVOCATION_UNKNOWN,
      .level = PDS_LEVEL_B },
    { "evidence of the DSS",
      { .mode = PDS_REVOCATION_EMBEDDED, .lists = LISTS_IN(IN_DSS) },
      .level = PDS_LEVEL_B },
    { "evidence of the CMS",
      { .mode = PDS_REVOCATION_EMBEDDED, .lists = LISTS_IN(IN_CMS) },
      .level = PDS_LEVEL_B },
    { "given evidence",
      { .mode = PDS_REVOCATION_EMBEDDED, .lists = LISTS_IN(GIVEN) },
      .level = PDS_LEVEL_B },
    { "evidence online",
      { .mode = PDS_REVOCATION_ONLINE, .lists = LISTS_IN(ONLINE) },
      .level = PDS_LEVEL_B },
    { "evidence of the VRI alone",
      { .mode = PDS_REVOCATION_EMBEDDED, .lists = LISTS_IN(IN_VRI) },
      .level = PDS_LEVEL_B },
    { "an OCSP response of the DSS",
      { .mode = PDS_REVOCATION_EMBEDDED,
        .lists = { RESPONSE(IN_DSS, PERSON), GOOD(IN_DSS, ROOT) } },
      .level = PDS_LEVEL_B },
    { "an OCSP response of the VRI alone",
      { .mode = PDS_REVOCATION_EMBEDDED,
        .lists = { RESPONSE(IN_VRI, PERSON), GOOD(IN_DSS, ROOT) } },
      .level = PDS_LEVEL_B },
    { "an OCSP response of adbe-revocationInfoArchival",
      { .mode = PDS_REVOCATION_EMBEDDED,
        .lists = { RESPONSE(IN_ADBE, PERSON), GOOD(IN_DSS, ROOT) } },
      .level = PDS_LEVEL_B },
    { "an OCSP response of revocation-values",
      { .mode = PDS_REVOCATION_EMBEDDED,
        .lists = { RESPONSE(IN_VALUES, PERSON), GOOD(IN_DSS, ROOT) } },
      .level = PDS_LEVEL_B },
    { "lists are not fetched unless somebody asked",
      { .mode = PDS_REVOCATION_EMBEDDED, .lists = LISTS_IN(ONLINE) },
      PDS_F_REVOCATION_UNKNOWN,
      .level = PDS_LEVEL_B },
    { "an issuer's certificate online",
      { .mode = PDS_REVOCATION_ONLINE, .chain_away = true, .lists = LISTS_IN(ONLINE) },
      .level = PDS_LEVEL_B },
    { "nothing is fetched unless somebody asked",
      { .chain_away = true, .mode_default = true },
      PDS_F_CHAIN_NOT_FOUND,
      .level = PDS_LEVEL_B },
    { "revoked online, good in the file",
      { .mode = PDS_REVOCATION_ONLINE,
        .lists = { GOOD(IN_DSS, AUTHORITY),
                   GOOD(IN_DSS, ROOT),
                   { ONLINE, AUTHORITY, PERSON, -DAY } } },
      PDS_F_CERT_REVOKED_NO_POE,
      .level = PDS_LEVEL_B },
    { "revoked, but nobody asks",
      { .mode = PDS_REVOCATION_NONE, .lists = { { IN_DSS, AUTHORITY, PERSON, -DAY } } },
      .level = PDS_LEVEL_B },
    { "revoked without proof of time",
      { .mode_default = true, .lists = { { IN_DSS, AUTHORITY, PERSON, -DAY } } },
      PDS_F_CERT_REVOKED_NO_POE,
      .level = PDS_LEVEL_B },
    { "revoked after the timestamp",
      { .mode_default = true,
        .stamps = { { TSA, -2L * DAY } },
        .lists = { { IN_DSS, AUTHORITY, PERSON, -DAY }, GOOD(IN_DSS, ROOT) } },
      .judged = -2L * DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT,
      .note = PDS_F_CERT_REVOKED_LATER },
    { "revoked before the timestamp",
      { .mode_default = true,
        .stamps = { { TSA, -DAY } },
        .lists = { { IN_DSS, AUTHORITY, PERSON, -2L * DAY }, GOOD(IN_DSS, ROOT) } },
      PDS_F_CERT_REVOKED_NO_POE,
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT },
    { "signed after it was revoked",
      { .mode_default = true,
        .content = { TSA, -DAY },
        .lists = { { IN_DSS, AUTHORITY, PERSON, -2L * DAY } } },
      PDS_F_CERT_REVOKED,
      .level = PDS_LEVEL_B },
    { "a timestamp's authority is revoked",
      { .mode_default = true,
        .stamps = { { TSA, -DAY } },
        .lists = { { IN_DSS, AUTHORITY, TSA, -2L * DAY } } },
      PDS_F_TIMESTAMP_UNTRUSTED,
      .level = PDS_LEVEL_B },
    { "a stream of the DSS that is no list",
      { .mode_default = true, .garbage = true, .lists = LISTS_IN(IN_DSS) },
      .level = PDS_LEVEL_B },

    { "nobody tells of a timestamp's authority",
      { .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = { { SECOND_TSA, -DAY } },
        .lists = LISTS_IN(IN_DSS) },
      PDS_F_REVOCATION_UNKNOWN,
      .level = PDS_LEVEL_B },

    /* stores that are none */
    { "a DSS that leads back to itself",
      { .mode_default = true,
        .store = "<</Certs 7 0 R/CRLs[7 0 R]/OCSPs[7 0 R 7 0 R]/VRI 7 0 R>>" },
      .level = PDS_LEVEL_B,
      .refused = true },
    { "a DSS of other kinds of values",
      { .mode_default = true, .store = "<</Certs(x)/CRLs 7/OCSPs<</A 1>>/VRI[1 2 3]>>" },
      .level = PDS_LEVEL_B },
    { "a DSS with other things than streams",
      { .mode_default = true,
        .store = "<</Certs[(x) null]/VRI<</A null/B 3/C<</Cert 4/CRL[5]>>>>>>" },
      .level = PDS_LEVEL_B,
      .refused = true },
    { "a DSS whose objects are not there",
      { .mode_default = true, .store = "<</CRLs[99 0 R]/VRI<</A 99 0 R/B<</CRL 99 0 R>>>>>>" },
      .level = PDS_LEVEL_B,
      .refused = true },
    { "a DSS that is an array",
      { .mode_default = true, .store = "[7 0 R]" },
      .level = PDS_LEVEL_B },
    { "a DSS whose streams are damaged",
      { .mode_default = true, .store = "<</Certs[13 0 R]/VRI<</A<</CRL[13 0 R]>>>>>>" },
      .level = PDS_LEVEL_B,
      .refused = true },
    { "a DSS whose certificates are none",
      { .mode_default = true, .store = "<</Certs[2 0 R]/CRLs[14 0 R]/OCSPs[15 0 R]>>" },
      .level = PDS_LEVEL_B,
      .refused = true },

    /* evidence of the past */
    { "an authority that expired since, its list is proven to be older",
      { .signer = OLD_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = { { TSA, -3 * YEAR } },
        .documents = { { TSA, -2 * YEAR } },
        .lists = { { IN_DSS, OLD_AUTHORITY, ROOT, 0, -3 * YEAR + DAY, -3 * YEAR + 2L * DAY },
                   ROOT_LISTS,
                   GOOD(IN_LATE_DSS, AUTHORITY) } },
      .judged = -3 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT,
      .ends = 5 * YEAR },
    { "an authority that expired since, the first of two document timestamps proves its list",
      { .signer = OLD_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = { { TSA, -3 * YEAR } },
        .documents = { { TSA, -2 * YEAR }, { TSA, -DAY } },
        .lists = { OLD_LIST(IN_DSS), ROOT_LISTS, GOOD(IN_LATE_DSS, AUTHORITY) } },
      .judged = -3 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LTA,
      .ends = 5 * YEAR },
    { "an authority that expired since, its list in the CMS is proven to be older",
      { .signer = OLD_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = { { TSA, -3 * YEAR } },
        .documents = { { TSA, -2 * YEAR } },
        .lists = { OLD_LIST(IN_CMS), ROOT_LISTS, GOOD(IN_LATE_DSS, AUTHORITY) } },
      .judged = -3 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT,
      .ends = 5 * YEAR },
    { "an authority that expired since, nothing proves the age of its OCSP response",
      { .signer = OLD_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = { { TSA, -3 * YEAR } },
        .lists = { { .where = IN_DSS,
                     .issuer = OLD_AUTHORITY,
                     .good = OLD_PERSON,
                     .begins = -3 * YEAR + DAY,
                     .ends = -3 * YEAR + 2L * DAY },
                   ROOT_LISTS,
                   GOOD(IN_LATE_DSS, AUTHORITY) } },
      PDS_F_REVOCATION_UNKNOWN,
      .judged = -3 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "an authority that expired since, its list that revokes counts whatever its age",
      { .signer = OLD_PERSON,
        .mode_default = true,
        .stamps = { { TSA, -3 * YEAR } },
        .lists = { { IN_DSS, OLD_AUTHORITY, OLD_PERSON, -4 * YEAR, -3 * YEAR + DAY,
                     -3 * YEAR + 2L * DAY } } },
      PDS_F_CERT_REVOKED_NO_POE,
      .judged = -3 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "an authority that expired since, nothing proves the age of its list",
      { .signer = OLD_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = { { TSA, -3 * YEAR } },
        .lists = { { IN_DSS, OLD_AUTHORITY, ROOT, 0, -3 * YEAR + DAY, -3 * YEAR + 2L * DAY },
                   ROOT_LISTS,
                   GOOD(IN_LATE_DSS, AUTHORITY) } },
      PDS_F_REVOCATION_UNKNOWN,
      .judged = -3 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "an authority that expired since, its list came behind the document timestamp",
      { .signer = OLD_PERSON,
        .mode = PDS_REVOCATION_EMBEDDED,
        .stamps = { { TSA, -3 * YEAR } },
        .documents = { { TSA, -2 * YEAR } },
        .lists = { { IN_LATE_DSS, OLD_AUTHORITY, ROOT, 0, -3 * YEAR + DAY, -3 * YEAR + 2L * DAY },
                   ROOT_LISTS,
                   GOOD(IN_LATE_DSS, AUTHORITY) } },
      PDS_F_REVOCATION_UNKNOWN,
      .judged = -3 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "a list that is too old",
      { .mode = PDS_REVOCATION_EMBEDDED,
        .lists = { { IN_DSS, AUTHORITY, ROOT, 0, -9L * DAY, -8L * DAY }, GOOD(IN_DSS, ROOT) } },
      PDS_F_REVOCATION_STALE,
      .level = PDS_LEVEL_B },
    { "a list that is too old now, but was fresh at the proven time",
      { .signer = EXPIRED,
        .mode_default = true,
        .stamps = { { TSA, -2 * YEAR } },
        .lists = { { IN_DSS, AUTHORITY, ROOT, 0, -2 * YEAR - DAY, -2 * YEAR + DAY },
                   GOOD(IN_DSS, ROOT) } },
      .judged = -2 * YEAR,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT },

    /* levels (ETSI EN 319 142-1, 6) */
    { "validation data that do not tell of the timestamp's authority",
      { .mode_default = true, .stamps = { { SECOND_TSA, -DAY } }, .lists = LISTS_IN(IN_DSS) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "timestamp and validation data",
      { .mode_default = true, .stamps = { { TSA, -DAY } }, .lists = LISTS_IN(IN_DSS) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT },
    { "validation data that lack the root's list",
      { .mode_default = true, .stamps = { { TSA, -DAY } }, .lists = { GOOD(IN_DSS, AUTHORITY) } },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "validation data that only the caller has",
      { .mode_default = true, .stamps = { { TSA, -DAY } }, .lists = LISTS_IN(GIVEN) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_T },
    { "validation data in the CMS",
      { .mode_default = true, .stamps = { { TSA, -DAY } }, .lists = LISTS_IN(IN_CMS) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT },
    { "validation data without a timestamp",
      { .mode_default = true, .lists = LISTS_IN(IN_DSS) },
      .level = PDS_LEVEL_B },
    { "a document timestamp over the validation data",
      { .mode_default = true,
        .stamps = { { TSA, -DAY } },
        .documents = { { TSA, -HOUR } },
        .lists = LISTS_IN(IN_DSS) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LTA },
    { "validation data behind the document timestamp",
      { .mode_default = true,
        .stamps = { { TSA, -DAY } },
        .documents = { { TSA, -HOUR } },
        .lists = LISTS_IN(IN_LATE_DSS) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT },
    { "an untrusted document timestamp over the validation data",
      { .mode_default = true,
        .stamps = { { TSA, -DAY } },
        .documents = { { STRANGE_TSA, -HOUR } },
        .lists = LISTS_IN(IN_DSS) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LT },
    { "validation data, nobody asks for revocation",
      { .mode = PDS_REVOCATION_NONE,
        .stamps = { { TSA, -DAY } },
        .documents = { { TSA, -HOUR } },
        .lists = LISTS_IN(IN_DSS) },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_LTA },
    { "adbe.pkcs7.detached has no level",
      { .container = PDS_CONTAINER_PKCS7, .mode_default = true, .stamps = { { TSA, -DAY } } },
      .judged = -DAY,
      .by = BY_STAMP,
      .level = PDS_LEVEL_NONE },
    { "a CMS that is not DER breaks a rule of B-B",
      { .ber = true, .mode_default = true },
      .level = PDS_LEVEL_NONE,
      .note = PDS_F_CMS_ENCODING_BER },
    { "a dictionary without a time breaks a rule of B-B",
      { .dict = "<</Reason(M)>>", .mode_default = true },
      .level = PDS_LEVEL_NONE },
    { "a dictionary with certificates breaks a rule of B-B",
      { .dict = "<</M(D:2026)/Cert()>>", .mode_default = true },
      .level = PDS_LEVEL_NONE },
    { "signing-time in the CMS breaks a rule of B-B",
      { .legacy_time = true, .mode_default = true },
      .level = PDS_LEVEL_NONE },
};

static int make_people(void **state)
{
    (void)state;
    timeline_people();
    return 0;
}

static int drop_people(void **state)
{
    (void)state;
    timeline_people_drop();
    return 0;
}

static bool has(const pds_findings *f, pds_finding_code code)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].code == code) {
            return true;
        }
    }
    return false;
}

/* Whom nobody knows stays unknown, however many of him there are. */
static void check_strangers(const timeline *t, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(has(&t->v.signatures[i].findings, PDS_F_CHAIN_NOT_FOUND));
    }
}

static void check_archive(const pds_judged *s)
{
    for (size_t i = 0; i < s->stamp_count; i++) {
        const bool archive = strcmp(s->stamps[i].kind, "archive") == 0;
        assert_int_equal(has(&s->stamps[i].findings, PDS_F_TIMESTAMP_NOT_JUDGED), archive);
        assert_false(archive && s->stamps[i].trusted);
    }
}

static void check_findings(const row *r, const pds_findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const pds_finding_code code = f->items[i].code;
        if (code != r->finding && pds_finding_indication(code) != PDS_PASSED) {
            fail_msg("%s: %s", pds_finding_name(code), f->items[i].text);
        }
    }
    assert_true(r->finding == PDS_F_NONE || has(f, r->finding));
    assert_true(r->note == PDS_F_NONE || has(f, r->note));
}

static void time_is_judged(void **state)
{
    const row *r = *state;
    PDS_OWN(timeline_drop) timeline t;
    timeline_make(&t, &r->file);
    assert_int_equal(pds_verify_time(&t.v, NULL), PDS_OK);
    const pds_judged *s = timeline_signature(&t);
    check_findings(r, &s->findings);
    check_strangers(&t, r->file.strangers);
    check_archive(s);
    assert_int_equal(has(&t.v.findings, PDS_F_REVOCATION_EVIDENCE_REFUSED),
                     r->refused || r->file.garbage);
    if (r->file.lists[0].begins == 0 || r->by != NULL) {
        assert_in_range(s->when.at, t.now + r->judged - SLACK, t.now + r->judged + SLACK);
        assert_int_equal(s->proven_by == NULL, r->by == NULL);
        assert_string_equal(s->proven_by == NULL ? "" : s->proven_by, r->by == NULL ? "" : r->by);
        assert_int_equal(s->when.proven, r->by != NULL);
    }
    assert_string_equal(pds_level_name(s->level), pds_level_name(r->level));
    if (r->ends != 0) {
        assert_in_range(s->expires, t.now + r->ends - SLACK, t.now + r->ends + SLACK);
    }
}

int main(void)
{
    enum { COUNT = sizeof ROWS / sizeof ROWS[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                        .test_func = time_is_judged,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    return cmocka_run_group_tests(tests, make_people, drop_people);
}
