#include "base/own.h"
#include "base/utf8.h"
#include "token/p11_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MAX = 256, DELETE = 0x7F };

void pds_p11_text(const CK_UTF8CHAR *field, size_t size, char *out, size_t room)
{
    while (size > 0 && (field[size - 1] == ' ' || field[size - 1] == '\0')) {
        size--;
    }
    size = size < room ? size : room - 1;
    memcpy(out, field, size);
    out[size] = '\0';
    char *at = out;
    while (*at != '\0') {
        const char *next = at;
        uint32_t character = 0;
        if (!pds_utf8_take(&next, &character) || character < ' ' || character == DELETE) {
            *at++ = '?';
        } else {
            at += next - at;
        }
    }
}

/* ---- what is there ---- */

/* One module being looked through. */
typedef struct search {
    const pds_p11_kit *kit;
    const P11KitUri *wanted;
    CK_FUNCTION_LIST *module;
    char name[PDS_DEVICE_URI];
    pds_device_list *out; /* gets what is found; NULL: … */
    const char *uri;      /* … this one is looked for */
    CK_SLOT_ID slot;      /* where it is */
    bool found;
} search;

static bool fits(const search *s, CK_SLOT_ID id, const CK_TOKEN_INFO *token)
{
    CK_SLOT_INFO slot;
    const CK_SLOT_ID wanted = s->kit->uri_get_slot_id((P11KitUri *)s->wanted);
    if (wanted != (CK_SLOT_ID)-1 && wanted != id) {
        return false;
    }
    return s->module->C_GetSlotInfo(id, &slot) == CKR_OK &&
           s->kit->uri_match_slot_info(s->wanted, &slot) != 0 &&
           s->kit->uri_match_token_info(s->wanted, token) != 0;
}

static void describe(const search *s, const CK_TOKEN_INFO *token, pds_device_info *out)
{
    pds_p11_text(token->label, sizeof token->label, out->label, sizeof out->label);
    pds_p11_text(token->manufacturerID, sizeof token->manufacturerID, out->maker,
                 sizeof out->maker);
    pds_p11_text(token->model, sizeof token->model, out->model, sizeof out->model);
    pds_p11_text(token->serialNumber, sizeof token->serialNumber, out->serial, sizeof out->serial);
    (void)snprintf(out->reader, sizeof out->reader, "%s", s->name);
}

static pds_code look_at_slot(search *s, CK_SLOT_ID id, pds_err *e)
{
    pds_device_info info = { .uri = "" };
    CK_TOKEN_INFO token;
    if (s->module->C_GetTokenInfo(id, &token) != CKR_OK || !fits(s, id, &token) ||
        (token.flags & CKF_TOKEN_INITIALIZED) == 0) {
        return PDS_OK; /* gone meanwhile, or not meant */
    }
    PDS_TRY(pds_p11_uri_of_token(s->wanted, &token, info.uri, e));
    if (s->out == NULL) {
        if (!s->found && strcmp(info.uri, s->uri) == 0) {
            s->slot = id;
            s->found = true;
        }
        return PDS_OK;
    }
    describe(s, &token, &info);
    return pds_device_list_add(s->out, &info, e);
}

/* What came since is seen by those who ask how many there are (PKCS#11, 5.5). */
static pds_code look_through(search *s, pds_err *e)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = 0;
    CK_RV rv = s->module->C_GetSlotList(CK_TRUE, NULL, &count);
    if (rv == CKR_OK) {
        count = SLOTS_MAX;
        rv = s->module->C_GetSlotList(CK_TRUE, slots, &count);
    }
    rv = rv == CKR_OK && count > SLOTS_MAX ? CKR_BUFFER_TOO_SMALL : rv;
    if (rv != CKR_OK) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "%s", s->kit->strerror(rv));
    }
    for (CK_ULONG i = 0; i < count; i++) {
        PDS_TRY(look_at_slot(s, slots[i], e));
    }
    return PDS_OK;
}

/* A store of the certificates that the system trusts, such as p11-kit's own, holds no keys. */
static bool is_trust_store(const search *s)
{
    char *const policy = s->kit->config_option(s->module, "trust-policy");
    const bool trusts = policy != NULL && strcmp(policy, "yes") == 0;
    free(policy);
    return trusts;
}

/* As far as that is known without asking it. */
static bool may_be_wanted(const search *s)
{
    const char *const name = s->kit->uri_get_module_name(s->wanted);
    char *const own = s->kit->module_get_name(s->module);
    const bool named = name == NULL ? !is_trust_store(s) : own != NULL && strcmp(name, own) == 0;
    free(own);
    return named;
}

static bool is_wanted(const search *s)
{
    CK_INFO info;
    return s->module->C_GetInfo(&info) == CKR_OK &&
           s->kit->uri_match_module_info(s->wanted, &info) != 0;
}

/* Its file; one that is no file goes by its name. */
static void take_name(search *s)
{
    char *const file = s->kit->module_get_filename(s->module);
    char *const own = s->kit->module_get_name(s->module);
    (void)snprintf(s->name, sizeof s->name, "%s", file != NULL ? file : own != NULL ? own : "?");
    free(own);
    free(file);
}

static bool has_place(const pds_device_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].reader, name) == 0) {
            return true;
        }
    }
    return false;
}

static pds_code add_place(search *s, pds_device_list *out, pds_err *e)
{
    pds_device_info info = { .uri = "" };
    take_name(s);
    if (!may_be_wanted(s) || has_place(out, s->name)) {
        return PDS_OK;
    }
    (void)snprintf(info.reader, sizeof info.reader, "%s", s->name);
    return pds_device_list_add(out, &info, e);
}

/* The search's URI has to live as long as it. */
static pds_code begin_search(search *s, const char *rest, P11KitUri **uri, pds_p11_modules *modules,
                             pds_err *e)
{
    PDS_TRY(pds_p11_uri_parse(rest, uri, e));
    PDS_TRY(pds_p11_kit_load(&s->kit, e));
    s->wanted = *uri;
    return pds_p11_modules_get(s->kit->uri_get_module_path(*uri), modules, e);
}

pds_code pds_p11_places(const char *rest, pds_device_list *out, pds_err *e)
{
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    pds_p11_modules modules = { .items = NULL };
    search s = { .out = out };
    PDS_TRY(begin_search(&s, rest, &uri, &modules, e));
    if (s.kit->uri_get_module_path(uri) != NULL) {
        PDS_TRY(pds_p11_module_begin(modules.items[0], e)); /* whoever names it wants that one */
    }
    for (size_t i = 0; modules.items[i] != NULL; i++) {
        s.module = modules.items[i];
        PDS_TRY(add_place(&s, out, e));
    }
    return modules.note == NULL
               ? PDS_OK
               : pds_device_list_note(out, PDS_E_TOKEN_MISSING, "p11-kit", modules.note, e);
}

static pds_code look_in_place(search *s, const char *place, const pds_p11_modules *modules,
                              pds_err *e)
{
    for (size_t i = 0; modules->items[i] != NULL; i++) {
        s->module = modules->items[i];
        take_name(s);
        if (may_be_wanted(s) && strcmp(s->name, place) == 0) {
            PDS_TRY(pds_p11_module_begin(s->module, e));
            return is_wanted(s) ? look_through(s, e) : PDS_OK;
        }
    }
    return PDS_OK;
}

pds_code pds_p11_look(const char *place, const char *rest, pds_device_list *out, pds_err *e)
{
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    pds_p11_modules modules = { .items = NULL };
    search s = { .out = out };
    PDS_TRY(begin_search(&s, rest, &uri, &modules, e));
    return look_in_place(&s, place, &modules, e);
}

/* ---- sessions ---- */

static pds_code open_session(const pds_p11 *p, bool writable, CK_SESSION_HANDLE *out, pds_err *e)
{
    const CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0UL);
    return pds_p11_check(p, p->module->C_OpenSession(p->slot, flags, NULL, NULL, out),
                         "open a session", e);
}

pds_code pds_p11_open(const pds_device_info *info, void **self, pds_err *e)
{
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    pds_p11_modules modules = { .items = NULL };
    search s = { .uri = info->uri };
    PDS_TRY(begin_search(&s, info->uri + strlen("pkcs11:"), &uri, &modules, e));
    PDS_TRY(look_in_place(&s, info->reader, &modules, e));
    if (!s.found) {
        PDS_FAIL(e, PDS_E_TOKEN_MISSING, "the token '%s' is not there", info->label);
    }
    pds_p11 *const p = calloc(1, sizeof *p);
    if (p == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *p = (pds_p11){ .module = s.module, .slot = s.slot };
    (void)pthread_mutex_init(&p->lock, NULL);
    const pds_code code = open_session(p, false, &p->main, e);
    if (code != PDS_OK) {
        pds_p11_close(p);
        return code;
    }
    *self = p;
    return PDS_OK;
}

/* Other sessions of this process stay logged in: only ours are closed. The last one that is closed
 * ends the login (PKCS#11, 5.6.4). */
void pds_p11_close(void *self)
{
    pds_p11 *const p = self;
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->idle_count; i++) {
        (void)p->module->C_CloseSession(p->idle[i]);
    }
    if (p->main != CK_INVALID_HANDLE) {
        (void)p->module->C_CloseSession(p->main);
    }
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

pds_code pds_p11_take(pds_p11 *p, CK_SESSION_HANDLE *out, pds_err *e)
{
    *out = CK_INVALID_HANDLE;
    (void)pthread_mutex_lock(&p->lock);
    if (p->idle_count > 0) {
        *out = p->idle[--p->idle_count];
    }
    (void)pthread_mutex_unlock(&p->lock);
    return *out != CK_INVALID_HANDLE ? PDS_OK : open_session(p, false, out, e);
}

void pds_p11_give(pds_p11 *p, CK_SESSION_HANDLE session, bool sound)
{
    (void)pthread_mutex_lock(&p->lock);
    const bool keep = sound && p->idle_count < PDS_P11_IDLE_MAX;
    if (keep) {
        p->idle[p->idle_count++] = session;
    }
    (void)pthread_mutex_unlock(&p->lock);
    if (!keep) {
        (void)p->module->C_CloseSession(session);
    }
}

pds_code pds_p11_make_writable(pds_p11 *p, pds_err *e)
{
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    if (p->writable) {
        return PDS_OK;
    }
    PDS_TRY(open_session(p, true, &session, e)); /* before the other goes, and a login with it */
    (void)p->module->C_CloseSession(p->main);
    p->main = session;
    p->writable = true;
    return PDS_OK;
}
