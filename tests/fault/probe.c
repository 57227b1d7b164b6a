/* probe FOLDER: writes FOLDER/begin, the test's subject. Exit 0, or 1 with errno's text on stderr.
 */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int write_file(int folder)
{
    static const char text[] = "0123456789";
    int fd = openat(folder, "begin", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -1;
    }
    for (size_t done = 0; done < sizeof text - 1;) {
        ssize_t n = write(fd, text + done, sizeof text - 1 - done);
        if (n < 0) {
            (void)close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    return fsync(fd) != 0 ? -1 : close(fd);
}

int main(int argc, char **argv)
{
    int folder = argc == 2 ? open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0 || write_file(folder) != 0 || renameat(folder, "begin", folder, "end") != 0) {
        perror("probe");
        return 1;
    }
    return 0;
}
