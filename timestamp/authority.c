#include "base/own.h"
#include "cms/tsp.h"
#include "timestamp/authority_private.h"

#include <stdlib.h>
#include <string.h>

enum { TOTAL_MS = 20000, RETRIES = 2, DOWN_MS = 60000, ORIGIN_MAX = 512 };

/* ---- the list ---- */

static pds_authority_rules filled(const pds_authority_rules *given)
{
    pds_authority_rules rules = { .trust = NULL };
    if (given != NULL) {
        rules = *given;
    }
    rules.total_ms = rules.total_ms > 0 ? rules.total_ms : TOTAL_MS;
    rules.retries = rules.retries == 0 ? RETRIES : rules.retries < 0 ? 0 : rules.retries;
    return rules;
}

pds_code pds_authorities_new(const pds_authority_rules *rules, pds_authorities **out, pds_err *e)
{
    PDS_OWN(pds_authorities_drop) pds_authorities *made = NULL;
    PDS_TRY(pds_http_load(e));
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    made->rules = filled(rules);
    if (made->rules.trust == NULL) {
        PDS_TRY(pds_trust_new(&made->own_trust, e));
        made->rules.trust = made->own_trust;
    }
    *out = made;
    made = NULL;
    return PDS_OK;
}

void pds_authorities_drop(pds_authorities **list)
{
    if (list == NULL || *list == NULL) {
        return;
    }
    for (size_t i = 0; i < (*list)->count; i++) {
        pds_http_client_drop(&(*list)->entries[i].client);
    }
    pds_trust_drop(&(*list)->own_trust);
    free(*list);
    *list = NULL;
}

/* errors: PDS_E_USAGE no such policy */
static pds_code check_policy(const pds_authority *authority, pds_err *e)
{
    static const uint8_t nothing[PDS_DIGEST_MAX];
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    const pds_tsp_request request = { .md = authority->md,
                                      .imprint = nothing,
                                      .policy = authority->policy };
    return pds_tsp_request_put(&request, &der, e);
}

/* An address with '@' may hold a password, which is nothing for a log. */
static pds_code fail_address(const char *url, pds_err *e)
{
    if (strchr(url, '@') != NULL) {
        return pds_err_hint(pds_fail(e, PDS_E_USAGE, __func__,
                                     "the address of a timestamping authority must be without a "
                                     "user's name and password"),
                            e, "give them with --tsa-user and --tsa-password-file");
    }
    PDS_FAIL(e, PDS_E_USAGE,
             "'%s' is no address of a timestamping authority: http://HOST/PATH or https://", url);
}

pds_code pds_authorities_add(pds_authorities *list, const pds_authority *authority, pds_err *e)
{
    char origin[ORIGIN_MAX];
    pds_authority_entry *const entry = &list->entries[list->count];
    if (list->count == PDS_AUTHORITIES_MAX) {
        PDS_FAIL(e, PDS_E_USAGE, "no more than %d timestamping authorities can be named",
                 PDS_AUTHORITIES_MAX);
    }
    if (!pds_http_origin(authority->url, origin, sizeof origin)) {
        return fail_address(authority->url, e);
    }
    *entry = (pds_authority_entry){ .given = *authority };
    entry->given.md = authority->md == PDS_MD_NONE ? PDS_MD_SHA256 : authority->md;
    PDS_TRY(check_policy(&entry->given, e));
    PDS_TRY(pds_http_client_new(&authority->access, &entry->client, e));
    list->count++;
    return PDS_OK;
}

size_t pds_authorities_count(const pds_authorities *list)
{
    return list->count;
}

/* ---- what is learnt ---- */

static bool is_down(const pds_authority_entry *entry)
{
    return __atomic_load_n(&entry->down_until, __ATOMIC_RELAXED) > pds_http_clock();
}

void pds_authority_set_down(pds_authority_entry *entry)
{
    __atomic_store_n(&entry->down_until, pds_http_clock() + DOWN_MS, __ATOMIC_RELAXED);
}

void pds_authority_set_up(pds_authority_entry *entry)
{
    __atomic_store_n(&entry->down_until, 0, __ATOMIC_RELAXED);
}

void pds_authorities_order(pds_authorities *list, size_t order[PDS_AUTHORITIES_MAX])
{
    bool down[PDS_AUTHORITIES_MAX]; /* looked at once: another thread may change it meanwhile */
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        down[i] = is_down(&list->entries[i]);
        if (!down[i]) {
            order[count++] = i;
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        if (down[i]) {
            order[count++] = i;
        }
    }
}

bool pds_authorities_down(const pds_authorities *list)
{
    size_t i = 0;
    while (i < list->count && is_down(&list->entries[i])) {
        i++;
    }
    return list->count > 0 && i == list->count;
}

void pds_authorities_learn(pds_authorities *list, size_t token)
{
    size_t known = __atomic_load_n(&list->largest, __ATOMIC_RELAXED);
    while (token > known && !__atomic_compare_exchange_n(&list->largest, &known, token, false,
                                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

size_t pds_authorities_token_size(const pds_authorities *list)
{
    return __atomic_load_n(&list->largest, __ATOMIC_RELAXED);
}
