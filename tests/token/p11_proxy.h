#ifndef TESTS_TOKEN_P11_PROXY_H
#define TESTS_TOKEN_P11_PROXY_H

/* A PKCS#11 module that hands all to SoftHSM, but for what a test wants to go wrong on the way. The
 * test gets at the module's state by its symbol "p11_proxy_state". */

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stddef.h>

/* Where faults happen. */
typedef enum p11_point {
    P11_AT_BEGIN,
    P11_AT_SLOTS,
    P11_AT_TOKEN,
    P11_AT_OPEN,
    P11_AT_CLOSE,
    P11_AT_LOGIN,
    P11_AT_FIND,
    P11_AT_SIGN_INIT,
    P11_AT_SIGN,
    P11_POINTS
} p11_point;

/* How signatures come back. */
typedef enum p11_form { P11_AS_IT_IS, P11_EMPTY, P11_SHORTER, P11_CHANGED } p11_form;

enum { P11_ONLY_MAX = 4 };

typedef struct p11_proxy {
    CK_MECHANISM_TYPE only[P11_ONLY_MAX]; /* mechanisms that are offered; only[0] 0: all */
    CK_FLAGS set, clear;                  /* of CK_TOKEN_INFO */
    const char *pad_pin;                  /* typed at the device, where no PIN is given */
    struct {
        CK_RV rv;       /* CKR_OK: none */
        unsigned sound; /* so many calls go right before */
        bool hangs;     /* as long as this is set */
        unsigned calls; /* how many there were */
    } at[P11_POINTS];
    CK_ULONG slots;            /* so many C_GetSlotList says that it gave; 0: as many as it did */
    CK_ULONG plain;            /* so many bytes C_Decrypt says so of; 0: likewise */
    CK_MECHANISM_TYPE refused; /* C_SignInit takes it, … */
    CK_RV refusal;             /* … and C_Sign says so; CKR_OK: none */
    CK_ULONG longest;          /* C_Sign takes so many bytes; 0: any */
    CK_RV raw_refusal;         /* of C_DeriveKey, for points that are in no OCTET STRING */
    bool shy;                  /* objects are for those who have logged in */
    bool removed;
    bool unseated;      /* C_GetSlotInfo tells of no token, and nothing else does */
    bool closes;        /* all sessions are closed at the next call, once */
    p11_form signature; /* with success */
} p11_proxy;

#endif
