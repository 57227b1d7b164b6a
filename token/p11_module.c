#include "token/p11_kit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Modules keep threads and connections of their own, and some do not survive being finalised and
 * begun again: what is loaded stays until the process ends. */

enum { BY_PATH_MAX = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static CK_FUNCTION_LIST **registered; /* under lock, as the next ones */
static char unloaded[256];            /* of them the last that could not be loaded */
static struct {
    char *path;
    CK_FUNCTION_LIST *items[2];
} by_path[BY_PATH_MAX];

static pds_code load_registered(const pds_p11_kit *kit, pds_p11_modules *out, pds_err *e)
{
    if (registered == NULL) {
        kit->be_quiet(); /* a module that fails is told of by us */
        registered = kit->modules_load(NULL, 0);
        const char *const why = kit->message(); /* also where others were loaded */
        (void)snprintf(unloaded, sizeof unloaded, "%s", why == NULL ? "" : why);
    }
    if (registered == NULL) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the PKCS#11 modules of this system can't be used: %s",
                 unloaded);
    }
    *out = (pds_p11_modules){ .items = registered, .note = unloaded[0] == '\0' ? NULL : unloaded };
    return PDS_OK;
}

static pds_code load_module(const pds_p11_kit *kit, const char *path, CK_FUNCTION_LIST **out,
                            pds_err *e)
{
    *out = kit->module_load(path, 0);
    if (*out == NULL) {
        const char *const why = kit->message();
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the PKCS#11 module '%s' can't be loaded: %s", path,
                 why == NULL ? "" : why);
    }
    return PDS_OK;
}

static pds_code load_path(const pds_p11_kit *kit, const char *path, pds_p11_modules *out,
                          pds_err *e)
{
    size_t i = 0;
    while (i < BY_PATH_MAX && by_path[i].path != NULL && strcmp(by_path[i].path, path) != 0) {
        i++;
    }
    if (i == BY_PATH_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "more than %d PKCS#11 modules in one process", BY_PATH_MAX);
    }
    if (by_path[i].path == NULL) {
        PDS_TRY(load_module(kit, path, &by_path[i].items[0], e));
        by_path[i].path = strdup(path);
    }
    *out = (pds_p11_modules){ .items = by_path[i].items };
    return PDS_OK;
}

pds_code pds_p11_modules_get(const char *path, pds_p11_modules *out, pds_err *e)
{
    const pds_p11_kit *kit = NULL;
    PDS_TRY(pds_p11_kit_load(&kit, e));
    (void)pthread_mutex_lock(&lock);
    const pds_code code =
        path == NULL ? load_registered(kit, out, e) : load_path(kit, path, out, e);
    (void)pthread_mutex_unlock(&lock);
    return code;
}

/* Not under lock: it may hang. */
pds_code pds_p11_module_begin(CK_FUNCTION_LIST *module, pds_err *e)
{
    const pds_p11_kit *kit = NULL;
    PDS_TRY(pds_p11_kit_load(&kit, e));
    const CK_RV rv = kit->module_initialize(module);
    if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the PKCS#11 module can't begin: %s", kit->strerror(rv));
    }
    return PDS_OK;
}
