#include "base/load.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_loaded(const pds_library *library)
{
    return __atomic_load_n(&library->loaded, __ATOMIC_ACQUIRE) != 0;
}

static pds_code missing(const pds_library *library, pds_err *e)
{
    const char *reason = dlerror(); // NOLINT(concurrency-mt-unsafe): of this thread in glibc
    PDS_FAIL(e, PDS_E_LIBRARY_MISSING, "the library of package %s cannot be used: %s",
             library->package, reason == NULL ? library->soname : reason);
}

static pds_code fill_table(pds_library *library, void *handle, pds_err *e)
{
    for (size_t i = 0; i < library->count; i++) {
        void *symbol = dlsym(handle, library->symbols[i].name);
        if (symbol == NULL) {
            return missing(library, e);
        }
        memcpy((char *)library->table + library->symbols[i].at, &symbol, sizeof symbol);
    }
    __atomic_store_n(&library->loaded, 1, __ATOMIC_RELEASE);
    return PDS_OK;
}

static pds_code load(pds_library *library, pds_err *e)
{
    void *handle = dlopen(library->soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    return handle == NULL ? missing(library, e) : fill_table(library, handle, e);
}

pds_code pds_library_load(pds_library *library, pds_err *e)
{
    if (is_loaded(library)) {
        return PDS_OK;
    }
    (void)pthread_mutex_lock(&lock);
    pds_code code = is_loaded(library) ? PDS_OK : load(library, e);
    (void)pthread_mutex_unlock(&lock);
    return code;
}
