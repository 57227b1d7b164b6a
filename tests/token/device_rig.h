#ifndef TESTS_TOKEN_DEVICE_RIG_H
#define TESTS_TOKEN_DEVICE_RIG_H

/* What the common tests of device drivers (test_devices.c) want of a way to play devices. */

#include <pds/key.h>

#include <stdbool.h>
#include <stddef.h>

/* A key in the rig's device. Its certificate's common name is `identity`. */
typedef struct device_rig_key {
    const char *identity;
    pds_algorithm algorithms[4]; /* that it has to be able to sign with; ended by digest DEFAULT */
} device_rig_key;

typedef struct device_rig {
    const char *name;
    bool (*start)(void); /* false: can't be played on this machine */
    void (*stop)(void);
    const char *uri;    /* of a device with the keys below; valid after start, as the next ones */
    const char *second; /* of another that is plugged in too, with the key "Second" */
    const char *both;   /* that fits both */
    const char *always; /* of the key of a device that asks for the PIN at each signature */
    const char *pin, *wrong_pin;
    const device_rig_key *keys; /* ended by identity NULL */
    size_t issuers;             /* certificates above that of "P-256" that the device holds */
    void (*reset)(void);        /* all PINs as at the beginning, nothing wrong */
    unsigned (*tries)(void);    /* PINs that were offered to it so far, right or wrong */
    void (*leave_last_try)(void);
    void (*block)(void);
    void (*remove)(bool removed);
    void (*hang)(bool hangs); /* at the next signature */
    void (*hold)(bool held);  /* by another program; NULL: nothing known */
    void (*break_sign)(void); /* the device reports a fault at each signature */
    void (*seal_only)(void);  /* it holds one key, for encryption alone; NULL: not to be had */
} device_rig;

extern const device_rig pds_rig_softhsm, pds_rig_piv;

#endif
