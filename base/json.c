#include "base/buf.h"
#include "base/err.h"
#include "base/own.h"

#include <pds/json.h>

#include <jansson.h>

static json_t *open_value(pds_json *value)
{
    return (json_t *)value;
}

static const json_t *look(const pds_json *value)
{
    return (const json_t *)value;
}

static pds_json *close_value(json_t *value)
{
    return (pds_json *)value;
}

/* Bytes of the character at s (RFC 3629, 4), 0 if there is none. s ends with NUL, which stops this.
 */
static size_t character_at(const uint8_t *s)
{
    static const struct {
        uint8_t first, last, low, high; /* of the first byte, of the second byte */
        size_t len;
    } forms[] = {
        { 0x01, 0x7F, 0x00, 0xFF, 1 }, { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
        { 0xE1, 0xEC, 0x80, 0xBF, 3 }, { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
        { 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (s[0] < forms[i].first || s[0] > forms[i].last) {
            continue;
        }
        for (size_t k = 1; k < forms[i].len; k++) {
            uint8_t low = k == 1 ? forms[i].low : 0x80;
            uint8_t high = k == 1 ? forms[i].high : 0xBF;
            if (s[k] < low || s[k] > high) {
                return 0;
            }
        }
        return forms[i].len;
    }
    return 0;
}

static json_t *mended_string(const char *text)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    const uint8_t *s = (const uint8_t *)text;
    while (*s != '\0') {
        size_t len = character_at(s);
        if (len == 0) {
            pds_buf_text(&b, "\xEF\xBF\xBD"); /* U+FFFD */
            s++;
        } else {
            pds_buf_put(&b, pds_span_of(s, len));
            s += len;
        }
    }
    return b.bad != PDS_OK ? NULL : json_stringn((const char *)b.ptr, b.len);
}

static json_t *string_of(const char *text)
{
    json_t *string = json_string(text); /* NULL also when it is not UTF-8 */
    return string == NULL ? mended_string(text) : string;
}

pds_json *pds_json_object(void)
{
    return close_value(json_object());
}

pds_json *pds_json_array(void)
{
    return close_value(json_array());
}

static void set(pds_json *object, const char *key, json_t *value)
{
    (void)json_object_set_new(open_value(object), key, value);
}

void pds_json_set_text(pds_json *object, const char *key, const char *text)
{
    if (text != NULL) {
        set(object, key, string_of(text));
    }
}

void pds_json_set_int(pds_json *object, const char *key, int64_t number)
{
    set(object, key, json_integer(number));
}

void pds_json_set_real(pds_json *object, const char *key, double number)
{
    set(object, key, json_real(number));
}

void pds_json_set_bool(pds_json *object, const char *key, bool value)
{
    set(object, key, json_boolean(value));
}

void pds_json_set(pds_json *object, const char *key, pds_json *value)
{
    set(object, key, open_value(value));
}

void pds_json_add(pds_json *array, pds_json *value)
{
    (void)json_array_append_new(open_value(array), open_value(value));
}

void pds_json_add_text(pds_json *array, const char *text)
{
    if (text != NULL) {
        (void)json_array_append_new(open_value(array), string_of(text));
    }
}

void pds_json_add_int(pds_json *array, int64_t number)
{
    (void)json_array_append_new(open_value(array), json_integer(number));
}

void pds_json_add_real(pds_json *array, double number)
{
    (void)json_array_append_new(open_value(array), json_real(number));
}

static const json_t *member(const pds_json *object, const char *key)
{
    return json_object_get(look(object), key);
}

const char *pds_json_text(const pds_json *object, const char *key)
{
    return json_string_value(member(object, key));
}

int64_t pds_json_int(const pds_json *object, const char *key)
{
    const json_t *value = member(object, key);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

bool pds_json_real(const pds_json *object, const char *key, double *out)
{
    const json_t *value = member(object, key);
    *out = json_is_number(value) ? json_number_value(value) : *out;
    return json_is_number(value);
}

bool pds_json_item_real(const pds_json *array, size_t index, double *out)
{
    const json_t *value = look(pds_json_at(array, index));
    *out = json_is_number(value) ? json_number_value(value) : *out;
    return json_is_number(value);
}

bool pds_json_bool(const pds_json *object, const char *key)
{
    return json_is_true(member(object, key));
}

const pds_json *pds_json_get(const pds_json *object, const char *key)
{
    return (const pds_json *)member(object, key);
}

size_t pds_json_count(const pds_json *array)
{
    return json_array_size(look(array));
}

const pds_json *pds_json_at(const pds_json *array, size_t index)
{
    return (const pds_json *)json_array_get(look(array), index);
}

const char *pds_json_item_text(const pds_json *array, size_t index)
{
    return json_string_value(look(pds_json_at(array, index)));
}

pds_json_kind pds_json_kind_of(const pds_json *value)
{
    static const pds_json_kind kinds[] = {
        [JSON_OBJECT] = PDS_JSON_OBJECT, [JSON_ARRAY] = PDS_JSON_ARRAY,
        [JSON_STRING] = PDS_JSON_TEXT,   [JSON_INTEGER] = PDS_JSON_INT,
        [JSON_REAL] = PDS_JSON_REAL,     [JSON_TRUE] = PDS_JSON_BOOL,
        [JSON_FALSE] = PDS_JSON_BOOL,    [JSON_NULL] = PDS_JSON_NULL,
    };
    return value == NULL ? PDS_JSON_NONE : kinds[json_typeof(look(value))];
}

/* jansson's iterators take an object that may be written to, and write nothing. */
const char *pds_json_key_after(const pds_json *object, const char *key)
{
    json_t *all = (json_t *)(uintptr_t)look(object);
    void *at = key == NULL ? json_object_iter(all) : json_object_iter_at(all, key);
    at = key == NULL ? at : json_object_iter_next(all, at);
    return json_object_iter_key(at);
}

char *pds_json_dump(const pds_json *value)
{
    return json_dumps(look(value), JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
}

/* jansson itself bounds the depth (2048) and refuses trailing text. */
pds_code pds_json_parse(const char *text, size_t len, pds_json **out, pds_err *e)
{
    json_error_t fault = { 0 };
    *out = close_value(json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault));
    if (*out != NULL) {
        return PDS_OK;
    }
    if (json_error_code(&fault) == json_error_out_of_memory) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_FAIL(e, PDS_E_USAGE, "not JSON, line %d, column %d: %s", fault.line, fault.column,
             fault.text);
}

void pds_json_drop(pds_json **value)
{
    if (value != NULL) {
        json_decref(open_value(*value));
        *value = NULL;
    }
}

static void set_if_said(pds_json *object, const char *key, const char *text)
{
    pds_json_set_text(object, key, *text == '\0' ? NULL : text);
}

static void set_if_above(pds_json *object, const char *key, int64_t number, int64_t none)
{
    if (number > none) {
        pds_json_set_int(object, key, number);
    }
}

pds_json *pds_err_json(const pds_err *e)
{
    pds_json *object = pds_json_object();
    pds_json_set_text(object, "code", pds_code_name(e->code));
    pds_json_set_int(object, "exit", pds_code_exit(e->code));
    pds_json_set_text(object, "text", e->text);
    set_if_said(object, "file", e->file);
    set_if_above(object, "signer", e->signer, 0);
    set_if_said(object, "key", e->key);
    set_if_above(object, "page", e->page, 0);
    set_if_said(object, "field", e->field);
    set_if_above(object, "object", e->object, 0);
    set_if_above(object, "offset", e->offset, -1);
    set_if_said(object, "expected", e->expected);
    set_if_said(object, "found", e->found);
    set_if_said(object, "hint", e->hint);
    return object;
}
