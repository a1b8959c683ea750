#include "kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#include "plain_text.h"
#include "usual_rows.h"
#include "uuid.h"

// NEON is part of every 64-bit ARM processor.
#define NAME(x) neon_##x
#define TARGET
#define KERNEL_NAME "neon"

static inline uint8x16_t neon_is_between(uint8x16_t bytes, uint8_t first, uint8_t last) {
    return vcleq_u8(vsubq_u8(bytes, vdupq_n_u8(first)), vdupq_n_u8(last - first));
}

static inline uint8x16_t neon_bad_half(const uint8_t *bytes, const rowscan_block *block, int half) {
    uint8x16_t text = vld1q_u8(bytes + half);
    uint8x16_t lower = vorrq_u8(text, vdupq_n_u8(0x20));
    uint8x16_t digits = vorrq_u8(neon_is_between(text, '0', '9'), neon_is_between(lower, 'a', 'f'));
    uint8x16_t right_literals = vceqq_u8(text, vld1q_u8(block->literal + half));
    return vorrq_u8(
        vbicq_u8(vld1q_u8(block->literal_mask + half), right_literals),
        vbicq_u8(vld1q_u8(block->digit_mask + half), digits));
}

static inline bool neon_bad_bytes(const uint8_t *bytes, const rowscan_block *block) {
    return vmaxvq_u8(vorrq_u8(neon_bad_half(bytes, block, 0), neon_bad_half(bytes, block, 16))) != 0;
}

/// One bit for each byte, in which either all bits or none are set.
static inline uint32_t neon_bits(uint8x16_t bytes) {
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t weighted = vandq_u8(bytes, weights);
    return (uint32_t)vaddv_u8(vget_low_u8(weighted)) | (uint32_t)vaddv_u8(vget_high_u8(weighted)) << 8;
}

static inline uint32_t neon_special_half(const uint8_t *bytes) {
    uint8x16_t text = vld1q_u8(bytes);
    uint8x16_t quotes = vorrq_u8(vceqq_u8(text, vdupq_n_u8('"')), vceqq_u8(text, vdupq_n_u8('\\')));
    uint8x16_t others = vorrq_u8(vcltq_u8(text, vdupq_n_u8(0x20)), vcgeq_u8(text, vdupq_n_u8(0x80)));
    return neon_bits(vorrq_u8(quotes, others));
}

static inline uint32_t neon_special_bytes(const uint8_t *bytes) {
    return neon_special_half(bytes) | neon_special_half(bytes + 16) << 16;
}

static inline size_t neon_line_feeds(const uint8_t *bytes) {
    uint8x16_t feed = vdupq_n_u8('\n');
    uint8x16_t ones = vdupq_n_u8(1);
    return (size_t)vaddvq_u8(vandq_u8(vceqq_u8(vld1q_u8(bytes), feed), ones)) +
           (size_t)vaddvq_u8(vandq_u8(vceqq_u8(vld1q_u8(bytes + 16), feed), ones));
}

#define neon_pack_uuid plain_pack_uuid

#include "kernel.inc"

const rowscan_kernel *rowscan_neon(void) {
    return &neon_kernel;
}
#else
const rowscan_kernel *rowscan_neon(void) {
    return NULL;
}
#endif
