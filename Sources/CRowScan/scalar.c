#include "kernels.h"
#include "plain_text.h"
#include "usual_rows.h"
#include "uuid.h"

#define NAME(x) scalar_##x
#define TARGET
#define KERNEL_NAME "scalar"

static inline bool scalar_is_digit(uint8_t byte) {
    uint8_t lower = byte | 0x20;
    return (uint8_t)(byte - '0') < 10 || (uint8_t)(lower - 'a') < 6;
}

static inline bool scalar_bad_bytes(const uint8_t *bytes, const rowscan_block *block) {
    for (int index = 0; index < ROWSCAN_BLOCK; index++) {
        bool is_wrong_literal = block->literal_mask[index] && bytes[index] != block->literal[index];
        bool is_no_digit = block->digit_mask[index] && !scalar_is_digit(bytes[index]);
        if (is_wrong_literal || is_no_digit) {
            return true;
        }
    }
    return false;
}

static inline uint32_t scalar_special_bytes(const uint8_t *bytes) {
    uint32_t special = 0;
    for (int index = 0; index < ROWSCAN_BLOCK; index++) {
        uint8_t byte = bytes[index];
        special |= (uint32_t)(byte == '"' || byte == '\\' || byte < 0x20 || byte >= 0x80) << index;
    }
    return special;
}

static inline size_t scalar_line_feeds(const uint8_t *bytes) {
    size_t lines = 0;
    for (int index = 0; index < ROWSCAN_BLOCK; index++) {
        lines += bytes[index] == '\n';
    }
    return lines;
}

#define scalar_pack_uuid plain_pack_uuid

#include "kernel.inc"

const rowscan_kernel *rowscan_scalar(void) {
    return &scalar_kernel;
}
