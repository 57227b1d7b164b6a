#include "tests/pdf/chain.h"

#include <stdio.h>
#include <stdlib.h>

/* Writes the sound files of the tests into the folder given: where fuzzing begins. */

static int write_seed(const char *folder, const char *head, const make *m, int number)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/seed-%d", folder, number);
    FILE *const f = fopen(path, "wb");
    if (f == NULL) {
        return 1;
    }
    const size_t skip = *head == '\0' ? 0 : sizeof "%PDF-1.7\n" - 1;
    const int failed =
        fputs(head, f) < 0 || fwrite(m->file.ptr + skip, 1, m->file.len - skip, f) == 0;
    return fclose(f) != 0 || failed;
}

int main(int argc, char **argv)
{
    int failed = argc != 2;
    for (int layout = 0; !failed && layout < MAKE_LAYOUTS; layout++) {
        make m = { 0 };
        make_pdf(&m, (make_layout)layout);
        failed =
            write_seed(argv[1], "", &m, 2 * layout) || write_seed(argv[1], "T", &m, 2 * layout + 1);
        pds_buf_drop(&m.file);
    }
    for (int packed = 0; !failed && packed < 2; packed++) {
        make m = { 0 };
        chain_make(&m, packed != 0);
        failed = write_seed(argv[1], "", &m, 2 * MAKE_LAYOUTS + packed);
        pds_buf_drop(&m.file);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
