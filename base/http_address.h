#ifndef BASE_HTTP_ADDRESS_H
#define BASE_HTTP_ADDRESS_H

#include <stdbool.h>

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Is it an address of the public Internet, none of this machine, of a private network, or for
 * special use (RFC 6890)? Addresses that carry another one inside are judged by that. */
bool pds_address_is_public(const struct sockaddr *address);
/* The same of a URL's host: false for a literal address that is not public, and for localhost. */
bool pds_host_may_be_public(const char *host);

#ifdef __cplusplus
}
#endif
#endif
