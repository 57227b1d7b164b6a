#include "base/file.h"
#include "base/folder.h"
#include "base/locked.h"
#include "base/own.h"
#include "cms/cert.h"
#include "cms/evp.h"
#include "cms/pem.h"
#include "cms/x509.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/pkcs7.h>

enum {
    FILE_MAX = 8 << 20, /* the largest collections of roots take 1 MiB */
    CERTS_MAX = 10000
};

pds_code pds_certs_add(pds_certs *list, pds_cert *shared, pds_err *e)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = shared;
    for (size_t i = 0; i < list->count; i++) {
        if (pds_span_eq(pds_cert_der(list->items[i]), pds_cert_der(cert))) {
            return PDS_OK;
        }
    }
    if (list->count == CERTS_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "more than %d certificates", CERTS_MAX);
    }
    pds_cert **items = reallocarray(list->items, list->count + 1, sizeof *items);
    if (items == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    list->items = items;
    list->items[list->count++] = cert;
    cert = NULL;
    return PDS_OK;
}

void pds_certs_drop(pds_certs *list)
{
    for (size_t i = 0; i < list->count; i++) {
        pds_cert_drop(&list->items[i]);
    }
    free(list->items);
    *list = (pds_certs){ 0 };
}

static pds_code add_der(pds_certs *list, pds_span der, pds_err *e)
{
    pds_cert *cert = NULL;
    PDS_TRY(pds_cert_new(der, &cert, e));
    return pds_certs_add(list, cert, e);
}

static pds_code add_x509(pds_certs *list, X509 *x509, pds_err *e)
{
    pds_cert *cert = NULL;
    (void)X509_up_ref(x509);
    PDS_TRY(pds_cert_take(x509, &cert, e));
    return pds_certs_add(list, cert, e);
}

static void pkcs7_drop(PKCS7 **p7)
{
    PKCS7_free(*p7);
}

/* RFC 2315: a SignedData that carries certificates only. DER or BER. */
static pds_code add_pkcs7(pds_certs *list, pds_span der, pds_err *e)
{
    const unsigned char *at = der.ptr;
    PDS_OWN(pkcs7_drop) PKCS7 *p7 = d2i_PKCS7(NULL, &at, (long)der.len);
    if (p7 == NULL || !PKCS7_type_is_signed(p7) || p7->d.sign == NULL) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "neither a certificate nor PKCS#7 with certificates");
    }
    if (sk_X509_num(p7->d.sign->cert) < 1) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the PKCS#7 holds no certificate");
    }
    for (int i = 0; i < sk_X509_num(p7->d.sign->cert); i++) {
        PDS_TRY(add_x509(list, sk_X509_value(p7->d.sign->cert, i), e));
    }
    return PDS_OK;
}

static pds_code add_der_or_pkcs7(pds_certs *list, pds_span der, pds_err *e)
{
    pds_certs p7 = { 0 };
    pds_code code = add_der(list, der, e);
    if (code == PDS_E_CERT_UNREADABLE && add_pkcs7(&p7, der, NULL) == PDS_OK) {
        code = PDS_OK;
        for (size_t i = 0; i < p7.count && code == PDS_OK; i++) {
            code = pds_certs_add(list, pds_cert_share(p7.items[i]), e);
        }
    }
    pds_certs_drop(&p7);
    return code;
}

/* Labels of RFC 7468, 5 and 8, and those that OpenSSL writes besides. */
static bool holds_certificates(const pds_pem *block)
{
    static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE", "PKCS7", "CMS" };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (pds_span_is(block->label, labels[i])) {
            return true;
        }
    }
    return false;
}

static pds_code add_block(pds_certs *list, const pds_pem *block, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { .max = FILE_MAX };
    size_t len;
    uint8_t *room = pds_buf_grow(&der, pds_pem_room(block));
    if (room == NULL) {
        return pds_buf_end(&der, e);
    }
    if (!pds_pem_decode(block, room, &len)) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "a certificate in PEM form is broken");
    }
    return add_der_or_pkcs7(list, pds_span_of(room, len), e);
}

pds_code pds_certs_read(pds_certs *list, pds_span text, size_t *found, pds_err *e)
{
    pds_pem block;
    *found = 0;
    while (pds_pem_next(&text, &block)) {
        if (holds_certificates(&block)) {
            PDS_TRY(add_block(list, &block, e));
            ++*found;
        }
    }
    return PDS_OK;
}

pds_code pds_certs_parse(pds_certs *list, pds_span bytes, pds_err *e)
{
    size_t found = 0;
    pds_pem block;
    pds_span rest = bytes;
    if (!pds_pem_next(&rest, &block)) {
        return add_der_or_pkcs7(list, bytes, e);
    }
    PDS_TRY(pds_certs_read(list, bytes, &found, e));
    if (found == 0) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the file holds no certificate");
    }
    return PDS_OK;
}

static pds_code load_file(pds_certs *list, const char *path, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf file = { 0 }; /* the key may stand beside its certificate */
    PDS_TRY(pds_locked_new(FILE_MAX + 1, &file, e));
    PDS_TRY(pds_file_slurp(path, FILE_MAX, &file, e));
    return pds_certs_parse(list, pds_buf_span(&file), e);
}

/* What is no certificate is passed over: keys, notes. */
static pds_code load_entry(void *ctx, const char *path, uint64_t size, pds_err *e)
{
    pds_code code = load_file(ctx, path, e);
    bool fatal = code == PDS_E_NO_MEMORY || code == PDS_E_LIMIT;
    return fatal && size <= FILE_MAX ? code : PDS_OK;
}

static pds_code load_folder(pds_certs *list, const char *path, pds_err *e)
{
    size_t before = list->count;
    PDS_TRY(pds_folder_each(path, load_entry, list, e));
    if (list->count == before) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "no file of the folder holds a certificate");
    }
    return PDS_OK;
}

pds_code pds_certs_load(pds_certs *list, const char *path, pds_err *e)
{
    struct stat st;
    bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    return pds_err_file(folder ? load_folder(list, path, e) : load_file(list, path, e), e, path);
}
