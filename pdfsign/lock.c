#include "pdfsign/lock.h"

#include "base/own.h"

#include <string.h>

typedef struct action_row {
    pds_lock_action action;
    const char *option; /* on the command line */
    const char *name;   /* in the file */
} action_row;

static const action_row ACTIONS[] = {
    { PDS_LOCK_ALL, "all", "All" },
    { PDS_LOCK_INCLUDE, "include:", "Include" },
    { PDS_LOCK_EXCLUDE, "exclude:", "Exclude" },
};
enum { ACTION_COUNT = sizeof ACTIONS / sizeof ACTIONS[0] };

static const action_row *row_of(pds_lock_action action)
{
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        if (ACTIONS[i].action == action) {
            return &ACTIONS[i];
        }
    }
    return NULL;
}

static void add_name(pds_lock *lock, pds_span name)
{
    pds_buf_put(&lock->names, name);
    pds_buf_byte(&lock->names, '\0');
}

/* "A,B" into names; false: none, or an empty one. */
static bool add_list(pds_lock *lock, const char *list)
{
    for (;;) {
        size_t n = strcspn(list, ",");
        if (n == 0) {
            return false;
        }
        add_name(lock, pds_span_of(list, n));
        if (list[n] == '\0') {
            return true;
        }
        list += n + 1;
    }
}

pds_code pds_lock_parse(const char *text, pds_lock *out, pds_err *e)
{
    *out = (pds_lock){ .action = PDS_LOCK_NONE };
    if (text == NULL) {
        return PDS_OK;
    }
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        size_t n = strlen(ACTIONS[i].option);
        bool listed = ACTIONS[i].action != PDS_LOCK_ALL;
        if (strncmp(text, ACTIONS[i].option, n) == 0 &&
            (listed ? add_list(out, text + n) : text[n] == '\0')) {
            out->action = ACTIONS[i].action;
            return pds_buf_end(&out->names, e);
        }
    }
    pds_lock_drop(out);
    return pds_err_expected(pds_fail(e, PDS_E_USAGE, __func__, "lock '%s' is not understood", text),
                            e, "all, include:NAME,... or exclude:NAME,...", NULL);
}

static pds_code read_names(pds_doc *doc, pds_span dict, pds_lock *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object fields = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(doc, dict, "Fields", &fields, e));
    pds_iter it = pds_iter_of(fields.value);
    while (pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object name = { 0 };
        PDS_TRY(pds_doc_resolve(doc, value, &name, e));
        if (pds_value_utf8(name.value, &out->names)) {
            pds_buf_byte(&out->names, '\0');
        }
    }
    return pds_buf_end(&out->names, e);
}

static pds_code read_permission(pds_doc *doc, pds_span dict, pds_lock *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object permission = { 0 };
    int64_t number = 0;
    PDS_TRY(pds_doc_get(doc, dict, "P", &permission, e));
    if (pds_value_int(permission.value, &number) && number >= 1 && number <= 3) {
        out->permission = (int)number;
    }
    return PDS_OK;
}

pds_code pds_lock_read(pds_doc *doc, pds_span value, pds_lock *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object lock = { 0 };
    PDS_OWN(pds_object_drop) pds_object action = { 0 };
    *out = (pds_lock){ .action = PDS_LOCK_NONE };
    PDS_TRY(pds_doc_resolve(doc, value, &lock, e));
    PDS_TRY(pds_doc_get(doc, lock.value, "Action", &action, e));
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        if (pds_value_is_name(action.value, ACTIONS[i].name)) {
            out->action = ACTIONS[i].action;
        }
    }
    if (out->action == PDS_LOCK_NONE) {
        return pds_err_expected(
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "a lock has no known /Action"), e,
            "/All, /Include or /Exclude", NULL);
    }
    if (out->action != PDS_LOCK_ALL) {
        PDS_TRY(read_names(doc, lock.value, out, e));
    }
    return read_permission(doc, lock.value, out, e);
}

/* The name behind `at`, NULL at the end; begin with NULL. */
static const char *next_name(const pds_lock *lock, const char *at)
{
    const char *first = (const char *)lock->names.ptr;
    size_t used = at == NULL ? 0 : (size_t)(at - first) + strlen(at) + 1;
    return used < lock->names.len ? first + used : NULL;
}

void pds_lock_put(const pds_lock *lock, pds_buf *out)
{
    const action_row *row = row_of(lock->action);
    if (row == NULL) {
        return;
    }
    pds_buf_printf(out, "/Action/%s", row->name);
    if (lock->action != PDS_LOCK_ALL) {
        pds_buf_text(out, "/Fields[");
        for (const char *n = next_name(lock, NULL); n != NULL; n = next_name(lock, n)) {
            pds_text_put(out, n);
        }
        pds_buf_text(out, "]");
    }
    if (lock->permission != 0) {
        pds_buf_printf(out, "/P %d", lock->permission);
    }
}

void pds_lock_describe(const pds_lock *lock, pds_buf *out)
{
    const action_row *row = row_of(lock->action);
    const char *between = "";
    if (row == NULL) {
        return;
    }
    pds_buf_text(out, row->option);
    for (const char *n = next_name(lock, NULL); n != NULL; n = next_name(lock, n)) {
        pds_buf_printf(out, "%s%s", between, n);
        between = ",";
    }
    if (lock->permission != 0) {
        pds_buf_printf(out, ";P=%d", lock->permission);
    }
}

static bool listed(const pds_lock *lock, const char *field)
{
    for (const char *n = next_name(lock, NULL); n != NULL; n = next_name(lock, n)) {
        size_t len = strlen(n);
        if (strncmp(field, n, len) == 0 && (field[len] == '\0' || field[len] == '.')) {
            return true;
        }
    }
    return false;
}

bool pds_lock_covers(const pds_lock *lock, const char *field)
{
    switch (lock->action) {
    case PDS_LOCK_ALL:
        return true;
    case PDS_LOCK_INCLUDE:
        return listed(lock, field);
    case PDS_LOCK_EXCLUDE:
        return !listed(lock, field);
    case PDS_LOCK_NONE:
        break;
    }
    return false;
}

void pds_lock_drop(pds_lock *lock)
{
    pds_buf_drop(&lock->names);
    lock->action = PDS_LOCK_NONE;
}
