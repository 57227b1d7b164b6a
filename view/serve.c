#include "view/serve.h"

#include "view/glib_fold.h"
#include "view/landlock.h"
#include "view/poppler_paper.h"
#include "view/seccomp_filter.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

/* ---- answers ---- */

static pds_view_answer answer; /* the one at work; large */

/* The reader has gone when this fails: nobody is left to work for. */
static void send_answer(uint32_t kind, uint32_t number, const void *bytes, size_t len)
{
    answer.kind = kind;
    answer.number = number;
    answer.len = (uint32_t)len;
    if (len != 0) {
        memcpy(answer.bytes, bytes, len);
    }
    if (send(PDS_VIEW_FD_CONTROL, &answer, offsetof(pds_view_answer, bytes) + len, MSG_NOSIGNAL) <
        0) {
        _exit(1);
    }
}

static void send_failed(uint32_t fault, uint32_t page)
{
    send_answer(PDS_VIEW_FAILED, fault, &page, sizeof page);
}

/* ---- finding ---- */

typedef struct search {
    pds_needle needle;
    pds_nearest nearest;
    size_t found;
} search;

static void send_found(const pds_glyphs *page, long at, size_t count, uint32_t number)
{
    pds_find_box(page, (size_t)at, count, answer.box);
    send_answer(PDS_VIEW_FOUND, number, NULL, 0);
}

static void search_page(search *s, const pds_glyphs *page, uint32_t number)
{
    long at = pds_find_next(page, &s->needle, 0);

    while (at != PDS_FIND_NONE && s->found < PDS_VIEW_FINDS_MAX) {
        send_found(page, at, s->needle.count, number);
        s->found++;
        at = pds_find_next(page, &s->needle, (size_t)at + s->needle.count);
    }
    if (s->found == 0) {
        pds_nearest_look(&s->nearest, page, &s->needle);
    }
}

static bool find(pds_paper *paper, const pds_view_request *request)
{
    static search s;

    if (!pds_fold_needle(request->text, &s.needle)) {
        send_failed(PDS_VIEW_UNREADABLE, 0);
        return false;
    }
    for (uint32_t page = 1; page <= pds_paper_pages(paper); page++) {
        pds_glyphs glyphs = { .items = NULL };
        bool read = pds_paper_glyphs(paper, page, &glyphs);
        if (read) {
            search_page(&s, &glyphs, page);
        }
        pds_glyphs_drop(&glyphs);
        if (!read) {
            send_failed(PDS_VIEW_UNREADABLE, page);
            return false;
        }
    }
    if (s.found == 0) {
        send_answer(PDS_VIEW_NEAREST, 0, s.nearest.text, strlen(s.nearest.text));
    }
    return true;
}

/* ---- pictures ---- */

static bool send_part(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    while (len > 0) {
        size_t now = len < PDS_VIEW_PART_MAX ? len : PDS_VIEW_PART_MAX;
        send_answer(PDS_VIEW_PART, 0, bytes, now);
        bytes += now;
        len -= now;
    }
    return true;
}

static bool draw(const pds_paper *paper, const pds_view_request *request)
{
    for (uint32_t page = 1; page <= pds_paper_pages(paper); page++) {
        send_answer(PDS_VIEW_PICTURE, page, NULL, 0);
        if (!pds_paper_picture(paper, page, request->dpi, send_part, NULL)) {
            send_failed(PDS_VIEW_UNREADABLE, page);
            return false;
        }
    }
    return true;
}

/* ---- a request ---- */

bool pds_sandbox_enter(int file)
{
    (void)pds_landlock_enter(file);
    return pds_filter_enter();
}

static bool receive(pds_view_request *request)
{
    ssize_t n = recv(PDS_VIEW_FD_CONTROL, request, sizeof *request - 1, 0);

    return n >= (ssize_t)offsetof(pds_view_request, password) &&
           memchr(request->text, '\0', sizeof request->text) != NULL;
}

static void answer_request(int file, pds_view_request *request)
{
    pds_paper *paper = NULL;
    uint32_t fault = pds_paper_open(file, request->password, &paper);

    explicit_bzero(request->password, sizeof request->password);
    if (fault != 0) {
        send_failed(fault, 0);
        return;
    }
    send_answer(PDS_VIEW_PAGES, pds_paper_pages(paper), NULL, 0);
    if (request->what == PDS_VIEW_FIND ? find(paper, request) : draw(paper, request)) {
        send_answer(PDS_VIEW_DONE, 0, NULL, 0);
    }
    /* the paper goes with the process, which is quicker */
}

void pds_serve(int file)
{
    static pds_view_request request;

    if (receive(&request) && pds_sandbox_enter(file)) {
        answer_request(file, &request);
    }
}
