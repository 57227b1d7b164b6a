#ifndef PDS_ERR_H
#define PDS_ERR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PDS_API __attribute__((visibility("default")))
#define PDS_USE __attribute__((warn_unused_result))

/*
 * What went wrong. The numbers are internal; the stable name of a code (pds_code_name) is what
 * scripts may rely on, and the exit status (pds_code_exit) is the one of docs/cli.md.
 */
typedef enum pds_code {
    PDS_OK,
    PDS_E_USAGE,               /* wrong use of the command line or the library */
    PDS_E_INPUT_UNREADABLE,    /* missing, a folder, not permitted, read error */
    PDS_E_INPUT_CHANGED,       /* changed by somebody while it was being read */
    PDS_E_NOT_PDF,             /* no %PDF- header, empty */
    PDS_E_PDF_DAMAGED,         /* breaks ISO 32000; --repair may help */
    PDS_E_PDF_LIMIT,           /* deeper, larger or more than any sound file needs */
    PDS_E_PDF_UNSUPPORTED,     /* a security handler or filter that is not known */
    PDS_E_PASSWORD_NEEDED,     /* encrypted, no password given */
    PDS_E_PASSWORD_WRONG,      /* encrypted, the password opens neither way */
    PDS_E_KEY_UNREADABLE,      /* key file missing or not understood; unknown URI */
    PDS_E_KEY_UNSUPPORTED,     /* kind of key, curve or scheme */
    PDS_E_KEY_WEAK,            /* RSA under 2048 bits, SHA-1 */
    PDS_E_KEY_AMBIGUOUS,       /* several keys fit */
    PDS_E_KEY_FAILED,          /* the key refused to sign */
    PDS_E_KEY_MISMATCH,        /* key and certificate do not belong together */
    PDS_E_PIN_NEEDED,          /* no way to ask for a PIN or password */
    PDS_E_PIN_WRONG,           /* wrong PIN or password of a key */
    PDS_E_PIN_LAST_TRY,        /* one try is left, and it was not asked to take it */
    PDS_E_PIN_LOCKED,          /* too many wrong ones */
    PDS_E_PIN_REFUSED,         /* a new PIN that the token does not take */
    PDS_E_TOKEN_MISSING,       /* no token that was meant is plugged in */
    PDS_E_TOKEN_AMBIGUOUS,     /* several are */
    PDS_E_TOKEN_REMOVED,       /* it was there, and is gone */
    PDS_E_TOKEN_RESET,         /* another program was at it: its login is gone */
    PDS_E_TOKEN_BUSY,          /* another program holds it */
    PDS_E_TOKEN_HUNG,          /* no answer in time */
    PDS_E_TOKEN_FAILED,        /* the module, reader or card reports a fault */
    PDS_E_TOKEN_FULL,          /* no room for an object */
    PDS_E_SEAL_MISSING,        /* no seal in the token */
    PDS_E_SEAL_DAMAGED,        /* its parts do not fit together */
    PDS_E_NOT_FOR_KEY,         /* encrypted for somebody else */
    PDS_E_CMS_UNREADABLE,      /* not a CMS structure that can be decrypted */
    PDS_E_CERT_MISSING,        /* no certificate for the key */
    PDS_E_CERT_UNREADABLE,     /* not an X.509 certificate */
    PDS_E_CERT_EXPIRED,        /* notAfter has passed */
    PDS_E_CERT_NOT_YET_VALID,  /* notBefore lies ahead */
    PDS_E_CERT_USAGE,          /* key usage forbids signing documents */
    PDS_E_SIGNATURE_WRONG,     /* a returned signature does not verify */
    PDS_E_FIELD_UNKNOWN,       /* no field of that name or number */
    PDS_E_FIELD_AMBIGUOUS,     /* several empty fields, none chosen */
    PDS_E_FIELD_SIGNED,        /* the field holds a signature already */
    PDS_E_FIELD_EXISTS,        /* a new field would take a name in use */
    PDS_E_DOCMDP_FORBIDS,      /* an earlier certification or lock permission forbids it */
    PDS_E_FIELDMDP_FORBIDS,    /* an earlier signature locked the field */
    PDS_E_SEED_VALUE_FORBIDS,  /* the field's seed value dictionary demands otherwise */
    PDS_E_PLACE_REFUSED,       /* off the page, no such page, not on a signed file */
    PDS_E_PLACE_TAKEN,         /* a widget or seal is there already */
    PDS_E_TEXT_NOT_FOUND,      /* a keyword stands nowhere on the pages */
    PDS_E_SEAM_REFUSED,        /* one page only, no fields for it, too many pages for its mode */
    PDS_E_PICTURE_UNREADABLE,  /* missing, not a PNG, damaged */
    PDS_E_PICTURE_UNSUPPORTED, /* a colour space or kind that is not known */
    PDS_E_PICTURE_LIMIT,       /* more pixels or bytes than any seal needs */
    PDS_E_FONT_UNREADABLE,     /* no such font, damaged, or it forbids embedding */
    PDS_E_GLYPH_MISSING,       /* no font at hand has a character */
    PDS_E_READER_FAILED,       /* the page reader gave up on this file */
    PDS_E_LIBRARY_MISSING,     /* a library needed for this job cannot be loaded */
    PDS_E_XFA_DYNAMIC,         /* a dynamic XFA form has no pages of its own */
    PDS_E_REPAIR_REFUSED,      /* signed files are never repaired */
    PDS_E_REPAIR_FAILED,       /* the damage is too great */
    PDS_E_STATE_MISMATCH,      /* a prepared job and its file or signature do not fit */
    PDS_E_CERT_REVOKED,        /* a certificate that a signature stands on */
    PDS_E_EVIDENCE_MISSING,    /* what proves a signature later is not to be had */
    PDS_E_NOT_SIGNED,          /* nothing there that could be made to last */
    PDS_E_SIGNATURE_INVALID,   /* a signature of the input is broken */
    PDS_E_TIMESTAMP_FAILED,    /* no authority gave a timestamp that can be used */
    PDS_E_OUTPUT_EXISTS,       /* --overwrite not given */
    PDS_E_OUTPUT_REFUSED,      /* a symbolic link, a folder, a device */
    PDS_E_OUTPUT_FAILED,       /* disk full, not permitted, write error */
    PDS_E_NO_MEMORY,           /* out of memory */
    PDS_E_LIMIT,               /* a limit of this program */
    PDS_E_INTERNAL,            /* a bug */
    PDS_E_INTERRUPTED,         /* a signal asked to stop; nothing half done */
    PDS_CODE_COUNT
} pds_code;

/* One fault: what, where, what was expected, what to do. Texts are UTF-8 and never hold secrets.
 * Every function that fails overwrites all of it, so it needs no beginning; on success it is left
 * as it is. A NULL pds_err * is allowed everywhere: then only the code tells. */
typedef struct pds_err {
    pds_code code;
    const char *where; /* the function that found it; static */
    int64_t offset;    /* byte in the file, -1: none */
    uint32_t object;   /* object number, 0: none */
    uint32_t page;     /* from 1, 0: none */
    uint32_t signer;   /* of several in one job, from 1, 0: none */
    char file[512];
    char field[128];
    char key[128];      /* whose key it befell: its certificate's name; may be empty */
    char text[320];     /* the sentence */
    char expected[128]; /* may be empty, as the next two */
    char found[128];
    char hint[256];
} pds_err;

/* "PDF_DAMAGED" and so on; "OK" for PDS_OK. Never NULL. */
PDS_API const char *pds_code_name(pds_code code);
/* Exit status of docs/cli.md, 0 to 143. */
PDS_API int pds_code_exit(pds_code code);

#ifdef __cplusplus
}
#endif
#endif
