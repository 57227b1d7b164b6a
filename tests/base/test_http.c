#include "base/http.h"
#include "base/own.h"
#include "tests/base/web_pages.h"

#include <pds/sign.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

static web *server;
static web_seen seen;

static int start(void **state)
{
    (void)state;
    for (const char *const *name = (const char *const[]){ "http_proxy", "https_proxy", "all_proxy",
                                                          "HTTPS_PROXY", "ALL_PROXY", NULL };
         *name != NULL; name++) {
        (void)unsetenv(*name);
    }
    server = web_start(web_pages, &seen);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    web_stop(&server);
    return 0;
}

/* ---- one exchange ---- */

typedef struct row {
    const char *sentence, *path;
    pds_http_fault fault;
    long status;
    const char *body; /* NULL: not looked at */
    const char *post; /* NULL: GET */
    int redirects, retries;
    long total_ms, least_ms;
    const char *method; /* that the last hop came with */
} row;

static const row ROWS[] = {
    { "an answer", "/ok", PDS_HTTP_FINE, 200, "hello", .post = NULL },
    { "a POST", "/echo", PDS_HTTP_FINE, 200, "question", "question", .method = "POST" },
    { "a POST without a body", "/echo", PDS_HTTP_FINE, 200, "", "", .method = "POST" },
    { "a status that is none of success keeps its body", "/missing", PDS_HTTP_STATUS, 404,
      "not here", .post = NULL },
    { "an answer that comes too late", "/slow", PDS_HTTP_TIMEOUT, .total_ms = 200 },
    { "an answer that is cut off", "/cut", PDS_HTTP_BROKEN, .post = NULL },
    { "no answer at all", "/nothing", PDS_HTTP_BROKEN, .post = NULL },
    { "a connection that is closed once without a word", "/after-all", PDS_HTTP_FINE, 200, "hello",
      .post = NULL },
    { "an answer that is not HTTP", "/noise", PDS_HTTP_BROKEN, .post = NULL },
    { "a body that is too large", "/huge", PDS_HTTP_TOO_LARGE, .post = NULL },
    { "a body that is announced too large", "/announced", PDS_HTTP_TOO_LARGE, .post = NULL },
    { "a head that is too large", "/head", PDS_HTTP_TOO_LARGE, .post = NULL },
    { "a redirect that nobody asked to follow", "/once", PDS_HTTP_REDIRECTS, 301, .post = NULL },
    { "a redirect", "/once", PDS_HTTP_FINE, 200, "", .redirects = 1, .method = "GET" },
    { "a redirect of a POST", "/once", PDS_HTTP_FINE, 200, "question", "question", .redirects = 1,
      .method = "POST" },
    { "a redirect of a POST to a GET", "/see-other", PDS_HTTP_FINE, 200, "", "question",
      .redirects = 1, .method = "GET" },
    { "a redirect loop", "/loop", PDS_HTTP_REDIRECTS, 302, .redirects = 3 },
    { "a redirect to a file", "/to-file", PDS_HTTP_URL_REFUSED, .redirects = 3 },
    { "a redirect with a password", "/to-user", PDS_HTTP_URL_REFUSED, .redirects = 3 },
    { "a server that is busy for a while", "/busy", PDS_HTTP_FINE, 200, "hello", .retries = 2,
      .least_ms = 700 },
    { "a server that says when to come back", "/later", PDS_HTTP_FINE, 200, "hello", .retries = 1,
      .least_ms = 1000 },
    { "a server that says too late a time", "/much-later", PDS_HTTP_STATUS, 503, .retries = 5,
      .total_ms = 2000 },
};

static void exchange_is_as_told(void **state)
{
    const row *r = *state;
    char url[256];
    PDS_OWN(pds_http_response_drop) pds_http_response out = { .status = 0 };
    (void)snprintf(url, sizeof url, "%s%s", web_origin(server), r->path);
    seen.method[0] = '\0';
    const pds_http_request request = { .url = url,
                                       .content_type = r->post == NULL ? NULL : "text/x-question",
                                       .body = pds_span_text(r->post == NULL ? "" : r->post),
                                       .body_max = 100000,
                                       .total_ms = r->total_ms == 0 ? 10000 : r->total_ms,
                                       .redirects = r->redirects,
                                       .retries = r->retries,
                                       .private_hosts = true };
    const int64_t begin = pds_http_clock();
    assert_int_equal(pds_http_exchange(&request, &out, NULL), PDS_OK);
    const int64_t took = pds_http_clock() - begin;
    assert_int_equal(out.fault, r->fault);
    assert_int_equal(out.status, r->status);
    assert_int_equal(out.text[0] == '\0', r->fault == PDS_HTTP_FINE);
    assert_true(took >= r->least_ms && took < 5000);
    assert_true(out.body.len <= 100000);
    if (r->body != NULL) {
        assert_string_equal(pds_buf_cstr(&out.body), r->body);
    }
    if (r->method != NULL) {
        assert_string_equal(seen.method, r->method);
    }
}

static void loops_end_at_the_limit(void **state)
{
    (void)state;
    const unsigned before = web_hits(server, "/loop");
    static const row loop = { "", "/loop", PDS_HTTP_REDIRECTS, 302, .redirects = 3 };
    void *given = (void *)(uintptr_t)&loop;
    exchange_is_as_told(&given);
    assert_int_equal(web_hits(server, "/loop") - before, 4);
}

static pds_http_response ask(const char *url, bool private_hosts)
{
    pds_http_response out = { .status = 0 };
    const pds_http_request request = { .url = url,
                                       .content_type = "application/ocsp-request",
                                       .body = pds_span_text("q"),
                                       .accept = "application/ocsp-response",
                                       .total_ms = 5000,
                                       .redirects = 3,
                                       .private_hosts = private_hosts };
    assert_int_equal(pds_http_exchange(&request, &out, NULL), PDS_OK);
    return out;
}

static void what_is_sent_and_what_is_told(void **state)
{
    char url[128];
    (void)state;
    (void)snprintf(url, sizeof url, "%s/echo", web_origin(server));
    PDS_OWN(pds_http_response_drop) pds_http_response out = ask(url, true);
    assert_string_equal(out.content_type, "application/ocsp-response");
    assert_non_null(strstr(seen.head, "\r\nContent-Type: application/ocsp-request\r\n"));
    assert_non_null(strstr(seen.head, "\r\nAccept: application/ocsp-response\r\n"));
    assert_null(strstr(seen.head, "Cookie"));
    assert_string_equal(seen.body, "q");
}

/* ---- what is refused ---- */

typedef struct refusal {
    const char *sentence, *url;
    pds_http_fault fault;
    bool private_hosts;
} refusal;

static const refusal REFUSALS[] = {
    { "a file", "file:///etc/passwd", PDS_HTTP_URL_REFUSED, true },
    { "FTP", "ftp://127.0.0.1/x", PDS_HTTP_URL_REFUSED, true },
    { "LDAP", "ldap://127.0.0.1/cn=x", PDS_HTTP_URL_REFUSED, true },
    { "gopher", "gopher://127.0.0.1/x", PDS_HTTP_URL_REFUSED, true },
    { "no scheme", "127.0.0.1/x", PDS_HTTP_URL_REFUSED, true },
    { "no host", "http://", PDS_HTTP_URL_REFUSED, true },
    { "nothing", "", PDS_HTTP_URL_REFUSED, true },
    { "a user's name", "http://me@127.0.0.1/x", PDS_HTTP_URL_REFUSED, true },
    { "a password", "http://me:secret@127.0.0.1/x", PDS_HTTP_URL_REFUSED, true },
    { "loopback", "http://127.0.0.1:9/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "loopback as a number", "http://2130706433:9/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "loopback in hexadecimal", "http://0x7f.1:9/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "loopback of IPv6", "http://[::1]:9/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "loopback of IPv4 in IPv6", "http://[::ffff:127.0.0.1]:9/x", PDS_HTTP_ADDRESS_REFUSED,
      false },
    { "localhost", "http://localhost:9/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "localhost with a dot", "http://localhost.:9/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "a name below localhost", "http://a.LOCALHOST:9/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "a private address", "http://192.168.1.1/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "where clouds keep secrets", "http://169.254.169.254/x", PDS_HTTP_ADDRESS_REFUSED, false },
    { "a host that is not there", "http://nowhere.invalid/x", PDS_HTTP_NOT_FOUND, false },
};

static void url_is_refused(void **state)
{
    const refusal *r = *state;
    PDS_OWN(pds_http_response_drop) pds_http_response out = ask(r->url, r->private_hosts);
    assert_int_equal(out.fault, r->fault);
    assert_true(out.text[0] != '\0');
    assert_int_equal(out.body.len, 0);
}

/* The name is fine, what it resolves to is not: this machine's own. */
static void the_address_connected_to_is_judged(void **state)
{
    char name[128] = "";
    char url[256];
    (void)state;
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') {
        skip();
    }
    (void)snprintf(url, sizeof url, "http://%s:%u/ok", name, web_port(server));
    const unsigned before = web_hits(server, "/ok");
    PDS_OWN(pds_http_response_drop) pds_http_response out = ask(url, false);
    if (out.fault == PDS_HTTP_NOT_FOUND) {
        skip(); /* a machine that does not know itself */
    }
    assert_int_equal(out.fault, PDS_HTTP_ADDRESS_REFUSED);
    assert_int_equal(web_hits(server, "/ok"), before);
}

static void nobody_listens(void **state)
{
    (void)state;
    PDS_OWN(pds_http_response_drop) pds_http_response out = ask("http://127.0.0.1:1/x", true);
    assert_int_equal(out.fault, PDS_HTTP_NOT_CONNECTED);
}

/* A listener whose queue is full answers nobody. */
static void a_connection_that_never_comes(void **state)
{
    enum { FILLERS = 8 };
    char url[64];
    int fillers[FILLERS];
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    (void)state;
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    for (size_t i = 0; i < FILLERS; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fillers[i], (struct sockaddr *)&at, sizeof at);
    }
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    const pds_http_request request = { .url = url, .connect_ms = 300, .private_hosts = true };
    PDS_OWN(pds_http_response_drop) pds_http_response out = { .status = 0 };
    const int64_t begun = pds_http_clock();
    assert_int_equal(pds_http_exchange(&request, &out, NULL), PDS_OK);
    assert_int_equal(out.fault, PDS_HTTP_NOT_CONNECTED);
    assert_true(pds_http_clock() - begun < 3000);
    for (size_t i = 0; i < FILLERS; i++) {
        (void)close(fillers[i]);
    }
    (void)close(listener);
}

static void tls_needs_tls(void **state)
{
    char url[128];
    (void)state;
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/ok", web_port(server));
    PDS_OWN(pds_http_response_drop) pds_http_response out = ask(url, true);
    assert_int_equal(out.fault, PDS_HTTP_TLS);
}

/* The proxy may stand in a private network; through it nothing private is asked for. */
static void a_proxy_is_obeyed(void **state)
{
    (void)state;
    assert_int_equal(setenv("http_proxy", web_origin(server), 1), 0);
    PDS_OWN(pds_http_response_drop)
    pds_http_response out = ask("http://responder.example.org/x", false);
    PDS_OWN(pds_http_response_drop) pds_http_response local = ask("http://10.0.0.1/x", false);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(out.fault, PDS_HTTP_FINE);
    assert_string_equal(pds_buf_cstr(&out.body), "by proxy");
    assert_int_equal(local.fault, PDS_HTTP_ADDRESS_REFUSED);
}

/* The way from a public host to a private one. */
static void a_redirect_to_a_private_host_is_refused(void **state)
{
    (void)state;
    assert_int_equal(setenv("http_proxy", web_origin(server), 1), 0);
    const unsigned before = web_hits(server, "http://192.168.7.7/secret");
    PDS_OWN(pds_http_response_drop)
    pds_http_response out = ask("http://responder.example.org/in", false);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(out.fault, PDS_HTTP_ADDRESS_REFUSED);
    assert_int_equal(web_hits(server, "http://192.168.7.7/secret"), before);
}

/* Not for ever. */
static void a_server_without_a_word_is_asked_twice(void **state)
{
    char url[128];
    (void)state;
    (void)snprintf(url, sizeof url, "%s/nothing", web_origin(server));
    const unsigned before = web_hits(server, "/nothing");
    PDS_OWN(pds_http_response_drop) pds_http_response out = ask(url, true);
    assert_int_equal(out.fault, PDS_HTTP_BROKEN);
    assert_int_equal(web_hits(server, "/nothing") - before, 2);
}

static void origins(void **state)
{
    char out[64];
    (void)state;
    assert_true(pds_http_origin("http://Ocsp.Example.org/a/b?c", out, sizeof out));
    assert_string_equal(out, "http://ocsp.example.org:80");
    assert_true(pds_http_origin("https://example.org:8443/", out, sizeof out));
    assert_string_equal(out, "https://example.org:8443");
    assert_false(pds_http_origin("ldap://example.org/", out, sizeof out));
    assert_false(pds_http_origin("http://example.org/", out, 10));
}

/* The last one: an interruption stays. */
static void an_interruption_ends_it(void **state)
{
    char url[128];
    PDS_OWN(pds_http_response_drop) pds_http_response out = { .status = 0 };
    pds_err e;
    (void)state;
    (void)snprintf(url, sizeof url, "%s/slow", web_origin(server));
    const pds_http_request request = { .url = url, .private_hosts = true };
    pds_interrupt();
    assert_int_equal(pds_http_exchange(&request, &out, &e), PDS_E_INTERRUPTED);
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    enum { REFUSAL_COUNT = sizeof REFUSALS / sizeof REFUSALS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(loops_end_at_the_limit),
        cmocka_unit_test(what_is_sent_and_what_is_told),
        cmocka_unit_test(the_address_connected_to_is_judged),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_connection_that_never_comes),
        cmocka_unit_test(tls_needs_tls),
        cmocka_unit_test(a_proxy_is_obeyed),
        cmocka_unit_test(a_redirect_to_a_private_host_is_refused),
        cmocka_unit_test(a_server_without_a_word_is_asked_twice),
        cmocka_unit_test(origins),
        cmocka_unit_test(an_interruption_ends_it),
    };
    struct CMUnitTest tests[ROW_COUNT + REFUSAL_COUNT + sizeof others / sizeof others[0]];
    size_t count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ ROWS[i].sentence, exchange_is_as_told, NULL, NULL,
                                              (void *)(uintptr_t)&ROWS[i] };
    }
    for (size_t i = 0; i < REFUSAL_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ REFUSALS[i].sentence, url_is_refused, NULL, NULL,
                                              (void *)(uintptr_t)&REFUSALS[i] };
    }
    memcpy(tests + count, others, sizeof others);
    return cmocka_run_group_tests(tests, start, stop);
}
