#ifndef PDFSIGN_PERMISSION_H
#define PDFSIGN_PERMISSION_H

#include "pdfsign/form.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one earlier signature allows (ISO 32000-2, 12.8.2.2 DocMDP, 12.8.2.4 FieldMDP). */
typedef struct pds_permission {
    const char *field; /* whose signature; lent from the form */
    int level;         /* 1, 2, 3; 0: says nothing */
    bool certification;
    bool unclear; /* an unknown /P, or several that differ: the strictest reading stands here */
    pds_lock lock;
    size_t signer; /* of this job, from 1, whose signature is only planned; 0: it stands already */
} pds_permission;

/* What all earlier signatures allow together. */
typedef struct pds_permissions {
    pds_permission *items;
    size_t count;
    int certification; /* level of the certification, 0: none */
} pds_permissions;

/* Adds what a signature dictionary says itself, its /Reference. errors: PDS_E_PDF_DAMAGED … */
PDS_USE pds_code pds_permission_read(pds_doc *doc, pds_span signature, pds_permission *out,
                                     pds_err *e);
/* Adds a /Lock or FieldMDP parameters (a dictionary or a reference to one): all of them hold. */
PDS_USE pds_code pds_permission_add_lock(pds_doc *doc, pds_span dict, pds_permission *p,
                                         pds_err *e);

/* form stays borrowed. */
PDS_USE pds_code pds_permissions_read(pds_doc *doc, const pds_form *form, pds_permissions *out,
                                      pds_err *e);
void pds_permissions_drop(pds_permissions *p);

/* A change that a signer is about to make. */
typedef struct pds_intent {
    const char *field; /* full name */
    bool new_field;
    bool visible; /* shows on a page */
    bool fills;   /* signs the field, not only makes it */
} pds_intent;

/* Does one signature allow the change? errors: as the next */
PDS_USE pds_code pds_permission_check(const pds_permission *p, const pds_intent *intent,
                                      pds_err *e);
/* errors: PDS_E_DOCMDP_FORBIDS, PDS_E_FIELDMDP_FORBIDS, naming the signature that forbids and what
 */
PDS_USE pds_code pds_permissions_check(const pds_permissions *p, const pds_intent *intent,
                                       pds_err *e);
/* The field whose signature locks this one; NULL: none. */
const char *pds_permissions_locker(const pds_permissions *p, const char *field);

#ifdef __cplusplus
}
#endif
#endif
