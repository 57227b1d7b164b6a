#include "tests/view/scene.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

static void put(int fd, const char *text)
{
    size_t n = strlen(text);

    assert_int_equal(write(fd, text, n), (ssize_t)n);
}

/* Without a cross-reference table: poppler finds the objects. */
int scene_pdf(unsigned pages)
{
    char text[512];
    int fd = pds_file_unnamed("/tmp");

    assert_true(fd >= 0);
    put(fd, "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
            "3 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\n2 0 "
            "obj\n<</Type/Pages/Kids[");
    for (unsigned i = 0; i < pages; i++) {
        (void)snprintf(text, sizeof text, "%u 0 R ", 4 + 2 * i);
        put(fd, text);
    }
    (void)snprintf(text, sizeof text, "]/Count %u>>\nendobj\n", pages);
    put(fd, text);
    for (unsigned i = 0; i < pages; i++) {
        char content[100];
        int n = snprintf(content, sizeof content,
                         "BT /F 12 Tf 20 100 Td (Page %u) Tj 0 -40 Td (Seal here) Tj ET", i + 1);
        (void)snprintf(
            text, sizeof text,
            "%u 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 150]/Contents %u 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>\nendobj\n%u 0 obj\n<</Length %d>>\nstream\n%s\n"
            "endstream\nendobj\n",
            4 + 2 * i, 5 + 2 * i, 5 + 2 * i, n, content);
        put(fd, text);
    }
    put(fd, "trailer\n<</Root 1 0 R>>\n%%EOF\n");
    return fd;
}

size_t scene_open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL) {
        n++;
    }
    (void)closedir(d);
    return n;
}

bool scene_has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

int scene_child(void)
{
    char path[64], list[64] = "";

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    bool any = fgets(list, sizeof list, f) != NULL;
    (void)fclose(f);
    return any ? (int)strtol(list, NULL, 10) : 0;
}
