#include "pdfsign/xfa.h"

#include "base/own.h"

#include <string.h>

enum { PACKET_MAX = 16 << 20 };

/* XFA 3.3, config/present/pdf: <dynamicRender>required</dynamicRender> */
static bool wants_dynamic(pds_span xml)
{
    static const char element[] = "<dynamicRender>";
    static const char word[] = "required";
    pds_span skipped;
    const uint8_t *at = memmem(xml.ptr, xml.len, element, sizeof element - 1);
    if (at == NULL) {
        return false;
    }
    (void)pds_span_take(&xml, (size_t)(at - xml.ptr) + sizeof element - 1, &skipped);
    while (xml.len > 0 && strchr(" \t\r\n", *xml.ptr) != NULL && *xml.ptr != '\0') {
        (void)pds_span_take(&xml, 1, &skipped);
    }
    return xml.len >= sizeof word - 1 && memcmp(xml.ptr, word, sizeof word - 1) == 0;
}

static pds_code refuse(pds_err *e)
{
    return pds_err_hint(
        pds_fail(e, PDS_E_XFA_DYNAMIC, __func__, "a dynamic XFA form draws its pages itself"), e,
        "print it to an ordinary PDF first, then sign that");
}

static pds_code check_packet(pds_doc *doc, pds_span value, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object packet = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf xml = { .max = PACKET_MAX };
    PDS_TRY(pds_doc_resolve(doc, value, &packet, e));
    if (!packet.stream) {
        return PDS_OK; /* the name of a packet */
    }
    PDS_TRY(pds_doc_stream(doc, &packet, PACKET_MAX, &xml, e));
    return wants_dynamic(pds_buf_span(&xml)) ? refuse(e) : PDS_OK;
}

pds_code pds_xfa_check(pds_doc *doc, const pds_form *form, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object needs = { 0 };
    PDS_OWN(pds_object_drop) pds_object packets = { 0 };
    pds_span xfa;
    pds_span key;
    pds_span value;
    bool rendering = false;

    if (!pds_dict_get(form->acroform.value, "XFA", &xfa)) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_get(doc, form->catalog.value, "NeedsRendering", &needs, e));
    if (pds_value_bool(needs.value, &rendering) && rendering) {
        return refuse(e);
    }
    PDS_TRY(pds_doc_resolve(doc, xfa, &packets, e));
    if (packets.stream) {
        return check_packet(doc, xfa, e);
    }
    pds_iter it = pds_iter_of(packets.value);
    while (pds_iter_next(&it, &key, &value)) {
        PDS_TRY(check_packet(doc, value, e));
    }
    return PDS_OK;
}
