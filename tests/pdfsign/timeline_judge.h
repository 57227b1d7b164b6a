#ifndef TESTS_PDFSIGN_TIMELINE_JUDGE_H
#define TESTS_PDFSIGN_TIMELINE_JUDGE_H

#include "tests/pdfsign/timeline.h"

/* Rows of tests of pds_verify_time. */

/* A situation, and what becomes of it. */
typedef struct timeline_case {
    const char *sentence;
    timeline_row file;
    pds_finding_code finding; /* NONE: it passes */
    pds_finding_code also[4]; /* NONE: nothing else is wrong */
    const char *sub;          /* sub-indication; NULL: that of the finding */
    long judged;              /* as of when, seconds from now; 0: now */
    const char *by;           /* what proves that time */
    pds_level level;
    long ends;             /* seconds from now; 0: not looked at */
    pds_finding_code note; /* NONE: none is expected */
    bool refused;          /* the file has a note that a part of its DSS was not used */
} timeline_case;

#define BY_STAMP    "signature timestamp"
#define BY_DOCUMENT "document timestamp"
#define GOOD(place, of)                  \
    {                                    \
        .where = (place), .issuer = (of) \
    }

#define STAMP(who, when)          \
    {                             \
        .by = (who), .at = (when) \
    }
#define REVOKED(place, of, whom, when)                                            \
    {                                                                             \
        .where = (place), .issuer = (of), .revoked = (whom), .revoked_at = (when) \
    }
#define LIST(place, of, from, until)                                        \
    {                                                                       \
        .where = (place), .issuer = (of), .begins = (from), .ends = (until) \
    }
#define OLD_LIST(place) LIST(place, OLD_AUTHORITY, -3 * YEAR + DAY, -3 * YEAR + 2L * DAY)
/* Of then, and of now. */
#define ROOT_LISTS \
    LIST(IN_DSS, ROOT, -3 * YEAR + DAY, -3 * YEAR + 2L * DAY), GOOD(IN_LATE_DSS, ROOT)
#define RESPONSE(place, whom)                                 \
    {                                                         \
        .where = (place), .issuer = AUTHORITY, .good = (whom) \
    }
#define LISTS_IN(place)                           \
    {                                             \
        GOOD(place, AUTHORITY), GOOD(place, ROOT) \
    }

/* As cmocka_run_group_tests. */
int timeline_run(const timeline_case *cases, size_t count);

#endif
