#include "token/p11_kit.h"

#include <stdio.h>
#include <string.h>

/* Small objects of ours: CKO_DATA (PKCS#11, 4.5) of the application "pdfsign", told apart by their
 * labels, for anyone to read. */

static const char APPLICATION[] = "pdfsign";
enum { LABEL_MAX = 32, PART = 16384 };

static CK_OBJECT_CLASS data_class = CKO_DATA;

static pds_code find(const pds_p11 *p, unsigned number, pds_p11_objects *out, pds_err *e)
{
    char label[LABEL_MAX];
    const int len = snprintf(label, sizeof label, "pdfsign %u", number);
    const CK_ATTRIBUTE template[] = {
        { CKA_CLASS, &data_class, sizeof data_class },
        { CKA_APPLICATION, (void *)APPLICATION, sizeof APPLICATION - 1 },
        { CKA_LABEL, label, (CK_ULONG)len },
    };
    return pds_p11_objects_find(p, p->main, template, sizeof template / sizeof template[0], out, e);
}

pds_code pds_p11_read_object(void *self, unsigned number, pds_buf *out, pds_err *e)
{
    const pds_p11 *const p = self;
    pds_p11_objects found = { .count = 0 };
    bool has = false;
    PDS_TRY(find(p, number, &found, e));
    return found.count == 0
               ? PDS_OK
               : pds_p11_attribute(p, p->main, found.items[0], CKA_VALUE, out, &has, e);
}

static pds_code create(const pds_p11 *p, unsigned number, pds_span bytes, pds_err *e)
{
    char label[LABEL_MAX];
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
    const int len = snprintf(label, sizeof label, "pdfsign %u", number);
    CK_ATTRIBUTE template[] = {
        { CKA_CLASS, &data_class, sizeof data_class },
        { CKA_TOKEN, &yes, sizeof yes },
        { CKA_PRIVATE, &no, sizeof no },
        { CKA_MODIFIABLE, &yes, sizeof yes },
        { CKA_APPLICATION, (void *)APPLICATION, sizeof APPLICATION - 1 },
        { CKA_LABEL, label, (CK_ULONG)len },
        { CKA_VALUE, (void *)bytes.ptr, bytes.len },
    };
    return pds_p11_check(
        p,
        p->module->C_CreateObject(p->main, template, sizeof template / sizeof template[0], &made),
        "store an object", e);
}

/* The new one is there before the old one goes. */
pds_code pds_p11_write_object(void *self, unsigned number, pds_span bytes,
                              const pds_secret *management, pds_err *e)
{
    pds_p11 *const p = self;
    pds_p11_objects old = { .count = 0 };
    (void)management; /* the owner's login is enough */
    PDS_TRY(pds_p11_make_writable(p, e));
    PDS_TRY(find(p, number, &old, e));
    if (bytes.len > 0) {
        PDS_TRY(create(p, number, bytes, e));
    }
    for (size_t i = 0; i < old.count; i++) {
        PDS_TRY(pds_p11_check(p, p->module->C_DestroyObject(p->main, old.items[i]),
                              "remove an object", e));
    }
    return PDS_OK;
}

size_t pds_p11_object_max(void *self)
{
    (void)self;
    return PART;
}
