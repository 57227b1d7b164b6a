#include "fuzz/pdf_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/mman.h>

/* Where "N 0 obj" stands, for small N. */
static void find_objects(pds_span text, size_t from, uint64_t place[FUZZ_OBJECTS])
{
    for (size_t i = from + 2; i + 6 < text.len; i++) {
        const uint8_t *const p = text.ptr + i;
        if (memcmp(p, " 0 obj", 6) != 0 || p[-1] < '0' || p[-1] > '9') {
            continue;
        }
        const bool two = p[-2] >= '0' && p[-2] <= '9';
        const unsigned num = (unsigned)(p[-1] - '0') + (two ? 10U * (unsigned)(p[-2] - '0') : 0);
        if (num < FUZZ_OBJECTS) {
            place[num] = i - (two ? 2 : 1);
        }
    }
}

static void put_rows(pds_buf *file, const uint64_t place[FUZZ_OBJECTS], bool all)
{
    pds_buf_text(file, all ? "\nxref\n0 64\n" : "\nxref\n");
    for (unsigned i = 0; i < FUZZ_OBJECTS; i++) {
        if (!all && place[i] != 0) {
            pds_buf_printf(file, "%u 1\n", i);
        }
        if (all || place[i] != 0) {
            pds_buf_printf(file, "%010llu 00000 %c \n", (unsigned long long)place[i],
                           place[i] == 0 ? 'f' : 'n');
        }
    }
}

void fuzz_put_table(pds_buf *file, size_t from, const char *trailer)
{
    uint64_t place[FUZZ_OBJECTS] = { 0 };
    find_objects(pds_buf_span(file), from, place);
    const size_t start = file->len + 1;
    put_rows(file, place, from == 0);
    pds_buf_printf(file, "trailer<<%s/Size %d%s>>\nstartxref\n%zu\n%%%%EOF\n", trailer,
                   (int)FUZZ_OBJECTS,
                   from > 0 || place[FUZZ_OBJECTS - 1] == 0 ? "" : "/Encrypt 63 0 R", start);
}

pds_file fuzz_file(const pds_buf *bytes)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 ||
        pwrite(fd, bytes->ptr, bytes->len, 0) != (ssize_t)bytes->len) {
        abort();
    }
    return (pds_file){ .fd = fd, .size = bytes->len, .path = path };
}
