#include "pdfsign/edits_roles.h"

#include "base/grow.h"
#include "base/own.h"
#include "pdf/xref.h"

#include <stdlib.h>

/* ---- where entries lead ---- */

typedef struct link_row {
    const char *key; /* NULL: any other */
    pds_role from;
    pds_role to; /* NONE: a way back, which is not followed: nothing is inherited by it */
} link_row;

/* Rows of one role stand together; the last of them is for any other key. */
static const link_row LINKS[] = {
    { "AcroForm", PDS_ROLE_CATALOG, PDS_ROLE_FORM },
    { "Pages", PDS_ROLE_CATALOG, PDS_ROLE_NODE },
    { "DSS", PDS_ROLE_CATALOG, PDS_ROLE_DSS },
    { "Metadata", PDS_ROLE_CATALOG, PDS_ROLE_METADATA },
    { "Perms", PDS_ROLE_CATALOG, PDS_ROLE_PERMISSIONS },
    { "Extensions", PDS_ROLE_CATALOG, PDS_ROLE_EXTENSIONS },
    { NULL, PDS_ROLE_CATALOG, PDS_ROLE_CATALOG_PART },
    { "Fields", PDS_ROLE_FORM, PDS_ROLE_FIELDS },
    { "DR", PDS_ROLE_FORM, PDS_ROLE_RESOURCES },
    { NULL, PDS_ROLE_FORM, PDS_ROLE_FORM_PART },
    { NULL, PDS_ROLE_FIELDS, PDS_ROLE_FIELD },
    { NULL, PDS_ROLE_KIDS, PDS_ROLE_FIELD },
    { "Kids", PDS_ROLE_FIELD, PDS_ROLE_KIDS },
    { "Parent", PDS_ROLE_FIELD, PDS_ROLE_FIELD_PART },
    { "P", PDS_ROLE_FIELD, PDS_ROLE_NONE },
    { "AP", PDS_ROLE_FIELD, PDS_ROLE_LOOK },
    { "V", PDS_ROLE_FIELD, PDS_ROLE_VALUE },
    { "RV", PDS_ROLE_FIELD, PDS_ROLE_VALUE },
    { "Lock", PDS_ROLE_FIELD, PDS_ROLE_PERMISSIONS },
    { "SV", PDS_ROLE_FIELD, PDS_ROLE_PERMISSIONS },
    { NULL, PDS_ROLE_FIELD, PDS_ROLE_FIELD_PART },
    { "P", PDS_ROLE_FIELD_PART, PDS_ROLE_NONE },
    { NULL, PDS_ROLE_FIELD_PART, PDS_ROLE_FIELD_PART },
    { "Kids", PDS_ROLE_NODE, PDS_ROLE_NODE_KIDS },
    { NULL, PDS_ROLE_NODE, PDS_ROLE_PAGE_PART },
    { NULL, PDS_ROLE_NODE_KIDS, PDS_ROLE_NODE },
    { "Annots", PDS_ROLE_PAGE, PDS_ROLE_ANNOTS },
    { NULL, PDS_ROLE_PAGE, PDS_ROLE_PAGE_PART },
    { NULL, PDS_ROLE_ANNOTS, PDS_ROLE_ANNOTATION },
    { "P", PDS_ROLE_ANNOTATION, PDS_ROLE_NONE },
    { "Popup", PDS_ROLE_ANNOTATION, PDS_ROLE_ANNOTATION },
    { "IRT", PDS_ROLE_ANNOTATION, PDS_ROLE_ANNOTATION },
    { NULL, PDS_ROLE_ANNOTATION, PDS_ROLE_ANNOTATION_PART },
    { "Reference", PDS_ROLE_SIGNATURE, PDS_ROLE_PERMISSIONS },
    { NULL, PDS_ROLE_SIGNATURE, PDS_ROLE_SIGNATURE },
    { "DocMDP", PDS_ROLE_PERMISSIONS, PDS_ROLE_SIGNATURE },
    { "UR", PDS_ROLE_PERMISSIONS, PDS_ROLE_SIGNATURE },
    { "UR3", PDS_ROLE_PERMISSIONS, PDS_ROLE_SIGNATURE },
    { NULL, PDS_ROLE_PERMISSIONS, PDS_ROLE_PERMISSIONS },
    { NULL, PDS_ROLE_RESOURCES, PDS_ROLE_RESOURCE_LIST },
    { NULL, PDS_ROLE_RESOURCE_LIST, PDS_ROLE_FORM_PART },
};

static const link_row *rows_of(pds_role role)
{
    if (role == PDS_ROLE_PAGE_PART || role < PDS_ROLE_FIELD_PART) {
        return NULL; /* most objects */
    }
    for (size_t i = 0; i < sizeof LINKS / sizeof LINKS[0]; i++) {
        if (LINKS[i].from == role) {
            return &LINKS[i];
        }
    }
    return NULL;
}

static pds_role role_below(const link_row *rows, pds_role role, pds_span key)
{
    if (rows == NULL) {
        return role;
    }
    while (rows->key != NULL && !pds_value_is_name(key, rows->key)) {
        rows++;
    }
    return rows->to;
}

static bool is_part(pds_role role)
{
    return role < PDS_ROLE_RESOURCE_LIST;
}

/* Must it be clear whose it is? */
static bool is_owned(pds_role role)
{
    return role == PDS_ROLE_VALUE || role == PDS_ROLE_LOOK || role == PDS_ROLE_ANNOTATION_PART;
}

/* May something be added to it that would show wherever else it is used? */
static bool is_list(pds_role role)
{
    return role == PDS_ROLE_FIELDS || role == PDS_ROLE_KIDS || role == PDS_ROLE_ANNOTS ||
           role == PDS_ROLE_NODE_KIDS || role == PDS_ROLE_RESOURCES ||
           role == PDS_ROLE_RESOURCE_LIST || role == PDS_ROLE_EXTENSIONS;
}

/* May the structure change in ways that the part must not? */
static bool is_clash(pds_role part, pds_role structure)
{
    return is_list(structure) || (part == PDS_ROLE_PAGE_PART && structure == PDS_ROLE_ANNOTATION);
}

/* ---- the table ---- */

static pds_role_entry *slot_of(const pds_roles *r, uint32_t num)
{
    const size_t chunk = num / PDS_ROLES_PER_CHUNK;
    return chunk < r->chunk_count && r->chunks[chunk] != NULL
               ? &r->chunks[chunk][num % PDS_ROLES_PER_CHUNK]
               : NULL;
}

const pds_role_entry *pds_roles_find(const pds_roles *r, uint32_t num)
{
    static const pds_role_entry Nothing = { 0 };
    const pds_role_entry *const entry = slot_of(r, num);
    return entry == NULL ? &Nothing : entry;
}

bool pds_roles_next(const pds_roles *r, uint32_t *num, const pds_role_entry **out)
{
    for (size_t at = (size_t)*num + 1; at / PDS_ROLES_PER_CHUNK < r->chunk_count; at++) {
        if (r->chunks[at / PDS_ROLES_PER_CHUNK] == NULL) {
            at |= PDS_ROLES_PER_CHUNK - 1;
            continue;
        }
        *num = (uint32_t)at;
        *out = slot_of(r, *num);
        if ((*out)->role != PDS_ROLE_NONE) {
            return true;
        }
    }
    return false;
}

void pds_roles_flag(pds_roles *r, uint32_t num, enum pds_role_flag flag, bool on)
{
    pds_role_entry *const entry = slot_of(r, num);
    if (entry != NULL) {
        entry->flags = (uint16_t)(on ? entry->flags | flag : entry->flags & ~(unsigned)flag);
    }
}

static pds_code no_memory(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for what the objects are for");
}

static pds_code make_slot(pds_roles *r, uint32_t num, pds_role_entry **out, pds_err *e)
{
    const size_t chunk = num / PDS_ROLES_PER_CHUNK;
    if (r->chunks == NULL) {
        r->chunk_count = PDS_OBJECT_MAX / PDS_ROLES_PER_CHUNK + 1;
        r->chunks = calloc(r->chunk_count, sizeof *r->chunks);
        if (r->chunks == NULL) {
            r->chunk_count = 0;
            return no_memory(e);
        }
    }
    if (r->chunks[chunk] == NULL) {
        r->chunks[chunk] = calloc(PDS_ROLES_PER_CHUNK, sizeof **r->chunks);
        if (r->chunks[chunk] == NULL) {
            return no_memory(e);
        }
    }
    *out = &r->chunks[chunk][num % PDS_ROLES_PER_CHUNK];
    return PDS_OK;
}

pds_code pds_roles_mark(pds_roles *r, uint32_t num, enum pds_role_flag flag, pds_err *e)
{
    pds_role_entry *entry = NULL;
    PDS_TRY(make_slot(r, num, &entry, e));
    entry->flags |= (uint16_t)flag;
    return PDS_OK;
}

void pds_roles_drop(pds_roles *r)
{
    for (size_t i = 0; i < r->chunk_count; i++) {
        free(r->chunks[i]);
    }
    free(r->chunks);
    for (size_t i = 0; i < PDS_ROLE_COUNT; i++) {
        free(r->queues[i].items);
    }
    *r = (pds_roles){ .ctx = NULL };
}

static pds_code push(pds_roles *r, const pds_role_item *item, pds_err *e)
{
    pds_role_queue *const q = &r->queues[item->role];
    pds_role_item *const more = pds_grow(q->items, q->count, sizeof *more);
    if (more == NULL) {
        return no_memory(e);
    }
    q->items = more;
    q->items[q->count++] = *item;
    return PDS_OK;
}

/* ---- an object is reached ---- */

static pds_code set_role(pds_roles *r, pds_role_entry *entry, const pds_role_item *item, pds_err *e)
{
    entry->role = item->role;
    entry->owner = item->owner;
    entry->type = item->type;
    return push(r, item, e);
}

/* Once more, by another way, what is part of something. */
static pds_code reach_part(pds_roles *r, pds_role_entry *entry, const pds_role_item *item,
                           pds_err *e)
{
    const bool other = entry->owner != item->owner || entry->role != item->role;
    const bool newly = other && is_owned((pds_role)entry->role) && is_owned((pds_role)item->role) &&
                       (entry->flags & PDS_ROLE_SHARED) == 0;
    entry->flags |= newly ? PDS_ROLE_SHARED : 0;
    if (item->role > entry->role) {
        return set_role(r, entry, item, e);
    }
    const pds_role_item again = { item->num, item->owner, entry->role, entry->type };
    return newly ? push(r, &again, e) : PDS_OK;
}

/* Once more, by another way, what is looked at entry by entry. */
static void reach_structure(pds_role_entry *entry, const pds_role_item *item)
{
    const bool widget = entry->role == PDS_ROLE_FIELD && item->role == PDS_ROLE_ANNOTATION;
    const bool page = entry->role == PDS_ROLE_PAGE && item->role == PDS_ROLE_NODE;
    const bool same = (entry->role == item->role && entry->owner == item->owner) || page || widget;
    const bool clash = is_part((pds_role)item->role)
                           ? is_clash((pds_role)item->role, (pds_role)entry->role)
                           : !same;
    const bool annotation = entry->role == PDS_ROLE_ANNOTATION && item->role == PDS_ROLE_ANNOTATION;
    entry->flags |= clash && !annotation ? PDS_ROLE_SHARED : 0;
}

static pds_code reach_object(pds_roles *r, const pds_role_item *item, pds_err *e)
{
    pds_role_entry *entry = NULL;
    if (item->num == 0 || item->num > PDS_OBJECT_MAX) {
        return PDS_OK;
    }
    PDS_TRY(make_slot(r, item->num, &entry, e));
    if (entry == NULL) {
        return no_memory(e);
    }
    if (entry->role == PDS_ROLE_NONE) {
        return set_role(r, entry, item, e);
    }
    if (!is_part((pds_role)entry->role)) {
        reach_structure(entry, item);
        return PDS_OK;
    }
    if (!is_part((pds_role)item->role)) {
        const bool clash = is_clash((pds_role)entry->role, (pds_role)item->role);
        entry->flags |= clash ? PDS_ROLE_SHARED : 0;
        return set_role(r, entry, item, e);
    }
    return reach_part(r, entry, item, e);
}

bool pds_ref_fits(const pds_revisions *revisions, uint32_t revision, pds_ref ref)
{
    const pds_place *const place = pds_revisions_place(revisions, revision, ref.num);
    return place->kind <= PDS_PLACE_FREE ||
           ref.gen == (place->kind == PDS_PLACE_FILE ? place->gen : 0);
}

/* ---- what an object leads to ---- */

static bool is_container(pds_span value)
{
    const pds_kind kind = pds_value_kind(value);
    return kind == PDS_KIND_ARRAY || kind == PDS_KIND_DICT;
}

static pds_code reach_below(pds_roles *r, pds_span container, const pds_role_item *item,
                            pds_err *e);

static pds_code reach_value(pds_roles *r, pds_span value, const pds_role_item *item, pds_err *e)
{
    pds_role_item to = *item;
    pds_ref ref;
    if (pds_value_ref(value, &ref)) {
        to.num = ref.num;
        return pds_ref_fits(r->revisions, r->revision, ref) ? reach_object(r, &to, e) : PDS_OK;
    }
    return is_container(value) ? reach_below(r, value, item, e) : PDS_OK;
}

/* What a field, or a page, leads to is its own. */
static uint32_t owner_below(const pds_role_item *item)
{
    return item->role == PDS_ROLE_FIELD || item->role == PDS_ROLE_PAGE ? item->num : item->owner;
}

/* item: the container, which may be a direct one in the object of that number. */
static pds_code reach_below(pds_roles *r, pds_span container, const pds_role_item *item, pds_err *e)
{
    const link_row *const rows = rows_of((pds_role)item->role);
    pds_iter it = pds_iter_of(container);
    pds_span key = { 0 }, value = { 0 };
    while (pds_iter_next(&it, &key, &value)) {
        pds_role to = role_below(rows, (pds_role)item->role, key);
        if (item->role == PDS_ROLE_FIELD && item->type == PDS_FIELD_SIGNATURE &&
            pds_value_is_name(key, "V")) {
            to = PDS_ROLE_SIGNATURE;
        }
        const pds_role_item below = { item->num, owner_below(item), (uint8_t)to, item->type };
        PDS_TRY(to == PDS_ROLE_NONE ? PDS_OK : reach_value(r, value, &below, e));
    }
    return PDS_OK;
}

/* ---- fields ---- */

enum { PUSH_BUTTON = 1 << 16 }; /* table 229 */

static uint8_t type_of(pds_span name, int64_t flags, uint8_t inherited)
{
    static const struct {
        const char *name;
        uint8_t type;
    } Types[] = { { "Tx", PDS_FIELD_TEXT },
                  { "Ch", PDS_FIELD_CHOICE },
                  { "Btn", PDS_FIELD_CHECK },
                  { "Sig", PDS_FIELD_SIGNATURE } };
    uint8_t type = inherited;
    for (size_t i = 0; i < sizeof Types / sizeof Types[0]; i++) {
        type = pds_value_is_name(name, Types[i].name) ? Types[i].type : type;
    }
    return type == PDS_FIELD_CHECK && (flags & PUSH_BUTTON) != 0 ? PDS_FIELD_PUSH : type;
}

pds_code pds_roles_type(pds_doc *doc, pds_span dict, uint8_t inherited, uint8_t *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object type = { 0 };
    PDS_OWN(pds_object_drop) pds_object flags = { 0 };
    int64_t number = 0;
    PDS_TRY(pds_doc_get(doc, dict, "FT", &type, e));
    PDS_TRY(pds_doc_get(doc, dict, "Ff", &flags, e));
    (void)pds_value_int(flags.value, &number);
    *out = type_of(type.value, number, inherited);
    return PDS_OK;
}

static bool has_entry(pds_span dict, const char *key)
{
    pds_span value = { 0 };
    return pds_dict_get(dict, key, &value) && pds_value_kind(value) != PDS_KIND_NULL;
}

static pds_code enter_field(pds_roles *r, pds_role_item *item, pds_span dict, pds_err *e)
{
    pds_role_entry *const entry = slot_of(r, item->num);
    PDS_TRY(pds_roles_type(r->doc, dict, item->type, &item->type, e));
    entry->type = item->type;
    if (has_entry(dict, "T")) {
        entry->flags |= PDS_ROLE_NAMED;
        pds_roles_flag(r, entry->owner, PDS_ROLE_INNER, true);
    }
    if (item->type == PDS_FIELD_SIGNATURE && has_entry(dict, "V")) {
        entry->flags |= PDS_ROLE_SIGNED;
    }
    return PDS_OK;
}

/* It was taken for a part of something before its own place was met. */
static bool is_outdated(const pds_roles *r, const pds_role_item *item)
{
    return is_part((pds_role)item->role) && pds_roles_find(r, item->num)->role != item->role;
}

/* What an object stream needs to be read, its filter's parameters say, decides on all in it. */
static pds_code reach_container(pds_roles *r, const pds_place *place, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    pds_role_entry *entry = NULL;
    pds_role_item item = { .role = PDS_ROLE_PAGE_PART };
    if (place->kind != PDS_PLACE_PACKED || place->at > PDS_OBJECT_MAX) {
        return PDS_OK;
    }
    item.num = (uint32_t)place->at;
    PDS_TRY(make_slot(r, item.num, &entry, e));
    if ((entry->flags & PDS_ROLE_OPENED) != 0) {
        return PDS_OK;
    }
    entry->flags |= PDS_ROLE_OPENED;
    PDS_TRY(pds_doc_read(r->doc, (pds_ref){ item.num, 0 }, &o, e));
    return reach_value(r, o.value, &item, e);
}

static pds_code expand(pds_roles *r, const pds_role_item *from, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    if (is_outdated(r, from)) {
        return PDS_OK;
    }
    const pds_place *const place = pds_revisions_place(r->revisions, r->revision, from->num);
    const pds_ref ref = { from->num, place->kind == PDS_PLACE_FILE ? place->gen : 0 };
    pds_role_item item = *from;
    pds_err why = { .offset = -1 };
    pds_code code = pds_doc_read(r->doc, ref, &o, &why);
    code = code == PDS_OK ? reach_container(r, place, &why) : code;
    if (code == PDS_OK && item.role == PDS_ROLE_FIELD) {
        code = enter_field(r, &item, o.value, &why);
    }
    if (code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_UNSUPPORTED) {
        return r->unread(r->ctx, from->num, e);
    }
    PDS_TRY(pds_err_pass(code, e, &why));
    if (item.role == PDS_ROLE_NODE && !has_entry(o.value, "Kids")) {
        slot_of(r, item.num)->role = item.role = PDS_ROLE_PAGE;
    }
    return reach_value(r, o.value, &item, e);
}

/* ---- the walk ---- */

static int by_number(const void *a, const void *b)
{
    const pds_role_item *const x = a, *const y = b;
    return (x->num > y->num) - (x->num < y->num);
}

/* All that wait for one role, in the order of their numbers, so that those that stand in one object
 * stream come together. */
static pds_code run_queue(pds_roles *r, size_t role, pds_err *e)
{
    pds_role_queue wave = r->queues[role];
    pds_code code = PDS_OK;
    r->queues[role] = (pds_role_queue){ 0 };
    qsort(wave.items, wave.count, sizeof *wave.items, by_number);
    for (size_t i = 0; i < wave.count && code == PDS_OK; i++) {
        code = expand(r, &wave.items[i], e);
    }
    free(wave.items);
    return code;
}

/* The last role first, so that hardly an object has to be walked twice. */
pds_code pds_roles_run(pds_roles *r, pds_err *e)
{
    size_t role = PDS_ROLE_COUNT;
    while (role-- > 0) {
        if (r->queues[role].count > 0) {
            PDS_TRY(run_queue(r, role, e));
            role = PDS_ROLE_COUNT;
        }
    }
    return PDS_OK;
}

/* No reader knows others; those that programs of their own add often lead nowhere. */
pds_code pds_roles_trailer(pds_roles *r, pds_err *e)
{
    static const struct {
        const char *key;
        pds_role to;
    } Followed[] = { { "Root", PDS_ROLE_CATALOG },
                     { "Info", PDS_ROLE_METADATA },
                     { "Encrypt", PDS_ROLE_CATALOG_PART },
                     { "ID", PDS_ROLE_CATALOG_PART } };
    const pds_span trailer = pds_doc_trailer(r->doc);
    for (size_t i = 0; i < sizeof Followed / sizeof Followed[0]; i++) {
        const pds_role_item item = { .role = (uint8_t)Followed[i].to };
        pds_span value = { 0 };
        const bool has = pds_dict_get(trailer, Followed[i].key, &value);
        PDS_TRY(has ? reach_value(r, value, &item, e) : PDS_OK);
    }
    return PDS_OK;
}

pds_code pds_roles_walk(pds_roles *r, pds_err *e)
{
    PDS_TRY(pds_roles_trailer(r, e));
    return pds_roles_run(r, e);
}

pds_code pds_roles_again(pds_roles *r, uint32_t num, pds_err *e)
{
    const pds_role_entry *const entry = pds_roles_find(r, num);
    const pds_role_item item = { num, entry->owner, entry->role, entry->type };
    return entry->role == PDS_ROLE_NONE ? PDS_OK : push(r, &item, e);
}
