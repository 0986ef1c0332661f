/* Counts what a program and its children change on a disk, and kills the group at the nth. Lists the
   names that the files they write to have as they do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long *count, at;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("KILL_COUNT"), *nth = getenv("KILL_AT");
    if (!file) return;
    int descriptor = open(file, O_RDWR);
    count = mmap(0, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (count == MAP_FAILED) count = 0;
    at = nth ? atol(nth) : 0;
}

static void changes(void) {
    if (count && __atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST) == at) kill(0, SIGKILL);
}

static void list(int descriptor) {
    char link[32], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, name, sizeof name - 1);
    const char *file = getenv("KILL_LIST");
    int out = file && length > 0 ? open(file, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;
    if (out < 0) return;
    name[length] = '\n';
    syscall(SYS_write, out, name, length + 1);
    close(out);
}

static int on_disk(int descriptor) {
    struct stat found;
    if (fstat(descriptor, &found) || !S_ISREG(found.st_mode)) return 0;
    list(descriptor);
    return 1;
}

#define BEFORE(kind, name, declared, given, when) \
    kind name declared { \
        static kind (*real) declared; \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        if (when) changes(); \
        return real given; \
    }

BEFORE(ssize_t, write, (int d, const void *b, size_t n), (d, b, n), on_disk(d))
BEFORE(ssize_t, pwrite64, (int d, const void *b, size_t n, off64_t o), (d, b, n, o), on_disk(d))
BEFORE(ssize_t, pwrite, (int d, const void *b, size_t n, off_t o), (d, b, n, o), on_disk(d))
BEFORE(ssize_t, writev, (int d, const struct iovec *v, int n), (d, v, n), on_disk(d))
BEFORE(int, ftruncate64, (int d, off64_t n), (d, n), on_disk(d))
BEFORE(int, fsync, (int d), (d), 1)
BEFORE(int, fdatasync, (int d), (d), 1)
BEFORE(int, rename, (const char *a, const char *b), (a, b), 1)
BEFORE(int, link, (const char *a, const char *b), (a, b), 1)
BEFORE(int, unlink, (const char *a), (a), 1)
BEFORE(int, rmdir, (const char *a), (a), 1)
BEFORE(int, mkdir, (const char *a, mode_t m), (a, m), 1)
BEFORE(int, flock, (int d, int how), (d, how), 1)
