// Simulates a disk with little space. Loaded into a program by LD_PRELOAD, it makes writes to regular files below
// FULL_DISK_FOLDER fail with ENOSPC after FULL_DISK_BYTES bytes. A write that does not fit is done in part, as on a
// real disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long room;
static const char *folder;

__attribute__((constructor)) static void start(void) {
    const char *bytes = getenv("FULL_DISK_BYTES");
    folder = getenv("FULL_DISK_FOLDER");
    room = bytes ? atol(bytes) : 0;
}

static int is_on_disk(int descriptor) {
    struct stat status;
    char link[64], path[4096];
    if (!folder || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    size_t prefix = strlen(folder);
    return length > (ssize_t)prefix && memcmp(path, folder, prefix) == 0 && path[prefix] == '/';
}

// Reserves space for up to count bytes. Returns how many were reserved, or -1, with errno set, if there is no space.
static ssize_t take(int descriptor, size_t count) {
    if (count == 0 || !is_on_disk(descriptor)) return count;
    long left = atomic_load(&room), taken;
    do {
        taken = left < (long)count ? left : (long)count;
        if (taken <= 0) {
            errno = ENOSPC;
            return -1;
        }
    } while (!atomic_compare_exchange_weak(&room, &left, left - taken));
    return taken;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int descriptor, const void *bytes, size_t count) {
    ssize_t taken = take(descriptor, count);
    return taken < 0 ? -1 : NEXT(write)(descriptor, bytes, taken);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    ssize_t taken = take(descriptor, count);
    return taken < 0 ? -1 : NEXT(pwrite)(descriptor, bytes, taken, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    ssize_t taken = take(descriptor, count);
    return taken < 0 ? -1 : NEXT(pwrite64)(descriptor, bytes, taken, offset);
}

// A short write is allowed, so writing only the first part is enough.
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    for (int part = 0; part < count; part++)
        if (parts[part].iov_len > 0) return write(descriptor, parts[part].iov_base, parts[part].iov_len);
    return 0;
}

// Streams write inside the C library, where calls cannot be intercepted, so they are made to call the functions above.

static ssize_t stream_read(void *cookie, char *bytes, size_t count) { return read((int)(long)cookie, bytes, count); }

static ssize_t stream_write(void *cookie, const char *bytes, size_t count) {
    size_t done = 0;
    while (done < count) {
        ssize_t written = write((int)(long)cookie, bytes + done, count - done);
        // 0, not -1, reports the failure; errno is kept.
        if (written < 0) return done;
        done += written;
    }
    return done;
}

static int stream_seek(void *cookie, off64_t *offset, int whence) {
    off64_t place = lseek64((int)(long)cookie, *offset, whence);
    if (place < 0) return -1;
    *offset = place;
    return 0;
}

static int stream_close(void *cookie) { return close((int)(long)cookie); }

static FILE *stream(int descriptor, const char *mode) {
    cookie_io_functions_t functions = {stream_read, stream_write, stream_seek, stream_close};
    return fopencookie((void *)(long)descriptor, mode, functions);
}

FILE *fdopen(int descriptor, const char *mode) {
    return is_on_disk(descriptor) ? stream(descriptor, mode) : NEXT(fdopen)(descriptor, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    if (*mode != 'r') flags |= O_CREAT | (*mode == 'w' ? O_TRUNC : O_APPEND);
    int descriptor = open64(path, flags | O_CLOEXEC, 0666);
    if (descriptor < 0) return NULL;
    return is_on_disk(descriptor) ? stream(descriptor, mode) : NEXT(fdopen)(descriptor, mode);
}

FILE *fopen(const char *path, const char *mode) { return fopen64(path, mode); }

FILE *tmpfile64(void) {
    const char *parent = getenv("TMPDIR");
    int descriptor = open64(parent ? parent : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0) return NULL;
    return is_on_disk(descriptor) ? stream(descriptor, "w+") : NEXT(fdopen)(descriptor, "w+");
}

FILE *tmpfile(void) { return tmpfile64(); }
