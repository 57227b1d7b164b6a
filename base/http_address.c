#include "base/http_address.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>
#include <netinet/in.h>

/* The first `bits` bits of an address. */
typedef struct network {
    uint8_t prefix[16];
    unsigned bits;
} network;

static const network REFUSED_4[] = {
    { { 0 }, 8 },             /* this network */
    { { 10 }, 8 },            /* private */
    { { 100, 64 }, 10 },      /* behind a provider's translation */
    { { 127 }, 8 },           /* loopback */
    { { 169, 254 }, 16 },     /* link-local: clouds tell their secrets here */
    { { 172, 16 }, 12 },      /* private */
    { { 192, 0, 0 }, 24 },    /* protocol assignments */
    { { 192, 0, 2 }, 24 },    /* documentation */
    { { 192, 88, 99 }, 24 },  /* relays of 6to4 */
    { { 192, 168 }, 16 },     /* private */
    { { 198, 18 }, 15 },      /* benchmarks */
    { { 198, 51, 100 }, 24 }, /* documentation */
    { { 203, 0, 113 }, 24 },  /* documentation */
    { { 224 }, 3 },           /* multicast, reserved, broadcast */
};

/* Outside of 2000::/3 there is nothing public but NAT64. */
static const network GLOBAL_6 = { { 0x20 }, 3 };
static const network REFUSED_6[] = {
    { { 0x20, 0x01 }, 23 },             /* protocol assignments, Teredo among them */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
    { { 0x3f, 0xff }, 20 },             /* documentation */
};

/* IPv6 addresses that hold one of IPv4. */
typedef struct carrier {
    network network;
    size_t at; /* where it begins */
} carrier;

static const carrier CARRIERS[] = {
    { { { [10] = 0xff, [11] = 0xff }, 96 }, 12 }, /* ::ffff:a.b.c.d */
    { { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },   /* NAT64 */
    { { { 0x20, 0x02 }, 16 }, 2 },                /* 6to4 */
};

static bool lies_in(const uint8_t *address, const network *n)
{
    const unsigned whole = n->bits / 8;
    const unsigned rest = n->bits % 8;
    const unsigned mask = 0xffU << (8 - rest) & 0xffU;
    return memcmp(address, n->prefix, whole) == 0 &&
           (rest == 0 || ((address[whole] ^ n->prefix[whole]) & mask) == 0);
}

static bool lies_in_any(const uint8_t *address, const network *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lies_in(address, &all[i])) {
            return true;
        }
    }
    return false;
}

static bool is_public_4(const uint8_t *address)
{
    return !lies_in_any(address, REFUSED_4, sizeof REFUSED_4 / sizeof REFUSED_4[0]);
}

static bool is_public_6(const uint8_t *address)
{
    for (size_t i = 0; i < sizeof CARRIERS / sizeof CARRIERS[0]; i++) {
        if (lies_in(address, &CARRIERS[i].network)) {
            return is_public_4(address + CARRIERS[i].at);
        }
    }
    return lies_in(address, &GLOBAL_6) &&
           !lies_in_any(address, REFUSED_6, sizeof REFUSED_6 / sizeof REFUSED_6[0]);
}

bool pds_address_is_public(const struct sockaddr *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof four);
        return is_public_4((const uint8_t *)&four.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&six, address, sizeof six);
        return is_public_6(six.sin6_addr.s6_addr);
    }
    return false;
}

static bool is_localhost(const char *host)
{
    static const char local[] = "localhost";
    size_t len = strlen(host);
    len -= len > 0 && host[len - 1] == '.' ? 1 : 0;
    if (len < sizeof local - 1) {
        return false;
    }
    const char *tail = host + len - (sizeof local - 1);
    return strncasecmp(tail, local, sizeof local - 1) == 0 && (tail == host || tail[-1] == '.');
}

bool pds_host_may_be_public(const char *host)
{
    char bare[INET6_ADDRSTRLEN + 2];
    uint8_t address[16];
    (void)snprintf(bare, sizeof bare, "%s", host[0] == '[' ? host + 1 : host);
    bare[strcspn(bare, "]%")] = '\0';
    if (inet_pton(AF_INET, bare, address) == 1) {
        return is_public_4(address);
    }
    if (inet_pton(AF_INET6, bare, address) == 1) {
        return is_public_6(address);
    }
    return !is_localhost(host);
}
