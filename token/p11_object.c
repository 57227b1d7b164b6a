#include "token/p11_kit.h"

enum { VALUE_MAX = 1 << 20 };

/* Some tokens tell of nothing before the login. */
static bool is_shy(const pds_p11 *p, CK_RV rv)
{
    return rv == CKR_USER_NOT_LOGGED_IN && !p->in;
}

pds_code pds_p11_attribute(const pds_p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object,
                           CK_ATTRIBUTE_TYPE type, pds_buf *out, bool *has, pds_err *e)
{
    CK_ATTRIBUTE wanted = { type, NULL, 0 };
    CK_RV rv = p->module->C_GetAttributeValue(s, object, &wanted, 1);
    *has = rv == CKR_OK && wanted.ulValueLen != CK_UNAVAILABLE_INFORMATION;
    if (rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE || is_shy(p, rv) ||
        (rv == CKR_OK && !*has)) {
        return PDS_OK;
    }
    PDS_TRY(pds_p11_check(p, rv, "tell of an object", e));
    if (wanted.ulValueLen > VALUE_MAX) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the token has an object of %lu bytes", wanted.ulValueLen);
    }
    const size_t before = out->len;
    wanted.pValue = pds_buf_grow(out, wanted.ulValueLen);
    PDS_TRY(pds_buf_end(out, e));
    const size_t room = wanted.ulValueLen;
    rv = p->module->C_GetAttributeValue(s, object, &wanted, 1);
    PDS_TRY(pds_p11_check(p, rv, "tell of an object", e));
    *has = wanted.ulValueLen <= room;
    out->len = before + (*has ? wanted.ulValueLen : 0);
    return PDS_OK;
}

bool pds_p11_flag(const pds_p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object,
                  CK_ATTRIBUTE_TYPE type, bool otherwise)
{
    CK_BBOOL value = CK_FALSE;
    CK_ATTRIBUTE wanted = { type, &value, sizeof value };
    if (p->module->C_GetAttributeValue(s, object, &wanted, 1) != CKR_OK ||
        wanted.ulValueLen != sizeof value) {
        return otherwise;
    }
    return value == CK_TRUE;
}

static pds_code collect(const pds_p11 *p, CK_SESSION_HANDLE s, pds_p11_objects *out, pds_err *e)
{
    CK_ULONG got = 1;
    while (got > 0 && out->count < PDS_P11_OBJECTS_MAX) {
        const CK_ULONG room = PDS_P11_OBJECTS_MAX - out->count;
        const CK_RV rv = p->module->C_FindObjects(s, out->items + out->count, room, &got);
        if (is_shy(p, rv)) {
            return PDS_OK;
        }
        PDS_TRY(pds_p11_check(p, rv, "tell of its objects", e));
        if (got > room) {
            PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the token tells of more objects than were asked for");
        }
        out->count += got;
    }
    return PDS_OK;
}

pds_code pds_p11_objects_find(const pds_p11 *p, CK_SESSION_HANDLE s, const CK_ATTRIBUTE *wanted,
                              size_t count, pds_p11_objects *out, pds_err *e)
{
    const CK_RV rv = p->module->C_FindObjectsInit(s, (CK_ATTRIBUTE *)wanted, count);
    out->count = 0;
    if (is_shy(p, rv)) {
        return PDS_OK;
    }
    PDS_TRY(pds_p11_check(p, rv, "tell of its objects", e));
    const pds_code code = collect(p, s, out, e);
    (void)p->module->C_FindObjectsFinal(s);
    return code;
}
