#ifndef PDFSIGN_EDITS_INTERNAL_H
#define PDFSIGN_EDITS_INTERNAL_H

#include "pdfsign/edits.h"
#include "pdfsign/edits_roles.h"
#include "pdfsign/edits_same.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the files of gate 3 share. How it works:
 * 1. All references of the oldest signed revision are followed once from the trailer. Each object
 *    gets a role: catalog, page, field, look of this field, part of a page … (edits_roles.c).
 * 2. For each later revision, every object whose place changed and that has a role is compared with
 *    what it was, by the judge of its role (table in edits.c): dictionaries that matter entry by
 *    entry, against rows of what may change and how; parts as a whole (edits_form.c, edits_field.c,
 *    edits_sign.c, edits_page.c).
 * 3. What changed is followed again: new objects get roles from what leads to them. New fields and
 *    annotations are judged; a new object without a role is an edit.
 * What is not known to be harmless is an edit of a harmful kind. Roles are never taken back.
 */

/* One revision beside the one before. */
typedef struct pds_step {
    pds_revisions *revisions;
    pds_roles roles;
    uint32_t revision;
    pds_doc *was, *now;
    size_t work; /* of pds_value_same, in all steps */
    pds_edits *out;
    size_t first;                /* of this revision's there */
    size_t kept[PDS_EDIT_COUNT]; /* in this revision */
    size_t named;                /* edits of fields beyond those, in all */
    uint32_t above;              /* a field in this revision, and its full name */
    pds_buf above_name;
    size_t reads;      /* of what values lead to, in all */
    uint32_t *filled;  /* objects with PDS_ROLE_FILLED; owned, as all of it */
    uint32_t *slices;  /* push-buttons that got a picture in this revision */
    uint32_t *orphans; /* new objects that nothing leads to, in this revision */
    size_t filled_count, slice_count, orphan_count;
    pds_buf looks;     /* /DA of the form and its fields before this revision … */
    size_t look_reads; /* … what it took to find them, in all */
    bool looks_known, looks_odd;
    bool signs; /* this revision brings a signature, other than a document timestamp */
} pds_step;

/* One object that changed. Null values where it was, or is, free or missing. */
typedef struct pds_changed {
    uint32_t num;
    pds_role_entry role; /* before this revision */
    pds_object was, now;
} pds_changed;

/* Adds an edit. detail: what of it, as "/Rotate"; NULL: nothing more to say. */
PDS_USE pds_code pds_step_edit(pds_step *s, pds_edit_kind kind, uint32_t num, const char *detail,
                               pds_err *e);
/* The same for a field or a widget, whose full name is looked up. */
PDS_USE pds_code pds_step_field_edit(pds_step *s, pds_edit_kind kind, uint32_t num,
                                     const char *detail, pds_err *e);

/* Was it free or missing in the revision before? */
bool pds_step_is_new(const pds_step *s, uint32_t num);
/* A reference to such an object, which nothing led to. */
bool pds_step_is_new_ref(const pds_step *s, pds_span value, pds_ref *ref);
const pds_role_entry *pds_step_role(const pds_step *s, uint32_t num);
/* Reads the object as of now, or as it was; null where that cannot be read, which is an edit. */
PDS_USE pds_code pds_step_read(pds_step *s, pds_doc *doc, uint32_t num, pds_object *out,
                               pds_err *e);
/* Resolves a value likewise. */
PDS_USE pds_code pds_step_resolve(pds_step *s, pds_doc *doc, pds_span value, pds_object *out,
                                  pds_err *e);
/* Counts a read of what a value leads to: a hostile file can lead to the same things from many
 * places. False: too many, and the worst is to be assumed. */
bool pds_step_may_read(pds_step *s);
/* Is it an action, or does it hold one, that does more than lead to a place? */
PDS_USE pds_code pds_step_runs(pds_step *s, pds_doc *doc, pds_span value, bool *out, pds_err *e);

/* ---- entry by entry ---- */

/* One entry that differs; the spans are empty where there is none. */
typedef struct pds_entry_change {
    uint32_t num; /* of the object that it is in */
    const char *key;
    pds_span was, now;
    pds_span dict; /* that it is in now */
    const void *ctx;
} pds_entry_change;

typedef pds_code (*pds_entry_fn)(pds_step *s, const pds_entry_change *c, pds_err *e);

typedef struct pds_entry_rule {
    const char *key; /* NULL, the last: any other */
    pds_entry_fn judge;
    pds_edit_kind kind; /* for pds_judge_kind */
} pds_entry_rule;

/* Judges every entry that differs by the rule of its key. */
PDS_USE pds_code pds_step_entries(pds_step *s, uint32_t num, pds_span was, pds_span now,
                                  const pds_entry_rule *rules, pds_err *e);
/* For rules: an edit of the rule's kind; the same for a field; nothing. */
PDS_USE pds_code pds_judge_kind(pds_step *s, const pds_entry_change *c, pds_err *e);
PDS_USE pds_code pds_judge_field_kind(pds_step *s, const pds_entry_change *c, pds_err *e);
PDS_USE pds_code pds_judge_free(pds_step *s, const pds_entry_change *c, pds_err *e);

/* An element of an array that came or went. */
typedef pds_code (*pds_element_fn)(pds_step *s, uint32_t num, pds_span element, pds_err *e);
/* Compares two arrays whose elements stay in their order; what is no array is an empty one. */
PDS_USE pds_code pds_step_elements(pds_step *s, uint32_t num, pds_span was, pds_span now,
                                   pds_element_fn gone, pds_element_fn came, pds_err *e);

/* ---- judges of changed objects, by their role ---- */

PDS_USE pds_code pds_judge_catalog(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_extensions(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_form(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_fields(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_resources(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_field(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_value(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_look(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_page(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_annots(pds_step *s, const pds_changed *c, pds_err *e);
PDS_USE pds_code pds_judge_annotation(pds_step *s, const pds_changed *c, pds_err *e);

/* /AcroForm as the catalog leads to it, and /Extensions. */
PDS_USE pds_code pds_compare_form(pds_step *s, const pds_entry_change *c, pds_err *e);
PDS_USE pds_code pds_compare_fields(pds_step *s, const pds_entry_change *c, pds_err *e);
PDS_USE pds_code pds_compare_extensions(pds_step *s, const pds_entry_change *c, pds_err *e);

/* ---- fields ---- */

/* Notes that a field's value changed in this revision. */
PDS_USE pds_code pds_step_judge_fill(pds_step *s, uint32_t num, pds_err *e);
/* The field that a widget belongs to: itself, or one above that has a name. */
uint32_t pds_step_field_of(const pds_step *s, uint32_t num);
/* Did a default look before this revision name a resource so? */
PDS_USE pds_code pds_step_awaits(pds_step *s, const char *key, bool *out, pds_err *e);
/* Push-buttons with a new picture, judged when it is known whether somebody signs. */
PDS_USE pds_code pds_step_judge_slices(pds_step *s, pds_err *e);
/* Before this revision. */
bool pds_step_is_signed(const pds_step *s, uint32_t num);
bool pds_step_is_filled(const pds_step *s, uint32_t num);

/* What a new signature value is. */
typedef struct pds_new_value {
    bool signature; /* at all: a dictionary that is new, with /ByteRange and /Contents */
    bool timestamp; /* a document timestamp */
} pds_new_value;
PDS_USE pds_code pds_step_new_value(pds_step *s, uint32_t num, pds_span value, pds_new_value *out,
                                    pds_err *e);
/* Is it a document timestamp? Anybody can have one, of any file. */
PDS_USE pds_code pds_step_is_stamp(pds_step *s, pds_span value, bool *out, pds_err *e);
/* Does the widget show on no page, nor on paper? */
PDS_USE pds_code pds_step_invisible(pds_step *s, pds_span widget, bool *out, pds_err *e);
/* Draws an appearance nothing at all? */
PDS_USE pds_code pds_step_blank(pds_step *s, pds_doc *doc, pds_span appearance, bool *out,
                                pds_err *e);
/* Leads it to nothing but new streams, and those that are this widget's alone? */
PDS_USE pds_code pds_step_own_look(pds_step *s, uint32_t num, pds_span appearance, bool *out,
                                   pds_err *e);
/* A signature field that came in this revision. */
PDS_USE pds_code pds_judge_new_field(pds_step *s, uint32_t num, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
