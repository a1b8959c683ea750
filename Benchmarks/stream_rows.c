// Prints a dump of N created rows, all with different ids except the last 1,000, which repeat the first 1,000:
//     stream_rows N
// For sizes that are too large for a disk: 100,000,000 rows are 7.8 GB.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { repeated = 1000 };

// SplitMix64: different numbers for different states, so no two ids are equal.
static uint64_t mixed(uint64_t state) {
    uint64_t z = state * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static char *put_digits(char *to, uint64_t number, int digits) {
    for (int i = 0; i < digits; i++) *to++ = "0123456789abcdef"[(number >> (60 - 4 * i)) & 15];
    return to;
}

int main(int argc, char **argv) {
    uint64_t count = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    if (count < 2 * repeated) return 2;
    printf("{\"job_id\":\"stream\",\"status\":\"complete\",\"total\":%llu,\"results\":[", (unsigned long long)count);
    static char block[1 << 20];
    char *to = block;
    for (uint64_t row = 0; row < count; row++) {
        uint64_t number = row < count - repeated ? row : row - (count - repeated);
        uint64_t high = mixed(2 * number + 1), low = mixed(2 * number + 2);
        if (row > 0) *to++ = ',';
        memcpy(to, "{\"id\":\"", 7), to += 7;
        to = put_digits(to, high, 8), *to++ = '-';
        to = put_digits(to, high << 32, 4), *to++ = '-';
        to = put_digits(to, high << 48, 4), *to++ = '-';
        to = put_digits(to, low, 4), *to++ = '-';
        to = put_digits(to, low << 16, 12);
        memcpy(to, "\",\"created\":true}", 17), to += 17;
        if (to > block + sizeof block - 128) fwrite(block, 1, to - block, stdout), to = block;
    }
    fwrite(block, 1, to - block, stdout);
    puts("]}");
    return fflush(stdout) != 0;
}
