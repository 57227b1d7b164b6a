#include "cms/x509.h"

#include "base/own.h"
#include "cms/der.h"
#include "cms/evp.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/bio.h>

/* ASN1_STRFLGS_ESC_CTRL keeps what a hostile name holds from steering a terminal. */
enum { TEXT_FLAGS = ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_ESC_CTRL };

static void bio_drop(BIO **bio)
{
    BIO_free(*bio);
}

static char *text_of(BIO *bio)
{
    char *data = NULL;
    size_t len = (size_t)BIO_get_mem_data(bio, &data);
    char *text = malloc(len + 1);
    if (text != NULL) {
        memcpy(text, len == 0 ? "" : data, len);
        text[len] = '\0';
    }
    return text;
}

bool pds_x509_time(const ASN1_TIME *t, time_t *out)
{
    struct tm tm;
    if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1) {
        return false;
    }
    *out = timegm(&tm);
    return true;
}

char *pds_x509_name_text(const X509_NAME *name)
{
    unsigned long flags =
        TEXT_FLAGS | ASN1_STRFLGS_ESC_2253 | XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_FN_SN;
    PDS_OWN(bio_drop) BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL || X509_NAME_print_ex(bio, name, 0, flags) < 0) {
        return NULL;
    }
    return text_of(bio);
}

char *pds_x509_common_name(const X509_NAME *name)
{
    int last = -1;
    for (int i; (i = X509_NAME_get_index_by_NID(name, NID_commonName, last)) >= 0;) {
        last = i;
    }
    PDS_OWN(bio_drop) BIO *bio = last < 0 ? NULL : BIO_new(BIO_s_mem());
    if (bio == NULL) {
        return NULL;
    }
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last));
    return ASN1_STRING_print_ex(bio, value, TEXT_FLAGS) <= 0 ? NULL : text_of(bio);
}

/* RDNSequence, to the tag: OpenSSL takes a SET without the bit of a constructed one, too. */
static bool is_name(pds_span der)
{
    pds_der name;
    pds_der set;
    pds_der pair;
    bool fine = pds_der_expect(&der, PDS_DER_SEQUENCE, &name) && der.len == 0;
    while (fine && name.body.len > 0) {
        fine = pds_der_expect(&name.body, PDS_DER_SET, &set);
        while (fine && set.body.len > 0) {
            fine = pds_der_expect(&set.body, PDS_DER_SEQUENCE, &pair);
        }
    }
    return fine;
}

static X509_NAME *read_name(pds_span der)
{
    const unsigned char *at = der.ptr;
    return der.len > INT_MAX || !is_name(der) ? NULL : d2i_X509_NAME(NULL, &at, (long)der.len);
}

bool pds_x509_same_name(pds_span a, pds_span b)
{
    if (pds_span_eq(a, b)) {
        return true;
    }
    X509_NAME *name_a = read_name(a);
    X509_NAME *name_b = read_name(b);
    bool same = name_a != NULL && name_b != NULL && X509_NAME_cmp(name_a, name_b) == 0;
    X509_NAME_free(name_a);
    X509_NAME_free(name_b);
    pds_evp_forget();
    return same;
}
