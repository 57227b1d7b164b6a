#include "pdfsign/ladder.h"

#include "base/own.h"

#include <string.h>

/* ---- what a signature allows ---- */

/* The bits of a row: which levels allow the edit. */
enum { P1 = 1, P2 = 2, P3 = 4, NONE = 8, ALL = 15 };

typedef struct ladder_row {
    unsigned allowed;
    bool lockable; /* a lock on its field forbids it, whatever the level */
    pds_finding_code finding;
} ladder_row;

static const ladder_row LADDER[] = {
    [PDS_EDIT_DSS] = { ALL, false, PDS_F_CATALOG_CHANGED },
    [PDS_EDIT_TIMESTAMP] = { ALL, false, PDS_F_SIGNATURE_ADDED },
    [PDS_EDIT_METADATA] = { P2 | P3 | NONE, false, PDS_F_CATALOG_CHANGED },
    [PDS_EDIT_SIGNED] = { P2 | P3 | NONE, true, PDS_F_SIGNATURE_ADDED },
    [PDS_EDIT_FILLED] = { P2 | P3 | NONE, true, PDS_F_FIELD_FILLED },
    [PDS_EDIT_SIGNATURE_UNSEEN] = { P2 | P3 | NONE, true, PDS_F_SIGNATURE_ADDED },
    [PDS_EDIT_SIGNATURE_FIELD] = { NONE, true, PDS_F_SIGNATURE_ADDED },
    [PDS_EDIT_ANNOTATION] = { P3, false, PDS_F_ANNOTATION_CHANGED },
    [PDS_EDIT_WIDGET] = { 0, true, PDS_F_ANNOTATION_CHANGED },
    [PDS_EDIT_PAGE] = { 0, false, PDS_F_PAGE_CHANGED },
    [PDS_EDIT_CATALOG] = { 0, false, PDS_F_CATALOG_CHANGED },
    [PDS_EDIT_ACTION] = { 0, false, PDS_F_ACTION_ADDED },
    [PDS_EDIT_FORM] = { 0, false, PDS_F_FORM_CHANGED },
    [PDS_EDIT_SIGNATURE] = { 0, false, PDS_F_SIGNATURE_CHANGED },
    [PDS_EDIT_PERMISSIONS] = { 0, false, PDS_F_PERMISSIONS_CHANGED },
    [PDS_EDIT_OBJECT] = { 0, false, PDS_F_OBJECT_CHANGED },
};

_Static_assert(sizeof LADDER / sizeof LADDER[0] == PDS_EDIT_COUNT, "a kind without its row");

static unsigned bit_of(const pds_permission *p)
{
    static const unsigned Bits[] = { NONE, P1, P2, P3 };
    return Bits[p->level];
}

/* As the signer's rule has it (pdfsign/permission.h): a lock covers by name. */
static bool is_locked(const pds_permission *p, const ladder_row *row, const pds_edit *edit)
{
    return row->lockable && edit->field != NULL && pds_lock_covers(&p->lock, edit->field);
}

/* Programs that put validation data or a document timestamp into a file tell so in its metadata. */
static bool goes_with_evidence(const pds_edits *edits, size_t at)
{
    const uint32_t revision = edits->items[at].revision;
    size_t i = at;
    while (i > 0 && edits->items[i - 1].revision == revision) {
        i--;
    }
    for (; i < edits->count && edits->items[i].revision == revision; i++) {
        const pds_edit_kind kind = edits->items[i].kind;
        if (kind == PDS_EDIT_DSS || kind == PDS_EDIT_TIMESTAMP) {
            return true;
        }
    }
    return false;
}

static bool is_allowed(const pds_permission *p, const pds_edits *edits, size_t at)
{
    const pds_edit_kind kind = edits->items[at].kind;
    return (LADDER[kind].allowed & bit_of(p)) != 0 ||
           (kind == PDS_EDIT_METADATA && goes_with_evidence(edits, at));
}

static pds_code add(pds_findings *f, pds_finding_code code, const pds_edit *edit, pds_err *e)
{
    const unsigned revision = (unsigned)edit->revision;
    if (code == PDS_F_FIELD_LOCKED) {
        PDS_TRY(pds_finding_add(f, code, e, "revision %u, in a field that the signature locks: %s",
                                revision, edit->text));
    } else {
        PDS_TRY(pds_finding_add(f, code, e, "revision %u: %s", revision, edit->text));
    }
    return pds_finding_place(PDS_OK, f, edit->object, -1, edit->revision);
}

pds_code pds_ladder_judge(const pds_permission *p, uint32_t revision, const pds_edits *edits,
                          pds_findings *findings, pds_err *e)
{
    for (size_t i = 0; i < edits->count; i++) {
        const pds_edit *const edit = &edits->items[i];
        const ladder_row *const row = &LADDER[edit->kind];
        if (edit->revision <= revision) {
            continue;
        }
        if (is_locked(p, row, edit)) {
            PDS_TRY(add(findings, PDS_F_FIELD_LOCKED, edit, e));
        } else if (!is_allowed(p, edits, i)) {
            PDS_TRY(add(findings, row->finding, edit, e));
        }
    }
    if (edits->unnamed && p->lock.action != PDS_LOCK_NONE) {
        return pds_finding_add(findings, PDS_F_FIELD_LOCKED, e,
                               "more fields were changed than can be looked up in the lock");
    }
    return PDS_OK;
}

/* ---- what it says itself ---- */

static pds_code add_unclear(pds_findings *f, pds_err *e)
{
    return pds_finding_add(f, PDS_F_PERMISSIONS_CHANGED, e,
                           "what the signature allows is not said in one known way; the strictest "
                           "reading is taken");
}

/* Damage is a finding, and the strictest reading holds; what hinders the verifier is passed on. */
static pds_code strictest(pds_code code, const pds_err *why, pds_permission *out,
                          pds_findings *findings, pds_err *e)
{
    if (code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_UNSUPPORTED) {
        pds_lock_drop(&out->lock);
        out->lock = (pds_lock){ .action = PDS_LOCK_ALL };
        out->level = 1;
        return add_unclear(findings, e);
    }
    return pds_err_pass(code, e, why);
}

pds_code pds_ladder_read(pds_doc *doc, pds_span signature, const pds_buf *locks, size_t lock_count,
                         pds_permission *out, pds_findings *findings, pds_err *e)
{
    pds_err why = { .offset = -1 };
    pds_code code = pds_permission_read(doc, signature, out, &why);
    for (size_t i = 0; i < lock_count && code == PDS_OK; i++) {
        code = pds_permission_add_lock(doc, pds_buf_span(&locks[i]), out, &why);
    }
    PDS_TRY(strictest(code, &why, out, findings, e));
    return code == PDS_OK && out->unclear ? add_unclear(findings, e) : PDS_OK;
}
