#ifndef TESTS_PDFSIGN_TIMELINE_H
#define TESTS_PDFSIGN_TIMELINE_H

#include "pdfsign/verify_internal.h"
#include "tests/cms/pki.h"

/*
 * A signed file as pds_verify_time meets it: one signature, of revision 1 unless said, validation
 * data in revisions 2, 4, 6 and 8, document timestamps that cover revisions 3, 5, 7 and 9. Times
 * are seconds from now.
 */

#define YEAR (365L * 86400)
enum { HOUR = 3600, DAY = 86400, TIMELINE_LISTS = 12 };

typedef enum who {
    ROOT,
    AUTHORITY,
    PERSON,        /* of the authority: -2 to +1 years */
    EXPIRED,       /* -3 to -1 years */
    YOUNG,         /* since a month ago */
    OLD_AUTHORITY, /* -6 to -1 years */
    OLD_PERSON,    /* of that: -5 to -2 years */
    RENEWED,       /* the authority's name and key once more, since a month ago */
    TSA,           /* of the authority: -9 to +5 years */
    LONG_TSA,      /* -9 to +8 years */
    SHORT_TSA,     /* -3 years to half a year ago */
    YOUNG_TSA,     /* since a month ago */
    STRANGE_TSA,   /* under a root that nobody trusts */
    WRONG_TSA,     /* for documents */
    SECOND,        /* another authority, whose certificate the caller has */
    SECOND_TSA,    /* of that */
    SOFT_TSA,      /* of the authority; its purpose is not critical */
    RESPONDER,     /* of the old authority, for OCSP: until two and a half years ago */
    /* thirty years; each TSA is of the authority before it */
    FIRST_AUTHORITY, /* -32 to -26 years */
    FIRST_PERSON,    /* of that: -31 to -28 years */
    AUTHORITY_1,     /* -32 to -22 years */
    TSA_1,           /* -32 to -24 years */
    AUTHORITY_2,     /* -26 to -14 years */
    TSA_2,           /* -26 to -16 years */
    AUTHORITY_3,     /* -18 to -6 years */
    TSA_3,           /* -18 to -8 years */
    AUTHORITY_4,     /* -10 to +5 years */
    TSA_4,           /* -10 to +3 years */
    FOURTH_PERSON,   /* of the fourth authority: -2 to +1 years */
    WHO_COUNT
} who;

typedef struct stamp_row {
    who by; /* ROOT: no such timestamp */
    long at;
    bool other;  /* of other bytes */
    bool broken; /* its value is wrong */
    bool weak;   /* SHA-1 */
} stamp_row;

enum {
    IN_CMS = 1,
    IN_DSS = 2,
    IN_LATE_DSS = 4,
    IN_THIRD_DSS = 6,
    IN_FOURTH_DSS = 8,
    GIVEN = 20,
    ONLINE,
    IN_VRI,    /* of the earlier DSS, and nowhere else */
    IN_VALUES, /* revocation-values, not signed */
    IN_ADBE,   /* adbe-revocationInfoArchival */
    IN_STAMP   /* the CMS of the first document timestamp */
};

typedef struct list_row {
    int where;   /* 0: no such list */
    who issuer;  /* ROOT, AUTHORITY … */
    who revoked; /* ROOT: nobody */
    long revoked_at;
    long begins, ends; /* both 0: from an hour ago for a day */
    who good;          /* not ROOT: it is no list, but an OCSP response that this one is good … */
    who by;            /* … of this one; ROOT: of the issuer */
    int reason;        /* why he was revoked; 0: not told */
} list_row;

typedef struct timeline_row {
    who signer;              /* ROOT: the person */
    pds_container container; /* CADES unless said */
    uint32_t revision;       /* that the signature covers; 0: the first */
    stamp_row stamps[2], content, archive, documents[4];
    list_row lists[TIMELINE_LISTS];
    bool chain_away;   /* the issuer's certificate is not in the file */
    bool renewed;      /* it is, but only a younger one */
    bool legacy_time;  /* signing-time stands in the CMS */
    bool ber;          /* the CMS is not DER */
    bool policies;     /* signers need a certificate policy */
    const char *dict;  /* the signature dictionary; NULL: a usual one */
    const char *store; /* object 7, the DSS, in place of the usual one */
    const char *later; /* likewise, of revision 4 */
    bool garbage;      /* a stream of the DSS is no list */
    size_t many_stamps;
    size_t strangers; /* so many signatures by somebody whom nobody knows stand before it */
    long at;          /* --at-time; 0: not given */
    pds_revocation_mode mode;
    bool mode_default; /* nobody said --revocation */
} timeline_row;

typedef struct timeline {
    pds_verifier verifier;
    pds_verifying v;
    pds_buf tokens[6]; /* what the CMS structures stand in */
    size_t signature;
    time_t now;
} timeline;

void timeline_people(void);
void timeline_people_drop(void);
/* Makes the file; the signatures' CMS are read, nothing is judged. */
void timeline_make(timeline *t, const timeline_row *row);
void timeline_drop(timeline *t);
pds_judged *timeline_signature(timeline *t);

#endif
