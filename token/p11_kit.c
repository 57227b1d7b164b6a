#include "token/p11_kit.h"

#include "base/load.h"

#include <stddef.h>

static pds_p11_kit kit;

static const pds_symbol SYMBOLS[] = {
    { "p11_kit_modules_load", offsetof(pds_p11_kit, modules_load) },
    { "p11_kit_module_load", offsetof(pds_p11_kit, module_load) },
    { "p11_kit_module_initialize", offsetof(pds_p11_kit, module_initialize) },
    { "p11_kit_module_release", offsetof(pds_p11_kit, module_release) },
    { "p11_kit_module_get_filename", offsetof(pds_p11_kit, module_get_filename) },
    { "p11_kit_module_get_name", offsetof(pds_p11_kit, module_get_name) },
    { "p11_kit_config_option", offsetof(pds_p11_kit, config_option) },
    { "p11_kit_message", offsetof(pds_p11_kit, message) },
    { "p11_kit_strerror", offsetof(pds_p11_kit, strerror) },
    { "p11_kit_be_quiet", offsetof(pds_p11_kit, be_quiet) },
    { "p11_kit_uri_new", offsetof(pds_p11_kit, uri_new) },
    { "p11_kit_uri_free", offsetof(pds_p11_kit, uri_free) },
    { "p11_kit_uri_parse", offsetof(pds_p11_kit, uri_parse) },
    { "p11_kit_uri_format", offsetof(pds_p11_kit, uri_format) },
    { "p11_kit_uri_message", offsetof(pds_p11_kit, uri_message) },
    { "p11_kit_uri_any_unrecognized", offsetof(pds_p11_kit, uri_any_unrecognized) },
    { "p11_kit_uri_get_module_name", offsetof(pds_p11_kit, uri_get_module_name) },
    { "p11_kit_uri_get_module_path", offsetof(pds_p11_kit, uri_get_module_path) },
    { "p11_kit_uri_set_module_path", offsetof(pds_p11_kit, uri_set_module_path) },
    { "p11_kit_uri_get_slot_id", offsetof(pds_p11_kit, uri_get_slot_id) },
    { "p11_kit_uri_get_token_info", offsetof(pds_p11_kit, uri_get_token_info) },
    { "p11_kit_uri_match_token_info", offsetof(pds_p11_kit, uri_match_token_info) },
    { "p11_kit_uri_match_slot_info", offsetof(pds_p11_kit, uri_match_slot_info) },
    { "p11_kit_uri_match_module_info", offsetof(pds_p11_kit, uri_match_module_info) },
    { "p11_kit_uri_get_attribute", offsetof(pds_p11_kit, uri_get_attribute) },
    { "p11_kit_uri_set_attribute", offsetof(pds_p11_kit, uri_set_attribute) },
};

static pds_library library = { .soname = "libp11-kit.so.0",
                               .package = "libp11-kit0",
                               .symbols = SYMBOLS,
                               .count = sizeof SYMBOLS / sizeof SYMBOLS[0],
                               .table = &kit };

pds_code pds_p11_kit_load(const pds_p11_kit **out, pds_err *e)
{
    PDS_TRY(pds_library_load(&library, e));
    *out = &kit;
    return PDS_OK;
}
