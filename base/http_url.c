#include "base/http_url.h"

#include "base/http_address.h"
#include "base/load.h"
#include "base/own.h"
#include "base/wiped.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

pds_curl_table pds_libcurl;

static const pds_symbol SYMBOLS[] = {
    { "curl_global_init_mem", offsetof(pds_curl_table, global_init_mem) },
    { "curl_easy_init", offsetof(pds_curl_table, easy_init) },
    { "curl_easy_reset", offsetof(pds_curl_table, easy_reset) },
    { "curl_easy_cleanup", offsetof(pds_curl_table, easy_cleanup) },
    { "curl_easy_setopt", offsetof(pds_curl_table, easy_setopt) },
    { "curl_easy_perform", offsetof(pds_curl_table, easy_perform) },
    { "curl_easy_getinfo", offsetof(pds_curl_table, easy_getinfo) },
    { "curl_slist_append", offsetof(pds_curl_table, slist_append) },
    { "curl_slist_free_all", offsetof(pds_curl_table, slist_free_all) },
    { "curl_url", offsetof(pds_curl_table, url) },
    { "curl_url_cleanup", offsetof(pds_curl_table, url_cleanup) },
    { "curl_url_set", offsetof(pds_curl_table, url_set) },
    { "curl_url_get", offsetof(pds_curl_table, url_get) },
    { "curl_free", offsetof(pds_curl_table, free) },
};

static pds_library library = { "libcurl.so.4", "libcurl4",
                               SYMBOLS,        sizeof SYMBOLS / sizeof SYMBOLS[0],
                               &pds_libcurl,   0 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode begun;

static void begin(void)
{
    begun = pds_libcurl.global_init_mem(CURL_GLOBAL_DEFAULT, pds_wiped_malloc, pds_wiped_free,
                                        pds_wiped_realloc, pds_wiped_strdup, pds_wiped_calloc);
}

pds_code pds_http_load(pds_err *e)
{
    PDS_TRY(pds_library_load(&library, e));
    (void)pthread_once(&once, begin);
    if (begun != CURLE_OK) {
        PDS_FAIL(e, PDS_E_LIBRARY_MISSING, "libcurl does not start, error %d", (int)begun);
    }
    return PDS_OK;
}

/* ---- URLs ---- */

void pds_url_drop(pds_url *url)
{
    if (url->parsed != NULL) {
        pds_libcurl.url_cleanup(url->parsed);
        url->parsed = NULL;
    }
}

pds_url pds_url_read(const char *url, unsigned flags)
{
    pds_url read = { pds_libcurl.url() };
    if (read.parsed != NULL &&
        pds_libcurl.url_set(read.parsed, CURLUPART_URL, url, flags) != CURLUE_OK) {
        pds_url_drop(&read);
    }
    return read;
}

char *pds_url_part(const pds_url *url, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    if (url->parsed == NULL || pds_libcurl.url_get(url->parsed, part, &text, flags) != CURLUE_OK) {
        return NULL;
    }
    return text;
}

void pds_url_text_drop(char **text)
{
    if (*text != NULL) {
        pds_libcurl.free(*text);
        *text = NULL;
    }
}

static bool is_web(const char *scheme)
{
    return scheme != NULL && (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
}

pds_http_fault pds_url_check(const char *url, bool private_hosts)
{
    PDS_OWN(pds_url_drop) pds_url read = pds_url_read(url, CURLU_DISALLOW_USER);
    PDS_OWN(pds_url_text_drop) char *scheme = pds_url_part(&read, CURLUPART_SCHEME, 0);
    PDS_OWN(pds_url_text_drop) char *host = pds_url_part(&read, CURLUPART_HOST, 0);
    if (!is_web(scheme) || host == NULL || host[0] == '\0') {
        return PDS_HTTP_URL_REFUSED;
    }
    return private_hosts || pds_host_may_be_public(host) ? PDS_HTTP_FINE : PDS_HTTP_ADDRESS_REFUSED;
}

bool pds_http_origin(const char *url, char *out, size_t room)
{
    PDS_OWN(pds_url_drop) pds_url read = pds_url_read(url, CURLU_DISALLOW_USER);
    PDS_OWN(pds_url_text_drop) char *scheme = pds_url_part(&read, CURLUPART_SCHEME, 0);
    PDS_OWN(pds_url_text_drop) char *host = pds_url_part(&read, CURLUPART_HOST, 0);
    PDS_OWN(pds_url_text_drop)
    char *port = pds_url_part(&read, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (!is_web(scheme) || host == NULL || port == NULL) {
        return false;
    }
    const int len = snprintf(out, room, "%s://%s:%s", scheme, host, port);
    for (char *c = out; len > 0 && (size_t)len < room && *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    return len > 0 && (size_t)len < room;
}
