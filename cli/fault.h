#ifndef CLI_FAULT_H
#define CLI_FAULT_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CLI_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Runs drop(&variable) when the variable leaves its scope, by whichever return. */
#define CLI_OWN(drop) __attribute__((cleanup(drop)))

/* Leaves the function with a fault. Format strings are message ids of the catalogue in po/. */
#define CLI_FAIL(e, code, ...) return cli_fail((e), (code), __func__, __VA_ARGS__)
#define CLI_TRY(call)              \
    do {                           \
        pds_code cli_rc_ = (call); \
        if (cli_rc_ != PDS_OK) {   \
            return cli_rc_;        \
        }                          \
    } while (0)

/* Fills e anew with the translated text and returns code. */
pds_code cli_fail(pds_err *e, pds_code code, const char *where, const char *fmt, ...)
    CLI_PRINTF(4, 5);

/* These add to a fault that stands and do not overwrite: who found it knew better. */
void cli_fault_file(pds_err *e, const char *path);
void cli_fault_values(pds_err *e, const char *expected, const char *found);
void cli_fault_hint(pds_err *e, const char *fmt, ...) CLI_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
