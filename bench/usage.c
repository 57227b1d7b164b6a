/*
 * usage REPORT COMMAND ARGUMENT...: runs COMMAND without input and writes to REPORT, in one line:
 * CPU microseconds (user and system, children included), elapsed microseconds, peak resident KiB,
 * exit status. A process starts with the peak of the one that forked it, so whoever forks must be
 * smaller than what is measured.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

static long long microseconds(struct timeval t)
{
    return t.tv_sec * 1000000LL + t.tv_usec;
}

static long long elapsed(const struct timespec *from)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - from->tv_sec) * 1000000LL + (now.tv_nsec - from->tv_nsec) / 1000;
}

static void become(char **command)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        execvp(command[0], command);
    }
    perror(command[0]);
    _exit(127);
}

static int report(const char *path, const struct rusage *used, long long wall, int status)
{
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    fprintf(file, "%lld %lld %ld %d\n", microseconds(used->ru_utime) + microseconds(used->ru_stime),
            wall, used->ru_maxrss, exit_status);
    return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct timespec start;
    struct rusage used;
    int status = 0;

    if (argc < 3) {
        fprintf(stderr, "usage: usage REPORT COMMAND ARGUMENT...\n");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = fork();
    if (child == 0) {
        become(argv + 2);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("usage");
        return 1;
    }
    return report(argv[1], &used, elapsed(&start), status);
}
