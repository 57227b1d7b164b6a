#include "token/p11_kit.h"

const pds_device_ops pds_device_p11 = {
    .scheme = "pkcs11",
    .places = pds_p11_places,
    .look = pds_p11_look,
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
    .parallel = true,
    .asks_itself = true,
};
