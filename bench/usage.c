/*
 * usage REPORT COMMAND ARGUMENT...: runs COMMAND without input and writes to REPORT, in one line:
 * CPU microseconds (user and system, children included), elapsed microseconds, peak resident KiB,
 * exit status, bytes that it read from files and sockets (-1: not known). A process starts with the
 * peak of the one that forked it, so whoever forks must be smaller than what is measured.
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

/* Of a process that has ended and was not waited for yet. */
static long long bytes_read(pid_t child)
{
    char path[64];
    long long bytes = -1;
    snprintf(path, sizeof path, "/proc/%d/io", (int)child);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return -1;
    }
    if (fscanf(file, "rchar: %lld", &bytes) != 1) {
        bytes = -1;
    }
    fclose(file);
    return bytes;
}

typedef struct spent {
    struct rusage used;
    long long wall, read;
    int status;
} spent;

static int report(const char *path, const spent *s)
{
    int exit_status = WIFEXITED(s->status) ? WEXITSTATUS(s->status) : 128 + WTERMSIG(s->status);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    fprintf(file, "%lld %lld %ld %d %lld\n",
            microseconds(s->used.ru_utime) + microseconds(s->used.ru_stime), s->wall,
            s->used.ru_maxrss, exit_status, s->read);
    return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct timespec start;
    siginfo_t end;
    spent s = { .status = 0 };

    if (argc < 3) {
        fprintf(stderr, "usage: usage REPORT COMMAND ARGUMENT...\n");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = fork();
    if (child == 0) {
        become(argv + 2);
    }
    if (child < 0 || waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT) != 0) {
        perror("usage");
        return 1;
    }
    s.wall = elapsed(&start);
    s.read = bytes_read(child);
    if (wait4(child, &s.status, 0, &s.used) != child) {
        perror("usage");
        return 1;
    }
    return report(argv[1], &s);
}
