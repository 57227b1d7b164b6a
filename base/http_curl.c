#include "base/http_curl.h"

#include "base/http_access.h"
#include "base/http_address.h"
#include "base/http_proxy.h"
#include "base/http_url.h"
#include "base/interrupt.h"
#include "base/own.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_MS = 10000,
    BODY_MAX = 1 << 20,
    HEAD_MAX = 64 << 10 /* all header lines of an answer */
};

struct pds_curl {
    CURL *easy;
    const pds_access *access; /* lent; NULL: nothing */
    /* of the hop at work: */
    const pds_hop *hop;
    pds_buf *body;
    size_t head; /* bytes of header lines so far */
    bool too_large;
    bool refused; /* an address was */
};

void pds_hop_end_drop(pds_hop_end *end)
{
    free(end->next);
    *end = (pds_hop_end){ .next = NULL };
}

pds_code pds_curl_new(const pds_access *access, pds_curl **out, pds_err *e)
{
    PDS_TRY(pds_http_load(e));
    pds_curl *made = calloc(1, sizeof *made);
    CURL *easy = made == NULL ? NULL : pds_libcurl.easy_init();
    if (easy == NULL) {
        free(made);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *made = (pds_curl){ .easy = easy, .access = access };
    *out = made;
    return PDS_OK;
}

void pds_curl_drop(pds_curl **curl)
{
    if (*curl != NULL) {
        pds_libcurl.easy_cleanup((*curl)->easy);
        free(*curl);
        *curl = NULL;
    }
}

/* ---- what libcurl asks while it works ---- */

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    pds_curl *c = context;
    pds_buf_put(c->body, pds_span_of(bytes, size * count));
    c->too_large = c->body->bad == PDS_E_LIMIT;
    return c->body->bad == PDS_OK ? size * count : 0;
}

static size_t on_head(char *bytes, size_t size, size_t count, void *context)
{
    pds_curl *c = context;
    (void)bytes;
    c->head += size * count;
    c->too_large = c->too_large || c->head > HEAD_MAX;
    return c->too_large ? 0 : size * count;
}

static int on_progress(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    (void)context;
    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return pds_interrupted() ? 1 : 0;
}

/* The address that a connection really goes to, whatever name was looked up before. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    pds_curl *c = context;
    (void)purpose;
    if (!c->hop->request->private_hosts && !pds_address_is_public(&to->addr) &&
        !pds_is_proxy(c->hop->url, &to->addr)) {
        c->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- options ---- */

typedef struct number_row {
    CURLoption option;
    long value;
} number_row;

static const number_row NUMBERS[] = {
    { CURLOPT_NOSIGNAL, 1 },
    { CURLOPT_NOPROGRESS, 0 }, /* on_progress is asked */
    { CURLOPT_FOLLOWLOCATION, 0 },
    { CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
    { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
    { CURLOPT_HTTP09_ALLOWED, 0 },
    { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_SSL_VERIFYPEER, 1 },
    { CURLOPT_SSL_VERIFYHOST, 2 },
    { CURLOPT_MAXCONNECTS, 2 }, /* of one handle */
};

static bool set_numbers(CURL *easy)
{
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        if (pds_libcurl.easy_setopt(easy, NUMBERS[i].option, NUMBERS[i].value) != CURLE_OK) {
            return false;
        }
    }
    return true;
}

static bool set_callbacks(pds_curl *c)
{
    return pds_libcurl.easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_WRITEDATA, c) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, on_head) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_HEADERDATA, c) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_OPENSOCKETDATA, c) == CURLE_OK;
}

static bool set_limits(const pds_curl *c, long left)
{
    const pds_http_request *r = c->hop->request;
    const long connect = r->connect_ms > 0 ? r->connect_ms : CONNECT_MS;
    const curl_off_t body = (curl_off_t)c->body->max;
    return pds_libcurl.easy_setopt(c->easy, CURLOPT_TIMEOUT_MS, left) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS,
                                   connect < left ? connect : left) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_MAXFILESIZE_LARGE, body) == CURLE_OK;
}

static bool set_request(const pds_curl *c)
{
    const pds_http_request *r = c->hop->request;
    const long size = (long)r->body.len;
    if (pds_libcurl.easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK ||
        pds_libcurl.easy_setopt(c->easy, CURLOPT_USERAGENT, "pdfsign") != CURLE_OK ||
        pds_libcurl.easy_setopt(c->easy, CURLOPT_URL, c->hop->url) != CURLE_OK) {
        return false;
    }
    if (!c->hop->post) {
        return pds_libcurl.easy_setopt(c->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    }
    return pds_libcurl.easy_setopt(c->easy, CURLOPT_POST, 1L) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, size) == CURLE_OK &&
           pds_libcurl.easy_setopt(c->easy, CURLOPT_POSTFIELDS,
                                   size == 0 ? "" : (const char *)r->body.ptr) == CURLE_OK;
}

typedef struct curl_slist curl_slist;

static void slist_drop(curl_slist **list)
{
    pds_libcurl.slist_free_all(*list);
}

static bool add_line(curl_slist **list, const char *name, const char *value)
{
    char line[512];
    const int len = snprintf(line, sizeof line, "%s: %s", name, value);
    curl_slist *more = len < 0 || (size_t)len >= sizeof line || strpbrk(line, "\r\n") != NULL
                           ? NULL
                           : pds_libcurl.slist_append(*list, line);
    *list = more != NULL ? more : *list;
    return more != NULL;
}

static bool set_head(const pds_curl *c, curl_slist **list)
{
    const pds_http_request *r = c->hop->request;
    if (!add_line(list, "Accept", r->accept == NULL ? "*/*" : r->accept) ||
        (c->hop->post && !add_line(list, "Content-Type", r->content_type)) ||
        (c->access != NULL && !pds_access_add_line(c->access, c->hop->own, list))) {
        return false;
    }
    return pds_libcurl.easy_setopt(c->easy, CURLOPT_HTTPHEADER, *list) == CURLE_OK;
}

/* ---- what came of it ---- */

typedef struct fault_row {
    CURLcode code;
    pds_http_fault fault;
} fault_row;

static const fault_row FAULTS[] = {
    { CURLE_URL_MALFORMAT, PDS_HTTP_URL_REFUSED },
    { CURLE_LOGIN_DENIED, PDS_HTTP_URL_REFUSED },
    { CURLE_COULDNT_RESOLVE_HOST, PDS_HTTP_NOT_FOUND },
    { CURLE_COULDNT_RESOLVE_PROXY, PDS_HTTP_NOT_FOUND },
    { CURLE_COULDNT_CONNECT, PDS_HTTP_NOT_CONNECTED },
    { CURLE_FILESIZE_EXCEEDED, PDS_HTTP_TOO_LARGE },
    { CURLE_SSL_CONNECT_ERROR, PDS_HTTP_TLS },
    { CURLE_PEER_FAILED_VERIFICATION, PDS_HTTP_SERVER_CERT },
    { CURLE_SSL_CACERT_BADFILE, PDS_HTTP_TLS },
    { CURLE_SSL_CERTPROBLEM, PDS_HTTP_CLIENT_CERT },
    { CURLE_SSL_CIPHER, PDS_HTTP_TLS },
    { CURLE_SSL_ENGINE_INITFAILED, PDS_HTTP_TLS },
    { CURLE_SSL_INVALIDCERTSTATUS, PDS_HTTP_TLS },
};

static const char *const TEXTS[PDS_HTTP_FAULT_COUNT] = {
    [PDS_HTTP_FINE] = "",
    [PDS_HTTP_URL_REFUSED] = N_("the address is not one of http or https, or holds a user's name"),
    [PDS_HTTP_ADDRESS_REFUSED] = N_("the address belongs to this machine or a private network"),
    [PDS_HTTP_NOT_FOUND] = N_("the name of the host is not known"),
    [PDS_HTTP_NOT_CONNECTED] = N_("no connection"),
    [PDS_HTTP_TIMEOUT] = N_("no answer in time"),
    [PDS_HTTP_TLS] = N_("no trusted TLS connection"),
    [PDS_HTTP_SERVER_CERT] =
        N_("its server's certificate is not trusted here, or is another host's"),
    [PDS_HTTP_CLIENT_CERT] =
        N_("the certificate to show there, its key or the key's password is of no use"),
    [PDS_HTTP_TOO_LARGE] = N_("the answer is too large"),
    [PDS_HTTP_REDIRECTS] = "",
    [PDS_HTTP_STATUS] = "",
    [PDS_HTTP_BROKEN] = N_("the answer is cut off or not HTTP"),
};

static bool was_connected(const pds_curl *c)
{
    curl_off_t after = 0; /* microseconds */
    (void)pds_libcurl.easy_getinfo(c->easy, CURLINFO_CONNECT_TIME_T, &after);
    return after > 0;
}

static pds_http_fault fault_of(const pds_curl *c, CURLcode code)
{
    if (code == CURLE_OK) {
        return PDS_HTTP_FINE;
    }
    if (c->refused) {
        return PDS_HTTP_ADDRESS_REFUSED;
    }
    if (c->too_large) {
        return PDS_HTTP_TOO_LARGE;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return was_connected(c) ? PDS_HTTP_TIMEOUT : PDS_HTTP_NOT_CONNECTED;
    }
    for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++) {
        if (FAULTS[i].code == code) {
            return FAULTS[i].fault;
        }
    }
    return PDS_HTTP_BROKEN;
}

static bool is_dropped(const pds_curl *c, CURLcode code)
{
    const bool closed =
        code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
    return closed && c->head == 0 && c->body->len == 0 && !c->refused;
}

static void set_fault(pds_http_response *out, pds_http_fault fault)
{
    out->fault = fault;
    (void)snprintf(out->text, sizeof out->text, "%s", pds_translated(TEXTS[fault]));
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static pds_code take_next(const pds_curl *c, long status, pds_hop_end *end, pds_err *e)
{
    char *next = NULL; /* lent */
    if (!is_redirect(status) ||
        pds_libcurl.easy_getinfo(c->easy, CURLINFO_REDIRECT_URL, &next) != CURLE_OK ||
        next == NULL) {
        return PDS_OK;
    }
    end->next = strdup(next);
    if (end->next == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

static pds_code take_answer(const pds_curl *c, pds_http_response *out, pds_hop_end *end, pds_err *e)
{
    const char *type = NULL; /* lent */
    curl_off_t retry_after = 0;
    enum { WAIT_MAX = 86400 };
    (void)pds_libcurl.easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &out->status);
    (void)pds_libcurl.easy_getinfo(c->easy, CURLINFO_CONTENT_TYPE, &type);
    (void)pds_libcurl.easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &retry_after);
    (void)snprintf(out->content_type, sizeof out->content_type, "%s", type == NULL ? "" : type);
    end->retry_after = retry_after < WAIT_MAX ? (long)retry_after : WAIT_MAX;
    if (out->status < 200 || out->status > 299) {
        out->fault = PDS_HTTP_STATUS;
        (void)snprintf(out->text, sizeof out->text,
                       pds_translated(N_("it answers with status %ld")), out->status);
    }
    return take_next(c, out->status, end, e);
}

static pds_code set_all(const pds_curl *c, long left, curl_slist **list, pds_err *e)
{
    if (!set_limits(c, left) || !set_request(c) || !set_head(c, list) ||
        (c->access != NULL && !pds_access_set(c->access, c->easy, c->hop->own))) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "a request to %s could not be made", c->hop->url);
    }
    return PDS_OK;
}

/* OpenSSL writes to sockets with write(): a peer that went away would end the process by SIGPIPE,
 * against which libcurl does nothing while it is told to leave signals alone. */
static CURLcode perform_quietly(CURL *easy)
{
    static const struct timespec at_once = { .tv_sec = 0 };
    sigset_t pipe;
    sigset_t before;
    sigset_t pending;
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)sigpending(&pending);
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &before);
    const CURLcode code = pds_libcurl.easy_perform(easy);
    if (sigismember(&pending, SIGPIPE) == 0) { /* else it is somebody else's */
        while (sigtimedwait(&pipe, NULL, &at_once) == -1 && errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static pds_code perform(pds_curl *c, long left, pds_http_response *out, pds_hop_end *end,
                        pds_err *e)
{
    PDS_OWN(slist_drop) curl_slist *list = NULL;
    if (!set_numbers(c->easy) || !set_callbacks(c)) {
        PDS_FAIL(e, PDS_E_LIBRARY_MISSING, "the libcurl of this system lacks an option");
    }
    PDS_TRY(set_all(c, left, &list, e));
    const CURLcode code = perform_quietly(c->easy);
    PDS_TRY(pds_interrupt_check(e));
    if (code == CURLE_OUT_OF_MEMORY || out->body.bad == PDS_E_NO_MEMORY) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    set_fault(out, fault_of(c, code));
    end->dropped = is_dropped(c, code);
    return out->fault == PDS_HTTP_FINE ? take_answer(c, out, end, e) : PDS_OK;
}

pds_code pds_curl_hop(pds_curl *curl, const pds_hop *hop, pds_http_response *out, pds_hop_end *end,
                      pds_err *e)
{
    const size_t body_max = hop->request->body_max;
    const int64_t left = hop->deadline - pds_http_clock();
    pds_http_response_drop(out);
    out->body.max = body_max > 0 ? body_max : BODY_MAX;
    set_fault(out, pds_url_check(hop->url, hop->request->private_hosts));
    if (out->fault == PDS_HTTP_FINE && left <= 0) {
        set_fault(out, PDS_HTTP_TIMEOUT);
    }
    if (out->fault != PDS_HTTP_FINE) {
        return PDS_OK;
    }
    *curl =
        (pds_curl){ .easy = curl->easy, .access = curl->access, .hop = hop, .body = &out->body };
    const pds_code code = perform(curl, (long)left, out, end, e);
    pds_libcurl.easy_reset(curl->easy); /* of what it has copied, passwords among it */
    return code;
}
