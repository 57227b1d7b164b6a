#include "cms/evidence_load.h"

#include "base/file.h"
#include "base/folder.h"
#include "base/own.h"
#include "cms/der.h"
#include "cms/pem.h"

enum {
    FILE_MAX = 64 << 20, /* a list of 16 MiB as PEM, and more of them */
    DER_ENUMERATED = 0x0a
};

typedef pds_code (*adder)(pds_evidence *evidence, pds_trust *trust, pds_span der,
                          pds_findings *notes, pds_err *e);

/* Where what is found goes. */
typedef struct loading {
    pds_evidence *evidence;
    pds_trust *trust;
    size_t found; /* and used */
} loading;

static pds_code add_crl(pds_evidence *evidence, pds_trust *trust, pds_span der, pds_findings *notes,
                        pds_err *e)
{
    (void)trust;
    return pds_evidence_add_crl(evidence, der, notes, e);
}

/* A note of the reader says why it is of no use: who names a file wants to know that. */
static pds_code add(loading *l, adder one, pds_span der, pds_err *e)
{
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    PDS_TRY(one(l->evidence, l->trust, der, &notes, e));
    if (notes.count > 0) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "%s", notes.items[0].text);
    }
    l->found++;
    return PDS_OK;
}

/* ---- DER ---- */

/* By the first element inside: a response begins with its status (RFC 6960, 4.2.1), a BasicResponse
 * with data that begin with a tag of its own, a list with a version or an algorithm (RFC 5280,
 * 5.1). NULL: neither. */
static adder kind_of(pds_span der)
{
    pds_der outer;
    pds_der first;
    pds_der inner;
    if (!pds_der_expect(&der, PDS_DER_SEQUENCE, &outer) || !pds_der_take(&outer.body, &first)) {
        return NULL;
    }
    if (first.tag == DER_ENUMERATED) {
        return pds_evidence_add_ocsp;
    }
    if (first.tag != PDS_DER_SEQUENCE || !pds_der_take(&first.body, &inner)) {
        return NULL;
    }
    switch (inner.tag) {
    case PDS_DER_INTEGER:
    case PDS_DER_SEQUENCE:
        return add_crl;
    case PDS_DER_CONTEXT_0:
    case PDS_DER_CONTEXT_1:
    case PDS_DER_CONTEXT_2:
        return pds_evidence_add_ocsp;
    default:
        return NULL;
    }
}

static pds_code add_der(loading *l, pds_span der, pds_err *e)
{
    const adder one = kind_of(der);
    if (one == NULL) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE,
                 "the file holds neither a revocation list nor an OCSP response");
    }
    return add(l, one, der, e);
}

/* ---- PEM ---- */

static adder kind_of_label(pds_span label)
{
    static const struct {
        const char *label;
        adder one;
    } labels[] = {
        { "X509 CRL", add_crl }, /* RFC 7468, 6 */
        { "CRL", add_crl },
        { "OCSP RESPONSE", pds_evidence_add_ocsp },
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (pds_span_is(label, labels[i].label)) {
            return labels[i].one;
        }
    }
    return NULL;
}

static pds_code add_block(loading *l, const pds_pem *block, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { .max = FILE_MAX };
    const adder one = kind_of_label(block->label);
    size_t len = 0;
    if (one == NULL) {
        return PDS_OK; /* certificates may stand beside it */
    }
    uint8_t *room = pds_buf_grow(&der, pds_pem_room(block));
    if (room == NULL) {
        return pds_buf_end(&der, e);
    }
    if (!pds_pem_decode(block, room, &len)) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE,
                 "a revocation list or OCSP response in PEM form is broken");
    }
    return add(l, one, pds_span_of(room, len), e);
}

static pds_code load_file(loading *l, const char *path, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    pds_pem block;
    const size_t before = l->found;
    PDS_TRY(pds_file_slurp(path, FILE_MAX, &file, e));
    pds_span rest = pds_buf_span(&file);
    if (!pds_pem_next(&rest, &block)) {
        return add_der(l, pds_buf_span(&file), e);
    }
    for (rest = pds_buf_span(&file); pds_pem_next(&rest, &block);) {
        PDS_TRY(add_block(l, &block, e));
    }
    if (l->found == before) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE,
                 "the file holds neither a revocation list nor an OCSP response");
    }
    return PDS_OK;
}

/* ---- folders ---- */

static pds_code load_entry(void *ctx, const char *path, uint64_t size, pds_err *e)
{
    if (size > FILE_MAX) {
        return PDS_OK;
    }
    pds_code code = load_file(ctx, path, e);
    return code == PDS_E_INPUT_UNREADABLE ? PDS_OK : code;
}

static pds_code load_folder(loading *l, const char *path, pds_err *e)
{
    PDS_TRY(pds_folder_each(path, load_entry, l, e));
    if (l->found == 0) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE,
                 "no file of the folder holds a revocation list or an OCSP response");
    }
    return PDS_OK;
}

pds_code pds_evidence_load(pds_evidence *evidence, pds_trust *trust, const char *path, pds_err *e)
{
    struct stat st;
    loading l = { .evidence = evidence, .trust = trust };
    const bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    return pds_err_file(folder ? load_folder(&l, path, e) : load_file(&l, path, e), e, path);
}
