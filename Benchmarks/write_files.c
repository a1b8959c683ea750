// Writes the files of one folder into another, from memory: each to a temporary file, which is then renamed into place.
// That is the minimum cost of a report that never leaves a partial file. Prints the seconds that writing took.
//
//     write_files FROM TO
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct entry {
    char *path; // below FROM
    char *bytes; // NULL for a folder
    size_t count;
};

static struct entry *entries;
static size_t entry_count, entry_room, prefix;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int visit(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)place;
    if (entry_count == entry_room) {
        entry_room = entry_room * 2 + 1024;
        entries = realloc(entries, entry_room * sizeof *entries);
    }
    struct entry *entry = &entries[entry_count++];
    *entry = (struct entry){strdup(path + prefix), NULL, 0};
    if (kind != FTW_F) return 0;
    entry->count = status->st_size;
    entry->bytes = malloc(entry->count + 1);
    int file = open(path, O_RDONLY);
    if (file < 0 || read(file, entry->bytes, entry->count) != (ssize_t)entry->count) fail(path);
    return close(file);
}

int main(int argc, char **argv) {
    if (argc != 3) return 64;
    prefix = strlen(argv[1]);
    if (nftw(argv[1], visit, 32, FTW_PHYS) != 0) fail(argv[1]);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t index = 0; index < entry_count; index++) {
        struct entry *entry = &entries[index];
        char place[4096], partial[4096];
        snprintf(place, sizeof place, "%s%s", argv[2], entry->path);
        if (entry->bytes == NULL) {
            if (mkdir(place, 0777) != 0 && errno != EEXIST) fail(place);
            continue;
        }
        char *name = strrchr(place, '/');
        snprintf(partial, sizeof partial, "%.*s/.%s.partial", (int)(name - place), place, name + 1);
        int file = open(partial, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (file < 0 || write(file, entry->bytes, entry->count) != (ssize_t)entry->count) fail(partial);
        if (close(file) != 0 || rename(partial, place) != 0) fail(place);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.6f\n", (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) / 1e9);
    return 0;
}
