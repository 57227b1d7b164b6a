#include "base/finding.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct row {
    const char *name;
    pds_indication indication;
    const char *sub;
} row;

static const row ROWS[PDS_F_COUNT] = {
    [PDS_F_NONE] = { "NONE", PDS_PASSED, "" },
    [PDS_F_UNREFERENCED_BYTES] = { "UNREFERENCED_BYTES", PDS_PASSED, "" },
    [PDS_F_BYTE_RANGE_WRONG] = { "BYTE_RANGE_WRONG", PDS_FAILED, "FORMAT_FAILURE" },
    [PDS_F_CHAIN_NOT_FOUND] = { "CHAIN_NOT_FOUND", PDS_INDETERMINATE,
                                "NO_CERTIFICATE_CHAIN_FOUND" },
};

const char *pds_finding_name(pds_finding_code code)
{
    return ROWS[code].name;
}

pds_indication pds_finding_indication(pds_finding_code code)
{
    return ROWS[code].indication;
}

const char *pds_finding_sub(pds_finding_code code)
{
    return ROWS[code].sub;
}

/* Doubling: room is what the count says. */
static pds_code make_room(pds_findings *f, pds_err *e)
{
    const bool full = (f->count & (f->count - 1)) == 0;
    if (!full) {
        return PDS_OK;
    }
    const size_t room = f->count == 0 ? 1 : 2 * f->count;
    pds_finding *more = realloc(f->items, room * sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    f->items = more;
    return PDS_OK;
}

static void leave_out(pds_findings *f, pds_finding_code code)
{
    f->left_out++;
    if (pds_finding_indication(code) > pds_finding_indication(f->worst_left_out)) {
        f->worst_left_out = code;
    }
}

pds_code pds_finding_add(pds_findings *f, pds_finding_code code, pds_err *e, const char *format,
                         ...)
{
    char *text = NULL;
    va_list args;
    if (f->count == PDS_FINDINGS_MAX) {
        leave_out(f, code);
        return PDS_OK;
    }
    PDS_TRY(make_room(f, e));
    va_start(args, format);
    const int length = vasprintf(&text, pds_translated(format), args);
    va_end(args);
    if (length < 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    f->items[f->count++] = (pds_finding){ .code = code, .text = text, .offset = -1 };
    return PDS_OK;
}

pds_finding *pds_finding_last(pds_findings *f)
{
    return f->left_out > 0 || f->count == 0 ? &f->spare : &f->items[f->count - 1];
}

pds_indication pds_findings_worst(const pds_findings *f, const char **sub)
{
    pds_finding_code worst = PDS_F_NONE;
    for (size_t i = 0; i < f->count; i++) {
        if (pds_finding_indication(f->items[i].code) > pds_finding_indication(worst)) {
            worst = f->items[i].code;
        }
    }
    if (pds_finding_indication(f->worst_left_out) > pds_finding_indication(worst)) {
        worst = f->worst_left_out;
    }
    *sub = pds_finding_sub(worst);
    return pds_finding_indication(worst);
}

void pds_findings_drop(pds_findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->items[i].text);
    }
    free(f->items);
    *f = (pds_findings){ .count = 0 };
}
