#ifndef VIEW_PROTOCOL_H
#define VIEW_PROTOCOL_H

#include <stdint.h>

/*
 * What pdfsign and its helper pdfsign-view agree on. Both are one build on one machine: numbers
 * stand as they are in memory.
 *
 * The helper says PDS_VIEW_HELLO on its control socket and then waits there. For each file it gets
 * one byte, PDS_VIEW_REQUEST, with two descriptors: the file, read-only, and one end of a socket of
 * its own (SOCK_SEQPACKET). It forks, and the new process takes one request from that socket, puts
 * itself into the sandbox, answers there and ends: one file's reading never meets another's. The
 * helper itself reads no file. It ends when its control socket is closed, and with it what it has
 * forked.
 *
 * An answer is some of PAGES, FOUND, NEAREST, PICTURE, PART, then DONE or FAILED, then the end of
 * the socket. An end without these, or anything else, means that the reader was lost.
 */
enum {
    PDS_VIEW_HELLO = 0x31, /* changes with this file */
    PDS_VIEW_REQUEST = 'r',
    PDS_VIEW_FD_CONTROL = 3 /* in the helper; in what it forks, the answers' socket */
};

enum {
    PDS_VIEW_PASSWORD_MAX = 1024,
    PDS_VIEW_TEXT_MAX = 255,
    PDS_VIEW_PART_MAX = 32 << 10,
    PDS_VIEW_FINDS_MAX = 100000,
    PDS_VIEW_PAGES_MAX = 100000,
    PDS_VIEW_PICTURE_MAX = 64 << 20, /* bytes of one PNG */
    PDS_VIEW_PIXELS_MAX = 36000000,  /* A4 at 600 dpi; larger pages get fewer dots per inch */
    PDS_VIEW_DPI_MIN = 10,
    PDS_VIEW_DPI_MAX = 600
};

/* The caller waits so long for the first page, and more for each page; the processor's time is the
 * helper's own limit. */
enum {
    PDS_VIEW_START_SECONDS = 30,
    PDS_VIEW_WORDS_MS = 20,
    PDS_VIEW_PICTURE_MS = 2000,
    PDS_VIEW_CPU_SECONDS = 1200
};

typedef enum pds_view_what { PDS_VIEW_FIND = 1, PDS_VIEW_PICTURES } pds_view_what;

typedef struct pds_view_request {
    uint32_t what; /* pds_view_what */
    double dpi;
    char text[PDS_VIEW_TEXT_MAX + 1];         /* UTF-8 */
    char password[PDS_VIEW_PASSWORD_MAX + 1]; /* sent without its NUL and what is behind it */
} pds_view_request;

typedef enum pds_view_answer_kind {
    PDS_VIEW_PAGES = 1, /* number: how many the file has */
    PDS_VIEW_FOUND,     /* number: page; box */
    PDS_VIEW_NEAREST,   /* bytes: UTF-8 */
    PDS_VIEW_PICTURE,   /* number: page; its parts follow */
    PDS_VIEW_PART,      /* bytes: of the PNG */
    PDS_VIEW_DONE,
    PDS_VIEW_FAILED /* number: pds_view_fault; bytes: the page as uint32_t, 0: none */
} pds_view_answer_kind;

typedef enum pds_view_fault {
    PDS_VIEW_PASSWORD_NEEDED = 1,
    PDS_VIEW_PASSWORD_WRONG,
    PDS_VIEW_UNREADABLE
} pds_view_fault;

typedef struct pds_view_answer {
    uint32_t kind; /* pds_view_answer_kind */
    uint32_t number;
    double box[4];
    uint32_t len; /* of the bytes */
    uint8_t bytes[PDS_VIEW_PART_MAX];
} pds_view_answer; /* sent without what it does not use of bytes */

#endif
