#include "token/p11_kit.h"

#include "base/load.h"

#include <stddef.h>

static pds_p11_kit kit;

#define SYMBOL(name) { #name, offsetof(pds_p11_kit, name) },
static const pds_symbol SYMBOLS[] = { PDS_P11_FUNCTIONS(SYMBOL) };
#undef SYMBOL

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
