#ifndef BASE_HTTP_URL_H
#define BASE_HTTP_URL_H

/* What the files of HTTP share of libcurl, and URLs as it reads them. */

#include "base/http.h"

#include <curl/curl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pds_curl_table {
    __typeof__(curl_global_init_mem) *global_init_mem;
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_reset) *easy_reset;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_perform) *easy_perform;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    __typeof__(curl_url) *url;
    __typeof__(curl_url_cleanup) *url_cleanup;
    __typeof__(curl_url_set) *url_set;
    __typeof__(curl_url_get) *url_get;
    __typeof__(curl_free) *free;
} pds_curl_table;

extern pds_curl_table pds_libcurl; /* after pds_http_load */

/* FINE, URL_REFUSED, or ADDRESS_REFUSED where that can be told from the text. */
pds_http_fault pds_url_check(const char *url, bool private_hosts);

typedef struct pds_url {
    CURLU *parsed; /* NULL: not a URL */
} pds_url;
pds_url pds_url_read(const char *url, unsigned flags);
void pds_url_drop(pds_url *url);
/* Owned, freed with pds_url_text_drop; NULL: it has no such part. */
char *pds_url_part(const pds_url *url, CURLUPart part, unsigned flags);
void pds_url_text_drop(char **text);

#ifdef __cplusplus
}
#endif
#endif
