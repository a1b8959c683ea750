#include "kernels.h"

#if defined(__x86_64__)
#include <emmintrin.h>

#include "plain_text.h"
#include "usual_rows.h"
#include "uuid.h"

// SSE2 is part of every x86-64 processor.
#define NAME(x) sse2_##x
#define TARGET
#define KERNEL_NAME "sse2"

static inline __m128i sse2_is_between(__m128i bytes, char first, char last) {
    return _mm_and_si128(
        _mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(first - 1))), _mm_cmplt_epi8(bytes, _mm_set1_epi8((char)(last + 1))));
}

static inline int sse2_bad_half(const uint8_t *bytes, const rowscan_block *block, int half) {
    __m128i text = _mm_loadu_si128((const __m128i *)(bytes + half));
    __m128i literal = _mm_loadu_si128((const __m128i *)(block->literal + half));
    __m128i literal_mask = _mm_loadu_si128((const __m128i *)(block->literal_mask + half));
    __m128i digit_mask = _mm_loadu_si128((const __m128i *)(block->digit_mask + half));
    __m128i lower = _mm_or_si128(text, _mm_set1_epi8(0x20));
    __m128i digits = _mm_or_si128(sse2_is_between(text, '0', '9'), sse2_is_between(lower, 'a', 'f'));
    __m128i bad = _mm_or_si128(
        _mm_andnot_si128(_mm_cmpeq_epi8(text, literal), literal_mask), _mm_andnot_si128(digits, digit_mask));
    return _mm_movemask_epi8(bad);
}

static inline bool sse2_bad_bytes(const uint8_t *bytes, const rowscan_block *block) {
    return (sse2_bad_half(bytes, block, 0) | sse2_bad_half(bytes, block, 16)) != 0;
}

static inline uint32_t sse2_special_half(const uint8_t *bytes) {
    __m128i text = _mm_loadu_si128((const __m128i *)bytes);
    __m128i quotes = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
    __m128i backslashes = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
    // In a signed comparison, bytes beyond ASCII are below the space too.
    __m128i others = _mm_cmplt_epi8(text, _mm_set1_epi8(0x20));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), others));
}

static inline uint32_t sse2_special_bytes(const uint8_t *bytes) {
    return sse2_special_half(bytes) | sse2_special_half(bytes + 16) << 16;
}

static inline size_t sse2_line_feeds(const uint8_t *bytes) {
    __m128i feed = _mm_set1_epi8('\n');
    int low = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)bytes), feed));
    int high = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16)), feed));
    return (size_t)__builtin_popcount((uint32_t)low | (uint32_t)high << 16);
}

#define sse2_pack_uuid plain_pack_uuid

#include "kernel.inc"

const rowscan_kernel *rowscan_sse2(void) {
    return &sse2_kernel;
}
#else
const rowscan_kernel *rowscan_sse2(void) {
    return NULL;
}
#endif
