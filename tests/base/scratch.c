#include "tests/base/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void give_up(const char *what)
{
    perror(what);
    abort();
}

static void open_below(scratch *s, const char *place)
{
    (void)snprintf(s->folder, sizeof s->folder, "%s/pds-base-XXXXXX", place);
    if (mkdtemp(s->folder) == NULL) {
        give_up(s->folder);
    }
}

void scratch_open(scratch *s)
{
    open_below(s, "/tmp");
}

void scratch_open_fast(scratch *s)
{
    open_below(s, access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

void scratch_close(scratch *s)
{
    if (nftw(s->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0) {
        give_up(s->folder);
    }
}

const char *scratch_path(const scratch *s, const char *name)
{
    static char paths[8][PATH_MAX];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    (void)snprintf(path, PATH_MAX, "%s/%s", s->folder, name);
    return path;
}

const char *scratch_file(const scratch *s, const char *name, const char *text)
{
    const char *path = scratch_path(s, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0) {
        give_up(path);
    }
    return path;
}

const char *scratch_read(const char *path)
{
    static char text[4096];
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return "(none)";
    }
    ssize_t len = read(fd, text, sizeof text - 1);
    (void)close(fd);
    text[len < 0 ? 0 : len] = '\0';
    return text;
}

size_t scratch_count(const scratch *s)
{
    DIR *d = opendir(s->folder);
    size_t count = 0;
    if (d == NULL) {
        give_up(s->folder);
    }
    while (readdir(d) != NULL) {
        count++;
    }
    (void)closedir(d);
    return count - 2; /* "." and ".." */
}
