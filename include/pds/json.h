#ifndef PDS_JSON_H
#define PDS_JSON_H

#include <pds/err.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A JSON value, strict (RFC 8259). Strings are UTF-8; bytes that are not become U+FFFD. */
typedef struct pds_json pds_json;

PDS_API pds_json *
pds_json_object(void); /* NULL: no memory; every call accepts NULL and does nothing */
PDS_API pds_json *pds_json_array(void);
/* Setters: text NULL is left out. `value` is taken over, also on failure. */
PDS_API void pds_json_set_text(pds_json *object, const char *key, const char *text);
PDS_API void pds_json_set_int(pds_json *object, const char *key, int64_t number);
PDS_API void pds_json_set_real(pds_json *object, const char *key, double number);
PDS_API void pds_json_set_bool(pds_json *object, const char *key, bool value);
PDS_API void pds_json_set(pds_json *object, const char *key, pds_json *value);
PDS_API void pds_json_add(pds_json *array, pds_json *value);
PDS_API void pds_json_add_text(pds_json *array, const char *text);
PDS_API void pds_json_add_int(pds_json *array, int64_t number);
PDS_API void pds_json_add_real(pds_json *array, double number);

/* Readers: NULL, -1 or false where the key is missing or of another kind. Lent. */
PDS_API const char *pds_json_text(const pds_json *object, const char *key);
PDS_API int64_t pds_json_int(const pds_json *object, const char *key);
PDS_API bool pds_json_bool(const pds_json *object, const char *key);
/* Any number, also a whole one; false and *out unchanged where there is none. */
PDS_API bool pds_json_real(const pds_json *object, const char *key, double *out);
PDS_API bool pds_json_item_real(const pds_json *array, size_t index, double *out);
PDS_API const pds_json *pds_json_get(const pds_json *object, const char *key);
PDS_API size_t pds_json_count(const pds_json *array);
PDS_API const pds_json *pds_json_at(const pds_json *array, size_t index);
PDS_API const char *pds_json_item_text(const pds_json *array, size_t index);

/* For who refuses what is not known: the kind of a value, and the keys of an object one after
 * another, in no order that means anything. key NULL: the first; NULL comes back behind the last,
 * and where the value is no object. Lent. */
typedef enum pds_json_kind {
    PDS_JSON_NONE, /* no value at all */
    PDS_JSON_NULL,
    PDS_JSON_BOOL,
    PDS_JSON_INT,
    PDS_JSON_REAL,
    PDS_JSON_TEXT,
    PDS_JSON_ARRAY,
    PDS_JSON_OBJECT
} pds_json_kind;
PDS_API pds_json_kind pds_json_kind_of(const pds_json *value);
PDS_API const char *pds_json_key_after(const pds_json *object, const char *key);

/* The text on one line, without a line end; caller frees it with free(). NULL: no memory. */
PDS_API char *pds_json_dump(const pds_json *value);
/* errors: PDS_E_USAGE with the line and column; duplicate keys and trailing text are refused */
PDS_API PDS_USE pds_code pds_json_parse(const char *text, size_t len, pds_json **out, pds_err *e);
PDS_API void pds_json_drop(pds_json **value);

/* Every field of a fault as one JSON object. */
PDS_API pds_json *pds_err_json(const pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
