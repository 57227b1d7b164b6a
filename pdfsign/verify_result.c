#include "pdfsign/verify_result.h"

#include "pdfsign/verify_tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Memory comes in blocks, so that a result costs few calls and is freed by as few. */

enum { BLOCK = 8 << 10, ALIGN = 16 };

typedef struct block {
    struct block *next;
    size_t used, room;
    _Alignas(ALIGN) uint8_t bytes[];
} block;

/* NULL: no memory. */
static void *take(pds_verification *v, size_t bytes)
{
    block *b = v->owner;
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (b == NULL || b->room - b->used < bytes) {
        const size_t room = bytes > BLOCK ? bytes : BLOCK;
        b = calloc(1, sizeof *b + room);
        if (b == NULL) {
            return NULL;
        }
        b->next = v->owner;
        b->room = room;
        v->owner = b;
    }
    b->used += bytes;
    return b->bytes + b->used - bytes;
}

pds_code pds_result_room(pds_verification *v, size_t count, size_t size, void *out, pds_err *e)
{
    void *room = NULL;
    if (count > 0) {
        room = count <= SIZE_MAX / 2 / size ? take(v, count * size) : NULL;
        if (room == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
        }
    }
    memcpy(out, &room, sizeof room);
    return PDS_OK;
}

pds_code pds_result_text(pds_verification *v, const char *text, const char **out, pds_err *e)
{
    char *copy = NULL;
    *out = NULL;
    if (text == NULL) {
        return PDS_OK;
    }
    const size_t size = strlen(text) + 1;
    PDS_TRY(pds_result_room(v, size, 1, &copy, e));
    memcpy(copy, text, size);
    *out = copy;
    return PDS_OK;
}

pds_code pds_result_printf(pds_verification *v, const char **out, pds_err *e, const char *format,
                           ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    const int length = vasprintf(&text, pds_translated(format), args);
    va_end(args);
    if (length < 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    const pds_code code = pds_result_text(v, text, out, e);
    free(text);
    return code;
}

void pds_verification_drop(pds_verification *v)
{
    block *b = v->owner;
    while (b != NULL) {
        block *const next = b->next;
        free(b);
        b = next;
    }
    *v = (pds_verification){ .bytes = 0 };
}

/* ---- the file ---- */

/* Edits stand in the order of revisions: *next is the first of this one, then of those behind it.
 */
static pds_code tell_edits(const pds_edits *edits, uint32_t revision, size_t *next,
                           pds_verify_revision *to, pds_verification *out, pds_err *e)
{
    pds_verify_edit *items = NULL;
    const size_t first = *next;
    while (*next < edits->count && edits->items[*next].revision <= revision) {
        ++*next;
    }
    to->edit_count = *next - first;
    PDS_TRY(pds_result_room(out, to->edit_count, sizeof *items, &items, e));
    to->edits = items;
    for (size_t i = 0; i < to->edit_count; i++) {
        const pds_edit *const from = &edits->items[first + i];
        items[i].kind = pds_edit_name(from->kind);
        items[i].object = from->object;
        PDS_TRY(pds_result_text(out, from->text, &items[i].text, e));
        PDS_TRY(pds_result_text(out, from->field, &items[i].field, e));
    }
    return PDS_OK;
}

/* Of several signatures that cover a revision the first is named. */
static void tell_covers(const pds_verifying *v, pds_verify_revision *items)
{
    for (size_t i = v->count; i-- > 0;) {
        const uint32_t revision = v->signatures[i].range.revision;
        if (revision != 0) {
            items[revision - 1].signature = i + 1;
        }
    }
}

static pds_code tell_revisions(const pds_verifying *v, pds_verification *out, pds_err *e)
{
    pds_verify_revision *items = NULL;
    size_t next = 0;
    out->revision_count = pds_revisions_count(v->revisions);
    PDS_TRY(pds_result_room(out, out->revision_count, sizeof *items, &items, e));
    out->revisions = items;
    for (uint32_t k = 1; k <= out->revision_count; k++) {
        const pds_revision *const from = pds_revisions_at(v->revisions, k);
        items[k - 1].begin = from->begin;
        items[k - 1].end = from->end;
        PDS_TRY(tell_edits(&v->edits, k, &next, &items[k - 1], out, e));
    }
    tell_covers(v, items);
    return PDS_OK;
}

static pds_code tell_signatures(const pds_verifying *v, pds_verification *out, pds_err *e)
{
    pds_verify_signature *items = NULL;
    out->signature_count = v->count;
    PDS_TRY(pds_result_room(out, v->count, sizeof *items, &items, e));
    out->signatures = items;
    for (size_t i = 0; i < v->count; i++) {
        PDS_TRY(pds_tell_signature(v, &v->signatures[i], &items[i], out, e));
    }
    return PDS_OK;
}

/* The worst of the file and of all signatures; what is wrong with the file is wrong with each. */
static void sum_up(pds_verification *out, pds_indication file, const char *sub)
{
    pds_verify_signature *const items = (pds_verify_signature *)out->signatures;
    out->indication = file;
    out->sub = sub;
    for (size_t i = 0; i < out->signature_count; i++) {
        if (file > items[i].indication) {
            items[i].indication = file;
            items[i].sub = sub;
        }
        if (items[i].indication > out->indication) {
            out->indication = items[i].indication;
            out->sub = items[i].sub;
        }
    }
}

/* A document timestamp is nobody's word: anybody can have one, of any file. */
static bool has_signer(const pds_verifying *v)
{
    for (size_t i = 0; i < v->count; i++) {
        if (!v->signatures[i].supported || v->signatures[i].container != PDS_CONTAINER_RFC3161) {
            return true;
        }
    }
    return false;
}

pds_code pds_verify_result(const pds_verifying *v, pds_verification *out, pds_err *e)
{
    const char *sub = "";
    const pds_indication file = pds_findings_worst(&v->findings, &sub);
    out->bytes = v->file.size;
    out->pages = v->pages;
    out->is_signed = has_signer(v);
    PDS_TRY(pds_tell_findings(&v->findings, &out->findings, out, e));
    PDS_TRY(tell_signatures(v, out, e));
    PDS_TRY(tell_revisions(v, out, e));
    sum_up(out, file, sub);
    return PDS_OK;
}
