#include "seal/fontconfig_chain.h"

#include "base/load.h"
#include "base/own.h"

#include <stdlib.h>
#include <string.h>

#include <fontconfig/fontconfig.h>

/* Without their Fc. */
typedef struct fontconfig_api {
    __typeof__(FcCharSetHasChar) *charset_has_char;
    __typeof__(FcConfigReference) *config_reference;
    __typeof__(FcConfigDestroy) *config_destroy;
    __typeof__(FcConfigSubstitute) *config_substitute;
    __typeof__(FcDefaultSubstitute) *default_substitute;
    __typeof__(FcFontList) *font_list;
    __typeof__(FcFontSetDestroy) *font_set_destroy;
    __typeof__(FcFontSetSort) *font_set_sort;
    __typeof__(FcFontSort) *font_sort;
    __typeof__(FcNameParse) *name_parse;
    __typeof__(FcPatternAddBool) *add_bool;
    __typeof__(FcPatternAddString) *add_string;
    __typeof__(FcPatternCreate) *pattern_create;
    __typeof__(FcPatternDestroy) *pattern_destroy;
    __typeof__(FcPatternGetBool) *get_bool;
    __typeof__(FcPatternGetCharSet) *get_charset;
    __typeof__(FcPatternGetInteger) *get_integer;
    __typeof__(FcPatternGetString) *get_string;
} fontconfig_api;

static fontconfig_api fc;

static const pds_symbol SYMBOLS[] = {
    { "FcCharSetHasChar", offsetof(fontconfig_api, charset_has_char) },
    { "FcConfigReference", offsetof(fontconfig_api, config_reference) },
    { "FcConfigDestroy", offsetof(fontconfig_api, config_destroy) },
    { "FcConfigSubstitute", offsetof(fontconfig_api, config_substitute) },
    { "FcDefaultSubstitute", offsetof(fontconfig_api, default_substitute) },
    { "FcFontList", offsetof(fontconfig_api, font_list) },
    { "FcFontSetDestroy", offsetof(fontconfig_api, font_set_destroy) },
    { "FcFontSetSort", offsetof(fontconfig_api, font_set_sort) },
    { "FcFontSort", offsetof(fontconfig_api, font_sort) },
    { "FcNameParse", offsetof(fontconfig_api, name_parse) },
    { "FcPatternAddBool", offsetof(fontconfig_api, add_bool) },
    { "FcPatternAddString", offsetof(fontconfig_api, add_string) },
    { "FcPatternCreate", offsetof(fontconfig_api, pattern_create) },
    { "FcPatternDestroy", offsetof(fontconfig_api, pattern_destroy) },
    { "FcPatternGetBool", offsetof(fontconfig_api, get_bool) },
    { "FcPatternGetCharSet", offsetof(fontconfig_api, get_charset) },
    { "FcPatternGetInteger", offsetof(fontconfig_api, get_integer) },
    { "FcPatternGetString", offsetof(fontconfig_api, get_string) },
};

static pds_library library = {
    .soname = "libfontconfig.so.1",
    .package = "libfontconfig1",
    .symbols = SYMBOLS,
    .count = sizeof SYMBOLS / sizeof SYMBOLS[0],
    .table = &fc,
};

typedef struct link {
    pds_font_place place;
    const FcCharSet *characters;
} link;

struct pds_font_chain {
    FcConfig *config;
    FcFontSet *set; /* owns what the links lend */
    link *links;
    size_t count;
};

static void pattern_drop(FcPattern **p)
{
    if (*p != NULL) {
        fc.pattern_destroy(*p);
    }
}

static void set_drop(FcFontSet **set)
{
    if (*set != NULL) {
        fc.font_set_destroy(*set);
    }
}

static bool is_set(FcPattern *p, const char *object)
{
    FcBool value = FcFalse;
    return fc.get_bool(p, object, 0, &value) == FcResultMatch && value != FcFalse;
}

/* Outlines of one colour in a file that HarfBuzz reads, and no named instance of a variable one. */
static bool take_link(FcPattern *p, link *out)
{
    enum { INSTANCE_SHIFT = 16, FACE_MASK = 0xFFFF, INSTANCE_NONE = 0, INSTANCE_VARIABLE = 0x8000 };
    FcChar8 *format = NULL;
    FcChar8 *path = NULL;
    FcCharSet *characters = NULL;
    int index = 0;
    if (!is_set(p, FC_OUTLINE) || is_set(p, FC_COLOR) ||
        fc.get_string(p, FC_FONTFORMAT, 0, &format) != FcResultMatch ||
        (strcmp((char *)format, "TrueType") != 0 && strcmp((char *)format, "CFF") != 0) ||
        fc.get_string(p, FC_FILE, 0, &path) != FcResultMatch ||
        fc.get_integer(p, FC_INDEX, 0, &index) != FcResultMatch ||
        fc.get_charset(p, FC_CHARSET, 0, &characters) != FcResultMatch) {
        return false;
    }
    unsigned instance = (unsigned)index >> INSTANCE_SHIFT;
    if (instance != INSTANCE_NONE && instance != INSTANCE_VARIABLE) {
        return false;
    }
    *out = (link){ { (char *)path, (unsigned)index & FACE_MASK }, characters };
    return true;
}

static pds_code take_links(pds_font_chain *chain, pds_err *e)
{
    size_t most = chain->set == NULL ? 0 : (size_t)chain->set->nfont;
    chain->links = calloc(most + 1, sizeof *chain->links);
    if (chain->links == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a list of fonts");
    }
    for (size_t i = 0; i < most; i++) {
        chain->count += take_link(chain->set->fonts[i], &chain->links[chain->count]) ? 1 : 0;
    }
    return PDS_OK;
}

static pds_code begin(pds_font_chain **out, pds_err *e)
{
    PDS_TRY(pds_library_load(&library, e));
    PDS_OWN(pds_font_chain_drop) pds_font_chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a list of fonts");
    }
    chain->config = fc.config_reference(NULL);
    if (chain->config == NULL) {
        PDS_FAIL(e, PDS_E_FONT_UNREADABLE, "fontconfig has no configuration");
    }
    *out = chain;
    chain = NULL;
    return PDS_OK;
}

/* The same order in every locale. */
static void complete(const pds_font_chain *chain, FcPattern *p)
{
    (void)fc.add_string(p, FC_LANG, (const FcChar8 *)"zh-cn");
    (void)fc.add_bool(p, FC_OUTLINE, FcTrue);
    (void)fc.config_substitute(chain->config, p, FcMatchPattern);
    fc.default_substitute(p);
}

static void sort_all(pds_font_chain *chain, FcPattern *p)
{
    FcResult result = FcResultNoMatch;
    complete(chain, p);
    chain->set = fc.font_sort(chain->config, p, FcFalse, NULL, &result);
}

/* Installed faces that have all of the pattern, best first. */
static void sort_listed(pds_font_chain *chain, FcPattern *p)
{
    FcResult result = FcResultNoMatch;
    PDS_OWN(set_drop) FcFontSet *listed = fc.font_list(chain->config, p, NULL);
    if (listed == NULL || listed->nfont == 0) {
        return;
    }
    complete(chain, p);
    chain->set = fc.font_set_sort(chain->config, &listed, 1, p, FcFalse, NULL, &result);
}

pds_code pds_font_chain_open(pds_font_chain **out, pds_err *e)
{
    PDS_OWN(pds_font_chain_drop) pds_font_chain *chain = NULL;
    PDS_TRY(begin(&chain, e));
    PDS_OWN(pattern_drop) FcPattern *p = fc.name_parse((const FcChar8 *)"sans-serif");
    if (p != NULL) {
        sort_all(chain, p);
    }
    PDS_TRY(take_links(chain, e));
    *out = chain;
    chain = NULL;
    return PDS_OK;
}

static bool is_generic(const char *name)
{
    static const char *const generic[] = { "sans-serif", "sans", "serif", "monospace", "mono" };
    size_t family = strcspn(name, ":");
    for (size_t i = 0; i < sizeof generic / sizeof generic[0]; i++) {
        if (strlen(generic[i]) == family && strncmp(name, generic[i], family) == 0) {
            return true;
        }
    }
    return false;
}

/* "Family:bold" */
static void find_parsed(pds_font_chain *chain, const char *name)
{
    PDS_OWN(pattern_drop) FcPattern *p = fc.name_parse((const FcChar8 *)name);
    if (p == NULL) {
        return;
    }
    if (is_generic(name)) {
        sort_all(chain, p);
    } else {
        sort_listed(chain, p);
    }
}

static void find_by(pds_font_chain *chain, const char *object, const char *name)
{
    PDS_OWN(pattern_drop) FcPattern *p = fc.pattern_create();
    if (chain->set == NULL && p != NULL &&
        fc.add_string(p, object, (const FcChar8 *)name) != FcFalse) {
        sort_listed(chain, p);
    }
}

/* A name may hold what the syntax of patterns takes for a size, so it is first taken as it is. */
static void find_name(pds_font_chain *chain, const char *name)
{
    static const char *const objects[] = { FC_FAMILY, FC_FULLNAME, FC_POSTSCRIPT_NAME };
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        find_by(chain, objects[i], name);
    }
    if (chain->set == NULL) {
        find_parsed(chain, name);
    }
}

pds_code pds_font_chain_named(const char *name, pds_font_chain **out, pds_err *e)
{
    PDS_OWN(pds_font_chain_drop) pds_font_chain *chain = NULL;
    PDS_TRY(begin(&chain, e));
    if (*name != '\0') {
        find_name(chain, name);
    }
    PDS_TRY(take_links(chain, e));
    if (chain->count == 0) {
        return pds_err_hint(pds_fail(e, PDS_E_FONT_UNREADABLE, __func__,
                                     "no TrueType or OpenType font '%s' is installed", name),
                            e, "`fc-list : family` lists the names of installed fonts");
    }
    *out = chain;
    chain = NULL;
    return PDS_OK;
}

void pds_font_chain_drop(pds_font_chain **chain)
{
    if (*chain == NULL) {
        return;
    }
    free((*chain)->links);
    set_drop(&(*chain)->set);
    if ((*chain)->config != NULL) {
        fc.config_destroy((*chain)->config);
    }
    free(*chain);
    *chain = NULL;
}

size_t pds_font_chain_count(const pds_font_chain *chain)
{
    return chain->count;
}

pds_font_place pds_font_chain_at(const pds_font_chain *chain, size_t i)
{
    return chain->links[i].place;
}

bool pds_font_chain_has(const pds_font_chain *chain, size_t i, uint32_t character)
{
    return fc.charset_has_char(chain->links[i].characters, character) != FcFalse;
}
