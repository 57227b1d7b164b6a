#include "pdf/qpdf_trailer.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

/* qpdf 11.3 looks for lost objects only where it has found a trailer. Files that were cut have
 * none, and a cross-reference stream is none: they get a new end. */

enum { SIZE_MAX_COPY = 256 << 20, NAME_ROOM = 16 };

typedef struct bytes {
    const char *ptr;
    size_t len;
} bytes;

/* "N G obj" */
typedef struct head {
    size_t offset;
    unsigned long num, gen;
} head;

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool has(bytes all, const char *text)
{
    return memmem(all.ptr, all.len, text, strlen(text)) != NULL;
}

/* Does /Type with this value stand at `at`? */
static bool type_at(bytes all, size_t at, const char *value)
{
    size_t len = strlen(value);

    at += strlen("/Type");
    while (at < all.len && is_space(all.ptr[at])) {
        at++;
    }
    if (len >= all.len - at || memcmp(all.ptr + at, value, len) != 0) {
        return false;
    }
    char next = all.ptr[at + len];
    return is_space(next) || next == '/' || next == '>';
}

/* Place of the last dictionary of that type. */
static bool last_of_type(bytes all, const char *value, size_t *out)
{
    bool found = false;
    size_t at = 0;

    for (;;) {
        const char *next = memmem(all.ptr + at, all.len - at, "/Type", strlen("/Type"));
        if (next == NULL) {
            return found;
        }
        at = (size_t)(next - all.ptr);
        if (type_at(all, at, value)) {
            found = true;
            *out = at;
        }
        at += strlen("/Type");
    }
}

/* The number that ends before *at, with the space behind it; *at moves to its first digit. */
static bool number_before(bytes all, size_t *at, unsigned long *out)
{
    size_t end = *at;
    unsigned long unit = 1;

    while (end > 0 && is_space(all.ptr[end - 1])) {
        end--;
    }
    size_t start = end;
    for (*out = 0; start > 0 && end - start < 10 && is_digit(all.ptr[start - 1]); unit *= 10) {
        *out += unit * (unsigned long)(all.ptr[--start] - '0');
    }
    *at = start;
    return start < end;
}

/* The head of the object that holds the byte at `at`. */
static bool head_before(bytes all, size_t at, head *out)
{
    while (at > 3) {
        at--;
        if (memcmp(all.ptr + at, "obj", 3) != 0) {
            continue;
        }
        size_t start = at;
        if (number_before(all, &start, &out->gen) && number_before(all, &start, &out->num)) {
            out->offset = start;
            return out->num != 0;
        }
        return false; /* endobj: it belongs to no object */
    }
    return false;
}

/* Without a trailer nobody would know that the file is encrypted, and what lies in object streams
 * would be lost in silence. */
static bool may_take_catalog(bytes all)
{
    return !has(all, "/Standard") && !has(all, "/Encrypt") && !has(all, "/ObjStm");
}

static bool make_end(bytes all, enum qpdf_end end, char *out, size_t size)
{
    bool stream = end == QPDF_END_XREF_STREAM;
    size_t at = 0;
    head h = { 0, 0, 0 };

    if ((!stream && !may_take_catalog(all)) ||
        !last_of_type(all, stream ? "/XRef" : "/Catalog", &at) || !head_before(all, at, &h)) {
        return false;
    }
    if (stream) {
        (void)snprintf(out, size, "\nstartxref\n%zu\n%%%%EOF\n", h.offset);
    } else {
        (void)snprintf(out, size, "\ntrailer\n<</Size 1/Root %lu %lu R>>\nstartxref\n0\n%%%%EOF\n",
                       h.num, h.gen);
    }
    return true;
}

static bool copy(int from, int to, size_t size)
{
    off_t at = 0;

    while ((size_t)at < size) {
        if (sendfile(to, from, &at, size - (size_t)at) <= 0) {
            return false;
        }
    }
    return true;
}

static bool append_end(int fd, size_t size, enum qpdf_end end)
{
    char text[128];
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

    if (map == MAP_FAILED) {
        return false;
    }
    bytes all = { map, size };
    bool made = make_end(all, end, text, sizeof text);
    (void)munmap(map, size);
    return made && pwrite(fd, text, strlen(text), (off_t)size) == (ssize_t)strlen(text);
}

int qpdf_with_end(int in, enum qpdf_end end)
{
    struct stat st;
    int fd = -1;

    if (fstat(in, &st) != 0 || st.st_size < NAME_ROOM || st.st_size > SIZE_MAX_COPY) {
        return -1;
    }
    fd = memfd_create("pdf", MFD_CLOEXEC);
    if (fd >= 0 && copy(in, fd, (size_t)st.st_size) && append_end(fd, (size_t)st.st_size, end)) {
        return fd;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return -1;
}
