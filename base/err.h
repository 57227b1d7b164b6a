#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks a message id in a table; what takes it from there translates it. */
#define N_(text) text // NOLINT(readability-identifier-naming): as gettext has it

#define PDS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* A fault is never PDS_OK; an analyser, which sees one file at a time, is told so. */
#ifdef __clang_analyzer__
#define pds_fault(code) /* NOLINT(readability-identifier-naming): stands for a function */ \
    __extension__({                                                                        \
        pds_code pds_rc_ = (code);                                                         \
        if (pds_rc_ == PDS_OK) {                                                           \
            __builtin_unreachable();                                                       \
        }                                                                                  \
        pds_rc_;                                                                           \
    })
#else
#define pds_fault(code) (code) // NOLINT(readability-identifier-naming): stands for a function
#endif

/* Leaves the function with a fault. Format strings are message ids of the catalogue in po/. */
#define PDS_FAIL(e, code, ...) return pds_fault(pds_fail((e), (code), __func__, __VA_ARGS__))
/* The same, naming the byte of the file. */
#define PDS_FAIL_AT(e, code, offset, ...) \
    return pds_fault(                     \
        pds_err_at(pds_fail((e), (code), __func__, __VA_ARGS__), (e), (int64_t)(offset)))
#define PDS_TRY(call)              \
    do {                           \
        pds_code pds_rc_ = (call); \
        if (pds_rc_ != PDS_OK) {   \
            return pds_rc_;        \
        }                          \
    } while (0)

/* Fills e anew (NULL is allowed: only the code is wanted) and returns code. */
PDS_USE pds_code pds_fail(pds_err *e, pds_code code, const char *where, const char *fmt, ...)
    PDS_PRINTF(4, 5);

/* These add to a fault that is being passed on, and return its code; they do nothing on PDS_OK.
 * What stands already is not overwritten: the callee knew better. */
PDS_USE pds_code pds_err_at(pds_code code, pds_err *e, int64_t offset);
PDS_USE pds_code pds_err_object(pds_code code, pds_err *e, uint32_t object);
PDS_USE pds_code pds_err_page(pds_code code, pds_err *e, uint32_t page);
PDS_USE pds_code pds_err_signer(pds_code code, pds_err *e, uint32_t signer);
PDS_USE pds_code pds_err_key(pds_code code, pds_err *e, const char *label);
PDS_USE pds_code pds_err_file(pds_code code, pds_err *e, const char *path);
PDS_USE pds_code pds_err_field(pds_code code, pds_err *e, const char *field);
PDS_USE pds_code pds_err_expected(pds_code code, pds_err *e, const char *expected,
                                  const char *found);
PDS_USE pds_code pds_err_hint(pds_code code, pds_err *e, const char *hint);

/* Passes on a fault that was kept apart while it could still have been none: why becomes e. */
PDS_USE pds_code pds_err_pass(pds_code code, pds_err *e, const pds_err *why);
/* A message id in the reader's language, for what is put into another message; lent. */
const char *pds_translated(const char *id);

/* What an errno means, in English; lent until the thread's next call. */
const char *pds_errno_text(int number);

#ifdef __cplusplus
}
#endif
#endif
