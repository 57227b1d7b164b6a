#include "pdfsign/extension.h"

#include "base/own.h"
#include "pdfsign/form_edit.h"

#include <string.h>

#define ESIC "<</BaseVersion/1.7/ExtensionLevel 1>>"

/* Of header and catalog the later one counts (7.5.2); one digit each, so text compares. */
static pds_code is_pdf_1_7(pds_update *u, pds_span catalog, bool *out, pds_err *e)
{
    enum { MARK = 5, DIGITS = 3 };
    PDS_OWN(pds_object_drop) pds_object said = { 0 };
    char header[MARK + DIGITS];
    PDS_TRY(pds_file_read(pds_doc_file(pds_update_doc(u)), 0, header, sizeof header, e));
    PDS_TRY(pds_update_get(u, catalog, "Version", &said, e));
    const char *later = memcmp(header, "%PDF-", MARK) == 0 ? header + MARK : "0.0";
    if (said.value.len == 1 + DIGITS && memcmp(said.value.ptr + 1, later, DIGITS) > 0) {
        later = (const char *)said.value.ptr + 1;
    }
    *out = memcmp(later, "1.7", DIGITS) == 0;
    return PDS_OK;
}

/* Direct objects, as 7.12.2 wants them, unless the dictionary is an object of its own already. */
static pds_code add_entry(pds_update *u, const pds_object *catalog, const pds_object *extensions,
                          pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    const pds_entry esic = { "ESIC", pds_span_text(ESIC) };
    const bool stands = pds_value_kind(extensions->value) == PDS_KIND_DICT;
    if (stands && extensions->ref.num != 0) {
        return pds_update_edit(u, extensions->ref, &esic, 1, e);
    }
    pds_dict_put(&text, stands ? extensions->value : pds_span_of(NULL, 0), &esic, 1);
    PDS_TRY(pds_buf_end(&text, e));
    const pds_entry entry = { "Extensions", pds_buf_span(&text) };
    return pds_update_edit(u, catalog->ref, &entry, 1, e);
}

pds_code pds_extension_stage(pds_update *u, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object extensions = { 0 };
    bool may = false;
    pds_span esic;
    PDS_TRY(pds_update_read(u, pds_form_catalog_ref(pds_update_doc(u)), &catalog, e));
    PDS_TRY(is_pdf_1_7(u, catalog.value, &may, e));
    PDS_TRY(pds_update_get(u, catalog.value, "Extensions", &extensions, e));
    may = may && !pds_dict_get(extensions.value, "ESIC", &esic);
    return may ? add_entry(u, &catalog, &extensions, e) : PDS_OK;
}
