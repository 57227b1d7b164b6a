#include "pdfsign/page_content.h"

#include "base/own.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_TRIES = 100, NAME_ROOM = 32 };

typedef struct named {
    uint32_t num;  /* of the XObject */
    unsigned more; /* what makes its name free */
} named;

/* An /XObject dictionary with more names. */
struct pds_more_names {
    pds_ref ref; /* of the new one; num 0: it stands in its resources */
    pds_buf old; /* text of the old one; empty: there was none */
    pds_buf added;
    named *items;
    size_t count, room;
};

/* A /Resources dictionary with another /XObject. */
struct pds_more_resources {
    pds_ref ref;
    pds_buf old;
    size_t names;
};

static void names_drop(struct pds_more_names *n)
{
    pds_buf_drop(&n->old);
    pds_buf_drop(&n->added);
    free(n->items);
    *n = (struct pds_more_names){ 0 };
}

void pds_page_resources_drop(pds_page_resources *r)
{
    for (size_t i = 0; i < r->name_count; i++) {
        names_drop(&r->names[i]);
    }
    for (size_t i = 0; i < r->copy_count; i++) {
        pds_buf_drop(&r->copies[i].old);
    }
    free(r->names);
    free(r->copies);
    pds_intern_drop(&r->known);
    *r = (pds_page_resources){ 0 };
}

void pds_page_names_drop(pds_page_names *n)
{
    pds_buf_drop(&n->own);
}

/* An array with room for one element more of this size. */
static pds_code grow(void **items, size_t count, size_t *room, size_t size, pds_err *e)
{
    const size_t wanted = *room == 0 ? 8 : 2 * *room;
    if (count < *room) {
        return PDS_OK;
    }
    void *more = realloc(*items, wanted * size);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *items = more;
    *room = wanted;
    return PDS_OK;
}

/* Where the table says what became of object `num`; kind: 'x' names, 'r' resources,
 * 'n' those of a node of the page tree. */
static pds_code known_at(pds_page_resources *r, char kind, uint32_t num, uint32_t **place,
                         pds_err *e)
{
    char key[NAME_ROOM];
    const int len = snprintf(key, sizeof key, "%c%u", kind, (unsigned)num);
    return pds_intern_get(&r->known, pds_span_of(key, (size_t)len), place, e);
}

/* ---- names ---- */

static pds_code new_names(pds_page_resources *r, pds_span old, bool indirect, size_t *out,
                          pds_err *e)
{
    PDS_TRY(grow((void **)&r->names, r->name_count, &r->name_room, sizeof *r->names, e));
    struct pds_more_names *n = &r->names[r->name_count];
    *n = (struct pds_more_names){ .ref = { 0 } };
    if (indirect) {
        n->ref = pds_update_ref(r->u);
    }
    if (pds_value_kind(old) == PDS_KIND_DICT) {
        pds_buf_put(&n->old, old);
    }
    *out = r->name_count++;
    return pds_buf_end(&n->old, e);
}

/* The names of these resources: their own, or such as they share with others. */
static pds_code names_of(pds_page_resources *r, pds_span resources, size_t *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object xobjects = { 0 };
    uint32_t *place = NULL;
    pds_span value;
    pds_ref ref;
    if (!pds_dict_get(resources, "XObject", &value) || !pds_value_ref(value, &ref)) {
        return new_names(r, value, false, out, e);
    }
    PDS_TRY(known_at(r, 'x', ref.num, &place, e));
    if (*place == 0) {
        PDS_TRY(pds_update_get(r->u, resources, "XObject", &xobjects, e));
        PDS_TRY(new_names(r, xobjects.value, true, out, e));
        *place = (uint32_t)*out + 1;
    }
    *out = *place - 1;
    return PDS_OK;
}

static void make_name(const named *item, char out[NAME_ROOM])
{
    if (item->more == 0) {
        (void)snprintf(out, NAME_ROOM, "Pds%u", (unsigned)item->num);
    } else {
        (void)snprintf(out, NAME_ROOM, "Pds%u_%u", (unsigned)item->num, item->more);
    }
}

static const named *find_named(const struct pds_more_names *n, uint32_t num)
{
    for (size_t i = 0; i < n->count; i++) {
        if (n->items[i].num == num) {
            return &n->items[i];
        }
    }
    return NULL;
}

static pds_code add_name(struct pds_more_names *n, uint32_t num, pds_err *e)
{
    char name[NAME_ROOM];
    pds_span unused;
    named item = { .num = num };
    make_name(&item, name);
    while (pds_dict_get(pds_buf_span(&n->old), name, &unused)) {
        if (++item.more > NAME_TRIES) {
            PDS_FAIL(e, PDS_E_PDF_LIMIT, "the page's XObjects have all names that are tried");
        }
        make_name(&item, name);
    }
    PDS_TRY(grow((void **)&n->items, n->count, &n->room, sizeof *n->items, e));
    n->items[n->count++] = item;
    pds_buf_printf(&n->added, "/%s ", name);
    pds_ref_put(&n->added, (pds_ref){ .num = num });
    return pds_buf_end(&n->added, e);
}

pds_code pds_page_names_add(pds_page_resources *r, const pds_page_names *n, pds_ref xobject,
                            pds_buf *out, pds_err *e)
{
    struct pds_more_names *names = &r->names[n->names];
    char name[NAME_ROOM];
    if (find_named(names, xobject.num) == NULL) {
        PDS_TRY(add_name(names, xobject.num, e));
    }
    make_name(find_named(names, xobject.num), name);
    pds_buf_printf(out, "/%s", name);
    return PDS_OK;
}

static void put_names(pds_buf *out, const struct pds_more_names *n)
{
    pds_buf_put(out,
                n->old.len == 0 ? pds_span_text("<<") : pds_span_of(n->old.ptr, n->old.len - 2));
    pds_buf_put(out, pds_buf_span(&n->added));
    pds_buf_text(out, ">>");
}

/* ---- resources ---- */

static pds_code copy_of(pds_page_resources *r, pds_span holder, uint32_t key, size_t *out,
                        pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object old = { 0 };
    uint32_t *place = NULL;
    size_t names = 0;
    PDS_TRY(known_at(r, 'r', key, &place, e));
    if (*place != 0) {
        *out = *place - 1;
        return PDS_OK;
    }
    PDS_TRY(pds_update_get(r->u, holder, "Resources", &old, e));
    PDS_TRY(names_of(r, old.value, &names, e));
    PDS_TRY(grow((void **)&r->copies, r->copy_count, &r->copy_room, sizeof *r->copies, e));
    struct pds_more_resources *copy = &r->copies[r->copy_count];
    *copy = (struct pds_more_resources){ .ref = pds_update_ref(r->u), .names = names };
    if (pds_value_kind(old.value) == PDS_KIND_DICT) {
        pds_buf_put(&copy->old, old.value);
    }
    *out = r->copy_count++;
    PDS_TRY(known_at(r, 'r', key, &place, e)); /* names_of may have moved it */
    *place = (uint32_t)r->copy_count;
    return pds_buf_end(&copy->old, e);
}

/* A node of the page tree whose resources many pages have, and which may be large, is read once. */
static pds_code find_inherited(pds_page_resources *r, pds_ref node, pds_page_names *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object holder = { 0 };
    uint32_t *place = NULL;
    pds_ref ref = node;
    pds_span value;
    PDS_TRY(known_at(r, 'n', node.num, &place, e));
    if (*place == 0) {
        PDS_TRY(pds_update_read(r->u, node, &holder, e));
        if (pds_dict_get(holder.value, "Resources", &value)) {
            (void)pds_value_ref(value, &ref);
        }
        PDS_TRY(copy_of(r, holder.value, ref.num, &out->copy, e));
        PDS_TRY(known_at(r, 'n', node.num, &place, e)); /* copy_of may have moved it */
        *place = (uint32_t)out->copy + 1;
    }
    out->copy = *place - 1;
    out->shared = true;
    out->names = r->copies[out->copy].names;
    return PDS_OK;
}

pds_code pds_page_names_find(pds_page_resources *r, const pds_page *page, pds_span object,
                             pds_page_names *out, pds_err *e)
{
    pds_span value;
    pds_ref ref = page->resources;
    if (ref.num != 0 && ref.num != page->ref.num) {
        return find_inherited(r, ref, out, e);
    }
    out->shared = pds_dict_get(object, "Resources", &value) && pds_value_ref(value, &ref);
    if (out->shared) {
        PDS_TRY(copy_of(r, object, ref.num, &out->copy, e));
        out->names = r->copies[out->copy].names;
        return PDS_OK;
    }
    pds_buf_put(&out->own, value);
    PDS_TRY(pds_buf_end(&out->own, e));
    return names_of(r, value, &out->names, e);
}

/* Resources with their new names. */
static pds_code put_resources(const pds_page_resources *r, pds_span old, size_t names, pds_buf *out,
                              pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    const struct pds_more_names *n = &r->names[names];
    if (n->ref.num != 0) {
        pds_ref_put(&text, n->ref);
    } else {
        put_names(&text, n);
    }
    PDS_TRY(pds_buf_end(&text, e));
    const pds_entry entry = { "XObject", pds_buf_span(&text) };
    pds_dict_put(out, old, &entry, 1);
    return pds_buf_end(out, e);
}

pds_code pds_page_names_put(pds_page_resources *r, const pds_page_names *n, pds_buf *out,
                            pds_err *e)
{
    struct pds_more_names *names = &r->names[n->names];
    if (n->shared) {
        pds_ref_put(out, r->copies[n->copy].ref);
        return PDS_OK;
    }
    PDS_TRY(put_resources(r, pds_buf_span(&n->own), n->names, out, e));
    if (names->ref.num == 0) {
        names_drop(names); /* nobody else's */
    }
    return PDS_OK;
}

static pds_code stage_copy(pds_page_resources *r, const struct pds_more_resources *copy, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_TRY(put_resources(r, pds_buf_span(&copy->old), copy->names, &text, e));
    return pds_update_put(r->u, copy->ref, pds_buf_span(&text), e);
}

static pds_code stage_names(pds_page_resources *r, const struct pds_more_names *n, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    put_names(&text, n);
    PDS_TRY(pds_buf_end(&text, e));
    return pds_update_put(r->u, n->ref, pds_buf_span(&text), e);
}

pds_code pds_page_resources_end(pds_page_resources *r, pds_err *e)
{
    for (size_t i = 0; i < r->name_count; i++) {
        if (r->names[i].ref.num != 0) {
            PDS_TRY(stage_names(r, &r->names[i], e));
        }
    }
    for (size_t i = 0; i < r->copy_count; i++) {
        PDS_TRY(stage_copy(r, &r->copies[i], e));
    }
    return PDS_OK;
}

/* ---- content ---- */

pds_code pds_page_contents(pds_update *u, pds_span page, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object content = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_update_get(u, page, "Contents", &content, e));
    if (content.stream && pds_dict_get(page, "Contents", &value)) {
        pds_buf_put(out, value);
        return pds_buf_end(out, e);
    }
    pds_iter it = pds_iter_of(content.value);
    while (!it.dict && pds_iter_next(&it, &key, &value)) {
        if (pds_value_kind(value) == PDS_KIND_REF) {
            pds_buf_text(out, out->len == 0 ? "" : " ");
            pds_buf_put(out, value);
        }
    }
    return pds_buf_end(out, e);
}
