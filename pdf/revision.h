#ifndef PDF_REVISION_H
#define PDF_REVISION_H

#include "base/finding.h"
#include "pdf/doc.h"
#include "pdf/xref.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The revisions of a file (ISO 32000-2, 7.5.6), from 1, the oldest, found by the chain of its
 * cross-reference sections, never by searching: behind a section stand startxref, a number that
 * leads back to it, and %%EOF. The two sections of a linearized file are one revision, as are a
 * table and the stream of a hybrid file. A section without such an end of its own counts to the
 * revision behind it. Bytes behind the section that the file's end names are one more revision,
 * without sections, as are other bytes than white space behind the last %%EOF: no signature covers
 * such a one.
 */
typedef struct pds_revision {
    uint64_t begin;         /* 0, or the end of the one before */
    uint64_t eof;           /* behind its %%EOF */
    uint64_t end;           /* behind the line end there; of the newest: the file's */
    uint64_t rest;          /* behind all white space there, 1 KiB at most */
    uint64_t startxref;     /* where the keyword stands */
    uint64_t start;         /* the number behind it */
    uint32_t section_count; /* 0: bytes that no section names */
    bool linearized;
} pds_revision;

/* All revisions of one open file. One thread at a time. */
typedef struct pds_revisions pds_revisions;

/**
 * Reads every section once; takes time and memory by what stands in them, not by revisions times
 * objects.
 * file      borrowed, must stay open
 * password  borrowed too; may be NULL
 * findings  gets the entries that contradict each other: PDS_F_OBJECT_AMBIGUOUS
 * errors    as pds_doc_open, but for what needs the catalog or the password
 */
PDS_USE pds_code pds_revisions_open(const pds_file *file, const pds_secret *password,
                                    pds_findings *findings, pds_revisions **out, pds_err *e);
void pds_revisions_drop(pds_revisions **r);

uint32_t pds_revisions_count(const pds_revisions *r);
/* 1 to count; lent. */
const pds_revision *pds_revisions_at(const pds_revisions *r, uint32_t revision);
/* The revision whose bytes hold this one; 0: none. */
uint32_t pds_revisions_of_byte(const pds_revisions *r, uint64_t offset);
/* The revision that ends there: behind its %%EOF, the line end of that or further white space; 0:
 * none. */
uint32_t pds_revisions_ending(const pds_revisions *r, uint64_t end);

/* The document as it stood: a view of the file's first bytes. It must not outlive r. Costs no more
 * for an older one. errors: as pds_doc_open */
PDS_USE pds_code pds_revisions_doc(pds_revisions *r, uint32_t revision, pds_doc **out, pds_err *e);

/* An object whose place is another one than in the revision before; kinds NONE and FREE are alike.
 * An object also changes when the object stream changes in which it stays: pds_revisions_check has
 * a finding for that. */
typedef struct pds_change {
    uint32_t num;
    pds_place was, now;
} pds_change;
/* The next one of a revision; *at begins with 0. False: that was all. */
bool pds_revisions_change(const pds_revisions *r, uint32_t revision, size_t *at, pds_change *out);
/* The place as of a revision, whose .section is the revision that put it there; lent. */
const pds_place *pds_revisions_place(const pds_revisions *r, uint32_t revision, uint32_t num);

/**
 * Gate 2, the physical chain. Strict behind the first signed revision: every byte belongs to an
 * object that a section of the same revision names, to a section, or to startxref and %%EOF, but
 * for white space and short comments. Up to it, only what can be read in two ways is a finding.
 * signed_revision  the oldest that a signature covers, or, where none covers one, that has one; 0:
 *                  the file has no signature: nothing is strict, but bytes behind its end are
 * damage findings         PDS_F_REVISION_WITHOUT_END, PDS_F_UPDATE_BYTES_UNREFERENCED,
 *                  PDS_F_UPDATE_ENTRY_OUTSIDE, PDS_F_UPDATE_COMMENT (a note), PDS_F_XREF_WRONG,
 *                  PDS_F_OBJECT_BROKEN, PDS_F_OBJECTS_OVERLAP, PDS_F_OBJECT_STREAM_WRONG,
 *                  PDS_F_OBJECT_STREAM_REPLACED, PDS_F_UNREFERENCED_BYTES (a note)
 * errors           PDS_E_NO_MEMORY, read errors, PDS_E_PDF_LIMIT, PDS_E_INTERRUPTED,
 *                  PDS_E_PASSWORD_*; without a signature PDS_E_PDF_DAMAGED
 */
PDS_USE pds_code pds_revisions_check(pds_revisions *r, uint32_t signed_revision,
                                     pds_findings *findings, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
