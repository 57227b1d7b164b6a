#include "base/http_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

typedef struct address_row {
    const char *text;
    bool is_public;
} address_row;

static const address_row ADDRESSES[] = {
    { "8.8.8.8", true },
    { "9.255.255.255", true },
    { "10.0.0.0", false },
    { "10.255.255.255", false },
    { "11.0.0.0", true },
    { "0.0.0.0", false },
    { "100.63.255.255", true },
    { "100.64.0.0", false },
    { "100.127.255.255", false },
    { "100.128.0.0", true },
    { "127.0.0.1", false },
    { "127.255.255.255", false },
    { "169.254.0.1", false },
    { "172.15.255.255", true },
    { "172.16.0.0", false },
    { "172.31.255.255", false },
    { "172.32.0.0", true },
    { "192.0.0.1", false },
    { "192.168.0.0", false },
    { "192.169.0.0", true },
    { "198.18.0.0", false },
    { "198.19.255.255", false },
    { "198.20.0.0", true },
    { "223.255.255.255", true },
    { "224.0.0.1", false },
    { "255.255.255.255", false },
    { "::", false },
    { "::1", false },
    { "::7f00:1", false },
    { "fe80::1", false },
    { "fc00::1", false },
    { "fd12::1", false },
    { "ff02::1", false },
    { "2606:4700::1111", true },
    { "2001:db8::1", false },
    { "2001::1", false },
    { "2001:200::1", true },
    { "::ffff:8.8.8.8", true },
    { "::ffff:10.1.2.3", false },
    { "64:ff9b::808:808", true },
    { "64:ff9b::a00:1", false },
    { "64:ff9b:1::1", false },
    { "2002:808:808::1", true },
    { "2002:7f00:1::1", false },
    { "3fff::1", false },
    { "4000::1", false },
};

static void address_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof ADDRESSES[0]; i++) {
        const address_row *r = &ADDRESSES[i];
        struct sockaddr_in four = { .sin_family = AF_INET };
        struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
        const bool is_four = inet_pton(AF_INET, r->text, &four.sin_addr) == 1;
        assert_true(is_four || inet_pton(AF_INET6, r->text, &six.sin6_addr) == 1);
        const struct sockaddr *address =
            is_four ? (const struct sockaddr *)&four : (const struct sockaddr *)&six;
        if (pds_address_is_public(address) != r->is_public) {
            fail_msg("%s", r->text);
        }
        assert_int_equal(pds_host_may_be_public(r->text), r->is_public);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(address_is_judged) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
