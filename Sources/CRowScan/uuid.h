#pragma once
#include "rowscan.h"

// A UUID in two overlapping blocks: its bytes 0 to 31, and 4 to 35. L marks a literal dash, D a byte that is not a
// digit.
#define D 0
#define L 0xFF
#define DASH '-'
static const rowscan_block uuid_front = {
    .literal = {[8] = DASH, [13] = DASH, [18] = DASH, [23] = DASH},
    .literal_mask = {[8] = L, [13] = L, [18] = L, [23] = L},
    .digit_mask = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, D, 0xFF, 0xFF, 0xFF, 0xFF, D, 0xFF, 0xFF,
                   0xFF, 0xFF, D, 0xFF, 0xFF, 0xFF, 0xFF, D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
};
static const rowscan_block uuid_back = {
    .literal = {[4] = DASH, [9] = DASH, [14] = DASH, [19] = DASH},
    .literal_mask = {[4] = L, [9] = L, [14] = L, [19] = L},
    .digit_mask = {0xFF, 0xFF, 0xFF, 0xFF, D, 0xFF, 0xFF, 0xFF, 0xFF, D, 0xFF, 0xFF, 0xFF, 0xFF, D, 0xFF,
                   0xFF, 0xFF, 0xFF, D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
};
#undef D
#undef L
#undef DASH

/// Packs four digits into two bytes, the first one first. A letter has bit 6 set and is worth 9 more than its low four
/// bits.
static inline void pack_digits(const uint8_t *digits, uint8_t *bytes) {
    for (int index = 0; index < 2; index++) {
        uint8_t high = digits[2 * index], low = digits[2 * index + 1];
        bytes[index] = (uint8_t)((((high & 0x0F) + 9 * (high >> 6)) << 4) | ((low & 0x0F) + 9 * (low >> 6)));
    }
}

/// Packs a UUID into the 16 bytes that it stands for, without vectors.
static inline void plain_pack_uuid(const uint8_t *text, uint8_t *bytes) {
    // The offsets of its groups of four digits.
    static const uint8_t fours[8] = {0, 4, 9, 14, 19, 24, 28, 32};
    for (int index = 0; index < 8; index++) {
        pack_digits(text + fours[index], bytes + 2 * index);
    }
}
