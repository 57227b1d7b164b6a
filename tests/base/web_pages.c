#include "tests/base/web_pages.h"

#include <stdio.h>
#include <string.h>

static void put_ok(const web_request *r, pds_buf *out)
{
    (void)r;
    web_put(out, 200, "text/plain", pds_span_text("hello"));
}

static void put_missing(const web_request *r, pds_buf *out)
{
    (void)r;
    web_put(out, 404, "text/html", pds_span_text("not here"));
}

static void put_slow(const web_request *r, pds_buf *out)
{
    web_wait(700);
    put_ok(r, out);
}

static void put_cut(const web_request *r, pds_buf *out)
{
    (void)r;
    pds_buf_text(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
}

static void put_nothing(const web_request *r, pds_buf *out)
{
    (void)r;
    (void)out;
}

static void put_noise(const web_request *r, pds_buf *out)
{
    (void)r;
    pds_buf_text(out, "SSH-2.0-something else\r\n");
}

static void put_huge(const web_request *r, pds_buf *out)
{
    (void)r;
    pds_buf_text(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    pds_buf_fill(out, 'x', 200000);
}

static void put_announced(const web_request *r, pds_buf *out)
{
    (void)r;
    pds_buf_text(out, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx");
}

static void put_head(const web_request *r, pds_buf *out)
{
    (void)r;
    pds_buf_text(out, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 2000; i++) {
        pds_buf_printf(out, "X-Line-%d: %064d\r\n", i, i);
    }
    pds_buf_text(out, "\r\nhello");
}

static void redirect(pds_buf *out, int status, const char *to)
{
    pds_buf_printf(out, "HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
                   status, to);
}

static void put_loop(const web_request *r, pds_buf *out)
{
    (void)r;
    redirect(out, 302, "/loop");
}

static void put_once(const web_request *r, pds_buf *out)
{
    (void)r;
    redirect(out, 301, "/echo");
}

static void put_see_other(const web_request *r, pds_buf *out)
{
    (void)r;
    redirect(out, 303, "/echo");
}

static void put_to_file(const web_request *r, pds_buf *out)
{
    (void)r;
    redirect(out, 302, "file:///etc/passwd");
}

static void put_to_user(const web_request *r, pds_buf *out)
{
    (void)r;
    redirect(out, 302, "http://somebody:secret@127.0.0.1/ok");
}

/* Until the third time. */
static void put_busy(const web_request *r, pds_buf *out)
{
    if (r->number < 2) {
        web_put(out, 503, "text/plain", pds_span_text("busy"));
    } else {
        put_ok(r, out);
    }
}

static void put_later(const web_request *r, pds_buf *out)
{
    if (r->number == 0) {
        pds_buf_text(out, "HTTP/1.1 429 Slowly\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n");
    } else {
        put_ok(r, out);
    }
}

/* Until the second time. */
static void put_after_all(const web_request *r, pds_buf *out)
{
    if (r->number > 0) {
        put_ok(r, out);
    }
}

/* What only a proxy is asked for. */
static void put_to_private(const web_request *r, pds_buf *out)
{
    (void)r;
    redirect(out, 307, "http://192.168.7.7/secret");
}

static void put_much_later(const web_request *r, pds_buf *out)
{
    (void)r;
    pds_buf_text(out, "HTTP/1.1 503 No\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n");
}

typedef struct page {
    const char *path;
    void (*put)(const web_request *r, pds_buf *out);
} page;

static const page PAGES[] = {
    { "/ok", put_ok },
    { "/missing", put_missing },
    { "/slow", put_slow },
    { "/cut", put_cut },
    { "/nothing", put_nothing },
    { "/noise", put_noise },
    { "/huge", put_huge },
    { "/announced", put_announced },
    { "/head", put_head },
    { "/loop", put_loop },
    { "/once", put_once },
    { "/see-other", put_see_other },
    { "/to-file", put_to_file },
    { "/to-user", put_to_user },
    { "/busy", put_busy },
    { "/later", put_later },
    { "/much-later", put_much_later },
    { "/after-all", put_after_all },
    { "http://responder.example.org/in", put_to_private },
};

static void put_echo(web_seen *seen, const web_request *r, pds_buf *out)
{
    (void)snprintf(seen->method, sizeof seen->method, "%s", r->method);
    (void)snprintf(seen->head, sizeof seen->head, "%s", r->head);
    (void)snprintf(seen->body, sizeof seen->body, "%.*s", (int)r->body.len,
                   (const char *)r->body.ptr);
    web_put(out, 200, "application/ocsp-response", r->body);
}

void web_pages(void *context, const web_request *r, pds_buf *out)
{
    if (strcmp(r->path, "/echo") == 0) {
        put_echo(context, r, out);
        return;
    }
    for (size_t i = 0; i < sizeof PAGES / sizeof PAGES[0]; i++) {
        if (strcmp(PAGES[i].path, r->path) == 0) {
            PAGES[i].put(r, out);
            return;
        }
    }
    web_put(out, 200, "text/plain", pds_span_text("by proxy"));
}
