#include "base/http_proxy.h"

#include "base/http_url.h"
#include "base/own.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <netinet/in.h>

/* Where libcurl looks, in its order; HTTP_PROXY in capitals is what a web client may set for a CGI
 * program, so it does not count. */
static const char *const FOR_HTTP[] = { "http_proxy", "all_proxy", "ALL_PROXY", NULL };
static const char *const FOR_HTTPS[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                         NULL };

static const char *proxy_for(const char *url)
{
    const char *const *names = strncasecmp(url, "https:", 6) == 0 ? FOR_HTTPS : FOR_HTTP;
    for (; *names != NULL; names++) {
        const char *value = getenv(*names); // NOLINT(concurrency-mt-unsafe): nobody sets it
        if (value != NULL && value[0] != '\0') {
            return value;
        }
    }
    return NULL;
}

static bool same_place(const struct sockaddr *a, const struct sockaddr *b)
{
    if (a->sa_family != b->sa_family) {
        return false;
    }
    if (a->sa_family == AF_INET) {
        struct sockaddr_in x;
        struct sockaddr_in y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.sin_port == y.sin_port && x.sin_addr.s_addr == y.sin_addr.s_addr;
    }
    if (a->sa_family == AF_INET6) {
        struct sockaddr_in6 x;
        struct sockaddr_in6 y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.sin6_port == y.sin6_port && memcmp(&x.sin6_addr, &y.sin6_addr, 16) == 0;
    }
    return false;
}

typedef struct addrinfo addrinfo;

static void addresses_drop(addrinfo **all)
{
    if (*all != NULL) {
        freeaddrinfo(*all);
    }
}

bool pds_is_proxy(const char *url, const struct sockaddr *address)
{
    const char *proxy = proxy_for(url);
    const addrinfo wanted = { .ai_socktype = SOCK_STREAM };
    PDS_OWN(addresses_drop) addrinfo *all = NULL;
    if (proxy == NULL) {
        return false;
    }
    PDS_OWN(pds_url_drop)
    pds_url read = pds_url_read(proxy, CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME);
    PDS_OWN(pds_url_text_drop) char *host = pds_url_part(&read, CURLUPART_HOST, 0);
    PDS_OWN(pds_url_text_drop) char *port = pds_url_part(&read, CURLUPART_PORT, 0);
    if (host == NULL) {
        return false;
    }
    const size_t len = strlen(host);
    if (host[0] == '[' && len > 2) { /* getaddrinfo wants it without brackets */
        host[len - 1] = '\0';
    }
    if (getaddrinfo(host[0] == '[' ? host + 1 : host, port == NULL ? "1080" : port, &wanted,
                    &all) != 0) {
        return false;
    }
    for (const addrinfo *a = all; a != NULL; a = a->ai_next) {
        if (same_place(a->ai_addr, address)) {
            return true;
        }
    }
    return false;
}
