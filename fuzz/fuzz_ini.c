/* Settings in INI files: what is read is what stands there, in its order. */

#include "base/ini.h"
#include "base/own.h"

#include <pds/ini.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct reading {
    unsigned line, lines;
    char section[8192];
} reading;

static pds_code take(void *ctx, const pds_ini_entry *entry, pds_err *e)
{
    reading *const r = ctx;
    (void)e;
    assert(entry->section != NULL && (entry->name == NULL) == (entry->value == NULL));
    assert(entry->line >= r->line && entry->line <= r->lines);
    if (entry->name != NULL) { /* entries are those of the section that began last */
        assert(strcmp(entry->section, r->section) == 0);
    }
    r->line = entry->line;
    (void)snprintf(r->section, sizeof r->section, "%s", entry->section);
    return PDS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static reading r;
    PDS_OWN(pds_buf_drop) pds_buf text = { .max = PDS_INI_MAX + 1 };
    pds_err e;
    r = (reading){ .lines = 1 };
    for (size_t i = 0; i < size; i++) {
        r.lines += data[i] == '\n' || data[i] == '\r';
    }
    pds_buf_put(&text, pds_span_of(data, size));
    (void)!pds_ini_parse(&text, take, &r, &e);
    return 0;
}
