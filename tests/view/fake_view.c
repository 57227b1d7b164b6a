/*
 * A page reader that answers anything: the text that is looked for says what. At the start, the
 * program's own name does: fake-silent, fake-other, fake-gone, fake-unloaded.
 */
#include "view/protocol.h"

#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

static pds_view_answer answer;
static int answers;

static void put_bytes(uint32_t kind, uint32_t number, const char *bytes)
{
    answer.kind = kind;
    answer.number = number;
    answer.len = (uint32_t)strlen(bytes);
    memcpy(answer.bytes, bytes, answer.len);
    (void)!send(answers, &answer, offsetof(pds_view_answer, bytes) + answer.len, MSG_NOSIGNAL);
}

static void put(uint32_t kind, uint32_t number)
{
    put_bytes(kind, number, "");
}

static void put_box(double left, double right, uint32_t page)
{
    memcpy(answer.box, (double[]){ left, 1, right, 2 }, sizeof answer.box);
    put(PDS_VIEW_FOUND, page);
}

static void say_nothing(void)
{
}

static void say_little(void)
{
    (void)!send(answers, "abc", 3, MSG_NOSIGNAL);
}

static void say_too_much(void)
{
    static char large[sizeof answer + 100];
    (void)!send(answers, large, sizeof large, MSG_NOSIGNAL);
}

static void lie_about_length(void)
{
    answer.kind = PDS_VIEW_PAGES;
    answer.number = 1;
    answer.len = 100;
    (void)!send(answers, &answer, offsetof(pds_view_answer, bytes), MSG_NOSIGNAL);
}

static void hurry(void)
{
    put(PDS_VIEW_DONE, 0);
}

static void have_no_pages(void)
{
    put(PDS_VIEW_PAGES, 0);
}

static void have_too_many_pages(void)
{
    put(PDS_VIEW_PAGES, UINT32_MAX);
}

static void count_twice(void)
{
    put(PDS_VIEW_PAGES, 1);
    put(PDS_VIEW_PAGES, 2);
}

static void find_nowhere(void)
{
    put(PDS_VIEW_PAGES, 1);
    put_box(NAN, 1, 1);
}

static void find_far_away(void)
{
    put(PDS_VIEW_PAGES, 1);
    put_box(1, 1e300, 1);
}

static void find_inside_out(void)
{
    put(PDS_VIEW_PAGES, 1);
    put_box(2, 1, 1);
}

static void find_behind_the_end(void)
{
    put(PDS_VIEW_PAGES, 1);
    put_box(1, 2, 2);
}

static void find_in_disorder(void)
{
    put(PDS_VIEW_PAGES, 2);
    put_box(1, 2, 2);
    put_box(1, 2, 1);
}

static void find_on_page_zero(void)
{
    put(PDS_VIEW_PAGES, 1);
    put_box(1, 2, 0);
}

static void find_without_end(void)
{
    put(PDS_VIEW_PAGES, 1);
    for (int i = 0; i <= PDS_VIEW_FINDS_MAX; i++) {
        put_box(1, 2, 1);
    }
    put(PDS_VIEW_DONE, 0);
}

static void babble(void)
{
    put(PDS_VIEW_PAGES, 1);
    put(99, 1);
}

static void mumble(void)
{
    put(PDS_VIEW_PAGES, 1);
    put_bytes(PDS_VIEW_NEAREST, 0, "\xC3(");
}

static void ramble(void)
{
    char text[300];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    put(PDS_VIEW_PAGES, 1);
    put_bytes(PDS_VIEW_NEAREST, 0, text);
}

static void draw_unasked(void)
{
    put(PDS_VIEW_PAGES, 1);
    put(PDS_VIEW_PICTURE, 1);
}

static void go_on(void)
{
    put(PDS_VIEW_PAGES, 1);
    put(PDS_VIEW_DONE, 0);
    put_box(1, 2, 1);
}

static void linger(void)
{
    put(PDS_VIEW_PAGES, 1);
    put(PDS_VIEW_DONE, 0);
    (void)sleep(1000);
}

static void fail_oddly(void)
{
    put_bytes(PDS_VIEW_FAILED, 12345, "not a page");
}

static void die(void)
{
    put(PDS_VIEW_PAGES, 1);
    (void)raise(SIGKILL);
}

static void hang(void)
{
    (void)sleep(1000);
}

static void hang_in_pages(void)
{
    put(PDS_VIEW_PAGES, 1);
    (void)sleep(1000);
}

static void begin_picture(void)
{
    put(PDS_VIEW_PAGES, 2);
    put(PDS_VIEW_PICTURE, 1);
}

static void draw_parts_only(void)
{
    put(PDS_VIEW_PAGES, 2);
    put_bytes(PDS_VIEW_PART, 0, "\x89PNG\r\n\x1a\n");
    put(PDS_VIEW_DONE, 0);
}

static void draw_nothing(void)
{
    begin_picture();
    put_bytes(PDS_VIEW_PART, 0, "GIF89a");
    put(PDS_VIEW_PICTURE, 2);
}

static void draw_too_little(void)
{
    begin_picture();
    put_bytes(PDS_VIEW_PART, 0, "\x89PNG\r\n\x1a\n and so on");
    put(PDS_VIEW_DONE, 0);
}

static void draw_in_disorder(void)
{
    put(PDS_VIEW_PAGES, 2);
    put(PDS_VIEW_PICTURE, 2);
}

static void draw_too_much(void)
{
    static char part[PDS_VIEW_PART_MAX];
    memset(part, 'x', sizeof part - 1);
    begin_picture();
    for (int i = 0; i < 2200; i++) {
        put_bytes(PDS_VIEW_PART, 0, part);
    }
    put(PDS_VIEW_DONE, 0);
}

typedef struct role {
    const char *name;
    void (*play)(void);
} role;

static const role ROLES[] = {
    { "nothing", say_nothing },
    { "little", say_little },
    { "too much", say_too_much },
    { "length lies", lie_about_length },
    { "hurry", hurry },
    { "no pages", have_no_pages },
    { "too many pages", have_too_many_pages },
    { "count twice", count_twice },
    { "nowhere", find_nowhere },
    { "far away", find_far_away },
    { "inside out", find_inside_out },
    { "behind the end", find_behind_the_end },
    { "disorder", find_in_disorder },
    { "page zero", find_on_page_zero },
    { "without end", find_without_end },
    { "babble", babble },
    { "mumble", mumble },
    { "ramble", ramble },
    { "unasked", draw_unasked },
    { "go on", go_on },
    { "linger", linger },
    { "fail oddly", fail_oddly },
    { "die", die },
    { "hang", hang },
    { "hang in pages", hang_in_pages },
};

/* Of a request for pictures, by its dots per inch from 100 on. */
static void (*const PICTURES[])(void) = { draw_parts_only,  draw_nothing,  draw_too_little,
                                          draw_in_disorder, draw_too_much, mumble };

static void play(const pds_view_request *request)
{
    if (request->what == PDS_VIEW_PICTURES) {
        PICTURES[(size_t)(request->dpi - 100) % (sizeof PICTURES / sizeof PICTURES[0])]();
        return;
    }
    for (size_t i = 0; i < sizeof ROLES / sizeof ROLES[0]; i++) {
        if (strcmp(request->text, ROLES[i].name) == 0) {
            ROLES[i].play();
        }
    }
}

static int take(void)
{
    static union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } room;
    static pds_view_request request;
    char kind = 0;
    struct iovec byte = { .iov_base = &kind, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof room
    };
    if (recvmsg(PDS_VIEW_FD_CONTROL, &message, 0) != 1) {
        return 0;
    }
    const struct cmsghdr *first = CMSG_FIRSTHDR(&message);
    if (first == NULL) {
        return 0;
    }
    int fds[2];
    memcpy(fds, CMSG_DATA(first), sizeof fds);
    answers = fds[1];
    (void)!recv(answers, &request, sizeof request, 0);
    play(&request);
    (void)close(fds[0]);
    (void)close(fds[1]);
    return 1;
}

int main(void)
{
    char name[4096] = "";
    char hello = PDS_VIEW_HELLO;
    (void)!readlink("/proc/self/exe", name, sizeof name - 1);
    if (strstr(name, "fake-silent") != NULL) {
        (void)sleep(1000);
    }
    if (strstr(name, "fake-gone") != NULL) {
        return 1;
    }
    if (strstr(name, "fake-unloaded") != NULL) {
        return 127;
    }
    if (strstr(name, "fake-other") != NULL) {
        hello = 'x';
    }
    (void)!send(PDS_VIEW_FD_CONTROL, &hello, 1, MSG_NOSIGNAL);
    while (take()) {
    }
    return 0;
}
