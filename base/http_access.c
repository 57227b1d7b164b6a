#include "base/http_access.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/own.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>

enum {
    FILE_MAX = 1 << 20,
    CA_MAX = 8 << 20 /* of a whole folder */
};

void pds_access_drop(pds_access *access)
{
    pds_buf_drop(&access->ca);
    pds_locked_drop(&access->authorization);
}

/* ---- files ---- */

static bool is_pem(pds_span bytes, const char *begin)
{
    return bytes.len > 0 && memmem(bytes.ptr, bytes.len, begin, strlen(begin)) != NULL;
}

static pds_code unreadable(pds_code code, const char *path, pds_err *e)
{
    if (code == PDS_E_NO_MEMORY) {
        return code;
    }
    PDS_FAIL(e, PDS_E_USAGE, "the file '%s' for TLS can't be read", path);
}

/* What the file is: PEM, else the DER of something. It may hold a private key. */
static pds_code look(const char *path, bool *der, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf file = { 0 };
    PDS_TRY(pds_locked_new(FILE_MAX + 1, &file, e));
    const pds_code code = pds_file_slurp(path, FILE_MAX, &file, e);
    if (code != PDS_OK) {
        return unreadable(code, path, e);
    }
    *der = file.len > 0 && file.ptr[0] == 0x30;
    if (!*der && !is_pem(pds_buf_span(&file), "-----BEGIN ")) {
        PDS_FAIL(e, PDS_E_USAGE, "the file '%s' for TLS is neither PEM nor PKCS#12", path);
    }
    return PDS_OK;
}

static pds_code look_at_cert(pds_access *a, pds_err *e)
{
    bool der = false;
    if (a->given.cert == NULL) {
        return PDS_OK;
    }
    PDS_TRY(look(a->given.cert, &a->pkcs12, e));
    if (a->given.key == NULL) {
        return PDS_OK;
    }
    PDS_TRY(look(a->given.key, &der, e));
    if (a->pkcs12 || der) {
        PDS_FAIL(e, PDS_E_USAGE, "a client certificate with a key of its own must be PEM, both");
    }
    return PDS_OK;
}

/* ---- whom we believe ---- */

static pds_code add_ca(const char *path, pds_buf *ca, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    const pds_code code = pds_file_slurp(path, CA_MAX, &file, e);
    if (code != PDS_OK) {
        return unreadable(code, path, e);
    }
    if (is_pem(pds_buf_span(&file), "-----BEGIN CERTIFICATE-----")) {
        pds_buf_put(ca, pds_buf_span(&file));
        pds_buf_byte(ca, '\n');
    }
    return pds_buf_end(ca, e);
}

static void folder_drop(DIR **folder)
{
    if (*folder != NULL) {
        (void)closedir(*folder);
    }
}

/* libcurl would want the names in a folder to be hashes. */
static pds_code add_folder(const char *path, pds_buf *ca, pds_err *e)
{
    PDS_OWN(folder_drop) DIR *folder = opendir(path);
    struct stat st;
    if (folder == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "the folder '%s' can't be read: %s", path, pds_errno_text(errno));
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): of this thread's own stream
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char name[PATH_MAX];
        const int len = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (len > 0 && (size_t)len < sizeof name && stat(name, &st) == 0 && S_ISREG(st.st_mode)) {
            PDS_TRY(add_ca(name, ca, e));
        }
    }
    return PDS_OK;
}

static pds_code load_ca(const char *path, pds_buf *ca, pds_err *e)
{
    struct stat st;
    if (path == NULL) {
        return PDS_OK;
    }
    ca->max = CA_MAX;
    PDS_TRY(stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? add_folder(path, ca, e)
                                                        : add_ca(path, ca, e));
    if (ca->len == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "'%s' holds no certificate in PEM form", path);
    }
    return PDS_OK;
}

/* ---- who we are ---- */

/* Made here, and not by libcurl, which would put name and password into the addresses that a
 * redirect leads to. */
static pds_code make_authorization(const pds_http_access *given, pds_buf *out, pds_err *e)
{
    enum { HEADER_MAX = 4096 };
    PDS_OWN(pds_locked_drop) pds_buf both = { 0 };
    if (given->user == NULL) {
        return PDS_OK;
    }
    if (strpbrk(given->user, ":\r\n") != NULL) { /* RFC 7617, 2 */
        PDS_FAIL(e, PDS_E_USAGE, "the user's name for HTTP holds a colon or a line end");
    }
    PDS_TRY(pds_locked_new(HEADER_MAX, &both, e));
    PDS_TRY(pds_locked_new(HEADER_MAX, out, e));
    pds_buf_text(&both, given->user);
    pds_buf_byte(&both, ':');
    pds_buf_put(&both, pds_secret_span(given->password));
    PDS_TRY(pds_buf_end(&both, e));
    pds_buf_text(out, "Authorization: Basic ");
    pds_base64_put(out, pds_buf_span(&both));
    pds_buf_byte(out, '\0');
    return pds_buf_end(out, e);
}

pds_code pds_access_load(const pds_http_access *given, pds_access *out, pds_err *e)
{
    *out = (pds_access){ .pkcs12 = false };
    if (given == NULL) {
        return PDS_OK;
    }
    out->given = *given;
    PDS_TRY(make_authorization(given, &out->authorization, e));
    PDS_TRY(look_at_cert(out, e));
    return load_ca(given->ca, &out->ca, e);
}

/* ---- options ---- */

typedef struct text_row {
    CURLoption option;
    const char *value; /* NULL: not set */
} text_row;

static bool set_texts(CURL *easy, const text_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].value != NULL &&
            pds_libcurl.easy_setopt(easy, rows[i].option, rows[i].value) != CURLE_OK) {
            return false;
        }
    }
    return true;
}

/* A password is always set: without any, OpenSSL would ask for it on the terminal. */
static bool set_identity(const pds_access *a, CURL *easy)
{
    const pds_http_access *const given = &a->given;
    const bool shows = given->cert != NULL;
    const text_row rows[] = {
        { CURLOPT_SSLCERT, given->cert },
        { CURLOPT_SSLCERTTYPE, !shows      ? NULL
                               : a->pkcs12 ? "P12"
                                           : "PEM" },
        { CURLOPT_SSLKEY, given->key },
        { CURLOPT_KEYPASSWD, shows ? pds_secret_text(given->key_password) : NULL },
    };
    return set_texts(easy, rows, sizeof rows / sizeof rows[0]);
}

static bool set_ca(const pds_access *a, CURL *easy)
{
    struct curl_blob ca = { .data = a->ca.ptr, .len = a->ca.len, .flags = CURL_BLOB_NOCOPY };
    return a->ca.len == 0 || (pds_libcurl.easy_setopt(easy, CURLOPT_CAINFO, NULL) == CURLE_OK &&
                              pds_libcurl.easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
                              pds_libcurl.easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca) == CURLE_OK);
}

bool pds_access_set(const pds_access *access, CURL *easy, bool own)
{
    return set_ca(access, easy) && (!own || set_identity(access, easy));
}

bool pds_access_add_line(const pds_access *access, bool own, struct curl_slist **list)
{
    if (!own || access->authorization.len == 0) {
        return true;
    }
    struct curl_slist *const more =
        pds_libcurl.slist_append(*list, (const char *)access->authorization.ptr);
    *list = more != NULL ? more : *list;
    return more != NULL;
}
