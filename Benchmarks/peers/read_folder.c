// Opens and reads each file in a folder and its subfolders, and does nothing with them: the minimum cost of any reader.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int read_all(const char *path) {
    static char block[256 * 1024];
    DIR *folder = opendir(path);
    if (!folder) return 66;
    int status = 0;
    struct dirent *entry;
    while (status == 0 && (entry = readdir(folder))) {
        if (entry->d_name[0] == '.') continue;
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_type == DT_DIR) {
            status = read_all(name);
            continue;
        }
        int file = open(name, O_RDONLY);
        ssize_t bytes;
        while ((bytes = read(file, block, sizeof block)) > 0) {
        }
        if (bytes < 0) status = 65;
        close(file);
    }
    closedir(folder);
    return status;
}

int main(int count, char **arguments) { return count == 2 ? read_all(arguments[1]) : 64; }
