#include "cms/enveloped.h"

#include "base/own.h"
#include "cms/ber.h"
#include "cms/oid.h"

static const pds_span ENVELOPED = PDS_OID("\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03");
static const pds_span AUTHENTICATED = PDS_OID("\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17");

enum { IMPLICIT_0 = 0xA0, CONTEXT_1_PRIMITIVE = 0x81 };

void pds_enveloped_drop(pds_enveloped *v)
{
    pds_buf_drop(&v->joined);
    *v = (pds_enveloped){ .recipients = { 0 } };
}

static pds_code no_cms(pds_err *e, const char *what)
{
    PDS_FAIL(e, PDS_E_CMS_UNREADABLE, "%s is not as CMS has it", pds_translated(what));
}

/* EncryptedContentInfo ::= SEQUENCE { contentType, AlgorithmIdentifier, [0] IMPLICIT OCTET STRING }
 */
static pds_code read_content(pds_span *in, pds_enveloped *out, pds_err *e)
{
    pds_der info = { 0 };
    pds_der part = { 0 };
    bool loose = false;
    if (!pds_ber_expect(in, PDS_DER_SEQUENCE, &info, &loose)) {
        return no_cms(e, "the encrypted content");
    }
    pds_span body = info.body;
    pds_der cipher = { 0 };
    if (!pds_ber_expect(&body, PDS_DER_OID, &part, &loose) ||
        !pds_ber_expect(&body, PDS_DER_SEQUENCE, &cipher, &loose)) {
        return no_cms(e, "the encrypted content");
    }
    pds_span algorithm = cipher.body;
    if (!pds_ber_expect(&algorithm, PDS_DER_OID, &part, &loose)) {
        return no_cms(e, "the cipher of the content");
    }
    out->cipher = part.body;
    out->parameters = algorithm;
    out->joined.max = in->len + info.whole.len;
    if (!pds_ber_take_string(&body, PDS_DER_PRIMITIVE_0, &out->joined, &out->content, &loose)) {
        PDS_TRY(pds_buf_end(&out->joined, e));
        PDS_FAIL(e, PDS_E_CMS_UNREADABLE, "the encrypted content is not in the structure");
    }
    return PDS_OK;
}

/* The tail of AuthEnvelopedData: authAttrs [1] IMPLICIT OPTIONAL, mac. */
static pds_code read_mac(pds_span *in, pds_enveloped *out, pds_err *e)
{
    pds_der part = { 0 };
    bool loose = false;
    if (pds_ber_expect(in, PDS_DER_CONTEXT_1, &part, &loose)) {
        out->attributes = part.whole;
    }
    if (!pds_ber_expect(in, PDS_DER_OCTETS, &part, &loose) || part.body.len == 0) {
        return no_cms(e, "the authentication code");
    }
    out->mac = part.body;
    return PDS_OK;
}

static pds_code read_data(pds_span data, bool authenticated, pds_enveloped *out, pds_err *e)
{
    pds_der whole = { 0 };
    pds_der part = { 0 };
    bool loose = false;
    if (!pds_ber_expect(&data, PDS_DER_SEQUENCE, &whole, &loose)) {
        return no_cms(e, "the structure");
    }
    pds_span body = whole.body;
    if (!pds_ber_expect(&body, PDS_DER_INTEGER, &part, &loose)) {
        return no_cms(e, "the structure");
    }
    (void)!pds_ber_expect(&body, PDS_DER_CONTEXT_0, &part, &loose); /* originatorInfo */
    if (!pds_ber_expect(&body, PDS_DER_SET, &part, &loose)) {
        return no_cms(e, "the list of recipients");
    }
    out->recipients = part.body;
    PDS_TRY(read_content(&body, out, e));
    return authenticated ? read_mac(&body, out, e) : PDS_OK;
}

pds_code pds_enveloped_read(pds_span cms, pds_enveloped *out, pds_err *e)
{
    pds_der info = { 0 };
    pds_der type = { 0 };
    pds_der content = { 0 };
    bool loose = false;
    if (!pds_ber_expect(&cms, PDS_DER_SEQUENCE, &info, &loose)) {
        return no_cms(e, "the input");
    }
    pds_span body = info.body;
    if (!pds_ber_expect(&body, PDS_DER_OID, &type, &loose) ||
        !pds_ber_expect(&body, PDS_DER_CONTEXT_0, &content, &loose)) {
        return no_cms(e, "the input");
    }
    const bool authenticated = pds_span_eq(type.body, AUTHENTICATED);
    if (!authenticated && !pds_span_eq(type.body, ENVELOPED)) {
        PDS_FAIL(e, PDS_E_CMS_UNREADABLE,
                 "the input is a CMS structure, but not encrypted for anybody");
    }
    return read_data(content.body, authenticated, out, e);
}
