// Makes system calls fail on purpose. Loaded into a program by LD_PRELOAD, it makes call number FAILING_CALL_NUMBER of
// the function FAILING_CALL fail with the error FAILING_CALL_ERROR. Instead of an error, "short" makes a read or write
// do half of its work, and "kill" ends the process like kill -9 before the call does anything. "change" copies the file
// FAILING_CALL_FROM into the file FAILING_CALL_TO, as another program might, and then makes the call. "lasting" makes all
// later calls fail as well, for want of memory. At the end, the number of calls is written to the file
// FAILING_CALL_COUNT.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *wanted, *counted;
static long wanted_number, wanted_error;
static int is_short, is_kill, is_change, is_lasting;
static atomic_long calls;

__attribute__((constructor)) static void start(void) {
    wanted = getenv("FAILING_CALL");
    counted = getenv("FAILING_CALL_COUNT");
    const char *number = getenv("FAILING_CALL_NUMBER"), *error = getenv("FAILING_CALL_ERROR");
    wanted_number = number ? atol(number) : 0;
    is_short = error && strcmp(error, "short") == 0;
    is_kill = error && strcmp(error, "kill") == 0;
    is_change = error && strcmp(error, "change") == 0;
    is_lasting = error && strcmp(error, "lasting") == 0;
    wanted_error = is_lasting ? ENOMEM : error ? atol(error) : EIO;
}

__attribute__((destructor)) static void end(void) {
    if (!counted) return;
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
    // Bypasses the functions below.
    int file = syscall(SYS_openat, AT_FDCWD, counted, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file >= 0 && syscall(SYS_write, file, text, length) != length) _exit(99);
}

// Also bypasses the functions below.
static void change(void) {
    const char *from = getenv("FAILING_CALL_FROM"), *to = getenv("FAILING_CALL_TO");
    if (!from || !to) _exit(99);
    static char bytes[1 << 16];
    int source = syscall(SYS_openat, AT_FDCWD, from, O_RDONLY);
    int target = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_TRUNC);
    long count = syscall(SYS_read, source, bytes, sizeof bytes);
    if (source < 0 || target < 0 || count < 0 || syscall(SYS_write, target, bytes, count) != count) _exit(99);
    syscall(SYS_close, source);
    syscall(SYS_close, target);
}

// Returns whether this call is the one that fails, and sets errno.
static int fails(const char *name) {
    if (!wanted || strcmp(wanted, name) != 0) return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (number != wanted_number && !(is_lasting && wanted_number > 0 && number > wanted_number)) return 0;
    if (is_kill) kill(getpid(), SIGKILL);
    if (is_change) {
        change();
        return 0;
    }
    if (!is_short) errno = wanted_error;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// Half of the bytes, but at least one: what a call that is cut short may transfer.
static size_t part(size_t count) { return count > 1 ? count / 2 : count; }

#define TRANSFER(function, name, ...)                                                 \
    if (fails(name)) {                                                                             \
        if (!is_short) return -1;                                                                  \
        count = part(count);                                                                       \
    }                                                                                              \
    return NEXT(function)(__VA_ARGS__);

ssize_t read(int descriptor, void *bytes, size_t count) { TRANSFER(read, "read", descriptor, bytes, count) }
ssize_t pread(int descriptor, void *bytes, size_t count, off_t at) {
    TRANSFER(pread, "pread", descriptor, bytes, count, at)
}
ssize_t pread64(int descriptor, void *bytes, size_t count, off64_t at) {
    TRANSFER(pread64, "pread", descriptor, bytes, count, at)
}
ssize_t write(int descriptor, const void *bytes, size_t count) {
    TRANSFER(write, "write", descriptor, bytes, count)
}
ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
    TRANSFER(pwrite, "write", descriptor, bytes, count, at)
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
    TRANSFER(pwrite64, "write", descriptor, bytes, count, at)
}

#define MODE                                                                                       \
    mode_t mode = 0;                                                                               \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                           \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode = va_arg(rest, mode_t);                                                               \
        va_end(rest);                                                                              \
    }

int open(const char *path, int flags, ...) {
    MODE
    return fails("open") ? -1 : NEXT(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE
    return fails("open") ? -1 : NEXT(open64)(path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    MODE
    return fails("open") ? -1 : NEXT(openat)(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
    MODE
    return fails("open") ? -1 : NEXT(openat64)(folder, path, flags, mode);
}

#define PLAIN(name, label, parameters, ...)                                                        \
    int name parameters { return fails(label) ? -1 : NEXT(name)(__VA_ARGS__); }

PLAIN(rename, "rename", (const char *from, const char *to), from, to)
PLAIN(renameat, "rename", (int a, const char *from, int b, const char *to), a, from, b, to)
PLAIN(mkdir, "mkdir", (const char *path, mode_t mode), path, mode)
PLAIN(mkdirat, "mkdir", (int folder, const char *path, mode_t mode), folder, path, mode)
PLAIN(mkstemp, "mkstemp", (char *path), path)
PLAIN(fsync, "fsync", (int descriptor), descriptor)
PLAIN(fdatasync, "fsync", (int descriptor), descriptor)
PLAIN(syncfs, "fsync", (int descriptor), descriptor)
PLAIN(ftruncate, "ftruncate", (int descriptor, off_t size), descriptor, size)
PLAIN(ftruncate64, "ftruncate", (int descriptor, off64_t size), descriptor, size)
PLAIN(fstat, "fstat", (int descriptor, struct stat *status), descriptor, status)
PLAIN(unlink, "unlink", (const char *path), path)
PLAIN(unlinkat, "unlink", (int folder, const char *path, int flags), folder, path, flags)

// The file is closed even on an error, as on Linux.
int close(int descriptor) {
    int failing = fails("close");
    int result = NEXT(close)(descriptor);
    if (!failing) return result;
    errno = wanted_error;
    return -1;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    return fails("pthread_create") ? EAGAIN : NEXT(pthread_create)(thread, attributes, body, argument);
}

// Memory. These call the C library's own functions by their other names, because looking up the next function of a name
// allocates.
void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { return fails("malloc") ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails("malloc") ? NULL : __libc_calloc(count, size); }
void *realloc(void *memory, size_t size) { return fails("malloc") ? NULL : __libc_realloc(memory, size); }
void *aligned_alloc(size_t alignment, size_t size) {
    return fails("malloc") ? NULL : __libc_memalign(alignment, size);
}
void *memalign(size_t alignment, size_t size) { return fails("malloc") ? NULL : __libc_memalign(alignment, size); }
int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *new = fails("malloc") ? NULL : __libc_memalign(alignment, size);
    if (!new) return ENOMEM;
    *memory = new;
    return 0;
}
