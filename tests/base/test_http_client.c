/* Clients of HTTP that show who they are, know whom to believe, and keep connections open. */
#include "base/http.h"
#include "base/own.h"
#include "fixtures/tsa/tsa.h"
#include "tests/base/memory.h"
#include "tests/base/scratch.h"
#include "tests/base/tls_front.h"
#include "tests/base/web_pages.h"
#include "tests/cms/pki.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#define PASSWORD "correct horse battery"

static struct world {
    scratch files;
    pki *root, *stranger, *host, *person, *lost;
    web *server, *elsewhere;
    web_seen seen;
    tls_front *open, *guarded; /* for all; for who shows a certificate of root */
    pds_secret *right, *wrong;
} world;

/* ---- the world ---- */

static const char *file(const char *name)
{
    return scratch_path(&world.files, name);
}

static pki *make_root(const char *name)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = "critical,CA:TRUE",
                                   .key_usage = "critical,keyCertSign,cRLSign" });
}

static void make_people(void)
{
    static const char *const name[] = { "subjectAltName", "DNS:localhost", NULL };
    pki_profile p = { .key = PKI_P256, .name = "localhost", .more = name };
    world.root = make_root("Root");
    world.stranger = make_root("Stranger");
    p.issuer = world.root;
    world.host = pki_new(&p);
    world.person = pki_new(&(pki_profile){ .key = PKI_RSA_2048, .issuer = world.root });
    world.lost = pki_new(&(pki_profile){ .key = PKI_P256, .issuer = world.stranger });
}

static void write_files(void)
{
    pki_append_cert_pem(world.root, file("root.pem"));
    pki_append_cert_pem(world.stranger, file("stranger.pem"));
    pki_append_cert_pem(world.host, file("host.pem"));
    pki_write_key(world.host, PKI_PKCS8_PEM, NULL, NULL, file("host.key"));
    pki_append_cert_pem(world.person, file("person.pem"));
    pki_write_key(world.person, PKI_PKCS8_PEM, NULL, NULL, file("person.key"));
    pki_write_key(world.person, PKI_PKCS8_PEM, "AES-256-CBC", PASSWORD, file("locked.key"));
    pki_write_key(world.person, PKI_PKCS8_PEM, NULL, NULL, file("both.pem"));
    pki_append_cert_pem(world.person, file("both.pem"));
    pki_append_cert_pem(world.lost, file("lost.pem"));
    pki_write_key(world.lost, PKI_PKCS8_PEM, NULL, NULL, file("lost.key"));
    pki_write_p12(&(pki_p12){ .keys = { world.person }, .password = PASSWORD }, file("person.p12"));
    assert_int_equal(mkdir(file("folder"), 0700), 0);
    pki_append_cert_pem(world.stranger, file("folder/a.pem"));
    pki_append_cert_pem(world.root, file("folder/b.crt"));
    (void)scratch_file(&world.files, "folder/README", "two certificates");
    (void)scratch_file(&world.files, "text", "no certificate");
    assert_int_equal(mkdir(file("empty"), 0700), 0);
}

/* Sends everybody on to the other server. */
static void send_on(void *context, const web_request *r, pds_buf *out)
{
    (void)context;
    (void)r;
    pds_buf_printf(out, "HTTP/1.1 307 On\r\nLocation: %s/echo\r\nContent-Length: 0\r\n\r\n",
                   web_origin(world.server));
}

static void make_secret(pds_secret **out, const char *text)
{
    assert_int_equal(pds_secret_new(out, NULL), PDS_OK);
    assert_int_equal(pds_secret_set(*out, pds_span_text(text), NULL), PDS_OK);
}

static int start(void **state)
{
    (void)state;
    for (const char *const *name = (const char *const[]){ "http_proxy", "https_proxy", "all_proxy",
                                                          "HTTPS_PROXY", "ALL_PROXY", NULL };
         *name != NULL; name++) {
        (void)unsetenv(*name);
    }
    scratch_open(&world.files);
    make_people();
    write_files();
    make_secret(&world.right, PASSWORD);
    make_secret(&world.wrong, "incorrect");
    world.server = web_start(web_pages, &world.seen);
    world.elsewhere = web_start(send_on, NULL);
    tls_front_options options = { web_port(world.server), file("host.pem"), file("host.key"),
                                  NULL };
    world.open = tls_front_start(&options);
    options.clients = file("root.pem");
    world.guarded = tls_front_start(&options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    tls_front_stop(&world.open);
    tls_front_stop(&world.guarded);
    web_stop(&world.server);
    web_stop(&world.elsewhere);
    pds_secret_drop(&world.right);
    pds_secret_drop(&world.wrong);
    pki_drop(&world.root);
    pki_drop(&world.stranger);
    pki_drop(&world.host);
    pki_drop(&world.person);
    pki_drop(&world.lost);
    scratch_close(&world.files);
    return 0;
}

static pds_http_response ask(pds_http_client *client, const char *origin, const char *path)
{
    char url[256];
    pds_http_response out = { .status = 0 };
    (void)snprintf(url, sizeof url, "%s%s", origin, path);
    const pds_http_request request = { .url = url,
                                       .content_type = "text/x-question",
                                       .body = pds_span_text("q"),
                                       .total_ms = 10000,
                                       .redirects = 2,
                                       .private_hosts = true,
                                       .client = client };
    assert_int_equal(pds_http_exchange(&request, &out, NULL), PDS_OK);
    return out;
}

/* ---- TLS ---- */

enum { NONE, RIGHT, WRONG };

typedef struct row {
    const char *sentence, *ca, *cert, *key; /* names of files */
    int password;
    bool guarded; /* the server wants a certificate */
    bool refused; /* before anything is asked */
    pds_http_fault fault;
} row;

static const row ROWS[] = {
    { "a root of its own", .ca = "root.pem" },
    { "a folder with the root in it", .ca = "folder" },
    { "the system's store does not know the server", .fault = PDS_HTTP_SERVER_CERT },
    { "another root", .ca = "stranger.pem", .fault = PDS_HTTP_SERVER_CERT },
    { "a certificate that nobody asked for", .ca = "root.pem", .cert = "both.pem" },
    { "no certificate to show", .ca = "root.pem", .guarded = true, .fault = PDS_HTTP_TLS },
    { "a certificate and its key", .ca = "root.pem", .cert = "person.pem", .key = "person.key",
      .guarded = true },
    { "both in one file", .ca = "root.pem", .cert = "both.pem", .guarded = true },
    { "a key under a password", .ca = "root.pem", .cert = "person.pem", .key = "locked.key",
      .password = RIGHT, .guarded = true },
    { "another password", .ca = "root.pem", .cert = "person.pem", .key = "locked.key",
      .password = WRONG, .guarded = true, .fault = PDS_HTTP_CLIENT_CERT },
    { "no password, and nobody is asked for it", .ca = "root.pem", .cert = "person.pem",
      .key = "locked.key", .guarded = true, .fault = PDS_HTTP_CLIENT_CERT },
    { "PKCS#12", .ca = "root.pem", .cert = "person.p12", .password = RIGHT, .guarded = true },
    { "PKCS#12, another password", .ca = "root.pem", .cert = "person.p12", .password = WRONG,
      .guarded = true, .fault = PDS_HTTP_CLIENT_CERT },
    { "the key of somebody else", .ca = "root.pem", .cert = "person.pem", .key = "lost.key",
      .guarded = true, .fault = PDS_HTTP_CLIENT_CERT },
    { "a certificate without its key", .ca = "root.pem", .cert = "person.pem", .guarded = true,
      .fault = PDS_HTTP_CLIENT_CERT },
    { "a certificate that the server does not know", .ca = "root.pem", .cert = "lost.pem",
      .key = "lost.key", .guarded = true, .fault = PDS_HTTP_TLS },

    { "no such root", .ca = "nothing.pem", .refused = true },
    { "a root that is none", .ca = "text", .refused = true },
    { "a folder without a root", .ca = "empty", .refused = true },
    { "no such certificate", .cert = "nothing.pem", .refused = true },
    { "a certificate that is none", .cert = "text", .refused = true },
    { "no such key", .cert = "person.pem", .key = "nothing.key", .refused = true },
    { "PKCS#12 and a key besides", .cert = "person.p12", .key = "person.key", .refused = true },
};

static void tls_is_as_told(void **state)
{
    const row *const r = *state;
    pds_secret *const secrets[] = { NULL, world.right, world.wrong };
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    const pds_http_access access = { .ca = r->ca == NULL ? NULL : file(r->ca),
                                     .cert = r->cert == NULL ? NULL : file(r->cert),
                                     .key = r->key == NULL ? NULL : file(r->key),
                                     .key_password = secrets[r->password] };
    pds_err e = { .code = PDS_OK };
    assert_int_equal(pds_http_client_new(&access, &client, &e), r->refused ? PDS_E_USAGE : PDS_OK);
    if (r->refused) {
        assert_null(client);
        assert_true(e.text[0] != '\0');
        return;
    }
    const tls_front *const server = r->guarded ? world.guarded : world.open;
    for (size_t i = 0; i < 2; i++) { /* what is kept from the first time must not differ */
        PDS_OWN(pds_http_response_drop)
        pds_http_response out = ask(client, tls_front_origin(server), "/ok");
        assert_int_equal(out.fault, r->fault);
    }
}

/* ---- basic authentication ---- */

static void a_name_and_password_are_sent(void **state)
{
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    const pds_http_access access = { .user = "Aladdin", .password = world.right };
    (void)state;
    assert_int_equal(pds_http_client_new(&access, &client, NULL), PDS_OK);
    PDS_OWN(pds_http_response_drop)
    pds_http_response out = ask(client, web_origin(world.server), "/echo");
    assert_int_equal(out.fault, PDS_HTTP_FINE);
    assert_non_null(strstr(
        world.seen.head, "\r\nAuthorization: Basic QWxhZGRpbjpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=\r\n"));
    assert_string_equal(world.seen.body, "q");
    world.seen.head[0] = '\0'; /* a redirect on the same host keeps them */
    PDS_OWN(pds_http_response_drop)
    pds_http_response again = ask(client, web_origin(world.server), "/once");
    assert_int_equal(again.fault, PDS_HTTP_FINE);
    assert_non_null(strstr(world.seen.head, "Authorization: Basic"));
}

static void a_redirect_elsewhere_takes_no_password_along(void **state)
{
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    const pds_http_access access = { .user = "Aladdin", .password = world.right };
    (void)state;
    assert_int_equal(pds_http_client_new(&access, &client, NULL), PDS_OK);
    world.seen.head[0] = '\0';
    PDS_OWN(pds_http_response_drop)
    pds_http_response out = ask(client, web_origin(world.elsewhere), "/");
    assert_int_equal(out.fault, PDS_HTTP_FINE);
    assert_non_null(strstr(world.seen.head, "POST /echo"));
    assert_null(strstr(world.seen.head, "Authorization"));
}

static void a_colon_in_a_name_is_refused(void **state)
{
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    const pds_http_access access = { .user = "a:b" };
    (void)state;
    assert_int_equal(pds_http_client_new(&access, &client, NULL), PDS_E_USAGE);
}

/* ---- secrets ---- */

static void nothing_is_left_of_a_password(void **state)
{
    static const char words[] = "no memory of this password may be left over";
    pds_secret *password = NULL;
    pds_http_client *client = NULL;
    (void)state;
    pki_write_key(world.person, PKI_PKCS8_PEM, "AES-256-CBC", words, file("secret.key"));
    make_secret(&password, words);
    const pds_http_access access = { .user = "Aladdin",
                                     .password = password,
                                     .ca = file("root.pem"),
                                     .cert = file("person.pem"),
                                     .key = file("secret.key"),
                                     .key_password = password };
    assert_int_equal(pds_http_client_new(&access, &client, NULL), PDS_OK);
    pds_http_response out = ask(client, tls_front_origin(world.guarded), "/ok");
    assert_int_equal(out.fault, PDS_HTTP_FINE);
    pds_http_response_drop(&out);
    assert_true(is_in_memory(words)); /* the secret itself: the test sees what it looks for */
    pds_secret_drop(&password);
    assert_false(is_in_memory(words)); /* libcurl has no copy, though the connection stays open */
    pds_http_client_drop(&client);
    assert_false(is_in_memory(words));
}

/* ---- connections ---- */

static tsa *start_kept(void)
{
    return tsa_start(&(tsa_options){ .signer = world.person });
}

static void a_connection_is_used_again(void **state)
{
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    PDS_OWN(tsa_stop) tsa *server = start_kept();
    (void)state;
    assert_int_equal(pds_http_client_new(NULL, &client, NULL), PDS_OK);
    for (size_t i = 0; i < 5; i++) {
        PDS_OWN(pds_http_response_drop)
        pds_http_response out = ask(client, tsa_origin(server), "/garbage");
        assert_int_equal(out.fault, PDS_HTTP_FINE);
    }
    assert_int_equal(tsa_count(server).connections, 1);
    PDS_OWN(pds_http_response_drop)
    pds_http_response out = ask(NULL, tsa_origin(server), "/garbage");
    assert_int_equal(out.fault, PDS_HTTP_FINE);
    assert_int_equal(tsa_count(server).connections, 2);
    assert_int_equal(tsa_count(server).requests, 6);
}

/* This server closes after each answer without saying so. */
static void a_connection_that_died_is_replaced(void **state)
{
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    (void)state;
    assert_int_equal(pds_http_client_new(NULL, &client, NULL), PDS_OK);
    for (size_t i = 0; i < 5; i++) {
        PDS_OWN(pds_http_response_drop)
        pds_http_response out = ask(client, web_origin(world.server), "/ok");
        assert_int_equal(out.fault, PDS_HTTP_FINE);
    }
}

/* By a name, so that only what it resolves to can tell. */
static void an_open_connection_is_no_way_to_a_private_host(void **state)
{
    char name[128] = "";
    char url[256];
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    PDS_OWN(tsa_stop) tsa *server = start_kept();
    (void)state;
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') {
        skip();
    }
    (void)snprintf(url, sizeof url, "http://%s:%u/garbage", name, tsa_port(server));
    assert_int_equal(pds_http_client_new(NULL, &client, NULL), PDS_OK);
    pds_http_request request = { .url = url, .private_hosts = true, .client = client };
    PDS_OWN(pds_http_response_drop) pds_http_response first = { .status = 0 };
    PDS_OWN(pds_http_response_drop) pds_http_response second = { .status = 0 };
    assert_int_equal(pds_http_exchange(&request, &first, NULL), PDS_OK);
    if (first.fault != PDS_HTTP_FINE) {
        skip(); /* the name is of another address */
    }
    request.private_hosts = false;
    assert_int_equal(pds_http_exchange(&request, &second, NULL), PDS_OK);
    assert_int_equal(second.fault, PDS_HTTP_ADDRESS_REFUSED);
    assert_int_equal(tsa_count(server).requests, 1);
}

enum { THREADS = 8, CALLS = 20 };

typedef struct job {
    pds_http_client *client;
    const tsa *server;
    unsigned good;
} job;

static void *work(void *context)
{
    job *const j = context;
    for (size_t i = 0; i < CALLS; i++) {
        PDS_OWN(pds_http_response_drop)
        pds_http_response out = ask(j->client, tsa_origin(j->server), "/garbage/slow=5");
        j->good += out.fault == PDS_HTTP_FINE ? 1 : 0;
    }
    return NULL;
}

static void threads_share_a_client(void **state)
{
    pthread_t threads[THREADS];
    job jobs[THREADS];
    PDS_OWN(pds_http_client_drop) pds_http_client *client = NULL;
    PDS_OWN(tsa_stop) tsa *server = start_kept();
    (void)state;
    assert_int_equal(pds_http_client_new(NULL, &client, NULL), PDS_OK);
    for (size_t i = 0; i < THREADS; i++) {
        jobs[i] = (job){ client, server, 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].good, CALLS);
    }
    assert_int_equal(tsa_count(server).requests, THREADS * CALLS);
    assert_true(tsa_count(server).connections <= THREADS);
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_name_and_password_are_sent),
        cmocka_unit_test(a_redirect_elsewhere_takes_no_password_along),
        cmocka_unit_test(a_colon_in_a_name_is_refused),
        cmocka_unit_test(nothing_is_left_of_a_password),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(a_connection_that_died_is_replaced),
        cmocka_unit_test(an_open_connection_is_no_way_to_a_private_host),
        cmocka_unit_test(threads_share_a_client),
    };
    struct CMUnitTest tests[ROW_COUNT + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                        .test_func = tls_is_as_told,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    memcpy(tests + ROW_COUNT, others, sizeof others);
    return cmocka_run_group_tests_name("clients of HTTP", tests, start, stop);
}
