#ifndef PDFSIGN_EDITS_ROLES_H
#define PDFSIGN_EDITS_ROLES_H

#include "pdf/revision.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What every object of a document is there for, found by following all references from the trailer.
 */

/* In the order of how much a change does: what is reached in several ways counts as the last. */
typedef enum pds_role {
    PDS_ROLE_NONE, /* nothing leads to it */
    /* parts of something: an object and all below it have one role */
    PDS_ROLE_DSS,
    PDS_ROLE_METADATA, /* /Metadata of the catalog, /Info */
    PDS_ROLE_ANNOTATION_PART,
    PDS_ROLE_VALUE, /* of a field */
    PDS_ROLE_LOOK,  /* /AP of a field's widget */
    PDS_ROLE_FIELD_PART,
    PDS_ROLE_FORM_PART,
    PDS_ROLE_SIGNATURE,   /* a signature dictionary and what it holds */
    PDS_ROLE_PERMISSIONS, /* /Perms, /Lock, /SV, /Reference */
    PDS_ROLE_CATALOG_PART,
    PDS_ROLE_PAGE_PART,
    /* dictionaries and arrays that are looked at entry by entry */
    PDS_ROLE_RESOURCE_LIST, /* /Font … of the next */
    PDS_ROLE_RESOURCES,     /* /DR of the form */
    PDS_ROLE_EXTENSIONS,
    PDS_ROLE_ANNOTATION, /* other than a field's widget */
    PDS_ROLE_ANNOTS,
    PDS_ROLE_PAGE,
    PDS_ROLE_NODE_KIDS,
    PDS_ROLE_NODE, /* of the page tree */
    PDS_ROLE_KIDS, /* of a field */
    PDS_ROLE_FIELD,
    PDS_ROLE_FIELDS,
    PDS_ROLE_FORM,
    PDS_ROLE_CATALOG,
    PDS_ROLE_COUNT
} pds_role;

typedef enum pds_field_type {
    PDS_FIELD_NO_TYPE,
    PDS_FIELD_TEXT,
    PDS_FIELD_CHOICE,
    PDS_FIELD_CHECK, /* boxes and radio buttons */
    PDS_FIELD_PUSH,
    PDS_FIELD_SIGNATURE
} pds_field_type;

enum pds_role_flag {
    PDS_ROLE_SHARED = 1,     /* several lead to it, where one of them alone should */
    PDS_ROLE_NAMED = 2,      /* a field with a name of its own */
    PDS_ROLE_INNER = 4,      /* a field with such fields below it */
    PDS_ROLE_SIGNED = 8,     /* a signature field with a value */
    PDS_ROLE_FILLED = 16,    /* the field's value changed in the revision at hand */
    PDS_ROLE_DANGLING = 32,  /* something led to it while it was not there */
    PDS_ROLE_CONTAINER = 64, /* an object stream of the revision at hand */
    PDS_ROLE_PLACED = 128,   /* a new field that stands on a page */
    PDS_ROLE_STRAY = 256,    /* changed in the revision at hand; nothing led to it before */
    PDS_ROLE_STAMPED = 512,  /* a field filled by a document timestamp in the revision at hand */
    PDS_ROLE_OPENED = 1024   /* an object stream; what it needs to be read has a role */
};

typedef struct pds_role_entry {
    uint32_t owner; /* of parts of a field, kids, annotations: the field, the page; else 0 */
    uint8_t role;   /* pds_role */
    uint8_t type;   /* pds_field_type */
    uint16_t flags;
} pds_role_entry;

/* Somewhere to go to. */
typedef struct pds_role_item {
    uint32_t num, owner;
    uint8_t role, type;
} pds_role_item;

typedef struct pds_role_queue {
    pds_role_item *items;
    size_t count;
} pds_role_queue;

enum { PDS_ROLES_PER_CHUNK = 256 };

/* Called for an object that cannot be read. */
typedef pds_code (*pds_unread_fn)(void *ctx, uint32_t num, pds_err *e);

/* Begin with { .unread = …, .ctx = … }. Eight bytes an object, in chunks. */
typedef struct pds_roles {
    pds_role_entry **chunks;
    size_t chunk_count;
    pds_role_queue queues[PDS_ROLE_COUNT];
    pds_unread_fn unread;
    void *ctx;
    const pds_revisions *revisions;
    pds_doc *doc; /* being walked … */
    uint32_t revision;
} pds_roles;
void pds_roles_drop(pds_roles *r);

/* Of role NONE where nothing leads to it; lent until the next walk. */
const pds_role_entry *pds_roles_find(const pds_roles *r, uint32_t num);
/* Is it the object of that number, as of the revision? A reference to another generation is null
 * (7.3.10). True where there is no such object yet. */
bool pds_ref_fits(const pds_revisions *revisions, uint32_t revision, pds_ref ref);
/* The next object with a role behind *num, which begins with 0. */
bool pds_roles_next(const pds_roles *r, uint32_t *num, const pds_role_entry **out);
/* Turns a flag of an object with a role on or off. */
void pds_roles_flag(pds_roles *r, uint32_t num, enum pds_role_flag flag, bool on);
/* Turns it on for any object. */
PDS_USE pds_code pds_roles_mark(pds_roles *r, uint32_t num, enum pds_role_flag flag, pds_err *e);

/* From the trailer. */
PDS_USE pds_code pds_roles_walk(pds_roles *r, pds_err *e);
/* Again from an object that has a role: what it leads to now, too. pds_roles_run ends it. */
PDS_USE pds_code pds_roles_again(pds_roles *r, uint32_t num, pds_err *e);
/* From the trailer's entries alone. */
PDS_USE pds_code pds_roles_trailer(pds_roles *r, pds_err *e);
PDS_USE pds_code pds_roles_run(pds_roles *r, pds_err *e);

/* FT and Ff of a field's dictionary; what it has none of is inherited. */
PDS_USE pds_code pds_roles_type(pds_doc *doc, pds_span dict, uint8_t inherited, uint8_t *out,
                                pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
