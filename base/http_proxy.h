#ifndef BASE_HTTP_PROXY_H
#define BASE_HTTP_PROXY_H

#include <stdbool.h>

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Is this where the environment says that the proxy for such a URL stands? Who set it up may have
 * it in his own network. */
bool pds_is_proxy(const char *url, const struct sockaddr *address);

#ifdef __cplusplus
}
#endif
#endif
