#include "base/interrupt.h"
#include "token/p11_kit.h"

#include <time.h>

/* Few modules can wait for a slot's event; so it is looked again. */
static pds_code wait_a_while(long ms, pds_err *e)
{
    enum { SLICE = 200, MS = 1000, NS_OF_MS = 1000000 };
    const long step = ms < SLICE ? ms : SLICE;
    const struct timespec nap = { .tv_sec = step / MS, .tv_nsec = step % MS * NS_OF_MS };
    (void)nanosleep(&nap, NULL);
    return pds_interrupt_check(e);
}

const pds_device_ops pds_device_p11 = {
    .scheme = "pkcs11",
    .find = pds_p11_find,
    .open = pds_p11_open,
    .close = pds_p11_close,
    .keys = pds_p11_keys,
    .key_uri = pds_p11_uri_of_key,
    .pin_state = pds_p11_pin_state,
    .login = pds_p11_login,
    .sign = pds_p11_sign,
    .decrypt = pds_p11_decrypt,
    .change_pin = pds_p11_change_pin,
    .unblock = pds_p11_unblock,
    .read_object = pds_p11_read_object,
    .write_object = pds_p11_write_object,
    .object_max = pds_p11_object_max,
    .wait = wait_a_while,
    .parallel = true,
};
