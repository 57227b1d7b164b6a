#include "cms/tst_info.h"

#include "cms/der.h"

static bool read_imprint(pds_span in, pds_tst_info *out)
{
    pds_der id;
    pds_der imprint;
    if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &id) ||
        !pds_der_expect(&in, PDS_DER_OCTETS, &imprint) || in.len != 0) {
        return false;
    }
    out->imprint_id = id.whole;
    out->imprint = imprint.body;
    if (!pds_md_read(id.whole, &out->imprint_md)) {
        out->imprint_md = PDS_MD_NONE;
    }
    return out->imprint_md == PDS_MD_NONE || imprint.body.len == pds_md_size(out->imprint_md);
}

/* Accuracy ::= SEQUENCE { seconds OPTIONAL, millis [0] (1..999) OPTIONAL, micros [1] OPTIONAL } */
static bool read_accuracy(pds_span in, uint64_t *usec)
{
    static const struct {
        uint8_t tag;
        uint32_t max;
        uint32_t usec;
    } parts[] = {
        { PDS_DER_INTEGER, UINT32_MAX, 1000000 },
        { PDS_DER_PRIMITIVE_0, 999, 1000 },
        { PDS_DER_PRIMITIVE_0 + 1, 999, 1 },
    };
    *usec = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        pds_der part;
        uint32_t value = 0;
        if (pds_der_expect(&in, parts[i].tag, &part)) {
            if (!pds_der_uint(part.body, &value) || value > parts[i].max) {
                return false;
            }
            *usec += (uint64_t)value * parts[i].usec;
        }
    }
    return in.len == 0;
}

/* Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }: none is known to us. */
static bool has_critical_or_broken(pds_span in)
{
    while (in.len > 0) {
        pds_der extension;
        pds_der part;
        if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &extension) ||
            !pds_der_expect(&extension.body, PDS_DER_OID, &part) ||
            pds_der_expect(&extension.body, PDS_DER_BOOLEAN, &part) ||
            !pds_der_expect(&extension.body, PDS_DER_OCTETS, &part) || extension.body.len != 0) {
            return true;
        }
    }
    return false;
}

/* What stands behind genTime, all of it optional. */
static const char *read_rest(pds_span in, pds_tst_info *out)
{
    pds_der field;
    if (pds_der_expect(&in, PDS_DER_SEQUENCE, &field)) {
        out->has_accuracy = true;
        if (!read_accuracy(field.body, &out->accuracy_usec)) {
            return "accuracy";
        }
    }
    if (pds_der_expect(&in, PDS_DER_BOOLEAN, &field) && field.body.len != 1) {
        return "ordering";
    }
    if (pds_der_expect(&in, PDS_DER_INTEGER, &field)) {
        out->nonce = field.whole;
    }
    if (pds_der_expect(&in, PDS_DER_CONTEXT_0, &field)) {
        out->tsa = field.body;
    }
    if (pds_der_expect(&in, PDS_DER_CONTEXT_1, &field) && has_critical_or_broken(field.body)) {
        return "extensions";
    }
    return in.len == 0 ? NULL : "end";
}

const char *pds_tst_info_read(pds_span der, pds_tst_info *out)
{
    pds_der field;
    uint32_t version = 0;
    pds_span in = der;
    *out = (pds_tst_info){ 0 };
    if (!pds_der_valid(der) || !pds_der_expect(&in, PDS_DER_SEQUENCE, &field)) {
        return "TSTInfo";
    }
    in = field.body;
    if (!pds_der_expect(&in, PDS_DER_INTEGER, &field) || !pds_der_uint(field.body, &version) ||
        version != 1) {
        return "version";
    }
    if (!pds_der_expect(&in, PDS_DER_OID, &field)) {
        return "policy";
    }
    out->policy = field.body;
    if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &field) || !read_imprint(field.body, out)) {
        return "messageImprint";
    }
    if (!pds_der_expect(&in, PDS_DER_INTEGER, &field)) {
        return "serialNumber";
    }
    out->serial = field.whole;
    if (!pds_der_take(&in, &field) || field.tag != PDS_DER_GENERALIZED_TIME ||
        !pds_der_time(&field, &out->time)) {
        return "genTime";
    }
    return read_rest(in, out);
}
